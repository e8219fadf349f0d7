from fastapi.testclient import TestClient

from app.models import Book
from tests.conftest import Headers


def line(book_id: int | None, quantity: int) -> dict[str, int | None]:
    return {"book_id": book_id, "quantity": quantity}


def stock(client: TestClient, book: Book) -> int:
    return client.get(f"/books/{book.id}").json()["stock"]


def test_order(client: TestClient, ada: Headers, book: Book):
    body = {"lines": [line(book.id, 1), line(book.id, 2)]}
    response = client.post("/orders", headers=ada, json=body)
    assert response.status_code == 201
    order = response.json()
    assert (order["customer"], order["total"]) == ("ada", "37.50")
    assert [each["quantity"] for each in order["lines"]] == [1, 2]
    assert client.get(response.headers["Location"], headers=ada).json() == order
    assert stock(client, book) == 2


def test_all_lines_or_none(client: TestClient, ada: Headers, book: Book):
    body = {"lines": [line(book.id, 3), line(book.id, 3)]}
    assert client.post("/orders", headers=ada, json=body).status_code == 409
    body = {"lines": [line(book.id, 1), line(999, 1)]}
    response = client.post("/orders", headers=ada, json=body)
    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == ["body", "lines", 1, "book_id"]
    assert stock(client, book) == 5
    assert client.get("/orders", headers=ada).json()["total"] == 0


def test_price_is_that_of_the_day(client: TestClient, ada: Headers, staff: Headers, book: Book):
    body = {"lines": [line(book.id, 1)]}
    url = client.post("/orders", headers=ada, json=body).headers["Location"]
    client.patch(f"/books/{book.id}", headers=staff, json={"price": 99})
    assert client.get(url, headers=ada).json()["total"] == "12.50"


def test_who_sees_what(
    client: TestClient, ada: Headers, grace: Headers, staff: Headers, book: Book
):
    body = {"lines": [line(book.id, 1)]}
    url = client.post("/orders", headers=ada, json=body).headers["Location"]
    newest = client.post("/orders", headers=grace, json=body).json()
    assert client.get(url, headers=grace).status_code == 404
    assert client.get(url, headers=staff).status_code == 200
    assert client.get("/orders", headers=ada).json()["total"] == 1
    everybodys = client.get("/orders", headers=staff).json()
    assert everybodys["total"] == 2
    assert everybodys["items"][0] == newest


def test_ordered_book_stays(client: TestClient, ada: Headers, staff: Headers, book: Book):
    client.post("/orders", headers=ada, json={"lines": [line(book.id, 1)]})
    assert client.delete(f"/books/{book.id}", headers=staff).status_code == 409
