"""flask --app bookshop init-db, and load-data FILE."""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy import func, insert, select
from werkzeug.security import generate_password_hash

from .database import db
from .models import Author, Book, Order, OrderLine, User


@click.command("init-db")
@with_appcontext
def init_db() -> None:
    """Create the tables."""
    db.create_all()


@click.command("load-data")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def load_data(file: Path) -> None:
    """Load the shop's data from a JSON file into empty tables."""
    data = json.loads(file.read_text(encoding="utf-8"))
    rows: dict[type[db.Model], list[dict[str, Any]]] = {
        User: [user_row(user) for user in data["users"]],
        Author: data["authors"],
        Book: [book_row(book) for book in data["books"]],
        Order: [order_row(order) for order in data["orders"]],
        OrderLine: [line_row(order, line) for order in data["orders"] for line in order["lines"]],
    }
    for model, values in rows.items():
        if values:
            db.session.execute(insert(model), values)
        if db.engine.dialect.name == "postgresql":
            continue_numbering(model)
    db.session.commit()
    click.echo(", ".join(f"{len(rows[model])} {model.__tablename__}s" for model in rows))


def user_row(user: dict[str, Any]) -> dict[str, Any]:
    password_hash = generate_password_hash(user["password"])
    return {**without(user, "password"), "password_hash": password_hash}


def book_row(book: dict[str, Any]) -> dict[str, Any]:
    created_at = datetime.fromisoformat(book["created_at"])
    return {**book, "price": Decimal(book["price"]), "created_at": created_at}


def order_row(order: dict[str, Any]) -> dict[str, Any]:
    created_at = datetime.fromisoformat(order["created_at"])
    return {**without(order, "lines"), "created_at": created_at}


def line_row(order: dict[str, Any], line: dict[str, Any]) -> dict[str, Any]:
    return {**line, "order_id": order["id"], "unit_price": Decimal(line["unit_price"])}


def without(row: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != key}


def continue_numbering(model: type[db.Model]) -> None:
    """Let PostgreSQL's sequence go on after the ids that were given."""
    table = db.engine.dialect.identifier_preparer.format_table(model.__table__)
    sequence = func.pg_get_serial_sequence(table, "id")
    highest = select(func.max(model.__table__.c.id)).scalar_subquery()
    db.session.execute(select(func.setval(sequence, highest)))
