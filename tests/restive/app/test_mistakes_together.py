"""Mistakes that take more than one declaration, and those that are refused at once."""

import re
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Optional
from uuid import UUID

import msgspec
import pytest
from annotated_types import Ge

from restive import (
    App,
    BackgroundTasks,
    BuildError,
    ConfigError,
    Created,
    Depends,
    NotFound,
    Response,
    Router,
)
from restive.testing import Client
from tests.restive.app.test_mistakes import Author, Book, Shelf, place


def build_errors(app: App) -> list[str]:
    with pytest.raises(BuildError) as caught:
        app.build()
    return [str(one) for one in caught.value.mistakes]


def test_all_mistakes_are_shown_together() -> None:
    app, router = App(), Router("/r")
    app.provide(Author, lambda: Author("x"), scope="forever")

    @app.get("/x/{id}")
    async def one(a, b: Shelf, c: Book) -> Shelf: ...  # type: ignore[no-untyped-def, empty-body]

    @router.get("/{d")
    async def two(d: Shelf) -> None: ...

    @router.get("/three")
    async def three() -> Created: ...  # type: ignore[type-arg, empty-body]

    app.include(router)
    with pytest.raises(BuildError) as caught:
        app.build()
    found = [(one.code, one.where.split("'")[1]) for one in caught.value.mistakes]
    assert found == [
        ("unknown-scope", "Author"),
        ("unsupported-return", "GET /x/{id}"),
        ("signature", "GET /x/{id}"),
        ("template", "GET /r/{d"),
        ("reply-without-type", "GET /r/three"),
    ]
    head, *lines = str(caught.value).splitlines()
    assert head == "the app cannot be built: 5 mistakes"
    assert lines == [f"  {mistake}" for mistake in caught.value.mistakes]


def test_duplicate_and_shadowed_routes_name_both_places() -> None:
    app, router = App(), Router("/books")

    @app.get("/books/{id}")
    async def first(id: str) -> None: ...

    @router.get("/{id}")
    async def second(id: str) -> None: ...

    @router.get("/{name}")
    async def third(name: str) -> None: ...

    app.include(router)
    was = f"Route 'GET /books/{{id}}' ({place(first)})"
    assert build_errors(app) == [
        f"Route 'GET /books/{{id}}' ({place(second)}): the same method and path are declared "
        f"already, by {was}. Remove one of them, or change its path or its method. "
        "[route-duplicate]",
        f"Route 'GET /books/{{name}}' ({place(third)}): it can never be reached, because {was} "
        "has the same method and matches the same paths, whatever the parameters are called. "
        "Remove one of them, or tell them apart by text or by a convertor, as in '{id:int}'. "
        "[route-shadowed]",
    ]


def test_a_router_that_is_included_twice() -> None:
    app, router = App(), Router("/r")

    @router.get("/x")
    def handler() -> None: ...

    app.include(router)
    app.include(router)
    assert build_errors(app) == [
        f"Route 'GET /r/x' ({place(handler)}): the same declaration counts twice, as where a "
        "router is included twice. Include it once, or under another prefix. [route-duplicate]"
    ]


def test_operation_ids_are_unique() -> None:
    app = App()

    @app.get("/a/b")
    async def first() -> None: ...

    @app.get("/a-b")
    async def second() -> None: ...

    assert build_errors(app) == [
        f"Route 'GET /a-b' ({place(second)}): operation id 'get_a_b' is taken by "
        f"Route 'GET /a/b' ({place(first)}). Give one of them operation_id='...'. [operation-id]"
    ]


def test_error_handlers_take_an_error() -> None:
    app = App()

    @app.on_error(KeyError)
    def none() -> Response: ...  # type: ignore[empty-body]

    @app.on_error(ValueError)
    def three(a: Any, b: Any, c: Any) -> Response: ...  # type: ignore[empty-body]

    handlers: list[tuple[str, Callable[..., Any], int]]
    handlers = [("KeyError", none, 0), ("ValueError", three, 3)]
    assert build_errors(app) == [
        f"Error handler of {kind!r} ({place(handler)}): it takes {count} parameters. Write "
        "`def handler(error)` or `def handler(request, error)`. [error-handler]"
        for kind, handler, count in handlers
    ]


