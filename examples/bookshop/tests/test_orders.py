from restive.testing import Client

from bookshop.tables import Book
from tests.conftest import Headers


def line(book_id: int, quantity: int) -> dict[str, int]:
    return {"book_id": book_id, "quantity": quantity}


def stock(client: Client, book: Book) -> int:
    left: int = client.get(f"/books/{book.id}").json()["stock"]
    return left


def test_order(client: Client, ada: Headers, book: Book) -> None:
    body = {"lines": [line(book.id, 1), line(book.id, 2)]}
    answer = client.post("/orders", headers=ada, json=body)
    assert answer.status_code == 201
    order = answer.json()
    assert (order["customer"], order["total"]) == ("ada", "37.50")
    assert [each["quantity"] for each in order["lines"]] == [1, 2]
    assert client.get(answer.headers["Location"], headers=ada).json() == order
    assert stock(client, book) == 2


def test_all_lines_or_none(client: Client, ada: Headers, book: Book) -> None:
    body = {"lines": [line(book.id, 3), line(book.id, 3)]}
    refused = client.post("/orders", headers=ada, json=body)
    assert refused.status_code == 409
    assert refused.json()["code"] == "out_of_stock"
    assert refused.json()["book_id"] == book.id
    body = {"lines": [line(book.id, 1), line(999, 1)]}
    refused = client.post("/orders", headers=ada, json=body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/lines/1/book_id"
    assert stock(client, book) == 5
    assert client.get("/orders", headers=ada).json()["total"] == 0


def test_price_is_that_of_the_day(client: Client, ada: Headers, staff: Headers, book: Book) -> None:
    body = {"lines": [line(book.id, 1)]}
    url = client.post("/orders", headers=ada, json=body).headers["Location"]
    client.patch(f"/books/{book.id}", headers=staff, json={"price": 99})
    assert client.get(url, headers=ada).json()["total"] == "12.50"


def test_who_sees_what(
    client: Client, ada: Headers, grace: Headers, staff: Headers, book: Book
) -> None:
    body = {"lines": [line(book.id, 1)]}
    url = client.post("/orders", headers=ada, json=body).headers["Location"]
    newest = client.post("/orders", headers=grace, json=body).json()
    assert client.get(url, headers=grace).status_code == 404
    assert client.get(url, headers=staff).status_code == 200
    assert client.get("/orders", headers=ada).json()["total"] == 1
    everybodys = client.get("/orders", headers=staff).json()
    assert everybodys["total"] == 2
    assert everybodys["items"][0] == newest


def test_ordered_book_stays(client: Client, ada: Headers, staff: Headers, book: Book) -> None:
    client.post("/orders", headers=ada, json={"lines": [line(book.id, 1)]})
    assert client.delete(f"/books/{book.id}", headers=staff).status_code == 409
