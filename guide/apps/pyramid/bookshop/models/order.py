from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from pyramid.request import Request
from sqlalchemy import ForeignKey, Numeric
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from .book import Book
from .meta import Base, UTCDateTime
from .user import User


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(
        UTCDateTime, default=lambda: datetime.now(UTC), index=True
    )

    user: Mapped[User] = relationship()
    lines: Mapped[list["OrderLine"]] = relationship(order_by="OrderLine.id")

    @classmethod
    def whole(cls) -> list[ORMOption]:
        """Return the options that load an order with all that its JSON needs."""
        return [joinedload(cls.user), selectinload(cls.lines).joinedload(OrderLine.book)]

    def __json__(self, request: Request) -> dict[str, Any]:
        return {
            "id": self.id,
            "customer": self.user.username,
            "created_at": self.created_at,
            "total": sum((line.quantity * line.unit_price for line in self.lines), Decimal(0)),
            "lines": self.lines,
        }


class OrderLine(Base):
    __tablename__ = "order_lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id"), index=True)
    quantity: Mapped[int]
    unit_price: Mapped[Decimal] = mapped_column(Numeric(6, 2))

    book: Mapped[Book] = relationship()

    def __json__(self, request: Request) -> dict[str, Any]:
        return {
            "book_id": self.book_id,
            "title": self.book.title,
            "quantity": self.quantity,
            "unit_price": self.unit_price,
        }
