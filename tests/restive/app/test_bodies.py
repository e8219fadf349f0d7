"""Request bodies: types, formats, media types, sizes, patches, and what is wrong with them."""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Generic, NotRequired, TypedDict, TypeVar

import attrs
import msgspec
import pydantic
import pytest
from msgspec import Meta

from restive import App, Body, Created, Limits, Query, Request
from tests.restive.app.conftest import Serve


class StructBook(msgspec.Struct):
    title: Annotated[str, Meta(min_length=1)]
    price: Decimal
    pages: Annotated[int, Meta(ge=0)]
    published: date | None = None
    tags: list[str] = []


@dataclass
class DataBook:
    title: Annotated[str, Meta(min_length=1)]
    price: Decimal
    pages: Annotated[int, Meta(ge=0)]
    published: date | None = None
    tags: list[str] | None = None


@attrs.define
class AttrsBook:
    title: Annotated[str, Meta(min_length=1)]
    price: Decimal
    pages: Annotated[int, Meta(ge=0)]
    published: date | None = None
    tags: list[str] | None = None


class TypedBook(TypedDict):
    title: Annotated[str, Meta(min_length=1)]
    price: Decimal
    pages: Annotated[int, Meta(ge=0)]
    published: NotRequired[date | None]
    tags: NotRequired[list[str]]


class PydanticBook(pydantic.BaseModel):
    title: Annotated[str, pydantic.Field(min_length=1)]
    price: Decimal
    pages: Annotated[int, pydantic.Field(ge=0)]
    published: date | None = None
    tags: list[str] = []


BOOKS = [StructBook, DataBook, AttrsBook, TypedBook, PydanticBook]
DUNE = {"title": "Dune", "price": "9.50", "pages": 412, "published": "1965-08-01", "tags": ["sf"]}


@pytest.mark.parametrize("kind", BOOKS)
def test_each_kind_of_model_is_a_body_and_an_answer(serve: Serve, kind: Any) -> None:
    app = App(check_responses=True)
    seen: list[Any] = []

    @app.post("/books", status=201)
    async def create(book: kind) -> kind:
        seen.append(book)
        return book

    client = serve(app)
    answer = client.post("/books", DUNE)
    assert (answer.status, answer.json()) == (201, DUNE)
    expected = {
        "title": "Dune",
        "price": Decimal("9.50"),
        "pages": 412,
        "published": date(1965, 8, 1),
        "tags": ["sf"],
    }
    assert seen == [kind(**expected)]


@pytest.mark.parametrize("kind", BOOKS)
def test_all_that_is_wrong_is_told_at_once(serve: Serve, kind: Any) -> None:
    app = App()

    @app.post("/books/{id}")
    async def create(id: int, book: kind, q: int = 0) -> None: ...

    bad = {"title": "", "price": [], "pages": -1, "published": "1965-13-01", "tags": ["a", 2]}
    answer = serve(app).post("/books/x?q=y", bad)
    assert answer.status == 422
    found = [(e.get("pointer"), e.get("parameter"), e["code"]) for e in answer.json()["errors"]]
    assert found == [
        (None, "id", "type"),
        (None, "q", "type"),
        ("/title", None, "too_short"),
        ("/price", None, "type"),
        ("/pages", None, "too_small"),
        ("/published", None, "format"),
        ("/tags/1", None, "type"),
    ]
    assert all(error["detail"] for error in answer.json()["errors"])


@pytest.mark.parametrize("kind", BOOKS)
def test_what_is_missing_in_a_body(serve: Serve, kind: Any) -> None:
    app = App()

    @app.post("/books")
    async def create(book: kind) -> None: ...

    answer = serve(app).post("/books", {})
    assert answer.status == 422
    found = [(e["pointer"], e["code"]) for e in answer.json()["errors"]]
    assert found == [(f"/{name}", "missing") for name in ("title", "price", "pages")]


