"""Problems (RFC 9457), handlers of errors, and what nobody expected."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, ClassVar

import msgspec
import pytest

from restive import (
    App,
    BadRequest,
    ConfigError,
    Conflict,
    FieldError,
    Gone,
    MethodNotAllowed,
    NotFound,
    Problem,
    Request,
    Response,
    Router,
    ServiceUnavailable,
    Text,
    Unauthorized,
    UnprocessableContent,
)
from tests.restive.app.conftest import Serve
from tests.restive.naming import plain


class Line(msgspec.Struct):
    name: str
    wanted: int


class OutOfStock(Problem):
    status = 409
    type = "https://example.com/out-of-stock"
    title = "Out of stock"
    code = "out_of_stock"
    detail = "There are not enough left."
    left: int
    lines: list[Line]


class SoldOut(OutOfStock):
    """Has the members of its base."""

    again: str


@pytest.mark.parametrize("sync", [False, True], ids=["async", "def"])
@pytest.mark.parametrize("raised", [False, True], ids=["returned", "raised"])
def test_a_problem_may_be_raised_or_returned(serve: Serve, raised: bool, sync: bool) -> None:
    app = App()

    def make() -> Problem:
        return SoldOut(left=3, lines=[Line("a", 4)], again="soon", headers={"retry-after": "9"})

    if sync:

        @app.get("/x")
        def handler() -> str | OutOfStock:
            if raised:
                raise make()
            return make()  # type: ignore[return-value]

    else:

        @app.get("/x")
        async def coroutine() -> str | OutOfStock:
            if raised:
                raise make()
            return make()  # type: ignore[return-value]

    answer = serve(app).get("/x")
    assert (answer.status, answer.headers["content-type"]) == (409, "application/problem+json")
    assert answer.headers["retry-after"] == "9"
    assert answer.headers["vary"] == "Accept"
    assert answer.json() == {
        "type": "https://example.com/out-of-stock",
        "title": "Out of stock",
        "status": 409,
        "detail": "There are not enough left.",
        "code": "out_of_stock",
        "left": 3,
        "lines": [{"name": "a", "wanted": 4}],
        "again": "soon",
    }


def test_what_a_problem_says_without_being_told(serve: Serve) -> None:
    class Teapot(Problem):
        status = 418

    class Odd(Problem):
        status = 499

    app = App()
    problems: list[Any] = [
        Teapot,
        Teapot("short"),
        Odd(instance="/orders/1"),
        NotFound,
        Unauthorized(headers={"www-authenticate": "Bearer"}),
        ServiceUnavailable("later"),
        MethodNotAllowed(["GET"]),
    ]

    @app.get("/{id}")
    async def handler(id: int) -> None:
        raise problems[id]

    client = serve(app)
    answers = [client.get(f"/{id}") for id in range(len(problems))]
    assert [answer.json() for answer in answers[:4]] == [
        {"type": "about:blank", "title": "I'm a Teapot", "status": 418},
        {"type": "about:blank", "title": "I'm a Teapot", "status": 418, "detail": "short"},
        {
            "type": "about:blank",
            "title": "Status 499",
            "status": 499,
            "instance": "/orders/1",
        },
        {"type": "about:blank", "title": "Not Found", "status": 404},
    ]
    assert [answer.status for answer in answers] == [418, 418, 499, 404, 401, 503, 405]
    assert answers[4].headers["www-authenticate"] == "Bearer"
    assert answers[6].headers["allow"] == "GET"


def test_an_unknown_member_is_refused() -> None:
    with pytest.raises(TypeError) as caught:
        OutOfStock(lefft=3)
    assert caught.value.args == (
        "OutOfStock has no member 'lefft'. Declare it in the class: `lefft: int`.",
    )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Problem("no", status=404),
            "Problem has no member 'status'. Declare it in the class: `status = 404`.",
        ),
        (
            lambda: Problem(404, "no"),  # type: ignore[arg-type]
            "Problem(404, 'no'): a problem takes one text, its detail. "
            "Write `raise NotFound('no')`.",
        ),
        (
            lambda: Problem("no", 409),  # type: ignore[arg-type]
            "Problem('no', 409): a problem takes one text, its detail. "
            "Write `raise Conflict('no')`.",
        ),
        (
            lambda: NotFound({"a": 1}),  # type: ignore[arg-type]
            "NotFound({'a': 1}): a problem takes one text, its detail. Write `raise NotFound()`.",
        ),
    ],
)
def test_what_a_problem_is_not_made_of(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(TypeError) as caught:
        make()
    assert caught.value.args == (message,)


@pytest.mark.parametrize("status", ["409", 200, None, 600])
def test_a_problem_has_the_status_of_an_error(status: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        type("Odd", (Problem,), {"status": status})
    assert str(caught.value) == (
        f"Problem 'Odd': status is {status!r}. Write an integer from 400 to 599."
    )


@pytest.mark.parametrize("name", ["status", "title", "code", "phrase", "args"])
def test_members_of_a_problem_are_not_called_like_its_attributes(name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        type("Odd", (Problem,), {"__annotations__": {name: int}})
    assert str(caught.value) == (
        f"Problem 'Odd': {name!r} is a class attribute, and no member. "
        f"Write `{name} = ...` with its value, or call the member otherwise."
    )


def test_attributes_of_a_problem_may_be_annotated() -> None:
    class Odd(Problem):
        status: ClassVar[int] = 409
        title: ClassVar[str] = "Odd"
        left: int

    assert Odd("x", left=1).to_dict() == {
        "type": "about:blank",
        "title": "Odd",
        "status": 409,
        "detail": "x",
        "left": 1,
    }


def test_ones_own_field_errors(serve: Serve) -> None:
    app = App()

    @app.get("/x")
    async def handler() -> None:
        raise UnprocessableContent(
            [FieldError(detail="Taken.", code="taken", pointer="/name")], detail="No."
        )

    assert serve(app).get("/x").json() == {
        "type": "about:blank",
        "title": "Unprocessable Content",
        "status": 422,
        "detail": "No.",
        "errors": [{"detail": "Taken.", "code": "taken", "pointer": "/name"}],
    }


@pytest.mark.parametrize("sync", [False, True], ids=["async", "def"])
@pytest.mark.parametrize("dev", [False, True])
def test_what_nobody_expected_is_told_to_the_log(
    serve: Serve, caplog: pytest.LogCaptureFixture, dev: bool, sync: bool
) -> None:
    app = App(dev=dev)
    if sync:

        @app.get("/x")
        def handler(a: int = 0) -> None:
            raise LookupError("secret 42")

    else:

        @app.get("/x")
        async def coroutine(a: int = 0) -> None:
            raise LookupError("secret 42")

    with caplog.at_level(logging.ERROR, "restive"):
        answer = serve(app).get("/x")
    assert (answer.status, answer.headers["content-type"]) == (500, "application/problem+json")
    problem = answer.json()
    if dev:
        assert problem["detail"] == "LookupError: secret 42"
        assert 'raise LookupError("secret 42")' in problem["traceback"]
    else:
        assert problem == {
            "type": "about:blank",
            "title": "Internal Server Error",
            "status": 500,
            "detail": "The server failed to answer this request.",
        }
    [record] = [record for record in caplog.records if record.name == "restive"]
    assert record.getMessage() == f"{app.routes[0].where} failed"
    assert 'raise LookupError("secret 42")' in caplog.text


def test_dev_is_on_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RESTIVE_DEV", raising=False)
    assert App().dev is False
    monkeypatch.setenv("RESTIVE_DEV", "1")
    assert App().dev is True
    assert App(dev=False).dev is False


class Broken(Exception): ...


class VeryBroken(Broken): ...


def answering(text: str) -> Any:
    return lambda error: Text(f"{text}: {type(error).__name__}", 460)


def test_the_handler_of_the_nearest_class_and_router_rules(serve: Serve) -> None:
    app, outer, inner = App(), Router("/outer"), Router("/inner")
    app.on_error(Broken)(answering("app broken"))
    app.on_error(KeyError)(answering("app key"))
    app.on_error(NotFound)(answering("app 404"))
    outer.on_error(Broken)(answering("outer broken"))
    outer.on_error(VeryBroken)(answering("outer very"))
    inner.on_error(Broken)(answering("inner broken"))
    inner.on_error(LookupError)(answering("inner lookup"))
    outer.include(inner)
    app.include(outer)
    errors = {
        "b": Broken(),
        "v": VeryBroken(),
        "k": KeyError(1),
        "i": IndexError(1),
        "n": NotFound(),
        "g": Gone(),
        "x": ZeroDivisionError(),
    }
    for router in (app, outer, inner):

        @router.get("/e/{which}")
        async def handler(which: str) -> None:
            raise errors[which]

    client = serve(app)

    def texts(prefix: str) -> list[str]:
        answers = [client.get(f"{prefix}/e/{which}") for which in errors]
        return [a.text if a.status == 460 else str(a.status) for a in answers]

    assert texts("") == [
        "app broken: Broken",
        "app broken: VeryBroken",
        "app key: KeyError",
        "500",
        "app 404: NotFound",
        "410",
        "500",
    ]
    assert texts("/outer")[:2] == ["outer broken: Broken", "outer very: VeryBroken"]
    assert texts("/outer/inner") == [
        "inner broken: Broken",
        "outer very: VeryBroken",
        "app key: KeyError",
        "inner lookup: IndexError",
        "app 404: NotFound",
        "410",
        "500",
    ]


@pytest.mark.parametrize("sync", [False, True], ids=["async", "def"])
def test_error_handlers_of_every_kind(serve: Serve, sync: bool) -> None:
    app = App()

    @app.on_error(KeyError)
    async def waits(error: KeyError) -> Problem:
        await asyncio.sleep(0.001)
        return Conflict(f"waited for {error}")

    @app.on_error(IndexError)
    async def in_place(request: Request, error: IndexError) -> Response:
        operation = request.operation
        assert operation is not None
        return Text(f"{operation.route} {error}", 418)

    @app.on_error(ValueError)
    def plain(request: Request, error: ValueError) -> Problem:
        return BadRequest(f"{request.method} {error}")

    @app.on_error(TypeError)
    def raises(error: TypeError) -> Problem:
        raise Gone("on purpose")

    @app.on_error(OSError)
    def fails(error: OSError) -> Problem:
        raise RuntimeError("by mistake")

    @app.on_error(ArithmeticError)
    def says_nothing(error: ArithmeticError) -> None: ...

    errors: dict[str, Exception] = {
        "key": KeyError(1),
        "index": IndexError(2),
        "value": ValueError(3),
        "type": TypeError(),
        "os": OSError(),
        "arithmetic": ArithmeticError(),
    }
    if sync:

        @app.get("/{which}")
        def handler(which: str) -> None:
            raise errors[which]

    else:

        @app.get("/{which}")
        async def coroutine(which: str) -> None:
            raise errors[which]

    client = serve(app)
    answers = {which: client.get(f"/{which}") for which in errors}
    assert {which: answer.status for which, answer in answers.items()} == {
        "key": 409,
        "index": 418,
        "value": 400,
        "type": 410,
        "os": 500,
        "arithmetic": 500,
    }
    assert answers["key"].json()["detail"] == "waited for 1"
    assert answers["index"].text == "GET /{which} 2"
    assert answers["value"].json()["detail"] == "GET 3"
    assert answers["type"].json()["detail"] == "on purpose"


def test_bad_input_is_a_problem_like_others(serve: Serve) -> None:
    app = App()

    @app.on_error(UnprocessableContent)
    async def invalid(request: Request, error: UnprocessableContent) -> Response:
        return Text(",".join(one.parameter or "" for one in error.errors), 422)

    @app.get("/x")
    async def handler(a: int, b: int) -> None: ...

    client = serve(app)
    assert client.get("/x?a=x&b=y").text == "a,b"
    assert client.get("/x?a=1&b=1&c=1").headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("waits", [False, True], ids=["now", "later"])
def test_404_and_405_are_handled_at_the_app(serve: Serve, waits: bool) -> None:
    app = App()
    seen: list[Any] = []

    def missing(request: Request, error: NotFound) -> Response:
        seen.append(request.operation)
        return Text(f"nothing at {request.raw_path}", 404)

    async def missing_later(request: Request, error: NotFound) -> Response:
        await asyncio.sleep(0.001)
        return missing(request, error)

    app.on_error(NotFound)(missing_later if waits else missing)

    @app.on_error(MethodNotAllowed)
    def not_allowed(error: MethodNotAllowed) -> Response:
        return Text("not allowed", 405, error.headers)

    @app.get("/x")
    async def handler() -> None: ...

    client = serve(app)
    assert client.get("/nothing").text == "nothing at /nothing"
    assert client.post("/nothing", {"a": "x" * 100}).text == "nothing at /nothing"
    refused = client.post("/x")
    assert (refused.text, refused.headers["allow"]) == ("not allowed", "GET, HEAD, OPTIONS")
    assert seen == [None, None]


def test_404_says_so(serve: Serve) -> None:
    answer = serve(App()).get("/nothing?a=%FF")
    assert (answer.status, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "There is nothing at this path.",
    }


class Holds(Problem):
    status = 409
    thing: object


class HoldsLine(Problem):
    status = 409
    line: Line


@pytest.mark.parametrize("sync", [False, True], ids=["async", "def"])
@pytest.mark.parametrize(
    "problem",
    [
        Holds(thing=object()),
        HoldsLine(line="not a line"),
        NotFound("\ud800"),
        NotFound(headers={"x-a": "1\r\n2"}),
        NotFound(headers={"x-a": "✓"}),
        NotFound(headers={"x-a": 1}),  # type: ignore[dict-item]
        UnprocessableContent(["x"]),  # type: ignore[list-item]
    ],
    ids=plain,
)
def test_a_problem_that_cannot_be_sent_is_500(
    serve: Serve, caplog: pytest.LogCaptureFixture, problem: Problem, sync: bool
) -> None:
    app = App()
    if sync:

        @app.get("/x")
        def handler() -> None:
            raise problem

    else:

        @app.get("/x")
        async def coroutine() -> None:
            raise problem

    answer = serve(app).get("/x")
    assert (answer.status, answer.json()["title"]) == (500, "Internal Server Error")
    assert f"{app.routes[0].where} failed" in caplog.text


def test_the_error_that_nobody_expected_is_kept_with_the_request(serve: Serve) -> None:
    app = App()
    seen: list[Any] = []

    @app.on_error(ValueError)
    def fails(request: Request, error: ValueError) -> Response:
        seen.append(request)
        raise LookupError("worse")

    @app.get("/x")
    async def handler() -> None:
        raise ValueError("bad")

    assert serve(app).get("/x").status == 500
    assert isinstance(seen[0].state["error"], LookupError)


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, asyncio.CancelledError])
def test_what_is_no_exception_of_a_handler_ends_its_request_alone(
    serve: Serve, error: type[BaseException]
) -> None:
    app = App()

    @app.get("/def")
    def in_thread() -> None:
        raise error

    @app.get("/fine")
    async def fine() -> str:
        return "fine"

    client = serve(app)
    if error is not asyncio.CancelledError:
        assert client.get("/def").status == 500
    assert client.get("/fine").json() == "fine"
