"""Books: read by all, written by staff."""

from typing import Any

from flask import request, url_for
from flask.views import MethodView
from flask_smorest import abort
from flask_sqlalchemy.pagination import Pagination
from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import contains_eager

from .. import covers
from ..database import db, get_for_update_or_404
from ..models import Author, Book
from ..rest import Blueprint
from ..schemas import BookNewSchema, BookPageSchema, BookQuerySchema, BookSchema
from . import CREATED, ID, PAGE, order_by

blp = Blueprint("books", __name__, description="Books: read by all, written by staff.")

IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "The ETag of the book as it was read.",
    "schema": {"type": "string"},
}


@blp.route("/books")
class Books(MethodView):
    @blp.doc(operationId="listBooks")
    @blp.arguments(BookQuerySchema, location="query")
    @blp.response(200, BookPageSchema)
    def get(self, query: dict[str, Any]) -> Pagination:
        """List books"""
        books = select(Book).join(Book.author).options(contains_eager(Book.author))
        if "q" in query:
            wanted = (
                column.icontains(query["q"], autoescape=True)
                for column in (Book.title, Author.name)
            )
            books = books.where(or_(*wanted))
        if "author_id" in query:
            books = books.where(Book.author_id == query["author_id"])
        if "price_min" in query:
            books = books.where(Book.price >= query["price_min"])
        if "price_max" in query:
            books = books.where(Book.price <= query["price_max"])
        books = books.order_by(*order_by(Book, query["sort"]))
        return db.paginate(books, page=query["page"], per_page=query["per_page"], **PAGE)

    @blp.staff_required
    @blp.doc(operationId="createBook")
    @blp.arguments(BookNewSchema)
    @blp.response(201, BookSchema, headers=CREATED)
    @blp.errors(409)
    def post(self, data: dict[str, Any]) -> tuple[Book, dict[str, str]]:
        """Add a book"""
        check_author(data)
        book = Book(**data)
        db.session.add(book)
        commit()
        return book, {"Location": url_for("books.BookById", id=book.id)}


@blp.route(f"/books/{ID}")
class BookById(MethodView):
    @blp.etag
    @blp.doc(operationId="getBook")
    @blp.response(200, BookSchema)
    @blp.errors(404)
    def get(self, id: int) -> Book:
        """Read a book"""
        return db.get_or_404(Book, id)

    @blp.staff_required
    @blp.doc(operationId="updateBook", parameters=[IF_MATCH])
    @blp.arguments(BookNewSchema(partial=True))
    @blp.response(200, BookSchema)
    @blp.errors(404, 409, 412)
    def patch(self, changes: dict[str, Any], id: int) -> Book:
        """Change a book

        Members that are left out stay as they are; none of them may be `null`.
        """
        book = get_for_update_or_404(Book, id)
        check_precondition(book)
        check_author(changes)
        for name, value in changes.items():
            setattr(book, name, value)
        commit()
        return book

    @blp.staff_required
    @blp.doc(operationId="deleteBook", parameters=[IF_MATCH])
    @blp.response(204)
    @blp.errors(404, 409, 412)
    def delete(self, id: int) -> None:
        """Delete a book that nobody ordered, with its cover"""
        book = get_for_update_or_404(Book, id)
        check_precondition(book)
        db.session.delete(book)
        try:
            db.session.flush()
        except IntegrityError:
            abort(409, message="The book has been ordered.")
        covers.remove(id)
        db.session.commit()


def check_precondition(book: Book) -> None:
    """Compare If-Match, which this API takes but does not insist on."""
    if request.if_match:
        blp.check_etag(book, BookSchema)


def check_author(data: dict[str, Any]) -> None:
    if "author_id" in data and db.session.get(Author, data["author_id"]) is None:
        abort(422, errors={"json": {"author_id": ["There is no such author."]}})


def commit() -> None:
    try:
        db.session.commit()
    except IntegrityError:
        abort(409, message="Another book has this ISBN.")
