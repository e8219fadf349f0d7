"""Fields that marshmallow does not bring."""

import re
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields, validate

# PostgreSQL stores no NUL.
NO_NUL = validate.Regexp(r"^[^\x00]*$", error="Must not contain NUL.")
NOT_BLANK = validate.Regexp(
    r"^\s*[^\s\x00][^\x00]*$", error="Must not be only white space, nor contain NUL."
)
LARGEST_ID = 2**31 - 1


def encodable(value: str) -> None:
    """JSON can escape half of a surrogate pair, which is not a character that UTF-8 has."""
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ValidationError("Contains half of a surrogate pair.") from error


def text(*, max: int, min: int = 0, blank: bool = True, **kwargs: Any) -> fields.String:
    pattern = NO_NUL if blank else NOT_BLANK
    validators = [validate.Length(min=min, max=max), pattern, encodable]
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
        if isinstance(value, str) and not re.fullmatch(self.PATTERN, value.replace("\n", "?")):
            raise self.make_error("digits")
        price = super()._deserialize(value, attr, data, **kwargs)
        if price != Decimal(str(value)):
            raise self.make_error("digits")
        if not self.LOWEST <= price <= self.HIGHEST:
            raise self.make_error("range")
        return price
