"""Tokens, and the caller's own account."""

from restive import Patch, Router
from sqlalchemy.orm import Session

from bookshop import settings
from bookshop.problems import LoginNeeded
from bookshop.schemas import Account, AccountIn, Credentials, Token, shown
from bookshop.security import log_in, make_token
from bookshop.tables import User

router = Router(tags=["account"], raises=[LoginNeeded])


@router.post("/auth/token")
def create_token(credentials: Credentials, session: Session) -> Token:
    """Log in"""
    user = log_in(session, credentials.username, credentials.password)
    if user is None:
        raise LoginNeeded("The name or the password is wrong.")
    return Token(make_token(user), int(settings.TOKEN_LIFETIME.total_seconds()))


@router.get("/me", security=["bearer"])
def read_me(user: User) -> Account:
    """The caller's own account"""
    return shown(Account, user)


@router.patch("/me", security=["bearer"])
def update_me(change: Patch[AccountIn], user: User, session: Session) -> Account:
    """Change the caller's name or e-mail address"""
    change.apply(user)
    session.commit()
    return shown(Account, user)
