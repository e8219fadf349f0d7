"""The models, and the session that belongs to a request (as Pyramid's cookiecutter has it)."""

from typing import Any

import zope.sqlalchemy
from pyramid.config import Configurator
from pyramid.request import Request
from sqlalchemy import Connection, Engine, engine_from_config, event
from sqlalchemy.orm import Session, configure_mappers, sessionmaker

from .author import Author
from .book import Book
from .meta import Base
from .order import Order, OrderLine
from .user import User

__all__ = ["Author", "Base", "Book", "Order", "OrderLine", "User", "get_engine"]

configure_mappers()


def get_engine(settings: dict[str, Any], prefix: str = "sqlalchemy.") -> Engine:
    engine = engine_from_config(settings, prefix)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", connect_sqlite)
        event.listen(engine, "begin", begin_sqlite)
    return engine


def connect_sqlite(connection: Any, record: Any) -> None:
    """Have foreign keys checked, readers undisturbed by writers, and no BEGIN but our own."""
    connection.isolation_level = None
    connection.execute("PRAGMA busy_timeout = 30000")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = ON")


def begin_sqlite(connection: Connection) -> None:
    """Begin; at once with the lock for writing when the session is going to write.

    A transaction that first reads and then asks for the lock fails when another wrote meanwhile.
    """
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


def get_session(request: Request) -> Session:
    engine = request.registry["dbengine"]
    if request.method not in ("GET", "HEAD"):
        engine = engine.execution_options(sqlite_begin="IMMEDIATE")
    dbsession = request.registry["dbsession_factory"](bind=engine)
    zope.sqlalchemy.register(dbsession, transaction_manager=request.tm)
    return dbsession


def includeme(config: Configurator) -> None:
    settings = config.get_settings()
    settings["tm.manager_hook"] = "pyramid_tm.explicit_manager"
    config.include("pyramid_tm")
    config.include("pyramid_retry")
    config.registry["dbengine"] = get_engine(settings)
    config.registry["dbsession_factory"] = sessionmaker()
    config.add_request_method(get_session, "dbsession", reify=True)
