from pathlib import Path

import pytest

BOOK = {
    "title": "Sanditon",
    "author_id": 1,
    "isbn": "9791234567890",
    "price": "12.5",
    "year": 1817,
    "format": "ebook",
}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(100))


def test_create(staff):
    answer = staff.post_json("/books", BOOK, status=201)
    assert answer.json["price"] == "12.50"
    assert answer.json["stock"] == 0
    assert staff.get(answer.location).json == answer.json


def test_only_staff_may_write(shop, ada):
    shop.post_json("/books", BOOK, status=401)
    ada.post_json("/books", BOOK, status=403)
    ada.delete("/books/999", status=403)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", " "),
        ("title", "a\0b"),
        ("author_id", 999),
        ("author_id", 2**63),
        ("isbn", "9791234567890\n"),
        ("price", 0),
        ("price", 1.001),
        ("price", "0.00"),
        ("price", True),
        ("year", None),
        ("format", "scroll"),
        ("stock", 1_000_001),
        ("id", 7),
    ],
)
def test_errors_name_the_field(staff, field, value):
    answer = staff.post_json("/books", BOOK | {field: value}, status=400)
    assert {error["field"] for error in answer.json["errors"]} == {field}


@pytest.mark.parametrize("price", [0.01, 0.29, 9999.99, 12, "7", "7.1"])
def test_prices_are_exact(staff, price):
    answer = staff.post_json("/books", BOOK | {"price": price}, status=201)
    assert answer.json["price"] == f"{float(price):.2f}"


@pytest.mark.parametrize(
    "body", [b"{", b'{"price": NaN}', b'{"title": "\xff"}', b'{"title": "\\ud800"}', b"[" * 99999]
)
def test_what_is_not_json_is_refused(staff, body):
    staff.post("/books", body, content_type="application/json", status=400)
    staff.post("/books", body, content_type="text/plain", status=415)


def test_isbn_is_unique(staff):
    staff.post_json("/books", BOOK | {"isbn": "9780000000000"}, status=409)
    staff.patch_json("/books/2", {"isbn": "9780000000000"}, status=409)
    assert staff.get("/books/2").json["isbn"] == "9780000000001"


def test_filters_and_sorting(shop):
    def titles(**parameters):
        return [item["title"] for item in shop.get("/books", parameters).json["items"]]

    assert titles() == ["Emma", "Persuasion"]
    assert titles(sort="-price") == ["Persuasion", "Emma"]
    assert titles(price_min="9.51") == ["Persuasion"]
    assert titles(author_id=2) == []
    assert titles(q="austen", page=2, per_page=1) == ["Persuasion"]
    shop.get("/books", {"price_min": "nan"}, status=400)


def test_conditional_requests(staff):
    etag = staff.get("/books/1").headers["ETag"]
    staff.get("/books/1", headers={"If-None-Match": etag}, status=304)
    staff.patch_json("/books/1", {"stock": 6}, headers={"If-Match": etag}, status=200)
    staff.patch_json("/books/1", {"stock": 7}, headers={"If-Match": etag}, status=412)
    staff.delete("/books/1", headers={"If-Match": etag}, status=412)
    assert staff.get("/books/1").json["stock"] == 6


def test_cover(staff, app):
    staff.get("/books/1/cover", status=404)
    staff.put("/books/1/cover", PNG, content_type="image/png", status=204)
    answer = staff.get("/books/1/cover")
    assert (answer.body, answer.content_type) == (PNG, "image/png")
    staff.get("/books/1/cover", headers={"If-None-Match": answer.headers["ETag"]}, status=304)
    part = staff.get("/books/1/cover", headers={"Range": "bytes=0-3"}, status=206)
    assert part.body == PNG[:4]
    staff.delete("/books/1", status=204)
    assert list(Path(app.registry.settings["bookshop.media"]).glob("cover*")) == []


def test_bad_covers(staff):
    staff.put("/books/1/cover", PNG, content_type="image/jpeg", status=400)
    staff.put("/books/1/cover", PNG, content_type="image/gif", status=415)
    staff.put("/books/1/cover", PNG, content_type="Image/PNG", status=204)
    staff.put("/books/1/cover", PNG.ljust(1_048_577), content_type="image/png", status=413)
    staff.put("/books/99/cover", PNG, content_type="image/png", status=404)
