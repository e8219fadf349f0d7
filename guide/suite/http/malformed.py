"""Input that nobody foresaw: refused, or taken for what it is, and never the server's failure."""

from collections.abc import Iterable

from guide.suite.check import check, expect
from guide.suite.client import REFUSED, STAFF, Response, Shop, json_of, tell

JSON = {"Content-Type": "application/json"}
TOO_LARGE = 413


@check("http.broken-json", "JSON that cannot be read is 400 or 422", "RFC 8259")
def broken_json(shop: Shop) -> None:
    _refused(shop, (b"", b"{", b'{"name": "x",}', b"{'name': 'x'}", b"nul", b'{"name": "x"} x'))


@check("http.wrong-json", "JSON of another kind than an object is refused")
def wrong_json(shop: Shop) -> None:
    _refused(shop, (b"[]", b'"name"', b"1", b"null", b"true", b'[{"name": "x"}]'))


@check("http.invalid-utf8", "Bytes that are no UTF-8 are refused", "RFC 8259, 8.1")
def invalid_utf8(shop: Shop) -> None:
    _refused(shop, (b'{"name": "\xff\xfe"}', b'{"name": "\xc3"}', b"\x80\x81"))


@check("http.nan", "NaN and infinities are not JSON", "RFC 8259, 6")
def nan(shop: Shop) -> None:
    for literal in (b"NaN", b"Infinity", b"-Infinity", b"1e999"):
        _refused(shop, [b'{"name": "x", "born": ' + literal + b"}"])
        body = shop.book_body(price=0)
        content = repr(body).replace("'", '"').replace('"price": 0', '"price": @').encode()
        response = _post(shop, content.replace(b"@", literal), "/books")
        expect(response.status_code in REFUSED, f"a price of {literal.decode()}: {tell(response)}")


@check("http.surrogates", "A lone surrogate is refused or stored, not a failure", "RFC 8259, 8.2")
def surrogates(shop: Shop) -> None:
    for content in (rb'{"name": "\ud800"}', rb'{"name": "x\udfff", "bio": "\ud83d"}'):
        _no_failure(_post(shop, content), content)
    _no_failure(_post(shop, rb'{"name": 5, "bio": "\ud800"}'), b"a wrong type beside a surrogate")
    _no_failure(_post(shop, rb'{"\ud800": 1}'), b"a surrogate in a key")
    _no_failure(_post(shop, b'{"name": "\xed\xa0\x80"}'), b"a surrogate as three bytes")


@check("http.nul", "A NUL character is refused, or comes back as it was")
def nul(shop: Shop) -> None:
    response = _post(shop, rb'{"name": "a\u0000b"}')
    _no_failure(response, b"NUL in a name")
    if response.status_code == 201:
        expect(json_of(response)["name"] == "a\0b", f"NUL was changed: {tell(response)}")
    for path in ("/books?q=%00", "/authors?q=a%00b", "/books/%00", "/books?sort=%00"):
        _no_failure(shop.get(path), path.encode())
    credentials = rb'{"username": "a\u0000", "password": "b\u0000"}'
    _no_failure(_post(shop, credentials, "/auth/token"), b"NUL in a login")


@check("http.deep-json", "Deep nesting is refused")
def deep_json(shop: Shop) -> None:
    _refused(
        shop,
        (
            b"[" * 100_000,
            b"[" * 100_000 + b"]" * 100_000,
            b'{"name": ' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"}",
        ),
    )


@check("http.huge-integers", "Integers of any length are refused by the field's range")
def huge_integers(shop: Shop) -> None:
    for digits in (19, 20, 400, 5000):
        number = b"9" * digits
        response = _post(shop, b'{"name": "x", "born": ' + number + b"}")
        found = f"an integer of {digits} digits answered {tell(response)}"
        expect(response.status_code in REFUSED, found)


@check("http.huge-ids", "Ids beyond any column are 404 or refused")
def huge_ids(shop: Shop) -> None:
    for digits in (19, 20, 400, 5000):
        number = "9" * digits
        for path in (f"/books/{number}", f"/authors/{number}", f"/books/{number}/cover"):
            status = shop.get(path).status_code
            expect(status in (404, 414, *REFUSED), f"an id of {digits} digits answered {status}")
    for name in ("author_id", "page", "per_page", "price_min"):
        response = shop.get("/books", params={name: "9" * 25})
        _no_failure(response, f"{name} of 25 digits".encode(), (200, 404, *REFUSED))
    line = {"book_id": 10**25, "quantity": 1}
    response = shop.post("/orders", by="ada", json={"lines": [line]})
    expect(response.status_code in REFUSED, f"a book_id of 26 digits answered {tell(response)}")
    response = shop.post("/books", by=STAFF, json=shop.book_body(author_id=10**25))
    expect(response.status_code in REFUSED, f"an author_id of 26 digits answered {tell(response)}")