def test_one_router_has_one_provider_of_a_type_and_one_handler_of_an_error() -> None:
    def one() -> Book: ...  # type: ignore[empty-body]
    def two() -> Book: ...  # type: ignore[empty-body]
    def on_one(error: KeyError) -> Response: ...  # type: ignore[empty-body]
    def on_two(error: KeyError) -> Response: ...  # type: ignore[empty-body]

    app, router = App(), Router("/r")
    app.include(router)
    app.provide(Book, one)
    app.on_error(KeyError)(on_one)
    router.provide(Book, one)
    router.on_error(KeyError)(on_one)
    app.build()

    app = App()
    app.provide(Book, one)
    app.provide(Book, two)
    app.on_error(KeyError)(on_one)
    app.on_error(KeyError)(on_two)
    remedy = "Keep one of them, or put the other on a router of its own."
    assert build_errors(app) == [
        f"Provider of 'Book' ({place(two)}): the same router has one already: "
        f"Provider of 'Book' ({place(one)}). {remedy} [provider-duplicate]",
        f"Error handler of 'KeyError' ({place(on_two)}): the same router has one already: "
        f"Error handler of 'KeyError' ({place(on_one)}). {remedy} [error-handler-duplicate]",
    ]


def test_what_is_provided_anywhere_never_comes_from_the_request() -> None:
    app, router = App(), Router("/r")
    router.provide(Book, lambda: Book("provided"))
    app.include(router)

    @app.post("/x")
    async def create(book: Book) -> None: ...

    [text] = build_errors(app)
    assert text.endswith("[no-provider]")


def test_a_mapped_class_never_comes_from_the_request() -> None:
    class Row(msgspec.Struct, dict=True):
        __mapper__ = object()
        id: int

    app = App()

    @app.post("/x")
    async def create(row: Row) -> None: ...

    [text] = build_errors(app)
    assert text.endswith("[no-provider]")


def test_mistakes_of_providers_name_route_and_provider() -> None:
    def make(*args: int) -> Book: ...  # type: ignore[empty-body]

    app = App()
    app.provide(Book, make)

    @app.get("/x")
    async def handler(book: Book) -> None: ...

    assert build_errors(app) == [
        f"Route 'GET /x' ({place(handler)}): Provider of 'Book' ({place(make)}): "
        "parameter '*args: int' takes anything. Name each parameter with its type. [signature]"
    ]


def test_circles_of_providers() -> None:
    def make_book(author: Author) -> Book: ...  # type: ignore[empty-body]
    def make_author(book: Book) -> Author: ...  # type: ignore[empty-body]

    app = App()
    app.provide(Book, make_book)
    app.provide(Author, make_author)

    @app.get("/x")
    async def handler(book: Book) -> None: ...

    book, author = (
        f"Provider of 'Book' ({place(make_book)})",
        f"Provider of 'Author' ({place(make_author)})",
    )
    assert build_errors(app) == [
        f"Route 'GET /x' ({place(handler)}): {author}: {book} needs itself, through its own "
        "parameters. Break the circle. [provider-cycle]"
    ]


def test_a_wider_scope_cannot_use_a_narrower_one() -> None:
    def make_book(author: Author) -> Book: ...  # type: ignore[empty-body]
    def make_author() -> Author: ...  # type: ignore[empty-body]
    def make_shelf(size: int) -> Shelf: ...  # type: ignore[empty-body]

    app = App()
    app.provide(Book, make_book, scope="app")
    app.provide(Author, make_author)
    app.provide(Shelf, make_shelf, scope="app")
    assert build_errors(app) == [
        f"Provider of 'Book' ({place(make_book)}): it has scope 'app' and needs what is made for "
        f"each request by Provider of 'Author' ({place(make_author)}). "
        "Give it scope='request', or the other one scope='app'. [app-scope]",
        f"Provider of 'Shelf' ({place(make_shelf)}): no provider of scope 'app' makes parameter "
        "'size' of type `int`, and at the start there is no request to read it from. "
        "Provide it with scope='app', or give this provider scope='request'. [app-scope]",
    ]


