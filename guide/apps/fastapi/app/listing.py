"""What lists have in common."""

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.base import ExecutableOption
from sqlmodel import Session, func, select
from sqlmodel.sql.expression import SelectOfScalar

from app.schemas import PageQuery


def ordering(sort: str, columns: dict[str, InstrumentedAttribute[Any]]) -> ColumnElement[Any]:
    column = columns[sort.removeprefix("-")]
    return column.desc() if sort.startswith("-") else column.asc()


def paginate(
    session: Session,
    statement: SelectOfScalar[Any],
    query: PageQuery,
    *options: ExecutableOption,
) -> dict[str, Any]:
    total = session.exec(select(func.count()).select_from(statement.subquery())).one()
    rows = statement.options(*options).limit(query.per_page)
    items = session.exec(rows.offset((query.page - 1) * query.per_page)).all()
    return {"items": items, "total": total, "page": query.page, "per_page": query.per_page}
