"""What a hostile reader found, and must not come back."""

import gc
from typing import Annotated

import msgspec
import pytest

from restive import (
    App,
    ConfigError,
    Conflict,
    Header,
    Limits,
    Query,
    Request,
    Stream,
    Unauthorized,
)
from tests.restive.app.conftest import Serve


class Body(msgspec.Struct):
    secret_field: int


class User:
    pass


def login(authorization: Annotated[str, Header()] = "") -> User:
    if not authorization:
        raise Unauthorized("Who are you?")
    return User()


def guarded(kind: str) -> App:
    app = App()
    app.provide(User, login)

    async def quick(body: Body, user: User, page: int = 1) -> int:
        return page

    def slow(body: Body, user: User, page: int = 1) -> int:
        return page

    app.post("/x")(quick if kind == "async" else slow)
    return app


@pytest.mark.parametrize("kind", ["async", "def"])
@pytest.mark.parametrize("path", ["/x", "/x?page=x", "/x?pgae=1", "/x?page=%ff"])
def test_providers_have_a_say_before_input_is_refused(serve: Serve, kind: str, path: str) -> None:
    client = serve(guarded(kind))
    answer = client.post(path, json={})
    assert answer.status == 401
    assert b"secret_field" not in answer.body
    known = client.post(path, json={}, headers={"authorization": "me"})
    assert known.status in (400, 422)
    assert {"pointer": "", "code": "missing"}.items() <= known.json()["errors"][-1].items() or (
        b"secret_field" in known.body
    )


def test_a_provider_that_needs_what_is_wrong_does_not_run(serve: Serve) -> None:
    app = App()
    ran: list[int] = []

    def number(page: int) -> User:
        ran.append(page)
        return User()

    app.provide(User, number)

    @app.get("/x")
    async def handler(user: User) -> None:
        pass

    assert serve(app).get("/x?page=x").status == 422
    assert ran == []


@pytest.mark.parametrize("status", [400, 408, 413, 414, 417, 431, 500, 501, 503, 505])
def test_every_refusal_of_a_wire_is_a_problem(status: int) -> None:
    answer = App().target.problem(None, status, "The reason.")
    document = msgspec.json.decode(answer.body)
    assert (answer.status, document["status"], document["detail"]) == (
        status,
        status,
        "The reason.",
    )


def test_suggestions_for_unknown_names_are_bounded(serve: Serve) -> None:
    app = App()

    class Many(msgspec.Struct):
        page: int = 1

    @app.get("/x")
    async def handler(query: Annotated[Many, Query()]) -> None:
        pass

    names = "&".join(f"pag{number}=1" for number in range(300))
    document = serve(app).get(f"/x?{names}").json()
    assert len(document["errors"]) == 100
    assert document["truncated"] is True
    assert sum("did_you_mean" in error for error in document["errors"]) == 10


def test_a_mutable_default_belongs_to_one_request(serve: Serve) -> None:
    app = App()

    @app.post("/body")
    async def body(body: dict[str, int] = {"a": 1}) -> int:  # noqa: B006
        body["b"] = 1
        return body.pop("a")

    @app.get("/list")
    async def listed(tags: list[str] = ["a"]) -> int:  # noqa: B006
        tags.append("x")
        return len(tags)

    @app.get("/set")
    async def gathered(tags: set[str] = {"a"}) -> int:  # noqa: B006
        tags.add("x")
        tags.pop()
        return len(tags)

    client = serve(app)
    for _ in range(3):
        assert client.post("/body").json() == 1
        assert client.get("/list").json() == 2
        assert client.get("/set").json() == 1


@pytest.mark.parametrize(("value", "dev"), [("", False), ("0", False), ("1", True), ("true", True)])
def test_dev_by_environment(monkeypatch: pytest.MonkeyPatch, value: str, dev: bool) -> None:
    monkeypatch.setenv("RESTIVE_DEV", value)
    assert App().dev is dev


def test_dev_by_environment_is_yes_or_no(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESTIVE_DEV", "maybe")
    with pytest.raises(ConfigError, match="Write 1 or 0"):
        App()


def test_an_error_handler_may_stream(serve: Serve) -> None:
    app = App()

    @app.on_error(KeyError)
    async def stream(error: KeyError) -> Stream:
        return Stream((chunk for chunk in ("a", "b")), "text/plain")

    @app.get("/x")
    async def handler() -> None:
        raise KeyError("x")

    assert serve(app).get("/x").body == b"ab"


def test_a_problem_that_is_shared_keeps_no_request(serve: Serve) -> None:
    app = App()
    shared = Conflict("again")

    @app.get("/x")
    async def handler(request: Request) -> None:
        raise shared

    def alive() -> int:
        gc.collect()
        return sum(isinstance(thing, Request) for thing in gc.get_objects())

    client = serve(app)
    before = alive()
    for _ in range(20):
        assert client.get("/x").status == 409
    assert shared.__traceback__ is None
    assert alive() - before < 5


def test_options_are_checked() -> None:
    with pytest.raises(ConfigError, match="slashes is 'redirct'"):
        App(slashes="redirct")  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="unknown_query is 'x'"):
        App(unknown_query="x")  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match=r"Limits\(body=-1\)"):
        Limits(body=-1)


def test_a_redirect_for_a_slash_is_relative(serve: Serve) -> None:
    app = App(slashes="redirect")

    @app.get("/a/books/")
    async def books() -> None:
        pass

    @app.get("/a/pens")
    async def pens() -> None:
        pass

    client = serve(app)
    assert client.get("/a/books?q=1").headers["location"] == "./books/?q=1"
    assert client.get("/a/pens/").headers["location"] == "../pens"
