"""From what msgspec and Pydantic complain of to one FieldError, with its code and its place."""

from __future__ import annotations

import re
from ast import literal_eval
from collections.abc import Iterator, Sequence
from typing import Any

from restive.errors import FieldError
from restive.values.codes import article, choices, kind_of, one_of
from restive.values.similar import did_you_mean
from restive.values.types import bare, is_optional, members

COMPARISONS = {">=": "at least", ">": "more than", "<=": "at most", "<": "less than"}


# What msgspec 0.20 to 0.22 says of a constraint
LIMIT = re.compile(r"Expected `[^`]*`( of length)? (>=|>|<=|<) (\S+)\Z").match
ITEMS = re.compile(r"Expected `array` of (at least |at most |)length (\d+), got (\d+)\Z").match
MULTIPLE = re.compile(r"Expected `[^`]*` that's a multiple of (\S+)\Z").match
PATTERN = re.compile(r"Expected `[^`]*` matching regex (.*)\Z", re.DOTALL).match
OFFSET = re.compile(r"Expected `(datetime|time)` with (a|no) timezone component\Z").match
KIND = re.compile(r"Expected `[^`]*`, got `[^`]*`\Z").match
FORMAT = re.compile(
    r"Invalid (RFC3339|ISO8601|base64|UUID|decimal|epoch|MessagePack timestamp)"
).match

# Code → the starts of Pydantic's types of errors; the first that fits.
PYDANTIC = {
    "missing": ("missing", "union_tag_not_found"),
    "unknown_field": ("extra_forbidden",),
    "multiple_of": ("multiple_of",),
    "pattern": ("string_pattern_mismatch",),
    "not_one_of": ("enum", "literal_error", "union_tag_invalid"),
    "type": ("int_from_float", "int_parsing", "float_parsing", "bool_parsing"),
    "too_small": ("greater_than",),
    "too_large": ("less_than",),
    "format": ("date", "time", "uuid", "decimal", "url", "ip_", "bytes_invalid", "finite_number"),
}
PYDANTIC_MOST = 1000  # errors that are looked at
# and the ends of some, which go first
PYDANTIC_ENDINGS = {"too_short": "too_short", "too_long": "too_long", "_type": "type"}


def split(message: str) -> tuple[str, str | None]:
    """msgspec's message as its text and its path: `.a[0]`; "" at the top, None for a dict's key."""
    text, found, place = message.rpartition(" - at `")
    if not found:
        return message, ""
    return text, place[1:-1] if place.startswith("$") else None


def escaped(name: object) -> str:
    """A name as one step of a JSON Pointer (RFC 6901, 3)."""
    return str(name).replace("~", "~0").replace("/", "~1")


def described(text: str, tp: Any, expected: str, value: Any, pointer: str) -> FieldError:
    """The FieldError for msgspec's `text` about `value`, which should have been a `tp`.

    expected: `word(tp)`, which is not cheap.
    """
    if own := _constraint(text):
        return FieldError(
            detail=f"Expected {own[1]}.", code=own[0], pointer=pointer, expected=own[1]
        )
    if KIND(text):
        detail = f"Expected {article(expected)}, got {kind_of(value)}."
        return FieldError(detail=detail, code="type", pointer=pointer, expected=expected)
    if text.startswith(("Invalid enum value", "Invalid value")):
        return not_one_of(_choices(tp), value, pointer)
    if FORMAT(text):
        detail = f"Expected {article(expected)}."
        return FieldError(detail=detail, code="format", pointer=pointer, expected=expected)
    return FieldError(detail=text, code="value", pointer=pointer)


def _choices(tp: Any) -> list[Any]:
    values = [value for member in members(tp) for value in choices(bare(member))]
    return [*values, None] if is_optional(tp) and None not in values else values


def _constraint(text: str) -> tuple[str, str] | None:
    """Code and expectation where `text` is about a constraint."""
    if found := LIMIT(text):
        length, sign, bound = found.groups()
        least, most = ("too_short", "too_long") if length else ("too_small", "too_large")
        expected = f"{'a length of ' if length else ''}{COMPARISONS[sign]} {bound}"
        return (least if sign.startswith(">") else most), expected
    if found := ITEMS(text):
        bound, wanted, got = found.groups()
        code = "too_short" if int(got) < int(wanted) else "too_long"
        return code, f"a length of {bound}{wanted}"
    if found := MULTIPLE(text):
        return "multiple_of", f"a multiple of {found[1]}"
    if found := PATTERN(text):
        return "pattern", f"text that matches {literal_eval(found[1])}"
    if found := OFFSET(text):
        kind = "date-time" if found[1] == "datetime" else "time"
        return "format", f"a {kind} {'with an' if found[2] == 'a' else 'without an'} offset"
    return None


def not_one_of(values: Sequence[Any], value: Any, pointer: str) -> FieldError:
    expected = one_of(values) if values else None
    close: list[str] = []
    if isinstance(value, str):
        close = did_you_mean(value, [known for known in values if isinstance(known, str)])
    return FieldError(
        detail=f"Expected {expected}." if expected else "This value is not allowed.",
        code="not_one_of",
        pointer=pointer,
        expected=expected,
        did_you_mean=close or None,
    )


def missing(name: str, unknown: Sequence[object], pointer: str) -> FieldError:
    """`name` is required; did_you_mean are the unknown names that were sent and look like it."""
    return FieldError(
        detail=f"{name!r} is required.",
        code="missing",
        pointer=f"{pointer}/{escaped(name)}",
        did_you_mean=did_you_mean(name, map(str, unknown)) or None,
    )


def unknown_field(name: object, absent: Sequence[str], pointer: str) -> FieldError:
    """`name` is not a field; did_you_mean are the fields not sent that look like it."""
    return FieldError(
        detail="There is no such field.",
        code="unknown_field",
        pointer=f"{pointer}/{escaped(name)}",
        did_you_mean=did_you_mean(str(name), absent) or None,
    )


def from_pydantic(error: Any, value: Any, pointer: str) -> Iterator[FieldError]:
    """One FieldError for each error of a Pydantic ValidationError about `value`.

    Above 1,000 one in all: Pydantic lists all or none, at 30 times the cost of a good value.
    """
    if (count := error.error_count()) > PYDANTIC_MOST:
        yield FieldError(detail=f"The model has {count} errors.", code="value", pointer=pointer)
        return
    for item in error.errors(include_url=False, include_input=False):
        kind = item["type"]
        code = _pydantic_code(kind)
        place = _place(item["loc"], value, adds=code == "missing")
        expected = (item.get("ctx") or {}).get("expected")
        yield FieldError(
            detail=f"{item['msg']}.",
            code=code,
            pointer=pointer + "".join(f"/{escaped(step)}" for step in place),
            expected=expected if isinstance(expected, str) else None,
        )


def _pydantic_code(kind: str) -> str:
    for ending, code in PYDANTIC_ENDINGS.items():
        if kind.endswith(ending):
            return code
    return next((code for code, starts in PYDANTIC.items() if kind.startswith(starts)), "value")


def _place(loc: Sequence[Any], value: Any, *, adds: bool) -> Iterator[Any]:
    """The steps of `loc` that lead somewhere in `value`: Pydantic names union members there too."""
    for number, step in enumerate(loc):
        if (isinstance(value, dict) and step in value) or (
            isinstance(value, list) and isinstance(step, int) and step < len(value)
        ):
            value = value[step]
        elif not (adds and number == len(loc) - 1):
            continue
        yield step
