from typing import Any

from rest_framework import serializers
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response


class PageQuerySerializer(serializers.Serializer):
    page = serializers.IntegerField(min_value=1, default=1)
    per_page = serializers.IntegerField(min_value=1, max_value=100, default=20)


class Pagination(PageNumberPagination):
    """Numbered pages; parameters that are not valid are refused rather than ignored."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        query = PageQuerySerializer(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        self.query = query.validated_data
        return super().paginate_queryset(queryset, request, view)

    def get_page_size(self, request: Request) -> int:
        return self.query["per_page"]

    def get_page_number(self, request: Request, paginator: Any) -> int:
        return self.query["page"]

    def get_paginated_response(self, data: list[Any]) -> Response:
        return Response({"items": data, "total": self.page.paginator.count, **self.query})

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        limits = {"page": {"default": 1}, "per_page": {"maximum": 100, "default": 20}}
        return [
            {"name": name, "in": "query", "schema": {"type": "integer", "minimum": 1, **limit}}
            for name, limit in limits.items()
        ]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["items", "total", "page", "per_page"],
            "properties": {
                "items": {**schema, "maxItems": 100},
                "total": {"type": "integer", "minimum": 0},
                "page": {"type": "integer", "minimum": 1},
                "per_page": {"type": "integer", "minimum": 1, "maximum": 100},
            },
        }
