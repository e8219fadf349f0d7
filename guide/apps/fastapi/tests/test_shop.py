import pytest
from fastapi.testclient import TestClient

from app.models import Author, Book
from tests.conftest import Headers, new_book

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels" * 100


def faults(response) -> set[str]:
    assert response.status_code == 422, response.text
    return {str(error["loc"][-1]) for error in response.json()["detail"]}


def test_create_author(client: TestClient, staff: Headers):
    response = client.post("/authors", headers=staff, json={"name": "Stanisław Lem"})
    assert response.status_code == 201
    assert client.get(response.headers["Location"]).json() == response.json()


def test_only_staff_write(client: TestClient, ada: Headers):
    assert client.post("/authors", json={"name": "x"}).status_code == 401
    assert client.post("/authors", headers=ada, json={"name": "x"}).status_code == 403


def test_nobody_dies_before_birth(client: TestClient, staff: Headers, author: Author):
    new = {"name": "x", "born": 1900, "died": 1899}
    assert faults(client.post("/authors", headers=staff, json=new)) == {"died"}
    url = f"/authors/{author.id}"
    assert faults(client.patch(url, headers=staff, json={"died": 1900})) == {"died"}
    assert client.patch(url, headers=staff, json={"born": None}).json()["born"] is None
    assert client.get(url).json()["died"] == 2018


def test_create_book(client: TestClient, staff: Headers, author: Author):
    response = client.post("/books", headers=staff, json=new_book(author.id))
    assert response.status_code == 201
    assert response.json()["price"] == "12.50"
    assert response.json()["author"] == {"id": author.id, "name": author.name}
    assert client.get(response.headers["Location"]).json() == response.json()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", " \t"),
        ("title", "nul\0"),
        ("title", None),
        ("author_id", 999),
        ("isbn", "1234567890123"),
        ("price", 0),
        ("price", 1.234),
        ("price", "cheap"),
        ("year", 2101),
        ("format", "scroll"),
        ("stock", -1),
    ],
)
def test_invalid_book(client: TestClient, staff: Headers, author: Author, field, value):
    body = new_book(author.id) | {field: value}
    assert faults(client.post("/books", headers=staff, json=body)) == {field}


def test_isbn_is_unique(client: TestClient, staff: Headers, book: Book):
    body = new_book(book.author_id)
    assert client.post("/books", headers=staff, json=body).status_code == 409
    other = client.post("/books", headers=staff, json=body | {"isbn": "9780060512751"}).json()
    change = {"isbn": book.isbn}
    response = client.patch(f"/books/{other['id']}", headers=staff, json=change)
    assert response.status_code == 409


def test_patch_keeps_the_rest(client: TestClient, staff: Headers, book: Book):
    url = f"/books/{book.id}"
    before = client.get(url).json()
    after = client.patch(url, headers=staff, json={"price": "9.9"}).json()
    assert after == before | {"price": "9.90"}
    assert faults(client.patch(url, headers=staff, json={"price": None})) == {"price"}


def test_list_books(client: TestClient, staff: Headers, book: Book):
    client.post(
        "/books",
        headers=staff,
        json=new_book(book.author_id, title="100% Cats", isbn="9780060512752", price=5),
    )

    def titles(**params: object) -> list[str]:
        response = client.get("/books", params=params)
        assert response.status_code == 200, response.text
        return [item["title"] for item in response.json()["items"]]

    assert titles() == ["100% Cats", "The Dispossessed"]
    assert titles(sort="-price") == ["The Dispossessed", "100% Cats"]
    assert titles(q="%") == ["100% Cats"]
    assert titles(q="le guin", price_min=12.5) == ["The Dispossessed"]
    assert titles(price_max=12.49) == ["100% Cats"]
    assert titles(author_id=999) == []
    assert titles(per_page=1, page=2) == ["The Dispossessed"]
    assert client.get("/books", params={"per_page": 1}).json()["total"] == 2
    assert faults(client.get("/books", params={"sort": "isbn", "page": 0})) == {"sort", "page"}


def test_author_with_books_stays(client: TestClient, staff: Headers, book: Book):
    author = f"/authors/{book.author_id}"
    assert client.delete(author, headers=staff).status_code == 409
    assert client.delete(f"/books/{book.id}", headers=staff).status_code == 204
    assert client.delete(author, headers=staff).status_code == 204
    assert client.get(author).status_code == 404


def test_cover(client: TestClient, staff: Headers, book: Book):
    url = f"/books/{book.id}/cover"
    assert client.get(url).status_code == 404
    put = client.put(url, headers=staff | {"Content-Type": "image/png"}, content=PNG)
    assert put.status_code == 204

    got = client.get(url)
    assert (got.content, got.headers["Content-Type"]) == (PNG, "image/png")
    part = client.get(url, headers={"Range": "bytes=1-3"})
    assert (part.status_code, part.content) == (206, b"PNG")

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
        ("image/png", PNG.ljust(1_048_576), 204),
        ("image/png", PNG.ljust(1_048_577), 413),
    ],
)
def test_put_cover(
    client: TestClient, staff: Headers, book: Book, media_type: str, content: bytes, status: int
):
    headers = staff | {"Content-Type": media_type}
    response = client.put(f"/books/{book.id}/cover", headers=headers, content=content)
    assert response.status_code == status


def test_every_operation_is_documented(client: TestClient):
    document = client.get("/openapi.json").json()
    operations = [
        (path, method, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]
    assert len(operations) == 19
    assert len({operation["operationId"] for _, _, operation in operations}) == 19
    for path, method, operation in operations:
        protected = method != "get" or path.startswith(("/me", "/orders"))
        assert ("security" in operation) == (protected and path != "/auth/token")
