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

Row = TypeVar("Row", Author, Book, Order)


class Resource:
    def __init__(self, request: Request) -> None:
        self.request = request

    @property
    def id(self) -> int:
        return self.request.openapi_validated.parameters.path["id"]

    def find(self, model: type[Row], query: Select[tuple[Row]]) -> Row:
        """Return the row that the query and the path's id select, or answer 404.

        A row that is going to be written is locked, so that what is checked about it stays true.
        """
        query = query.where(model.id == self.id)
        if self.request.method not in ("GET", "HEAD"):
            query = query.with_for_update(of=model)
        row = self.request.dbsession.scalar(query)
        if row is None:
            raise HTTPNotFound()
        return row


class Shop(Resource):
    __acl__ = [(Allow, Everyone, "view"), (Allow, STAFF, "edit")]


class AuthorResource(Shop):
    def find_author(self) -> Author:
        return self.find(Author, select(Author))


class BookResource(Shop):
    def find_book(self) -> Book:
        return self.find(Book, select(Book).options(joinedload(Book.author)))

    @property
    def cover(self) -> Path:
        return Path(self.request.registry.settings["bookshop.media"]) / f"cover-{self.id}"


class Account(Resource):
    __acl__ = [(Allow, Authenticated, ("view", "edit"))]

    @property
    def orders(self) -> Select[tuple[Order]]:
        """The orders that the caller may see."""
        query = select(Order).options(*Order.whole())
        user = self.request.identity
        return query if user.is_staff else query.where(Order.user_id == user.id)


class OrderResource(Account):
    def find_order(self) -> Order:
        return self.find(Order, self.orders)
