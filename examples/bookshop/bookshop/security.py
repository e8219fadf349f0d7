"""Passwords, tokens, and who is calling."""

from datetime import UTC, datetime
from typing import Annotated, NewType

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from restive import Forbidden, Header
from sqlalchemy import select
from sqlalchemy.orm import Session

from bookshop import settings
from bookshop.problems import LoginNeeded
from bookshop.tables import User

ALGORITHM = "HS256"

hasher = PasswordHasher()
# Verified when there is no such user, so that the answer takes as long.
NOBODYS_HASH = hasher.hash("nobody's password")

Staff = NewType("Staff", User)


def log_in(session: Session, username: str, password: str) -> User | None:
    user = find_user(session, username)
    try:
        hasher.verify(user.password_hash if user else NOBODYS_HASH, password)
    except VerificationError:
        return None
    return user


def make_token(user: User) -> str:
    claims = {"sub": user.username, "exp": datetime.now(UTC) + settings.TOKEN_LIFETIME}
    return jwt.encode(claims, settings.SECRET_KEY, algorithm=ALGORITHM)


def current_user(session: Session, authorization: Annotated[str, Header()] = "") -> User:
    """Return whose token it is. Raises LoginNeeded."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise LoginNeeded
    try:
        claims = jwt.decode(
            token,
            settings.SECRET_KEY,
            algorithms=[ALGORITHM],
            options={"require": ["sub", "exp"]},
        )
    except jwt.InvalidTokenError:
        raise LoginNeeded("The token is not good, or no longer.") from None
    user = find_user(session, claims["sub"])
    if user is None:
        raise LoginNeeded("The token is not good, or no longer.")
    return user


def current_staff(user: User) -> Staff:
    """Return the user who is calling. Raises Forbidden when they may not write."""
    if not user.is_staff:
        raise Forbidden("Only staff may do this.")
    return Staff(user)


def find_user(session: Session, username: str) -> User | None:
    return session.scalar(select(User).where(User.username == username))