def test_a_400_of_one_part_outweighs_the_422_of_another(serve: Serve) -> None:
    app = App()

    @app.post("/x")
    async def create(book: StructBook, q: int = 0) -> None: ...

    client = serve(app)
    answer = client.request(
        "POST", "/x?q=y", body=b'{"title"', headers={"content-type": "application/json"}
    )
    assert answer.status == 400
    assert [e["code"] for e in answer.json()["errors"]] == ["type", "malformed"]
    answer = client.post("/x?r=1", {"title": 1, "price": 1, "pages": 1})
    assert answer.status == 400
    assert [e["code"] for e in answer.json()["errors"]] == ["unknown_parameter", "type"]


T = TypeVar("T")


class Page(msgspec.Struct, Generic[T]):
    items: list[T]
    next: str | None = None


class Cat(msgspec.Struct, tag="cat"):
    lives: int


class Dog(msgspec.Struct, tag="dog"):
    bark: str


class Tree(msgspec.Struct):
    name: str
    children: list["Tree"] = []


@pytest.mark.parametrize(
    ("kind", "good", "bad", "pointer"),
    [
        (list[StructBook], [DUNE, DUNE], [DUNE, {"title": "x"}], "/1/price"),
        (Page[Cat], {"items": [{"type": "cat", "lives": 9}], "next": None}, {}, "/items"),
        (Cat | Dog, {"type": "dog", "bark": "wow"}, {"type": "cat", "bark": "x"}, "/lives"),
        (
            Tree,
            {"name": "a", "children": [{"name": "b", "children": []}]},
            {"name": "a", "children": [{"name": 1}]},
            "/children/0/name",
        ),
        (
            dict[str, Cat],
            {"a": {"type": "cat", "lives": 9}},
            {"a/b": {"lives": "x"}},
            "/a~1b/lives",
        ),
        (dict, {"a": [1, None]}, [], ""),
        (StructBook | None, DUNE, {**DUNE, "price": "y"}, "/price"),
        (Annotated[list[int], Body()], [1, 2], [1, "x"], "/1"),
        (Annotated[int, Body()], 7, "7", ""),
        (Annotated[Any, Body()], {"x": [1.5, "y"]}, None, None),
        (tuple[StructBook, ...], [DUNE], [3], "/0"),
    ],
    ids=str,
)
def test_shapes_of_bodies(
    serve: Serve, kind: Any, good: Any, bad: Any, pointer: str | None
) -> None:
    app = App()

    @app.post("/x")
    async def create(it: kind) -> kind:
        return it

    client = serve(app)
    answer = client.post("/x", good)
    assert answer.status == 200, answer
    assert answer.json() == good
    if pointer is not None:
        answer = client.post("/x", bad)
        assert answer.status == 422, answer
        assert answer.json()["errors"][0]["pointer"] == pointer


def test_an_optional_body_may_be_left_out(serve: Serve) -> None:
    app = App()

    @app.post("/x")
    async def create(book: StructBook | None = None, q: int = 0) -> str:
        return "none" if book is None else book.title

    @app.post("/required")
    async def required(book: StructBook) -> None: ...

    client = serve(app)
    assert client.post("/x").json() == "none"
    assert client.post("/x", headers={"content-type": "application/json"}).json() == "none"
    assert client.post("/x", DUNE).json() == "Dune"
    assert client.post("/x?q=y").status == 422
    for headers in ({}, {"content-type": "application/json"}):
        answer = client.post("/required", headers=headers)
        assert answer.status == 400
        [error] = answer.json()["errors"]
        assert (error["pointer"], error.get("location")) == ("", None)


def test_query_has_a_body_and_is_safe(serve: Serve) -> None:
    class Search(msgspec.Struct):
        words: list[str]

    app = App()

    @app.query("/books")
    async def search(search: Search, limit: int = 10) -> list[Any]:
        return [*search.words, limit]

    client = serve(app)
    answer = client.request("QUERY", "/books?limit=3", json={"words": ["dune"]})
    assert (answer.status, answer.json()) == (200, ["dune", 3])
    assert client.get("/books").headers["allow"] == "OPTIONS, QUERY"


