"""The database session, and what SQLite needs to be told."""

import sqlite3
from typing import Any, TypeVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import DeclarativeBase

Model = TypeVar("Model")


class Base(DeclarativeBase):
    pass


db = SQLAlchemy(model_class=Base)


@event.listens_for(Engine, "connect")
def enforce_foreign_keys(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA foreign_keys = ON")


def lock_before_reading() -> None:
    """Call this before SELECT ... FOR UPDATE: SQLite has no row locks, so the file is locked."""
    if db.engine.dialect.name == "sqlite":
        db.session.execute(text("BEGIN IMMEDIATE"))


def get_for_update_or_404(model: type[Model], id: int) -> Model:
    """Read a row that nobody else can change until this request commits."""
    lock_before_reading()
    return db.get_or_404(model, id, with_for_update=True)
