"""A fresh shop for each test; set TEST_DATABASE_URL to run on another database than SQLite."""

import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from bookshop import create_app
from bookshop.database import db
from bookshop.models import Author, Book, User
from flask import Flask
from flask.testing import FlaskClient
from flask_jwt_extended import create_access_token
from werkzeug.security import generate_password_hash

PASSWORD = "correct horse"
PASSWORD_HASH = generate_password_hash(PASSWORD)


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    url = os.environ.get("TEST_DATABASE_URL", f"sqlite:///{tmp_path}/shop.db")
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("SECRET_KEY", "0123456789abcdef" * 4)
    monkeypatch.setenv("MEDIA_DIR", str(tmp_path))
    app = create_app()
    with app.app_context():
        db.create_all()
        db.session.add_all(
            User(
                username=name,
                password_hash=PASSWORD_HASH,
                email=f"{name}@example.org",
                full_name=name.title(),
                is_staff=name == "staff",
            )
            for name in ("staff", "ada", "bob")
        )
        verne = Author(name="Jules Verne", born=1828, died=1905)
        db.session.add(
            Book(
                title="100% Nautilus",
                author=verne,
                isbn="9780000000001",
                price=Decimal("12.50"),
                year=1870,
                format="paperback",
                stock=5,
            )
        )
        db.session.commit()
    yield app
    with app.app_context():
        db.drop_all()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def headers(app: Flask, username: str) -> dict[str, str]:
    with app.app_context():
        return {"Authorization": f"Bearer {create_access_token(username)}"}


@pytest.fixture
def staff(app: Flask) -> dict[str, str]:
    return headers(app, "staff")


@pytest.fixture
def ada(app: Flask) -> dict[str, str]:
    return headers(app, "ada")


@pytest.fixture
def bob(app: Flask) -> dict[str, str]:
    return headers(app, "bob")
