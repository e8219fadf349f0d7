"""What lists have in common."""

from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, func
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.base import ExecutableOption

from bookshop.schemas import Page, PageQuery, shown

T = TypeVar("T")


def ordering(sort: str, columns: dict[str, InstrumentedAttribute[Any]]) -> ColumnElement[Any]:
    column = columns[sort.removeprefix("-")]
    return column.desc() if sort.startswith("-") else column.asc()


def page_of(
    kind: type[T],
    session: Session,
    statement: Select[Any],
    query: PageQuery,
    *options: ExecutableOption,
) -> Page[T]:
    count = statement.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
    total = session.scalar(count) or 0
    wanted = statement.options(*options).limit(query.per_page)
    rows = session.scalars(wanted.offset((query.page - 1) * query.per_page))
    return Page([shown(kind, row) for row in rows], total, query.page, query.per_page)
