"""Covers: an image goes in as it is and comes out as it was."""

from guide.suite.check import check, expect
from guide.suite.client import PNG, STAFF, Shop, png, tell

LIMIT = 1_048_576
JPEG = {"Content-Type": "image/jpeg"}
JPEG_IMAGE = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"


@check("contract.cover", "A PNG or JPEG is stored and given back byte by byte")
def cover(shop: Shop) -> None:
    book = shop.new_book()["id"]
    none = shop.call("getCover", book)
    expect(none.status_code == 404, f"a book without cover answered {tell(none)}")
    for image, headers in ((png(), PNG), (JPEG_IMAGE, JPEG)):
        stored = shop.call("putCover", book, by=STAFF, content=image, headers=headers)
        expect(stored.status_code == 204, f"PUT of a cover answered {tell(stored)}")
        found = shop.call("getCover", book)
        expect(found.content == image, "the cover is not what was put")
        expect(found.headers["Content-Type"] == headers["Content-Type"], "nor is its type")


@check("contract.cover-of-nothing", "A cover for a book that is not there is 404")
def cover_of_nothing(shop: Shop) -> None:
    response = shop.call("putCover", 999_999, by=STAFF, content=png(), headers=PNG)
    expect(response.status_code == 404, f"PUT answered {tell(response)}")


@check("contract.cover-limit", "A cover of 1,048,576 bytes is taken, one byte more is 413")
def cover_limit(shop: Shop) -> None:
    book = shop.new_book()["id"]
    fits = shop.call("putCover", book, by=STAFF, content=png(LIMIT), headers=PNG)
    expect(fits.status_code == 204, f"1,048,576 bytes answered {tell(fits)}")
    large = shop.call("putCover", book, by=STAFF, content=png(LIMIT + 1), headers=PNG)
    expect(large.status_code == 413, f"1,048,577 bytes answered {tell(large)}")
    expect(len(shop.call("getCover", book).content) == LIMIT, "and it was stored")


@check("contract.cover-types", "Other types than PNG and JPEG are 415")
def cover_types(shop: Shop) -> None:
    book = shop.new_book()["id"]
    for kind in ("image/gif", "image/svg+xml", "application/json", "text/html"):
        headers = {"Content-Type": kind}
        response = shop.call("putCover", book, by=STAFF, content=png(), headers=headers)
        expect(response.status_code == 415, f"{kind} answered {tell(response)}")


@check("contract.cover-signature", "What is not the image that it says it is, is refused")
def cover_signature(shop: Shop) -> None:
    book = shop.new_book()["id"]
    for image, headers in (
        (b"<html><script>alert(1)</script></html>", PNG),
        (JPEG_IMAGE, PNG),
        (png(), JPEG),
        (b"", PNG),
    ):
        response = shop.call("putCover", book, by=STAFF, content=image, headers=headers)
        expect(response.status_code in (400, 422), f"{image[:9]!r} answered {tell(response)}")
    expect(shop.call("getCover", book).status_code == 404, "and it was stored")


@check("contract.cover-deleted", "A deleted book's cover is gone")
def cover_deleted(shop: Shop) -> None:
    book, _ = shop.new_cover()
    expect(shop.call("deleteBook", book, by=STAFF).status_code == 204, "the book stays")
    expect(shop.call("getCover", book).status_code == 404, "the cover of a deleted book is there")
