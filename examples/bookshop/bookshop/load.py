"""Creates the tables and loads a data file: python -m bookshop.load DATA.json"""

import json
import sys
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from bookshop.database import make_engine
from bookshop.security import hasher
from bookshop.tables import Author, Base, Book, Order, OrderLine, User

Rows = list[dict[str, Any]]


def load(data: dict[str, Rows]) -> None:
    engine = make_engine()
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        for table, rows in converted(data).items():
            session.execute(insert(table), rows)
            if engine.dialect.name == "postgresql":
                continue_numbering(session, table)
        session.commit()


def converted(data: dict[str, Rows]) -> dict[type[Base], Rows]:
    for user in data["users"]:
        user["password_hash"] = hasher.hash(user.pop("password"))
    for row in data["books"] + data["orders"]:
        row["created_at"] = datetime.fromisoformat(row["created_at"])
    lines = [
        line | {"order_id": order["id"]} for order in data["orders"] for line in order["lines"]
    ]
    for row in data["books"]:
        row["price"] = Decimal(row["price"])
    for row in lines:
        row["unit_price"] = Decimal(row["unit_price"])
    orders = [{name: order[name] for name in order if name != "lines"} for order in data["orders"]]
    return {
        User: data["users"],
        Author: data["authors"],
        Book: data["books"],
        Order: orders,
        OrderLine: lines,
    }


def continue_numbering(session: Session, table: type[Base]) -> None:
    """Let PostgreSQL's sequence go on after the ids that were given."""
    sequence = func.pg_get_serial_sequence(f'"{table.__tablename__}"', "id")
    highest = select(func.max(table.__table__.c.id)).scalar_subquery()
    session.execute(select(func.setval(sequence, highest)))


if __name__ == "__main__":
    load(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
