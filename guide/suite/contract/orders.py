"""Orders: all lines or none, and stock that never falls below zero."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from guide.suite.check import check, expect
from guide.suite.client import ANN, BEN, STAFF, Response, Shop, json_of, tell


@check("contract.order-create", "An order takes stock at today's price")
def order_create(shop: Shop) -> None:
    one, two = shop.new_book(price="10.10"), shop.new_book(price="0.05", title="Mathilda")
    response = _order(shop, (one, 2), (two, 3))
    expect(response.status_code == 201, f"POST /orders answered {tell(response)}")
    order = json_of(response)
    lines = [
        {"book_id": one["id"], "title": one["title"], "quantity": 2, "unit_price": "10.10"},
        {"book_id": two["id"], "title": "Mathilda", "quantity": 3, "unit_price": "0.05"},
    ]
    expect(sorted(order["lines"], key=lambda line: line["book_id"]) == lines, f"lines: {order}")
    expect((order["customer"], order["total"]) == (ANN, "20.35"), f"POST /orders gave {order}")
    expect((_stock(shop, one), _stock(shop, two)) == (3, 2), "the stock was not taken")
    again = json_of(shop.get(response.headers["Location"], by=ANN))
    expect(again == order, f"GET {response.headers['Location']} gave {again}")


@check("contract.order-time", "An order's time is now, in UTC")
def order_time(shop: Shop) -> None:
    order = json_of(_order(shop, (shop.new_book(), 1)))
    made = datetime.fromisoformat(order["created_at"])
    expect(made.tzinfo is not None, f"created_at {order['created_at']} has no offset")
    expect(abs(datetime.now(UTC) - made) < timedelta(minutes=1), f"created_at {made}")


@check("contract.order-too-much", "More than is in stock is 409, and nothing is stored")
def order_too_much(shop: Shop) -> None:
    plenty, scarce = shop.new_book(), shop.new_book(stock=1)
    before = shop.ask("listOrders", by=ANN)["total"]
    response = _order(shop, (plenty, 2), (scarce, 2))
    expect(response.status_code == 409, f"POST /orders answered {tell(response)}")
    expect(
        _stock(shop, plenty) == 5, f"a line of a refused order took stock: {_stock(shop, plenty)}"
    )
    expect(_stock(shop, scarce) == 1, "the stock changed")
    after = shop.ask("listOrders", by=ANN)["total"]
    expect(after == before, "a refused order is in the list")


@check("contract.order-same-book", "Two lines of one book take their sum")
def order_same_book(shop: Shop) -> None:
    book = shop.new_book()
    refused = _order(shop, (book, 3), (book, 3))
    expect(refused.status_code == 409, f"3 + 3 of 5 answered {tell(refused)}")
    taken = _order(shop, (book, 3), (book, 2))
    expect(taken.status_code == 201, f"3 + 2 of 5 answered {tell(taken)}")
    expect(_stock(shop, book) == 0, f"{_stock(shop, book)} are left")


@check("contract.order-list", "Orders come newest first, a customer's own only")
def order_list(shop: Shop) -> None:
    mine = shop.data.user(BEN)["id"]
    loaded = [order["id"] for order in shop.data.orders if order["user_id"] == mine]
    before = shop.ask("listOrders", by=BEN)["total"]
    made = shop.ask("createOrder", by=BEN, json=_body((shop.new_book(), 1)))["id"]
    body = shop.ask("listOrders", by=BEN, params={"per_page": 5})
    found = [order["id"] for order in body["items"]]
    expect(found[0] == made, f"the newest order is {made}, the list begins {found}")
    expect(len(found) == 5 and found == sorted(found, reverse=True), f"not newest first: {found}")
    expect((before >= len(loaded), body["total"]) == (True, before + 1), f"total {body['total']}")
    last = shop.ask("listOrders", by=BEN, params={"per_page": 1, "page": body["total"]})
    expect([order["id"] for order in last["items"]] == loaded[:1], f"the oldest is {last['items']}")
    expect(all(order["customer"] == BEN for order in body["items"]), "another customer's order")


@check("contract.order-total", "The total is the sum of the lines, at the price of then")
def order_total(shop: Shop) -> None:
    book = shop.new_book(price="4.00")
    order = json_of(_order(shop, (book, 2)))
    shop.call("updateBook", book["id"], by=STAFF, json={"price": "5.00"})
    again = shop.ask("getOrder", order["id"], by=ANN)
    expect(again == order, f"a new price changed an old order: {again['total']}")
    stored = shop.data.orders[-1]
    total = sum(Decimal(line["unit_price"]) * line["quantity"] for line in stored["lines"])
    found = shop.ask("getOrder", stored["id"], by=STAFF)
    expect(
        Decimal(found["total"]) == total, f"total of {stored['id']}: {found['total']}, not {total}"
    )


@check("contract.order-race", "Of 24 at once for the last 5 copies, 5 succeed and 19 are 409")
def order_race(shop: Shop) -> None:
    book = shop.new_book(stock=5)
    statuses = _at_once(shop, [_body((book, 1))] * 24)
    expect(set(statuses) <= {201, 409}, f"answers: {sorted(set(statuses))}")
    expect(statuses.count(201) == 5, f"{statuses.count(201)} orders succeeded")
    expect(_stock(shop, book) == 0, f"the stock is {_stock(shop, book)}")


@check("contract.order-crossing", "Orders that name the same books in other orders all succeed")
def order_crossing(shop: Shop) -> None:
    one, two = shop.new_book(stock=100), shop.new_book(stock=100)
    bodies = [_body((one, 1), (two, 1)), _body((two, 1), (one, 1))] * 10
    statuses = _at_once(shop, bodies)
    expect(set(statuses) == {201}, f"answers: {sorted(statuses)}")
    expect((_stock(shop, one), _stock(shop, two)) == (80, 80), "the stock is not what is left")


def _body(*lines: tuple[dict[str, Any], int]) -> dict[str, Any]:
    return {"lines": [{"book_id": book["id"], "quantity": count} for book, count in lines]}


def _order(shop: Shop, *lines: tuple[dict[str, Any], int]) -> Response:
    return shop.call("createOrder", by=ANN, json=_body(*lines))


def _stock(shop: Shop, book: dict[str, Any]) -> int:
    stock: int = json_of(shop.get(f"/books/{book['id']}"))["stock"]
    return stock


def _at_once(shop: Shop, bodies: list[dict[str, Any]]) -> list[int]:
    """Send the orders with as many threads as there are; return their statuses."""
    bearer = {"Authorization": f"Bearer {shop.token(ANN)}"}
    with shop.many() as request, ThreadPoolExecutor(len(bodies)) as threads:
        answers = threads.map(
            lambda body: request("POST", "/orders", json=body, headers=bearer), bodies
        )
        return [answer.status_code for answer in answers]
