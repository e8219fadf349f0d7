"""Who may do what: every operation as nobody, as a customer and as staff; and two customers."""

from typing import Any

from guide.contract import Operation
from guide.suite.check import check, expect
from guide.suite.client import ANN, BEN, PNG, STAFF, Response, Shop, json_of, png, tell


@check("security.matrix-anonymous", "Without a token, all that is not public is 401")
def matrix_anonymous(shop: Shop) -> None:
    for operation in _operations(shop):
        response = _attempt(shop, operation, None)
        told = _told(operation, "nobody", response)
        if operation.access == "public":
            expect(response.status_code not in (401, 403) and response.status_code < 500, told)
        else:
            expect(response.status_code == 401, told)


@check("security.matrix-customer", "As a customer, what is staff's is 403 and the rest is open")
def matrix_customer(shop: Shop) -> None:
    for operation in _operations(shop):
        response = _attempt(shop, operation, ANN)
        told = _told(operation, "a customer", response)
        if operation.access == "staff":
            expect(response.status_code == 403, told)
        else:
            _open(operation, response, told)


@check("security.matrix-staff", "As staff, everything is open")
def matrix_staff(shop: Shop) -> None:
    for operation in _operations(shop):
        response = _attempt(shop, operation, STAFF)
        _open(operation, response, _told(operation, "staff", response))


@check(
    "security.authorized-first", "Who may not write is told so before what is wrong with the body"
)
def authorized_first(shop: Shop) -> None:
    for by, wanted in ((None, 401), (ANN, 403)):
        response = shop.post("/books", by=by, json={"price": "wrong"})
        expect(response.status_code == wanted, f"a bad body by {by} answered {tell(response)}")


@check("security.other-order", "Another customer's order is answered as one that does not exist")
def other_order(shop: Shop) -> None:
    theirs = _order_of(shop, BEN)
    other, none = (shop.get(f"/orders/{id}", by=ANN) for id in (theirs, 999_999))
    expect(other.status_code == 404, f"another's order answered {tell(other)}")
    same = _without(other, theirs) == _without(none, 999_999)
    expect(same, f"another's order answers {tell(other)}, none {tell(none)}")
    mine = shop.get(f"/orders/{theirs}", by=BEN)
    expect(mine.status_code == 200, f"one's own order answered {tell(mine)}")


@check("security.other-orders", "A list of orders holds the caller's own, whatever is asked for")
def other_orders(shop: Shop) -> None:
    id = shop.data.user(BEN)["id"]
    for params in ({}, {"user_id": id}, {"customer": BEN}, {"customer_id": id}, {"user": id}):
        response = shop.get("/orders", by=ANN, params={"per_page": 100, **params})
        if response.status_code == 200:
            customers = {order["customer"] for order in json_of(response)["items"]}
            expect(customers == {ANN}, f"{params}: orders of {customers}")
        else:
            expect(response.status_code in (400, 422), f"{params} answered {tell(response)}")


@check("security.staff-orders", "Staff see the orders of all")
def staff_orders(shop: Shop) -> None:
    order = _order_of(shop, BEN)
    response = shop.get(f"/orders/{order}", by=STAFF)
    expect(response.status_code == 200, f"staff reading an order got {tell(response)}")
    items = json_of(shop.get("/orders", by=STAFF, params={"per_page": 100}))["items"]
    expect(len({item["customer"] for item in items}) > 2, "staff see few customers' orders")


