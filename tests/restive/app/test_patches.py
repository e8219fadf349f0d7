"""JSON Merge Patch: unset kept apart from null."""

import json
from typing import Any

import msgspec
import pytest

from restive import App, Patch
from tests.restive.app.conftest import Serve


class Publisher(msgspec.Struct):
    name: str
    city: str | None = None


class Stored(msgspec.Struct):
    title: str
    subtitle: str | None = None
    price: int = 0
    publisher: Publisher | None = None

    def __post_init__(self) -> None:
        if self.price > 100:
            raise ValueError("too dear")


def patched() -> tuple[App, dict[str, Any]]:
    app = App()
    seen: dict[str, Any] = {}

    @app.patch("/books")
    async def change(patch: Patch[Stored]) -> Stored:
        seen.update(changes=patch.changes(), names=sorted(patch))
        return patch.merged(Stored("Old", "Sub", 5, Publisher("P", "Berlin")))

    return app, seen


@pytest.mark.parametrize("media_type", ["application/merge-patch+json", "application/json"])
def test_a_patch_keeps_unset_apart_from_null(serve: Serve, media_type: str) -> None:
    app, seen = patched()
    client = serve(app)
    patch = {"subtitle": None, "publisher": {"city": None}}
    answer = client.request(
        "PATCH", "/books", body=json.dumps(patch).encode(), headers={"content-type": media_type}
    )
    assert answer.json() == {
        "title": "Old",
        "subtitle": None,
        "price": 5,
        "publisher": {"name": "P", "city": None},
    }
    assert seen == {"changes": patch, "names": ["publisher", "subtitle"]}


@pytest.mark.parametrize(
    ("patch", "status", "errors"),
    [
        ({"title": None}, 422, [("/title", "null")]),
        ({"title": 1, "price": "x"}, 422, [("/title", "type"), ("/price", "type")]),
        ({"publisher": {"name": None}}, 422, [("/publisher/name", "null")]),
        ({"price": 101}, 422, [("", "value")]),
        ([], 422, [("", "type")]),
    ],
)
def test_what_is_wrong_with_a_patch(
    serve: Serve, patch: Any, status: int, errors: list[tuple[str, str]]
) -> None:
    answer = serve(patched()[0]).request("PATCH", "/books", json=patch)
    assert answer.status == status
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == errors


def test_accept_patch_is_sent(serve: Serve) -> None:
    app, _ = patched()

    @app.get("/books")
    async def read() -> None: ...

    client = serve(app)
    taken = "application/merge-patch+json, application/json"
    options = client.request("OPTIONS", "/books")
    assert (options.status, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS, PATCH")
    assert options.headers["accept-patch"] == taken
    refused = client.request(
        "PATCH", "/books", body=b"[]", headers={"content-type": "application/json-patch+json"}
    )
    assert (refused.status, refused.headers["accept-patch"]) == (415, taken)
