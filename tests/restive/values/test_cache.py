"""What is made of a type is made once, and never handed to another type."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
import pytest

from restive.codecs.json import JSON
from restive.values.body import json_reader
from restive.values.cache import by_type
from restive.values.output import label
from restive.values.types import fields_of, normalise

from .models import Book, Page


def counting() -> tuple[Any, list[Any]]:
    calls: list[Any] = []

    @by_type
    def made(tp: Any, depth: int = 0) -> Any:
        calls.append((tp, depth))
        if tp is None:
            raise ValueError("no type")
        return object()

    return made, calls


def test_a_type_is_looked_at_once() -> None:
    made, calls = counting()
    assert made(list[int]) is made(list[int])
    assert made(int, depth=1) is made(int, depth=1)
    assert made(int, depth=2) is not made(int, depth=1)
    assert len(calls) == 3


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (int | str, str | int),
        (list[int | str], list[str | int]),
        (Literal[1], Literal[True]),
        (Annotated[int, 1], Annotated[int, True]),
    ],
)
def test_types_that_equal_each_other_are_kept_apart(one: Any, other: Any) -> None:
    made, _ = counting()
    assert made(one) is not made(other)


def test_what_has_no_hash_is_made_anew() -> None:
    made, calls = counting()
    unhashable = Annotated[int, []]
    assert made(unhashable) is not made(unhashable)
    assert len(calls) == 2


def test_errors_are_not_remembered() -> None:
    made, calls = counting()
    for _ in range(2):
        with pytest.raises(ValueError, match="no type"):
            made(None)
    assert len(calls) == 2


def test_classes_of_one_name_are_not_mixed_up() -> None:
    one, other = (msgspec.defstruct("Same", [("value", tp)]) for tp in (int, str))
    assert fields_of(one)[0].type is int
    assert fields_of(other)[0].type is str
    assert json_reader(list[one], depth=8)(b'[{"value": 1}]') == [one(1)]  # type: ignore[valid-type]
    assert json_reader(list[other], depth=8)(b'[{"value": "a"}]') == [other("a")]  # type: ignore[valid-type]


def test_routes_share_what_is_made_of_their_types() -> None:
    assert JSON.encoder(Page[Book]) is JSON.encoder(Page[Book])
    assert JSON.reader(Book, depth=64) is JSON.reader(Book, depth=64)
    assert JSON.reader(Book, depth=64) is not JSON.reader(Book, depth=63)
    assert fields_of(normalise(Book)) is fields_of(Book)
    assert (label(int | str), label(str | int)) == ("int | str", "str | int")
