import pytest

NEW = {
    "title": "Topaz",
    "author_id": 1,
    "isbn": "9790000000002",
    "price": "9.5",
    "year": 1900,
    "format": "ebook",
}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


@pytest.mark.parametrize(
    ("query", "total"),
    [("q=%25", 1), ("q=_", 0), ("q=VERNE", 1), ("price_min=12.51", 0), ("price_max=1e300", 1)],
)
def test_search(client, query, total):
    assert client.get(f"/books?{query}").json["total"] == total


def test_sorted_pages(client, staff):
    client.post("/books", json=NEW, headers=staff)
    page = client.get("/books?sort=-price&per_page=1&page=2").json
    assert [book["price"] for book in page.pop("items")] == ["9.50"]
    assert page == {"total": 2, "page": 2, "per_page": 1}


@pytest.mark.parametrize("price", ["1.001", 1.001, 0, 10_000, "1e1", "5\n", True, None])
def test_prices(client, staff, price):
    answer = client.post("/books", json={**NEW, "price": price}, headers=staff)
    assert answer.status_code == 422
    assert list(answer.json["errors"]["json"]) == ["price"]


def test_an_isbn_is_taken_once(client, staff):
    assert client.post("/books", json=NEW, headers=staff).status_code == 201
    assert client.post("/books", json=NEW, headers=staff).status_code == 409


def test_etags_guard_against_lost_updates(client, staff):
    etag = client.get("/books/1").headers["ETag"]
    assert client.get("/books/1", headers={"If-None-Match": etag}).status_code == 304
    headers = {**staff, "If-Match": etag}
    assert client.patch("/books/1", json={"stock": 6}, headers=headers).status_code == 200
    assert client.patch("/books/1", json={"stock": 7}, headers=headers).status_code == 412
    assert client.delete("/books/1", headers=headers).status_code == 412
    assert client.get("/books/1").json["stock"] == 6


def test_a_cover_goes_with_its_book(client, staff):
    url = "/books/1/cover"
    assert client.get(url).status_code == 404
    answer = client.put(url, data=PNG, content_type="image/png", headers=staff)
    assert answer.status_code == 204
    cover = client.get(url, buffered=True)
    assert (cover.data, cover.mimetype) == (PNG, "image/png")
    etag = cover.headers["ETag"]
    assert client.get(url, headers={"If-None-Match": etag}, buffered=True).status_code == 304
    assert client.get(url, headers={"Range": "bytes=0-3"}, buffered=True).data == PNG[:4]
    client.delete("/books/1", headers=staff)
    assert client.get(url).status_code == 404


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (PNG, "image/gif", 415),
        (PNG, "image/jpeg", 422),
        (PNG.ljust(1_048_576), "image/png", 204),
        (PNG.ljust(1_048_577), "image/png", 413),
    ],
)
def test_what_a_cover_may_be(client, staff, body, content_type, status):
    answer = client.put("/books/1/cover", data=body, content_type=content_type, headers=staff)
    assert answer.status_code == status


def test_the_document_describes_every_operation(client):
    document = client.get("/openapi.json").json
    assert document["openapi"] == "3.1.0"
    operations = [op for path in document["paths"].values() for op in path.values() if "tags" in op]
    assert len({operation["operationId"] for operation in operations}) == len(operations) == 19
    assert all(operation["summary"] for operation in operations)