def test_message_pack_in_both_directions(serve: Serve) -> None:
    app = App()

    @app.post("/books", status=201)
    async def create(book: StructBook) -> StructBook:
        return book

    client = serve(app)
    data = msgspec.msgpack.encode(DUNE)
    for media_type in ("application/msgpack", "application/vnd.msgpack", "application/x-msgpack"):
        answer = client.request(
            "POST",
            "/books",
            body=data,
            headers={"content-type": media_type, "accept": media_type},
        )
        assert (answer.status, answer.headers["content-type"]) == (201, "application/msgpack")
        assert answer.headers["vary"] == "Accept"
        assert msgspec.msgpack.decode(answer.body) == DUNE
    bad = client.request(
        "POST",
        "/books",
        body=msgspec.msgpack.encode({"title": 1}),
        headers={"content-type": "application/msgpack", "accept": "application/msgpack"},
    )
    assert (bad.status, bad.headers["content-type"]) == (422, "application/problem+json")
    assert [e["pointer"] for e in bad.json()["errors"]] == ["/title", "/price", "/pages"]
    broken = client.request(
        "POST", "/books", body=data[:-3], headers={"content-type": "application/msgpack"}
    )
    assert broken.status == 400


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("APPLICATION/JSON", 200),
        ("application/vnd.books+json", 200),
        ("text/plain", 415),
        ("application/xml", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("*/*", 415),
        ("nonsense", 415),
        (None, 415),
    ],
)
def test_media_types_of_bodies(serve: Serve, content_type: str | None, status: int) -> None:
    app = App()

    @app.post("/x")
    async def create(book: StructBook) -> None: ...

    headers = {} if content_type is None else {"content-type": content_type}
    answer = serve(app).request("POST", "/x", body=json.dumps(DUNE).encode(), headers=headers)
    assert answer.status == (204 if status == 200 else status)
    if status == 415:
        assert answer.headers["accept"] == "application/json, application/msgpack"
        assert answer.headers["content-type"] == "application/problem+json"


def test_raw_bytes_of_declared_types_and_size(serve: Serve) -> None:
    app = App()
    png = Annotated[bytes, Body(media_types=("image/png", "image/svg+xml"))]

    @app.put("/image", limits=Limits(body=10))
    async def image(data: png) -> int:
        return len(data)

    @app.put("/any-image")
    async def any_image(data: Annotated[bytes, Body(media_types=("image/*",))]) -> int:
        return len(data)

    @app.put("/any")
    async def anything(data: bytes) -> int:
        return len(data)

    client = serve(app)

    def put(path: str, size: int, content_type: str | None) -> Any:
        headers = {} if content_type is None else {"content-type": content_type}
        answer = client.request("PUT", path, body=b"\xff" * size, headers=headers)
        return answer.json() if answer.status == 200 else answer.status

    assert put("/image", 10, "image/png") == 10
    assert put("/image", 11, "image/png") == 413
    assert put("/image", 3, "image/svg+xml") == 3
    assert put("/image", 3, "image/jpeg") == 415
    assert put("/image", 3, None) == 415
    assert put("/any-image", 3, "image/jpeg") == 3
    assert put("/any-image", 3, "text/plain") == 415
    assert put("/any", 3, None) == 3
    assert put("/any", 3, "application/octet-stream") == 3
    assert put("/any", 0, None) == 0


def test_raw_bytes_keep_to_their_length(serve: Serve) -> None:
    app = App()

    @app.put("/x")
    async def handler(data: Annotated[bytes, Meta(min_length=2), Meta(max_length=3)]) -> int:
        return len(data)

    client = serve(app)
    answers = [client.request("PUT", "/x", body=b"\xff" * size) for size in range(5)]
    assert [answer.status for answer in answers] == [422, 422, 200, 200, 422]
    assert answers[3].json() == 3
    found = [answers[i].json()["errors"] for i in (0, 4)]
    assert found == [
        [
            {
                "detail": f"Expected a length of {bound}.",
                "code": code,
                "pointer": "",
                "expected": f"a length of {bound}",
            }
        ]
        for bound, code in [("at least 2", "too_short"), ("at most 3", "too_long")]
    ]


