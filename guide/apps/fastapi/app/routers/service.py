from fastapi import APIRouter, HTTPException, status
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from app.dependencies import SessionDep
from app.schemas import Health, Message

router = APIRouter(tags=["service"])


@router.get(
    "/health",
    summary="Whether the app is up and reaches its database",
    responses={503: {"model": Message, "description": "The database cannot be reached."}},
)
def get_health(session: SessionDep) -> Health:
    try:
        session.exec(select(1))
    except OperationalError:
        raise HTTPException(
            status.HTTP_503_SERVICE_UNAVAILABLE, "The database cannot be reached"
        ) from None
    return Health()
