from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from restive.testing import Client

from bookshop import settings
from tests.conftest import PASSWORD, Headers


def test_health(client: Client) -> None:
    assert client.get("/health").json() == {"status": "ok"}


def test_log_in(client: Client, ada: Headers) -> None:
    answer = client.post("/auth/token", json={"username": "ada", "password": PASSWORD})
    assert answer.status_code == 200
    token = answer.json()
    assert (token["token_type"], token["expires_in"]) == ("bearer", 3600)

    me = client.get("/me", headers={"Authorization": f"Bearer {token['access_token']}"})
    assert me.json()["username"] == "ada"


def test_unknown_name_and_wrong_password_are_answered_alike(client: Client, ada: Headers) -> None:
    wrong = client.post("/auth/token", json={"username": "ada", "password": "wrong"})
    unknown = client.post("/auth/token", json={"username": "nobody", "password": "wrong"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.content == unknown.content


NOW = datetime.now(UTC)


@pytest.mark.parametrize(
    ("claims", "key"),
    [
        ({"sub": "ada", "exp": NOW - timedelta(hours=1)}, settings.SECRET_KEY),
        ({"sub": "ada", "exp": NOW + timedelta(hours=1)}, settings.SECRET_KEY[::-1]),
        ({"sub": "ada"}, settings.SECRET_KEY),
        ({"sub": "nobody", "exp": NOW + timedelta(hours=1)}, settings.SECRET_KEY),
    ],
    ids=["expired", "by another key", "eternal", "unknown user"],
)
def test_bad_tokens(client: Client, ada: Headers, claims: dict[str, Any], key: str) -> None:
    token = jwt.encode(claims, key, algorithm="HS256")
    answer = client.get("/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_unsigned_token(client: Client, ada: Headers) -> None:
    token = jwt.encode({"sub": "ada", "exp": NOW + timedelta(hours=1)}, None, algorithm="none")
    assert client.get("/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_change_me_but_not_my_rights(client: Client, ada: Headers) -> None:
    answer = client.patch("/me", headers=ada, json={"full_name": "Ada Lovelace"})
    assert answer.status_code == 200
    assert answer.json()["full_name"] == "Ada Lovelace"
    refused = client.patch("/me", headers=ada, json={"is_staff": True, "full_name": None})
    assert refused.status_code == 422
    assert {error["pointer"] for error in refused.json()["errors"]} == {"/is_staff", "/full_name"}
    assert client.get("/me", headers=ada).json()["is_staff"] is False
