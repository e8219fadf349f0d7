from typing import Any

from pyramid.httpexceptions import HTTPServiceUnavailable
from pyramid.request import Request
from pyramid.view import view_config
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError


@view_config(route_name="health", request_method="GET", renderer="json", openapi=True)
def health(request: Request) -> dict[str, str]:
    try:
        request.dbsession.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        raise HTTPServiceUnavailable("The database cannot be reached.") from error
    return {"status": "ok"}


@view_config(route_name="openapi", request_method="GET", renderer="json")
def openapi_document(request: Request) -> dict[str, Any]:
    """Serve openapi.yaml as JSON, beside the file itself at /openapi.yaml."""
    return request.registry.settings["pyramid_openapi3"]["spec"].read_value()
