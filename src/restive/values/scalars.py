"""Reading text (of paths, queries, header fields and cookies) as typed values.

    str        as it is
    int        -?[0-9]+ in ASCII; leading zeros are taken
    float      -?[0-9]+(.[0-9]+)?([eE][+-]?[0-9]+)?, finite
    bool       true, false, 1, 0
    Decimal    -?[0-9]+(.[0-9]+)?
    datetime   RFC 3339, with its offset; with `Meta(tz=False)`, without
    date       YYYY-MM-DD
    time       HH:MM:SS, fraction and offset if wanted
    timedelta  ISO 8601 duration, such as P1DT12H
    UUID       8-4-4-4-12 hexadecimal digits
    Enum, Literal  by value
    unions     the first that fits: integers, numbers, others as declared, strings last

`null` and "" are no values: `int | None` reads an integer, and is None only when absent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from math import inf, isfinite
from typing import Annotated, Any, Literal, get_args, get_origin
from uuid import UUID

import msgspec
from msgspec import Meta

from restive.values import faults
from restive.values.cache import by_type
from restive.values.codes import article, choices, one_of, word
from restive.values.similar import did_you_mean
from restive.values.types import bare, is_scalar, is_scalar_list, members, metas

Reader = Callable[[str], Any]

DIGITS = re.compile(r"-?[0-9]+").fullmatch
NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?").fullmatch
PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?").fullmatch
DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
CLOCK = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?"
OFFSET = r"(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
# What msgspec reads between quotes, and what of it we take.
QUOTED = {
    datetime: re.compile(f"{DATE}[Tt]{CLOCK}{OFFSET}").fullmatch,
    date: re.compile(DATE).fullmatch,
    time: re.compile(f"{CLOCK}{OFFSET}?").fullmatch,
    timedelta: re.compile(r"[+-]?[Pp][0-9DHMSTWdhmstw.]+").fullmatch,
    UUID: re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}").fullmatch,
}
NAIVE = re.compile(f"{DATE}[Tt]{CLOCK}").fullmatch
BOOLS = {"true": True, "false": False, "1": True, "0": False}
LIMITS = ("gt", "ge", "lt", "le", "multiple_of", "min_length", "max_length", "pattern", "tz")
RANK = {int: 0, float: 1, Decimal: 2, str: 9}


@dataclass(eq=False)
class BadValue(Exception):
    """Text that is not a value of the type that was asked for.

    malformed: it cannot even be parsed (an integer of more than 4,300 digits), which is 400 where
    the others are 422.
    """

    detail: str
    code: str
    expected: str | None = None
    malformed: bool = False
    did_you_mean: list[str] | None = None


@by_type
def text_reader(tp: Any) -> Reader:
    """A function that reads one text as `tp`, or raises BadValue.

    tp: a type for which `is_scalar` holds, as `normalise` returns it; TypeError for another.
    """
    if not is_scalar(tp):
        raise TypeError(f"{tp!r} cannot be read from text")
    options = members(tp)
    if len(options) > 1:
        return _first_of(options, tp)
    constraints = (*metas(tp), *metas(options[0])) if options[0] is not tp else metas(tp)
    inner = bare(options[0])
    return _checked(_plain_reader(inner, constraints), inner, constraints)


@by_type
def texts_reader(tp: Any) -> Callable[[list[str]], Any]:
    """A function that reads a list of texts as `tp`, or raises BadValue that tells which is bad.

    tp: a type for which `is_scalar_list` holds; TypeError for another.
    """
    if not is_scalar_list(tp):
        raise TypeError(f"{tp!r} cannot be read from a list of texts")
    inner = members(tp)[0]
    constraints = metas(inner) if inner is tp else (*metas(tp), *metas(inner))
    inner = bare(inner)
    read = text_reader(get_args(inner)[0])
    collect: Callable[[Iterable[Any]], Any] = (
        get_origin(inner) if get_origin(inner) in (set, frozenset, tuple) else list
    )

    def read_all(texts: list[str]) -> Any:
        values: list[Any] = []
        try:
            for text in texts:
                values.append(read(text))
        except BadValue as error:
            error.detail = f"Value {len(values) + 1}: {error.detail}"
            raise
        return collect(values)

    return _checked(read_all, inner, constraints)


# -- one kind each -----------------------------------------------------------------------------


def read_int(text: str) -> int:
    # PERF: two C calls where a regular expression costs three times as much.
    if not (text.isdecimal() and text.isascii()) and not DIGITS(text):
        raise _type_error("integer")
    try:
        return int(text)
    except ValueError:  # more digits than sys.get_int_max_str_digits()
        raise BadValue(
            "Integers have at most 4300 digits.", "out_of_range", "integer", malformed=True
        ) from None


def read_float(text: str) -> float:
    if not NUMBER(text):
        raise _type_error("number")
    value = float(text)
    if not isfinite(value):
        raise BadValue("The number is out of range.", "too_large", "number")
    return value


def read_bool(text: str) -> bool:
    try:
        return BOOLS[text]
    except KeyError:
        raise BadValue("Expected true or false.", "type", "boolean") from None


def read_decimal(text: str) -> Decimal:
    if not PLAIN(text):
        raise BadValue("Expected a decimal number.", "format", "decimal number")
    return Decimal(text)


READERS: dict[Any, Reader] = {
    str: str,
    int: read_int,
    float: read_float,
    bool: read_bool,
    Decimal: read_decimal,
}


def _type_error(expected: str) -> BadValue:
    return BadValue(f"Expected {article(expected)}.", "type", expected)


def _plain_reader(tp: Any, constraints: Sequence[Meta]) -> Reader:
    """The reader of one type, its constraints left out (but for `tz`)."""
    if tp in READERS:
        return READERS[tp]
    if tp in QUOTED:
        naive = tp in (datetime, time) and any(meta.tz is False for meta in constraints)
        return _quoted_reader(tp, NAIVE if naive and tp is datetime else QUOTED[tp])
    if get_origin(tp) is Literal or (isinstance(tp, type) and issubclass(tp, Enum)):
        return _choice_reader(tp)
    raise TypeError(f"{tp!r} cannot be read from text")


def _quoted_reader(tp: Any, fits: Callable[[str], Any]) -> Reader:
    expected = word(tp)
    failure = f"Expected {article(expected)}."
    if tp is datetime and fits is not NAIVE:
        failure = "Expected a date-time with an offset (RFC 3339), such as 2030-01-31T12:00:00Z."
    typed = msgspec.json.Decoder(tp)

    def read_quoted(text: str) -> Any:
        if fits(text):
            try:
                return typed.decode(f'"{text}"')
            except msgspec.ValidationError:
                pass  # 2030-02-30 has the right form; the message below is the same
        raise BadValue(failure, "format", expected)

    return read_quoted


def _choice_reader(tp: Any) -> Reader:
    """Of an Enum or a Literal, by value."""
    values = [value for value in choices(tp) if value is not None]
    build: Callable[[Any], Any] = tp if isinstance(tp, type) else lambda value: value
    by_text = {str(value): build(value) for value in reversed(values)}
    numbers = all(isinstance(value, int) for value in values)
    expected = one_of(values)

    def read_choice(text: str) -> Any:
        found = by_text.get(text)
        if found is not None:
            return found
        try:
            # An Enum's own `_missing_` may know more; integers may have leading zeros.
            value = read_int(text) if numbers else text
            return tp(value) if isinstance(tp, type) else by_text[str(value)]
        except (BadValue, ValueError, KeyError):
            raise BadValue(
                f"Expected {expected}.",
                "not_one_of",
                expected,
                did_you_mean=did_you_mean(text, by_text) or None,
            ) from None

    return read_choice


def _first_of(options: Sequence[Any], tp: Any) -> Reader:
    """The first reader that takes the text; integers before numbers, strings last."""
    ranked = sorted(options, key=lambda option: RANK.get(bare(option), 5))
    readers = [text_reader(option) for option in ranked]
    expected = word(tp)

    def read_first(text: str) -> Any:
        for read in readers:
            try:
                return read(text)
            except BadValue as error:
                failure = error
                if error.malformed:
                    break
        if failure.malformed or failure.code not in ("type", "format"):
            raise failure
        raise BadValue(f"Expected {article(expected)}.", "type", expected)

    return _checked(read_first, bare(tp), metas(tp))


# -- constraints -------------------------------------------------------------------------------


def _checked(
    read: Callable[[Any], Any], tp: Any, constraints: Sequence[Meta]
) -> Callable[[Any], Any]:
    """`read`, and then the constraints on `tp`; `read` itself where there are none."""
    names = {n for meta in constraints for n in LIMITS if getattr(meta, n) is not None}
    if not names:
        return read
    # PERF: an inclusive range, which is what most numbers have, is one comparison.
    low = max((meta.ge for meta in constraints if meta.ge is not None), default=-inf)
    high = min((meta.le for meta in constraints if meta.le is not None), default=inf)
    ranged = names <= {"ge", "le"}
    # PERF: msgspec remembers what a Struct is made of, and not what any other type is.
    whole = Annotated[(tp, *constraints)]
    holder = msgspec.defstruct("Holder", [("value", whole)], array_like=True)

    def read_checked(text: Any) -> Any:
        value = read(text)
        if ranged and low <= value <= high:
            return value
        try:
            msgspec.convert((value,), holder)
        except msgspec.ValidationError as error:
            found = faults.described(faults.split(str(error))[0], tp, word(tp), value, "")
            raise BadValue(found.detail, found.code, found.expected) from None
        return value

    return read_checked
