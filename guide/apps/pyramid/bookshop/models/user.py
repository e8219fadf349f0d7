from base64 import b64encode
from hashlib import sha256
from typing import Any

import bcrypt
from pyramid.request import Request
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from .meta import Base


def condense(password: str) -> bytes:
    """Bring a password under bcrypt's limit of 72 bytes, as bcrypt's documentation shows."""
    return b64encode(sha256(password.encode()).digest())


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(150), unique=True)
    password_hash: Mapped[str] = mapped_column(String(60))
    email: Mapped[str] = mapped_column(String(254))
    full_name: Mapped[str] = mapped_column(String(200))
    is_staff: Mapped[bool] = mapped_column(default=False)

    def set_password(self, password: str) -> None:
        self.password_hash = bcrypt.hashpw(condense(password), bcrypt.gensalt()).decode()

    def check_password(self, password: str) -> bool:
        return bcrypt.checkpw(condense(password), self.password_hash.encode())

    def __json__(self, request: Request) -> dict[str, Any]:
        return {
            "id": self.id,
            "username": self.username,
            "email": self.email,
            "full_name": self.full_name,
            "is_staff": self.is_staff,
        }
