"""What answers give away: headers, errors, and accounts."""

import re

from guide.suite.check import check, expect
from guide.suite.client import ANN, STAFF, Shop, json_of, requested, tell

JSON = {"Content-Type": "application/json"}
# Traces, files and statements; a good error has none of them.
INNARDS = re.compile(
    r"Traceback|File \"|/site-packages/|\.py\b|sqlalchemy|psycopg|SELECT |INSERT |sqlite3"
)


@check("security.sniffing", "Browsers are told not to guess types", "OWASP ASVS 5.0, 3.4.4")
def sniffing(shop: Shop) -> None:
    for path in ("/books/1", "/nothing/here"):
        said = shop.get(path).headers.get("X-Content-Type-Options")
        expect(said == "nosniff", f"GET {path} has X-Content-Type-Options: {said}")


@check("security.cover-sniffing", "Nor those of what others have uploaded", "OWASP ASVS 5.0, 3.2.1")
def cover_sniffing(shop: Shop) -> None:
    book, _ = shop.new_cover()
    response = shop.get(f"/books/{book}/cover")
    said = response.headers.get("X-Content-Type-Options")
    expect(said == "nosniff", f"a cover has X-Content-Type-Options: {said}")


@check("security.framing", "Other sites may not frame the pages", "OWASP ASVS 5.0, 3.4.6")
def framing(shop: Shop) -> None:
    response = shop.get("/docs", follow_redirects=True)
    frame = response.headers.get("X-Frame-Options", "").upper()
    policy = response.headers.get("Content-Security-Policy", "")
    told = (
        f"GET /docs has X-Frame-Options: {frame or None}, Content-Security-Policy: {policy or None}"
    )
    expect(frame in ("DENY", "SAMEORIGIN") or "frame-ancestors" in policy, told)


@check("security.versions", "No header tells the version of anything", "OWASP ASVS 5.0, 13.4.6")
def versions(shop: Shop) -> None:
    for response in (shop.get("/books/1"), shop.get("/nothing/here")):
        for name in ("Server", "X-Powered-By", "Via"):
            said = response.headers.get(name, "")
            expect(re.search(r"\d", said) is None, f"{name}: {said}")


@check("security.error-innards", "Errors tell nothing of code, files or statements")
def error_innards(shop: Shop) -> None:
    long = "x" * 300
    for response in (
        shop.get("/nothing/here"),
        shop.get("/books/99999999999999999999"),
        shop.get("/books", params={"sort": "nothing", "price_min": "x"}),
        shop.post("/authors", by=STAFF, content=b"{", headers=JSON),
        shop.post("/authors", by=STAFF, content=b"\xff", headers=JSON),
        shop.post("/books", by=STAFF, json=shop.book_body(author_id=999_999)),
        shop.post("/books", by=STAFF, json=shop.book_body(isbn=shop.data.books[0]["isbn"])),
        shop.post("/orders", by=ANN, json={"lines": [{"book_id": long, "quantity": long}]}),
        shop.get("/me", headers={"Authorization": "Bearer a.b.c"}),
    ):
        found = INNARDS.search(response.text)
        told = f"{requested(response)} answered {response.status_code} with {found and found[0]!r}"
        refused = 400 <= response.status_code < 500
        expect(refused, f"{requested(response)} answered {tell(response)}")
        expect(found is None, told)


@check("security.passwords", "No answer holds a password or its hash")
def passwords(shop: Shop) -> None:
    secret = re.compile(r"password|argon2|pbkdf2|scrypt|\$2[aby]\$", re.IGNORECASE)
    for response in (
        shop.get("/me", by=ANN),
        shop.patch("/me", by=ANN, json={}),
        shop.get("/orders", by=ANN),
        shop.get("/orders", by=STAFF),
    ):
        expect(response.is_success, f"{requested(response)} answered {tell(response)}")
        found = secret.search(response.text)
        expect(found is None, f"{requested(response)} holds {found and found[0]!r}")


@check(
    "security.foreign-origin",
    "Other sites' scripts may not read what is private",
    "WHATWG Fetch, 3.3",
)
def foreign_origin(shop: Shop) -> None:
    for origin in ("https://evil.example", "null"):
        response = shop.get("/me", by=ANN, headers={"Origin": origin})
        expect(response.is_success, f"{requested(response)} answered {tell(response)}")
        said = response.headers.get("Access-Control-Allow-Origin")
        expect(said in (None, "*"), f"Origin: {origin} is allowed as {said}")
        credentials = response.headers.get("Access-Control-Allow-Credentials")
        expect(credentials is None, f"credentials are allowed: {credentials}")


@check("security.foreign-host", "A forged Host is refused, or changes no address in the document")
def foreign_host(shop: Shop) -> None:
    expect("openapi" in json_of(shop.get("/openapi.json")), "there is no OpenAPI document")
    for host in ("evil.example", "evil.example/x?", "a@b", "x y", "[::1", "evil.example:99999"):
        data = f"GET /openapi.json HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
        answer = shop.wire(data)
        expect(answer.status in (0, 200, 400, 404, 421), f"Host: {host} answered {answer}")
        expect(b"evil.example" not in answer.body, f"Host: {host} is in the OpenAPI document")


@check(
    "security.private-caching", "No answer to a token says that all may store it", "RFC 9111, 3.5"
)
def private_caching(shop: Shop) -> None:
    for path in ("/me", "/orders"):
        response = shop.get(path, by=ANN)
        expect(response.is_success, f"{requested(response)} answered {tell(response)}")
        said = response.headers.get("Cache-Control", "").lower()
        expect("public" not in said and "s-maxage" not in said, f"GET {path}: {said}")
