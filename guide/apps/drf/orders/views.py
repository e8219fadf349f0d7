from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from bookshop.schema import BODY_ERRORS, LOCATION, errors
from bookshop.views import CreateWithLocationMixin
from orders.models import Order
from orders.serializers import OrderSerializer


@extend_schema(tags=["orders"])
@extend_schema_view(
    list=extend_schema(
        operation_id="listOrders",
        summary="The caller's orders, newest first",
        responses={200: OrderSerializer, **errors(400, 401, 404, 406)},
    ),
    create=extend_schema(
        operation_id="createOrder",
        summary="Order books",
        parameters=[LOCATION],
        responses={201: OrderSerializer, **errors(401, 409, *BODY_ERRORS)},
    ),
    retrieve=extend_schema(
        operation_id="getOrder",
        summary="Read an order",
        responses={200: OrderSerializer, **errors(401, 404, 406)},
    ),
)
class OrderViewSet(
    CreateWithLocationMixin,
    mixins.RetrieveModelMixin,
    mixins.ListModelMixin,
    GenericViewSet,
):
    queryset = Order.objects.select_related("customer").prefetch_related("lines__book")
    serializer_class = OrderSerializer
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[Order]:
        queryset = super().get_queryset()
        if self.request.user.is_staff:
            return queryset
        return queryset.filter(customer=self.request.user)

    def perform_create(self, serializer: BaseSerializer) -> None:
        serializer.save(customer=self.request.user)