def test_unknown_scopes() -> None:
    def make() -> Book: ...  # type: ignore[empty-body]

    app = App()
    app.provide(Book, make, scope="call")

    @app.get("/x")
    async def handler(it: Annotated[Book, Depends(make, scope="never")]) -> None: ...

    assert build_errors(app) == [
        f"Provider of {made!r} ({place(make)}): {scope!r} is not a scope. "
        "Write scope='request' (the default) or scope='app'. [unknown-scope]"
        for made, scope in [("Book", "call"), (make.__qualname__, "never")]
    ]


@pytest.mark.parametrize(
    ("declare", "message"),
    [
        (
            lambda app: app.get("/x", stauts=201),
            "Route '/x' has no option 'stauts'. Did you mean 'status'?",
        ),
        (
            lambda app: Router("/x", colour=1),  # type: ignore[call-arg]
            "Router '/x' has no option 'colour'. Take it out.",
        ),
        (
            lambda app: app.include(Router("/x"), unknown_querry="ignore"),
            "Router '/x' has no option 'unknown_querry'. Did you mean 'unknown_query'?",
        ),
        (
            lambda app: App(titel="x"),  # type: ignore[call-arg]
            "App has no option 'titel'. Did you mean 'title'?",
        ),
        (
            lambda app: app.get("/x", tags="abc"),
            "Route '/x': tags is 'abc'. Write a list: tags=[...].",
        ),
        (
            lambda app: app.get("/x", raises=[NotFound, ValueError]),
            "Route '/x': raises holds <class 'ValueError'>. Write subclasses of Problem.",
        ),
        (
            lambda app: app.route("/x", methods="GET"),
            "Route '/x': methods is 'GET'. Write methods=['GET'].",
        ),
        (lambda app: app.get("x"), "Route 'x' does not start with a slash. Write '/x'."),
        (lambda app: Router("r"), "Router 'r' does not start with a slash. Write '/r'."),
        (
            lambda app: app.include(Router("/r"), "v1"),
            "The prefix 'v1' does not start with a slash. Write '/v1'.",
        ),
        (
            lambda app: app.route("/x", methods=[]),
            "Route '/x': methods is []. Write methods=['GET'].",
        ),
        (
            lambda app: app.provide(int, 3),
            "provide(<class 'int'>, 3) is not a type and a function that makes it. "
            "Write `provide(Type, function)`.",
        ),
        (
            lambda app: app.on_error(404),
            "on_error(404) is not a class of exceptions. Write `on_error(NotFound)`.",
        ),
    ],
)
def test_declarations_that_say_nothing_are_refused_at_once(
    declare: Callable[[App], Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
        declare(App())


@pytest.mark.parametrize("decorate", [contextmanager, asynccontextmanager])
@pytest.mark.parametrize("depends", [False, True])
def test_providers_are_not_decorated_as_context_managers(decorate: Any, depends: bool) -> None:
    def make() -> Iterator[Book]: ...  # type: ignore[empty-body]

    managed = decorate(make)
    app = App()
    if depends:

        @app.get("/x")
        async def handler(it: Annotated[Book, Depends(managed)]) -> None: ...
    else:
        app.provide(Book, managed)
    made = make.__qualname__ if depends else "Book"
    assert build_errors(app) == [
        f"Provider of {made!r} ({place(make)}): it makes a context manager, and not what that "
        "yields. Take `@contextmanager` off: a provider that yields is enough. "
        "[provider-decorated]"
    ]


class Price(msgspec.Struct):
    note: Annotated[Decimal, msgspec.Meta(description="of one")]
    net: Annotated[Decimal, msgspec.Meta(ge=0)] | None
    parent: "Price | None" = None


@dataclass
class Offer:
    net: Annotated[Decimal, Ge(0)]


@pytest.mark.parametrize(("kind", "name"), [(Price, "Price"), (Offer, "Offer")])
def test_bounds_on_a_decimal_of_a_class_are_one_mistake(kind: Any, name: str) -> None:
    app = App()

    @app.post("/x")
    async def handler(body: kind) -> Created[kind]: ...  # type: ignore[empty-body]

    @app.get("/x")
    async def other() -> dict[str, list[kind]]: ...  # type: ignore[empty-body]

    assert build_errors(app) == [
        f"Field 'net' ({__name__}:{name}): msgspec puts no bounds on `Decimal`. Take a Pydantic "
        "model with `Field(ge=0, decimal_places=2)`, an integer of cents, or check it in "
        "`__post_init__`. [unsupported-type]"
    ]


def test_a_decimal_may_be_described() -> None:
    app = App()

    @app.get("/x")
    def handler(net: Annotated[Decimal, msgspec.Meta(description="of one")]) -> None: ...

    app.build()


def test_security_schemes_that_look_alike_are_named() -> None:
    app = App(security_schemes={"bearer": {}}, security=["bearer"])

    @app.get("/x", security=["bearre"])
    def handler() -> None: ...

    @app.get("/y")
    def other() -> None: ...

    assert build_errors(app) == [
        f"Route 'GET /x' ({place(handler)}): security=['bearre'] is none of the app's "
        "security_schemes. Write security=['bearer']. [security-scheme]"
    ]


def test_the_type_of_a_path_parameter_may_be_wider_or_bounded() -> None:
    app = App()

    @app.get("/a/{id:int}/{at:date}/{key:uuid}/{rest:path}")
    async def handler(
        id: Annotated[int, msgspec.Meta(ge=1)] | None,
        at: date | int,
        key: Annotated[UUID, "of a book"],
        rest: str,
    ) -> None: ...

    @app.get("/b/{id:int}/{at:date}")
    async def other(id: float, at: Literal[1] | date) -> None: ...

    app.build()


def test_what_providers_make_is_not_optional_by_itself() -> None:
    def handler(shelf: Shelf | None) -> None: ...

    app = App()
    app.provide(Shelf, Shelf)
    app.get("/x")(handler)
    assert build_errors(app) == [
        f"Route 'GET /x' ({place(handler)}): parameter 'shelf' is a `Shelf | None`, and what "
        "providers make is `Shelf`. Write `shelf: Shelf`, or "
        "`app.provide(Shelf | None, function)`. [no-provider]"
    ]


@pytest.mark.parametrize("wanted", [Shelf | None, Optional[Shelf]])  # noqa: UP045
def test_a_union_can_be_provided(wanted: Any) -> None:
    app = App()
    app.provide(Shelf, Shelf)
    app.provide(Shelf | None, lambda: None)
    app.provide(str, lambda: "x")

    @app.get("/x")
    def handler(shelf: wanted, text: str | None = None) -> dict[str, Any]:
        return {"shelf": shelf, "text": text}

    with Client(app) as client:
        assert client.get("/x", params={"text": "a"}).json() == {"shelf": None, "text": "a"}


def test_a_failed_build_can_be_mended() -> None:
    app = App()

    @app.get("/x")
    async def handler(shelf: Shelf) -> None: ...

    assert len(build_errors(app)) == 1
    app.provide(Shelf, Shelf)
    app.build()


def test_generators_are_told_apart_from_values() -> None:
    app = App()

    @app.get("/x")
    def handler() -> Iterator[int]:
        yield 1

    [text] = build_errors(app)
    assert "`Iterator` is not a type that JSON can be read into or written from" in text


def test_what_is_no_declaration_is_said_plainly() -> None:
    app = App()
    with pytest.raises(ConfigError, match=r"has no text for its path. Write `@app.get\('/path'\)`"):
        app.get(list_books)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match=r"is given no Router. Write `include\(x.router\)`"):
        app.include(re)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"add\(None\) is given no function"):
        BackgroundTasks().add(None)  # type: ignore[arg-type]


def list_books() -> None: ...
