"""Declaring routes: methods, templates, nesting, slashes, names, the table."""

import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest

from restive import (
    App,
    ConfigError,
    Conflict,
    FrozenError,
    Limits,
    NotFound,
    Operation,
    Request,
    Router,
)
from tests.restive.app.conftest import Serve

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "QUERY"]


def routes(app: App) -> list[Operation]:
    """Those that were declared here, without the app's own documents."""
    return [route for route in app.routes if not route.hidden]


def test_each_verb_answers_its_method(serve: Serve) -> None:
    app = App()
    for method in METHODS:

        @getattr(app, method.lower())("/x")  # type: ignore[untyped-decorator]
        async def handler(request: Request) -> None:
            request.app.seen.append(request.method)

    seen = app.seen = []  # type: ignore[attr-defined]
    client = serve(app)
    for method in METHODS:
        assert client.request(method, "/x").status == 204
    assert seen == METHODS


def test_route_declares_several_methods_in_any_case(serve: Serve) -> None:
    app = App()

    @app.route("/x", methods=["get", "POST", "GET"])
    async def both(request: Request) -> str:
        return request.method

    client = serve(app)
    assert client.get("/x").json() == "GET"
    assert client.post("/x").json() == "POST"
    assert [route.route for route in routes(app)] == ["GET /x", "POST /x"]


def test_decorators_return_the_function_unchanged() -> None:
    app = App()

    async def handler() -> None: ...
    async def answer_error(error: Exception) -> NotFound:
        return NotFound(str(error))

    async def life() -> Any:
        yield

    for method in METHODS:
        assert getattr(app, method.lower())(f"/{method}")(handler) is handler
    assert app.route("/several", methods=["GET"])(handler) is handler
    assert app.on_error(ValueError)(answer_error) is answer_error
    assert app.lifespan(life) is life


def test_nested_routers_join_prefixes_in_order(serve: Serve) -> None:
    app = App("/api")
    shelf = Router("/shelves/{shelf}")
    books = Router("/books")

    @books.get("/{id:int}")
    async def read(shelf: str, id: int) -> list[Any]:
        return [shelf, id]

    shelf.include(books)
    app.include(shelf, "/v1")
    client = serve(app)
    assert client.get("/api/v1/shelves/a%20b/books/7").json() == ["a b", 7]
    assert client.get("/shelves/a/books/7").status == 404


def test_what_is_added_to_an_included_router_counts(serve: Serve) -> None:
    app, router = App(), Router("/r")
    app.include(router)

    @router.get("/late")
    async def late() -> str:
        return "there"

    assert serve(app).get("/r/late").json() == "there"


def test_a_router_may_be_included_at_two_places(serve: Serve) -> None:
    app, router = App(), Router()

    @router.get("/where")
    async def where(request: Request) -> str:
        return request.raw_path

    app.include(router, "/a")
    app.include(router, "/b")
    client = serve(app)
    assert [client.get(f"/{x}/where").json() for x in "ab"] == ["/a/where", "/b/where"]


def test_options_merge_from_the_outside_in() -> None:
    class Extra: ...

    app = App(tags=["app"], raises=[NotFound], limits=Limits(body=10, depth=3))
    outer = Router("/o", tags=["outer"], limits=Limits(body=20), meta={str: 1, Extra: 1})
    inner = Router("/i", tags=["inner", "app"], deprecated=True, unknown_query="ignore")

    @inner.get("/x", tags=["own"], raises=[Conflict, NotFound], meta={Extra: 2}, deprecated=False)
    async def handler() -> None: ...

    outer.include(inner, "/at", tags=["included"], status=201)
    app.include(outer)
    [route] = routes(app)
    assert route.path == "/o/at/i/x"
    assert route.tags == ("app", "outer", "included", "inner", "own")
    assert route.raises == (NotFound, Conflict)
    assert (route.limits.body, route.limits.depth, route.limits.fields) == (20, 3, 100)
    assert route.meta == {str: 1, Extra: 2}
    assert route.deprecated is False
    assert route.unknown_query == "ignore"
    assert route.status == 201


def test_a_record_says_all_of_its_route() -> None:
    app = App(security_schemes={"key": {"type": "apiKey", "name": "X-Key", "in": "header"}})

    @app.get("/books/{id:int}", name="one", operation_id="oneBook", security=["key"], task=True)
    async def read_book(id: int, full: bool = False) -> dict[str, int]:
        """Read a book.

        With all of its pages.
        """
        return {"id": id}

    [route] = routes(app)
    assert (route.method, route.path, route.route) == (
        "GET",
        "/books/{id:int}",
        "GET /books/{id:int}",
    )
    assert (route.id, route.name, route.handler) == ("oneBook", "one", read_book)
    assert (route.summary, route.description) == ("Read a book.", "With all of its pages.")
    assert [(p.name, p.location, p.required) for p in route.params] == [
        ("id", "path", True),
        ("full", "query", False),
    ]
    assert route.security == ("key",)
    assert route.task is True
    assert route.returns == dict[str, int]
    assert route.source.module == __name__
    assert route.source.line == read_book.__code__.co_firstlineno
    assert route.where == f"Route 'GET /books/{{id:int}}' ({route.source})"
    with pytest.raises(AttributeError):
        route.path = "/other"  # type: ignore[misc]


