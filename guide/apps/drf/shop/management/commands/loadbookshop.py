import json
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandParser
from django.core.management.color import no_style
from django.db import connection, transaction

from accounts.models import User
from orders.models import Order, OrderLine
from shop.models import Author, Book


class Command(BaseCommand):
    help = "Load a bookshop's data from a JSON file into the empty database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        data = json.loads(options["file"].read_text(encoding="utf-8"))
        User.objects.bulk_create(
            User(**{**row, "password": make_password(row["password"])}) for row in data["users"]
        )
        Author.objects.bulk_create(Author(**row) for row in data["authors"])
        Book.objects.bulk_create(Book(**row) for row in data["books"])
        Order.objects.bulk_create(
            Order(id=row["id"], customer_id=row["user_id"], created_at=row["created_at"])
            for row in data["orders"]
        )
        OrderLine.objects.bulk_create(
            OrderLine(order_id=row["id"], **line) for row in data["orders"] for line in row["lines"]
        )
        # The rows came with their ids, which leaves the sequences of PostgreSQL behind.
        statements = connection.ops.sequence_reset_sql(no_style(), [User, Author, Book, Order])
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
