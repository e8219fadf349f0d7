"""Who is calling (a JWT names the user) and what the contexts' ACLs allow them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from pyramid.authorization import ACLHelper, Authenticated, Everyone
from pyramid.config import Configurator
from pyramid.request import Request, RequestLocalCache
from pyramid.security import Allowed, Denied
from sqlalchemy import select

from .models import User

STAFF = "role:staff"
LIFETIME = timedelta(hours=1)


class JWTSecurityPolicy:
    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.acl = ACLHelper()
        self.identity_cache = RequestLocalCache(self.load_identity)

    def load_identity(self, request: Request) -> User | None:
        if request.authorization is None or request.authorization.authtype.lower() != "bearer":
            return None
        try:
            claims = jwt.decode(
                request.authorization.params,
                self.secret,
                algorithms=["HS256"],
                options={"require": ["exp", "sub"]},
            )
        except jwt.InvalidTokenError:
            return None
        return request.dbsession.scalar(select(User).where(User.username == claims["sub"]))

    def identity(self, request: Request) -> User | None:
        return self.identity_cache.get_or_create(request)

    def authenticated_userid(self, request: Request) -> str | None:
        user = self.identity(request)
        return None if user is None else user.username

    def permits(self, request: Request, context: Any, permission: str) -> Allowed | Denied:
        principals = [Everyone]
        user = self.identity(request)
        if user is not None:
            principals.append(Authenticated)
            if user.is_staff:
                principals.append(STAFF)
        return self.acl.permits(context, principals, permission)

    def remember(self, request: Request, userid: str, **kw: Any) -> list[tuple[str, str]]:
        """Return no headers: the client keeps the token that it was given."""
        return []

    def forget(self, request: Request, **kw: Any) -> list[tuple[str, str]]:
        """Return the challenge of RFC 6750."""
        challenge = 'Bearer error="invalid_token"' if request.authorization else "Bearer"
        return [("WWW-Authenticate", challenge)]

    def create_token(self, user: User) -> str:
        claims = {"sub": user.username, "exp": datetime.now(UTC) + LIFETIME}
        return jwt.encode(claims, self.secret, algorithm="HS256")


def includeme(config: Configurator) -> None:
    policy = JWTSecurityPolicy(config.registry.settings["bookshop.secret"])
    config.set_security_policy(policy)
    config.add_request_method(lambda request, user: policy.create_token(user), "create_token")
