"""Providers: scopes, kinds, order of clean-up, errors, threads."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any, NewType

import msgspec
import pytest

from restive import (
    App,
    Conflict,
    Depends,
    Header,
    Inject,
    NotFound,
    Problem,
    Query,
    Request,
    Router,
    Stream,
)
from restive.di.scope import ProviderError
from tests.restive.app.conftest import Serve
from tests.restive.app.test_streams import until

Log = list[Any]


class One:
    def __init__(self, text: str = "one") -> None:
        self.text = text


class Two(One): ...


class Three(One): ...


UserName = NewType("UserName", str)
HANDLERS = ["place", "task", "waits", "def", "blocking"]
PROVIDERS = ["value", "coroutine", "waiting coroutine", "generator", "async generator"]
GENERATORS = ["generator", "async generator", "waiting async generator"]


def provider(
    kind: str, log: Log, name: str, after: Callable[[BaseException | None], None] = lambda _: None
) -> Callable[[], Any]:
    """A provider of that kind that notes its entry and clean-up; `after` gets the error there."""

    def value() -> One:
        log.append(f"open {name}")
        return One(name)

    async def coroutine() -> One:
        return value()

    async def waiting() -> One:
        await asyncio.sleep(0.001)
        return value()

    @contextmanager
    def cleaned() -> Iterator[One]:
        error: BaseException | None = None
        try:
            yield value()
        except BaseException as raised:
            error = raised
            raise
        finally:
            log.append(f"close {name}" + (f" {type(error).__name__}" if error else ""))
            after(error)

    def generator() -> Iterator[One]:
        with cleaned() as made:
            yield made

    async def async_generator() -> AsyncIterator[One]:
        with cleaned() as made:
            yield made

    async def waiting_generator() -> AsyncIterator[One]:
        await asyncio.sleep(0.001)
        try:
            with cleaned() as made:
                yield made
        finally:
            await asyncio.sleep(0.001)

    return {
        "value": value,
        "coroutine": coroutine,
        "waiting coroutine": waiting,
        "generator": generator,
        "async generator": async_generator,
        "waiting async generator": waiting_generator,
    }[kind]


def declare(app: App | Router, way: str, work: Callable[[One], Any], returns: Any = str) -> None:
    """A route /x whose handler takes a One, run in that way."""

    async def in_place(one: One) -> returns:
        return work(one)

    async def waits(one: One) -> returns:
        await asyncio.sleep(0.001)
        return work(one)

    def in_thread(one: One) -> returns:
        return work(one)

    function: Any = {"waits": waits, "def": in_thread}.get(way, in_place)
    app.get("/x", task=way == "task", blocking=way == "blocking")(function)


@pytest.mark.parametrize("kind", [*PROVIDERS, "waiting async generator"])
@pytest.mark.parametrize("way", HANDLERS)
def test_each_kind_of_provider_for_each_way_to_run(serve: Serve, way: str, kind: str) -> None:
    log: Log = []
    app = App()
    app.provide(One, provider(kind, log, "one"))
    declare(app, way, lambda one: one.text)
    client = serve(app)
    once = ["open one", "close one"] if "generator" in kind else ["open one"]
    for count in (1, 2):
        assert client.get("/x").json() == "one"
        until(lambda: len(log) == len(once) * count)  # noqa: B023
    assert log == once * 2


@pytest.mark.parametrize("way", HANDLERS)
def test_clean_up_is_last_entered_first_after_the_last_byte(serve: Serve, way: str) -> None:
    log: Log = []
    app = App()
    for kind, name in zip(GENERATORS, (One, Two, Three), strict=True):
        app.provide(name, provider(kind, log, name.__name__))

    def chunks() -> Iterator[bytes]:
        log.append("chunk")
        yield b"x"

    async def handler(one: One, two: Two, three: Three) -> Stream:
        return Stream(chunks())

    def in_thread(one: One, two: Two, three: Three) -> Stream:
        return Stream(chunks())

    async def waits(one: One, two: Two, three: Three) -> Stream:
        await asyncio.sleep(0)
        return Stream(chunks())

    function: Any = {"def": in_thread, "waits": waits}.get(way, handler)
    app.get("/x", task=way == "task", blocking=way == "blocking")(function)
    assert serve(app).get("/x").body == b"x"
    until(lambda: len(log) == 7)
    assert log == [
        "open One",
        "open Two",
        "open Three",
        "chunk",
        "close Three",
        "close Two",
        "close One",
    ]


@pytest.mark.parametrize("way", HANDLERS)
def test_a_value_is_made_once_a_request(serve: Serve, way: str) -> None:
    made: Log = []

    def make_one() -> One:
        made.append(1)
        return One(f"number {len(made)}")

    def make_two(one: One) -> Two:
        return Two(one.text)

    def plain(one: One, two: Two) -> One:
        return one

    app = App()
    app.provide(One, make_one)
    app.provide(Two, make_two)

    async def handler(one: One, two: Two, again: Annotated[One, Depends(plain)]) -> list[Any]:
        return [one.text, two.text, one is again]

    def in_thread(one: One, two: Two, again: Annotated[One, Depends(plain)]) -> list[Any]:
        return [one.text, two.text, one is again]

    function: Any = in_thread if way == "def" else handler
    app.get("/x", task=way == "task", blocking=way == "blocking")(function)
    client = serve(app)
    assert client.get("/x").json() == ["number 1", "number 1", True]
    assert client.get("/x").json() == ["number 2", "number 2", True]


@pytest.mark.parametrize("kind", GENERATORS)
@pytest.mark.parametrize("way", HANDLERS)
def test_an_error_is_thrown_in_and_cannot_be_swallowed(serve: Serve, way: str, kind: str) -> None:
    log: Log = []
    app = App()
    inner = provider(kind, log, "inner")

    def swallow() -> Iterator[Two]:
        try:
            yield Two()
        except LookupError:
            log.append("swallowed")

    app.provide(Two, swallow)

    async def wrapped(two: Two, one: Annotated[One, Depends(inner)]) -> One:
        return one

    app.provide(One, wrapped)

    def work(one: One) -> str:
        raise LookupError("on purpose")

    declare(app, way, work)
    assert serve(app).get("/x").status == 500
    assert log == ["open inner", "close inner LookupError", "swallowed"]


@pytest.mark.parametrize("kind", GENERATORS)
@pytest.mark.parametrize("way", HANDLERS)
def test_an_error_may_be_replaced(serve: Serve, way: str, kind: str) -> None:
    def replace(error: BaseException | None) -> None:
        if isinstance(error, KeyError):
            raise NotFound("replaced") from error

    log: Log = []
    app = App()
    app.provide(One, provider(kind, log, "one", replace))

    def work(one: One) -> str:
        raise KeyError("missing")

    declare(app, way, work)
    answer = serve(app).get("/x")
    assert (answer.status, answer.json()["detail"]) == (404, "replaced")
    assert log == ["open one", "close one KeyError"]


@pytest.mark.parametrize("kind", GENERATORS)
@pytest.mark.parametrize("way", HANDLERS)
def test_a_clean_up_that_fails_is_logged(
    serve: Serve, caplog: pytest.LogCaptureFixture, way: str, kind: str
) -> None:
    def fail(error: BaseException | None) -> None:
        raise RuntimeError("clean-up failed")

    log: Log = []
    app = App()
    app.provide(One, provider(kind, log, "one", fail))
    declare(app, way, lambda one: one.text)
    client = serve(app)
    for _ in range(2):
        assert client.get("/x").json() == "one"
    until(lambda: "clean-up failed" in caplog.text)
    where = app.routes[0].where
    until(lambda: len(caplog.records) == 2)
    assert {record.getMessage() for record in caplog.records} == {
        f"{where}: cleaning up after the answer failed"
    }


@pytest.mark.parametrize("way", HANDLERS)
def test_a_provider_that_fails_ends_what_was_entered(serve: Serve, way: str) -> None:
    log: Log = []
    app = App()
    outer = provider("generator", log, "outer")

    def fails(one: Annotated[One, Depends(outer)]) -> One:
        raise Conflict("not now")

    app.provide(One, fails)
    declare(app, way, lambda one: one.text)
    answer = serve(app).get("/x")
    assert (answer.status, answer.json()["detail"]) == (409, "not now")
    assert log == ["open outer", "close outer Conflict"]


@pytest.mark.parametrize("way", HANDLERS)
def test_an_answer_that_cannot_be_encoded_is_an_error_for_providers(serve: Serve, way: str) -> None:
    log: Log = []
    app = App()
    app.provide(One, provider("generator", log, "one"))
    declare(app, way, lambda one: "\ud800")
    assert serve(app).get("/x").status == 500
    assert log == ["open one", "close one UnicodeEncodeError"]


@pytest.mark.parametrize("way", HANDLERS)
def test_a_returned_problem_is_an_error_for_providers_as_a_raised_one(
    serve: Serve, way: str
) -> None:
    log: Log = []
    app = App()
    app.provide(One, provider("generator", log, "one"))
    declare(app, way, lambda one: Conflict("returned"), str | Problem)
    assert serve(app).get("/x").status == 409
    assert log == ["open one", "close one Conflict"]


@pytest.mark.parametrize("way", HANDLERS)
@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize("count", [0, 2])
def test_a_generator_yields_once(
    serve: Serve, caplog: pytest.LogCaptureFixture, way: str, asynchronous: bool, count: int
) -> None:
    def times() -> Iterator[One]:
        for _ in range(count):
            yield One()

    async def later() -> AsyncIterator[One]:
        for _ in range(count):
            yield One()

    app = App()
    app.provide(One, later if asynchronous else times)
    declare(app, way, lambda one: one.text)
    status = serve(app).get("/x").status
    assert status == (500 if count == 0 else 200)
    how = "ended without a value. Let it yield once on every path." if count == 0 else ""
    until(lambda: (how or "yielded twice. Let it yield once.") in caplog.text)
    assert ProviderError.__name__ in caplog.text


def test_keys_are_exact_types_and_routers_are_scopes(serve: Serve) -> None:
    app, router = App(), Router("/r")
    app.provide(One, lambda: One("app's"))
    router.provide(One, lambda: One("router's"))
    app.provide(UserName, lambda: UserName("ann"))
    app.include(router)

    def make_two(one: One) -> Two:
        return Two(f"of {one.text}")

    app.provide(Two, make_two)
    for where in (app, router):

        @where.get("/x")
        async def handler(one: One, two: Two, name: UserName) -> list[str]:
            return [one.text, two.text, name]

    client = serve(app)
    assert client.get("/x").json() == ["app's", "of app's", "ann"]
    assert client.get("/r/x").json() == ["router's", "of router's", "ann"]


def test_names_tell_two_of_a_type_apart(serve: Serve) -> None:
    app = App()
    app.provide(Annotated[One, "reader"], lambda: One("reader"))
    app.provide(Annotated[One, "writer"], lambda: One("writer"))

    @app.get("/x")
    async def handler(a: Annotated[One, "reader"], b: Annotated[One, "writer"]) -> list[str]:
        return [a.text, b.text]

    assert serve(app).get("/x").json() == ["reader", "writer"]


def test_inject_says_that_a_parameter_is_injected(serve: Serve) -> None:
    class Settings(msgspec.Struct):
        size: int

    app = App()
    app.provide(Settings, lambda: Settings(3))
    app.provide(int, lambda: 7)

    @app.get("/x")
    async def handler(a: Inject[Settings], b: Inject[int], c: Annotated[int, Query()]) -> list[int]:
        return [a.size, b, c]

    assert serve(app).get("/x?c=1").json() == [3, 7, 1]


def test_providers_take_what_handlers_take(serve: Serve) -> None:
    class User(msgspec.Struct):
        name: str

    async def current_user(
        authorization: Annotated[str, Header()], request: Request, *, realm: str = "main"
    ) -> User:
        if authorization != "let me in":
            raise NotFound
        return User(f"{realm} {request.method}")

    app = App()
    app.provide(User, current_user)

    @app.post("/{id}")
    async def handler(id: int, user: User) -> User:
        return user

    client = serve(app)
    headers = {"authorization": "let me in"}
    assert client.post("/1", headers=headers).json() == {"name": "main POST"}
    assert client.post("/1", headers={"authorization": "x"}).status == 404
    answer = client.post("/x")
    assert [e["parameter"] for e in answer.json()["errors"]] == ["id", "authorization"]


def test_classes_and_objects_are_providers(serve: Serve) -> None:
    class Limit:
        def __init__(self, most: int = 5) -> None:
            self.most = most

    class Multiplier:
        def __init__(self, by: int) -> None:
            self.by = by

        async def __call__(self, limit: Limit) -> One:
            return One(str(limit.most * self.by))

    app = App()
    app.provide(Limit, Limit)
    app.provide(One, Multiplier(2))

    @app.get("/x")
    async def handler(one: One) -> str:
        return one.text

    assert serve(app).get("/x?most=4").json() == "8"
