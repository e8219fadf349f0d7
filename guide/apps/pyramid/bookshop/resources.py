"""The contexts of the views: who may do what (``__acl__``), and the row that the path names.

The row is read when a view asks for it, after the permission has been checked and the
request validated, so that strangers do not learn which ids exist.
"""

from pathlib import Path
from typing import TypeVar

from pyramid.authorization import Allow, Authenticated, Everyone
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from .models import Author, Book, Order
from .security import STAFF

Row = TypeVar("Row")


class Resource:
    def __init__(self, request: Request) -> None:
        self.request = request

    def find(self, query: Select[tuple[Row]]) -> Row:
        """Return the row that the query and the path's id select, or answer 404.

        A row that is going to be written is locked, so that what is checked about it stays true.
        """
        model = query.column_descriptions[0]["entity"]
        query = query.where(model.id == self.request.openapi_validated.parameters.path["id"])
        if self.request.method not in ("GET", "HEAD"):
            query = query.with_for_update(of=model)
        row = self.request.dbsession.scalar(query)
        if row is None:
            raise HTTPNotFound(f"There is no such {model.__name__.lower()}.")
        return row


class Shop(Resource):
    __acl__ = [(Allow, Everyone, "view"), (Allow, STAFF, "edit")]


class AuthorResource(Shop):
    @property
    def author(self) -> Author:
        return self.find(select(Author))


class BookResource(Shop):
    @property
    def book(self) -> Book:
        return self.find(select(Book).options(joinedload(Book.author)))

    @property
    def cover(self) -> Path:
        book_id = self.request.openapi_validated.parameters.path["id"]
        return Path(self.request.registry.settings["bookshop.media"]) / f"cover-{book_id}"


class Account(Resource):
    __acl__ = [(Allow, Authenticated, "view"), (Allow, Authenticated, "edit")]

    @property
    def orders(self) -> Select[tuple[Order]]:
        """The orders that the caller may see."""
        query = select(Order).options(*Order.whole())
        user = self.request.identity
        return query if user.is_staff else query.where(Order.user_id == user.id)


class OrderResource(Account):
    @property
    def order(self) -> Order:
        return self.find(self.orders)
