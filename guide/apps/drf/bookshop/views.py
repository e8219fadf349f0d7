from typing import Any

from django.db import OperationalError, connection
from django.http import HttpRequest, JsonResponse
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers, status
from rest_framework.mixins import CreateModelMixin
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookshop.exceptions import ServiceUnavailable
from bookshop.schema import errors


class CreateWithLocationMixin(CreateModelMixin):
    """Name the new resource in `Location`; for viewsets, whose router knows where it is."""

    def get_success_headers(self, data: dict[str, Any]) -> dict[str, str]:
        return {"Location": self.reverse_action("detail", args=[data["id"]])}


class HealthView(APIView):
    authentication_classes = []
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="getHealth",
        summary="Whether the app is up and reaches its database",
        tags=["service"],
        auth=[],
        responses={
            200: inline_serializer("Health", {"status": serializers.ChoiceField(["ok"])}),
            **errors(406, 503),
        },
    )
    def get(self, request: Request) -> Response:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except OperationalError as error:
            raise ServiceUnavailable from error
        return Response({"status": "ok"})


def page_not_found(request: HttpRequest, exception: Exception) -> JsonResponse:
    return JsonResponse({"detail": "Not found."}, status=status.HTTP_404_NOT_FOUND)
