"""A shop with three users, two authors and two books, made anew for each test."""

from decimal import Decimal

import bcrypt
import pytest
from bookshop import main
from bookshop.models import Author, Base, Book, User
from bookshop.models.user import condense
from sqlalchemy.orm import Session
from webtest import TestApp

PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="session")
def password_hash():
    """A hash that is quick to check: 4 rounds in place of 12."""
    return bcrypt.hashpw(condense(PASSWORD), bcrypt.gensalt(4)).decode()


@pytest.fixture(scope="session")
def app(tmp_path_factory):
    tmp_path = tmp_path_factory.mktemp("shop")
    return main(
        {},
        **{
            "sqlalchemy.url": f"sqlite:///{tmp_path}/test.db",
            "bookshop.secret": "0123456789abcdef" * 4,
            "bookshop.media": str(tmp_path),
            "tm.commit_veto": "pyramid_tm.default_commit_veto",
        },
    )


@pytest.fixture
def data(app, password_hash):
    engine = app.registry["dbengine"]
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        for name in ("staff", "ada", "bob"):
            session.add(
                User(
                    username=name,
                    password_hash=password_hash,
                    email=f"{name}@example.com",
                    full_name=name.title(),
                    is_staff=name == "staff",
                )
            )
        jane = Author(name="Jane Austen", born=1775, died=1817, bio="")
        session.add_all([jane, Author(name="100% Nobody", bio="")])
        for number, title in enumerate(("Emma", "Persuasion")):
            session.add(
                Book(
                    title=title,
                    author=jane,
                    isbn=f"978000000000{number}",
                    price=Decimal("9.50") + number,
                    year=1815 + number,
                    format="paperback",
                    stock=5,
                    description="",
                )
            )
            session.flush()


@pytest.fixture
def shop(app, data):
    return TestApp(app)


@pytest.fixture
def log_in(app, data):
    def log_in(username):
        client = TestApp(app)
        body = {"username": username, "password": PASSWORD}
        token = client.post_json("/auth/token", body).json["access_token"]
        client.authorization = ("Bearer", token)
        return client

    return log_in


@pytest.fixture
def staff(log_in):
    return log_in("staff")


@pytest.fixture
def ada(log_in):
    return log_in("ada")
