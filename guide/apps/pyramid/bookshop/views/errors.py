"""Every error is a JSON object: a message, and the fields at fault when it is about input."""

import logging
from typing import Any

from openapi_core.templating.media_types.exceptions import MediaTypeNotFound
from pyramid.exceptions import PredicateMismatch
from pyramid.httpexceptions import (
    HTTPBadRequest,
    HTTPException,
    HTTPInternalServerError,
    HTTPMethodNotAllowed,
    HTTPUnauthorized,
    HTTPUnsupportedMediaType,
)
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import forget
from pyramid.view import exception_view_config, forbidden_view_config
from pyramid_openapi3.exceptions import RequestValidationError, ResponseValidationError

from ..validation import InvalidInput, describe

log = logging.getLogger(__name__)


def as_json(error: HTTPException, **members: Any) -> Response:
    error.content_type = "application/json"
    error.json_body = {"message": error.detail or error.explanation, **members}
    return error


@exception_view_config(HTTPException)
def http_error(error: HTTPException, request: Request) -> Response:
    return as_json(error)


@exception_view_config(InvalidInput)
def invalid_input(error: InvalidInput, request: Request) -> Response:
    return as_json(error, errors=error.errors)


@exception_view_config(RequestValidationError)
def invalid_request(error: RequestValidationError, request: Request) -> Response:
    if any(isinstance(each.__cause__, MediaTypeNotFound) for each in error.errors):
        return as_json(HTTPUnsupportedMediaType("The body is of a type that is not taken here."))
    answer = HTTPBadRequest("The input is not valid.")
    return as_json(answer, errors=list(describe(error.errors)))


@exception_view_config(UnicodeDecodeError)
def undecodable(error: UnicodeDecodeError, request: Request) -> Response:
    """Answer paths (Pyramid's URLDecodeError), queries and bodies that cannot be decoded."""
    return as_json(HTTPBadRequest("The request is not UTF-8."))


@forbidden_view_config()
def forbidden(error: HTTPException, request: Request) -> Response:
    """Ask strangers who they are; tell others that they may not."""
    if request.is_authenticated:
        return as_json(error.__class__("You may not do this."))
    return as_json(HTTPUnauthorized("A valid token is needed.", headers=forget(request)))


@exception_view_config(PredicateMismatch)
def method_not_allowed(error: PredicateMismatch, request: Request) -> Response:
    """The path has views, but none for this method: openapi.yaml knows which it has."""
    spec = request.registry.settings["pyramid_openapi3"]["spec"].read_value()
    methods = spec["paths"].get(request.matched_route.pattern, {"get": {}, "head": {}})
    allowed = ", ".join(sorted(name.upper() for name in methods if name != "parameters"))
    return as_json(HTTPMethodNotAllowed(f"Only {allowed}.", headers={"Allow": allowed}))


@exception_view_config(ResponseValidationError)
@exception_view_config(Exception)
def server_error(error: Exception, request: Request) -> Response:
    log.error("%s %s failed", request.method, request.path_info, exc_info=error)
    return as_json(HTTPInternalServerError())
