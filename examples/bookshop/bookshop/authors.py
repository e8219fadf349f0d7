"""Authors: read by all, written by staff."""

from typing import Annotated

from msgspec.structs import asdict
from restive import Created, Forbidden, NotFound, Patch, Query, Router
from sqlalchemy import select
from sqlalchemy.orm import Session

from bookshop import tables
from bookshop.database import commit, find
from bookshop.listing import ordering, page_of
from bookshop.problems import AuthorHasBooks, LoginNeeded
from bookshop.schemas import Author, AuthorIn, AuthorQuery, Id, Page, shown
from bookshop.security import Staff

router = Router("/authors", tags=["shop"])
by_staff = Router("/authors", tags=["shop"], security=["bearer"], raises=[LoginNeeded, Forbidden])

SORTS = {"name": tables.Author.name, "born": tables.Author.born}


@router.get()
def list_authors(query: Annotated[AuthorQuery, Query()], session: Session) -> Page[Author]:
    """List authors"""
    statement = select(tables.Author).order_by(ordering(query.sort, SORTS), tables.Author.id)
    if query.q:
        statement = statement.where(tables.Author.name.icontains(query.q, autoescape=True))
    return page_of(Author, session, statement, query)


@by_staff.post()
def create_author(new: AuthorIn, session: Session, staff: Staff) -> Created[Author]:
    """Add an author"""
    row = tables.Author(**asdict(new))
    session.add(row)
    session.commit()
    return Created(shown(Author, row), location=f"/authors/{row.id}")


@router.get("/{id}", raises=[NotFound])
def read_author(id: Id, session: Session) -> Author:
    """Read an author"""
    return shown(Author, find(session, tables.Author, id))


@by_staff.patch("/{id}", raises=[NotFound])
def update_author(id: Id, change: Patch[AuthorIn], session: Session, staff: Staff) -> Author:
    """Change an author

    Members that are left out stay as they are; `null` empties what may be empty.
    """
    row = find(session, tables.Author, id, to_change=True)
    change.merged(shown(AuthorIn, row))  # may be refused: nobody dies before they are born
    change.apply(row)
    session.commit()
    return shown(Author, row)


@by_staff.delete("/{id}", raises=[NotFound, AuthorHasBooks])
def delete_author(id: Id, session: Session, staff: Staff) -> None:
    """Delete an author without books"""
    session.delete(find(session, tables.Author, id))
    commit(session, AuthorHasBooks)
