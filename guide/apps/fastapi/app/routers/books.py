from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response, status
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import contains_eager
from sqlmodel import Session, col, or_, select

from app import storage
from app.config import settings
from app.dependencies import BookDep, SessionDep, require_staff
from app.errors import CONFLICT, CREATED, FORBIDDEN, NOT_FOUND, READS_JSON, conflict, invalid
from app.listing import ordering, paginate
from app.models import Author, Book
from app.schemas import BookCreate, BookPublic, BookQuery, BookUpdate, Page

router = APIRouter(prefix="/books", tags=["shop"], max_body_size=settings.max_body_size)

SORTS = {"title": col(Book.title), "price": col(Book.price), "year": col(Book.year)}


def require_author(session: Session, author_id: int) -> None:
    if session.get(Author, author_id) is None:
        raise invalid("There is no such author", "author_id")


def save(session: Session, book: Book) -> Book:
    session.add(book)
    try:
        session.commit()
    except IntegrityError:
        raise conflict("The ISBN is taken") from None
    session.refresh(book)
    return book


@router.get("", summary="List books", response_model=Page[BookPublic])
def list_books(query: Annotated[BookQuery, Query()], session: SessionDep) -> Any:
    statement = select(Book).join(Author).order_by(ordering(query.sort, SORTS), col(Book.id))
    if query.q:
        statement = statement.where(
            or_(
                col(Book.title).icontains(query.q, autoescape=True),
                col(Author.name).icontains(query.q, autoescape=True),
            )
        )
    if query.author_id is not None:
        statement = statement.where(Book.author_id == query.author_id)
    if query.price_min is not None:
        statement = statement.where(Book.price >= query.price_min)
    if query.price_max is not None:
        statement = statement.where(Book.price <= query.price_max)
    return paginate(session, statement, query, contains_eager(Book.author))


@router.post(
    "",
    summary="Add a book",
    status_code=status.HTTP_201_CREATED,
    response_model=BookPublic,
    dependencies=[Depends(require_staff)],
    responses={201: CREATED} | READS_JSON | FORBIDDEN | CONFLICT,
)
def create_book(data: BookCreate, response: Response, session: SessionDep) -> Book:
    """An `author_id` that is nobody's is invalid input. An ISBN that is taken is a conflict."""
    require_author(session, data.author_id)
    book = save(session, Book.model_validate(data))
    response.headers["Location"] = router.url_path_for("get_book", id=book.id)
    return book


@router.get("/{id}", summary="Read a book", response_model=BookPublic, responses=NOT_FOUND)
def get_book(book: BookDep) -> Book:
    return book


@router.patch(
    "/{id}",
    summary="Change a book",
    response_model=BookPublic,
    dependencies=[Depends(require_staff)],
    responses=READS_JSON | FORBIDDEN | NOT_FOUND | CONFLICT,
)
def update_book(change: BookUpdate, book: BookDep, session: SessionDep) -> Book:
    """Members that are left out stay as they are; none of them may be `null`."""
    values = change.model_dump(exclude_unset=True)
    if "author_id" in values:
        require_author(session, values["author_id"])
    return save(session, book.sqlmodel_update(values))


@router.delete(
    "/{id}",
    summary="Delete a book that nobody ordered, with its cover",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[Depends(require_staff)],
    responses=FORBIDDEN | NOT_FOUND | CONFLICT,
)
def delete_book(book: BookDep, session: SessionDep) -> None:
    session.delete(book)
    try:
        session.commit()
    except IntegrityError:
        raise conflict("The book has been ordered") from None
    storage.delete_cover(book.id)
