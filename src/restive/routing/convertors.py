"""Convertors: the text of a path segment to a value, and back.

A registry is a mapping of names to convertors, handed to `Template.parse`. Its order is the order
in which convertors are tried where several stand at one place of the path, so one's own go in front
of the built-in ones they specialise: `{"isbn": Isbn(), **CONVERTORS}`. Of the built-in ones no two
accept the same text, `str` and `path` apart, which are always last.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Protocol
from uuid import UUID

import msgspec

_UUID = re.compile("[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INT_DIGITS = 19  # as many as fit a signed 64-bit integer


class Convertor(Protocol):
    """What `{name:convertor}` asks of an object. Pure: the same text gives the same answer."""

    @property
    def pattern(self) -> str:
        """Regular expression (ECMA 262, unanchored) of the texts accepted, for documentation."""

    @property
    def schema(self) -> Mapping[str, Any]:
        """JSON Schema (2020-12) of the value."""

    def parse(self, text: str, /) -> Any:
        """The value of a decoded, non-empty segment. `ValueError`: the route does not match."""

    def format(self, value: Any, /) -> str:
        """The text of a value, not percent-encoded; `parse` must accept it."""


# eq=False: two convertors are the same only when they are one object (the matcher relies on it).
class BuiltIn(msgspec.Struct, frozen=True, eq=False):
    """A convertor made of two functions."""

    pattern: str
    schema: Mapping[str, Any]
    parse: Callable[[str], Any]
    format: Callable[[Any], str]


def _parse_int(text: str) -> int:
    # int() alone would take " 1", "+1", "1_0" and the digits of every script.
    digits = text if text.isdigit() else text.removeprefix("-")
    if digits.isdigit() and digits.isascii() and len(digits) <= _INT_DIGITS:
        return int(text)
    raise ValueError("not an integer of at most 19 digits")


def _parse_uuid(text: str) -> UUID:
    if _UUID.fullmatch(text):  # UUID() alone would take braces, "urn:uuid:" and no hyphens
        return UUID(text)
    raise ValueError("not a UUID")


def _parse_rest(text: str) -> str:
    # SECURITY: joined with a folder, an absolute path would lead out of it.
    if text.startswith("/") or "\0" in text:
        raise ValueError("it starts with a slash or holds a NUL")
    return text


def _parse_date(text: str) -> date:
    if _DATE.fullmatch(text):  # fromisoformat() alone would take "20240229" and "2024-W09-4"
        return date.fromisoformat(text)
    raise ValueError("not a date")


INT = BuiltIn("-?[0-9]{1,19}", {"type": "integer"}, _parse_int, str)
UUID_ = BuiltIn(_UUID.pattern, {"type": "string", "format": "uuid"}, _parse_uuid, str)
DATE = BuiltIn(_DATE.pattern, {"type": "string", "format": "date"}, _parse_date, str)
PLAIN = BuiltIn("[^/]+", {"type": "string", "minLength": 1}, str, str)
"""`{name}` and `{name:str}`: one segment, not empty."""
PATH = BuiltIn(".*", {"type": "string"}, _parse_rest, str)
"""`{name:path}`: all that is left, slashes included; may be empty, and starts with no slash."""

SAMPLES: Mapping[Convertor, Any] = {INT: 0, UUID_: UUID(int=0), DATE: date.min}
"""A value that it makes, for each of our own that makes no text."""

CONVERTORS: Mapping[str, Convertor] = MappingProxyType(
    {"int": INT, "uuid": UUID_, "date": DATE, "str": PLAIN, "path": PATH}
)
