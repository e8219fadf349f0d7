"""Which format and which method is answered, and what a header may hold."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

import pytest

from restive import (
    App,
    Bytes,
    Created,
    Limits,
    NotFound,
    Redirect,
    Request,
    Response,
    Stream,
    Text,
)
from restive.http.response import Prepared
from tests.restive.app.conftest import Serve
from tests.restive.app.test_answers import Book


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "application/json"),
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/*;q=0.5", "application/json"),
        ("text/html, application/msgpack;q=0.2", "application/msgpack"),
        ("application/json;q=0.5, application/msgpack", "application/msgpack"),
        ("application/json, application/vnd.msgpack", "application/json"),
        ("application/json;q=0, */*;q=0.1", "application/msgpack"),
        ("text/html", None),
        ("application/json;q=0", None),
    ],
)
def test_the_format_is_chosen_by_accept(
    serve: Serve, accept: str | None, media_type: str | None
) -> None:
    app = App()

    @app.get("/x")
    async def handler() -> Book:
        return Book(1, "t")

    @app.get("/text")
    async def text() -> Text:
        return Text("x")

    headers = {} if accept is None else {"accept": accept}
    client = serve(app)
    answer = client.get("/x", headers=headers)
    assert answer.headers["vary"] == "Accept"
    if media_type is None:
        assert (answer.status, answer.json()["title"]) == (406, "Not Acceptable")
        assert "application/json or application/msgpack" in answer.json()["detail"]
    else:
        assert (answer.status, answer.headers["content-type"]) == (200, media_type)
    plain = client.get("/text", headers=headers)
    assert (plain.status, "vary" in plain.headers) == (200, False)


def test_several_accept_fields_count_together(serve: Serve) -> None:
    app = App()

    @app.get("/x")
    async def handler() -> int:
        return 1

    headers = [("accept", "text/html"), ("accept", "application/msgpack")]
    answer = serve(app).get("/x", headers=headers)
    assert (answer.status, answer.headers.get("content-type")) == (200, "application/msgpack")


def test_errors_vary_where_the_answer_does(serve: Serve) -> None:
    app = App()

    @app.get("/x")
    async def handler(id: int) -> Book:
        raise NotFound(headers={"vary": "Cookie"})

    @app.get("/y")
    async def other() -> Text:
        raise NotFound

    client = serve(app)
    assert client.get("/x").headers["vary"] == "Accept"
    assert client.get("/x?id=1").headers["vary"] == "Cookie, Accept"
    assert "vary" not in client.get("/y").headers


@pytest.mark.parametrize("sync", [False, True], ids=["async", "def"])
def test_head_is_answered_like_get(serve: Serve, sync: bool) -> None:
    app = App()
    if sync:

        @app.get("/x")
        def handler(a: int = 0) -> list[int]:
            return [a]

    else:

        @app.get("/x")
        async def coroutine(a: int = 0) -> list[int]:
            return [a]

    client = serve(app)
    get, head = client.get("/x?a=1"), client.request("HEAD", "/x?a=1")
    assert (head.status, head.body) == (200, b"")
    for name in ("content-type", "content-length", "vary"):
        assert head.headers[name] == get.headers[name]
    assert client.request("HEAD", "/x?a=y").status == 422
    assert client.request("HEAD", "/nothing").status == 404


def test_head_may_have_a_handler_of_its_own(serve: Serve) -> None:
    app = App()

    @app.get("/x")
    async def get() -> str:
        return "get"

    @app.head("/x")
    async def head() -> Response:
        return Response(b"", 200, {"x-own": "1", "content-length": "5"})

    answer = serve(app).request("HEAD", "/x")
    assert (answer.headers["x-own"], answer.headers["content-length"]) == ("1", "5")


def test_options_and_405(serve: Serve) -> None:
    app = App()

    @app.get("/x")
    async def get() -> str:
        return "get"

    @app.post("/x")
    async def post() -> None: ...

    @app.options("/own")
    async def own() -> Text:
        return Text("own", headers={"allow": "OPTIONS"})

    client = serve(app)
    options = client.request("OPTIONS", "/x")
    assert (options.status, options.body) == (204, b"")
    assert options.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    refused = client.request("DELETE", "/x")
    assert refused.status == 405
    assert refused.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json() == {
        "type": "about:blank",
        "title": "Method Not Allowed",
        "status": 405,
        "detail": "Allowed here: GET, HEAD, OPTIONS, POST.",
    }
    assert client.request("OPTIONS", "/own").text == "own"
    assert client.request("OPTIONS", "/nothing").status == 404
    everything = client.request("OPTIONS", "*")
    assert everything.status == 204
    assert everything.headers["allow"] == "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT, QUERY"
    assert client.request("TRACE", "/x").status == 405
    assert client.request("FETCH", "/x").status == 501


@pytest.mark.parametrize("sync", [False, True], ids=["async", "def"])
@pytest.mark.parametrize(
    "make",
    [
        lambda: Text("x", headers={"x-a": "1\r\nx-b: 2"}),
        lambda: Text("x", headers={"x-a": "1\nx"}),
        lambda: Text("x", headers={"x-a": "\0"}),
        lambda: Text("x", headers={"x a": "1"}),
        lambda: Text("x", headers={"x-a": "✓"}),
        lambda: Bytes(b"", "text/plain\r\nx-b: 2"),
        lambda: Created(1, headers={"x-a": "1\r\nx-b: 2"}),
        lambda: Created(1, location="/a\r\nx-b: 2"),
        lambda: Redirect("/a\r\nx-b: 2"),
        lambda: NotFound(headers={"x-a": "1\r\nx-b: 2"}),
    ],
)
def test_a_header_never_ends_its_field(serve: Serve, make: Any, sync: bool) -> None:
    app = App()
    if sync:

        @app.get("/x")
        def handler() -> Response | Created[int]:
            return make()  # type: ignore[no-any-return]

    else:

        @app.get("/x")
        async def coroutine() -> Response | Created[int]:
            return make()  # type: ignore[no-any-return]

    answer = serve(app).get("/x")
    assert "x-b" not in answer.headers
    if "location" not in answer.headers:
        assert answer.status == 500
    else:
        assert "%0D%0A" in answer.headers["location"]


def test_headers_set_later_are_checked_too(serve: Serve) -> None:
    app = App()

    @app.get("/{way}")
    async def handler(way: str) -> Response:
        answer = Response(b"")
        if way == "set":
            answer.headers["x-a"] = "1\r\nx-b: 2"
        else:
            answer.headers.add("x-a", "1\r\nx-b: 2")
        return answer

    client = serve(app)
    assert [client.get(f"/{way}").status for way in ("set", "add")] == [500, 500]


def test_large_answers_arrive_whole(serve: Serve) -> None:
    app = App(limits=Limits(body=10))
    size = 3_000_000

    @app.get("/x")
    async def handler() -> Bytes:
        return Bytes(b"x" * size)

    @app.get("/y")
    def other() -> list[str]:
        return ["y" * size]

    client = serve(app)
    assert len(client.get("/x").body) == size
    assert len(client.get("/y").body) == size + 4


def test_what_a_request_is(serve: Serve) -> None:
    app = App()

    @app.get("/a/{id:int}")
    async def handler(request: Request) -> list[Any]:
        operation = request.operation
        assert operation is not None
        return [
            request.method,
            request.raw_path,
            dict(request.path_values or {}),
            request.query,
            request.headers["X-Thing"],
            request.headers.get_all("x-thing"),
            request.cookies,
            request.scheme,
            request.http_version,
            request.client is not None,
            request.server is not None,
            operation.route,
            request.app is app,
            request.state,
            repr(request),
        ]

    answer = serve(app).get(
        "/a/%37?b=c%20d", headers=[("X-Thing", "1"), ("x-thing", "2"), ("cookie", "a=b; c")]
    )
    assert answer.json() == [
        "GET",
        "/a/%37",
        {"id": 7},
        {"b": ["c d"]},
        "1, 2",
        ["1", "2"],
        {"a": "b"},
        "http",
        "1.1",
        True,
        True,
        "GET /a/{id:int}",
        True,
        {},
        "<Request GET /a/%37>",
    ]


def test_an_async_generator_streams(serve: Serve) -> None:
    app = App()

    async def chunks() -> AsyncIterator[bytes]:
        yield b"a"
        yield b""
        yield b"b"

    @app.get("/x")
    async def handler() -> Stream:
        return Stream(chunks(), "text/plain", headers={"x-a": "1"})

    answer = serve(app).get("/x")
    assert (answer.body, answer.headers["content-type"], answer.headers["x-a"]) == (
        b"ab",
        "text/plain",
        "1",
    )
    assert "content-length" not in answer.headers


def test_a_given_content_type_rules(serve: Serve) -> None:
    app = App()
    given = {"Content-Type": "application/vnd.x+json"}

    @app.get("/reply")
    async def reply() -> Created[int]:
        return Created(1, headers=given)

    @app.get("/response")
    async def response() -> Response:
        return Response(b"1", headers=given, media_type="text/plain")

    @app.get("/text")
    async def text() -> Text:
        return Text("1", headers=given)

    client = serve(app)
    for path in ("/reply", "/response", "/text"):
        answer = client.get(path)
        assert answer.headers["content-type"] == "application/vnd.x+json"  # twice would be joined
        assert answer.body == b"1"


@pytest.mark.parametrize("status", ["404", 100, 199, 600, 0, True, None])
def test_a_status_that_no_answer_has(status: Any) -> None:
    text = f"an answer's status is {status!r}, not an integer from 200 to 599"
    with pytest.raises(ValueError, match=text):
        Response(b"", status)
    with pytest.raises(ValueError, match=text):
        Prepared(status)
    assert Response(b"", HTTPStatus.CREATED).prepare().lines.startswith(b"HTTP/1.1 201 ")