def test_limits_of_the_body(serve: Serve) -> None:
    app = App(limits=Limits(body=100))

    @app.post("/small")
    async def small(it: dict) -> int:  # type: ignore[type-arg]
        return len(it)

    @app.post("/large", limits=Limits(body=1000, depth=2))
    async def large(it: dict) -> int:  # type: ignore[type-arg]
        return len(it)

    client = serve(app)
    body = {"a": "x" * 100}
    answer = client.post("/small", body)
    assert (answer.status, answer.json()["title"]) == (413, "Content Too Large")
    assert answer.headers["vary"] == "Accept"
    assert client.post("/large", body).json() == 1
    assert client.post("/large", {"a": [1]}).json() == 1
    answer = client.post("/large", {"a": [[1]]})
    assert (answer.status, answer.json()["errors"][0]["code"]) == (400, "too_deep")
    assert client.post("/nothing", body).status == 404


class Strict(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    price: int = 0


def test_unknown_keys_are_as_the_type_says(serve: Serve) -> None:
    app = App()

    @app.post("/strict")
    async def strict(it: Strict) -> None: ...

    @app.post("/loose")
    async def loose(it: StructBook) -> None: ...

    client = serve(app)
    assert client.post("/loose", {**DUNE, "more": 1}).status == 204
    answer = client.post("/strict", {"title": "x", "prise": 1})
    assert answer.status == 422
    [error] = answer.json()["errors"]
    assert (error["pointer"], error["did_you_mean"]) == ("/prise", ["price"])


def test_numbers_with_a_zero_fraction_are_integers(serve: Serve) -> None:
    app = App()

    @app.post("/x")
    async def create(it: Strict) -> int:
        return it.price

    client = serve(app)
    headers = {"content-type": "application/json"}
    good = client.request("POST", "/x", body=b'{"title":"x","price":7.0}', headers=headers)
    assert (good.status, good.json()) == (200, 7)
    bad = client.request("POST", "/x", body=b'{"title":"x","price":7.5}', headers=headers)
    assert bad.status == 422


def test_the_last_of_duplicate_keys_wins(serve: Serve) -> None:
    app = App()

    @app.post("/x")
    async def create(it: Strict) -> str:
        return it.title

    body = b'{"title":"a","title":"b"}'
    headers = {"content-type": "application/json"}
    assert serve(app).request("POST", "/x", body=body, headers=headers).json() == "b"


def test_at_most_100_errors_are_told(serve: Serve) -> None:
    app = App()

    @app.post("/x")
    async def create(it: list[Strict], q: int = 0) -> None: ...

    client = serve(app)
    answer = client.post("/x?q=y", [{"title": 1}] * 200)
    problem = answer.json()
    assert (answer.status, len(problem["errors"]), problem["truncated"]) == (422, 100, True)
    assert problem["errors"][0]["parameter"] == "q"
    answer = client.post("/x", [{"title": 1}] * 99)
    assert len(answer.json()["errors"]) == 99
    assert "truncated" not in answer.json()


def test_the_body_and_the_request_together(serve: Serve) -> None:
    app = App()

    @app.post("/x")
    async def create(book: StructBook, request: Request) -> Created[list[Any]]:
        return Created([book.title, len(request.body), request.query], location="/x/ü 1")

    answer = serve(app).post("/x?a=1", DUNE)
    assert answer.json() == ["Dune", len(json.dumps(DUNE)), {"a": ["1"]}]
    assert (answer.status, answer.headers["location"]) == (201, "/x/%C3%BC%201")


def test_a_structured_type_may_come_from_the_query_of_a_post(serve: Serve) -> None:
    app = App()

    @app.post("/x")
    async def create(book: StructBook, strict: Annotated[Strict, Query()]) -> str:
        return book.title + strict.title

    assert serve(app).post("/x?title=2", DUNE).json() == "Dune2"
