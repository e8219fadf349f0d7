from typing import Any

from pyramid.request import Request
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from .meta import Base


class Author(Base):
    __tablename__ = "authors"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    born: Mapped[int | None]
    died: Mapped[int | None]
    bio: Mapped[str] = mapped_column(String(2000))

    def __json__(self, request: Request) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "born": self.born,
            "died": self.died,
            "bio": self.bio,
        }
