from datetime import UTC, datetime

import jwt
from pwdlib import PasswordHash
from sqlmodel import Session, select

from app.config import settings
from app.models import User

ALGORITHM = "HS256"

password_hash = PasswordHash.recommended()
# Verified when there is no such user, so that the answer takes the same time.
DUMMY_HASH = password_hash.hash("dummypassword")


def authenticate_user(session: Session, username: str, password: str) -> User | None:
    user = session.exec(select(User).where(User.username == username)).first()
    verified = password_hash.verify(password, user.hashed_password if user else DUMMY_HASH)
    return user if user and verified else None


def create_access_token(user: User) -> str:
    claims = {"sub": user.username, "exp": datetime.now(UTC) + settings.token_lifetime}
    return jwt.encode(claims, settings.secret_key, algorithm=ALGORITHM)


def decode_access_token(token: str) -> str:
    """The username in the token; raises `jwt.InvalidTokenError`."""
    claims = jwt.decode(
        token,
        settings.secret_key,
        algorithms=[ALGORITHM],
        options={"require": ["sub", "exp"]},
    )
    return claims["sub"]
