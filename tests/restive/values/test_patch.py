"""JSON Merge Patch: what was sent, what it does to a row, and what comes of merging it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, NotRequired, TypedDict

import msgspec
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from restive.errors import MalformedInput, UnprocessableContent
from restive.values.body import json_reader, msgpack_reader
from restive.values.patch import Patch, merged_document
from restive.values.types import UnsupportedType

from .models import (
    AttrsBook,
    Author,
    Book,
    Circle,
    DataBook,
    Group,
    Page,
    PydanticAuthor,
    PydanticBook,
    Row,
    TypedBook,
)


class Span(msgspec.Struct):
    first: int
    last: int

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise ValueError("The first comes after the last.")


@dataclass
class Holder:
    span: Span | None = None


class Sparse(msgspec.Struct):
    name: str | msgspec.UnsetType = msgspec.UNSET


class Nested(TypedDict):
    inner: NotRequired[TypedBook]


def patch_of(tp: Any, body: Any) -> Patch[Any]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    result = json_reader(Patch[tp], depth=64)(data)
    assert isinstance(result, Patch)
    return result


def places(call: Any, *args: Any) -> list[tuple[str | None, str]]:
    with pytest.raises(UnprocessableContent) as caught:
        call(*args)
    return [(error.pointer, error.code) for error in caught.value.errors]


def book(**changes: Any) -> Book:
    return Book(**{"book_id": 1, "title": "Old", "price": Decimal("1.10"), **changes})


def test_it_is_a_mapping_of_what_was_sent() -> None:
    patch = patch_of(Book, {"bookId": 2, "author": None, "price": "2.50"})
    assert dict(patch) == {"book_id": 2, "author": None, "price": Decimal("2.50")}
    assert "author" in patch
    assert "title" not in patch
    assert patch["author"] is None
    assert patch.get("title", "unset") == "unset"
    assert patch.changes() == dict(patch)
    assert repr(patch).startswith("Patch({'book_id': 2")
    assert not patch_of(Book, {})


def test_numbers_keep_their_digits() -> None:
    patch = patch_of(Book, b'{"price": 1.10000000000000000000001, "bookId": 2.0}')
    assert patch["price"] == Decimal("1.10000000000000000000001")
    assert type(patch["book_id"]) is int
    assert patch.merged(book()).price == Decimal("1.10000000000000000000001")


@pytest.mark.parametrize(
    ("tp", "body", "expected"),
    [
        (Book, [], [("", "type")]),
        (Book, None, [("", "type")]),
        (Book, {"bookId": None, "tags": None}, [("/bookId", "null"), ("/tags", "null")]),
        (
            Book,
            {"bookId": 0, "titel": "x"},
            [("/bookId", "too_small"), ("/titel", "unknown_field")],
        ),
        (Book, {"price": "NaN"}, [("/price", "format")]),
        (
            Book,
            {"author": {"name": 1, "born": "x"}},
            [("/author/name", "type"), ("/author/born", "type")],
        ),
        (Book, {"author": {"name": None}}, [("/author/name", "null")]),
        (Book, {"author": 3}, [("/author", "type")]),
        (Book, {"stock": {"a": None, "b": "x"}}, [("/stock/b", "type")]),
        (Book, {"sequels": [{"title": "x"}]}, [("/sequels/0/bookId", "missing")]),
        (DataBook, {"title": 1, "unknown": 1}, [("/title", "type")]),
        (TypedBook, {"title": None}, [("/title", "null")]),
        (AttrsBook, {"book_id": "x"}, [("/book_id", "type")]),
        (PydanticBook, {"bookId": 0, "x": 1}, [("/bookId", "too_small"), ("/x", "unknown_field")]),
        (
            PydanticBook,
            {"title": None, "author": {"born": "x"}},
            [("/title", "null"), ("/author/born", "type")],
        ),
        (Circle, {"type": "group"}, [("/type", "not_one_of")]),
        (Page[int], {"items": ["x"]}, [("/items/0", "type")]),
    ],
)
def test_what_is_not_valid_is_422(tp: Any, body: Any, expected: Any) -> None:
    assert places(patch_of, tp, body) == expected


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"a": ' + b"[" * 65 + b"]" * 65 + b"}"])
def test_what_cannot_be_parsed_is_400(body: bytes) -> None:
    with pytest.raises(MalformedInput):
        patch_of(Book, body)


@pytest.mark.parametrize("tp", [int, list[Book], Row, Book | None, Circle | Group])
def test_what_has_no_members_cannot_be_patched(tp: Any) -> None:
    with pytest.raises(UnsupportedType, match="has no members"):
        json_reader(Patch[tp], depth=64)


def test_applied_to_a_row() -> None:
    row = SimpleNamespace(
        title="Old", tags=["a"], author=SimpleNamespace(name="A", born=1), stock={"a": 1, "b": 2}
    )
    patch_of(Book, {"title": "New", "author": {"born": None}, "stock": {"b": None, "c": 3}}).apply(
        row
    )
    assert row.title == "New"
    assert row.author == SimpleNamespace(name="A", born=None)
    assert row.stock == {"c": 3}
    assert row.tags == ["a"]


def test_applied_where_there_was_nothing() -> None:
    row = SimpleNamespace(title="Old", author=None)
    patch_of(Book, {"author": {"name": "A"}}).apply(row)
    assert row.author == Author("A")
    row = SimpleNamespace(title="Old", author=None)
    patch = patch_of(Book, {"title": "New", "author": {"born": 1}})
    assert places(patch.apply, row) == [("/author/name", "missing")]
    assert row.title == "Old"


def test_applied_to_a_dict() -> None:
    row = {"book_id": 1, "title": "Old", "tags": ["a"]}
    patch_of(TypedBook, {"title": "New", "tags": None}).apply(row)
    assert row == {"book_id": 1, "title": "New"}


def test_merged() -> None:
    current = book(author=Author("A", 1), tags=["a"], stock={"a": 1, "b": 2})
    patch = patch_of(
        Book,
        {"title": "New", "author": {"born": 2}, "tags": ["b"], "stock": {"a": None, "c": 3}},
    )
    assert patch.merged(current) == book(
        title="New", author=Author("A", 2), tags=["b"], stock={"b": 2, "c": 3}
    )
    assert current.title == "Old"
    assert current.stock == {"a": 1, "b": 2}
    assert patch_of(Book, {"author": None}).merged(current).author is None
    assert patch_of(Book, {}).merged(current) == current


def test_merged_into_every_kind_of_class() -> None:
    assert patch_of(DataBook, {"title": "New"}).merged(DataBook(1, "Old")) == DataBook(1, "New")
    typed: TypedBook = {"book_id": 1, "title": "Old", "tags": ["a"]}
    assert patch_of(TypedBook, {"tags": None}).merged(typed) == {"book_id": 1, "title": "Old"}
    assert patch_of(AttrsBook, {"title": "New"}).merged(AttrsBook(1, "Old")) == AttrsBook(1, "New")
    assert patch_of(Page[int], {"items": [1]}).merged(Page([2], 3)) == Page([1], 3)
    assert patch_of(Circle, {"radius": 2.0, "type": "circle"}).merged(Circle(1)) == Circle(2)
    model = PydanticBook(bookId=1, title="Old", author=PydanticAuthor(name="A", born=1))
    merged = patch_of(PydanticBook, {"title": "New", "author": {"born": None}}).merged(model)
    assert merged == PydanticBook(bookId=1, title="New", author=PydanticAuthor(name="A"))
    row: Any = SimpleNamespace(book_id=1, title="Old", tags=[], author=None)
    assert patch_of(DataBook, {"title": "New"}).merged(row) == DataBook(1, "New")


def test_checks_across_fields_see_the_merged_value() -> None:
    assert patch_of(Span, {"first": 5}).merged(Span(1, 9)) == Span(5, 9)
    assert places(patch_of(Span, {"first": 5}).merged, Span(1, 4)) == [("", "value")]

    patch = patch_of(Holder, {"span": {"first": 5}})
    assert places(patch.merged, Holder(Span(1, 4))) == [("/span", "value")]
    assert places(patch.merged, Holder()) == [("/span/last", "missing")]

    class Even(pydantic.BaseModel):
        number: int

        @pydantic.field_validator("number")
        def even(cls, value: int) -> int:
            if value % 2:
                raise ValueError("odd")
            return value

    assert places(patch_of(Even, {"number": 3}).merged, Even(number=2)) == [("/number", "value")]


def test_unset_members() -> None:
    assert patch_of(Sparse, {"name": None})["name"] is msgspec.UNSET
    assert patch_of(Sparse, {"name": None}).merged(Sparse("a")) == Sparse()
    assert patch_of(Nested, {"inner": None}).merged({"inner": {"book_id": 1, "title": ""}}) == {}


def test_messagepack() -> None:
    data = msgspec.msgpack.encode({"price": "2.5", "stock": {"a": None}})
    patch = msgpack_reader(Patch[Book], depth=64)(data)
    assert patch.merged(book(stock={"a": 1})) == book(price=Decimal("2.5"))


# RFC 7396, appendix A: original, patch, result
EXAMPLES = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


@pytest.mark.parametrize(("original", "patch", "result"), EXAMPLES)
def test_the_examples_of_rfc_7396(original: Any, patch: Any, result: Any) -> None:
    assert merged_document(original, patch) == result

    class Holder(msgspec.Struct):
        value: Any

    if patch is not None:
        merged = patch_of(Holder, {"value": patch}).merged(Holder(original))
        assert merged.value == result


@given(
    title=st.text(min_size=1, max_size=20).filter(lambda text: text != "refused"),
    born=st.none() | st.integers(),
    tags=st.lists(st.text(max_size=5), max_size=3),
)
def test_merging_is_applying(title: str, born: int | None, tags: list[str]) -> None:
    patch = patch_of(Book, {"title": title, "author": {"born": born}, "tags": tags})
    current = book(author=Author("A", 1))
    merged = patch.merged(current)
    patch.apply(current)
    assert merged == current