def test_operation_ids_do_not_depend_on_other_routes() -> None:
    app = App()
    paths = [
        "/",
        "/books",
        "/books/",
        "/books/{id}",
        "/books/{id}.json",
        "/books/{id:int}/files/{rest:path}",
        "/a-b",
    ]
    for path in paths:
        names = re.findall(r"\{(\w+)", path)

        async def handler(request: Request) -> None: ...

        app.get(path, name="-".join(names) or "none")(handler)
    assert [route.id for route in routes(app)] == [
        "get_root",
        "get_books",
        "get_books_slash",
        "get_books_by_id",
        "get_books_by_id_json",
        "get_books_by_id_files_by_rest",
        "get_a_b",
    ]


@pytest.mark.parametrize("backwards", [False, True])
def test_the_most_specific_route_wins_whatever_the_order(serve: Serve, backwards: bool) -> None:
    app = App()
    paths = [
        "/f/{rest:path}",
        "/f/{name}",
        "/f/{id:int}",
        "/f/{key:uuid}",
        "/f/{name}.json",
        "/f/new",
        "/f/{name}/edit",
        "/f/new/{what}",
    ]
    for path in reversed(paths) if backwards else paths:

        def declare(path: str) -> None:
            @app.get(path, name=path)
            async def handler(request: Request) -> str:
                return path

        declare(path)
    client = serve(app)
    expected = {
        "/f/new": "/f/new",
        "/f/7": "/f/{id:int}",
        "/f/12345678-1234-1234-1234-123456789abc": "/f/{key:uuid}",
        "/f/a.json": "/f/{name}.json",
        "/f/other": "/f/{name}",
        "/f/a/b": "/f/{rest:path}",
        "/f/": "/f/{rest:path}",
        "/f/new/edit": "/f/new/{what}",
        "/f/x/edit": "/f/{name}/edit",
        "/f/x/edit/y": "/f/{rest:path}",
    }
    assert {path: client.get(path).json() for path in expected} == expected


def test_a_template_without_the_method_falls_through_to_the_next(serve: Serve) -> None:
    app = App()

    @app.get("/f/new")
    async def new() -> str:
        return "new"

    @app.delete("/f/{name}")
    async def remove(name: str) -> str:
        return name

    client = serve(app)
    assert client.request("DELETE", "/f/new").json() == "new"
    refused = client.post("/f/new")
    assert refused.status == 405
    assert refused.headers["allow"] == "DELETE, GET, HEAD, OPTIONS"
    assert client.post("/f/other").headers["allow"] == "DELETE, OPTIONS"


def test_a_convertor_misses_with_404_and_a_type_with_422(serve: Serve) -> None:
    app = App()

    @app.get("/by-convertor/{id:int}")
    async def by_convertor(id: int) -> int:
        return id

    @app.get("/by-type/{id}")
    async def by_type(id: int) -> int:
        return id

    client = serve(app)
    assert client.get("/by-convertor/abc").status == 404
    refused = client.get("/by-type/abc")
    assert refused.status == 422
    assert refused.json()["errors"] == [
        {
            "detail": "Expected an integer.",
            "code": "type",
            "parameter": "id",
            "location": "path",
            "expected": "integer",
        }
    ]
    assert client.get("/by-convertor/-7").json() == client.get("/by-type/-7").json() == -7


class Isbn:
    pattern = "[0-9]{9}[0-9X]"
    schema = {"type": "string", "pattern": pattern}  # noqa: RUF012

    def parse(self, text: str, /) -> str:
        if not re.fullmatch(self.pattern, text):
            raise ValueError("no ISBN")
        return f"ISBN {text}"

    def format(self, value: str, /) -> str:
        return value.removeprefix("ISBN ")


def test_convertors_of_ones_own_come_before_the_usual_ones(serve: Serve) -> None:
    app = App(convertors={"isbn": Isbn()})

    @app.get("/b/{number:int}")
    async def by_number(number: int) -> int:
        return number

    @app.get("/b/{isbn:isbn}")
    async def by_isbn(isbn: str) -> str:
        return isbn

    client = serve(app)
    assert client.get("/b/123456789X").json() == "ISBN 123456789X"
    assert client.get("/b/1234567890").json() == "ISBN 1234567890"
    assert client.get("/b/17").json() == 17
    assert app.url_for(by_isbn, isbn="ISBN 123456789X") == "/b/123456789X"
    assert routes(app)[1].path_types == {"isbn": Isbn.schema}


@pytest.mark.parametrize(
    ("slashes", "status", "location"),
    [("strict", 404, None), ("redirect", 308, "./books/?page=2"), ("ignore", 200, None)],
)
def test_slash_policies(serve: Serve, slashes: Any, status: int, location: str | None) -> None:
    app = App(slashes=slashes)

    @app.get("/books/")
    async def books(page: int) -> int:
        return page

    @app.get("/plain")
    async def plain() -> str:
        return "plain"

    client = serve(app)
    assert client.get("/books/?page=2").json() == 2
    answer = client.get("/books?page=2")
    assert answer.status == status
    assert answer.headers.get("location") == location
    assert client.get("/plain/").status == status
    assert client.get("/nothing/").status == 404
    if status == 200:
        assert answer.json() == 2


