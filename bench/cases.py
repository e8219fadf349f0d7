"""The cases that are measured over a socket: what is asked, by whom, and the right answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench import data, gates

# What a browser sends: frameworks that look at headers only when asked, and those that always do,
# are both judged on what really comes. The guide's load sends the same ten.
BROWSER = {
    "Host": "127.0.0.1",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Accept": "application/json, text/plain, */*",
    "Accept-Language": "en-US,en;q=0.8,cs;q=0.5",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Origin": "http://127.0.0.1",
    "Connection": "keep-alive",
    "Sec-Fetch-Dest": "empty",
    "Sec-Fetch-Mode": "cors",
    "Sec-Fetch-Site": "same-origin",
}
# More than the caches of peers hold (BlackSheep keeps the last 1,200 paths), as with real ids.
VARIANTS = 5_000


@dataclass(frozen=True)
class Exchange:
    """A request as sent, and the answer that is right to the byte."""

    request: bytes
    status: int
    body: bytes


@dataclass(frozen=True)
class Case:
    """One kind of request.

    servers: keys of those that are measured, Restive first.
    make: returns the exchange of a number from 0; nginx always gives the answer to number 0.
    variants: how many different requests the load goes through in turn.
    """

    key: str
    title: str
    servers: Sequence[str]
    make: Callable[[int], Exchange]
    variants: int = 1


def _get(path: str, body: bytes) -> Exchange:
    return Exchange(_request("GET", path, b""), 200, body)


def _request(method: str, path: str, body: bytes, origin: str | None = None) -> bytes:
    headers = dict(BROWSER)
    if origin is not None:
        headers["Origin"] = origin
    if body:
        headers |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {text}" for name, text in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _hello(_: int) -> Exchange:
    return _get("/hello", data.encode(data.message()))


def _changing(number: int) -> Exchange:
    """A field that is another one in each request, as with traces and proxies."""
    origin = f"http://127.0.{number // 250}.{number % 250}"
    request = _request("GET", "/hello", b"", origin)
    return Exchange(request, 200, data.encode(data.message()))


def _waits(_: int) -> Exchange:
    return _get("/waits", data.encode(data.message()))


def _typed(number: int) -> Exchange:
    item = data.item(number)
    sale = "true" if item["sale"] else "false"
    path = f"/items/{item['id']}?limit={item['limit']}&price={item['price']}&sale={sale}"
    return _get(path, data.encode(item))


def _post(number: int) -> Exchange:
    body = data.encode(data.order(number))
    return Exchange(_request("POST", "/orders", body), 201, body)


def _rows(_: int) -> Exchange:
    return _get("/rows", data.encoded_rows())


# The case that waits comes first: most handlers of real applications do.
CASES = (
    Case("waits", gates.WAITS, ("restive", "restive-uvicorn", "blacksheep", "fastapi"), _waits),
    Case(
        "hello",
        gates.HELLO,
        ("restive", "nginx", "granian", "uvicorn", "restive-uvicorn", "blacksheep", "fastapi"),
        _hello,
    ),
    Case("changing", gates.CHANGING, ("restive", "nginx", "fastapi"), _changing, VARIANTS),
    Case("typed", gates.TYPED, ("restive", "nginx", "blacksheep", "fastapi"), _typed, VARIANTS),
    Case("post", gates.POST, ("restive", "nginx", "blacksheep", "fastapi"), _post, VARIANTS),
    Case("rows", gates.ROWS, ("restive", "blacksheep", "fastapi"), _rows),
)
