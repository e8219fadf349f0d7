"""The wire: framing, connections that go on, clients that behave badly. The server's work."""

import json

import httpx2

from guide.suite import wire
from guide.suite.check import Unmet, check, expect
from guide.suite.client import PNG, STAFF, Shop, png, tell

LIMIT = 1_048_576


@check("http.chunked", "A body of chunks is read", "RFC 9112, 7.1")
def chunked(shop: Shop) -> None:
    content = json.dumps({"name": "Mary Shelley"}).encode()
    halves = iter((content[:5], content[5:]))
    headers = {"Content-Type": "application/json"}
    response = shop.post("/authors", by=STAFF, content=halves, headers=headers)
    expect(response.status_code == 201, f"POST of chunks answered {tell(response)}")


@check(
    "http.chunked-limit",
    "A cover that is too large is 413 without a length, too",
    "RFC 9110, 15.5.14",
)
def chunked_limit(shop: Shop) -> None:
    book, image = shop.new_book()["id"], png(LIMIT + 5000)
    chunk = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in _parts(image)) + b"0\r\n\r\n"
    answer = shop.wire(_head(shop, f"/books/{book}/cover", "Transfer-Encoding: chunked") + chunk)
    expect(answer.status == 413, f"1,053,576 bytes in chunks answered {answer}")
    stored = shop.get(f"/books/{book}/cover").status_code
    expect(stored == 404, "and it was stored")


@check(
    "http.keep-alive",
    "A connection goes on after answers and errors alike",
    "RFC 9112, 9.3 (should)",
)
def keep_alive(shop: Shop) -> None:
    asks = [
        b"GET /books/1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /books/2 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    ]
    found = [answer.status for answer in wire.converse(shop.url, asks, ["GET"] * 3)]
    expect(found == [200, 404, 200], f"three requests on one connection answered {found}")


@check(
    "http.unread-body",
    "A body that was refused unread is not taken for the next request",
    "RFC 9112, 9.3",
)
def unread_body(shop: Shop) -> None:
    inner = b"GET /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    refused = b"POST /orders HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    refused += b"Content-Length: %d\r\n\r\n" % len(inner) + inner
    asks = [refused, b"GET /books/2 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"]
    first, second = wire.converse(shop.url, asks, ["POST", "GET"])
    expect(400 <= first.status < 500, f"POST /orders without a token answered {first}")
    expect(second.status in (0, 200), f"the request after it answered {second}")


@check(
    "http.expect-continue", "A client that waits to be told may send its body", "RFC 9110, 10.1.1"
)
def expect_continue(shop: Shop) -> None:
    book, image = shop.new_book()["id"], png(50_000)
    head = _head(
        shop, f"/books/{book}/cover", f"Content-Length: {len(image)}", "Expect: 100-continue"
    )
    answer = shop.wire(head + image)
    expect(answer.status == 204, f"PUT with Expect: 100-continue answered {answer}")


@check("http.two-lengths", "A body of two lengths is refused", "RFC 9112, 6.3")
def two_lengths(shop: Shop) -> None:
    for framing in (
        b"Content-Length: 2\r\nContent-Length: 3",
        b"Content-Length: x",
        b"Content-Length: -1",
        b"Content-Length: 2\r\nTransfer-Encoding: chunked",
    ):
        data = b"POST /auth/token HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        answer = shop.wire(data + framing + b"\r\n\r\n{}", close=True)
        text = framing.decode().replace("\r\n", ", ")
        # RFC 9112, 6.3 lets a server take the chunks when both are there; these are no chunks.
        expect(answer.status in (0, 400, 411, 501), f"{text} answered {answer}")


@check("http.missing-host", "HTTP/1.1 without Host is 400", "RFC 9112, 3.2")
def missing_host(shop: Shop) -> None:
    answer = shop.wire(b"GET /health HTTP/1.1\r\n\r\n")
    expect(answer.status == 400, f"a request without Host answered {answer}")


@check("http.header-size", "Headers of 2 MB are refused", "RFC 6585, 5")
def header_size(shop: Shop) -> None:
    data = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Large: " + b"x" * 2_000_000 + b"\r\n\r\n"
    answer = shop.wire(data)
    expect(answer.status in (0, 400, 413, 431), f"a header of 2 MB answered {answer}")


@check("http.odd-headers", "Headers of odd bytes are refused or ignored")
def odd_headers(shop: Shop) -> None:
    for line in (
        b"Content-Type: \xff\xfe", b"Accept: ;;;,,,/", b"Accept: \xff", b"If-None-Match: \xff\"",
        b"Range: \xff", b"If-Modified-Since: yesterday", b"Cookie: =;;=\xff", b"Content-Type: ;",
        b"Accept-Language: " + b"x," * 500, b"X-Forwarded-For: '\"<>",
    ):  # fmt: skip
        answer = shop.wire(b"GET /books/1 HTTP/1.1\r\nHost: 127.0.0.1\r\n" + line + b"\r\n\r\n")
        found = f"{line[:24]!r} answered {answer}"
        expect(answer.status in (200, 304, 400, 406), found)


@check("http.short-body", "A client that leaves in the middle of its body does no harm")
def short_body(shop: Shop) -> None:
    id = shop.new_book()["id"]
    data = _head(shop, f"/books/{id}/cover", "Content-Length: 5000") + png()
    answer = shop.wire(data, close=True)
    expect(answer.status in (0, *range(400, 500)), f"half a body answered {answer}")
    expect(shop.get(f"/books/{id}/cover").status_code == 404, "half a cover was stored")
    book = shop.get("/books/1")
    expect(book.status_code == 200, f"and then GET /books/1 answered {tell(book)}")


@check("http.slow-client", "A client that sends half a request keeps nobody waiting")
def slow_client(shop: Shop) -> None:
    half = (
        b"POST /auth/token HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"Content-Length: 100\r\n\r\n{"
    )
    with wire.held(shop.url, half, count=8):
        try:
            book = shop.get("/books/3", timeout=5)
        except httpx2.TimeoutException as error:
            told = "while 8 clients hold back their bodies, others are not answered within 5 s"
            raise Unmet(told) from error
    expect(book.status_code == 200, f"another request was answered {tell(book)}")


def _head(shop: Shop, path: str, *lines: str) -> bytes:
    """Return the head of a PUT of a PNG by staff."""
    own = ["Host: 127.0.0.1", f"Authorization: Bearer {shop.token(STAFF)}"]
    own += [f"{name}: {value}" for name, value in PNG.items()]
    return "\r\n".join([f"PUT {path} HTTP/1.1", *own, *lines, "", ""]).encode()


def _parts(content: bytes, size: int = 65_536) -> list[bytes]:
    return [content[start : start + size] for start in range(0, len(content), size)]
