from collections import Counter
from typing import Any

from pyramid.httpexceptions import HTTPConflict
from pyramid.request import Request
from pyramid.view import view_config, view_defaults
from sqlalchemy import select

from ..models import Book, Order, OrderLine
from ..resources import Account, OrderResource
from ..validation import InvalidInput
from .listing import paginate


@view_defaults(route_name="orders", renderer="json", openapi=True)
class OrdersViews:
    def __init__(self, context: Account, request: Request) -> None:
        self.context = context
        self.request = request

    @view_config(request_method="GET", permission="view")
    def list(self) -> dict[str, Any]:
        query = self.context.orders.order_by(Order.created_at.desc(), Order.id.desc())
        return paginate(self.request, query)

    @view_config(request_method="POST", permission="edit")
    def create(self) -> Order:
        lines = self.request.openapi_validated.body["lines"]
        quantities = Counter()
        for line in lines:
            quantities[line["book_id"]] += line["quantity"]

        # Locked in the order of their ids, so that two orders cannot wait for each other.
        query = select(Book).where(Book.id.in_(quantities)).order_by(Book.id).with_for_update()
        books = {book.id: book for book in self.request.dbsession.scalars(query)}
        for number, line in enumerate(lines):
            if line["book_id"] not in books:
                raise InvalidInput(f"lines.{number}.book_id", "There is no such book.")
        for book in books.values():
            if book.stock < quantities[book.id]:
                raise HTTPConflict(f"Of book {book.id}, {book.stock} are left.")
            book.stock -= quantities[book.id]

        order = Order(user=self.request.identity)
        for line in lines:
            book = books[line["book_id"]]
            quantity = int(line["quantity"])  # 2.0 is an integer of JSON Schema, too
            order.lines.append(OrderLine(book=book, quantity=quantity, unit_price=book.price))
        self.request.dbsession.add(order)
        self.request.dbsession.flush()
        self.request.response.status_code = 201
        self.request.response.location = self.request.route_url("order", id=order.id)
        return order


@view_config(
    route_name="order", request_method="GET", permission="view", renderer="json", openapi=True
)
def read_order(context: OrderResource, request: Request) -> Order:
    return context.find_order()
