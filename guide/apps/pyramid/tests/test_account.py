from datetime import UTC, datetime, timedelta

import jwt
import pytest


def test_wrong_password_and_unknown_name_are_answered_alike(shop):
    answers = [
        shop.post_json("/auth/token", {"username": name, "password": "wrong"}, status=401)
        for name in ("ada", "nobody")
    ]
    assert answers[0].json == answers[1].json
    assert answers[0].headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("claims", "key", "algorithm"),
    [
        ({"sub": "ada"}, "0123456789abcdef" * 4, "HS256"),
        ({"sub": "ada", "exp": -60}, "0123456789abcdef" * 4, "HS256"),
        ({"sub": "nobody", "exp": 60}, "0123456789abcdef" * 4, "HS256"),
        ({"sub": "ada", "exp": 60}, "f" * 64, "HS256"),
        ({"sub": "ada", "exp": 60}, None, "none"),
    ],
)
def test_bad_tokens_are_refused(shop, claims, key, algorithm):
    if "exp" in claims:
        claims = claims | {"exp": datetime.now(UTC) + timedelta(seconds=claims["exp"])}
    shop.authorization = ("Bearer", jwt.encode(claims, key, algorithm=algorithm))
    answer = shop.get("/me", status=401)
    assert "invalid_token" in answer.headers["WWW-Authenticate"]


def test_own_account_can_be_changed_but_not_promoted(ada):
    assert ada.patch_json("/me", {"full_name": "Ada L."}).json["full_name"] == "Ada L."
    answer = ada.patch_json("/me", {"is_staff": True, "email": "no"}, status=400)
    assert {error["field"] for error in answer.json["errors"]} == {"is_staff", "email"}
    assert ada.get("/me").json["is_staff"] is False
