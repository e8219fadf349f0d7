"""What handlers return: values, replies, responses, several statuses; formats and methods."""

import logging
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import msgspec
import pytest
from msgspec import Meta

from restive import (
    Accepted,
    App,
    Bytes,
    Conflict,
    Created,
    Html,
    NoContent,
    NotFound,
    Redirect,
    Reply,
    Response,
    Text,
)
from tests.restive.app.conftest import Serve
from tests.restive.naming import plain

T = TypeVar("T")


class Book(msgspec.Struct):
    id: int
    title: str


class Secret(Book):
    price_paid: int


class Teapot(Reply[T], Generic[T]):
    __slots__ = ()
    status = 418


class BookCreated(Created[Book]):
    __slots__ = ()


VALUES: list[tuple[Any, Any, Any]] = [
    (str, "x", "x"),
    (int, 1, 1),
    (bool, True, True),
    (float, 1.5, 1.5),
    (list[int], [1, 2], [1, 2]),
    (dict[str, list[Book]], {"a": [Book(1, "x")]}, {"a": [{"id": 1, "title": "x"}]}),
    (Book, Book(1, "x"), {"id": 1, "title": "x"}),
    (Book | None, None, None),
    (Any, {"x": [1, None]}, {"x": [1, None]}),
    (tuple[int, str], (1, "a"), [1, "a"]),
    (bytes, b"ab", "YWI="),
]


@pytest.mark.parametrize("sync", [False, True], ids=["async", "def"])
@pytest.mark.parametrize(("kind", "value", "expected"), VALUES, ids=plain)
def test_values_are_json(serve: Serve, kind: Any, value: Any, expected: Any, sync: bool) -> None:
    app = App()
    if sync:

        @app.get("/x")
        def handler() -> kind:
            return value

    else:

        @app.get("/x")
        async def coroutine() -> kind:
            return value

    answer = serve(app).get("/x")
    assert (answer.status, answer.json()) == (200, expected)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["vary"] == "Accept"
    assert answer.headers["content-length"] == str(len(answer.body))


def test_kinds_of_responses(serve: Serve) -> None:
    app = App()

    @app.get("/nothing")
    async def nothing() -> None: ...

    @app.get("/no-content")
    async def no_content() -> NoContent:
        return NoContent()

    @app.get("/text")
    async def text() -> Text:
        return Text("ü", headers={"x-a": "1"})

    @app.get("/html")
    async def html() -> Html:
        return Html("<p>", status=203)

    @app.get("/bytes")
    async def some_bytes() -> Bytes:
        return Bytes(b"\xff", "image/png")

    @app.get("/redirect")
    async def redirect() -> Redirect:
        return Redirect("/a b?c=ü", 303)

    @app.get("/response")
    async def response() -> Response:
        answer = Response(b"x", 299, media_type="text/x")
        answer.headers["X-One"] = "1"
        answer.headers.add("set-cookie", "a=b")
        answer.headers.add("set-cookie", "c=d")
        return answer

    @app.get("/accepted")
    async def accepted() -> Accepted[int]:
        return Accepted(7, headers={"x-a": "1"})

    client = serve(app)

    def got(path: str) -> tuple[int, str | None, bytes]:
        answer = client.get(path)
        return answer.status, answer.headers.get("content-type"), answer.body

    assert got("/nothing") == got("/no-content") == (204, None, b"")
    assert "content-length" not in client.get("/nothing").headers
    assert got("/text") == (200, "text/plain; charset=utf-8", "ü".encode())
    assert client.get("/text").headers["x-a"] == "1"
    assert got("/html") == (203, "text/html; charset=utf-8", b"<p>")
    assert got("/bytes") == (200, "image/png", b"\xff")
    assert got("/redirect") == (303, None, b"")
    assert client.get("/redirect").headers["location"] == "/a%20b?c=%C3%BC"
    assert got("/response") == (299, "text/x", b"x")
    assert client.get("/response").headers["set-cookie"] == "a=b, c=d"
    assert got("/accepted") == (202, "application/json", b"7")
    assert client.get("/accepted").headers["x-a"] == "1"


def make_shop(**options: Any) -> App:
    app = App(**options)

    @app.post("/books/{id}", status=203)
    async def create(
        id: int,
    ) -> Created[Book] | Teapot[str] | BookCreated | Text | Book | NotFound | Conflict | None:
        book = Book(id, "x")
        answers: list[Any] = [
            Created(book, location=f"/books/{id}"),
            Teapot("short"),
            BookCreated(book),
            Text("plain"),
            book,
            None,
            NotFound("gone"),
            Conflict("taken"),
        ]
        return answers[id]  # type: ignore[no-any-return]

    return app


def test_several_statuses_by_annotation(serve: Serve) -> None:
    app = make_shop()
    client = serve(app)
    answers = [client.post(f"/books/{id}") for id in range(8)]
    assert [answer.status for answer in answers] == [201, 418, 201, 200, 203, 203, 404, 409]
    assert answers[0].headers["location"] == "/books/0"
    assert answers[0].json() == {"id": 0, "title": "x"}
    assert [answer.json() for answer in answers[1:3]] == ["short", {"id": 2, "title": "x"}]
    assert (answers[3].text, answers[5].json()) == ("plain", None)
    assert answers[6].headers["content-type"] == "application/problem+json"
    assert answers[7].json()["detail"] == "taken"
    route = app.routes[0]
    assert [(r.status, r.type) for r in route.responses] == [
        (203, Book | None),
        (201, Book),
        (418, str),
        (201, Book),
        (203, str),
    ]
    assert route.raises == (NotFound, Conflict)


