"""Decimals that a client must not send: msgspec takes NaN, infinities and any exponent."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from restive.values.types import bare, parts

PLACES = 999
NAMES = (b"nan", b"inf")
POWERS = (b"e0000", b"e+0000", b"e-0000")
# Letters in lower case; digits, and all that is not ASCII, as 0: Decimal takes any script's digits.
FOLDED = bytes(
    byte + 32 if 65 <= byte <= 90 else 48 if 48 <= byte <= 57 or byte > 127 else byte
    for byte in range(256)
)
SPACES = b"_ \t\n\r\v\f"  # Decimal skips them
# A text of nothing but what such a Decimal is made of, escapes included; and such a number.
ODD_TEXT = re.compile(
    rb'"(?=(?:[0+.naiftyse-]|\\u[0a-f]{4}|\\[a-z])*+")(?=[^"]*(?:nan|inf|e[+-]?0000|\\u))'
).search
BIG_POWER = re.compile(rb"0e[+-]?0000").search
ODD_NUMBER = re.compile(rb"(?:^|[:,\[])-?0++(?:\.0++)?e[+-]?0000").search


@lru_cache(maxsize=1024)
def has_decimals(tp: Any) -> bool:
    """Whether a Decimal can be in a `tp`; not in its Pydantic models, which check their own."""
    return any(bare(part) is Decimal for part in parts(tp))


def is_taken(value: str | Decimal) -> bool:
    """Whether it is a finite number of at most 999 places before or after the point."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return False
    # SECURITY: int() and fixed-point text of Decimal("1e999999999") fill the memory.
    return number.is_finite() and abs(number.adjusted()) <= PLACES


def json_may_be_odd(data: bytes) -> bool:
    """Whether a Decimal that is not taken may stand in JSON; rarely true without reason."""
    folded = data.translate(FOLDED, SPACES)
    if ODD_TEXT(folded) is not None:
        return True
    # PERF: without a literal to begin with, ODD_NUMBER costs more than the decoder.
    return BIG_POWER(folded) is not None and ODD_NUMBER(folded) is not None


def msgpack_may_be_odd(data: bytes) -> bool:
    """The same for MessagePack, where texts have no quotes to find them by."""
    folded = data.translate(FOLDED, SPACES)
    return any(sign in folded for sign in NAMES + POWERS)
