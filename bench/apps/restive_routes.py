"""A Restive app of as many routes as asked for, and one request in process to the last of them."""

from msgspec import Struct

from restive import App
from restive.http.request import Request

HEAD = (
    b"\r\nHost: 127.0.0.1\r\nUser-Agent: Mozilla/5.0\r\nAccept: application/json, */*"
    b"\r\nAccept-Encoding: gzip\r\nConnection: keep-alive\r\n\r\n"
)


class Item(Struct):
    id: int
    limit: int


def make(routes: int) -> App:
    """Return a built app of `routes` routes: `/r0/items/{id}` to the last, a handler for each."""
    app = App(title="many routes")
    for number in range(routes):
        _add(app, number)
    app.build()
    return app


def _add(app: App, number: int) -> None:
    async def read(id: int, limit: int = 10) -> Item:
        return Item(id, limit)

    read.__name__ = read.__qualname__ = f"read_{number}"
    app.get(f"/r{number}/items/{{id}}")(read)


def ask(app: App, path: str, query: bytes) -> bytes:
    """Dispatch one GET; return the answer's body."""
    return app.dispatch(Request("GET", path, query, head=HEAD)).body


def openapi(app: App) -> bytes:
    """Return the app's OpenAPI document, made now."""
    return ask(app, "/openapi.json", b"")
