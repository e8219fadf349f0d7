"""Every error is a JSON object: a message, and the fields at fault when it is about input."""

import logging
from typing import Any

from openapi_core.templating.media_types.exceptions import MediaTypeNotFound
from pyramid.exceptions import URLDecodeError
from pyramid.httpexceptions import (
    HTTPBadRequest,
    HTTPException,
    HTTPForbidden,
    HTTPInternalServerError,
    HTTPNotFound,
    HTTPUnauthorized,
    HTTPUnsupportedMediaType,
)
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import forget
from pyramid.view import exception_view_config, forbidden_view_config, notfound_view_config
from pyramid_openapi3.exceptions import RequestValidationError, ResponseValidationError

from ..validation import InvalidInput, describe

log = logging.getLogger(__name__)


def as_json(error: HTTPException, fields: dict[str, str] | None = None) -> Response:
    body: dict[str, Any] = {"message": error.detail or error.explanation}
    if fields:
        body["errors"] = [{"field": field, "message": message} for field, message in fields.items()]
    error.content_type = "application/json"
    error.json_body = body
    return error


@exception_view_config(HTTPException)
def http_error(error: HTTPException, request: Request) -> Response:
    return as_json(error)


@exception_view_config(InvalidInput)
def invalid_input(error: InvalidInput, request: Request) -> Response:
    return as_json(error, error.fields)


@exception_view_config(RequestValidationError)
def invalid_request(error: RequestValidationError, request: Request) -> Response:
    if any(isinstance(each.__cause__, MediaTypeNotFound) for each in error.errors):
        return as_json(HTTPUnsupportedMediaType("The body is of a type that is not taken here."))
    return as_json(HTTPBadRequest("The input is not valid."), describe(error.errors))


@exception_view_config(URLDecodeError)
def undecodable_path(error: URLDecodeError, request: Request) -> Response:
    return as_json(HTTPBadRequest("The path is not UTF-8."))


@notfound_view_config()
def not_found(error: HTTPNotFound, request: Request) -> Response:
    """Answer alike whether the path, the row or the method is not there.

    Pyramid's own detail would name the path, or the view whose predicates did not match.
    """
    return as_json(HTTPNotFound())


@forbidden_view_config()
def forbidden(error: HTTPForbidden, request: Request) -> Response:
    """Ask strangers who they are; tell others that they may not."""
    if request.is_authenticated:
        return as_json(HTTPForbidden("You may not do this."))
    return as_json(HTTPUnauthorized("A valid token is needed.", headers=forget(request)))


@exception_view_config(ResponseValidationError)
@exception_view_config(Exception)
def server_error(error: Exception, request: Request) -> Response:
    log.error("%s %s failed", request.method, request.path_info, exc_info=error)
    return as_json(HTTPInternalServerError())
