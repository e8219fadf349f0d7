"""The tables."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Numeric, String, Text, TypeDecorator
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .database import db


class UTCDateTime(TypeDecorator[datetime]):
    """A moment with its time zone, also on SQLite (after a recipe of SQLAlchemy's)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


def now() -> datetime:
    return datetime.now(UTC)


Key = Annotated[int, mapped_column(primary_key=True)]
Moment = Annotated[datetime, mapped_column(UTCDateTime, default=now)]
# The scale alone: PostgreSQL would cast the bounds of a search to the column's precision.
Money = Annotated[Decimal, mapped_column(Numeric(scale=2))]


class User(db.Model):
    id: Mapped[Key]
    username: Mapped[str] = mapped_column(String(150), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    email: Mapped[str] = mapped_column(String(254))
    full_name: Mapped[str] = mapped_column(String(200))
    is_staff: Mapped[bool] = mapped_column(default=False)


class Author(db.Model):
    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(200), index=True)
    born: Mapped[int | None]
    died: Mapped[int | None]
    bio: Mapped[str] = mapped_column(Text, default="")


class Book(db.Model):
    __table_args__ = (CheckConstraint("stock >= 0", name="stock_not_negative"),)

    id: Mapped[Key]
    title: Mapped[str] = mapped_column(String(300), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("author.id"), index=True)
    isbn: Mapped[str] = mapped_column(String(13), unique=True)
    price: Mapped[Money]
    year: Mapped[int]
    format: Mapped[str] = mapped_column(String(10))
    stock: Mapped[int] = mapped_column(default=0)
    description: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[Moment]

    author: Mapped[Author] = relationship()


class Order(db.Model):
    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    created_at: Mapped[Moment]

    user: Mapped[User] = relationship()
    lines: Mapped[list["OrderLine"]] = relationship(order_by="OrderLine.id")

    @property
    def total(self) -> Decimal:
        return sum((line.unit_price * line.quantity for line in self.lines), Decimal(0))


class OrderLine(db.Model):
    id: Mapped[Key]
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("book.id"), index=True)
    quantity: Mapped[int]
    unit_price: Mapped[Money]

    book: Mapped[Book] = relationship()
