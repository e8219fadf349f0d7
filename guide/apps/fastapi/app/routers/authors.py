from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response, status
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from app.config import settings
from app.dependencies import AuthorDep, SessionDep, require_staff
from app.errors import CONFLICT, CREATED, FORBIDDEN, NOT_FOUND, READS_JSON, conflict, invalid
from app.listing import ordering, paginate
from app.models import Author
from app.schemas import AuthorCreate, AuthorPublic, AuthorQuery, AuthorUpdate, Page

router = APIRouter(prefix="/authors", tags=["shop"], max_body_size=settings.max_body_size)

SORTS = {"name": col(Author.name), "born": col(Author.born)}


@router.get("", summary="List authors", response_model=Page[AuthorPublic])
def list_authors(query: Annotated[AuthorQuery, Query()], session: SessionDep) -> Any:
    statement = select(Author).order_by(ordering(query.sort, SORTS), col(Author.id))
    if query.q:
        statement = statement.where(col(Author.name).icontains(query.q, autoescape=True))
    return paginate(session, statement, query)


@router.post(
    "",
    summary="Add an author",
    status_code=status.HTTP_201_CREATED,
    response_model=AuthorPublic,
    dependencies=[Depends(require_staff)],
    responses={201: CREATED} | READS_JSON | FORBIDDEN,
)
def create_author(data: AuthorCreate, response: Response, session: SessionDep) -> Author:
    author = Author.model_validate(data)
    session.add(author)
    session.commit()
    session.refresh(author)
    response.headers["Location"] = router.url_path_for("get_author", id=author.id)
    return author


@router.get("/{id}", summary="Read an author", response_model=AuthorPublic, responses=NOT_FOUND)
def get_author(author: AuthorDep) -> Author:
    return author


@router.patch(
    "/{id}",
    summary="Change an author",
    response_model=AuthorPublic,
    dependencies=[Depends(require_staff)],
    responses=READS_JSON | FORBIDDEN | NOT_FOUND,
)
def update_author(change: AuthorUpdate, author: AuthorDep, session: SessionDep) -> Author:
    """Members that are left out stay as they are; `null` empties what may be empty."""
    session.refresh(author, with_for_update=True)  # nobody changes the other year meanwhile
    author.sqlmodel_update(change.model_dump(exclude_unset=True))
    if author.born is not None and author.died is not None and author.died < author.born:
        raise invalid("must not be earlier than born", "died")
    session.add(author)
    session.commit()
    session.refresh(author)
    return author


@router.delete(
    "/{id}",
    summary="Delete an author without books",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[Depends(require_staff)],
    responses=FORBIDDEN | NOT_FOUND | CONFLICT,
)
def delete_author(author: AuthorDep, session: SessionDep) -> None:
    session.delete(author)
    try:
        session.commit()
    except IntegrityError:
        raise conflict("The author has books") from None
