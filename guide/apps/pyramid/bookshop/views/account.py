from typing import Any

from pyramid.httpexceptions import HTTPUnauthorized
from pyramid.request import Request
from pyramid.security import forget
from pyramid.view import view_config, view_defaults
from sqlalchemy import select

from ..models import User
from ..resources import Account
from ..security import LIFETIME

# Checked for names that nobody has, so that they take as long as those that somebody has.
NOBODY = User()
NOBODY.set_password("")


@view_config(route_name="token", request_method="POST", renderer="json", openapi=True)
def create_token(request: Request) -> dict[str, Any]:
    body = request.openapi_validated.body
    user = request.dbsession.scalar(select(User).where(User.username == body["username"]))
    if not (user or NOBODY).check_password(body["password"]) or user is None:
        raise HTTPUnauthorized("The name or the password is wrong.", headers=forget(request))
    return {
        "access_token": request.create_token(user),
        "token_type": "Bearer",
        "expires_in": int(LIFETIME.total_seconds()),
    }


@view_defaults(route_name="me", renderer="json", openapi=True)
class MeViews:
    def __init__(self, context: Account, request: Request) -> None:
        self.request = request

    @view_config(request_method="GET", permission="view")
    def read(self) -> User:
        return self.request.identity

    @view_config(request_method="PATCH", permission="edit")
    def update(self) -> User:
        user = self.request.identity
        for name, value in self.request.openapi_validated.body.items():
            setattr(user, name, value)
        return user
