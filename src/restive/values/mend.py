"""Where msgspec and we differ on what a number is.

JSON numbers with a zero fraction (`1.0`, `1e2`) are integers, as JSON Schema says, and a Decimal is
finite. Values are treated in columns, all that stand in the same place of a type together, so that
a body full of them costs little more than msgspec.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any
from uuid import UUID

import msgspec

from restive.values.cache import by_type
from restive.values.codes import choices
from restive.values.hooks import is_pydantic
from restive.values.types import bare, parts

EXACT = 2**53  # beyond it a float does not hold every integer
REFUSED = "not a finite decimal number"  # what msgspec refuses in its place
OPEN = (Any, list, dict)
PLACES = 999  # before or after the point of a Decimal
KEPT = (bytes, bytearray, memoryview, datetime, date, time, timedelta, UUID, Decimal)
Column = list[Any]


@by_type
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


def decimals_taken(value: Any) -> bool:
    """Whether all Decimals in a typed value are taken: msgspec takes NaN and any exponent."""
    plain = msgspec.to_builtins(value, builtin_types=KEPT, enc_hook=lambda _model: None)
    return is_sound(plain)


def is_sound(decoded: Any) -> bool:
    """Whether there are only finite floats, and Decimals that are taken, in dicts and lists."""
    waiting = [decoded]
    for value in waiting:
        kind = type(value)
        if kind is dict:
            waiting += value
            waiting += value.values()
        elif kind is list or kind is tuple:
            waiting += value
        elif (kind is float and not isfinite(value)) or (kind is Decimal and not is_taken(value)):
            return False
    return True


def mender(tp: Any) -> Callable[[Column], Column] | None:
    """What mends a column of values of a type without parts; None where nothing can be.

    Types with Decimals are parsed with a Decimal for each fractional number, so that it keeps its
    digits. It becomes a float again where no type says what it is.
    """
    inner = bare(tp)
    if is_whole(inner):
        return _whole_numbers
    if inner is Decimal:
        return _decimals
    return _floats if inner in OPEN or is_pydantic(inner) else None


def is_whole(tp: Any) -> bool:
    inner = bare(tp)
    return inner is int or any(type(value) is int for value in choices(inner))


def _whole_numbers(column: Column) -> Column:
    kinds = set(map(type, column))
    if kinds.isdisjoint((float, Decimal)):
        return column
    if len(kinds) == 1:
        try:
            # PERF: in C, where all are whole. It refuses floats that do not hold every integer.
            return msgspec.convert(column, list[int], strict=False)
        except msgspec.ValidationError:
            pass  # one by one, then
    return [_whole(value) if type(value) in (float, Decimal) else value for value in column]


def _whole(value: Any) -> Any:
    return int(value) if abs(value) <= EXACT and value == int(value) else value


def _decimals(column: Column) -> Column:
    return [
        REFUSED if type(value) in (str, Decimal) and not is_taken(value) else value
        for value in column
    ]


def _floats(column: Column) -> Column:
    return [_float(value) for value in column]


def _float(value: Any) -> Any:
    if type(value) is Decimal:
        return float(value)
    if type(value) is list:
        return [_float(item) for item in value]
    if type(value) is dict:
        return {key: _float(item) for key, item in value.items()}
    return value
