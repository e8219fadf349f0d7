from typing import Any

from rest_framework import serializers
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response


class PageSizeSerializer(serializers.Serializer):
    per_page = serializers.IntegerField(min_value=1, max_value=100, default=20)


class Pagination(PageNumberPagination):
    page_size_query_param = "per_page"
    page_size_query_description = "Number of results per page, from 1 to 100; 20 by default."

    def get_page_size(self, request: Request) -> int:
        """Refuse a size that is not valid, where the base class would take the default."""
        query = PageSizeSerializer(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        return query.validated_data["per_page"]

    def get_paginated_response(self, data: list[Any]) -> Response:
        return Response(
            {
                "items": data,
                "total": self.page.paginator.count,
                "page": self.page.number,
                "per_page": self.page.paginator.per_page,
            }
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["items", "total", "page", "per_page"],
            "properties": {
                "items": schema,
                "total": {"type": "integer"},
                "page": {"type": "integer"},
                "per_page": {"type": "integer"},
            },
        }
