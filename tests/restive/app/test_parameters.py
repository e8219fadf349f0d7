"""Parameters of path, query, header and cookie: types, names, defaults, models."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Annotated, Any, Literal, NewType
from uuid import UUID

import annotated_types as at
import msgspec
import pytest
from msgspec import Meta

from restive import App, Cookie, Depends, Header, Path, Query, Request
from tests.restive.app.conftest import Serve


class Genre(Enum):
    NOVEL = "novel"
    POETRY = "poetry"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


Isbn = NewType("Isbn", str)

# type, text in the query, the value
GOOD: list[tuple[Any, str, Any]] = [
    (str, "a+b%20%C3%BC", "a b ü"),
    (str, "", ""),
    (int, "-7", -7),
    (int, "007", 7),
    (float, "1.5e3", 1500.0),
    (bool, "true", True),
    (bool, "0", False),
    (Decimal, "1.10", Decimal("1.10")),
    (UUID, "12345678-1234-5678-1234-567812345678", UUID("12345678-1234-5678-1234-567812345678")),
    (date, "2030-01-31", date(2030, 1, 31)),
    (datetime, "2030-01-31T12:00:00Z", datetime.fromisoformat("2030-01-31T12:00:00+00:00")),
    (time, "12:30:00", time(12, 30)),
    (timedelta, "P1DT2H", timedelta(days=1, hours=2)),
    (Genre, "poetry", Genre.POETRY),
    (Level, "2", Level.HIGH),
    (Literal["asc", "desc"], "desc", "desc"),
    (Literal[10, 20], "20", 20),
    (int | None, "3", 3),
    (int | str, "3", 3),
    (int | str, "x", "x"),
    (int | Literal["all"], "all", "all"),
    (Isbn, "x", "x"),
    (Annotated[int, Meta(ge=1, le=9)], "9", 9),
    (Annotated[int, at.Interval(gt=0, lt=10)], "9", 9),
    (Annotated[str, at.Len(2, 3)], "ab", "ab"),
]
# type, text, code of the error
BAD: list[tuple[Any, str, str]] = [
    (int, "1.0", "type"),
    (int, "%2B1", "type"),
    (int, "1_0", "type"),
    (int, "%D9%A3", "type"),
    (int, "", "type"),
    (int, "null", "type"),
    (int | None, "null", "type"),
    (float, "nan", "type"),
    (float, "inf", "type"),
    (float, "1e999", "too_large"),
    (bool, "yes", "type"),
    (Decimal, "1e5", "format"),
    (UUID, "1234", "format"),
    (date, "2030-02-30", "format"),
    (date, "20300131", "format"),
    (datetime, "2030-01-31T12:00:00", "format"),
    (datetime, "1893456000", "format"),
    (time, "noon", "format"),
    (Genre, "novle", "not_one_of"),
    (Level, "3", "not_one_of"),
    (Literal["asc", "desc"], "up", "not_one_of"),
    (Annotated[int, Meta(ge=1)], "0", "too_small"),
    (Annotated[int, at.Lt(10)], "10", "too_large"),
    (Annotated[int, at.MultipleOf(5)], "7", "multiple_of"),
    (Annotated[str, Meta(pattern="^[a-z]+$")], "A", "pattern"),
    (Annotated[str, at.MinLen(2)], "a", "too_short"),
    (Annotated[str, Meta(max_length=2)], "abc", "too_long"),
]


def reading(kind: Any, seen: list[Any]) -> App:
    """An app that takes `kind` from the query, the path, a header and a cookie."""
    app = App()

    @app.get("/query")
    async def query(it: kind) -> None:
        seen.append(it)

    @app.get("/path/{it}")
    async def path(it: kind) -> None:
        seen.append(it)

    @app.get("/header")
    async def header(it: Annotated[kind, Header("x-it")]) -> None:
        seen.append(it)

    @app.get("/cookie")
    async def cookie(it: Annotated[kind, Cookie()]) -> None:
        seen.append(it)

    return app


@pytest.mark.parametrize(("kind", "text", "value"), GOOD, ids=str)
def test_every_type_from_every_place(serve: Serve, kind: Any, text: str, value: Any) -> None:
    seen: list[Any] = []
    client = serve(reading(kind, seen))
    assert client.get(f"/query?it={text}").status == 204
    if "%" in text or not text:
        assert seen == [value]
        return
    assert client.get(f"/path/{text}").status == 204
    assert client.get("/header", headers={"X-It": text}).status == 204
    assert client.get("/cookie", headers={"cookie": f"a=b; it={text}"}).status == 204
    assert seen == [value] * 4
    assert {type(one) for one in seen} == {type(value)}


@pytest.mark.parametrize(("kind", "text", "code"), BAD, ids=str)
def test_bad_values_are_422_and_name_the_parameter(
    serve: Serve, kind: Any, text: str, code: str
) -> None:
    client = serve(reading(kind, []))
    answer = client.get(f"/query?it={text}")
    assert answer.status == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["title"], problem["status"]) == ("Unprocessable Content", 422)
    [error] = problem["errors"]
    assert (error["code"], error["parameter"], error["location"]) == (code, "it", "query")
    assert error["detail"]
    if "%" not in text and text:
        for path, location, name, headers in [
            (f"/path/{text}", "path", "it", {}),
            ("/header", "header", "x-it", {"x-it": text}),
            ("/cookie", "cookie", "it", {"cookie": f"it={text}"}),
        ]:
            answer = client.get(path, headers=headers)
            [error] = answer.json()["errors"]
            assert (answer.status, error["code"]) == (422, code)
            assert (error["parameter"], error["location"]) == (name, location)


@pytest.mark.parametrize("place", ["query", "header", "cookie"])
def test_what_is_missing_is_422_unless_there_is_a_default(serve: Serve, place: str) -> None:
    marker: Any = {"query": Query, "header": Header, "cookie": Cookie}[place]
    app = App()

    @app.get("/required")
    async def required(a_b: Annotated[int, marker()]) -> int:
        return a_b

    @app.get("/default")
    async def default(a_b: Annotated[int, marker()] = 5) -> int:
        return a_b

    @app.get("/none")
    async def none(a_b: Annotated[int | None, marker()] = None) -> int | None:
        return a_b

    @app.get("/required-or-null")
    async def nullable(a_b: Annotated[int | None, marker()]) -> int | None:
        return a_b

    client = serve(app)
    name = "a-b" if place == "header" else "a_b"
    for path in ("/required", "/required-or-null"):
        answer = client.get(path)
        assert answer.status == 422
        assert answer.json()["errors"] == [
            {
                "detail": "Required, and not given.",
                "code": "missing",
                "parameter": name,
                "location": place,
            }
        ]
    assert client.get("/default").json() == 5
    assert client.get("/none").json() is None


def test_defaults_are_given_as_they_are(serve: Serve) -> None:
    app = App()
    marks: list[object] = []
    unset = object()

    @app.get("/x")
    async def handler(a: int = unset, b: list[str] = ["x"]) -> None:  # type: ignore[assignment]  # noqa: B006
        marks.append((a, b))

    assert serve(app).get("/x").status == 204
    assert marks == [(unset, ["x"])]


@pytest.mark.parametrize(
    ("kind", "query", "value"),
    [
        (list[str], "it=a&it=b%2Cc&it=", ["a", "b,c", ""]),
        (list[int], "it=1", [1]),
        (set[int], "it=1&it=2&it=1", {1, 2}),
        (frozenset[Genre], "it=novel", frozenset({Genre.NOVEL})),
        (tuple[int, ...], "it=2&it=1", (2, 1)),
        (list[int] | None, "it=2", [2]),
        (Annotated[list[int], Meta(max_length=2)], "it=2&it=3", [2, 3]),
    ],
    ids=str,
)
def test_lists_are_repeated(serve: Serve, kind: Any, query: str, value: Any) -> None:
    seen: list[Any] = []
    client = serve(reading_list(kind, seen))
    assert client.get(f"/query?{query}").status == 204
    assert seen == [value]


def reading_list(kind: Any, seen: list[Any]) -> App:
    app = App()

    @app.get("/query")
    async def query(it: kind) -> None:
        seen.append(it)

    @app.get("/header")
    async def header(it: Annotated[kind, Header()]) -> None:
        seen.append(it)

    return app


def test_a_header_that_is_a_list_is_split_at_commas(serve: Serve) -> None:
    seen: list[Any] = []
    client = serve(reading_list(list[int], seen))
    answer = client.get("/header", headers=[("It", "1, 2"), ("IT", "3")])
    assert (answer.status, seen) == (204, [[1, 2, 3]])


def test_an_item_of_a_list_is_at_fault(serve: Serve) -> None:
    answer = serve(reading_list(list[int], [])).get("/query?it=1&it=x")
    assert answer.status == 422
    assert [(e["code"], e["parameter"]) for e in answer.json()["errors"]] == [("type", "it")]


@pytest.mark.parametrize("query", ["a=1&a=2", "a=1&b=%31&a=2", "a=1&a=x"])
def test_a_repeated_scalar_is_422(serve: Serve, query: str) -> None:
    app = App()

    @app.get("/x")
    async def handler(a: int, b: int = 0) -> None: ...

    answer = serve(app).get(f"/x?{query}")
    assert answer.status == 422
    [error] = answer.json()["errors"]
    assert (error["code"], error["parameter"], error["detail"]) == (
        "repeated",
        "a",
        "Given more than once.",
    )


def test_names_on_the_wire(serve: Serve) -> None:
    app = App()

    @app.get("/x/{book_id}")
    async def handler(
        id: Annotated[int, Path("book_id")],
        class_: Annotated[str, Query("class")],
        user_agent: Annotated[str, Header],
        token: Annotated[str, Cookie("session")],
        trace: Annotated[str, Header("X-Trace-ID")],
        *,
        last: str = "",
    ) -> list[Any]:
        return [id, class_, user_agent, token, trace, last]

    answer = serve(app).get(
        "/x/7?class=a&last=z",
        headers={"User-Agent": "me", "Cookie": 'x=y; session="s"', "x-trace-id": "t"},
    )
    assert answer.json() == [7, "a", "me", "s", "t", "z"]


def test_unknown_query_parameters_are_400_and_suggest(serve: Serve) -> None:
    app = App()

    @app.get("/books")
    async def books(page: int = 1, page_size: int = 10) -> int:
        return page

    @app.get("/nothing")
    async def nothing() -> None: ...

    client = serve(app)
    answer = client.get("/books?pgae=2&colour=red&page=x")
    assert answer.status == 400
    problem = answer.json()
    assert problem["detail"] == "The request cannot be understood."
    assert problem["errors"] == [
        {
            "detail": "Expected an integer.",
            "code": "type",
            "parameter": "page",
            "location": "query",
            "expected": "integer",
        },
        {
            "detail": "There is no query parameter 'pgae'.",
            "code": "unknown_parameter",
            "parameter": "pgae",
            "location": "query",
            "did_you_mean": ["page"],
        },
        {
            "detail": "There is no query parameter 'colour'.",
            "code": "unknown_parameter",
            "parameter": "colour",
            "location": "query",
        },
    ]
    assert client.get("/nothing?x=1").status == 400
    assert client.get("/nothing?").status == 204
    assert client.get("/nothing?&&").status == 204


@pytest.mark.parametrize("name", ["utm_source", "utm_anything", "gclid", "fbclid", "msclkid"])
def test_tracking_names_are_ignored(serve: Serve, name: str) -> None:
    app = App()

    @app.get("/x")
    async def handler(a: int = 0) -> int:
        return a

    @app.get("/own")
    async def own(fbclid: str = "", utm_source: str = "") -> str:
        return fbclid + utm_source

    client = serve(app)
    assert client.get(f"/x?{name}=1&a=2").json() == 2
    assert client.get(f"/x?a=2&{name}=%20&{name}=").json() == 2
    if name in ("fbclid", "utm_source"):
        assert client.get(f"/own?{name}=1").json() == "1"


def test_who_takes_the_request_reads_what_they_like(serve: Serve) -> None:
    app = App()

    def of_request(request: Request) -> int:
        return len(request.query)

    @app.get("/direct")
    async def direct(request: Request) -> dict[str, list[str]]:
        return request.query

    @app.get("/provided")
    async def provided(count: Annotated[int, Depends(of_request)]) -> int:
        return count

    client = serve(app)
    assert client.get("/direct?a=1&b=%20&a=").json() == {"a": ["1", ""], "b": [" "]}
    assert client.get("/provided?a=1&b=2").json() == 2


@pytest.mark.parametrize("where", ["app", "route"])
def test_the_option_that_ignores_unknown_names(serve: Serve, where: str) -> None:
    app = App(unknown_query="ignore") if where == "app" else App()

    async def handler(a: int = 0) -> int:
        return a

    if where == "app":
        app.get("/x")(handler)
    else:
        app.get("/x", unknown_query="ignore")(handler)

    @app.get("/strict", unknown_query="refuse")
    async def strict() -> None: ...

    client = serve(app)
    assert client.get("/x?b=1&a=2&c=%20").json() == 2
    assert client.get("/x?b=1&a=x").status == 422
    assert client.get("/strict?b=1").status == 400


def test_the_parameters_of_providers_are_known_and_read(serve: Serve) -> None:
    class Page(msgspec.Struct):
        number: int
        size: int

    def make_page(page: int = 1, size: Annotated[int, Meta(le=50)] = 10) -> Page:
        return Page(page, size)

    app = App()
    app.provide(Page, make_page)

    @app.get("/x/{id}")
    async def handler(page: Page, id: int, q: str = "") -> Page:
        return page

    client = serve(app)
    assert client.get("/x/1?page=2&q=a").json() == {"number": 2, "size": 10}
    answer = client.get("/x/y?size=51&page=x")
    assert answer.status == 422
    assert [e["parameter"] for e in answer.json()["errors"]] == ["page", "size", "id"]
    [route] = [route for route in app.routes if not route.hidden]
    assert [p.name for p in route.params] == ["page", "size", "id", "q"]
