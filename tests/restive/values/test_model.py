"""Parameter models: classes made of values that are converted already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import attrs
import msgspec
import pytest

from restive.values.model import InvalidModel, model_builder
from restive.values.types import UnsupportedType

from .models import AttrsBook, Book, DataBook, PydanticBook, StrictEvent, TypedBook


@attrs.define
class Private:
    _secret: int = 0


@dataclass
class Checked:
    first: int = 1
    last: int = 2

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise ValueError("The first comes after the last.")


@pytest.mark.parametrize(
    ("tp", "values", "model"),
    [
        (Book, {"book_id": 1, "title": "T"}, Book(book_id=1, title="T")),
        (DataBook, {"book_id": 1, "title": "T", "tags": ["a"]}, DataBook(1, "T", ["a"])),
        (TypedBook, {"book_id": 1, "title": "T"}, {"book_id": 1, "title": "T"}),
        (AttrsBook, {"book_id": 1, "title": "T"}, AttrsBook(1, "T")),
        (Private, {"_secret": 1}, Private(1)),
        (PydanticBook, {"book_id": 1, "title": "T"}, PydanticBook(bookId=1, title="T")),
        (
            StrictEvent,
            {"day": date(2024, 1, 2), "seats": 1},
            StrictEvent(day=date(2024, 1, 2), seats=1),
        ),
        (Checked, {}, Checked()),
    ],
)
def test_a_model_is_made(tp: Any, values: dict[str, Any], model: Any) -> None:
    assert model_builder(tp)(values) == model


@pytest.mark.parametrize(
    ("tp", "values", "places"),
    [
        (Book, {"book_id": 1, "title": "refused"}, [("", "value")]),
        (Checked, {"first": 3}, [("", "value")]),
        (AttrsBook, {"book_id": 0, "title": "T"}, [("", "value")]),
        (
            PydanticBook,
            {"book_id": 0, "title": "T" * 21},
            [("/book_id", "too_small"), ("/title", "too_long")],
        ),
        (PydanticBook, {"book_id": 1, "title": "refused"}, [("", "value")]),
    ],
)
def test_a_model_that_is_not_valid(tp: Any, values: dict[str, Any], places: Any) -> None:
    with pytest.raises(InvalidModel) as caught:
        model_builder(tp)(values)
    assert [(error.pointer, error.code) for error in caught.value.errors] == places


def test_what_is_no_model() -> None:
    with pytest.raises(TypeError, match="has no fields"):
        model_builder(int)
    with pytest.raises(UnsupportedType):
        model_builder(msgspec.defstruct("Odd", [("field", object)]))
