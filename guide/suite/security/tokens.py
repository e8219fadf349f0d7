"""Tokens: every way in which one can be wrong is 401, says so, and lets nobody in."""

import base64
import hashlib
import hmac
import json
import statistics
import time
from typing import Any

from guide.suite.check import check, expect
from guide.suite.client import ANN, STAFF, Response, Shop, json_of, tell

FOREVER = 4_102_444_800  # the year 2100


@check("security.challenge", "401 names the scheme to use", "RFC 9110, 11.6.1")
def challenge(shop: Shop) -> None:
    bad = shop.get("/me", headers={"Authorization": "Bearer x"})
    for response in (shop.get("/me"), bad):
        expect(response.status_code == 401, f"GET /me answered {tell(response)}")
        said = response.headers.get("WWW-Authenticate", "")
        expect(said.lower().startswith("bearer"), f"401 has WWW-Authenticate: {said or 'nothing'}")


@check("security.token-scheme", "Other schemes, and no token after the scheme, are 401")
def token_scheme(shop: Shop) -> None:
    token = shop.token(ANN)
    for value in (token, f"Basic {token}", "Bearer", f"Bearer{token}", f"Token {token}"):
        _unknown(shop, value)


@check("security.token-scheme-case", "The scheme's name is taken in any case", "RFC 9110, 11.1")
def token_scheme_case(shop: Shop) -> None:
    for scheme in ("bearer", "BEARER"):
        response = shop.get("/me", headers={"Authorization": f"{scheme} {shop.token(ANN)}"})
        expect(response.status_code == 200, f"{scheme} answered {tell(response)}")


@check("security.token-garbage", "Tokens of odd bytes, parts and sizes are 401")
def token_garbage(shop: Shop) -> None:
    token = shop.token(ANN)
    odd = (
        "x",
        "a.b.c",
        "..",
        token[:-5],
        token + ".x",
        token.rpartition(".")[0],
        "e30.e30.",
        "\xff",
    )
    for value in odd:
        _unknown(shop, f"Bearer {value}")
    large = shop.wire(
        b"GET /me HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "
        + b"a." * 3000
        + b"\r\n\r\n"
    )
    expect(large.status in (400, 401, 431), f"a token of 6,000 bytes answered {large}")


@check("security.token-none", "A token that needs no signature is 401", "RFC 8725, 3.1")
def token_none(shop: Shop) -> None:
    for algorithm in ("none", "None", "NONE", "nOnE"):
        head, payload, _ = shop.token(STAFF).split(".")
        head = _encode({"alg": algorithm, "typ": "JWT"})
        _unknown(shop, f"Bearer {head}.{payload}.")
        _unknown(shop, f"Bearer {head}.{payload}.{shop.token(STAFF).rpartition('.')[2]}")


@check("security.token-changed", "A token that was changed, or signed by another key, is 401")
def token_changed(shop: Shop) -> None:
    head, payload, signature = shop.token(ANN).split(".")
    theirs = shop.token(STAFF).split(".")[1]
    _unknown(shop, f"Bearer {head}.{theirs}.{signature}")
    flipped = ("A" if signature[0] != "A" else "B") + signature[1:]
    _unknown(shop, f"Bearer {head}.{payload}.{flipped}")
    for key in ("", "secret", shop.secret_key[::-1]):
        _unknown(shop, f"Bearer {_sign(_payload(shop, ANN), key)}")


@check("security.token-expired", "A token that has run out is 401", "RFC 7519, 4.1.4")
def token_expired(shop: Shop) -> None:
    good = _payload(shop, ANN)
    fresh = _sign({**good, "exp": int(time.time()) + 300}, shop.secret_key)
    response = shop.get("/me", headers={"Authorization": f"Bearer {fresh}"})
    expect(response.status_code == 200, f"a token signed by the key answered {tell(response)}")
    for expires in (int(time.time()) - 60, 0, 1.5, -1):
        _unknown(shop, f"Bearer {_sign({**good, 'exp': expires}, shop.secret_key)}")


@check(
    "security.token-claims", "A signed token of odd claims is 401, not a failure", "RFC 7519, 7.2"
)
def token_claims(shop: Shop) -> None:
    good = _payload(shop, ANN) | {"exp": FOREVER}
    who = next((name for name in ("user_id", "sub", "id", "username") if name in good), "sub")
    subjects: list[Any] = [999_999, "999999", "", None, [1], {}, "x"]
    odd: list[Any] = [{**good, who: subject} for subject in subjects]
    odd += [{**good, who: 10**30}, {**good, "exp": "soon"}, {**good, "exp": None}]
    odd += [{**good, "nbf": FOREVER}, {}, [], "ada", None]
    odd.append({name: value for name, value in good.items() if name != who})
    for payload in odd:
        _unknown(shop, f"Bearer {_sign(payload, shop.secret_key)}")