def test_a_slash_redirect_never_leaves_the_site(serve: Serve) -> None:
    app = App(slashes="redirect")

    @app.get("/{rest:path}")
    async def anything(rest: str) -> str:
        return rest

    @app.post("/{rest:path}")
    async def other(rest: str) -> str:
        return rest

    client = serve(app)
    for path in ("//evil.example", "//evil.example/"):
        assert client.get(path).headers.get("location") is None


def make_named() -> tuple[App, Callable[..., Any]]:
    app = App("/v1")
    router = Router("/books")

    @router.get("/{id:int}/{rest:path}")
    async def page(id: int, rest: str) -> None: ...

    @router.put("/{id:int}/{rest:path}", name="page")
    async def put_page(id: int, rest: str) -> None: ...

    app.include(router)
    return app, page


def test_url_for_a_name_or_a_handler() -> None:
    app, page = make_named()
    assert app.url_for("page", id=7, rest="a b/ü") == "/v1/books/7/a%20b/%C3%BC"
    assert app.url_for(page, id=7, rest="") == "/v1/books/7/"


def test_url_for_in_a_handler(serve: Serve) -> None:
    app = App()

    @app.get("/here/{id}")
    async def here(id: int, request: Request) -> str:
        return request.url_for(here, id=id + 1)

    assert serve(app).get("/here/1").json() == "/here/2"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"id": 7}, "Path '/v1/books/{id:int}/{rest:path}' is missing 'rest'."),
        (
            {"id": 7, "rest": "a", "page": 2},
            "Path '/v1/books/{id:int}/{rest:path}' does not have 'page'.",
        ),
        (
            {"id": "x", "rest": "a"},
            "Value 'x' cannot stand for parameter 'id' in a path: "
            "not an integer of at most 19 digits.",
        ),
        (
            {"id": 1, "rest": "../x"},
            "Value '../x' cannot stand for parameter 'rest' in a path: "
            "'.' and '..' have a meaning of their own there.",
        ),
    ],
)
def test_url_for_refuses_wrong_values(values: dict[str, Any], message: str) -> None:
    app, _ = make_named()
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        app.url_for("page", **values)


def test_url_for_says_what_is_missing_or_ambiguous() -> None:
    app = App()

    async def page() -> None: ...

    app.get("/a")(page)
    app.get("/b")(page)
    with pytest.raises(LookupError) as caught:
        app.url_for("nobody")
    assert caught.value.args == (
        "url_for('nobody'): no route is. Give the handler, or the route a name='...'.",
    )
    with pytest.raises(LookupError) as caught:
        app.url_for("page")
    assert caught.value.args == (
        "url_for('page'): several routes are: /a, /b. Give the handler, or the route a name='...'.",
    )


@pytest.mark.parametrize("where", ["app", "included router"])
def test_registering_after_the_build_names_the_remedy(where: str) -> None:
    app, router = App(), Router("/r")
    app.include(router)
    app.build()
    target = app if where == "app" else router

    async def handler() -> None: ...

    line = handler.__code__.co_firstlineno
    source = f"{__name__}:{handler.__qualname__}, {__file__}:{line}"
    registrations: dict[str, Callable[[], Any]] = {
        f"route GET '/late' ({source})": lambda: target.get("/late")(handler),
        "router '/other'": lambda: target.include(Router("/other")),
        "provider <class 'int'>": lambda: target.provide(int, lambda: 1),
        "error handler of 'KeyError'": lambda: target.on_error(KeyError)(handler),
        f"lifespan ({source})": lambda: target.lifespan(handler),  # type: ignore[arg-type]
    }
    for what, register in registrations.items():
        with pytest.raises(FrozenError) as caught:
            register()
        assert str(caught.value) == (
            f"{what} was registered after the app was built. Register it before the first "
            "request: at the module's level, or in a function called before `app.build()`."
        )


def test_a_router_cannot_hold_itself() -> None:
    app, outer, inner = App(), Router("/outer"), Router("/inner")
    app.include(outer)
    outer.include(inner)
    for holder, held in [(app, app), (inner, outer), (inner, inner)]:
        with pytest.raises(ConfigError, match="would hold itself"):
            holder.include(held)


def test_an_extension_declares_what_it_has_to() -> None:
    class Health:
        def install(self, app: App) -> None:
            @app.get("/health")
            async def health() -> None: ...

    app = App()
    app.install(Health())
    assert [route.path for route in routes(app)] == ["/health"]
    with pytest.raises(FrozenError, match=r"^extension .* was registered after"):
        app.install(Health())


def test_building_twice_changes_nothing() -> None:
    app = App()

    @app.get("/x")
    async def handler() -> None: ...

    assert app.build() is app
    assert app.build().routes == app.routes
    assert inspect.iscoroutinefunction(handler)
