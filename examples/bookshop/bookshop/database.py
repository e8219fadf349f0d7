"""The engine, which lives as long as the app, and a session for each request."""

from collections.abc import Iterator
from typing import Any, TypeVar

from restive import Conflict, NotFound
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.interfaces import ORMOption

from bookshop import settings
from bookshop.tables import Base

Row = TypeVar("Row", bound=Base)


def make_engine() -> Engine:
    """Return an engine for DATABASE_URL."""
    if not settings.DATABASE_URL.startswith("sqlite"):
        return create_engine(settings.DATABASE_URL)
    # SQLite has one writer at a time; the others wait for it.
    engine = create_engine(settings.DATABASE_URL, connect_args={"timeout": 30})
    event.listen(engine, "connect", _enforce_foreign_keys)
    return engine


def _enforce_foreign_keys(connection: Any, _: Any) -> None:
    connection.execute("PRAGMA foreign_keys = ON")


def open_engine() -> Iterator[Engine]:
    engine = make_engine()
    yield engine
    engine.dispose()


def open_session(engine: Engine) -> Iterator[Session]:
    with Session(engine, expire_on_commit=False) as session:
        yield session


def find(
    session: Session, kind: type[Row], id: int, *options: ORMOption, to_change: bool = False
) -> Row:
    """Return the row. Raises NotFound.

    to_change: nobody else changes it until this transaction ends.
    """
    if to_change and session.get_bind().dialect.name == "sqlite":
        session.execute(text("BEGIN IMMEDIATE"))  # it has no row locks
    row = session.get(kind, id, options=options, with_for_update=to_change or None)
    if row is None:
        raise NotFound(f"There is no such {kind.__name__.lower()}.")
    return row


def commit(session: Session, otherwise: type[Conflict]) -> None:
    """Commit. Raises `otherwise` when other rows stand in the way."""
    try:
        session.commit()
    except IntegrityError:
        raise otherwise from None
