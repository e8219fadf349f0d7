"""Create the tables and load the shop's data from a JSON file, in place of what is there."""

import argparse
import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from pyramid.paster import get_appsettings, setup_logging
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from .. import read_environment
from ..models import Author, Base, Book, Order, OrderLine, User, get_engine


def load(session: Session, data: dict[str, list[dict[str, Any]]]) -> None:
    for row in data["users"]:
        user = User(**{name: value for name, value in row.items() if name != "password"})
        user.set_password(row["password"])
        session.add(user)
    session.flush()
    session.execute(insert(Author), data["authors"])
    session.execute(
        insert(Book),
        [
            row
            | {
                "price": Decimal(row["price"]),
                "created_at": datetime.fromisoformat(row["created_at"]),
            }
            for row in data["books"]
        ],
    )
    session.execute(
        insert(Order),
        [
            {
                "id": row["id"],
                "user_id": row["user_id"],
                "created_at": datetime.fromisoformat(row["created_at"]),
            }
            for row in data["orders"]
        ],
    )
    session.execute(
        insert(OrderLine),
        [
            line | {"order_id": row["id"], "unit_price": Decimal(line["unit_price"])}
            for row in data["orders"]
            for line in row["lines"]
        ],
    )


def advance_sequences(session: Session) -> None:
    """Have PostgreSQL count on after the ids that were given."""
    for model in (User, Author, Book, Order):
        table = model.__tablename__
        session.execute(
            text(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id))"
                f" FROM {table} HAVING max(id) IS NOT NULL"
            )
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config_uri", help="an ini file, e.g. production.ini")
    parser.add_argument("data", type=Path, help="the JSON file")
    arguments = parser.parse_args()
    setup_logging(arguments.config_uri)
    engine = get_engine(read_environment(get_appsettings(arguments.config_uri)))
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        load(session, json.loads(arguments.data.read_text("utf-8")))
        if engine.dialect.name == "postgresql":
            advance_sequences(session)


if __name__ == "__main__":
    main()
