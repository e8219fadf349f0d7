"""Streams and work after the answer: order, failures, clean-up."""

import asyncio
import contextvars
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from restive import App, BackgroundTasks, Conflict, Limits, Response, Stream, Text
from tests.restive.app.conftest import Serve
from tests.restive.app.driver import Cut

Log = list[Any]


class Source:
    """A source of chunks that notes what happens to it; fails after `fail` chunks."""

    def __init__(self, log: Log, chunks: list[Any], fail: int = 99) -> None:
        self.log = log
        self.chunks = chunks
        self.fail = fail

    def sync(self) -> Iterator[Any]:
        self.log.append("begun")
        try:
            for number, chunk in enumerate(self.chunks):
                if number == self.fail:
                    raise LookupError("no more")
                yield chunk
            self.log.append("ended")
        finally:
            self.log.append("closed")

    async def asynchronous(self) -> AsyncIterator[Any]:
        self.log.append("begun")
        try:
            for number, chunk in enumerate(self.chunks):
                if number == self.fail:
                    raise LookupError("no more")
                yield chunk
                await asyncio.sleep(0)
            self.log.append("ended")
        finally:
            self.log.append("closed")


class Session: ...


KINDS = [
    (handler, source) for handler in ("async", "def") for source in ("sync", "asynchronous", "list")
]


def streaming(
    log: Log, kind: tuple[str, str], chunks: list[Any], fail: int = 99, **options: Any
) -> App:
    """An app with one stream, whose provider notes its clean-up."""
    app = App()

    def make() -> Any:
        if kind[1] == "list":
            return chunks
        return getattr(Source(log, chunks, fail), kind[1])()

    def session() -> Iterator[Session]:
        log.append("open")
        try:
            yield Session()
        except BaseException as error:
            log.append(type(error).__name__)
            raise
        finally:
            log.append("close")

    app.provide(Session, session)
    if kind[0] == "def":

        @app.get("/x")
        def handler(session: Session) -> Stream:
            return Stream(make(), "text/plain", **options)

    else:

        @app.get("/x")
        async def coroutine(session: Session) -> Stream:
            return Stream(make(), "text/plain", **options)

    @app.get("/bare")
    async def bare() -> Stream:
        return Stream(make(), "text/plain", **options)

    return app


def until(condition: Callable[[], bool]) -> None:
    """Wait until it holds: clean-up may end a moment after the client has the answer."""
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.002)


@pytest.mark.parametrize("kind", KINDS, ids="-".join)
def test_streams_keep_the_request_open_to_their_end(serve: Serve, kind: tuple[str, str]) -> None:
    log: Log = []
    client = serve(streaming(log, kind, [b"a", "b\u00fc", b"", b"c" * 70_000]))
    answer = client.get("/x")
    assert answer.body == "abü".encode() + b"c" * 70_000
    assert (answer.status, answer.headers["content-type"]) == (200, "text/plain")
    until(lambda: log[-1] == "close")
    assert log == (["open", "close"] if kind[1] == "list" else LIVED)
    log.clear()
    assert client.get("/bare").body == answer.body
    if kind[1] != "list":
        until(lambda: log[-1] == "closed")


LIVED = ["open", "begun", "ended", "closed", "close"]


@pytest.mark.parametrize("kind", KINDS, ids="-".join)
def test_head_closes_the_iterator_unstarted(serve: Serve, kind: tuple[str, str]) -> None:
    log: Log = []
    client = serve(streaming(log, kind, [b"a"], headers={"x-a": "1"}))
    answer = client.request("HEAD", "/x")
    assert (answer.status, answer.body, answer.headers["x-a"]) == (200, b"", "1")
    until(lambda: log[-1] == "close")
    assert log == ["open", "close"]


@pytest.mark.parametrize("fail", [0, 1, 2])
@pytest.mark.parametrize("kind", [k for k in KINDS if k[1] != "list"], ids="-".join)
def test_a_failure_after_the_head_aborts(serve: Serve, kind: tuple[str, str], fail: int) -> None:
    log: Log = []
    client = serve(streaming(log, kind, [b"a", b"b", b"c"], fail))
    with pytest.raises(Cut):
        client.get("/x")
    until(lambda: log[-1] == "close")
    assert log == ["open", "begun", "closed", "LookupError", "close"]
    with pytest.raises(Cut):
        client.get("/bare")
    until(lambda: log[-1] == "closed")


