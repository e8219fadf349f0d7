"""Fields that marshmallow does not bring."""

import re
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields, validate

LARGEST_ID = 2**31 - 1
NOT_BLANK = validate.Regexp(r"\s*\S", error="Must not be only white space.")


def storable(value: str) -> None:
    """JSON can escape what a database cannot store: NUL, and halves of surrogate pairs."""
    if re.search("[\0\ud800-\udfff]", value):
        raise ValidationError("Contains a character that cannot be stored.")


def text(*, max: int, min: int = 0, blank: bool = True, **kwargs: Any) -> fields.String:
    validators = [validate.Length(min=min, max=max), storable]
    if not blank:
        validators.append(NOT_BLANK)
    return fields.String(validate=validators, **kwargs)


def integer(min: int, max: int = LARGEST_ID, **kwargs: Any) -> fields.Integer:
    """An integer in a JSON body, where "1" and 1.5 are none."""
    return fields.Integer(strict=True, validate=validate.Range(min=min, max=max), **kwargs)


class Money(fields.Decimal):
    """An amount on the way out: a string with two decimals."""

    def __init__(self, **kwargs: Any) -> None:
        metadata = {"type": "string", "pattern": r"^[0-9]{1,8}\.[0-9]{2}$", "examples": ["12.50"]}
        super().__init__(places=2, as_string=True, **{"metadata": metadata, **kwargs})


class Price(Money):
    """A price on the way in: a number or a string of digits, with two decimals at most."""

    PATTERN = r"^[0-9]{1,4}(\.[0-9]{1,2})?$"
    LOWEST, HIGHEST = Decimal("0.01"), Decimal("9999.99")
    default_error_messages = {
        "digits": "Not a number with two decimals at most.",
        "range": "Must be from 0.01 to 9999.99.",
    }

    def __init__(self, **kwargs: Any) -> None:
        metadata = {
            "type": ["number", "string"],
            "minimum": 0.01,
            "maximum": 9999.99,
            "multipleOf": 0.01,
            "pattern": self.PATTERN,
        }
        super().__init__(metadata=metadata, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Decimal:
        if isinstance(value, str) and not re.fullmatch(self.PATTERN, value):
            raise self.make_error("digits")
        price = super()._deserialize(value, attr, data, **kwargs)
        if price != Decimal(str(value)):
            raise self.make_error("digits")
        if not self.LOWEST <= price <= self.HIGHEST:
            raise self.make_error("range")
        return price
