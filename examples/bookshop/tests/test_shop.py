from typing import Any

import pytest
from restive.testing import Client

from bookshop.tables import Author, Book
from tests.conftest import Headers, new_book

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels" * 100


def faults(answer: Any) -> set[str]:
    assert answer.status_code in (400, 422), answer.text
    places = (error.get("parameter") or error["pointer"] for error in answer.json()["errors"])
    return {place.removeprefix("/") for place in places}


def test_create_author(client: Client, staff: Headers) -> None:
    answer = client.post("/authors", headers=staff, json={"name": "Stanisław Lem"})
    assert answer.status_code == 201
    assert client.get(answer.headers["Location"]).json() == answer.json()


def test_only_staff_write(client: Client, ada: Headers) -> None:
    assert client.post("/authors", json={"name": "x"}).status_code == 401
    assert client.post("/authors", headers=ada, json={"name": "x"}).status_code == 403


def test_who_may_not_write_is_not_told_what_is_wrong(client: Client, ada: Headers) -> None:
    assert client.post("/authors", json={"name": 5}).status_code == 401
    assert client.post("/authors", headers=ada, json={"name": 5}).status_code == 403


def test_nobody_dies_before_birth(client: Client, staff: Headers, author: Author) -> None:
    new = {"name": "x", "born": 1900, "died": 1899}
    refused = client.post("/authors", headers=staff, json=new)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["detail"] == "died must not be earlier than born"
    url = f"/authors/{author.id}"
    assert client.patch(url, headers=staff, json={"died": 1900}).status_code == 422
    assert client.patch(url, headers=staff, json={"born": None}).json()["born"] is None
    assert client.get(url).json()["died"] == 2018


def test_create_book(client: Client, staff: Headers, author: Author) -> None:
    answer = client.post("/books", headers=staff, json=new_book(author.id))
    assert answer.status_code == 201
    assert answer.json()["price"] == "12.50"
    assert answer.json()["author"] == {"id": author.id, "name": author.name}
    assert client.get(answer.headers["Location"]).json() == answer.json()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", " \t"),
        ("title", "nul\0"),
        ("title", None),
        ("author_id", 999),
        ("isbn", "1234567890123"),
        ("isbn", "9780060512750\n"),
        ("price", 0),
        ("price", 1.234),
        ("price", "cheap"),
        ("year", 2101),
        ("format", "scroll"),
        ("stock", -1),
        ("colour", "red"),
    ],
)
def test_invalid_book(
    client: Client, staff: Headers, author: Author, field: str, value: object
) -> None:
    body = new_book(author.id) | {field: value}
    assert faults(client.post("/books", headers=staff, json=body)) == {field}


def test_isbn_is_unique(client: Client, staff: Headers, book: Book) -> None:
    body = new_book(book.author_id)
    taken = client.post("/books", headers=staff, json=body)
    assert (taken.status_code, taken.json()["code"]) == (409, "isbn_taken")
    other = client.post("/books", headers=staff, json=body | {"isbn": "9780060512751"}).json()
    answer = client.patch(f"/books/{other['id']}", headers=staff, json={"isbn": book.isbn})
    assert answer.status_code == 409


def test_patch_keeps_the_rest(client: Client, staff: Headers, book: Book) -> None:
    url = f"/books/{book.id}"
    before = client.get(url).json()
    after = client.patch(url, headers=staff, json={"price": "9.9"}).json()
    assert after == before | {"price": "9.90"}
    assert faults(client.patch(url, headers=staff, json={"price": None})) == {"price"}
    assert faults(client.patch(url, headers=staff, json={"price": 9.999})) == {"price"}
    assert faults(client.patch(url, headers=staff, json={"author_id": 999})) == {"author_id"}


def test_list_books(client: Client, staff: Headers, book: Book) -> None:
    other = new_book(book.author_id, title="100% Cats", isbn="9780060512752", price=5)
    client.post("/books", headers=staff, json=other)

    def titles(**params: Any) -> list[str]:
        answer = client.get("/books", params=params)
        assert answer.status_code == 200, answer.text
        return [item["title"] for item in answer.json()["items"]]

    assert titles() == ["100% Cats", "The Dispossessed"]
    assert titles(sort="-price") == ["The Dispossessed", "100% Cats"]
    assert titles(q="%") == ["100% Cats"]
    assert titles(q="le guin", price_min=12.5) == ["The Dispossessed"]
    assert titles(price_max=12.49) == ["100% Cats"]
    assert titles(author_id=999) == []
    assert titles(per_page=1, page=2) == ["The Dispossessed"]
    assert client.get("/books", params={"per_page": 1}).json()["total"] == 2
    assert faults(client.get("/books", params={"sort": "isbn", "page": 0})) == {"sort", "page"}


def test_a_misspelt_filter_is_refused(client: Client) -> None:
    [error] = client.get("/books", params={"pric_max": 5}).json()["errors"]
    assert error["did_you_mean"][0] == "price_max"


def test_author_with_books_stays(client: Client, staff: Headers, book: Book) -> None:
    author = f"/authors/{book.author_id}"
    assert client.delete(author, headers=staff).status_code == 409
    assert client.delete(f"/books/{book.id}", headers=staff).status_code == 204
    assert client.delete(author, headers=staff).status_code == 204
    assert client.get(author).status_code == 404


def test_cover(client: Client, staff: Headers, book: Book) -> None:
    url = f"/books/{book.id}/cover"
    assert client.get(url).status_code == 404
    put = client.put(url, headers=staff | {"Content-Type": "image/png"}, content=PNG)
    assert put.status_code == 204

    got = client.get(url)
    assert (got.content, got.headers["Content-Type"]) == (PNG, "image/png")

    jpeg = b"\xff\xd8\xff" + PNG
    client.put(url, headers=staff | {"Content-Type": "image/jpeg"}, content=jpeg)
    changed = client.get(url)
    assert changed.headers["Content-Type"] == "image/jpeg"
    assert changed.headers["ETag"] != got.headers["ETag"]

    client.delete(f"/books/{book.id}", headers=staff)
    assert client.get(url).status_code == 404


@pytest.mark.parametrize(
    ("media_type", "content", "status"),
    [
        ("image/gif", b"GIF89a", 415),
        ("image/jpeg", PNG, 422),
        ("Image/PNG; x=y", PNG.ljust(1_048_576), 204),
        ("image/png", PNG.ljust(1_048_577), 413),
    ],
)
def test_put_cover(
    client: Client, staff: Headers, book: Book, media_type: str, content: bytes, status: int
) -> None:
    headers = staff | {"Content-Type": media_type}
    answer = client.put(f"/books/{book.id}/cover", headers=headers, content=content)
    assert answer.status_code == status


def test_every_operation_is_documented(client: Client) -> None:
    document = client.get("/openapi.json").json()
    operations = [
        (path, method, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]
    assert len(operations) == 19
    assert len({operation["operationId"] for _, _, operation in operations}) == 19
    for path, method, operation in operations:
        assert operation["summary"]
        protected = method != "get" or path.startswith(("/me", "/orders"))
        assert ("security" in operation) == (protected and path != "/auth/token"), (path, method)
        assert ("401" in operation["responses"]) == protected, (path, method)
