"""Tokens and the caller's own account."""

from typing import Any

from flask import current_app
from flask.views import MethodView
from flask_jwt_extended import create_access_token, current_user
from flask_smorest import abort

from ..auth import authenticate
from ..database import db
from ..models import User
from ..rest import Blueprint
from ..schemas import CredentialsSchema, TokenSchema, UserChangeSchema, UserSchema

blp = Blueprint("account", __name__, description="Tokens and the caller's own account.")


@blp.route("/auth/token")
class Token(MethodView):
    @blp.doc(operationId="createToken")
    @blp.arguments(CredentialsSchema)
    @blp.response(200, TokenSchema)
    @blp.errors(401)
    def post(self, credentials: dict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
        """Log in"""
        user = authenticate(**credentials)
        if user is None:
            challenge = {"WWW-Authenticate": "Bearer"}
            abort(401, message="Unknown name or wrong password.", headers=challenge)
        token = {
            "access_token": create_access_token(identity=user.username),
            "token_type": "Bearer",
            "expires_in": int(current_app.config["JWT_ACCESS_TOKEN_EXPIRES"].total_seconds()),
        }
        return token, {"Cache-Control": "no-store"}


@blp.route("/me")
class Me(MethodView):
    @blp.login_required
    @blp.doc(operationId="getMe")
    @blp.response(200, UserSchema)
    def get(self) -> User:
        """The caller's own account"""
        return current_user

    @blp.login_required
    @blp.doc(operationId="updateMe")
    @blp.arguments(UserChangeSchema)
    @blp.response(200, UserSchema)
    def patch(self, changes: dict[str, str]) -> User:
        """Change the caller's name or e-mail address"""
        for name, value in changes.items():
            setattr(current_user, name, value)
        db.session.commit()
        return current_user
