"""The tables: plain SQLAlchemy."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Numeric, String, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class UtcDateTime(TypeDecorator[datetime]):
    """A moment with its time zone, which SQLite forgets."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


def now() -> datetime:
    return datetime.now(UTC)


Key = Annotated[int, mapped_column(primary_key=True)]
Moment = Annotated[datetime, mapped_column(UtcDateTime, default=now)]
# The scale alone: PostgreSQL would cast the bounds of a search to the column's precision.
Money = Annotated[Decimal, mapped_column(Numeric(scale=2))]


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "user"

    id: Mapped[Key]
    username: Mapped[str] = mapped_column(String(150), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    email: Mapped[str] = mapped_column(String(254))
    full_name: Mapped[str] = mapped_column(String(200))
    is_staff: Mapped[bool] = mapped_column(default=False)


class Author(Base):
    __tablename__ = "author"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(200), index=True)
    born: Mapped[int | None]
    died: Mapped[int | None]
    bio: Mapped[str] = mapped_column(Text)


class Book(Base):
    __tablename__ = "book"
    __table_args__ = (CheckConstraint("stock >= 0"),)

    id: Mapped[Key]
    title: Mapped[str] = mapped_column(String(300), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey(Author.id), index=True)
    isbn: Mapped[str] = mapped_column(String(13), unique=True)
    price: Mapped[Money] = mapped_column(index=True)
    year: Mapped[int] = mapped_column(index=True)
    format: Mapped[str] = mapped_column(String(10))
    stock: Mapped[int]
    description: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Moment]

    author: Mapped[Author] = relationship()


class Order(Base):
    __tablename__ = "order"

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), index=True)
    created_at: Mapped[Moment] = mapped_column(index=True)

    user: Mapped[User] = relationship()
    lines: Mapped[list["OrderLine"]] = relationship(order_by="OrderLine.id")

    @property
    def customer(self) -> str:
        return self.user.username

    @property
    def total(self) -> Decimal:
        return sum((line.quantity * line.unit_price for line in self.lines), Decimal("0.00"))


class OrderLine(Base):
    __tablename__ = "order_line"

    id: Mapped[Key]
    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id), index=True)
    book_id: Mapped[int] = mapped_column(ForeignKey(Book.id), index=True)
    quantity: Mapped[int]
    unit_price: Mapped[Money]

    book: Mapped[Book] = relationship()

    @property
    def title(self) -> str:
        return self.book.title
