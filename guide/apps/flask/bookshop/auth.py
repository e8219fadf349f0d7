"""Tokens: who is calling."""

import secrets
from typing import Any

from flask.typing import ResponseReturnValue
from flask_jwt_extended import JWTManager
from sqlalchemy import select
from werkzeug.security import check_password_hash, generate_password_hash

from .database import db
from .models import User

jwt = JWTManager()

# Checked in place of an unknown user's, so that the answer takes as long.
NOBODYS_HASH = generate_password_hash(secrets.token_hex())


def find_user(username: str) -> User | None:
    return db.session.scalar(select(User).where(User.username == username))


def authenticate(username: str, password: str) -> User | None:
    user = find_user(username)
    matches = check_password_hash(user.password_hash if user else NOBODYS_HASH, password)
    return user if matches else None


@jwt.user_lookup_loader
def load_user(_header: dict[str, Any], claims: dict[str, Any]) -> User | None:
    return find_user(claims["sub"])


@jwt.token_verification_loader
def has_expiry(_header: dict[str, Any], claims: dict[str, Any]) -> bool:
    return "exp" in claims


def unauthorized(message: str, challenge: str) -> ResponseReturnValue:
    body = {"code": 401, "status": "Unauthorized", "message": message}
    return body, 401, {"WWW-Authenticate": challenge}


@jwt.unauthorized_loader
def no_token(reason: str) -> ResponseReturnValue:
    return unauthorized(reason, "Bearer")


@jwt.invalid_token_loader
def invalid_token(reason: str) -> ResponseReturnValue:
    return unauthorized(reason, 'Bearer error="invalid_token"')


@jwt.expired_token_loader
@jwt.token_verification_failed_loader
@jwt.user_lookup_error_loader
def unacceptable_token(_header: dict[str, Any], _claims: dict[str, Any]) -> ResponseReturnValue:
    return invalid_token("The token has expired or never does, or its user is gone.")
