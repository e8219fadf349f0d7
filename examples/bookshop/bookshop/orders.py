"""What customers buy. A customer sees only their own orders; staff see all."""

from collections import Counter
from decimal import Decimal
from typing import Annotated

from restive import Created, NotFound, Query, Router
from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from bookshop import tables
from bookshop.database import find
from bookshop.listing import page_of
from bookshop.problems import LoginNeeded, OutOfStock, invalid
from bookshop.schemas import Id, Order, OrderIn, Page, PageQuery, shown
from bookshop.tables import User

router = Router("/orders", tags=["orders"], security=["bearer"], raises=[LoginNeeded])


@router.get()
def list_orders(query: Annotated[PageQuery, Query()], user: User, session: Session) -> Page[Order]:
    """The caller's orders, newest first

    Staff get everybody's. Orders of the same moment come by falling id.
    """
    order = tables.Order
    statement = select(order).order_by(order.created_at.desc(), order.id.desc())
    if not user.is_staff:
        statement = statement.where(order.user_id == user.id)
    lines = selectinload(order.lines).joinedload(tables.OrderLine.book)
    return page_of(Order, session, statement, query, joinedload(order.user), lines)


@router.post(raises=[OutOfStock])
def create_order(new: OrderIn, user: User, session: Session) -> Created[Order]:
    """Order books

    All lines or none: when one book has not enough stock, nothing is stored.
    """
    quantities: Counter[int] = Counter()
    for line in new.lines:
        quantities[line.book_id] += line.quantity
    statement = select(tables.Book).where(tables.Book.id.in_(quantities))
    books = {book.id: book for book in session.scalars(statement)}
    for index, line in enumerate(new.lines):
        if line.book_id not in books:
            raise invalid(f"/lines/{index}/book_id", "There is no such book.")

    # Each UPDATE locks its row until the end of the transaction. They come by rising id, so that
    # orders wait for one another instead of blocking each other.
    prices = {id: take(session, id, quantities[id]) for id in sorted(quantities)}
    row = tables.Order(
        user=user,
        lines=[
            tables.OrderLine(
                book=books[line.book_id], quantity=line.quantity, unit_price=prices[line.book_id]
            )
            for line in new.lines
        ],
    )
    session.add(row)
    session.commit()
    return Created(shown(Order, row), location=f"/orders/{row.id}")


def take(session: Session, id: int, quantity: int) -> Decimal:
    """Take copies of a book from the stock and return its price. Raises OutOfStock."""
    book = tables.Book
    price = session.scalar(
        update(book)
        .where(book.id == id, book.stock >= quantity)
        .values(stock=book.stock - quantity)
        .returning(book.price)
        .execution_options(synchronize_session=False)
    )
    if price is None:
        raise OutOfStock(f"There are fewer than {quantity} copies of book {id}.", book_id=id)
    return price


@router.get("/{id}", raises=[NotFound])
def read_order(id: Id, user: User, session: Session) -> Order:
    """Read an order

    Somebody else's order is answered as one that does not exist.
    """
    row = find(session, tables.Order, id)
    if not user.is_staff and row.user_id != user.id:
        raise NotFound("There is no such order.")
    return shown(Order, row)