@check("security.token-without-end", "A signed token that never runs out is 401", "RFC 6750, 5.3")
def token_without_end(shop: Shop) -> None:
    payload = _payload(shop, ANN)
    payload.pop("exp", None)
    _unknown(shop, f"Bearer {_sign(payload, shop.secret_key)}")


@check(
    "security.token-elsewhere", "A token in the query or a cookie opens nothing", "RFC 6750, 2.3"
)
def token_elsewhere(shop: Shop) -> None:
    token = shop.token(ANN)
    for response in (
        shop.get("/me", params={"access_token": token, "token": token}),
        shop.get("/me", headers={"Cookie": f"access_token={token}; access_token_cookie={token}"}),
    ):
        expect(response.status_code in (400, 401, 422), f"it answered {tell(response)}")


@check("security.login-alike", "A wrong password and an unknown name get the same answer")
def login_alike(shop: Shop) -> None:
    known, unknown = (_login(shop, name, "wrong") for name in (ANN, "nobody"))
    expect(known.status_code == 401, f"a wrong password answered {tell(known)}")
    same = (known.status_code, known.content) == (unknown.status_code, unknown.content)
    expect(same, f"a wrong password answered {tell(known)}, an unknown name {tell(unknown)}")


@check("security.login-time", "A wrong password and an unknown name take the same time")
def login_time(shop: Shop) -> None:
    times: dict[str, list[float]] = {ANN: [], "nobody": []}
    for _ in range(7):
        for name, taken in times.items():  # in turn: the machine's moods meet both
            begun = time.perf_counter()
            status = _login(shop, name, "wrong").status_code
            taken.append(time.perf_counter() - begun)
            expect(status == 401, f"a login of {name} with a wrong password answered {status}")
    known, unknown = (statistics.median(taken) * 1000 for taken in times.values())
    told = f"a wrong password takes {known:.0f} ms, an unknown name {unknown:.0f} ms"
    # Below 10 ms apart, what is seen may be the machine.
    expect(0.5 < known / unknown < 2 or abs(known - unknown) < 10, told)


@check("security.login-odd", "Odd names and passwords are 401 or refused")
def login_odd(shop: Shop) -> None:
    password = shop.data.user(ANN)["password"]
    for name, word in (
        ("' OR '1'='1", "' OR '1'='1"), (f"{ANN}'--", "x"), (ANN.upper() + "\0", password),
        ("*", "*"), ("\u202e" + ANN, password), (ANN, password + "\0"), (ANN, "x" * 200),
    ):  # fmt: skip
        response = _login(shop, name, word)
        expect(response.status_code in (400, 401, 422), f"{name!r} answered {tell(response)}")
    bodies: list[Any] = [
        {"username": {"$ne": ""}, "password": {"$ne": ""}},
        {"username": [ANN]},
        [],
    ]
    for body in bodies:
        response = shop.post("/auth/token", json=body)
        expect(response.status_code in (400, 422), f"{body} answered {tell(response)}")


def _unknown(shop: Shop, authorization: str) -> None:
    """Check that this header lets nobody in, to read or to write."""
    headers = {b"Authorization": authorization.encode("latin-1")}
    for method, path in (("GET", "/me"), ("DELETE", "/authors/999999")):
        response = shop.request(method, path, headers=headers)
        found = f"{authorization[:40]!r} answered {tell(response)}"
        expect(response.status_code == 401, f"{method} {path} with {found}")
        expect(isinstance(json_of(response), dict), found)


def _login(shop: Shop, username: str, password: str) -> Response:
    return shop.post("/auth/token", json={"username": username, "password": password})


def _payload(shop: Shop, username: str) -> dict[str, Any]:
    part = shop.token(username).split(".")[1]
    payload: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return payload


def _sign(payload: Any, key: str) -> str:
    """Return `payload` as a JWT signed by `key`; it need be no good payload."""
    signed = f"{_encode({'alg': 'HS256', 'typ': 'JWT'})}.{_encode(payload)}"
    signature = hmac.new(key.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def _encode(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
