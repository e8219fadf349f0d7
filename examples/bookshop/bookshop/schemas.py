"""What comes in and what goes out."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Generic, Literal, TypeVar

from msgspec import Meta, Struct, convert

MAX_ID = 2**31 - 1  # of a column of type INTEGER

# PostgreSQL cannot store NUL; `blank` texts are nothing but white space.
Text = Annotated[str, Meta(pattern=r"^[^\x00]*$")]
NotBlank = Annotated[str, Meta(pattern=r"^(?!\s*$)[^\x00]*$")]

Id = Annotated[int, Meta(ge=1, le=MAX_ID)]
Year = Annotated[int, Meta(ge=-3000, le=2100)]
Name = Annotated[NotBlank, Meta(min_length=1, max_length=200)]
Email = Annotated[str, Meta(pattern=r"^[^@\s\x00]+@[^@\s.\x00]+(\.[^@\s.\x00]+)+$", max_length=254)]
Isbn = Annotated[str, Meta(pattern=r"^97[89][0-9]{10}$", max_length=13)]
Format = Literal["hardcover", "paperback", "ebook", "audiobook"]
Price = (
    Annotated[float, Meta(ge=0.01, le=9999.99, description="0.01 to 9999.99, two decimals at most")]
    | Annotated[str, Meta(pattern=r"^(?!0+(\.0+)?$)[0-9]{1,4}(\.[0-9]{1,2})?$")]
)

T = TypeVar("T")


def shown(kind: type[T], row: object) -> T:
    """Return what the world sees of a row."""
    return convert(row, kind, from_attributes=True)


class Input(Struct, kw_only=True, forbid_unknown_fields=True):
    """A body; what it does not name is refused."""


class Health(Struct):
    status: Literal["ok"] = "ok"


# Lists


class Page(Struct, Generic[T]):
    items: Annotated[list[T], Meta(max_length=100)]
    total: Annotated[int, Meta(ge=0)]
    page: Annotated[int, Meta(ge=1)]
    per_page: Annotated[int, Meta(ge=1, le=100)]


class PageQuery(Struct, kw_only=True):
    page: Annotated[int, Meta(ge=1, le=MAX_ID)] = 1
    per_page: Annotated[int, Meta(ge=1, le=100)] = 20


class SearchQuery(PageQuery, kw_only=True):
    q: Annotated[Text, Meta(max_length=100, description="Text in a name or title.")] = ""


class AuthorQuery(SearchQuery, kw_only=True):
    sort: Annotated[
        Literal["name", "-name", "born", "-born"], Meta(description="Ties are broken by id.")
    ] = "name"


class BookQuery(SearchQuery, kw_only=True):
    author_id: Id | None = None
    price_min: Annotated[float, Meta(ge=0)] | None = None
    price_max: Annotated[float, Meta(ge=0)] | None = None
    sort: Annotated[
        Literal["title", "-title", "price", "-price", "year", "-year"],
        Meta(description="Ties are broken by id."),
    ] = "title"


# Accounts


class Credentials(Input):
    username: Annotated[Text, Meta(min_length=1, max_length=150)]
    password: Annotated[str, Meta(min_length=1, max_length=200)]


class Token(Struct):
    access_token: str
    expires_in: Annotated[int, Meta(description="In seconds.")]
    token_type: Literal["bearer"] = "bearer"


class Account(Struct):
    id: int
    username: str
    email: str
    full_name: str
    is_staff: bool


class AccountIn(Input):
    email: Email
    full_name: Name


# Authors


class AuthorIn(Input):
    name: Name
    born: Year | None = None
    died: Year | None = None
    bio: Annotated[Text, Meta(max_length=2000)] = ""

    def __post_init__(self) -> None:
        if self.born is not None and self.died is not None and self.died < self.born:
            raise ValueError("died must not be earlier than born")


class AuthorRef(Struct):
    id: int
    name: str


class Author(Struct):
    id: int
    name: str
    born: int | None
    died: int | None
    bio: str


# Books


class BookIn(Input):
    title: Annotated[NotBlank, Meta(min_length=1, max_length=300)]
    author_id: Id
    isbn: Isbn
    price: Price
    year: Year
    format: Format
    stock: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    description: Annotated[Text, Meta(max_length=5000)] = ""


class Book(Struct):
    id: int
    title: str
    author: AuthorRef
    isbn: str
    price: Decimal
    year: int
    format: Format
    stock: int
    description: str
    created_at: datetime


# Orders


class OrderLineIn(Input):
    book_id: Id
    quantity: Annotated[int, Meta(ge=1, le=100)]


class OrderIn(Input):
    lines: Annotated[list[OrderLineIn], Meta(min_length=1, max_length=50)]


class OrderLine(Struct):
    book_id: int
    title: str
    quantity: int
    unit_price: Decimal


class Order(Struct):
    id: int
    customer: Annotated[str, Meta(description="The username of who ordered.")]
    created_at: datetime
    total: Decimal
    lines: list[OrderLine]
