from typing import Any

from pyramid.httpexceptions import HTTPConflict, HTTPNoContent
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config, view_defaults
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from ..models import Author
from ..resources import AuthorResource, Shop
from ..validation import InvalidInput
from .listing import order_by, paginate

SORTS = {"name": Author.name, "born": Author.born}


def check_years(author: Author) -> None:
    if author.born is not None and author.died is not None and author.died < author.born:
        raise InvalidInput("died", "Nobody dies before they are born.")


@view_defaults(route_name="authors", renderer="json", openapi=True)
class AuthorsViews:
    def __init__(self, context: Shop, request: Request) -> None:
        self.request = request

    @view_config(request_method="GET", permission="view")
    def list(self) -> dict[str, Any]:
        parameters = self.request.openapi_validated.parameters.query
        query = select(Author).order_by(order_by(parameters["sort"], SORTS), Author.id)
        if "q" in parameters:
            query = query.where(Author.name.icontains(parameters["q"], autoescape=True))
        return paginate(self.request, query)

    @view_config(request_method="POST", permission="edit")
    def create(self) -> Author:
        author = Author(**self.request.openapi_validated.body)
        check_years(author)
        self.request.dbsession.add(author)
        self.request.dbsession.flush()
        self.request.response.status_code = 201
        self.request.response.location = self.request.route_url("author", id=author.id)
        return author


@view_defaults(route_name="author", renderer="json", openapi=True)
class AuthorViews:
    def __init__(self, context: AuthorResource, request: Request) -> None:
        self.context = context
        self.request = request

    @view_config(request_method="GET", permission="view")
    def read(self) -> Author:
        return self.context.find_author()

    @view_config(request_method="PATCH", permission="edit")
    def update(self) -> Author:
        author = self.context.find_author()
        for name, value in self.request.openapi_validated.body.items():
            setattr(author, name, value)
        check_years(author)
        return author

    @view_config(request_method="DELETE", permission="edit")
    def delete(self) -> Response:
        self.request.dbsession.delete(self.context.find_author())
        try:
            self.request.dbsession.flush()
        except IntegrityError as error:
            raise HTTPConflict("The author has books.") from error
        return HTTPNoContent()
