"""The codes of what can be wrong with a value, and the words for it.

A code is stable: clients branch on it. `detail` is for people and may change.

    missing            it is required and was not sent
    unknown_field      the type has no such field, and takes no others
    unknown_parameter  400: there is no such query parameter
    repeated           a parameter that is one value was sent several times
    type               it is of another kind: text for an integer, an array for an object
    null               null in a patch where the field cannot be null
    too_small          below the least value
    too_large          above the greatest value
    multiple_of        not a multiple of what it must be a multiple of
    too_short          text, array or object with too few characters, items or members
    too_long           text, array or object with too many characters, items or members
    pattern            text that does not match the regular expression
    format             text that is not a date, date-time, UUID, decimal number, base64 and so on
    not_one_of         not one of the values of an enumeration, a Literal or a tag
    value              refused by the type's own check (`__post_init__`, a validator)
    malformed          400: it cannot be parsed
    empty              400: nothing was sent where a body is required
    encoding           400: it is not UTF-8
    too_deep           400: arrays and objects nested deeper than the limit
    out_of_range       400: a number with more digits than can be read
"""

from __future__ import annotations

import types
from collections.abc import Iterable
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin

import msgspec

from restive.values.types import bare, is_structured, item_types

_NAMES = """
missing unknown_field unknown_parameter repeated type null too_small too_large multiple_of too_short
too_long pattern format not_one_of value malformed empty encoding too_deep out_of_range
"""
CODES = frozenset(_NAMES.split())
WORDS = {
    "str": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "Decimal": "decimal number",
    "NoneType": "null",
    "datetime": "date-time (RFC 3339)",
    "date": "date (YYYY-MM-DD)",
    "time": "time (HH:MM:SS)",
    "timedelta": "duration (ISO 8601)",
    "UUID": "UUID",
    **dict.fromkeys(("bytes", "bytearray", "memoryview"), "base64 string"),
    **dict.fromkeys(("list", "tuple", "set", "frozenset", "Sequence"), "array"),
    **dict.fromkeys(("dict", "Mapping"), "object"),
}
SHOWN = 50  # values of an enumeration that `expected` lists


def word(tp: Any) -> str:
    """What a client is told that a value of `tp` looks like: `integer`, `'a' or 'b'`, `array`."""
    inner = bare(tp)
    origin = get_origin(inner)
    if origin in (Union, types.UnionType):
        kinds = dict.fromkeys(word(arg) for arg in get_args(inner) if arg is not msgspec.UnsetType)
        return " or ".join(kinds)
    if values := choices(inner):
        return one_of(values)
    if is_structured(inner):
        return "object"
    if item_types(inner):
        return "array"
    return WORDS.get(getattr(origin or inner, "__name__", ""), "value")


def kind_of(value: Any) -> str:
    """What kind of JSON or MessagePack value was sent."""
    return WORDS.get(type(value).__name__, type(value).__name__)


def choices(tp: Any) -> list[Any]:
    """The values of an Enum or a Literal as they are on the wire; [] for another type."""
    if get_origin(tp) is Literal:
        return list(get_args(tp))
    if isinstance(tp, type) and issubclass(tp, Enum):
        return [member.value for member in tp]
    return []


def one_of(values: Iterable[Any]) -> str:
    """`'a', 'b' or 'c'`; with more than 50, the first of them and an ellipsis."""
    shown = ["null" if value is None else repr(value) for value in values]
    if len(shown) > SHOWN:
        return ", ".join(shown[:SHOWN]) + ", …"
    return " or ".join(part for part in (", ".join(shown[:-1]), shown[-1]) if part)


def article(words: str) -> str:
    """`an integer`, `a string`; quoted values and `null` as they are."""
    if not words[0].isalpha() or words.startswith("null"):
        return words
    return f"{'an' if words[0] in 'aeio' else 'a'} {words}"
