"""One module with a blueprint for each resource, and here what they share."""

from typing import Any

from ..database import db
from ..fields import LARGEST_ID

ID = f"<int(min=1, max={LARGEST_ID}):id>"
# A page past the end is empty, rather than a 404.
PAGE = {"max_per_page": 100, "error_out": False}
CREATED = {"Location": {"required": True, "schema": {"type": "string"}}}


def order_by(model: type[db.Model], sort: str) -> list[Any]:
    """Turn "name" or "-name" into a clause; ties are broken by id."""
    column = getattr(model, sort.removeprefix("-"))
    return [column.desc() if sort.startswith("-") else column, model.id]
