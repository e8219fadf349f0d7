"""Ranges of a cover (RFC 9110, 14)."""

from guide.suite.check import check, expect
from guide.suite.client import Response, Shop


@check("http.range", "A range of bytes is 206 with just those", "RFC 9110, 14.2")
def byte_range(shop: Shop) -> None:
    book, image = shop.new_cover(size=3000)
    for sent, first, last in (
        ("bytes=0-99", 0, 99),
        ("bytes=2900-", 2900, 2999),
        ("bytes=-100", 2900, 2999),
        ("bytes=2990-9999", 2990, 2999),
    ):
        response = _cover(shop, book, sent)
        expect(response.status_code == 206, f"Range: {sent} answered {response.status_code}")
        said = response.headers.get("Content-Range")
        expect(said == f"bytes {first}-{last}/3000", f"Range: {sent} gave Content-Range {said}")
        expect(response.content == image[first : last + 1], f"Range: {sent} gave other bytes")


@check(
    "http.range-unsatisfiable", "A range past the end is 416 with the length", "RFC 9110, 15.5.17"
)
def range_unsatisfiable(shop: Shop) -> None:
    book, _ = shop.new_cover(size=3000)
    response = _cover(shop, book, "bytes=3000-3100")
    expect(response.status_code == 416, f"bytes=3000-3100 of 3000 answered {response.status_code}")
    said = response.headers.get("Content-Range")
    expect(said == "bytes */3000", f"416 has Content-Range {said}")


@check("http.range-odd", "A range that cannot be read is ignored or refused", "RFC 9110, 14.2")
def range_odd(shop: Shop) -> None:
    book, image = shop.new_cover(size=3000)
    for sent in ("bytes=abc", "lines=1-2", "bytes=5-1", "bytes=", "bytes=--1", "bytes=1-2-3"):
        response = _cover(shop, book, sent)
        status = response.status_code
        expect(status in (200, 400, 416), f"Range: {sent} answered {status}")
        expect(status != 200 or response.content == image, f"Range: {sent} gave a part as a whole")


@check("http.range-many", "Many ranges are answered without blowing up", "RFC 9110, 17.15")
def range_many(shop: Shop) -> None:
    book, _ = shop.new_cover(size=3000)
    response = _cover(shop, book, "bytes=" + ",".join(["0-"] * 200))
    status, size = response.status_code, len(response.content)
    expect(status in (200, 206, 400, 416), f"200 ranges answered {status}")
    expect(size < 20_000, f"200 overlapping ranges of 3,000 bytes gave {size:,} bytes")


@check("http.if-range", "A range of an older cover gives the whole new one", "RFC 9110, 13.1.5")
def if_range(shop: Shop) -> None:
    book, image = shop.new_cover(size=3000)
    old = {"Range": "bytes=0-9", "If-Range": '"older"'}
    response = shop.get(f"/books/{book}/cover", headers=old)
    expect(response.status_code == 200, f"an older If-Range answered {response.status_code}")
    expect(response.content == image, "an older If-Range gave a part")


def _cover(shop: Shop, book: int, sent: str) -> Response:
    return shop.get(f"/books/{book}/cover", headers={"Range": sent})
