"""How handlers are run: in place, in a task, in a thread; contexts and cancellation."""

import asyncio
import functools
import threading
import time
import types
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any

import pytest

from restive import App, BackgroundTasks, Conflict, Limits, Problem, Request, Stream, Text
from tests.restive.app.conftest import Serve
from tests.restive.app.test_streams import until

Log = list[Any]
NAME: ContextVar[str] = ContextVar("NAME", default="none")


def in_own_task() -> bool:
    """Whether there is a task, as `asyncio.timeout` needs one."""
    return asyncio.current_task() is not None


def decorated(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        return await function(*args, **kwargs)

    return wrapper


def sync_decorated(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


@types.coroutine
def sneaky_sleep(seconds: float) -> Generator[Any, None, None]:
    yield from asyncio.sleep(seconds).__await__()


def test_a_handler_that_never_waits_has_finished_before_dispatch_returns() -> None:
    app = App()
    order: Log = []

    @app.get("/x")
    async def handler() -> str:
        order.append("handler")
        return "x"

    request = Request("GET", "/x", raw_headers=[])
    answer = app.dispatch(request)
    order.append("after")
    assert order == ["handler", "after"]
    assert getattr(answer, "body", None) == b'"x"'


def test_in_place_means_without_a_task_of_its_own(serve: Serve) -> None:
    app = App()
    tasks: set[Any] = set()

    @app.get("/place")
    async def in_place() -> bool:
        return in_own_task()

    @app.get("/task", task=True)
    async def in_task() -> bool:
        tasks.add(asyncio.current_task())
        return in_own_task()

    @app.get("/waits")
    async def waits() -> bool:
        before = in_own_task()
        await asyncio.sleep(0)
        return before and in_own_task()

    client = serve(app)
    if client.name == "native":
        assert client.get("/place").json() is False
    assert client.get("/task").json() is True
    assert client.get("/waits").json() is True


def test_timeouts_work_where_a_handler_waits(serve: Serve) -> None:
    app = App()

    @app.get("/x")
    async def handler() -> str:
        try:
            async with asyncio.timeout(0.001):
                await asyncio.sleep(5)
        except TimeoutError:
            return "timed out"
        return "slept"

    @app.get("/group")
    async def group() -> list[int]:
        async def one(number: int) -> int:
            await asyncio.sleep(0.001)
            return number

        async with asyncio.TaskGroup() as tasks:
            made = [tasks.create_task(one(number)) for number in range(3)]
        return [task.result() for task in made]

    client = serve(app)
    assert client.get("/x").json() == "timed out"
    assert client.get("/group").json() == [0, 1, 2]


class Callee:
    async def __call__(self) -> bool:
        return in_own_task()

    async def method(self) -> bool:
        return in_own_task()


async def bare() -> bool:
    return in_own_task()


@decorated
async def wrapped() -> bool:
    return in_own_task()


@sync_decorated
async def sync_wrapped() -> bool:
    return in_own_task()


def returns_coroutine() -> Awaitable[bool]:
    return bare()


returns_coroutine.__annotations__["return"] = bool


@types.coroutine
def by_generator() -> Generator[Any, None, bool]:
    yield from asyncio.sleep(0).__await__()
    return in_own_task()


by_generator.__annotations__["return"] = bool


@pytest.mark.parametrize(
    "function",
    [wrapped, sync_wrapped, Callee(), returns_coroutine, by_generator, functools.partial(wrapped)],
    ids=["decorated", "sync decorated", "object", "def", "types.coroutine", "partial"],
)
def test_what_is_not_a_plain_coroutine_function_gets_a_task(serve: Serve, function: Any) -> None:
    app = App()
    app.get("/x")(function)
    assert serve(app).get("/x").json() is True


def test_methods_are_run_like_functions(serve: Serve) -> None:
    app = App()
    app.get("/x")(Callee().method)
    client = serve(app)
    answer = client.get("/x")
    assert answer.status == 200
    if client.name == "native":
        assert answer.json() is False


WORK: Log = []


class Kept: ...


async def never_waits(tasks: BackgroundTasks, how: str) -> str | Problem:
    return "never"


async def waits_anyway(tasks: BackgroundTasks, how: str) -> str | Problem:
    NAME.set("set")
    await sneaky_sleep(0.001)
    tasks.add(WORK.append, "worked")
    if how == "raises":
        raise LookupError
    if how == "refuses":
        return Conflict()
    return f"{NAME.get()} {in_own_task()}"


async def never_waits_with(it: Kept, tasks: BackgroundTasks, how: str) -> str | Problem:
    return "never"


async def waits_with(it: Kept, tasks: BackgroundTasks, how: str) -> str | Problem:
    return await waits_anyway(tasks, how)


PAIRS = [(never_waits, waits_anyway), (never_waits_with, waits_with)]


@pytest.mark.parametrize(("before", "after"), PAIRS, ids=["alone", "with a provider"])
def test_one_that_waits_nevertheless_is_handed_to_a_task(
    serve: Serve, caplog: pytest.LogCaptureFixture, before: Any, after: Any
) -> None:
    app = App()

    def kept() -> Iterator[Kept]:
        yield Kept()
        WORK.append("closed")

    app.provide(Kept, kept)
    handler: Any = types.FunctionType(before.__code__, globals(), "handler")
    handler.__annotations__ = before.__annotations__
    app.get("/{how}")(handler)
    app.build()
    # Its code was looked at when the app was built; from now on it is other code.
    handler.__code__ = after.__code__
    client = serve(app)
    WORK.clear()
    assert client.get("/answers").json() == "set True"
    until(lambda: "worked" in WORK)
    assert client.get("/raises").status == 500
    assert client.get("/refuses").status == 409
    # An error is thrown into the provider, which does not catch it.
    closed = [] if before is never_waits else ["closed"]
    until(lambda: len(WORK) == 1 + len(closed))
    assert sorted(WORK) == [*closed, "worked"]
    assert (
        f"{app.routes[0].where} was run without a task because its code holds no await, and waits "
        "nevertheless. It goes on in a task; write task=True on the route." in caplog.text
    )


def test_context_variables_are_seen_by_no_other_request(serve: Serve) -> None:
    app = App()

    @app.get("/place/{name}")
    async def in_place(name: str) -> str:
        before = NAME.get()
        NAME.set(name)
        return before

    @app.get("/task/{name}")
    async def in_task(name: str) -> str:
        before = NAME.get()
        NAME.set(name)
        await asyncio.sleep(0)
        assert NAME.get() == name
        return before

    @app.get("/def/{name}")
    def in_thread(name: str) -> str:
        before = NAME.get()
        NAME.set(name)
        return before

    client = serve(app)
    for _ in range(2):
        for kind in ("place", "task", "def"):
            assert client.get(f"/{kind}/{kind}").json() == "none"


def test_context_variables_reach_every_part_of_their_request(serve: Serve) -> None:
    app = App()
    seen: Log = []

    async def provider() -> AsyncIterator[int]:
        NAME.set("provider's")
        yield 1
        seen.append(("clean-up", NAME.get()))

    app.provide(dict, provider)

    async def chunks() -> AsyncIterator[bytes]:
        seen.append(("chunk", NAME.get()))
        yield b"x"

    @app.get("/x")
    async def handler(it: dict) -> Stream:  # type: ignore[type-arg]
        seen.append(("handler", NAME.get()))
        NAME.set("handler's")
        return Stream(chunks())

    assert serve(app).get("/x").body == b"x"
    until(lambda: len(seen) == 3)
    assert seen == [("handler", "provider's"), ("chunk", "handler's"), ("clean-up", "handler's")]


def test_threads_get_a_copy_of_the_context(serve: Serve) -> None:
    app = App()

    async def provider() -> int:
        NAME.set("provider's")
        return 1

    app.provide(dict, provider)

    def chunks() -> Iterator[bytes]:
        yield NAME.get().encode()

    @app.get("/x")
    def handler(it: dict) -> Stream:  # type: ignore[type-arg]
        return Stream(chunks())

    assert serve(app).get("/x").body in (b"provider's", b"none")


@pytest.mark.parametrize("way", ["async", "blocking", "def"])
def test_a_client_that_leaves_cancels_and_cleans_up(serve: Serve, way: str) -> None:
    app = App(limits=Limits(eof_grace=0.01))
    log: Log = []
    begun = threading.Event()

    async def session() -> AsyncIterator[int]:
        try:
            yield 1
        except asyncio.CancelledError:
            log.append("cancelled")
            raise
        finally:
            await asyncio.sleep(0)
            log.append("closed")

    app.provide(dict, session)

    async def handler(it: dict) -> None:  # type: ignore[type-arg]
        begun.set()
        await asyncio.sleep(10)
        log.append("slept")

    def in_thread(it: dict) -> None:  # type: ignore[type-arg]
        begun.set()
        time.sleep(0.2)
        log.append("worked")

    app.get("/x", blocking=way == "blocking")(in_thread if way == "def" else handler)
    client = serve(app)
    client.leave("/x", begun)
    until(lambda: "closed" in log)
    # A thread cannot be stopped: its clean-up waits for it.
    assert log == (["worked", "cancelled", "closed"] if way == "def" else ["cancelled", "closed"])


def test_who_leaves_before_a_thread_is_free_is_not_run(serve: Serve) -> None:
    app = App(limits=Limits(threads=1))
    log: Log = []
    begun, go = threading.Event(), threading.Event()
    jobs = app.pool._jobs

    def session() -> Iterator[int]:
        log.append("opened")
        yield 1

    app.provide(dict, session)

    @app.get("/holds")
    def holds() -> str:
        begun.set()
        assert go.wait(5)
        return "held"

    @app.get("/queued")
    def queued(it: dict) -> None:  # type: ignore[type-arg]
        log.append("run")

    client = serve(app)
    with ThreadPoolExecutor(2) as others:
        held = others.submit(client.get, "/holds")
        assert begun.wait(5)
        asked = threading.Event()
        left = others.submit(client.leave, "/queued", asked)
        until(lambda: len(jobs) == 2)
        asked.set()
        left.result(5)
        until(lambda: len(jobs) == 1)  # it ends at once
        go.set()
        assert held.result(5).json() == "held"
    assert client.get("/queued").status == 204
    assert log == ["opened", "run"]


@pytest.mark.parametrize("way", ["def", "stream"])
def test_a_stop_waits_for_threads(serve: Serve, way: str) -> None:
    """What the app has opened is closed when nobody uses it any more."""
    app = App(limits=Limits(eof_grace=0.01))
    log: Log = []
    begun = threading.Event()

    def database() -> Iterator[int]:
        yield 1
        log.append("database closed")

    app.provide(dict, database, scope="app")

    def work() -> Iterator[bytes]:
        begun.set()
        time.sleep(0.2)
        log.append("worked")
        yield b""

    @app.get("/def")
    def in_thread(it: dict) -> None:  # type: ignore[type-arg]
        next(work())

    @app.get("/stream")
    async def stream(it: dict) -> Stream:  # type: ignore[type-arg]
        return Stream(work())

    client = serve(app)
    with ThreadPoolExecutor(1) as other:
        left = other.submit(client.leave, f"/{way}", begun)
        assert begun.wait(5)
        client.stop()
        left.result(5)
    assert log == ["worked", "database closed"]


@pytest.mark.parametrize("way", ["def", "stream", "background"])
def test_a_stop_goes_on_without_a_thread_that_never_ends(
    serve: Serve, way: str, caplog: pytest.LogCaptureFixture
) -> None:
    app = App(limits=Limits(stop_time=0.1, eof_grace=0.01))
    log: Log = []
    begun, go = threading.Event(), threading.Event()

    def session() -> Iterator[int]:
        try:
            yield 1
        finally:
            log.append("session closed")

    app.provide(dict, session)

    async def life() -> AsyncIterator[None]:
        yield
        log.append("stopped")

    app.lifespan(life)

    def stuck() -> Iterator[bytes]:
        begun.set()
        assert go.wait(5)
        yield b""

    @app.get("/def")
    def in_thread(it: dict) -> None:  # type: ignore[type-arg]
        next(stuck())

    @app.get("/stream")
    async def stream() -> Stream:
        return Stream(stuck())

    @app.get("/background")
    async def background(tasks: BackgroundTasks) -> None:
        tasks.add(next, stuck())

    client = serve(app)
    with ThreadPoolExecutor(1) as other:
        left = other.submit(client.leave, f"/{way}", begun)
        assert begun.wait(5)
        began = time.monotonic()
        client.stop()
        assert time.monotonic() - began < 2
        assert log == ["stopped"]
        names = {"stream": "A stream", "background": "Background work 'next'"}
        where = names.get(way, app.routes[0].where)
        assert f"{where} is still at work in its thread. The app stops without it" in caplog.text
        left.exception(5)
        go.set()
    if way == "def":
        until(lambda: log == ["stopped", "session closed"])
    until(lambda: not threads_at_work(app))


def threads_at_work(app: App) -> int:
    """Threads of the pool that have something to do."""
    return app.pool._threads - app.pool._idle


def test_a_cancellation_that_nobody_asked_for_is_500(serve: Serve) -> None:
    app = App()
    log: Log = []

    async def session() -> AsyncIterator[int]:
        try:
            yield 1
        except RuntimeError:
            log.append("failed")
            raise

    app.provide(dict, session)

    async def awaits_cancelled() -> None:
        task = asyncio.create_task(asyncio.sleep(10))
        await asyncio.sleep(0)
        task.cancel()
        await task

    @app.get("/async")
    async def handler(it: dict) -> None:  # type: ignore[type-arg]
        await awaits_cancelled()

    @app.get("/blocking", blocking=True)
    async def blocking(it: dict) -> None:  # type: ignore[type-arg]
        await awaits_cancelled()

    @app.get("/def")
    def in_thread(it: dict) -> None:  # type: ignore[type-arg]
        raise asyncio.CancelledError

    client = serve(app)
    for path in ("/async", "/blocking", "/def"):
        assert client.get(path).status == 500
    assert log == ["failed"] * 3


def test_many_requests_at_once(serve: Serve) -> None:
    app = App(limits=Limits(threads=4))

    @app.get("/place/{n}")
    async def in_place(n: int) -> int:
        return n

    @app.get("/task/{n}")
    async def in_task(n: int) -> int:
        await asyncio.sleep(0.001)
        return n

    @app.get("/def/{n}")
    def in_thread(n: int) -> int:
        return n

    client = serve(app)
    paths = [(f"/{kind}/{n}", n) for n in range(30) for kind in ("place", "task", "def")]
    with ThreadPoolExecutor(20) as pool:
        got = list(pool.map(lambda one: client.get(one[0]).json(), paths))
    assert got == [n for _, n in paths]


def test_a_def_may_return_an_awaitable(serve: Serve) -> None:
    app = App()

    async def later() -> Text:
        await asyncio.sleep(0.001)
        return Text("later")

    @app.get("/x")
    def handler() -> Text:
        return later()  # type: ignore[return-value]

    assert serve(app).get("/x").text == "later"
