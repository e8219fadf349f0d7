from collections import Counter
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response, status
from sqlalchemy.orm import joinedload, selectinload
from sqlmodel import col, select, update

from app.config import settings
from app.dependencies import CurrentUser, IdPath, SessionDep
from app.errors import (
    CONFLICT,
    CREATED,
    NOT_FOUND,
    READS_JSON,
    UNAUTHORIZED,
    conflict,
    invalid,
    not_found,
)
from app.listing import paginate
from app.models import Book, Order, OrderLine
from app.schemas import OrderCreate, OrderPublic, Page, PageQuery

router = APIRouter(prefix="/orders", tags=["orders"], max_body_size=settings.max_body_size)


@router.get(
    "",
    summary="The caller's orders, newest first",
    response_model=Page[OrderPublic],
    responses=UNAUTHORIZED,
)
def list_orders(
    query: Annotated[PageQuery, Query()], user: CurrentUser, session: SessionDep
) -> Any:
    """Staff get everybody's. Orders of the same moment come by falling id."""
    statement = select(Order).order_by(col(Order.created_at).desc(), col(Order.id).desc())
    if not user.is_staff:
        statement = statement.where(Order.user_id == user.id)
    return paginate(
        session,
        statement,
        query,
        joinedload(Order.user),
        selectinload(Order.lines).joinedload(OrderLine.book),
    )


@router.post(
    "",
    summary="Order books",
    status_code=status.HTTP_201_CREATED,
    response_model=OrderPublic,
    responses={201: CREATED} | READS_JSON | UNAUTHORIZED | CONFLICT,
)
def create_order(
    data: OrderCreate,
    user: CurrentUser,
    response: Response,
    session: SessionDep,
) -> Order:
    """All lines or none: when one book has not enough stock, nothing is stored."""
    quantities: Counter[int] = Counter()
    for line in data.lines:
        quantities[line.book_id] += line.quantity

    known = session.exec(select(Book.id).where(col(Book.id).in_(quantities))).all()
    for index, line in enumerate(data.lines):
        if line.book_id not in known:
            raise invalid("There is no such book", "lines", index, "book_id")

    # Each UPDATE locks its row until the end of the transaction. They come by rising id, so that
    # orders wait for one another instead of blocking each other.
    prices = {}
    for book_id, quantity in sorted(quantities.items()):
        price = session.exec(
            update(Book)
            .where(col(Book.id) == book_id, col(Book.stock) >= quantity)
            .values(stock=Book.stock - quantity)
            .returning(col(Book.price))
        ).scalar_one_or_none()
        if price is None:
            raise conflict(f"Not enough stock of book {book_id}")
        prices[book_id] = price

    order = Order(
        user_id=user.id,
        lines=[
            OrderLine(book_id=line.book_id, quantity=line.quantity, unit_price=prices[line.book_id])
            for line in data.lines
        ],
    )
    session.add(order)
    session.commit()
    session.refresh(order)
    response.headers["Location"] = router.url_path_for("get_order", id=order.id)
    return order


@router.get(
    "/{id}",
    summary="Read an order",
    response_model=OrderPublic,
    responses=UNAUTHORIZED | NOT_FOUND,
)
def get_order(id: IdPath, user: CurrentUser, session: SessionDep) -> Order:
    """Somebody else's order is answered as one that does not exist."""
    order = session.get(Order, id)
    if order is None or not (user.is_staff or order.user_id == user.id):
        raise not_found("Order")
    return order
