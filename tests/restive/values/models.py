"""One bookshop in every kind of class that Restive takes, for the tests of this folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Generic, NamedTuple, NotRequired, TypedDict, TypeVar
from uuid import UUID

import attrs
import msgspec
import pydantic
from msgspec import Meta

T = TypeVar("T")


class Color(Enum):
    RED = "red"
    GREEN = "green"
    BLUE = "blue"


class Level(Enum):
    LOW = 1
    HIGH = 2


class Author(msgspec.Struct):
    name: str
    born: int | None = None


class Book(msgspec.Struct, forbid_unknown_fields=True, rename="camel", kw_only=True):
    book_id: Annotated[int, Meta(ge=1)]
    title: Annotated[str, Meta(min_length=1, max_length=20)]
    price: Decimal = Decimal(1)
    author: Author | None = None
    tags: list[str] = []
    color: Color = Color.RED
    published: date | None = None
    stock: dict[str, int] = {}
    sequels: list[Book] = []

    def __post_init__(self) -> None:
        if self.title == "refused":
            raise ValueError("This title is refused.")


@dataclass
class DataBook:
    book_id: int
    title: str
    tags: list[str] = field(default_factory=list)
    author: Author | None = None


class TypedBook(TypedDict):
    book_id: int
    title: str
    tags: NotRequired[list[str]]


@attrs.define
class AttrsBook:
    book_id: int = attrs.field(validator=attrs.validators.gt(0))
    title: str
    tags: list[str] = attrs.field(factory=list)


class PydanticAuthor(pydantic.BaseModel):
    name: str
    born: int | None = None


class PydanticBook(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")
    book_id: int = pydantic.Field(ge=1, alias="bookId")
    title: str = pydantic.Field(max_length=20)
    tags: list[str] = []
    author: PydanticAuthor | None = None
    choice: int | list[int] = 1

    @pydantic.model_validator(mode="after")
    def not_refused(self) -> PydanticBook:
        if self.title == "refused":
            raise ValueError("This title is refused.")
        return self


class StrictEvent(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(strict=True)
    day: date
    seats: int


class Page(msgspec.Struct, Generic[T]):
    items: list[T]
    total: int = 0


class Circle(msgspec.Struct, tag="circle"):
    radius: int


class Group(msgspec.Struct, tag="group"):
    name: str
    parts: list[Circle | Group] = []


class Point(NamedTuple):
    x: int
    y: int = 0


class Row(msgspec.Struct, array_like=True):
    number: int
    name: str = ""


class Everything(msgspec.Struct):
    """A field of each kind of value."""

    integer: int = 0
    number: float = 0.0
    text: str = ""
    flag: bool = False
    money: Decimal = Decimal(0)
    key: UUID | None = None
    moment: datetime | None = None
    data: bytes = b""
    color: Color = Color.RED
    level: Level = Level.LOW
    either: int | str | None = None
    pair: tuple[int, str] = (0, "")
    point: Point = Point(0)
    row: Row | None = None
    numbers: set[int] = set()
    table: dict[int, list[int]] = {}
    shape: Circle | Group | None = None
    book: PydanticBook | None = None
    anything: Any = None
    again: list[Everything] = []
