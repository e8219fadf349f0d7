"""The ASGI wire, message by message. What all wires share is in test_all_wires.py."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restive.config import Limits
from restive.errors import ConfigError
from restive.http.request import Request
from restive.http.response import NoContent, Response, Stream
from restive.wires.asgi import ASGI, own_path
from tests.restive.asgi.rig import Exchange, body, call, lifespan
from tests.restive.wire.rig import Point, Rig, ok, run
from tests.restive.wires import scope_of


def test_an_answer_is_two_messages() -> None:
    exchange = run(call(ASGI(Rig(x=lambda _: ok("hi"))), "/x"))
    start, rest = exchange.sent
    assert start == {
        "type": "http.response.start",
        "status": 200,
        "headers": [(b"content-type", b"text/plain"), (b"content-length", b"2")],
    }
    assert rest == {"type": "http.response.body", "body": b"hi"}


def test_a_request_without_a_body_never_receives() -> None:
    assert run(call(ASGI(Rig()))).received == 0


@pytest.mark.parametrize("version", ["2", "3"])
def test_http_2_announces_no_body(version: str) -> None:
    exchange = run(call(ASGI(Rig()), "/", body(b"abc"), method="POST", http_version=version))
    assert b'"body": "abc"' in exchange.body


def test_http_2_needs_no_host() -> None:
    assert run(call(ASGI(Rig()), "/", body(), http_version="2", headers=[])).status == 200
    assert run(call(ASGI(Rig()), http_version="1.0", headers=[])).status == 200
    assert run(call(ASGI(Rig()), http_version="1.1", headers=[])).status == 400


def test_a_body_in_pieces() -> None:
    pieces = [body(b"ab", more=True), body(more=True), body(b"c")]
    fields = [("transfer-encoding", "chunked")]
    exchange = run(call(ASGI(Rig()), "/", *pieces, method="POST", fields=fields))
    assert b'"body": "abc"' in exchange.body


def test_a_chunked_body_that_grows_too_long_is_not_read_to_its_end() -> None:
    rig = Rig()
    pieces = [body(b"x" * 600, more=True)] * 5
    fields = [("transfer-encoding", "chunked")]
    exchange = run(call(ASGI(rig), "/", *pieces, method="POST", fields=fields))
    assert (exchange.status, exchange.received, rig.seen) == (413, 2, [])


def test_a_body_that_is_announced_too_long_is_not_read() -> None:
    exchange = run(call(ASGI(Rig()), "/", fields=[("content-length", "1001")], method="POST"))
    assert (exchange.status, exchange.received) == (413, 0)


def test_expect_is_refused_before_100_continue() -> None:
    rig = Rig(picky=Point(lambda _: ok(), refusal=Response(b"", 415)))
    fields = [("content-length", "3"), ("expect", "100-continue")]
    exchange = run(call(ASGI(rig), "/picky", method="POST", fields=fields))
    assert (exchange.status, exchange.received) == (415, 0)


@pytest.mark.parametrize(
    "fields",
    [
        [("content-length", "3"), ("content-length", "3")],
        [("content-length", "3"), ("content-length", "4")],
        [("content-length", "3"), ("transfer-encoding", "chunked")],
        [("content-length", "0"), ("transfer-encoding", "chunked")],
        [("content-length", "+3")],
        [("content-length", "")],
        [("content-length", "9" * 5_000)],
        [("transfer-encoding", "chunked"), ("transfer-encoding", "chunked")],
    ],
)
def test_lengths_that_are_not_clear(fields: list[tuple[str, str]]) -> None:
    rig = Rig()
    exchange = run(call(ASGI(rig), "/", body(b"abc"), method="POST", fields=fields))
    assert (exchange.status, rig.seen) == (400, [])


def test_a_client_that_leaves_before_its_body_is_there_gets_nothing() -> None:
    rig = Rig()
    gone = {"type": "http.disconnect"}
    fields = [("content-length", "9")]
    exchange = run(call(ASGI(rig), "/", body(b"a", more=True), gone, method="POST", fields=fields))
    assert (exchange.sent, rig.seen) == ([], [])


def test_a_body_that_takes_too_long() -> None:
    rig = Rig(limits=Limits(body_time=0.02))
    fields = [("content-length", "9")]
    exchange = run(call(ASGI(rig), "/", body(b"a", more=True), method="POST", fields=fields))
    assert (exchange.status, rig.seen) == (408, [])
    assert (b"connection", b"close") in exchange.sent[0]["headers"]


def test_a_body_that_comes_fast_enough_may_take_long() -> None:
    """As on the native wire: 16 KiB earn a second."""

    async def main() -> int:
        rig = Rig(limits=Limits(body_time=0.05), big=Point(lambda _: ok(), body_limit=100_000))
        exchange = Exchange(*[body(b"x" * 8_000, more=True)] * 5, body(b"x"))
        receive = exchange.receive

        async def slow() -> Any:
            await asyncio.sleep(0.03)
            return await receive()

        fields = [("content-length", "40001")]
        await ASGI(rig)(scope_of("POST", "/big", fields), slow, exchange.send)
        return exchange.status

    assert run(main()) == 200


def test_fields_of_the_connection_are_the_servers_own() -> None:
    names = ("connection", "keep-alive", "transfer-encoding", "upgrade")
    fields = {**dict.fromkeys(names, "chunked"), "x-a": "1"}
    rig = Rig(
        plain=lambda _: Response(b"abc", headers=fields),
        stream=lambda _: Stream([b"abc"], headers={**fields, "content-length": "3"}),
        last=lambda _: Response(b"abc", headers={"connection": "Close"}),
    )
    for path in ("/plain", "/stream"):
        exchange = run(call(ASGI(rig), path))
        assert {name for name, _ in exchange.sent[0]["headers"]} - {b"content-type"} == {
            b"x-a",
            b"content-length",
        }
        assert exchange.body == b"abc"
    assert (b"connection", b"Close") in run(call(ASGI(rig), "/last")).sent[0]["headers"]


PATHS = [
    ({"path": "/a b", "raw_path": None}, b"/a%20b"),
    ({"path": "/a b"}, b"/a%20b"),
    ({"raw_path": b"/a?b=c"}, b"/a"),
    ({"raw_path": b"/api/x", "root_path": "/api"}, b"/x"),
    ({"raw_path": b"/api/x", "root_path": "/api/"}, b"/x"),
    ({"raw_path": b"/api", "root_path": "/api"}, b"/"),
    ({"raw_path": b"/api/", "root_path": "/api"}, b"/"),
    ({"raw_path": b"/apix", "root_path": "/api"}, b"/apix"),
    ({"raw_path": b"/x", "root_path": "/api"}, b"/x"),
    ({"raw_path": b"/%61pi/v1/%2Fx/y", "root_path": "/api/v1"}, b"/%2Fx/y"),
    ({"raw_path": b"/caf%C3%A9/x", "root_path": "/caf\xe9"}, b"/x"),
]


@pytest.mark.parametrize(("scope", "path"), PATHS)
def test_the_path_below_the_root_path(scope: dict[str, Any], path: bytes) -> None:
    assert own_path({"path": "/wrong", **scope}) == path


@given(st.text(alphabet="ab%2F/.", max_size=12), st.sampled_from(["", "/r", "/r/s"]))
def test_a_mounted_app_sees_the_same_path(path: str, root: str) -> None:
    scope = {"path": "/wrong", "raw_path": f"{root}/{path}".encode(), "root_path": root}
    assert own_path(scope) == f"/{path}".encode()


def test_targets_that_are_no_path() -> None:
    for raw_path in (b"", b"x", b"*", b"http://a/", b"/\xe9", b"/a b", b"/\x00"):
        assert run(call(ASGI(Rig()), raw_path=raw_path)).status == 400, raw_path
    assert run(call(ASGI(Rig()), method="OPTIONS", raw_path=b"*")).status == 200


def test_headers_may_be_any_iterable() -> None:
    headers = iter([[b"host", b"a"], [b"x-a", b"1"]])
    exchange = run(call(ASGI(Rig()), headers=headers))
    assert b'[["host", "a"], ["x-a", "1"]]' in exchange.body


def test_peers_are_passed_on() -> None:
    seen: list[Request] = []
    rig = Rig(x=lambda request: seen.append(request) or ok())  # type: ignore[func-returns-value]
    run(call(ASGI(rig), "/x", client=("10.0.0.1", 5), server=None, scheme="https"))
    request = seen[0]
    assert (request.client, request.server) == (("10.0.0.1", 5), None)
    assert (request.scheme, request.http_version) == ("https", "1.1")


def test_a_given_length_that_is_wrong_is_put_right() -> None:
    rig = Rig(x=lambda _: Response(b"abc", headers={"content-length": "7"}))
    assert run(call(ASGI(rig), "/x")).sent[0]["headers"] == [(b"content-length", b"3")]


@pytest.mark.parametrize(
    ("answer", "headers", "sent"),
    [
        (NoContent(), [], b""),
        (Response(b"x", 204, {"content-length": "1"}), [], b""),
        (Response(b"x", 205), [(b"content-length", b"0")], b""),
        (Response(b"", 304, {"content-length": "9"}), [(b"content-length", b"9")], b""),
        (Response(b"x", 304), [], b""),
        (Stream([b"x"], status=204), [(b"content-type", b"application/octet-stream")], b""),
    ],
)
def test_statuses_without_a_body(answer: Response, headers: Any, sent: bytes) -> None:
    exchange = run(call(ASGI(Rig(x=lambda _: answer)), "/x"))
    assert (exchange.sent[0]["headers"], exchange.body, exchange.complete) == (headers, sent, True)


def test_an_app_that_raises_is_answered_with_500(caplog: pytest.LogCaptureFixture) -> None:
    def raises(_: Request) -> Response:
        raise KeyError("in place")

    async def raises_later(_: Request) -> Response:
        await asyncio.sleep(0)
        raise KeyError("later")

    app = ASGI(Rig(raises=raises, later=raises_later))
    for path in ("/raises", "/later"):
        exchange = run(call(app, path))
        assert (exchange.status, exchange.complete) == (500, True)
    assert [record.exc_info is not None for record in caplog.records] == [True, True]


# --- clients that leave


async def _stuck(request: Request) -> Response:
    await asyncio.Event().wait()
    return ok()


async def _left(app: ASGI, path: str, after: float = 0.0) -> tuple[Exchange, asyncio.Task[None]]:
    exchange = Exchange()
    task = asyncio.create_task(app(scope_of("GET", path, []), exchange.receive, exchange.send))
    await asyncio.sleep(after)
    exchange.left.set()
    await asyncio.wait([task], timeout=2)
    return exchange, task


def test_a_disconnect_ends_the_request_quietly() -> None:
    async def main() -> None:
        exchange, task = await _left(ASGI(Rig(stuck=_stuck)), "/stuck")
        assert (exchange.sent, task.done(), task.cancelled()) == ([], True, False)
        assert task.exception() is None
        assert task.cancelling() == 0

    run(main())


def test_a_handler_that_swallows_its_cancellation_is_answered_for() -> None:
    async def stubborn(request: Request) -> Response:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.sleep(0)
        return ok("saved")

    async def main() -> None:
        exchange, task = await _left(ASGI(Rig(stubborn=stubborn)), "/stubborn")
        assert (exchange.body, task.cancelling(), task.exception()) == (b"saved", 0, None)

    run(main())


def test_the_servers_own_cancellation_reaches_the_server() -> None:
    ends: list[BaseException | None] = []

    async def stuck(request: Request) -> Response:
        request.finish = ends.append
        return await _stuck(request)

    async def main() -> None:
        exchange = Exchange()
        app = ASGI(Rig(stuck=stuck))
        task = asyncio.create_task(
            app(scope_of("GET", "/stuck", []), exchange.receive, exchange.send)
        )
        await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        assert isinstance(ends[0], asyncio.CancelledError)

    run(main())


def test_time_limits_of_a_handler_work_in_the_servers_task() -> None:
    async def slow(request: Request) -> Response:
        try:
            async with asyncio.timeout(0.01):
                await asyncio.Event().wait()
        except TimeoutError:
            return ok("in time")
        raise AssertionError

    assert run(call(ASGI(Rig(slow=slow)), "/slow")).body == b"in time"


@pytest.mark.parametrize("at", [0, 1, 2])
def test_sends_may_raise_oserror_once_the_client_has_left(at: int) -> None:
    ends: list[BaseException | None] = []

    def place(request: Request) -> Response:
        return ok()

    def stream(request: Request) -> Response:
        request.finish = ends.append
        return Stream([b"a", b"b"])

    async def main() -> None:
        app = ASGI(Rig(place=place, stream=stream))
        for path in ("/place", "/stream"):
            exchange = Exchange(fail_sends=at)
            await asyncio.create_task(
                app(scope_of("GET", path, []), exchange.receive, exchange.send)
            )

    run(main())
    assert [type(end).__name__ for end in ends] == ["Gone"]


def test_an_oserror_of_the_app_is_no_disconnect() -> None:
    async def chunks() -> Any:
        yield b"a"
        raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        run(call(ASGI(Rig(x=lambda _: Stream(chunks()))), "/x"))


def test_a_quick_answer_watches_for_nothing() -> None:
    async def quick(_: Request) -> Response:
        await asyncio.sleep(0)
        return ok()

    assert run(call(ASGI(Rig(quick=quick)), "/quick")).received == 0


# --- context


MINE: ContextVar[str] = ContextVar("MINE", default="unset")


def test_variables_of_a_middleware_are_seen_and_none_leaves() -> None:
    async def handler(_: Request) -> Response:
        seen = MINE.get()
        MINE.set("handler")
        await asyncio.sleep(0)
        return ok(f"{seen} {MINE.get()}")

    async def main() -> None:
        MINE.set("middleware")
        exchange = Exchange()
        await ASGI(Rig(x=handler))(scope_of("GET", "/x", []), exchange.receive, exchange.send)
        assert exchange.body == b"middleware handler"
        assert MINE.get() == "middleware"

    run(main())


# --- life


def test_lifespan() -> None:
    rig = Rig()
    sent = run(lifespan(ASGI(rig), "startup", "shutdown"))
    assert [m["type"] for m in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert rig.events == ["start", "stop"]


class Failing(Rig):
    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error
        self.times = 1

    async def start(self) -> None:
        if self.times:
            self.times -= 1
            raise self.error


def test_a_start_that_fails_says_why() -> None:
    (message,) = run(lifespan(ASGI(Failing(ValueError("no database"))), "startup"))
    assert message["type"] == "lifespan.startup.failed"
    assert message["message"].startswith("Traceback")
    assert "no database" in message["message"]
    (message,) = run(lifespan(ASGI(Failing(ConfigError("Route 'x' is wrong."))), "startup"))
    assert message["message"] == "Route 'x' is wrong."


def test_a_stop_that_fails_says_why() -> None:
    class Stuck(Rig):
        async def stop(self) -> None:
            raise ValueError("cannot close")

    sent = run(lifespan(ASGI(Stuck()), "startup", "shutdown"))
    assert sent[1]["type"] == "lifespan.shutdown.failed"
    assert "cannot close" in sent[1]["message"]


def test_without_lifespan_the_first_requests_start_the_app_once() -> None:
    class Slow(Rig):
        async def start(self) -> None:
            await asyncio.sleep(0.01)
            self.events.append("start")

    async def main() -> None:
        rig = Slow()
        app = ASGI(rig)
        exchanges = await asyncio.gather(*(call(app) for _ in range(3)))
        assert [exchange.status for exchange in exchanges] == [200] * 3
        assert rig.events == ["start"]

    run(main())


def test_a_client_that_leaves_does_not_cancel_the_start() -> None:
    class Slow(Rig):
        async def start(self) -> None:
            await asyncio.sleep(0.02)
            self.events.append("start")

    async def main() -> None:
        rig = Slow()
        app = ASGI(rig)
        first = asyncio.create_task(call(app))
        await asyncio.sleep(0.005)
        first.cancel()
        assert (await call(app)).status == 200
        assert rig.events == ["start"]

    run(main())


def test_a_late_start_that_failed_is_tried_again() -> None:
    async def main() -> None:
        app = ASGI(Failing(ValueError("no database yet")))
        with pytest.raises(ValueError, match="no database yet"):
            await call(app)
        assert (await call(app)).status == 200

    run(main())


def test_no_request_is_taken_after_the_end() -> None:
    async def main() -> None:
        app = ASGI(Rig())
        await lifespan(app, "startup", "shutdown")
        with pytest.raises(RuntimeError, match="after its end"):
            await call(app)
        await lifespan_only_started(app)
        assert (await call(app)).status == 200

    async def lifespan_only_started(app: ASGI) -> None:
        exchange = Exchange({"type": "lifespan.startup"})
        scope = {"type": "lifespan"}
        task = asyncio.create_task(app(scope, exchange.receive, exchange.send))
        await asyncio.sleep(0.01)
        task.cancel()

    run(main())


# --- other scopes


def test_a_websocket_is_closed_before_it_is_accepted() -> None:
    async def main() -> None:
        exchange = Exchange({"type": "websocket.connect"})
        await ASGI(Rig())({"type": "websocket"}, exchange.receive, exchange.send)
        assert exchange.sent == [{"type": "websocket.close", "code": 1000}]

    run(main())


def test_an_unknown_scope_raises() -> None:
    with pytest.raises(ValueError, match="no ASGI scope of type 'mqtt'"):
        run(ASGI(Rig())({"type": "mqtt"}, None, None))  # type: ignore[arg-type]
