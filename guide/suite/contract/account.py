"""Logging in, and the caller's own account."""

from guide.suite.check import check, expect
from guide.suite.client import ANN, BEN, Shop, json_of, tell


@check("contract.login", "The right password gives a token that works")
def login(shop: Shop) -> None:
    user = shop.data.user(ANN)
    body = {"username": ANN, "password": user["password"]}
    response = shop.call("createToken", json=body)
    expect(response.status_code == 200, f"login answered {tell(response)}")
    bearer = {"Authorization": f"Bearer {json_of(response)['access_token']}"}
    me = shop.call("getMe", headers=bearer)
    expect(json_of(me)["username"] == ANN, f"GET /me answered {tell(me)}")


@check("contract.login-refused", "A wrong password or an unknown name is 401")
def login_refused(shop: Shop) -> None:
    for username in (ANN, "nobody"):
        response = shop.call("createToken", json={"username": username, "password": "wrong"})
        expect(response.status_code == 401, f"login of {username} answered {tell(response)}")


@check("contract.me", "GET /me is the caller's own account")
def me(shop: Shop) -> None:
    for username in (ANN, BEN):
        user = shop.data.user(username)
        wanted = {name: value for name, value in user.items() if name != "password"}
        found = shop.ask("getMe", by=username)
        expect(found == wanted, f"GET /me of {username} gave {found}")


@check("contract.me-change", "PATCH /me changes name and address, and is stored")
def me_change(shop: Shop) -> None:
    before = shop.ask("getMe", by=BEN)
    changes = {"full_name": "Grace Brewster", "email": "grace.b@example.com"}
    response = shop.call("updateMe", by=BEN, json=changes)
    expect(json_of(response) == {**before, **changes}, f"PATCH /me gave {tell(response)}")
    expect(shop.ask("getMe", by=BEN) == {**before, **changes}, "it was not stored")
    back = {name: before[name] for name in changes}
    expect(shop.ask("updateMe", by=BEN, json=back) == before, "it cannot be changed back")
