"""flask-smorest's classes, with this API's conventions."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, NoReturn

import flask_smorest
from apispec.ext.marshmallow import MarshmallowPlugin, resolver
from flask import Flask, Request
from flask.json.provider import DefaultJSONProvider
from flask_jwt_extended import current_user, jwt_required
from flask_smorest import abort
from flask_smorest.error_handler import ErrorSchema
from marshmallow import Schema
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException

View = Callable[..., Any]


class StrictJSONProvider(DefaultJSONProvider):
    """JSON as RFC 8259 has it: no NaN, no Infinity, and no nesting that Python cannot follow."""

    sort_keys = False

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        try:
            return super().loads(s, parse_constant=self._refuse, **kwargs)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error

    @staticmethod
    def _refuse(constant: str) -> NoReturn:
        raise ValueError(f"{constant} is not JSON")


class JSONParser(FlaskParser):
    """Bodies are read by Flask, which answers 415 to other types and 400 to what is not JSON."""

    def load_json(self, req: Request, schema: Schema) -> Any:
        return req.get_json()


class Blueprint(flask_smorest.Blueprint):
    ARGUMENTS_PARSER = JSONParser()

    def arguments(self, schema: Any, *, location: str = "json", **kwargs: Any) -> Any:
        decorate = super().arguments(schema, location=location, **kwargs)
        if location != "json":
            return decorate
        return lambda view: decorate(self.errors(400, 413, 415)(view))

    def errors(self, *statuses: int) -> Callable[[View], View]:
        """Document the errors that an operation answers with."""

        def decorate(view: View) -> View:
            for status in statuses:
                view = self.alt_response(status, HTTPStatus(status).name)(view)
            return view

        return decorate

    def login_required(self, view: View) -> View:
        challenge = {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}}
        view = self.alt_response(401, schema=ErrorSchema, headers=challenge)(jwt_required()(view))
        return self.doc(security=[{"bearer": []}])(view)

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


class Api(flask_smorest.Api):
    def __init__(self, app: Flask) -> None:
        plugin = MarshmallowPlugin(schema_name_resolver=schema_name)
        super().__init__(app, spec_kwargs={"marshmallow_plugin": plugin})

    def handle_http_exception(self, error: HTTPException) -> Any:
        """Keep the headers that belong to an error, such as the Allow of a 405."""
        payload, status, extra = super().handle_http_exception(error)
        headers = Headers(error.get_headers())
        headers.remove("Content-Type")
        headers.update(extra or {})
        return payload, status, headers
