import os
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

# Before the app reads its settings.
folder = tempfile.mkdtemp()
os.environ["DATABASE_URL"] = f"sqlite:///{folder}/test.db"
os.environ["SECRET_KEY"] = "0123456789abcdef" * 4
os.environ["MEDIA_DIR"] = folder

from fastapi.testclient import TestClient  # noqa: E402
from sqlmodel import Session, SQLModel  # noqa: E402

from app.config import settings  # noqa: E402
from app.database import engine  # noqa: E402
from app.main import app  # noqa: E402
from app.models import Author, Book, User  # noqa: E402
from app.security import create_access_token, password_hash  # noqa: E402

Headers = dict[str, str]
HASH = password_hash.hash("correct horse")


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Session]:
    monkeypatch.setattr(settings, "media_dir", tmp_path)
    SQLModel.metadata.create_all(engine)
    with Session(engine, expire_on_commit=False) as session:
        yield session
    SQLModel.metadata.drop_all(engine)


@pytest.fixture
def client(session: Session) -> Generator[TestClient]:
    with TestClient(app) as client:
        yield client


def log_in(session: Session, username: str, is_staff: bool) -> Headers:
    user = User(
        username=username,
        hashed_password=HASH,
        email=f"{username}@example.com",
        full_name=username.title(),
        is_staff=is_staff,
    )
    session.add(user)
    session.commit()
    return {"Authorization": f"Bearer {create_access_token(user)}"}


@pytest.fixture
def staff(session: Session) -> Headers:
    return log_in(session, "librarian", is_staff=True)


@pytest.fixture
def ada(session: Session) -> Headers:
    return log_in(session, "ada", is_staff=False)


@pytest.fixture
def grace(session: Session) -> Headers:
    return log_in(session, "grace", is_staff=False)


@pytest.fixture
def author(session: Session) -> Author:
    author = Author(name="Ursula K. Le Guin", born=1929, died=2018)
    session.add(author)
    session.commit()
    return author


@pytest.fixture
def book(session: Session, author: Author) -> Book:
    book = Book.model_validate(new_book(author.id) | {"price": "12.50", "stock": 5})
    session.add(book)
    session.commit()
    return book


def new_book(author_id: int | None, **changes: object) -> dict[str, object]:
    return {
        "title": "The Dispossessed",
        "author_id": author_id,
        "isbn": "9780060512750",
        "price": 12.5,
        "year": 1974,
        "format": "paperback",
    } | changes
