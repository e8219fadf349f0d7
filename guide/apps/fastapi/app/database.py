from collections.abc import Generator
from typing import Any

from sqlalchemy import event
from sqlmodel import Session, create_engine

from app.config import settings

is_sqlite = settings.database_url.startswith("sqlite")

# SQLite: sessions move between threads, and writers wait for one another.
connect_args = {"check_same_thread": False, "timeout": 30} if is_sqlite else {}
engine = create_engine(settings.database_url, connect_args=connect_args)

if is_sqlite:

    @event.listens_for(engine, "connect")
    def enforce_foreign_keys(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA foreign_keys=ON")


def get_session() -> Generator[Session]:
    with Session(engine) as session:
        yield session
