"""Whatever the types and wherever something undeclared sits in a value: it stays."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Optional, TypedDict

import attrs
import msgspec
import pydantic
from hypothesis import given, settings
from hypothesis import strategies as st

from restive.codecs.json import JSON
from restive.codecs.msgpack import MSGPACK
from restive.values.output import exact

HIDDEN = "hunter2"
FIELDS = ("a", "b", "c")
Ways = tuple[str, ...]
HONEST: Ways = ("exact",)
ALL: Ways = ("exact", "subclass", "dict", "object")


@dataclass(frozen=True)
class Sample:
    """A declared type. draw: with the ways in which records may be given → value, as it is sent."""

    type: Any
    draw: Callable[[st.DataObject, Ways], tuple[Any, Any]]


def leaf(tp: Any, values: st.SearchStrategy[Any]) -> Sample:
    def draw(data: st.DataObject, _: Ways) -> tuple[Any, Any]:
        value = data.draw(values)
        return value, value

    return Sample(tp, draw)


LEAVES = st.sampled_from(
    [
        leaf(int, st.integers(-(2**40), 2**40)),
        leaf(str, st.text("abc", max_size=3)),
        leaf(bool | None, st.sampled_from([True, False, None])),
        leaf(list[int], st.lists(st.integers(0, 9), max_size=2)),
    ]
)


def list_of(item: Sample) -> Sample:
    def draw(data: st.DataObject, ways: Ways) -> tuple[Any, Any]:
        pairs = [item.draw(data, ways) for _ in range(data.draw(st.integers(0, 3)))]
        return [value for value, _ in pairs], [expected for _, expected in pairs]

    return Sample(list[item.type], draw)  # type: ignore[name-defined]


def dict_of(item: Sample) -> Sample:
    def draw(data: st.DataObject, ways: Ways) -> tuple[Any, Any]:
        keys = data.draw(st.lists(st.text("xyz", max_size=2), unique=True, max_size=2))
        pairs = {key: item.draw(data, ways) for key in keys}
        values = {key: value for key, (value, _) in pairs.items()}
        return values, {key: expected for key, (_, expected) in pairs.items()}

    return Sample(dict[str, item.type], draw)  # type: ignore[name-defined]


def pair_of(items: tuple[Sample, Sample]) -> Sample:
    def draw(data: st.DataObject, ways: Ways) -> tuple[Any, Any]:
        pairs = [item.draw(data, ways) for item in items]
        return tuple(value for value, _ in pairs), [expected for _, expected in pairs]

    types: Any = tuple(item.type for item in items)
    return Sample(tuple[types], draw)


def optional(item: Sample) -> Sample:
    def draw(data: st.DataObject, ways: Ways) -> tuple[Any, Any]:
        return (None, None) if data.draw(st.booleans()) else item.draw(data, ways)

    return Sample(Optional[item.type], draw)  # noqa: UP045


def struct(fields: dict[str, Any]) -> tuple[Any, Any]:
    declared = msgspec.defstruct("Struct", list(fields.items()))
    wider = msgspec.defstruct("Wider", [("z", str, HIDDEN)], bases=(declared,))
    return declared, wider


def plain(fields: dict[str, Any]) -> tuple[Any, Any]:
    declared = dataclasses.make_dataclass("Plain", list(fields.items()))
    extra = [("z", str, dataclasses.field(default=HIDDEN))]
    return declared, dataclasses.make_dataclass("Wider", extra, bases=(declared,))


def attrs_class(fields: dict[str, Any]) -> tuple[Any, Any]:
    body = {name: attrs.field(type=tp) for name, tp in fields.items()}
    declared = attrs.make_class("Attrs", body, slots=False)
    return declared, attrs.make_class(
        "Wider", {"z": attrs.field(default=HIDDEN)}, bases=(declared,)
    )


def model(fields: dict[str, Any]) -> tuple[Any, Any]:
    config = pydantic.ConfigDict(arbitrary_types_allowed=True)
    members: dict[str, Any] = {name: (tp, ...) for name, tp in fields.items()}
    declared = pydantic.create_model("Model", __config__=config, **members)
    wider: Any = pydantic.create_model("Wider", __base__=declared, z=(str, HIDDEN))
    return declared, wider


def keys(fields: dict[str, Any]) -> tuple[Any, Any]:
    declared = TypedDict("Keys", fields)  # type: ignore[misc]
    return declared, lambda **values: {**values, "z": HIDDEN}


KINDS = st.sampled_from([struct, plain, attrs_class, keys])


def record(parts: tuple[Any, list[Sample]]) -> Sample:
    kind, items = parts
    named = dict(zip(FIELDS, items, strict=False))
    declared, wider = kind({name: item.type for name, item in named.items()})

    def draw(data: st.DataObject, ways: Ways) -> tuple[Any, Any]:
        way = data.draw(st.sampled_from(ways))
        pairs = {name: item.draw(data, ways) for name, item in named.items()}
        values = {name: value for name, (value, _) in pairs.items()}
        expected = {name: part for name, (_, part) in pairs.items()}
        if way == "exact":
            return declared(**values), expected
        if way == "subclass":
            return wider(**values), expected
        if way == "dict" or kind is keys:
            return {**values, "z": HIDDEN}, expected
        return SimpleNamespace(**values, z=HIDDEN), expected

    return Sample(declared, draw)


def grow(inner: st.SearchStrategy[Sample]) -> st.SearchStrategy[Sample]:
    records = st.tuples(KINDS, st.lists(inner, min_size=1, max_size=3)).map(record)
    return st.one_of(
        records,
        records,
        inner.map(list_of),
        inner.map(dict_of),
        inner.map(optional),
        st.tuples(inner, inner).map(pair_of),
    )


# Pydantic checks what it is given, so its models stand at the ends, filled with scalars.
MODELS = st.lists(LEAVES, min_size=1, max_size=3).map(lambda items: record((model, items)))
SAMPLES = st.recursive(st.one_of(LEAVES, MODELS), grow, max_leaves=6)


@given(SAMPLES, st.data())
@settings(max_examples=150, deadline=None)
def test_only_what_is_declared_leaves(sample: Sample, data: st.DataObject) -> None:
    value, expected = sample.draw(data, ALL)
    as_json = JSON.encoder(sample.type)(value)
    packed = MSGPACK.encoder(sample.type)(value)
    assert HIDDEN not in repr((as_json, packed))
    assert msgspec.json.decode(as_json) == expected
    assert msgspec.msgpack.decode(packed) == expected


@given(SAMPLES, st.data())
@settings(max_examples=100, deadline=None)
def test_exact_values_are_not_touched(sample: Sample, data: st.DataObject) -> None:
    value, expected = sample.draw(data, HONEST)
    function = exact(sample.type)
    if function is not None:
        assert function(value) is value
    assert msgspec.json.decode(JSON.encoder(sample.type)(value)) == expected


@given(SAMPLES, st.data())
@settings(max_examples=100, deadline=None)
def test_what_left_can_be_read_as_what_is_declared(sample: Sample, data: st.DataObject) -> None:
    value, _ = sample.draw(data, ALL)
    encode = JSON.encoder(sample.type)
    read = JSON.reader(sample.type, depth=64)
    once = read(encode(value))
    assert read(encode(once)) == once
