"""What the views that list rows share."""

from typing import Any

from pyramid.request import Request
from sqlalchemy import ColumnElement, Select, func
from sqlalchemy.orm import InstrumentedAttribute


def order_by(sort: str, columns: dict[str, InstrumentedAttribute[Any]]) -> ColumnElement[Any]:
    column = columns[sort.removeprefix("-")]
    return (column.desc() if sort.startswith("-") else column.asc()).nulls_last()


def paginate(request: Request, query: Select[Any]) -> dict[str, Any]:
    parameters = request.openapi_validated.parameters.query
    page, per_page = parameters["page"], parameters["per_page"]
    offset = (page - 1) * per_page
    count = query.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
    total = request.dbsession.scalar(count)
    items = []
    if offset < total:
        items = request.dbsession.scalars(query.limit(per_page).offset(offset)).all()
    return {"items": items, "total": total, "page": page, "per_page": per_page}
