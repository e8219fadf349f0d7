"""What customers buy."""

from collections import Counter
from typing import Any

from flask import url_for
from flask.views import MethodView
from flask_jwt_extended import current_user
from flask_smorest import abort
from flask_sqlalchemy.pagination import Pagination
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from ..database import db, lock_before_reading
from ..models import Book, Order, OrderLine
from ..rest import Blueprint
from ..schemas import OrderNewSchema, OrderPageSchema, OrderSchema, PageQuerySchema
from . import CREATED, ID, PAGE

blp = Blueprint(
    "orders",
    __name__,
    description="What customers buy. A customer sees only their own; staff see all.",
)


@blp.route("/orders")
class Orders(MethodView):
    @blp.login_required
    @blp.doc(operationId="listOrders")
    @blp.arguments(PageQuerySchema, location="query")
    @blp.response(200, OrderPageSchema)
    def get(self, query: dict[str, int]) -> Pagination:
        """The caller's orders, newest first

        Staff get everybody's.
        """
        newest_first = visible_orders().order_by(Order.created_at.desc(), Order.id.desc())
        return db.paginate(newest_first, **query, **PAGE)

    @blp.login_required
    @blp.doc(operationId="createOrder")
    @blp.arguments(OrderNewSchema)
    @blp.response(201, OrderSchema, headers=CREATED)
    @blp.errors(409)
    def post(self, data: dict[str, Any]) -> tuple[Order, dict[str, str]]:
        """Order books

        All lines or none: each line takes its quantity from the book's stock at today's price.
        """
        quantities: Counter[int] = Counter()
        for line in data["lines"]:
            quantities[line["book_id"]] += line["quantity"]

        books = lock_books(quantities)
        check_books_exist(data["lines"], books)
        for book_id, quantity in quantities.items():
            if books[book_id].stock < quantity:
                abort(409, message=f"There are not {quantity} of book {book_id} in stock.")
            books[book_id].stock -= quantity

        order = Order(user=current_user)
        for line in data["lines"]:
            book = books[line["book_id"]]
            order.lines.append(
                OrderLine(book=book, quantity=line["quantity"], unit_price=book.price)
            )
        db.session.add(order)
        db.session.commit()
        return order, {"Location": url_for("orders.OrderById", id=order.id)}


@blp.route(f"/orders/{ID}")
class OrderById(MethodView):
    @blp.login_required
    @blp.doc(operationId="getOrder")
    @blp.response(200, OrderSchema)
    @blp.errors(404)
    def get(self, id: int) -> Order:
        """Read an order

        Somebody else's order is answered as one that does not exist.
        """
        return db.one_or_404(visible_orders().where(Order.id == id))


def visible_orders() -> Select[tuple[Order]]:
    """The orders that the caller may see, with all that is shown of them."""
    orders = select(Order).options(
        joinedload(Order.user), selectinload(Order.lines).joinedload(OrderLine.book)
    )
    return orders if current_user.is_staff else orders.where(Order.user_id == current_user.id)


def lock_books(ids: Counter[int]) -> dict[int, Book]:
    """Keep other orders from these books until the commit; always by rising id: no deadlocks."""
    lock_before_reading()
    books = select(Book).where(Book.id.in_(ids)).order_by(Book.id).with_for_update()
    return {book.id: book for book in db.session.scalars(books)}


def check_books_exist(lines: list[dict[str, int]], books: dict[int, Book]) -> None:
    unknown = {
        index: {"book_id": ["There is no such book."]}
        for index, line in enumerate(lines)
        if line["book_id"] not in books
    }
    if unknown:
        abort(422, errors={"json": {"lines": unknown}})
