from decimal import Decimal
from hashlib import sha256
from typing import Any

from pyramid.httpexceptions import HTTPConflict, HTTPNoContent, HTTPPreconditionFailed
from pyramid.renderers import render
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config, view_defaults
from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import contains_eager

from ..models import Author, Book
from ..resources import BookResource, Shop
from ..validation import InvalidInput
from .listing import order_by, paginate

SORTS = {"title": Book.title, "price": Book.price, "year": Book.year}


def save(request: Request, book: Book, values: dict[str, Any]) -> None:
    """Store the book with these values, which fit openapi.yaml."""
    if "price" in values:
        values["price"] = Decimal(str(values["price"]))
    if "author_id" in values:
        book.author = request.dbsession.get(Author, values["author_id"])
        if book.author is None:
            raise InvalidInput("author_id", "There is no such author.")
    for name, value in values.items():
        setattr(book, name, value)
    request.dbsession.add(book)
    try:
        request.dbsession.flush()
    except IntegrityError as error:
        raise HTTPConflict("Another book has this ISBN.") from error


def etag(request: Request, book: Book) -> str:
    return sha256(render("json", book, request).encode()).hexdigest()


@view_defaults(route_name="books", renderer="json", openapi=True)
class BooksViews:
    def __init__(self, context: Shop, request: Request) -> None:
        self.request = request

    @view_config(request_method="GET", permission="view")
    def list(self) -> dict[str, Any]:
        parameters = self.request.openapi_validated.parameters.query
        query = select(Book).join(Book.author).options(contains_eager(Book.author))
        query = query.order_by(order_by(parameters["sort"], SORTS), Book.id)
        if "q" in parameters:
            text = parameters["q"]
            query = query.where(
                or_(
                    Book.title.icontains(text, autoescape=True),
                    Author.name.icontains(text, autoescape=True),
                )
            )
        if "author_id" in parameters:
            query = query.where(Book.author_id == parameters["author_id"])
        if "price_min" in parameters:
            query = query.where(Book.price >= parameters["price_min"])
        if "price_max" in parameters:
            query = query.where(Book.price <= parameters["price_max"])
        return paginate(self.request, query)

    @view_config(request_method="POST", permission="edit")
    def create(self) -> Book:
        book = Book()
        save(self.request, book, self.request.openapi_validated.body)
        self.request.response.status_code = 201
        self.request.response.location = self.request.route_url("book", id=book.id)
        return book


@view_defaults(route_name="book", renderer="json", openapi=True)
class BookViews:
    def __init__(self, context: BookResource, request: Request) -> None:
        self.context = context
        self.request = request

    @view_config(request_method="GET", permission="view")
    def read(self) -> Book:
        return self.tagged(self.context.find_book())

    @view_config(request_method="PATCH", permission="edit")
    def update(self) -> Book:
        book = self.expected_book()
        save(self.request, book, self.request.openapi_validated.body)
        return self.tagged(book)

    @view_config(request_method="DELETE", permission="edit")
    def delete(self) -> Response:
        self.request.dbsession.delete(self.expected_book())
        try:
            self.request.dbsession.flush()
        except IntegrityError as error:
            raise HTTPConflict("The book has been ordered.") from error
        cover = self.context.cover
        self.request.tm.get().addAfterCommitHook(
            lambda committed: committed and cover.unlink(missing_ok=True)
        )
        return HTTPNoContent()

    def expected_book(self) -> Book:
        """Return the book if it still is the one that the client means to change (If-Match)."""
        book = self.context.find_book()
        if etag(self.request, book) not in self.request.if_match:
            raise HTTPPreconditionFailed("The book has changed since.")
        return book

    def tagged(self, book: Book) -> Book:
        """Have WebOb answer conditional requests for this book (If-None-Match)."""
        self.request.response.etag = etag(self.request, book)
        self.request.response.conditional_response = True
        return book
