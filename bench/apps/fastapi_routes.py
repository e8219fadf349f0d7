"""The same for FastAPI, by its ASGI side: what `make routes` costs there, for comparison."""

from fastapi import FastAPI
from pydantic import BaseModel


class Item(BaseModel):
    id: int
    limit: int


def make(routes: int) -> FastAPI:
    app = FastAPI()
    for number in range(routes):
        _add(app, number)
    app.build_middleware_stack()
    return app


def _add(app: FastAPI, number: int) -> None:
    async def read(id: int, limit: int = 10) -> Item:
        return Item(id=id, limit=limit)

    read.__name__ = read.__qualname__ = f"read_{number}"
    app.get(f"/r{number}/items/{{id}}")(read)


def ask(app: FastAPI, path: str, query: bytes) -> bytes:
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "root_path": "",
        "headers": [(b"host", b"127.0.0.1"), (b"accept", b"application/json")],
    }
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    try:
        app(scope, receive, send).send(None)
    except StopIteration:
        return b"".join(message.get("body", b"") for message in sent)
    raise AssertionError("the app waits for something")


def openapi(app: FastAPI) -> bytes:
    return ask(app, "/openapi.json", b"")
