"""Providers that live as long as the app, and the threads that providers run in."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

import pytest

from restive import (
    App,
    Depends,
    Inject,
    Limits,
    Request,
    Router,
    Stream,
    Text,
)
from tests.restive.app.conftest import Serve
from tests.restive.app.test_providers import (
    HANDLERS,
    PROVIDERS,
    Log,
    One,
    Three,
    Two,
    declare,
    provider,
)
from tests.restive.app.test_streams import until

# -- scope app ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [*PROVIDERS, "waiting async generator"])
@pytest.mark.parametrize("way", HANDLERS)
def test_scope_app_lives_from_start_to_stop(serve: Serve, way: str, kind: str) -> None:
    log: Log = []
    app = App()
    app.provide(One, provider(kind, log, "one"), scope="app")
    declare(app, way, lambda one: f"{one.text} {id(one)}")
    client = serve(app)
    assert log == ["open one"]
    assert client.get("/x").json() == client.get("/x").json()
    client.stop()
    assert log == (["open one", "close one"] if "generator" in kind else ["open one"])


def test_app_providers_are_entered_in_order_and_use_each_other(serve: Serve) -> None:
    log: Log = []
    app = App()

    def make_two(one: One) -> Iterator[Two]:
        log.append("open two")
        yield Two(f"two of {one.text}")
        log.append("close two")

    def make_three(one: One, two: Two) -> Three:
        return Three(f"{one.text}, {two.text}")

    app.provide(Two, make_two, scope="app")
    app.provide(One, provider("async generator", log, "one"), scope="app")
    app.provide(Three, make_three)

    @app.get("/x")
    async def handler(three: Three) -> str:
        return three.text

    client = serve(app)
    assert client.get("/x").json() == "one, two of one"
    client.stop()
    assert log == ["open one", "open two", "close two", "close one"]


def test_two_routers_may_have_different_values_of_scope_app(serve: Serve) -> None:
    app = App()
    for name in "ab":
        router = Router(f"/{name}")
        router.provide(One, provider("value", [], name), scope="app")
        declare(router, "place", lambda one: one.text)
        app.include(router)
    client = serve(app)
    assert [client.get(f"/{name}/x").json() for name in "ab"] == ["a", "b"]


def test_depends_may_have_scope_app(serve: Serve) -> None:
    log: Log = []
    make = provider("generator", log, "one")
    app = App()

    @app.get("/x")
    async def handler(one: Annotated[One, Depends(make, scope="app")]) -> int:
        return id(one)

    @app.get("/y")
    async def other(one: Annotated[One, Depends(make, scope="app")]) -> int:
        return id(one)

    client = serve(app)
    assert client.get("/x").json() == client.get("/y").json()
    client.stop()
    assert log == ["open one", "close one"]


def test_an_app_that_was_not_started_says_so(caplog: pytest.LogCaptureFixture) -> None:
    app = App()
    make = provider("value", [], "one")
    app.provide(One, make, scope="app")
    declare(app, "place", lambda one: one.text)
    request = Request("GET", "/x", raw_headers=[])
    answer = app.dispatch(request)
    assert getattr(answer, "status", None) == 500
    assert "has not run, because the app was not started. Await `app.target.start()`" in caplog.text


# -- threads -----------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["def", "blocking"])
def test_enter_handler_and_exit_are_in_one_thread(serve: Serve, way: str) -> None:
    threads: list[tuple[str, int]] = []

    def make() -> Iterator[One]:
        threads.append(("enter", threading.get_ident()))
        yield One()
        threads.append(("exit", threading.get_ident()))

    def make_two(one: One) -> Two:
        threads.append(("two", threading.get_ident()))
        return Two()

    def chunks() -> Iterator[bytes]:
        threads.append(("chunk", threading.get_ident()))
        yield b"x"

    def handler(two: Two) -> Stream:
        threads.append(("handler", threading.get_ident()))
        return Stream(chunks())

    async def in_loop(two: Two) -> Text:
        threads.append(("handler", 0))
        return Text("x")

    app = App()
    app.provide(One, make)
    app.provide(Two, make_two)
    app.get("/x", blocking=way == "blocking")(handler if way == "def" else in_loop)
    client = serve(app)
    for _ in range(3):
        threads.clear()
        assert client.get("/x").body == b"x"
        until(lambda: threads[-1][0] == "exit")
        names = [name for name, _ in threads]
        expected = ["enter", "two", "handler", *(["chunk"] if way == "def" else []), "exit"]
        assert names == expected
        assert len({ident for _, ident in threads} - {0}) == 1


def test_the_providers_of_an_async_handler_run_in_the_loop_unless_blocking(serve: Serve) -> None:
    app = App()
    app.provide(int, lambda: threading.get_ident())  # noqa: PLW0108 - a builtin's signature

    @app.get("/inline")
    async def inline(ident: Inject[int]) -> bool:
        return ident == threading.get_ident()

    @app.get("/blocking", blocking=True)
    async def blocking(ident: Inject[int]) -> bool:
        return ident == threading.get_ident()

    client = serve(app)
    assert client.get("/inline").json() is True
    assert client.get("/blocking").json() is False


@pytest.mark.parametrize("stream", [False, True], ids=["value", "stream"])
@pytest.mark.parametrize("asynchronous", [False, True], ids=["generator", "async generator"])
def test_no_deadlock_with_one_connection_and_two_threads(
    serve: Serve, stream: bool, asynchronous: bool
) -> None:
    app = App(limits=Limits(threads=2))
    slot = threading.Semaphore(1)

    def connection() -> Iterator[One]:
        assert slot.acquire(timeout=10), "a thread waits for ever"
        try:
            yield One()
        finally:
            slot.release()

    async def session(one: One) -> AsyncIterator[Two]:
        await asyncio.sleep(0)
        yield Two()
        await asyncio.sleep(0)

    def plain(one: One) -> Two:
        return Two()

    app.provide(One, connection)
    app.provide(Two, session if asynchronous else plain)

    def chunks() -> Iterator[bytes]:
        for _ in range(3):
            time.sleep(0.0001)
            yield b"x"

    @app.get("/x")
    def handler(two: Two) -> Stream | Text:
        return Stream(chunks()) if stream else Text("xxx")

    client = serve(app)
    with ThreadPoolExecutor(50) as pool:
        bodies = list(pool.map(lambda _: client.get("/x").body, range(50)))
    assert bodies == [b"xxx"] * 50


def test_a_thread_is_free_once_its_answer_is_made(serve: Serve) -> None:
    """What a client has still to read holds no thread when there is nothing to clean up."""
    app = App(limits=Limits(threads=1))
    seen: list[int] = []

    @app.get("/x")
    def handler() -> Text:
        seen.append(1)
        return Text("x" * 20_000_000)

    client = serve(app)
    if client.name != "native":
        pytest.skip("needs a client that does not read")
    read = threading.Event()

    def leave() -> None:
        client.leave("/x", read)

    slow = threading.Thread(target=leave)
    slow.start()
    until(lambda: len(seen) == 1)
    assert len(client.get("/x").body) == 20_000_000
    read.set()
    slow.join(5)