@check("http.huge-exponent", "A number of a huge exponent is refused")
def huge_exponent(shop: Shop) -> None:
    for literal in (b"1e-400", b'"1e400"', b'"1E+999999999"'):
        content = b'{"name": "x", "born": ' + literal + b"}"
        # 1e-400 is nought to the nearest number that a float can hold.
        fine = (201, *REFUSED) if literal == b"1e-400" else REFUSED
        _no_failure(_post(shop, content), literal, fine)
    for value in ("1e400", "1E+999999999", "-1e999999999"):
        _no_failure(shop.get("/books", params={"price_min": value}), value.encode())


@check("http.oversize", "A JSON body of 8 MB is 413 or refused")
def oversize(shop: Shop) -> None:
    content = b'{"name": "x", "bio": "' + b"x" * 8_000_000 + b'"}'
    response = _post(shop, content)
    expect(response.status_code in (TOO_LARGE, *REFUSED), f"8 MB answered {tell(response)}")


@check(
    "http.oversize-refused-early",
    "A JSON body of 8 MB is refused for its size",
    "RFC 9110, 15.5.14",
)
def oversize_refused_early(shop: Shop) -> None:
    content = b'{"name": "x"' + b" " * 8_000_000 + b"}"
    response = _post(shop, content)
    expect(response.status_code == TOO_LARGE, f"8 MB of spaces answered {tell(response)}")


@check("http.many-members", "A body of very many members is refused or ignored")
def many_members(shop: Shop) -> None:
    members = b",".join(b'"k%d": %d' % (number, number) for number in range(20_000))
    _no_failure(
        _post(shop, b'{"name": "x",' + members + b"}"), b"20,000 members", (201, 413, *REFUSED)
    )
    lines = [{"book_id": 0, "quantity": "x"}] * 5000
    response = shop.post("/orders", by="ada", json={"lines": lines})
    expect(response.status_code in (TOO_LARGE, *REFUSED), f"5,000 bad lines: {tell(response)[:80]}")


@check(
    "http.duplicate-keys",
    "A key that is there twice is refused, or the last one counts",
    "RFC 8259, 4",
)
def duplicate_keys(shop: Shop) -> None:
    response = _post(shop, b'{"name": "first", "name": "last"}')
    _no_failure(response, b"a key twice", (201, *REFUSED))
    if response.status_code == 201:
        expect(json_of(response)["name"] == "last", f"the first key counted: {tell(response)}")


@check("http.odd-queries", "Odd queries are refused or ignored")
def odd_queries(shop: Shop) -> None:
    expect(shop.get("/books?page=1").is_success, "GET /books is not answered at all")
    for query in (
        "%zz", "q=%ff%fe", "q=%", "&&&=&=", "page=1&page=2", "sort=title&sort=price", "page=",
        "per_page=%D9%A3", "author_id=1_0", "price_min=1,5", "q[]=1", "q=" + "x" * 5000, "=" * 300,
    ):  # fmt: skip
        answer = shop.wire(b"GET /books?%b HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % query.encode())
        status = answer.status
        expect(status in (200, 404, 414, *REFUSED), f"GET /books?{query[:20]} answered {answer}")


@check("http.odd-paths", "Odd paths are 404 or refused")
def odd_paths(shop: Shop) -> None:
    expect(shop.get("/books/1").is_success, "GET /books/1 is not answered at all")
    for path in (
        "/%ff", "/books/%ff", "/books/%zz", "/books/../books/x", "//books//1", "/books/1%00",
        "/books/\u0661".encode().decode("latin-1"), "/%2e%2e/%2e%2e/etc/passwd", "/books/1;x=y",
        "/books/%31%2fcover", "/" + "x" * 7000,
    ):  # fmt: skip
        data = b"GET %b HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % path.encode("latin-1")
        answer = shop.wire(data)
        # 0: the connection was closed; 30x: to the normal form of the path.
        fine = (0, 200, 301, 302, 307, 308, 404, 414, *REFUSED)
        expect(answer.status in fine, f"GET {path[:30]} answered {answer}")


def _post(shop: Shop, content: bytes, path: str = "/authors") -> Response:
    return shop.post(path, by=STAFF, content=content, headers=JSON)


def _refused(shop: Shop, bodies: Iterable[bytes]) -> None:
    """Check that each of `bodies` is refused, with JSON that says so."""
    for content in bodies:
        response = _post(shop, content)
        found = f"{_short(content)} answered {tell(response)}"
        expect(response.status_code in (*REFUSED, TOO_LARGE), found)
        expect(isinstance(json_of(response), dict), found)


def _no_failure(
    response: Response, sent: bytes, fine: tuple[int, ...] = (200, 201, 401, 404, *REFUSED)
) -> None:
    expect(response.status_code in fine, f"{_short(sent)} answered {tell(response)}")


def _short(content: bytes) -> str:
    text = content[:30].decode("utf-8", "backslashreplace").replace("\0", "\\0")
    return f"{text!r} of {len(content):,} bytes" if len(content) > 30 else repr(text)
