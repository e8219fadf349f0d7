"""A fresh shop for each test: empty tables, people, and a client that runs the app in process."""

import os
import tempfile
from collections.abc import Iterator

import pytest

# Before the app reads its settings.
FOLDER = tempfile.mkdtemp()
os.environ["DATABASE_URL"] = f"sqlite:///{FOLDER}/shop.db"
os.environ["MEDIA_DIR"] = FOLDER
os.environ["SECRET_KEY"] = "0123456789abcdef" * 4

from restive.testing import Client  # noqa: E402
from sqlalchemy import Engine, delete  # noqa: E402
from sqlalchemy.orm import Session  # noqa: E402

from bookshop.app import app  # noqa: E402
from bookshop.database import make_engine  # noqa: E402
from bookshop.security import hasher, make_token  # noqa: E402
from bookshop.storage import MEDIA_DIR  # noqa: E402
from bookshop.tables import Author, Base, Book, User  # noqa: E402

Headers = dict[str, str]
PASSWORD = "correct horse"
HASH = hasher.hash(PASSWORD)


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    engine = make_engine()
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    for cover in MEDIA_DIR.glob("cover-*"):
        cover.unlink()
    with Session(engine, expire_on_commit=False) as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(delete(table))
        session.commit()
        yield session


@pytest.fixture
def client(session: Session) -> Iterator[Client]:
    with Client(app) as client:
        yield client


def joined(session: Session, username: str, *, is_staff: bool = False) -> Headers:
    user = User(
        username=username,
        password_hash=HASH,
        email=f"{username}@example.com",
        full_name=username.title(),
        is_staff=is_staff,
    )
    session.add(user)
    session.commit()
    return {"Authorization": f"Bearer {make_token(user)}"}


@pytest.fixture
def staff(session: Session) -> Headers:
    return joined(session, "librarian", is_staff=True)


@pytest.fixture
def ada(session: Session) -> Headers:
    return joined(session, "ada")


@pytest.fixture
def grace(session: Session) -> Headers:
    return joined(session, "grace")


@pytest.fixture
def author(session: Session) -> Author:
    author = Author(name="Ursula K. Le Guin", born=1929, died=2018, bio="")
    session.add(author)
    session.commit()
    return author


@pytest.fixture
def book(client: Client, staff: Headers, author: Author, session: Session) -> Book:
    made = client.post("/books", headers=staff, json=new_book(author.id, stock=5))
    return session.get_one(Book, made.json()["id"])


def new_book(author_id: int, **changes: object) -> dict[str, object]:
    return {
        "title": "The Dispossessed",
        "author_id": author_id,
        "isbn": "9780060512750",
        "price": 12.5,
        "year": 1974,
        "format": "paperback",
    } | changes