@pytest.mark.parametrize("kind", KINDS, ids="-".join)
@pytest.mark.parametrize(("length", "whole"), [(4, True), (3, False), (5, False)])
def test_a_content_length_is_a_promise(
    serve: Serve, kind: tuple[str, str], length: int, whole: bool
) -> None:
    log: Log = []
    client = serve(streaming(log, kind, [b"ab", b"cd"], headers={"content-length": str(length)}))
    if whole:
        answer = client.get("/x")
        assert (answer.body, answer.headers["content-length"]) == (b"abcd", "4")
        assert "transfer-encoding" not in answer.headers
    else:
        with pytest.raises(Cut):
            client.get("/x")
    until(lambda: log[-1] == "close")


@pytest.mark.parametrize("kind", [k for k in KINDS if k[1] != "list"], ids="-".join)
def test_a_client_that_leaves_ends_the_stream(serve: Serve, kind: tuple[str, str]) -> None:
    log: Log = []
    app = streaming(log, kind, [b"x" * 1000] * 100_000)
    client = serve(app)
    begun = threading.Event()

    def look() -> None:
        until(lambda: "begun" in log)
        begun.set()

    threading.Thread(target=look).start()
    client.leave("/x", begun)
    until(lambda: log[-1] == "close")
    assert log[:3] == ["open", "begun", "closed"]
    assert "ended" not in log


def test_a_stream_in_a_thread_does_not_block_others(serve: Serve) -> None:
    app = App()
    go = threading.Event()

    def slow() -> Iterator[bytes]:
        yield b"a"
        assert go.wait(5)
        yield b"b"

    @app.get("/slow")
    async def stream() -> Stream:
        return Stream(slow())

    @app.get("/fast")
    async def fast() -> str:
        go.set()
        return "fast"

    client = serve(app)
    bodies: list[bytes] = []
    thread = threading.Thread(target=lambda: bodies.append(client.get("/slow").body))
    thread.start()
    assert client.get("/fast").json() == "fast"
    thread.join(5)
    assert bodies == [b"ab"]


@pytest.mark.parametrize("kind", ["sync", "asynchronous"])
def test_streams_of_def_handlers_hold_no_thread_of_others(serve: Serve, kind: str) -> None:
    """They go at their client's pace. As many as there are threads may run, and no more."""
    app = App(limits=Limits(threads=1))
    log: Log = []
    go = threading.Event()

    def session() -> Iterator[Session]:
        try:
            yield Session()
            log.append("committed")
        except BaseException as error:
            log.append(type(error).__name__)
            raise

    app.provide(Session, session)

    def slow() -> Iterator[bytes]:
        yield b"a"
        assert go.wait(5)
        yield b"b"

    async def slow_async() -> AsyncIterator[bytes]:
        yield b"a"
        while not go.is_set():
            await asyncio.sleep(0.002)
        yield b"b"

    @app.get("/slow")
    def stream(session: Session) -> Stream:
        log.append("streams")
        return Stream(slow() if kind == "sync" else slow_async())

    @app.get("/fast")
    def fast() -> str:
        return "fast"

    client = serve(app)
    bodies: list[bytes] = []
    thread = threading.Thread(target=lambda: bodies.append(client.get("/slow").body))
    thread.start()
    until(lambda: "streams" in log)
    assert client.get("/fast").json() == "fast"
    refused = client.get("/slow")
    assert (refused.status, refused.headers["retry-after"]) == (503, "1")
    assert client.get("/fast").json() == "fast"
    go.set()
    thread.join(5)
    until(lambda: log[-1] == "committed")
    assert client.get("/slow").body == b"ab"
    until(lambda: log.count("committed") == 2)
    assert bodies == [b"ab"]
    assert log == ["streams", "streams", "ServiceUnavailable", "committed", "streams", "committed"]


# -- background --------------------------------------------------------------------------------

Kind = tuple[str, bool]
WAYS = [(way, provided) for way in ("place", "task", "def") for provided in (False, True)]


def with_background(log: Log, kind: Kind, outcome: Callable[[], Any] = lambda: "done") -> App:
    """Handlers that add work and then give `outcome`, in each way, with and without a provider."""
    app = App()

    def session() -> Iterator[Session]:
        yield Session()
        log.append("cleaned")

    app.provide(Session, session)

    def add(tasks: BackgroundTasks) -> Any:
        tasks.add(note, "first", number=1)
        tasks.add(note_later, "second")
        return outcome()

    def note(*args: Any, **named: Any) -> None:
        log.append((args, named, threading.current_thread().name.startswith("restive")))

    async def note_later(text: str) -> None:
        await asyncio.sleep(0.001)
        log.append(text)

    def in_thread(tasks: BackgroundTasks) -> str | Response:
        return add(tasks)  # type: ignore[no-any-return]

    def in_thread_provided(tasks: BackgroundTasks, session: Session) -> str | Response:
        return add(tasks)  # type: ignore[no-any-return]

    async def handler(tasks: BackgroundTasks) -> str | Response:
        return add(tasks)  # type: ignore[no-any-return]

    async def provided(tasks: BackgroundTasks, session: Session) -> str | Response:
        return add(tasks)  # type: ignore[no-any-return]

    way, with_provider = kind
    functions: dict[Any, Any] = {
        (True, True): in_thread_provided,
        (True, False): in_thread,
        (False, True): provided,
        (False, False): handler,
    }
    app.get("/x", task=way == "task")(functions[way == "def", with_provider])
    return app


