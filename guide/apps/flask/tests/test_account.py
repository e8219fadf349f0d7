from datetime import timedelta

import pytest
from flask_jwt_extended import create_access_token

from .conftest import PASSWORD


def test_login_answers_alike_for_unknown_names_and_wrong_passwords(client):
    unknown = client.post("/auth/token", json={"username": "nobody", "password": "x"})
    wrong = client.post("/auth/token", json={"username": "ada", "password": "x"})
    assert unknown.status_code == wrong.status_code == 401
    assert unknown.data == wrong.data
    assert unknown.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_is_good_for_a_while(client):
    token = client.post("/auth/token", json={"username": "ada", "password": PASSWORD}).json
    assert (token["token_type"], token["expires_in"]) == ("Bearer", 3600)
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    assert client.get("/me", headers=headers).json["username"] == "ada"


@pytest.mark.parametrize("authorization", [None, "Bearer a.b.c", "Basic YTpi"])
def test_a_request_without_a_good_token_is_challenged(client, authorization):
    headers = {"Authorization": authorization} if authorization else {}
    answer = client.get("/me", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("identity", "lifetime"),
    [("ada", timedelta(seconds=-1)), ("nobody", timedelta(hours=1)), ("ada", False)],
)
def test_tokens_expire_and_die_with_their_user(app, client, identity, lifetime):
    with app.app_context():
        token = create_access_token(identity, expires_delta=lifetime)
    answer = client.get("/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


def test_users_change_their_names_but_not_their_rank(client, ada):
    assert client.patch("/me", json={"full_name": "A. L."}, headers=ada).status_code == 200
    assert client.patch("/me", json={"is_staff": True}, headers=ada).status_code == 422
    me = client.get("/me", headers=ada).json
    assert (me["full_name"], me["is_staff"]) == ("A. L.", False)
