from typing import Annotated

import jwt
from fastapi import Depends, HTTPException, Path, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlmodel import Session, select

from app.database import get_session
from app.errors import not_found, unauthorized
from app.models import Author, Book, User
from app.schemas import MAX_ID
from app.security import decode_access_token

# As many sessions at once as SQLAlchemy's pool has connections: 5, and 10 more when needed. With
# this scope a connection goes back before the response is sent, however slow the client.
SessionDep = Annotated[Session, Depends(get_session, scope="function", max_concurrency=15)]
IdPath = Annotated[int, Path(ge=1, le=MAX_ID)]

bearer = HTTPBearer(bearerFormat="JWT")


def get_current_user(
    session: SessionDep, credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]
) -> User:
    try:
        username = decode_access_token(credentials.credentials)
    except jwt.InvalidTokenError:
        raise unauthorized("Could not validate credentials") from None
    user = session.exec(select(User).where(User.username == username)).first()
    if user is None:
        raise unauthorized("Could not validate credentials")
    return user


CurrentUser = Annotated[User, Depends(get_current_user)]


def require_staff(user: CurrentUser) -> None:
    if not user.is_staff:
        raise HTTPException(status.HTTP_403_FORBIDDEN, "Only staff may do this")


def get_author(id: IdPath, session: SessionDep) -> Author:
    author = session.get(Author, id)
    if author is None:
        raise not_found("Author")
    return author


def get_book(id: IdPath, session: SessionDep) -> Book:
    book = session.get(Book, id)
    if book is None:
        raise not_found("Book")
    return book


AuthorDep = Annotated[Author, Depends(get_author)]
BookDep = Annotated[Book, Depends(get_book)]
