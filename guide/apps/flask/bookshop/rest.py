"""The blueprint that all resources use, with this API's conventions."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

import flask_smorest
from apispec.ext.marshmallow import resolver
from flask import Request
from flask_jwt_extended import current_user, jwt_required
from flask_smorest import abort
from marshmallow import Schema
from webargs.flaskparser import FlaskParser

View = Callable[..., Any]


class Parser(FlaskParser):
    """Bodies are read by Flask, which answers 415 to those that are not sent as JSON."""

    def load_json(self, req: Request, schema: Schema) -> Any:
        return req.get_json()


class Blueprint(flask_smorest.Blueprint):
    ARGUMENTS_PARSER = Parser()

    def errors(self, *statuses: int) -> Callable[[View], View]:
        """Document the errors that an operation answers with."""

        def decorate(view: View) -> View:
            for status in statuses:
                view = self.alt_response(status, HTTPStatus(status).name)(view)
            return view

        return decorate

    def login_required(self, view: View) -> View:
        return self.doc(security=[{"bearer": []}])(self.errors(401)(jwt_required()(view)))

    def staff_required(self, view: View) -> View:
        @wraps(view)
        def staff_view(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_staff:
                abort(403, message="Only staff may do this.")
            return view(*args, **kwargs)

        return self.login_required(self.errors(403)(staff_view))


def schema_name(schema: Any) -> str:
    """In the document, BookNewSchema is BookNew, and BookChange when it is loaded partially."""
    name = resolver(schema)
    return name.replace("New", "Change") if getattr(schema, "partial", False) else name
