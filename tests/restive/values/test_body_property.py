"""Bodies of all kinds: read as msgspec would, or refused with errors that lead somewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restive.errors import InvalidInput, MalformedInput, UnprocessableContent
from restive.values.body import json_reader, msgpack_reader
from restive.values.codes import CODES
from restive.values.depth import json_too_deep, value_too_deep
from restive.values.hooks import dec_hook
from restive.values.patch import Patch
from restive.values.walk import collect

from .models import (
    AttrsBook,
    Book,
    Circle,
    DataBook,
    Everything,
    Group,
    Page,
    Point,
    PydanticBook,
    Row,
    TypedBook,
)

TYPES: list[Any] = [
    Any,
    int,
    int | None,
    list[int],
    dict[str, int],
    dict[int, list[str]],
    set[int],
    tuple[int, str],
    Point,
    Row,
    Book,
    DataBook,
    TypedBook,
    AttrsBook,
    PydanticBook | None,
    Page[Book],
    Circle | Group,
    list[Circle | Group | None],
    Everything,
]

NAMES = st.sampled_from(
    sorted(
        {"bookId", "book_id", "title", "price", "author", "name", "born", "tags", "type", "parts"}
        | {
            "radius",
            "items",
            "total",
            "sequels",
            "stock",
            "choice",
            "again",
            *Everything.__struct_fields__,
        }
    )
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.sampled_from([1.0, 2.5, -0.0, 1e300, 2.0**60, 2**63]),
    st.sampled_from(
        ["", "a", "red", "circle", "group", "NaN", "1e9999", "2024-01-02", "1.5", "é/~"]
    ),
    st.text(max_size=3),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(NAMES, st.text(max_size=3)), inner, max_size=6),
    ),
    max_leaves=20,
)


def resolves(pointer: str, value: Any, *, adds: bool) -> bool:
    """Whether a pointer leads to something in a value; with `adds`, all of it but its last step."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    for number, step in enumerate(steps):
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return adds and number == len(steps) - 1
    return True


def check_errors(error: UnprocessableContent, value: Any) -> None:
    assert 0 < len(error.errors) <= 100
    for found in error.errors:
        assert found.code in CODES
        assert found.pointer is not None
        assert resolves(found.pointer, value, adds=found.code == "missing"), (found, value)


def numbers(value: Any) -> Iterator[float]:
    if isinstance(value, float):
        yield value
    for item in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        yield from numbers(item)


@pytest.mark.parametrize("tp", TYPES, ids=str)
@given(value=VALUES)
@settings(max_examples=60, deadline=None)
def test_json_is_read_as_msgspec_reads_it_or_refused(tp: Any, value: Any) -> None:
    data = json.dumps(value).encode()
    try:
        found = json_reader(tp, depth=64)(data)
    except MalformedInput:
        assert abs(max(numbers(value), default=0)) >= 1e300
        return
    except UnprocessableContent as error:
        check_errors(error, value)
        mended = json.loads(data, parse_float=lambda text: int(float(text)))
        assert (
            collect(tp, mended)[0]
            or "NaN" in data.decode()
            or "1e9999" in data.decode()
            or any(number % 1 or abs(number) > 2**53 for number in numbers(value))
        )
        return
    try:
        expected = msgspec.json.decode(data, type=tp, dec_hook=dec_hook)
    except msgspec.ValidationError:
        assert any(number.is_integer() for number in numbers(value))
    else:
        assert found == expected


@pytest.mark.parametrize(
    "tp", [*TYPES[4:], Patch[Book], Patch[TypedBook], Patch[PydanticBook]], ids=str
)
@given(data=st.one_of(st.binary(max_size=40), VALUES.map(msgspec.msgpack.encode)))
@settings(max_examples=40, deadline=None)
def test_messagepack_is_read_or_refused(tp: Any, data: bytes) -> None:
    try:
        msgpack_reader(tp, depth=8)(data)
    except InvalidInput as error:
        assert error.errors  # noqa: PT017


@given(
    data=st.one_of(st.binary(max_size=40), st.text('{}[]",:\\ue1 -na', max_size=40).map(str.encode))
)
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for read in READERS:
        try:
            read(data)
        except InvalidInput as error:
            assert error.status in (400, 422)  # noqa: PT017


READERS = [json_reader(tp, depth=4) for tp in (*TYPES, Patch[Book])]


@pytest.mark.parametrize(
    "tp", [Book, DataBook, TypedBook, AttrsBook, PydanticBook, Everything, Page[int]]
)
@given(value=VALUES)
@settings(max_examples=40, deadline=None)
def test_patches_are_read_or_refused(tp: Any, value: Any) -> None:
    try:
        patch = json_reader(Patch[tp], depth=64)(json.dumps(value).encode())
    except UnprocessableContent as error:
        check_errors(error, value)
    except MalformedInput:
        assert abs(max(numbers(value), default=0)) >= 1e300
    else:
        assert isinstance(value, dict)
        assert len(patch) <= len(value)
        assert set(patch.changes()) == set(patch)


def depth_of(value: Any) -> int:
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max(map(depth_of, value), default=0) if isinstance(value, list) else 0


NESTED = st.recursive(
    st.sampled_from([0, "]", "[", '"', "\\", '\\"}', "{", "a"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["[", "]", "\\", "a"]), inner)
    ),
    max_leaves=30,
)


@given(value=NESTED, depth=st.integers(0, 8))
@settings(max_examples=300, deadline=None)
def test_depth_is_counted_right(value: Any, depth: int) -> None:
    data = json.dumps(value, separators=(",", ":")).encode()
    assert json_too_deep(data, depth) == (depth_of(value) > depth)
    assert value_too_deep(value, depth) == (depth_of(value) > depth)