def test_none_beside_replies_has_the_routes_status(serve: Serve) -> None:
    app = App()

    @app.put("/x/{new}")
    async def put(new: bool) -> Created[int] | None:
        return Created(1) if new else None

    client = serve(app)
    assert client.request("PUT", "/x/true").status == 201
    answer = client.request("PUT", "/x/false")
    assert (answer.status, answer.body) == (204, b"")


@pytest.mark.parametrize("sync", [False, True], ids=["async", "def"])
@pytest.mark.parametrize(
    ("allowed", "returned"),
    [
        (Book, Text("secret")),
        (Book, Created(Book(1, "secret"))),
        (Book, "secret"),
        (Book, {"id": "secret"}),
        (Book, None),
        (list[Book], ["secret"]),
        (Created[Book], Book(1, "secret")),
        (Created[Book], Accepted(Book(1, "secret"))),
        (Created[Book], Created("secret")),
        (Text, Html("secret")),
        (Text, "secret"),
        (None, "secret"),
        (NoContent, None),
        (Any, object()),
        (str, "\ud800 secret"),
    ],
    ids=plain,
)
def test_what_is_not_declared_is_500_and_leaks_nothing(
    serve: Serve, caplog: pytest.LogCaptureFixture, allowed: Any, returned: Any, sync: bool
) -> None:
    app = App()
    if sync:

        @app.get("/x")
        def handler() -> allowed:
            return returned

    else:

        @app.get("/x")
        async def coroutine() -> allowed:
            return returned

    client = serve(app)
    with caplog.at_level(logging.ERROR, "restive"):
        answer = client.get("/x")
    assert answer.status == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert b"secret" not in answer.body
    [record] = [record for record in caplog.records if record.name == "restive"]
    assert record.getMessage() == f"{app.routes[0].where} failed"
    assert record.exc_info is not None


def test_the_log_says_what_was_returned_and_what_is_allowed(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    app = App()

    @app.get("/x")
    async def handler() -> Created[Book] | Text | NotFound | None:
        return Html("x")  # type: ignore[return-value]

    with caplog.at_level(logging.ERROR, "restive"):
        serve(app).get("/x")
    assert (
        "AnswerError: the handler returned Html, and its annotation allows Created, Text, "
        "NotFound, None. Add it to the annotation, or return what that says." in caplog.text
    )


@dataclass
class Shelf:
    best: Book
    books: list[Book]


class Holder(msgspec.Struct, Generic[T]):
    item: T


def secret(id: int = 1) -> Secret:
    return Secret(id, "t", 99)


SAFE = {"id": 1, "title": "t"}


@pytest.mark.parametrize("accept", ["application/json", "application/msgpack"])
@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (Book, secret(), SAFE),
        (list[Book], [Book(1, "t"), secret()], [SAFE, SAFE]),
        (dict[str, Book], {"a": secret()}, {"a": SAFE}),
        (Shelf, Shelf(secret(), [secret()]), {"best": SAFE, "books": [SAFE]}),
        (Holder[Book], Holder(secret()), {"item": SAFE}),
        (Holder[list[Book | None]], Holder([None, secret()]), {"item": [None, SAFE]}),
        (Book | None, secret(), SAFE),
        (Book | Text, secret(), SAFE),
        (Created[Book], Created(secret()), SAFE),
        (BookCreated, BookCreated(secret()), SAFE),
        (tuple[Book, ...], (secret(),), [SAFE]),
        (Book, {"id": 1, "title": "t", "price_paid": 99}, SAFE),
    ],
    ids=plain,
)
def test_a_subclass_never_leaks_its_fields(
    serve: Serve, kind: Any, value: Any, expected: Any, accept: str
) -> None:
    app = App()

    @app.get("/x")
    async def handler() -> kind:
        return value

    answer = serve(app).get("/x", headers={"accept": accept})
    assert b"99" not in answer.body
    assert b"price" not in answer.body
    decode = msgspec.json.decode if accept.endswith("json") else msgspec.msgpack.decode
    assert decode(answer.body) == expected


@pytest.mark.parametrize("kind", [dict[str, int], str, int, list[str]], ids=plain)
def test_a_struct_is_no_dict_and_no_scalar(serve: Serve, kind: Any) -> None:
    app = App()

    @app.get("/x")
    async def handler() -> kind:
        return secret()

    answer = serve(app).get("/x")
    assert b"price_paid" not in answer.body


def test_answers_are_checked_in_dev_and_on_demand(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    statuses = []
    for options in ({}, {"dev": True}, {"check_responses": True}, {"dev": False}):
        app = App(**options)  # type: ignore[arg-type]

        @app.get("/x")
        async def handler() -> Annotated[int, Meta(le=5)]:
            return 6

        @app.get("/y")
        async def other() -> Created[Book]:
            return Created(Book("one", "t"))  # type: ignore[arg-type]

        client = serve(app)
        statuses.append((client.get("/x").status, client.get("/y").status))
    assert statuses == [(200, 201), (500, 500), (500, 500), (200, 201)]
    assert "the answer at '/id' is str where int is declared" in caplog.text
