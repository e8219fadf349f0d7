from collections import Counter
from typing import Any

from django.db import models, transaction
from rest_framework import serializers

from bookshop.exceptions import Conflict
from orders.models import Order, OrderLine
from shop.models import Book


class OrderLineSerializer(serializers.ModelSerializer):
    book_id = serializers.IntegerField(min_value=1, max_value=models.BigAutoField.MAX_BIGINT)
    title = serializers.CharField(source="book.title", read_only=True)

    class Meta:
        model = OrderLine
        fields = ["book_id", "title", "quantity", "unit_price"]
        read_only_fields = ["unit_price"]


class OrderSerializer(serializers.ModelSerializer):
    customer = serializers.SlugRelatedField(slug_field="username", read_only=True)
    total = serializers.DecimalField(max_digits=10, decimal_places=2, read_only=True)
    lines = OrderLineSerializer(
        many=True, allow_empty=False, max_length=50, help_text="From 1 to 50 lines."
    )

    class Meta:
        model = Order
        fields = ["id", "customer", "created_at", "total", "lines"]

    @transaction.atomic
    def create(self, validated_data: dict[str, Any]) -> Order:
        lines = validated_data.pop("lines")
        books = self.take_from_stock(lines)
        order = Order.objects.create(**validated_data)
        OrderLine.objects.bulk_create(
            OrderLine(order=order, unit_price=books[line["book_id"]].price, **line)
            for line in lines
        )
        models.prefetch_related_objects([order], "lines__book")
        return order

    def take_from_stock(self, lines: list[dict[str, Any]]) -> dict[int, Book]:
        wanted = Counter()
        for line in lines:
            wanted[line["book_id"]] += line["quantity"]

        # Locked in the order of their ids, so that two orders never wait for each other.
        books = Book.objects.select_for_update().order_by("id").in_bulk(wanted)
        errors = {
            index: {"book_id": ["There is no such book."]}
            for index, line in enumerate(lines)
            if line["book_id"] not in books
        }
        if errors:
            raise serializers.ValidationError({"lines": errors})

        for book_id, quantity in wanted.items():
            book = books[book_id]
            if book.stock < quantity:
                raise Conflict(f"Only {book.stock} of book {book_id} are left.")
            book.stock -= quantity
        Book.objects.bulk_update(books.values(), ["stock"])
        return books
