from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from shop.models import Author, Book


class SearchFilter(django_filters.CharFilter):
    def __init__(self, **kwargs: Any) -> None:
        help_text = "Text to look for, of at most 100 characters."
        super().__init__(strip=False, max_length=100, help_text=help_text, **kwargs)


class IdFilter(django_filters.NumberFilter):
    field_class = forms.IntegerField


class StableOrderingFilter(django_filters.OrderingFilter):
    """Break ties by id."""

    def filter(self, qs: QuerySet, value: list[str] | None) -> QuerySet:
        return super().filter(qs, [*value, "id"] if value else value)


class AuthorFilter(django_filters.FilterSet):
    q = SearchFilter(field_name="name", lookup_expr="icontains")
    sort = StableOrderingFilter(fields=["name", "born"])

    class Meta:
        model = Author
        fields = []


class BookFilter(django_filters.FilterSet):
    q = SearchFilter(method="search")
    author_id = IdFilter(field_name="author__id", min_value=1)
    # More decimals than any price has, and fewer than PostgreSQL fails at.
    price_min = django_filters.NumberFilter(
        field_name="price", lookup_expr="gte", min_value=0, decimal_places=10
    )
    price_max = django_filters.NumberFilter(
        field_name="price", lookup_expr="lte", min_value=0, decimal_places=10
    )
    sort = StableOrderingFilter(fields=["title", "price", "year"])

    class Meta:
        model = Book
        fields = []

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(Q(title__icontains=value) | Q(author__name__icontains=value))
