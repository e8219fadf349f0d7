"""Lint names each breach of the contract, by the app and by the wire, and is silent otherwise."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from restive.config import Limits
from restive.http.headers import ResponseHeaders
from restive.http.request import Request
from restive.http.response import Prepared, Response, Stream
from restive.testing.lint import Lint, LintError
from restive.wires.asgi import ASGI
from restive.wires.target import Endpoint
from tests.restive.asgi.rig import call
from tests.restive.wire.rig import Rig, ok, run


def made(method: str = "GET", path: str = "/x", **others: Any) -> Request:
    """A request as a good wire makes it."""
    request = Request(method, path, b"", raw_headers=[(b"host", b"a")])
    request.client = request.server = None
    request.scheme = "http"
    request.http_version = "1.1"
    for name, value in others.items():
        setattr(request, name, value)
    return request


def started(handler: Callable[[Request], Any] = lambda _: ok()) -> Lint:
    lint = Lint(Rig(x=handler))
    run(lint.start())
    return lint


def apart(function: Callable[..., Any], *args: Any) -> Any:
    return contextvars.Context().run(function, *args)


def unchecked(name: str, value: str) -> Response:
    prepared = Prepared(200)
    prepared.pairs = [(name.encode(), value.encode())]
    return Response.of(prepared, b"")


def lying() -> Response:
    prepared = Prepared(200, [("x-a", "1")])
    prepared.lines = prepared.lines.replace(b"1", b"2")
    return Response.of(prepared, b"")


def both() -> Response:
    response = Stream([b"x"])
    response.body = b"x"
    return response


def streaming(what: Any) -> Response:
    response = Response()
    response.stream = what
    return response


ANSWERS: list[tuple[Callable[[], Any], str]] = [
    (lambda: Response("text"), "the body is a str"),  # type: ignore[arg-type]
    (lambda: Response(b"x", 204), "204 has a body"),
    (lambda: Response(b"x", 304), "304 has a body"),
    (lambda: Response(b"", 204, {"content-length": "0"}), "204 has a Content-Length"),
    (lambda: Response(b"x", headers={"content-length": "2"}), "2 is not the body's length"),
    (lambda: Response(b"x", headers={"content-length": "-1"}), "the Content-Length is b'-1'"),
    (
        lambda: Response(b"x", headers=[("content-length", "1"), ("content-length", "1")]),
        "several Content-Length",
    ),
    (lambda: Response(headers={"transfer-encoding": "chunked"}), "are the wire's to write"),
    (lambda: unchecked("X-Upper", "1"), "no field name in lower case"),
    (lambda: unchecked("x-a", "1\r\nx-b: 2"), "no value of field"),
    (lying, "lines and pairs differ"),
    (both, "a body and a stream"),
    (lambda: streaming(b"bytes"), "the stream is a bytes"),
    (lambda: streaming(7), "the stream is a int"),
]


@pytest.mark.parametrize(("answer", "violation"), ANSWERS)
def test_answers(answer: Callable[[], Any], violation: str) -> None:
    lint = started(lambda _: answer())
    request = made()
    with pytest.raises(LintError, match=violation):
        apart(lint.route(request), request)
    with pytest.raises(LintError, match=violation):
        lint.check()


@pytest.mark.parametrize(
    ("request_", "violation"),
    [
        (made("get"), "the method is 'get'"),
        (made("G T"), "the method is 'G T'"),
        (made(path="x"), "the raw path is 'x'"),
        (made(path="/\xe9"), "the raw path is"),
        (made(path="/a?b"), "holds a query"),
        (made(query_string="a=b"), "the query string is no bytes"),
        (made(scheme="ftp"), "the scheme is 'ftp'"),
        (made(http_version="1.2"), "the HTTP version is '1.2'"),
        (made(client="127.0.0.1"), "an address is '127.0.0.1'"),
        (made(_raw_headers=[(b"Host", b"a")]), "b'Host' is no field name in lower case"),
        (made(_raw_headers=[(b"host", b"a\rb")]), "no value of field b'host'"),
        (made(_raw_headers=[("host", "a")]), "no pair of bytes"),
        (made(finish=lambda _: None), "finish is set"),
    ],
)
def test_requests(request_: Request, violation: str) -> None:
    with pytest.raises(LintError, match=violation):
        started().route(request_)


def test_a_body_must_be_bytes_within_the_limit() -> None:
    lint = started()
    for body, violation in ((bytearray(b"x"), "the body is no bytes"), (b"x" * 1_001, "longer")):
        request = made(body=body)
        with pytest.raises(LintError, match=violation):
            apart(lint.route(request), request)


def test_an_endpoint_that_raises() -> None:
    def raises(_: Request) -> Response:
        raise KeyError("x")

    async def raises_later(_: Request) -> Response:
        raise KeyError("x")

    for handler in (raises, raises_later):
        lint = Lint(Rig(x=handler))
        exchange = run(call(ASGI(lint), "/x"))
        assert exchange.status == 500
        with pytest.raises(LintError, match="raised KeyError"):
            lint.check()


def test_life() -> None:
    async def main() -> None:
        lint = Lint(Rig())
        with pytest.raises(LintError, match="routes before it has started"):
            lint.route(made())
        with pytest.raises(LintError, match="has not started"):
            await lint.stop()
        await lint.start()
        with pytest.raises(LintError, match="starts the target twice"):
            await lint.start()

    run(main())


def test_limits_must_be_complete() -> None:
    class Lax(Rig):
        limits: Limits

    lax = Lax()
    lax.limits = Limits(url=1)
    with pytest.raises(LintError, match="leave out"):
        _ = Lint(lax).limits


def test_a_problem_must_have_the_status_that_was_asked_for() -> None:
    class Wrong(Rig):
        def problem(self, request: Request | None, status: int, detail: str) -> Response:
            return Response(b"", 200)

    with pytest.raises(LintError, match=r"problem\(400\) has status 200"):
        Lint(Wrong()).problem(None, 400, "")


# --- wires that are at fault


def test_one_answer_for_a_request() -> None:
    lint = started()
    request = made()
    endpoint = lint.route(request)
    apart(endpoint, request)
    with pytest.raises(LintError, match="called twice"):
        apart(endpoint, request)
    with pytest.raises(LintError, match="after the endpoint"):
        endpoint.refuse(request)
    with pytest.raises(LintError, match="another request"):
        endpoint(made())


def finished(lint: Lint, *, path: str = "/x", times: int = 1, same: bool = True) -> None:
    """Answer a request in place and finish it."""
    request = made(path=path)
    context = contextvars.Context()
    context.run(lint.route(request), request)
    for _ in range(times):
        assert request.finish is not None
        (context if same else contextvars.Context()).run(request.finish, None)


def test_finish_is_called_once_in_the_same_context() -> None:
    lint = started()
    finished(lint)
    lint.check()
    with pytest.raises(LintError, match="finished twice"):
        finished(lint, times=2)
    with pytest.raises(LintError, match="another context"):
        finished(lint, same=False)
    lint = started()
    finished(lint, times=0)
    with pytest.raises(LintError, match="never finished"):
        lint.check()


def test_each_request_has_a_context_of_its_own() -> None:
    lint = started()
    context = contextvars.Context()
    first, second = made(), made()
    context.run(lint.route(first), first)
    with pytest.raises(LintError, match="used again"):
        context.run(lint.route(second), second)


async def _later(_: Request) -> Response:
    await asyncio.sleep(0)
    return ok()


async def _promised(lint: Lint) -> tuple[Request, Awaitable[Response]]:
    request = made()
    answer: Any = lint.route(request)(request)
    return request, answer


def test_an_awaitable_is_awaited_once_and_finished_in_the_same_task() -> None:
    async def main() -> None:
        lint = Lint(Rig(x=_later))
        await lint.start()
        request, answer = await _promised(lint)
        await answer
        with pytest.raises(RuntimeError, match="already awaited"):
            await answer
        assert request.finish is not None

        async def elsewhere() -> None:
            assert request.finish is not None
            request.finish(None)

        with pytest.raises(LintError, match="another task"):
            await asyncio.create_task(elsewhere())

    run(main())


async def _chunks() -> Any:
    yield b"x"


def test_a_stream_is_read_or_closed() -> None:
    async def main(method: str, act: Callable[[Any], Awaitable[Any]], violation: str) -> None:
        lint = Lint(Rig(x=lambda _: Stream(_chunks())))
        await lint.start()
        request = made(method)
        answer: Any = lint.route(request)(request)
        await act(answer.stream)
        assert request.finish is not None
        with pytest.raises(LintError, match=violation):
            request.finish(None)

    async def nothing(_: Any) -> None: ...

    async def read(stream: Any) -> None:
        assert [chunk async for chunk in stream] == [b"x"]

    run(main("GET", nothing, "neither read nor closed"))
    run(main("HEAD", read, "HEAD was read"))


def test_chunks_are_bytes_or_text() -> None:
    async def numbers() -> Any:
        yield 7

    lint = Lint(Rig(x=lambda _: Stream(numbers())))
    with pytest.raises(LintError, match="a chunk is a int"):
        run(call(ASGI(lint), "/x"))


def test_what_is_right_passes() -> None:
    class Good(Rig):
        kept = "an attribute of the target"

    handlers: dict[str, Any] = {
        "later": _later,
        "stream": lambda _: Stream(_chunks()),
        "empty": lambda _: Response(b"", 204),
        "cookies": lambda _: Response(headers=[("set-cookie", "a=1"), ("set-cookie", "b=2")]),
        "changed": _changed,
    }
    lint = Lint(Good(**handlers))
    assert lint.kept == "an attribute of the target"
    for path in ("/", *(f"/{name}" for name in handlers)):
        for method in ("GET", "HEAD"):
            assert run(call(ASGI(lint), path, method=method)).status in (200, 204)
            run(lint.stop())
    lint.check()


def _changed(_: Request) -> Response:
    response = ok()
    response.headers["x-a"] = "1"
    assert isinstance(response.headers, ResponseHeaders)
    return response


def test_lint_is_a_target() -> None:
    endpoint: Endpoint = started().route(made())
    assert (endpoint.body_limit, endpoint.eof_grace) == (1_000, 0.2)
