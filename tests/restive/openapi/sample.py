"""A small shop as operations, for the tests of the document and of the pages."""

import datetime
import enum
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

from msgspec import Meta, Struct

from restive._typing import Source
from restive.errors import Conflict, NotFound, Problem
from restive.openapi.build import Info
from restive.operation import BodySpec, Operation, Param, ResponseSpec

T = TypeVar("T")
BOTH = ("application/json", "application/msgpack")


class Genre(enum.Enum):
    """What a book is about."""

    NOVEL = "novel"
    POETRY = "poetry"


class Author(Struct):
    """Who wrote it."""

    name: Annotated[str, Meta(min_length=1, max_length=80, examples=["Ursula K. Le Guin"])]
    born: datetime.date | None = None


class BookIn(Struct, forbid_unknown_fields=True, kw_only=True):
    """A book as it is sent."""

    title: Annotated[str, Meta(min_length=1, description="As on the cover.")]
    author: Author
    price: Annotated[Decimal, Meta(examples=["9.99"])]
    genre: Genre = Genre.NOVEL
    tags: list[str] = []


class Book(BookIn, kw_only=True):
    """A book as it stands on the shelf."""

    id: int
    added_at: datetime.datetime
    sequel: "Book | None" = None


class Page(Struct, Generic[T]):
    """One page of a list."""

    items: list[T]
    next: str | None


class Paperback(Struct, tag="paperback"):
    pages: int


class Audio(Struct, tag="audio"):
    minutes: int


class OutOfStock(Problem):
    """There are not enough copies left."""

    status = 409
    code = "out_of_stock"
    left: int


def handler() -> None:
    """Stands for all handlers."""


def operation(method: str, path: str, name: str, **options: Any) -> Operation:
    source = Source("shop", name, "shop.py", 1)
    given = {"id": name, "name": name, "handler": handler, "source": source, **options}
    return Operation(method=method, path=path, **given)


def param(name: str, tp: Any, location: Any = "query", **options: Any) -> Param:
    return Param(name=name, argument=name, location=location, type=tp, **options)


def body(tp: Any, media_types: tuple[str, ...] = BOTH, **options: Any) -> BodySpec:
    return BodySpec(argument="body", type=tp, media_types=media_types, **options)


def answer(status: int, tp: Any = None, **options: Any) -> ResponseSpec:
    types = BOTH if tp is not None else ()
    return ResponseSpec(status=status, **{"type": tp, "media_types": types, **options})


ID = param("id", Annotated[int, Meta(ge=1)], "path", description="The book's number.")
IN_PATH = {"params": (ID,), "path_types": {"id": {"type": "integer"}}, "tags": ("books",)}
OPERATIONS = [
    operation(
        "GET",
        "/books",
        "list_books",
        tags=("books",),
        description="All books, *newest* first.",
        params=(
            param("limit", Annotated[int, Meta(ge=1, le=100, description="How many.")], default=20),
            param("tag", list[str], factory=list, example=["new", "used"]),
            param("genre", Genre | None, default=None),
            param("q", str | None, default=None, deprecated=True, description="Words to look for."),
            param("x-trace", str | None, "header", default=None),
        ),
        responses=(answer(200, Page[Book], headers={"Link": "The next page."}),),
    ),
    operation(
        "POST",
        "/books",
        "create_book",
        tags=("books",),
        summary="Add a book",
        body=body(BookIn, description="The new book."),
        responses=(answer(201, Book, headers={"Location": "Where it is."}),),
        raises=(Conflict, OutOfStock),
        security=("token",),
    ),
    operation(
        "GET",
        "/books/{id:int}",
        "read_book",
        responses=(answer(200, Book),),
        raises=(NotFound,),
        **IN_PATH,
    ),
    operation(
        "PATCH",
        "/books/{id:int}",
        "change_book",
        body=body(BookIn, ("application/merge-patch+json", "application/json"), patch=True),
        responses=(answer(200, Book),),
        raises=(NotFound,),
        security=("token",),
        **IN_PATH,
    ),
    operation(
        "DELETE",
        "/books/{id:int}",
        "remove_book",
        responses=(answer(204),),
        raises=(NotFound,),
        deprecated=True,
        **IN_PATH,
    ),
    operation(
        "PUT",
        "/books/{id:int}/cover",
        "put_cover",
        body=body(bytes, ("image/png", "image/jpeg"), raw=True),
        responses=(answer(204),),
        **IN_PATH,
    ),
    operation(
        "GET",
        "/editions/{isbn}",
        "read_edition",
        tags=("editions",),
        params=(param("isbn", str, "path"),),
        responses=(answer(200, Paperback | Audio),),
        unknown_query="ignore",
    ),
    operation("GET", "/internal", "internal", hidden=True, responses=(answer(200, str),)),
]
SEARCH = operation(
    "QUERY",
    "/books",
    "search_books",
    tags=("books",),
    body=body(dict[str, Any]),
    responses=(answer(200, Page[Book]),),
)
INFO = Info(
    title="Bookshop",
    version="1.2.0",
    summary="Books, new and used.",
    description="A shop that sells **books**.\n\nAnd nothing else.",
    tags={"books": "What is on the shelves."},
    security_schemes={"token": {"type": "http", "scheme": "bearer"}},
    extra={"license": {"name": "MIT"}},
)
