import re
from decimal import Decimal
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from rest_framework import serializers

MIN_PRICE = Decimal("0.01")
MAX_PRICE = Decimal("9999.99")
DIGITS = r"[0-9]{1,4}(\.[0-9]{1,2})?"


class PriceField(serializers.DecimalField):
    """A number or a string of digits; `DecimalField` alone takes "1e3" and "١" too."""

    def __init__(self, **kwargs: Any) -> None:
        limits = {"min_value": MIN_PRICE, "max_value": MAX_PRICE}
        super().__init__(max_digits=6, decimal_places=2, **limits, **kwargs)

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, str) and not re.fullmatch(DIGITS, data):
            self.fail("invalid")
        return super().to_internal_value(data)


class PriceFieldExtension(OpenApiSerializerFieldExtension):
    target_class = PriceField

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        if direction == "response":
            return {"type": "string", "pattern": r"^[0-9]{1,4}\.[0-9]{2}$"}
        number = {"minimum": float(MIN_PRICE), "maximum": float(MAX_PRICE)}
        return {
            "anyOf": [{"type": "number", **number}, {"type": "string", "pattern": f"^{DIGITS}$"}]
        }