@check("security.mass-assignment-account", "Nobody makes themselves staff, or somebody else")
def mass_assignment_account(shop: Shop) -> None:
    before = json_of(shop.get("/me", by=ANN))
    for fields in (
        {"is_staff": True}, {"id": 1}, {"username": "root"}, {"password": "x", "hash": "x"},
        {"is_superuser": True, "is_active": False, "role": "staff", "groups": [1]},
    ):  # fmt: skip
        body = {"full_name": before["full_name"], **fields}
        response = shop.patch("/me", by=ANN, json=body)
        expect(response.status_code in (200, 400, 422), f"{fields} answered {tell(response)}")
        after = json_of(shop.get("/me", by=ANN))
        expect(after == before, f"{fields} made the account {after}")
    credentials = {"username": ANN, "password": shop.data.user(ANN)["password"]}
    login = shop.post("/auth/token", json=credentials)
    expect(login.status_code == 200, f"and the password has changed: {tell(login)}")
    denied = shop.post("/authors", by=ANN, json={"name": "x"})
    expect(denied.status_code == 403, f"and the customer may write: {tell(denied)}")


@check("security.mass-assignment-book", "Ids and times of rows are not the client's to set")
def mass_assignment_book(shop: Shop) -> None:
    book = shop.new_book()
    fixed = {"id": 77, "created_at": "1999-01-01T00:00:00Z", "author": {"id": 2, "name": "x"}}
    for response in (
        shop.post("/books", by=STAFF, json=shop.book_body(**fixed)),
        shop.patch(f"/books/{book['id']}", by=STAFF, json={"title": book["title"], **fixed}),
    ):
        if response.status_code in (400, 422):
            continue
        expect(response.status_code in (200, 201), f"it answered {tell(response)}")
        kept = json_of(response)
        told = f"id, created_at or author were set: {kept}"
        expect(kept["id"] != 77 and not kept["created_at"].startswith("1999"), told)
        expect(kept["author"]["id"] == 1 and kept["author"]["name"] != "x", told)


@check("security.mass-assignment-order", "Prices and owners of orders are not the client's to set")
def mass_assignment_order(shop: Shop) -> None:
    book, ben = shop.new_book(price="40.00"), shop.data.user(BEN)["id"]
    line = {"book_id": book["id"], "quantity": 1, "unit_price": "0.01", "price": 0.01}
    owner = {"customer": BEN, "customer_id": ben, "user_id": ben, "user": ben, "total": "0.01"}
    response = shop.post("/orders", by=ANN, json={"lines": [line], **owner})
    expect(response.status_code in (201, 400, 422), f"it answered {tell(response)}")
    if response.status_code == 201:
        order = json_of(response)
        kept = (order["customer"], order["total"]) == (ANN, "40.00")
        expect(kept, f"the order is {order}")


def _operations(shop: Shop) -> list[Operation]:
    return list(shop.contract.operations.values())


def _attempt(shop: Shop, operation: Operation, by: str | None) -> Response:
    """Send a good request for `operation`, aimed where it can do no harm to other checks."""
    bodies: dict[str, dict[str, Any]] = {
        "createToken": {"json": {"username": ANN, "password": shop.data.user(ANN)["password"]}},
        "createBook": {"json": shop.book_body()},
        "createAuthor": {"json": {"name": "Mary Shelley"}},
        "createOrder": {"json": {"lines": [{"book_id": 1, "quantity": 1}]}},
        "putCover": {"content": png(), "headers": PNG},
    }
    options = bodies.get(operation.id, {"json": {}} if operation.method == "PATCH" else {})
    harmless = operation.method in ("GET", "PATCH")
    path = operation.path.replace("{id}", "1" if harmless else "999999")
    return shop.request(operation.method, path, by=by, **options)


def _open(operation: Operation, response: Response, told: str) -> None:
    """Check that the request was let through: to what it asks for, or to a row not there."""
    gone = response.status_code == 404 and "{id}" in operation.path
    expect(response.is_success or gone, told)


def _told(operation: Operation, who: str, response: Response) -> str:
    return f"{operation} by {who} answered {tell(response)}"


def _order_of(shop: Shop, username: str) -> int:
    user = shop.data.user(username)["id"]
    id: int = next(order["id"] for order in shop.data.orders if order["user_id"] == user)
    return id


def _without(response: Response, id: int) -> tuple[int, str]:
    return response.status_code, response.text.replace(str(id), "N")
