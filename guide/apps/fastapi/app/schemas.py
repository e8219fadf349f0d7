"""What comes in and what goes out."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import (
    MISSING,
    BaseModel,
    EmailStr,
    Field,
    FiniteFloat,
    ValidationInfo,
    field_validator,
)

# Text without NUL, which PostgreSQL does not store; and text that is not only white space.
TEXT = r"^[^\x00]*$"
NOT_BLANK = r"^[^\x00]*[^\x00\s][^\x00]*$"
MAX_ID = 2**31 - 1  # of a column of type INTEGER

Id = Annotated[int, Field(ge=1, le=MAX_ID)]
Year = Annotated[int, Field(ge=-3000, le=2100)]
Stock = Annotated[int, Field(ge=0, le=1_000_000)]
Quantity = Annotated[int, Field(ge=1, le=100)]

Name = Annotated[str, Field(min_length=1, max_length=200, pattern=NOT_BLANK)]
Title = Annotated[str, Field(min_length=1, max_length=300, pattern=NOT_BLANK)]
Bio = Annotated[str, Field(max_length=2000, pattern=TEXT)]
Description = Annotated[str, Field(max_length=5000, pattern=TEXT)]
Email = Annotated[EmailStr, Field(max_length=254)]
Isbn = Annotated[str, Field(pattern=r"^97[89][0-9]{10}$")]
Price = Annotated[Decimal, Field(ge=Decimal("0.01"), le=Decimal("9999.99"), decimal_places=2)]
BookFormat = Literal["hardcover", "paperback", "ebook", "audiobook"]


class Message(BaseModel):
    detail: str


class Health(BaseModel):
    status: Literal["ok"] = "ok"


# Lists

T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    items: Annotated[list[T], Field(max_length=100)]
    total: Annotated[int, Field(ge=0)]
    page: Annotated[int, Field(ge=1)]
    per_page: Annotated[int, Field(ge=1, le=100)]


class PageQuery(BaseModel):
    page: Annotated[int, Field(ge=1, le=MAX_ID)] = 1
    per_page: Annotated[int, Field(ge=1, le=100)] = 20


class SearchQuery(PageQuery):
    q: Annotated[str | None, Field(max_length=100, pattern=TEXT)] = None


class AuthorQuery(SearchQuery):
    sort: Annotated[
        Literal["name", "-name", "born", "-born"], Field(description="Ties are broken by id.")
    ] = "name"


class BookQuery(SearchQuery):
    author_id: Annotated[int | None, Field(ge=1, le=MAX_ID)] = None
    price_min: Annotated[FiniteFloat | None, Field(ge=0)] = None
    price_max: Annotated[FiniteFloat | None, Field(ge=0)] = None
    sort: Annotated[
        Literal["title", "-title", "price", "-price", "year", "-year"],
        Field(description="Ties are broken by id."),
    ] = "title"


# Accounts


class Credentials(BaseModel):
    username: Annotated[str, Field(min_length=1, max_length=150, pattern=TEXT)]
    password: Annotated[str, Field(min_length=1, max_length=200)]


class Token(BaseModel):
    access_token: str
    token_type: Literal["bearer"] = "bearer"
    expires_in: Annotated[int, Field(description="In seconds.")]


class UserPublic(BaseModel):
    id: int
    username: str
    email: EmailStr
    full_name: str
    is_staff: bool


class UserUpdate(BaseModel):
    email: Email | MISSING = MISSING
    full_name: Name | MISSING = MISSING


# Authors


class AuthorCreate(BaseModel):
    name: Name
    born: Year | None = None
    died: Year | None = None
    bio: Bio = ""

    @field_validator("died")
    @classmethod
    def died_after_birth(cls, died: int | None, info: ValidationInfo) -> int | None:
        born = info.data.get("born")
        if born is not None and died is not None and died < born:
            raise ValueError("must not be earlier than born")
        return died


class AuthorUpdate(BaseModel):
    name: Name | MISSING = MISSING
    born: Year | None | MISSING = MISSING
    died: Year | None | MISSING = MISSING
    bio: Bio | MISSING = MISSING


class AuthorRef(BaseModel):
    id: int
    name: str


class AuthorPublic(AuthorRef):
    born: int | None
    died: int | None
    bio: str


# Books


class BookCreate(BaseModel):
    title: Title
    author_id: Id
    isbn: Isbn
    price: Price
    year: Year
    format: BookFormat
    stock: Stock = 0
    description: Description = ""


class BookUpdate(BaseModel):
    title: Title | MISSING = MISSING
    author_id: Id | MISSING = MISSING
    isbn: Isbn | MISSING = MISSING
    price: Price | MISSING = MISSING
    year: Year | MISSING = MISSING
    format: BookFormat | MISSING = MISSING
    stock: Stock | MISSING = MISSING
    description: Description | MISSING = MISSING


class BookPublic(BaseModel):
    id: int
    title: str
    author: AuthorRef
    isbn: Isbn
    price: Decimal
    year: int
    format: BookFormat
    stock: Annotated[int, Field(ge=0)]
    description: str
    created_at: datetime


# Orders


class OrderLineCreate(BaseModel):
    book_id: Id
    quantity: Quantity


class OrderCreate(BaseModel):
    lines: Annotated[list[OrderLineCreate], Field(min_length=1, max_length=50)]


class OrderLinePublic(BaseModel):
    book_id: int
    title: str
    quantity: int
    unit_price: Decimal


class OrderPublic(BaseModel):
    id: int
    customer: Annotated[str, Field(description="The username of who ordered.")]
    created_at: datetime
    total: Decimal
    lines: Annotated[list[OrderLinePublic], Field(min_length=1)]
