"""For those who run the service."""

from restive import Router, ServiceUnavailable
from sqlalchemy import select
from sqlalchemy.orm import Session

from bookshop.schemas import Health

router = Router(tags=["service"])


@router.get("/health", raises=[ServiceUnavailable])
def read_health(session: Session) -> Health:
    """Whether the app is up and reaches its database"""
    session.scalar(select(1))
    return Health()
