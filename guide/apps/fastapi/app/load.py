"""Creates the tables and loads a data file: python -m app.load DATA.json"""

import json
import sys
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, SQLModel, insert

from app.database import engine
from app.models import Author, Book, Order, OrderLine, User
from app.security import password_hash


def load(data: dict[str, list[dict[str, Any]]]) -> None:
    for user in data["users"]:
        user["hashed_password"] = password_hash.hash(user.pop("password"))
    for book in data["books"]:
        book["price"] = Decimal(book["price"])
        book["created_at"] = datetime.fromisoformat(book["created_at"])
    lines = []
    for order in data["orders"]:
        order["created_at"] = datetime.fromisoformat(order["created_at"])
        for line in order.pop("lines"):
            line["unit_price"] = Decimal(line["unit_price"])
            lines.append(line | {"order_id": order["id"]})

    SQLModel.metadata.create_all(engine)
    with Session(engine) as session:
        for model, rows in (
            (User, data["users"]),
            (Author, data["authors"]),
            (Book, data["books"]),
            (Order, data["orders"]),
            (OrderLine, lines),
        ):
            session.exec(insert(model), params=rows)
        if engine.dialect.name == "postgresql":
            for table in ("user", "author", "book", "order"):
                sequence = f"pg_get_serial_sequence('\"{table}\"', 'id')"
                session.exec(text(f'SELECT setval({sequence}, max(id)) FROM "{table}"'))
        session.commit()


if __name__ == "__main__":
    load(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
