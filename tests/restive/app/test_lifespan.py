"""The life of an app: what is entered at its start and left at its stop, and in which order."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from restive import (
    App,
    BackgroundTasks,
    BuildError,
    ConfigError,
    Limits,
    Request,
    Router,
)
from tests.restive.app.conftest import Serve

Log = list[Any]


def both(log: Log, name: str) -> Any:
    """A lifespan that notes its start and stop, and whether both are in one task."""

    async def life() -> AsyncIterator[None]:
        task = asyncio.current_task()
        log.append(f"start {name}")
        yield
        assert asyncio.current_task() is task
        log.append(f"stop {name}")

    return life


def test_every_kind_of_lifespan_in_order(serve: Serve) -> None:
    log: Log = []
    app = App(lifespan=both(log, "option"))
    router = Router("/r")
    router.lifespan(both(log, "router"))
    app.include(router)
    app.lifespan(both(log, "async generator"))

    @app.lifespan
    def generator() -> Iterator[None]:
        log.append("start generator")
        yield
        log.append("stop generator")

    @app.lifespan
    @contextlib.asynccontextmanager
    async def async_manager(given: App) -> AsyncIterator[None]:
        assert given is app
        log.append("start async manager")
        yield
        log.append("stop async manager")

    @app.lifespan
    @contextlib.contextmanager
    def manager() -> Iterator[None]:
        log.append("start manager")
        yield
        log.append("stop manager")

    async def resource() -> AsyncIterator[int]:
        log.append("start provider")
        yield 1
        log.append("stop provider")

    app.provide(int, resource, scope="app")

    @app.get("/x")
    async def handler() -> str:
        log.append("request")
        return "x"

    client = serve(app)
    names = [
        "option",
        "async generator",
        "generator",
        "async manager",
        "manager",
        "router",
        "provider",
    ]
    assert log == [f"start {name}" for name in names]
    assert client.get("/x").json() == "x"
    client.stop()
    assert log[7:] == ["request", *[f"stop {name}" for name in reversed(names)]]


@pytest.mark.parametrize("where", ["lifespan", "provider"])
def test_a_start_that_fails_leaves_what_was_entered(where: str) -> None:
    log: Log = []
    app = App()
    app.lifespan(both(log, "first"))

    async def fails() -> AsyncIterator[Any]:
        raise LookupError("no database")
        yield 1

    if where == "lifespan":
        app.lifespan(fails)
    else:
        app.provide(int, fails, scope="app")

    async def start() -> None:
        with pytest.raises(LookupError, match="no database"):
            await app.target.start()
        await app.target.stop()

    asyncio.run(start())
    assert log == ["start first"]


def test_an_error_of_the_stop_is_raised_after_everything_was_left() -> None:
    log: Log = []
    app = App()
    app.lifespan(both(log, "first"))

    @app.lifespan
    async def fails() -> AsyncIterator[None]:
        yield
        raise LookupError("cannot stop")

    def provider() -> Iterator[int]:
        yield 1
        log.append("stop provider")

    app.provide(int, provider, scope="app")

    async def live() -> None:
        await app.target.start()
        with pytest.raises(LookupError, match="cannot stop"):
            await app.target.stop()

    asyncio.run(live())
    assert log == ["start first", "stop provider"]


def test_an_app_may_be_started_again() -> None:
    log: Log = []
    app = App()
    app.lifespan(both(log, "life"))

    async def live() -> None:
        for _ in range(2):
            await app.target.start()
            await app.target.stop()

    asyncio.run(live())
    assert log == ["start life", "stop life"] * 2


def test_a_lifespan_yields_once() -> None:
    app = App()

    @app.lifespan
    def wrong() -> Any:
        return 5

    async def start() -> None:
        with pytest.raises(ConfigError) as caught:
            await app.target.start()
        assert str(caught.value).endswith(
            "gave int. Let it yield once: what stands before the yield is the start, "
            "what follows the stop."
        )

    asyncio.run(start())


def test_a_start_builds_the_app_and_shows_its_mistakes() -> None:
    app = App()

    @app.get("/x")
    async def handler(): ...  # type: ignore[no-untyped-def]

    async def start() -> None:
        with pytest.raises(BuildError):
            await app.target.start()

    asyncio.run(start())


def test_background_work_is_cut_off_when_the_stop_has_lasted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = App(limits=Limits(stop_time=0.01))
    log: Log = []

    async def endless() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            log.append("cancelled")

    @app.get("/x")
    async def handler(tasks: BackgroundTasks) -> None:
        tasks.add(endless)

    async def live() -> None:
        await app.target.start()
        request = Request("GET", "/x", raw_headers=[])
        app.dispatch(request)
        assert request.finish is not None
        request.finish(None)
        await asyncio.sleep(0)
        with caplog.at_level(logging.WARNING, "restive"):
            await app.target.stop()

    asyncio.run(live())
    assert log == ["cancelled"]
    assert "Background work was cut off after 0.01 s" in caplog.text
