"""The document and the pages as an app serves them."""

import asyncio
import json
from typing import Any

import openapi_spec_validator
import pytest
import yaml
from msgspec import Struct

from restive import App, Created, Docs, NotFound, Patch
from restive.openapi.page import CONTENT_SECURITY_POLICY


class Book(Struct):
    id: int
    title: str


def app(**options: Any) -> App:
    schemes = {"token": {"type": "http", "scheme": "bearer"}}
    made = App(title="Shop", version="2.0", security_schemes=schemes, **options)

    @made.get("/books/{id:int}", raises=[NotFound], tags=["books"])
    async def read_book(id: int) -> Book:
        return Book(id, "T")

    @made.post("/books", security=["token"])
    async def add_book(book: Book) -> Created[Book]:
        return Created(book)

    @made.patch("/books/{id:int}")
    async def change_book(id: int, patch: Patch[Book]) -> Book:
        return patch.merged(Book(id, "T"))

    return made


def get(target: App, path: str, *fields: tuple[bytes, bytes]) -> tuple[int, dict[str, str], bytes]:
    """Status, header fields and body of a GET request by ASGI."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"shop.test"), *fields],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    asyncio.run(target(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(each.get("body", b"") for each in sent[1:])


def test_the_document_is_served_as_json_and_yaml() -> None:
    target = app()
    status, headers, data = get(target, "/openapi.json")
    assert (status, headers["content-type"]) == (200, "application/json")
    document = json.loads(data)
    openapi_spec_validator.validate(document)
    assert document["info"] == {"title": "Shop", "version": "2.0"}
    assert list(document["paths"]) == ["/books/{id}", "/books"]
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    patch = document["paths"]["/books/{id}"]["patch"]["requestBody"]["content"]
    assert list(patch) == ["application/merge-patch+json", "application/json"]
    status, headers, data = get(target, "/openapi.yaml")
    assert (status, headers["content-type"]) == (200, "application/yaml")
    assert yaml.safe_load(data) == document


def test_it_is_not_sent_again_to_a_client_that_has_it() -> None:
    target = app()
    tag = get(target, "/openapi.json")[1]["etag"].encode()
    for known in (tag, b"W/" + tag, b'"x", ' + tag, b"*"):
        status, headers, data = get(target, "/openapi.json", (b"if-none-match", known))
        assert (status, data, headers["etag"]) == (304, b"", tag.decode())
    assert get(target, "/openapi.json", (b"if-none-match", b'"x"'))[0] == 200


@pytest.mark.parametrize("path", ["/docs", "/docs/swagger"])
def test_the_pages_have_a_strict_policy(path: str) -> None:
    status, headers, data = get(app(), path)
    assert status == 200
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert b"Shop" in data


@pytest.mark.parametrize("name", ["restive.css", "restive.js", "swagger/swagger-ui-bundle.js"])
def test_what_the_pages_need_is_served(name: str) -> None:
    status, headers, data = get(app(), f"/docs/{name}")
    assert status == 200
    assert headers["content-type"].startswith("text/")
    assert data


def test_everything_can_be_moved_or_switched_off() -> None:
    moved = app(docs=Docs(openapi="/api.json", page="/reference", swagger=False))
    assert get(moved, "/api.yaml")[0] == 200
    assert b'src="/reference/restive.js"' in get(moved, "/reference")[2]
    assert get(moved, "/docs")[0] == get(moved, "/reference/swagger")[0] == 404
    off = app(docs=None)
    assert get(off, "/openapi.json")[0] == get(off, "/docs")[0] == 404