def raising(error: type[Exception]) -> Callable[[], Any]:
    def fail() -> Any:
        raise error("on purpose")

    return fail


@pytest.mark.parametrize("kind", WAYS, ids=str)
def test_background_work_starts_after_the_clean_up_in_order(serve: Serve, kind: Kind) -> None:
    log: Log = []
    client = serve(with_background(log, kind))
    assert client.get("/x").json() == "done"
    until(lambda: "second" in log)
    first = (("first",), {"number": 1}, True)
    assert log == (["cleaned"] if kind[1] else []) + [first, "second"]


@pytest.mark.parametrize(
    "outcome",
    [raising(LookupError), raising(Conflict), lambda: Conflict("returned")],
    ids=["raised", "problem raised", "problem returned"],
)
@pytest.mark.parametrize("kind", WAYS, ids=str)
def test_a_request_that_failed_has_no_background_work(
    serve: Serve, kind: Kind, outcome: Any
) -> None:
    log: Log = []
    app = with_background(log, kind, outcome)

    @app.get("/fine")
    async def fine(tasks: BackgroundTasks) -> None:
        tasks.add(log.append, "fine")

    client = serve(app)
    assert client.get("/x").status in (409, 500)
    assert client.get("/fine").status == 204
    until(lambda: "fine" in log)
    assert [one for one in log if one != "cleaned"] == ["fine"]


def test_a_failure_of_background_work_is_logged_and_the_next_runs(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    app = App()
    log: Log = []

    def fails() -> None:
        raise LookupError("in the background")

    async def fails_later() -> None:
        raise LookupError("later")

    @app.get("/x")
    async def handler(tasks: BackgroundTasks) -> None:
        tasks.add(fails)
        tasks.add(fails_later)
        tasks.add(log.append, 1)

    client = serve(app)
    assert client.get("/x").status == 204
    until(lambda: log == [1])
    messages = [record.getMessage() for record in caplog.records]
    assert messages == ["Background work 'fails' failed", "Background work 'fails_later' failed"]
    assert "in the background" in caplog.text


def test_background_work_never_delays_the_next_request(serve: Serve) -> None:
    app = App()
    go = threading.Event()
    log: Log = []

    def work() -> None:
        assert go.wait(5)
        log.append("worked")

    @app.get("/x")
    async def handler(tasks: BackgroundTasks) -> None:
        tasks.add(work)

    client = serve(app)
    if client.name == "inprocess":
        pytest.skip("the test client waits for background work")
    for _ in range(3):
        assert client.get("/x").status == 204
    assert log == []
    go.set()
    until(lambda: log == ["worked"] * 3)


def test_a_stop_waits_for_background_work(serve: Serve) -> None:
    app = App()
    log: Log = []

    async def life() -> AsyncIterator[None]:
        yield
        log.append("stopped")

    app.lifespan(life)

    async def work() -> None:
        await asyncio.sleep(0.05)
        log.append("worked")

    @app.get("/x")
    async def handler(tasks: BackgroundTasks) -> None:
        tasks.add(work)

    client = serve(app)
    client.get("/x")
    client.stop()
    assert log == ["worked", "stopped"]


def test_background_work_sees_the_context_of_its_request(serve: Serve) -> None:
    app = App()
    log: Log = []
    name: contextvars.ContextVar[str] = contextvars.ContextVar("name", default="none")

    @app.get("/{who}")
    async def handler(who: str, tasks: BackgroundTasks) -> None:
        name.set(who)
        tasks.add(lambda: log.append(name.get()))

    @app.get("/text/{who}")
    def in_thread(who: str, tasks: BackgroundTasks) -> Text:
        tasks.add(lambda: log.append(who))
        return Text("x")

    client = serve(app)
    for who in "ab":
        client.get(f"/{who}")
        client.get(f"/text/{who}")
    until(lambda: len(log) == 4)
    assert sorted(log) == ["a", "a", "b", "b"]
