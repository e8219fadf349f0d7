from datetime import UTC, datetime, timedelta

import jwt
import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, create_engine

from app.config import settings
from app.database import get_session
from app.main import app


def test_health(client: TestClient):
    assert client.get("/health").json() == {"status": "ok"}


def test_health_without_database(client: TestClient):
    nowhere = create_engine("sqlite:////no/such/folder/shop.db")
    app.dependency_overrides[get_session] = lambda: Session(nowhere)
    try:
        assert client.get("/health").status_code == 503
    finally:
        app.dependency_overrides.clear()


def test_log_in(client: TestClient, ada: dict[str, str]):
    response = client.post("/auth/token", json={"username": "ada", "password": "correct horse"})
    assert response.status_code == 200
    token = response.json()
    assert token["token_type"] == "bearer" and token["expires_in"] == 3600

    me = client.get("/me", headers={"Authorization": f"Bearer {token['access_token']}"})
    assert me.json()["username"] == "ada"


def test_unknown_user_and_wrong_password_get_the_same_answer(
    client: TestClient, ada: dict[str, str]
):
    wrong = client.post("/auth/token", json={"username": "ada", "password": "wrong"})
    unknown = client.post("/auth/token", json={"username": "nobody", "password": "wrong"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()


def in_an_hour() -> datetime:
    return datetime.now(UTC) + timedelta(hours=1)


@pytest.mark.parametrize(
    ("claims", "key", "algorithm"),
    [
        ({"sub": "ada", "exp": datetime.now(UTC) - timedelta(hours=1)}, None, "HS256"),
        ({"sub": "ada", "exp": in_an_hour()}, "another key" * 4, "HS256"),
        ({"sub": "ada", "exp": in_an_hour()}, "", "none"),
        ({"sub": "ada"}, None, "HS256"),
        ({"sub": "nobody", "exp": in_an_hour()}, None, "HS256"),
    ],
    ids=["expired", "tampered", "unsigned", "eternal", "unknown user"],
)
def test_bad_tokens(client: TestClient, ada: dict[str, str], claims, key, algorithm):
    key = settings.secret_key if key is None else key
    token = jwt.encode(claims, key, algorithm=algorithm)
    response = client.get("/me", headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_change_me_but_not_my_rights(client: TestClient, ada: dict[str, str]):
    change = {"full_name": "Ada Lovelace", "is_staff": True, "username": "root"}
    response = client.patch("/me", headers=ada, json=change)
    assert response.status_code == 200
    assert response.json()["full_name"] == "Ada Lovelace"
    assert response.json()["username"] == "ada"
    assert response.json()["is_staff"] is False
