"""What cannot work is found at build: all of it together, each with its place and its remedy."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec
import pytest
from annotated_types import Predicate

from restive import (
    App,
    Body,
    BuildError,
    Created,
    Depends,
    Header,
    Inject,
    Limits,
    Patch,
    Path,
    Query,
    Request,
)
from restive.errors import Mistake


class Book(msgspec.Struct):
    title: str


class Author(msgspec.Struct):
    name: str


class Filter(msgspec.Struct):
    title: str = ""
    author: Author | None = None


class Shelf: ...


Case = tuple[str, str, Callable[..., Any], dict[str, Any], str, str, str]
CASES: list[Case] = []
JSON_CLASSES = (
    "Write a msgspec.Struct, dataclass, TypedDict, attrs class or Pydantic model, or a builtin type"
)


def mistake(
    code: str, problem: str, remedy: str, *, method: str = "GET", path: str = "/x", **options: Any
) -> Callable[[Callable[..., Any]], None]:
    """A handler that is declared so cannot be built, for this one reason."""

    def register(handler: Callable[..., Any]) -> None:
        CASES.append((method, path, handler, options, code, problem, remedy))

    return register


@mistake(
    "no-return-annotation",
    "the handler does not say what it returns",
    "Write `-> dict[str, str]`, a Struct, `-> None` or `-> Response`",
)
async def says_nothing(a: int): ...  # type: ignore[no-untyped-def]


@mistake("signature", "parameter '*a: int' takes anything", "Name each parameter with its type")
async def takes_anything(*a: int) -> None: ...


@mistake("signature", "parameter 'a' is positional-only", "Take the `/` out of the signature")
async def takes_positions(a: int, /) -> None: ...


@mistake("signature", "parameter 'a' has no annotation", "Write `a: str`")
async def takes_untyped(a) -> None: ...  # type: ignore[no-untyped-def]


@mistake("signature", "parameter 'request' has no annotation", "Write `request: Request`")
async def takes_untyped_request(request) -> None: ...  # type: ignore[no-untyped-def]


@mistake(
    "handler-yields",
    "the handler yields, and an answer is returned",
    "Return `Stream(parts())`, where `parts` is the function that yields",
)
async def yields() -> AsyncIterator[bytes]:
    yield b""


@mistake(
    "signature",
    "the annotation 'Nowhere' cannot be resolved",
    "Import it at the module's level (not under TYPE_CHECKING, not inside a function)",
)
async def takes_nowhere(a: "Nowhere") -> None: ...  # type: ignore[name-defined]  # noqa: F821


@mistake(
    "no-provider",
    "parameter 's' of type `Shelf` is made by no provider in scope, and cannot be read from the "
    "request",
    "Write `app.provide(Shelf, function)`, or a marker such as `Annotated[Shelf, Body()]`",
)
async def takes_shelf(s: Shelf) -> None: ...


@mistake(
    "no-provider",
    "parameter 'nothing' of type `None` is made by no provider in scope, and cannot be read from "
    "the request",
    "Write `app.provide(None, function)`, or a marker such as `Annotated[None, Body()]`",
)
async def takes_none(nothing: None) -> None: ...


@mistake(
    "no-provider",
    "parameter 'b' is marked Inject, and no provider in scope makes `Book`",
    "Register one with `app.provide(Type, function)`",
    method="POST",
)
async def injects(b: Inject[Book]) -> None: ...


@mistake(
    "body-without-method",
    "parameter 'b' would be a body, which GET does not have",
    "Write `Annotated[Book, Query()]` to take its fields from the query",
)
async def gets_body(b: Book) -> None: ...


@mistake(
    "body-without-method",
    "parameter 'b' would be a body, which DELETE does not have",
    "Write `Annotated[list[Book], Query()]` to take its fields from the query",
    method="DELETE",
)
async def deletes_body(b: list[Book]) -> None: ...


@mistake(
    "body-without-method",
    "parameter 'b' is a body, which GET does not have",
    "Use POST, PUT, PATCH or QUERY",
)
async def gets_marked_body(b: Annotated[Book, Body()]) -> None: ...


@mistake(
    "two-bodies",
    "'b' and 'a' would both be the body",
    "Mark the one that is by `Annotated[T, Body()]` and the other by Query() or a provider, "
    "or join them in one Struct",
    method="POST",
)
async def takes_two(b: Book, a: Author) -> None: ...


@mistake(
    "two-sources",
    "parameter 'a' has two sources",
    "Keep one of the markers in Annotated",
)
async def takes_both(a: Annotated[int, Query(), Header]) -> None: ...


@mistake(
    "marker-as-default",
    "parameter 'a' has Query(...) as its default",
    "Write `a: Annotated[T, Query(...)]`, and a default that is a value",
)
async def defaults_to_query(a: int = Query("a")) -> None: ...  # type: ignore[assignment]


@mistake(
    "depends-without-function", "parameter 'a' depends on nothing", "Write `Depends(function)`"
)
async def depends_on_nothing(a: Annotated[int, Depends]) -> None: ...


@mistake(
    "unused-path-parameter",
    "path parameter 'id' is not a parameter of the handler",
    "Add `id: str` to it, or rename the path parameter",
    path="/x/{id}",
)
async def takes_no_id() -> None: ...


@mistake(
    "unused-path-parameter",
    "path parameter 'id' is not a parameter of the handler",
    "Add `id: UUID` to it, or rename the path parameter",
    path="/x/{id:uuid}",
)
async def takes_no_uuid() -> None: ...


@mistake(
    "path-type",
    "path parameter 'id' is `UUID` by its convertor, and annotated `int`",
    "Annotate it `UUID`, or write `{id}` in the path",
    path="/x/{id:uuid}",
)
async def takes_int_of_uuid(id: int) -> None: ...


@mistake(
    "path-type",
    "path parameter 'when' is `date` by its convertor, and annotated `datetime`",
    "Annotate it `date`, or write `{when}` in the path",
    path="/x/{when:date}",
)
async def takes_datetime_of_date(at: Annotated[datetime, Path("when")]) -> None: ...


@mistake(
    "unknown-path-parameter",
    "path parameter 'key' is not in the template",
    "Write `{key}` in the path, or take Path() away",
)
async def takes_key(id: Annotated[int, Path("key")]) -> None: ...


@mistake(
    "unknown-path-parameter",
    "path parameter 'title' is not in the template",
    "Write `{title}` in the path, or take Path() away",
)
async def takes_path_model(book: Annotated[Book, Path()]) -> None: ...


@mistake(
    "path-default",
    "path parameter 'id' has a default, and is always there",
    "Take the default away",
    path="/x/{id}",
)
async def defaults_id(id: int = 1) -> None: ...


@mistake(
    "unsupported-parameter",
    "parameter 'id' of type `Book` cannot be read from a path value",
    "Use a scalar",
    path="/x/{id}",
)
async def takes_book_of_path(id: Book) -> None: ...


@mistake(
    "unsupported-parameter",
    "parameter 'a' of type `list[Book]` cannot be read from a query value",
    "Use a scalar, a list of scalars, or a body",
)
async def takes_books_of_query(a: Annotated[list[Book], Query()]) -> None: ...


@mistake(
    "unsupported-parameter",
    "parameter 'f.author' of type `Author | None` cannot be read from a query value",
    "Use a scalar, a list of scalars, or a body",
)
async def takes_nested_model(f: Annotated[Filter, Query()]) -> None: ...


@mistake(
    "group-default",
    "parameter 'b' is a model and has a default",
    "Give its fields defaults instead",
)
async def defaults_model(b: Annotated[Book, Query()] = Book("x")) -> None: ...  # noqa: B008


@mistake(
    "media-types",
    "parameter 'b' is decoded, so its media types are given",
    "Declare it as `bytes`, or take media_types away",
    method="POST",
)
async def takes_xml(b: Annotated[Book, Body(media_types=("application/xml",))]) -> None: ...


@mistake(
    "media-types",
    "parameter 'b': 'png' is not a media type",
    "Write one such as 'image/png', or a range such as 'image/*'",
    method="POST",
)
async def takes_png(b: Annotated[bytes, Body(media_types=("image/*", "png"))]) -> None: ...


@mistake(
    "unsupported-type",
    "parameter 'r': `Request` is not a type that JSON can be read into or written from",
    JSON_CLASSES,
)
async def takes_request_or_none(r: Request | None) -> None: ...


@mistake(
    "unsupported-type",
    "parameter 'a': the constraint `Predicate(str.isdigit)` cannot be checked",
    "Check it in `__post_init__`, or write one of the constraints of `msgspec.Meta`",
)
async def takes_predicate(a: Annotated[str, Predicate(str.isdigit)]) -> None: ...


@mistake(
    "unsupported-type",
    "parameter 'price': msgspec puts no bounds on `Decimal`",
    "Take a Pydantic model with `Field(ge=0, decimal_places=2)`, an integer of cents, or check it "
    "in `__post_init__`",
)
async def bounds_decimal(price: Annotated[Decimal, msgspec.Meta(ge=0)]) -> None: ...


@mistake(
    "unsupported-type",
    "parameter 'p': `<class 'int'>` has no members that a patch could name",
    "Write a msgspec.Struct, dataclass, TypedDict, attrs class or Pydantic model",
    method="PATCH",
)
async def patches_int(p: Patch[int]) -> None: ...


@mistake(
    "unsupported-type",
    "parameter 'p' does not say what it is a patch of",
    "Write `Patch[T]` with the type that it changes",
    method="PATCH",
)
async def patches_nothing(p: Patch) -> None: ...  # type: ignore[type-arg]


@mistake(
    "unsupported-return",
    "the return annotation: `Shelf` is not a type that JSON can be read into or written from",
    JSON_CLASSES,
)
async def returns_shelf() -> Shelf: ...  # type: ignore[empty-body]


@mistake(
    "unsupported-return",
    "the return annotation: If a type union contains multiple Struct types, all Struct types must "
    "be tagged (via `tag` or `tag_field` kwarg) - type "
    f"`typing.Union[{__name__}.Book, {__name__}.Author]` is not supported",
    'Tell them apart: `class A(msgspec.Struct, tag="a")`, or use one type for both',
)
async def returns_either() -> Book | Author: ...  # type: ignore[empty-body]


@mistake(
    "reply-without-type",
    "`Created` does not say what it carries",
    "Write `Created[T]` with the type of the value",
)
async def returns_created() -> Created: ...  # type: ignore[type-arg, empty-body]


@mistake(
    "status-without-body",
    "status 204 has no body, and the handler returns `Book`",
    "Return None, or choose another status",
    status=204,
)
async def returns_book_in_nothing() -> Book: ...  # type: ignore[empty-body]


@mistake("status", "status 99 is none that an answer can have", "Write 200 to 599", status=99)
async def returns_99() -> Book: ...  # type: ignore[empty-body]


@mistake(
    "method",
    "FETCH is not a method that can be routed",
    "Use one of DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT, QUERY",
    method="FETCH",
)
async def fetches() -> None: ...


@mistake("template", "path '/x//y' has an empty segment", "Write one slash, not two", path="/x//y")
async def has_empty_segment() -> None: ...


@mistake(
    "template",
    "parameter 'id' wants the convertor 'number', which is not registered",
    "Use one of date, int, path, str, uuid, or register it",
    path="/x/{id:number}",
)
async def wants_number(id: int) -> None: ...


@mistake(
    "limits",
    "a depth of 1000 cannot be kept",
    "Write Limits(depth=...) with 1 to 200",
    limits=Limits(depth=1000),
)
async def goes_deep() -> None: ...


@mistake(
    "security-scheme",
    "security=['kee'] is none of the app's security_schemes",
    "Write App(security_schemes={'kee': ...})",
    security=["kee"],
)
async def wants_a_scheme() -> None: ...


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[4]}-{case[2].__name__}")
def test_the_text_of_each_mistake(case: Case) -> None:
    method, path, handler, options, code, problem, remedy = case
    app = App()
    app.route(path, methods=[method], **options)(handler)
    with pytest.raises(BuildError) as caught:
        app.build()
    where = f"Route {f'{method} {path}'!r} ({place(handler)})"
    assert caught.value.mistakes == (Mistake(code, where, problem, remedy),)
    assert str(caught.value) == (
        f"the app cannot be built: 1 mistake\n  {where}: {problem}. {remedy}. [{code}]"
    )


def place(function: Callable[..., Any]) -> str:
    code = function.__code__
    return (
        f"{function.__module__}:{function.__qualname__}, {code.co_filename}:{code.co_firstlineno}"
    )
