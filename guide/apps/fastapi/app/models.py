"""The tables."""

from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint
from sqlmodel import Field, Relationship, SQLModel


def now() -> datetime:
    return datetime.now(UTC)


class User(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    username: str = Field(max_length=150, unique=True)
    hashed_password: str
    email: str = Field(max_length=254)
    full_name: str = Field(max_length=200)
    is_staff: bool = False


class Author(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=200, index=True)
    born: int | None = None
    died: int | None = None
    bio: str = ""


class Book(SQLModel, table=True):
    __table_args__ = (CheckConstraint("stock >= 0"),)

    id: int | None = Field(default=None, primary_key=True)
    title: str = Field(max_length=300, index=True)
    author_id: int = Field(foreign_key="author.id", index=True)
    isbn: str = Field(max_length=13, unique=True)
    price: Decimal = Field(max_digits=6, decimal_places=2, index=True)
    year: int = Field(index=True)
    format: str = Field(max_length=9)
    stock: int = 0
    description: str = ""
    created_at: datetime = Field(default_factory=now)

    author: Author = Relationship()


class Order(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id", index=True)
    created_at: datetime = Field(default_factory=now, index=True)

    user: User = Relationship()
    lines: list["OrderLine"] = Relationship(sa_relationship_kwargs={"order_by": "OrderLine.id"})

    @property
    def customer(self) -> str:
        return self.user.username

    @property
    def total(self) -> Decimal:
        return sum((line.quantity * line.unit_price for line in self.lines), Decimal("0.00"))


class OrderLine(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="order.id", index=True)
    book_id: int = Field(foreign_key="book.id", index=True)
    quantity: int
    unit_price: Decimal = Field(max_digits=6, decimal_places=2)

    book: Book = Relationship()

    @property
    def title(self) -> str:
        return self.book.title
