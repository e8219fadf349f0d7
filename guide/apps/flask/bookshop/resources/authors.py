"""Authors: read by all, written by staff."""

from typing import Any

from flask import url_for
from flask.views import MethodView
from flask_smorest import abort
from flask_sqlalchemy.pagination import Pagination
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from ..database import db, get_for_update_or_404
from ..models import Author
from ..rest import Blueprint
from ..schemas import AuthorNewSchema, AuthorPageSchema, AuthorQuerySchema, AuthorSchema
from . import CREATED, ID, PAGE, order_by

blp = Blueprint("authors", __name__, description="Authors: read by all, written by staff.")


@blp.route("/authors")
class Authors(MethodView):
    @blp.doc(operationId="listAuthors")
    @blp.arguments(AuthorQuerySchema, location="query")
    @blp.response(200, AuthorPageSchema)
    def get(self, query: dict[str, Any]) -> Pagination:
        """List authors"""
        authors = select(Author).order_by(*order_by(Author, query["sort"]))
        if "q" in query:
            authors = authors.where(Author.name.icontains(query["q"], autoescape=True))
        return db.paginate(authors, page=query["page"], per_page=query["per_page"], **PAGE)

    @blp.staff_required
    @blp.doc(operationId="createAuthor")
    @blp.arguments(AuthorNewSchema)
    @blp.response(201, AuthorSchema, headers=CREATED)
    def post(self, data: dict[str, Any]) -> tuple[Author, dict[str, str]]:
        """Add an author"""
        author = Author(**data)
        check_years(author)
        db.session.add(author)
        db.session.commit()
        return author, {"Location": url_for("authors.AuthorById", id=author.id)}


@blp.route(f"/authors/{ID}")
class AuthorById(MethodView):
    @blp.doc(operationId="getAuthor")
    @blp.response(200, AuthorSchema)
    @blp.errors(404)
    def get(self, id: int) -> Author:
        """Read an author"""
        return db.get_or_404(Author, id)

    @blp.staff_required
    @blp.doc(operationId="updateAuthor")
    @blp.arguments(AuthorNewSchema(partial=True))
    @blp.response(200, AuthorSchema)
    @blp.errors(404)
    def patch(self, changes: dict[str, Any], id: int) -> Author:
        """Change an author

        Members that are left out stay as they are; `null` empties what may be empty.
        """
        author = get_for_update_or_404(Author, id)
        for name, value in changes.items():
            setattr(author, name, value)
        check_years(author)
        db.session.commit()
        return author

    @blp.staff_required
    @blp.doc(operationId="deleteAuthor")
    @blp.response(204)
    @blp.errors(404, 409)
    def delete(self, id: int) -> None:
        """Delete an author without books"""
        db.session.delete(db.get_or_404(Author, id))
        try:
            db.session.commit()
        except IntegrityError:
            abort(409, message="The author has books.")


def check_years(author: Author) -> None:
    if author.born is not None and author.died is not None and author.died < author.born:
        abort(422, errors={"json": {"died": ["Must not be before the year of birth."]}})
