"""Books: read by all, written by staff."""

from decimal import Decimal
from typing import Annotated

from msgspec.structs import asdict
from restive import Created, Forbidden, NotFound, Patch, Query, Router
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from bookshop import storage, tables
from bookshop.database import commit, find
from bookshop.listing import ordering, page_of
from bookshop.problems import IsbnTaken, LoginNeeded, Ordered, invalid
from bookshop.schemas import Book, BookIn, BookQuery, Id, Page, Price, shown
from bookshop.security import Staff

router = Router("/books", tags=["shop"])
by_staff = Router("/books", tags=["shop"], security=["bearer"], raises=[LoginNeeded, Forbidden])

SORTS = {"title": tables.Book.title, "price": tables.Book.price, "year": tables.Book.year}


def money(price: Price) -> Decimal:
    """Return the price as it is stored. Raises UnprocessableContent for more than two decimals."""
    amount = Decimal(str(price))
    if amount != round(amount, 2):
        raise invalid("/price", "price has more than two decimals")
    return round(amount, 2)


def author_of(session: Session, id: int) -> tables.Author:
    """Return the author. Raises UnprocessableContent when there is none."""
    author = session.get(tables.Author, id)
    if author is None:
        raise invalid("/author_id", "There is no such author.")
    return author


@router.get()
def list_books(query: Annotated[BookQuery, Query()], session: Session) -> Page[Book]:
    """List books"""
    book, author = tables.Book, tables.Author
    statement = select(book).join(book.author).order_by(ordering(query.sort, SORTS), book.id)
    if query.q:
        columns = (book.title, author.name)
        found = (column.icontains(query.q, autoescape=True) for column in columns)
        statement = statement.where(or_(*found))
    if query.author_id is not None:
        statement = statement.where(book.author_id == query.author_id)
    if query.price_min is not None:
        statement = statement.where(book.price >= query.price_min)
    if query.price_max is not None:
        statement = statement.where(book.price <= query.price_max)
    return page_of(Book, session, statement, query, contains_eager(book.author))


@by_staff.post(raises=[IsbnTaken])
def create_book(new: BookIn, session: Session, staff: Staff) -> Created[Book]:
    """Add a book

    An `author_id` that is nobody's is invalid input. An ISBN that is taken is a conflict.
    """
    author = author_of(session, new.author_id)
    row = tables.Book(**asdict(new) | {"price": money(new.price), "author": author})
    session.add(row)
    commit(session, IsbnTaken)
    return Created(shown(Book, row), location=f"/books/{row.id}")


@router.get("/{id}", raises=[NotFound])
def read_book(id: Id, session: Session) -> Book:
    """Read a book"""
    author = joinedload(tables.Book.author, innerjoin=True)
    return shown(Book, find(session, tables.Book, id, author))


@by_staff.patch("/{id}", raises=[NotFound, IsbnTaken])
def update_book(id: Id, change: Patch[BookIn], session: Session, staff: Staff) -> Book:
    """Change a book

    Members that are left out stay as they are; none of them may be `null`.
    """
    row = find(session, tables.Book, id, to_change=True)
    if "author_id" in change:
        row.author = author_of(session, change["author_id"])
    change.apply(row)
    if "price" in change:
        row.price = money(change["price"])
    commit(session, IsbnTaken)
    return shown(Book, row)


@by_staff.delete("/{id}", raises=[NotFound, Ordered])
def delete_book(id: Id, session: Session, staff: Staff) -> None:
    """Delete a book that nobody ordered, with its cover"""
    session.delete(find(session, tables.Book, id))
    commit(session, Ordered)
    storage.delete_cover(id)
