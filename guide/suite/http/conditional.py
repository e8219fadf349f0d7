"""Conditional requests: validators, 304 and 412."""

from guide.suite.check import check, expect
from guide.suite.client import PNG, STAFF, Response, Shop, png, tell


@check("http.cover-not-modified", "A cover that the client has is 304", "RFC 9110, 13.1.2")
def cover_not_modified(shop: Shop) -> None:
    book, _ = shop.new_cover()
    etag = shop.get(f"/books/{book}/cover").headers.get("ETag", "")
    expect(etag, "the cover has no ETag")
    for sent in (etag, f'"other", {etag}', "*", f"W/{etag.removeprefix('W/')}"):
        response = shop.get(f"/books/{book}/cover", headers={"If-None-Match": sent})
        expect(
            response.status_code == 304, f"If-None-Match: {sent} answered {response.status_code}"
        )
        expect(not response.content, "304 has a body")
        expect(response.headers.get("ETag") == etag, f"304 has ETag {response.headers.get('ETag')}")
    other = shop.get(f"/books/{book}/cover", headers={"If-None-Match": '"other"'})
    expect(other.status_code == 200, f"another ETag answered {tell(other)}")


@check("http.cover-changed", "A changed cover has another ETag, at once", "RFC 9110, 8.8.3")
def cover_changed(shop: Shop) -> None:
    book, _ = shop.new_cover(size=200, colour=1)
    before = shop.get(f"/books/{book}/cover").headers.get("ETag")
    # The same size, within the same second: what a weak notion of change would miss.
    shop.put(f"/books/{book}/cover", by=STAFF, content=png(200, colour=2), headers=PNG)
    response = shop.get(f"/books/{book}/cover", headers={"If-None-Match": before or ""})
    expect(response.status_code == 200, f"the old ETag answered {response.status_code}")
    expect(response.headers.get("ETag") != before, "the ETag is the same")


@check("http.book-validator", "A book has an ETag", "RFC 9110, 8.8.3")
def book_validator(shop: Shop) -> None:
    response = shop.get("/books/1")
    expect("ETag" in response.headers, "GET /books/1 has no ETag")


@check("http.book-not-modified", "A book that the client has is 304", "RFC 9110, 13.1.2")
def book_not_modified(shop: Shop) -> None:
    etag = _book_etag(shop.get("/books/1"))
    same = shop.get("/books/1", headers={"If-None-Match": etag})
    expect(same.status_code == 304, f"GET with its ETag answered {tell(same)}")
    expect(same.headers.get("ETag") == etag, f"304 has ETag {same.headers.get('ETag')}")
    book = shop.new_book()["id"]
    etag = _book_etag(shop.get(f"/books/{book}"))
    shop.patch(f"/books/{book}", by=STAFF, json={"stock": 4})
    changed = shop.get(f"/books/{book}", headers={"If-None-Match": etag})
    expect(changed.status_code == 200, f"GET of a changed book answered {tell(changed)}")


@check("http.lost-update", "A change on top of another's is 412", "RFC 9110, 13.1.1")
def lost_update(shop: Shop) -> None:
    book = shop.new_book()["id"]
    etag = _book_etag(shop.get(f"/books/{book}"))
    mine = shop.patch(f"/books/{book}", by=STAFF, json={"stock": 4}, headers={"If-Match": etag})
    expect(mine.status_code == 200, f"PATCH with the right If-Match answered {tell(mine)}")
    late = shop.patch(f"/books/{book}", by=STAFF, json={"stock": 3}, headers={"If-Match": etag})
    expect(late.status_code == 412, f"PATCH with an old If-Match answered {tell(late)}")
    gone = shop.delete(f"/books/{book}", by=STAFF, headers={"If-Match": etag})
    expect(gone.status_code == 412, f"DELETE with an old If-Match answered {tell(gone)}")


def _book_etag(response: Response) -> str:
    expect("ETag" in response.headers, "the book has no ETag")
    return response.headers["ETag"]
