from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema_field

from shop.models import Author, Book

CENT = Decimal("0.01")
ABOVE_ALL_PRICES = Decimal(10_000)


def search_filter(**kwargs: Any) -> django_filters.CharFilter:
    schema = {"type": "string", "maxLength": 100, "description": "Text to look for."}
    return extend_schema_field(schema)(
        django_filters.CharFilter(strip=False, max_length=100, **kwargs)
    )


def price_filter(**kwargs: Any) -> django_filters.NumberFilter:
    schema = {"type": "number", "minimum": 0, "maximum": 1e50}
    return extend_schema_field(schema)(django_filters.NumberFilter(min_value=0, **kwargs))


@extend_schema_field({"type": "integer", "minimum": 1})
class IdFilter(django_filters.NumberFilter):
    field_class = forms.IntegerField


class StableOrderingFilter(django_filters.OrderingFilter):
    """Break ties by id."""

    def filter(self, qs: QuerySet, value: list[str] | None) -> QuerySet:
        return super().filter(qs, [*value, "id"] if value else value)

    def get_ordering_value(self, param: str) -> Any:
        return param if param == "id" else super().get_ordering_value(param)


class AuthorFilter(django_filters.FilterSet):
    q = search_filter(field_name="name", lookup_expr="icontains")
    sort = StableOrderingFilter(fields=["name", "born"])

    class Meta:
        model = Author
        fields = []


class BookFilter(django_filters.FilterSet):
    q = search_filter(method="search")
    author_id = IdFilter(field_name="author__id", min_value=1)
    price_min = price_filter(method="filter_price_min")
    price_max = price_filter(method="filter_price_max")
    sort = StableOrderingFilter(fields=["title", "price", "year"])

    class Meta:
        model = Book
        fields = []

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(Q(title__icontains=value) | Q(author__name__icontains=value))

    def filter_price_min(self, queryset: QuerySet, name: str, value: Decimal) -> QuerySet:
        return queryset.filter(
            price__gte=min(value, ABOVE_ALL_PRICES).quantize(CENT, ROUND_CEILING)
        )

    def filter_price_max(self, queryset: QuerySet, name: str, value: Decimal) -> QuerySet:
        return queryset.filter(price__lte=min(value, ABOVE_ALL_PRICES).quantize(CENT, ROUND_FLOOR))
