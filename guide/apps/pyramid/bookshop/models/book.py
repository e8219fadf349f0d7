from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from pyramid.request import Request
from sqlalchemy import CheckConstraint, ForeignKey, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .author import Author
from .meta import Base, UTCDateTime


class Book(Base):
    __tablename__ = "books"
    __table_args__ = (CheckConstraint("stock >= 0", name="stock"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(300), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"), index=True)
    isbn: Mapped[str] = mapped_column(String(13), unique=True)
    price: Mapped[Decimal] = mapped_column(Numeric(6, 2), index=True)
    year: Mapped[int] = mapped_column(index=True)
    format: Mapped[str] = mapped_column(String(10))
    stock: Mapped[int]
    description: Mapped[str] = mapped_column(String(5000))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=lambda: datetime.now(UTC))

    author: Mapped[Author] = relationship()

    def __json__(self, request: Request) -> dict[str, Any]:
        return {
            "id": self.id,
            "title": self.title,
            "author": {"id": self.author.id, "name": self.author.name},
            "isbn": self.isbn,
            "price": self.price,
            "year": self.year,
            "format": self.format,
            "stock": self.stock,
            "description": self.description,
            "created_at": self.created_at,
        }
