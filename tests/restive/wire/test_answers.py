"""How answers are framed, streamed, cut short and cleaned up after."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Iterator
from typing import Any

import pytest

from restive.http.request import Request
from restive.http.response import Prepared, Response, Stream
from tests.restive.wire.rig import (
    CLOSE,
    OK,
    Point,
    Rig,
    answers,
    client_of,
    exchange,
    get,
    ok,
    run,
    serving,
)


def raw(rig: Rig, *pieces: bytes, plain: bool = False) -> bytes:
    async def main() -> bytes:
        async with serving(rig) as server:
            return await exchange(server, *pieces)

    return run(main(), plain=plain)


def of(response: Response, request: bytes = get("/x", CLOSE), **kind: Any) -> bytes:
    """The bytes that `response` becomes."""
    return raw(Rig(x=lambda _: response), request, **kind)


def head(path: str, *fields: str) -> bytes:
    return b"HEAD" + get(path, *fields)[3:]


def test_the_quick_answer_and_the_other_are_the_same() -> None:
    prepared = Prepared(200, [("content-type", "text/plain"), ("x-y", "z")])
    quick = of(Response.of(prepared, b"body"), get("/x") * 3 + get("/x", CLOSE))
    other = of(
        Response(b"body", 200, {"content-type": "text/plain", "x-y": "z"}),
        get("/x") * 3 + get("/x", CLOSE),
    )
    assert quick == other
    assert [a.body for a in answers(quick)] == [b"body"] * 4
    assert answers(quick)[0].fields[:3] == [
        ("content-type", "text/plain"),
        ("x-y", "z"),
        ("content-length", "4"),
    ]


@pytest.mark.parametrize("plain", [False, True], ids=["uvloop", "asyncio"])
@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 65_535, 65_536, 65_537, 3_000_000])
def test_bodies_of_any_size(size: int, plain: bool) -> None:
    body = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    first, second = answers(of(Response.of(OK, body), get("/x") + get("/x", CLOSE), plain=plain))
    assert first.body == second.body == body


def test_head_has_the_fields_of_get_and_no_body() -> None:
    rig = Rig(x=lambda _: ok("four"))
    got, asked, after = answers(raw(rig, get("/x") + head("/x") + get("/x", CLOSE)), "GET", "HEAD")
    assert [pair for pair in asked.fields if pair[0] != "date"] == [
        pair for pair in got.fields if pair[0] != "date"
    ]
    assert asked.get("content-length") == ["4"]
    assert after.body == b"four"


@pytest.mark.parametrize("status", [204, 304])
def test_statuses_without_body_and_length(status: int) -> None:
    request = get("/x") + get("/x", CLOSE)
    first, second = answers(of(Response(b"dropped", status), request))
    assert (first.status, second.status) == (status, status)
    assert first.get("content-length") == first.get("transfer-encoding") == []


def test_length_of_zero_where_a_body_could_be() -> None:
    (answer,) = answers(of(Response(b"dropped", 205)))
    assert answer.get("content-length") == ["0"]
    for status in (200, 201, 205, 404):
        (answer,) = answers(of(Response(b"", status)))
        assert answer.get("content-length") == ["0"]


def test_a_length_that_the_handler_sets() -> None:
    given = {"content-length": "99"}
    (answer,) = answers(of(Response(b"four", 200, given)))
    assert (answer.get("content-length"), answer.body) == (["4"], b"four")
    (answer,) = answers(of(Response(b"", 200, given)))
    assert (answer.get("content-length"), answer.body) == (["0"], b"")
    (answer,) = answers(of(Response(b"", 205, given)))
    assert answer.get("content-length") == ["0"]
    (answer,) = answers(of(Response(b"", 200, given), head("/x", CLOSE)), "HEAD")
    assert answer.get("content-length") == ["99"]
    (answer,) = answers(of(Response(b"", 304, given)))
    assert answer.get("content-length") == ["99"]
    (answer,) = answers(of(Response(b"", 204, given)))
    assert answer.get("content-length") == []


def test_fields_of_the_handler_that_frame() -> None:
    (answer,) = answers(of(Response(b"four", 200, {"transfer-encoding": "chunked"})))
    assert (answer.get("transfer-encoding"), answer.body) == ([], b"four")
    (answer,) = answers(of(Response(b"", 200, {"date": "then"})))
    assert answer.get("date") == ["then"]
    (answer,) = answers(of(Response(b"", 200, {"Connection": "close"}), get("/x") + get("/x")))
    assert answer.get("connection") == ["close"]
    quick = Prepared(200, [("connection", "close")])
    (answer,) = answers(of(Response.of(quick, b"x"), get("/x") + get("/x")))
    assert answer.get("connection") == ["close"]


def test_a_length_that_is_no_number_is_500(caplog: pytest.LogCaptureFixture) -> None:
    (answer,) = answers(of(Response(b"", 200, {"content-length": "many"})))
    assert answer.status == 500
    assert "content-length is 'many'" in caplog.text


# Streams


async def count(*chunks: Any) -> AsyncIterator[Any]:
    for chunk in chunks:
        await asyncio.sleep(0)
        yield chunk


@pytest.mark.parametrize("plain", [False, True], ids=["uvloop", "asyncio"])
def test_a_stream_is_chunked_and_the_connection_goes_on(plain: bool) -> None:
    rig = Rig(x=lambda _: Stream(count(b"a", "é", b"", b"c" * 300), "text/plain"))
    first, second, last = answers(raw(rig, get("/x"), get("/x") + get("/", CLOSE), plain=plain))
    assert first.body == second.body == "aé".encode() + b"c" * 300
    assert first.get("transfer-encoding") == ["chunked"]
    assert last.status == 200


def test_sync_sources_are_streamed() -> None:
    def walk() -> Iterator[bytes]:
        yield b"a"
        yield b"b"

    assert answers(of(Stream([b"a", b"b"])))[0].body == b"ab"
    assert answers(of(Stream(walk())))[0].body == b"ab"


def test_an_awaited_stream() -> None:
    async def handler(request: Request) -> Response:
        await asyncio.sleep(0)
        return Stream(count(b"a", b"b"))

    (answer,) = answers(raw(Rig(x=handler), get("/x", CLOSE)))
    assert answer.body == b"ab"


def test_a_stream_on_http_1_0_ends_with_the_connection() -> None:
    request = b"GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
    (answer,) = answers(of(Stream(count(b"a", b"b")), request))
    assert (answer.get("connection"), answer.body) == (["close"], b"ab")


def test_a_stream_with_a_length() -> None:
    stream = Stream(count(b"a", b"b"), headers={"content-length": "2"})
    first, _ = answers(of(stream, get("/x") + get("/", CLOSE)))
    assert (first.body, first.get("transfer-encoding")) == (b"ab", [])


@pytest.mark.parametrize("length", ["1", "3"])
def test_a_stream_that_breaks_its_length_is_cut(
    length: str, caplog: pytest.LogCaptureFixture
) -> None:
    sent = of(Stream(count(b"a", b"b"), headers={"content-length": length}), get("/x") + get("/"))
    assert b"ab" not in sent or length == "3"
    assert "failed in the app" in caplog.text
    assert sent.count(b"HTTP/1.1") <= 1


def test_a_stream_that_fails_is_aborted_never_ended(caplog: pytest.LogCaptureFixture) -> None:
    closed = []

    async def fail() -> AsyncIterator[bytes]:
        try:
            yield b"a"
            await asyncio.sleep(0.02)
            raise RuntimeError("the source broke")
        finally:
            closed.append(True)

    rig = Rig(x=lambda _: Stream(fail()))
    sent = raw(rig, get("/x") + get("/"))
    assert b"0\r\n\r\n" not in sent
    assert sent == b"(reset)" or sent.endswith(b"1\r\na\r\n")
    assert "the source broke" in caplog.text
    assert closed == [True]
    assert rig.seen == ["GET /x"]


def test_chunks_of_another_type_abort(caplog: pytest.LogCaptureFixture) -> None:
    sent = of(Stream([b"a", 3]))  # type: ignore[arg-type]
    assert b"0\r\n\r\n" not in sent
    assert "a stream's chunk is int, not bytes or str" in caplog.text


@pytest.mark.parametrize("status", [200, 204])
def test_a_stream_that_nobody_gets_is_closed_unstarted(status: int) -> None:
    class Source:
        started = closed = False

        def __aiter__(self) -> Source:
            self.started = True
            return self

        async def __anext__(self) -> bytes:
            raise StopAsyncIteration

        async def aclose(self) -> None:
            self.closed = True

    source = Source()
    request = head("/x") if status == 200 else get("/x")
    found = answers(of(Stream(source, status=status), request + get("/", CLOSE)), "HEAD")
    assert [a.status for a in found] == [status, 200]
    assert (source.started, source.closed) == (False, True)


def test_a_stream_that_never_waits_lets_others_be_served() -> None:
    done = []

    async def many() -> AsyncIterator[bytes]:
        for _ in range(20_000):
            yield b"x"
        done.append(True)

    async def main() -> bool:
        rig = Rig(x=lambda _: Stream(many()))
        async with (
            serving(rig) as server,
            client_of(server) as first,
            client_of(server) as second,
        ):
            await first.send(get("/x"))
            await first.reader.readuntil(b"\r\n\r\n")
            await second.send(get("/"))
            await second.answer()
            return not done

    assert run(main())


# Failures of the app


class Odd(BaseException):
    """Neither an Exception nor one that Python knows."""


@pytest.mark.parametrize("error", [RuntimeError, Odd, SystemExit, asyncio.CancelledError])
@pytest.mark.parametrize("where", ["place", "task", "route", "refuse"])
def test_a_failing_endpoint_is_500_and_ends_the_connection(
    error: type[BaseException], where: str, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> Any:
        raise error("broken")

    async def wait(request: Request) -> Response:
        await asyncio.sleep(0)
        raise error("broken")

    rig = Rig(x=wait if where == "task" else fail)
    if where == "route":
        rig.route = fail  # type: ignore[assignment]
    point = Point(fail)
    if where == "refuse":
        point.refuse = fail  # type: ignore[assignment]
        rig.route = lambda _: point  # type: ignore[assignment]
    body = "Content-Length: 99999" if where == "refuse" else "X: y"
    (answer,) = answers(raw(rig, get("/x", body) + get("/next")))
    assert answer.status == 500
    assert answer.get("connection") == ["close"]
    assert "GET /x failed in the app" in caplog.text
    assert rig.seen in (["GET /x"], [])


def test_a_failure_on_the_quick_way(caplog: pytest.LogCaptureFixture) -> None:
    def fail(request: Request) -> Response:
        raise RuntimeError("broken")

    good, bad = answers(raw(Rig(x=fail), get("/y"), get("/x"), get("/z")))
    assert (good.status, bad.status) == (200, 500)
    assert "GET /x failed" in caplog.text


def test_what_is_no_response_is_500(caplog: pytest.LogCaptureFixture) -> None:
    async def handler(request: Request) -> Any:
        return "text"

    (answer,) = answers(raw(Rig(x=handler), get("/x")))
    assert answer.status == 500
    assert "answered str, not a Response" in caplog.text


def test_a_problem_that_fails_itself_ends_the_connection(caplog: pytest.LogCaptureFixture) -> None:
    rig = Rig()

    def fail(*_: Any) -> Response:
        raise RuntimeError("broken")

    rig.problem = fail  # type: ignore[assignment]
    assert raw(rig, b"nonsense\r\n\r\n").startswith(b"HTTP/1.1 500 ")
    assert "(400) failed" in caplog.text


# Tasks and cleaning up


def test_an_awaiting_handler_has_a_task_and_timeouts_work() -> None:
    async def handler(request: Request) -> Response:
        task = asyncio.current_task()
        try:
            async with asyncio.timeout(0.01):
                await asyncio.sleep(5)
        except TimeoutError:
            return ok(type(task).__name__)
        return ok("no timeout")

    first, second = answers(raw(Rig(x=handler), get("/x"), get("/x", CLOSE)))
    assert first.body == second.body == b"Task"


@pytest.mark.parametrize("where", ["place", "task", "stream"])
@pytest.mark.parametrize("waits", [False, True])
def test_finish_is_called_once_after_the_answer(where: str, waits: bool) -> None:
    """In the same task and Context, before the next request of that connection."""
    events: list[Any] = []

    def finish(error: BaseException | None) -> Awaitable[None] | None:
        events.append(error)
        return rest() if waits else None

    async def rest() -> None:
        await asyncio.sleep(0.01)
        events.append("rested")

    async def handler(request: Request) -> Response:
        request.finish = finish
        if where == "task":
            await asyncio.sleep(0)
        return Stream(count(b"done")) if where == "stream" else ok("done")

    def in_place(request: Request) -> Response:
        request.finish = finish
        return ok("done")

    def after(request: Request) -> Response:
        events.append("next")
        return ok()

    rig = Rig(x=in_place if where == "place" else handler, after=after)
    found = answers(raw(rig, get("/x") + get("/after"), get("/x") + get("/after", CLOSE)))
    assert [a.body for a in found] == [b"done", b"ok", b"done", b"ok"]
    once = [None, "rested", "next"] if waits else [None, "next"]
    assert events == once * 2


@pytest.mark.parametrize("waits", [False, True])
@pytest.mark.parametrize("where", ["place", "task"])
def test_a_failing_finish_is_logged_and_no_second_answer(
    where: str, waits: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async def rest() -> None:
        raise RuntimeError("clean-up broke")

    def finish(error: BaseException | None) -> Awaitable[None] | None:
        if waits:
            return rest()
        raise RuntimeError("clean-up broke")

    def in_place(request: Request) -> Response:
        request.finish = finish
        return ok("done")

    async def in_task(request: Request) -> Response:
        await asyncio.sleep(0)
        return in_place(request)

    rig = Rig(x=in_task if where == "task" else in_place)
    found = answers(raw(rig, get("/x"), get("/x"), get("/", CLOSE)))
    assert [a.status for a in found] == [200, 200, 200]
    assert "clean-up broke" in caplog.text


def test_finish_learns_of_a_failure() -> None:
    events: list[Any] = []

    async def fail() -> AsyncIterator[bytes]:
        yield b"a"
        raise RuntimeError("the source broke")

    def stream(request: Request) -> Response:
        request.finish = lambda error: events.append(repr(error))
        return Stream(fail())

    def place(request: Request) -> Response:
        request.finish = lambda error: events.append(repr(error))
        raise SystemExit(3)

    rig = Rig(stream=stream, place=place)
    raw(rig, get("/stream"))
    raw(rig, get("/place"))
    assert events == ["RuntimeError('the source broke')", "SystemExit(3)"]


def test_nothing_is_logged_for_good_requests(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    raw(Rig(), get("/") * 20 + get("/", CLOSE))
    assert caplog.text == ""


def test_fields_of_the_connection_are_the_wires_own() -> None:
    fields = {
        name: "chunked" for name in ("connection", "keep-alive", "transfer-encoding", "upgrade")
    }
    rig = Rig(x=lambda _: Response(b"abc", headers={**fields, "x-a": "1"}))
    (answer,) = answers(raw(rig, get("/x", CLOSE)))
    assert [name for name, _ in answer.fields] == ["x-a", "content-length", "connection", "date"]
    assert (answer.get("connection"), answer.body) == (["close"], b"abc")
