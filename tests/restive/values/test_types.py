"""What is known of annotations, and which are refused with what to write instead."""

from __future__ import annotations

import collections.abc
import dataclasses
import sys
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, NewType, Optional, TypedDict, TypeVar
from uuid import UUID

import annotated_types
import attrs
import msgspec
import pydantic
import pytest
from msgspec import UNSET, Meta, UnsetType

from restive._typing import REQUIRED
from restive.values.patch import Patch
from restive.values.types import (
    Field,
    UnsupportedType,
    fields_of,
    has_patch,
    is_optional,
    is_scalar,
    is_scalar_list,
    is_structured,
    normalise,
    parts,
    readable,
)

from .models import (
    AttrsBook,
    Author,
    Book,
    Color,
    DataBook,
    Everything,
    Page,
    Point,
    PydanticBook,
    Row,
    TypedBook,
)

STRUCTURED = [Book, DataBook, TypedBook, AttrsBook, PydanticBook, Page[int], Row]
Shelf = NewType("Shelf", int)


class Untagged(msgspec.Struct):
    name: str


class Plain:
    pass


@dataclass
class Constrained:
    age: Annotated[int, annotated_types.Ge(18)]


@attrs.define
class Converted:
    age: int = attrs.field(converter=int)


@pydantic.dataclasses.dataclass
class PydanticData:
    age: int


class Misspelt(msgspec.Struct):
    other: Unknown  # type: ignore[name-defined]  # noqa: F821


@dataclass
class Counted:
    name: str
    count: int = dataclasses.field(init=False, default=0)


@attrs.define
class AttrsCounted:
    name: str
    count: int = attrs.field(init=False, default=0)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (int, int),
        (None, type(None)),
        (Shelf, int),
        (list[Shelf], list[int]),
        (Annotated[int, annotated_types.Ge(1)], Annotated[int, Meta(ge=1)]),
        (Annotated[int, annotated_types.Interval(gt=0, le=9)], Annotated[int, Meta(gt=0, le=9)]),
        (Annotated[int, annotated_types.MultipleOf(5)], Annotated[int, Meta(multiple_of=5)]),
        (
            Annotated[str, annotated_types.Len(1, 3)],
            Annotated[str, Meta(min_length=1, max_length=3)],
        ),
        (Annotated[str, annotated_types.MinLen(2)], Annotated[str, Meta(min_length=2)]),
        (Annotated[int, "a note"], int),
        (Annotated[int, Meta(ge=1), "a note"], Annotated[int, Meta(ge=1)]),
        (list[Annotated[int, annotated_types.Lt(5)]], list[Annotated[int, Meta(lt=5)]]),
        (
            dict[str, Annotated[int, annotated_types.Gt(0)] | None],
            dict[str, Optional[Annotated[int, Meta(gt=0)]]],  # noqa: UP045
        ),
        (Patch[Annotated[Book, "a note"]], Patch[Book]),
        (Literal["a", 1, None], Literal["a", 1, None]),
    ],
)
def test_a_type_is_normalised(written: Any, meant: Any) -> None:
    assert normalise(written) == meant


@pytest.mark.parametrize(
    "tp", [*STRUCTURED, Everything, Point, Any, dict, list, bytes, msgspec.Raw]
)
def test_a_type_that_needs_nothing_stays_itself(tp: Any) -> None:
    assert normalise(tp) is tp or normalise(tp) == tp


@pytest.mark.parametrize(
    ("tp", "what", "remedy"),
    [
        (Untagged | Author, "must be tagged", 'class A(msgspec.Struct, tag="a")'),
        (date | str, "more than one str-like type", "or write `str` alone"),
        (list[PydanticBook | int], "custom type", "`RootModel`"),
        (Plain, "`Plain` is not a type", "Write a msgspec.Struct"),
        (dict[str, list[Plain]], "`Plain` is not a type", "Write a msgspec.Struct"),
        (object, "`object` is not a type", "Write a msgspec.Struct"),
        (collections.abc.Callable[[], int], "`Callable` is not a type", "or a builtin type"),
        (Annotated[str, Meta(ge=1)], "Can only set `ge`", "`__post_init__`"),
        (Annotated[Decimal, annotated_types.Ge(1)], "no bounds on `Decimal`", "`__post_init__`"),
        (Annotated[int, annotated_types.Predicate(bool)], "Predicate(bool)", "`msgspec.Meta`"),
        (Annotated[int, pydantic.Field(gt=3)], "`FieldInfo` of Pydantic", "Write `msgspec.Meta"),
        (Constrained, "Ge(ge=18)", "Write `msgspec.Meta(ge=18)` there"),
        (list[Converted], "`Converted.age` has a converter", "`__attrs_post_init__`"),
        (PydanticData, "`PydanticData` is a dataclass of Pydantic", "`pydantic.BaseModel`"),
        (Misspelt, "'Unknown' is not defined", "Define it at module level"),
        (msgspec.msgpack.Ext, "`Ext` is not a type", "or a builtin type"),
    ],
)
def test_what_cannot_be_read_says_what_to_write(tp: Any, what: str, remedy: str) -> None:
    with pytest.raises(UnsupportedType) as caught:
        normalise(tp)
    assert what in caught.value.what
    assert remedy in caught.value.remedy
    assert str(caught.value) == f"{caught.value.what}. {caught.value.remedy}."


@pytest.mark.parametrize("cls", [Counted, AttrsCounted])
def test_a_field_that_init_does_not_take_cannot_be_sent(cls: Any) -> None:
    assert normalise(list[cls]) == list[cls]
    with pytest.raises(UnsupportedType, match=f"{cls.__name__}.count"):
        readable(list[cls])


@pytest.mark.parametrize(
    ("tp", "remedy"),
    [
        (set, "a set of scalars"),
        (set[Any], "a set of scalars"),
        (list[frozenset[tuple[int, int]]], "a set of scalars"),
        (collections.abc.Set[frozenset[str]], "a set of scalars"),
        (dict[tuple[int, int], str], "`dict[str, ...]`"),
    ],
)
def test_what_could_be_made_to_hash_alike_cannot_be_sent(tp: Any, remedy: str) -> None:
    assert normalise(tp) == tp
    with pytest.raises(UnsupportedType, match="would hash what clients send") as caught:
        readable(tp)
    assert remedy in caught.value.remedy


@pytest.mark.parametrize("tp", [set[bytes], set[UUID | None], dict, dict[int, set[Literal[1]]]])
def test_sets_of_scalars_can_be_sent(tp: Any) -> None:
    assert readable(tp) == tp


@pytest.mark.skipif(sys.version_info < (3, 12), reason="`type X = ...` came with Python 3.12")
def test_aliases_are_resolved_and_those_that_contain_themselves_refused() -> None:
    names: dict[str, Any] = {"Annotated": Annotated, "Ge": annotated_types.Ge}
    exec(  # noqa: S102
        "type Id = Annotated[int, Ge(1)]\n"
        "type Ids = list[Id]\n"
        "type Several[T] = list[T] | None\n"
        "type Tree = dict[str, Tree] | int\n",
        names,
    )
    assert normalise(names["Ids"]) == list[Annotated[int, Meta(ge=1)]]
    assert normalise(names["Several"][names["Id"]]) == normalise(names["Ids"]) | None
    assert is_scalar(names["Id"])
    assert is_scalar_list(names["Several"][str])
    with pytest.raises(UnsupportedType, match="`Tree` contains itself"):
        normalise(names["Tree"])


@pytest.mark.parametrize(
    ("tp", "scalar", "scalars", "structured"),
    [
        (int, True, False, False),
        (Shelf, True, False, False),
        (Color, True, False, False),
        (Literal["a", 1], True, False, False),
        (int | None, True, False, False),
        (int | UnsetType, True, False, False),
        (int | str, True, False, False),
        (Annotated[UUID, "id"], True, False, False),
        (datetime, True, False, False),
        (list[int], False, True, False),
        (list[int] | None, False, True, False),
        (Annotated[set[Color], Meta(max_length=2)], False, True, False),
        (tuple[int, ...], False, True, False),
        (collections.abc.Sequence[str], False, True, False),
        (tuple[int, int], False, False, False),
        (list[list[int]], False, False, False),
        (list[Book], False, False, False),
        (list, False, False, False),
        (bytes, False, False, False),
        (dict[str, int], False, False, False),
        (Any, False, False, False),
        (None, False, False, False),
        (Book | None, False, False, False),
        (int | list[int], False, False, False),
        *[(tp, False, False, True) for tp in STRUCTURED],
        (Annotated[Book, "note"], False, False, True),
    ],
)
def test_kinds(tp: Any, scalar: bool, scalars: bool, structured: bool) -> None:
    assert (is_scalar(tp), is_scalar_list(tp), is_structured(tp)) == (scalar, scalars, structured)


def test_optional_and_patch() -> None:
    assert is_optional(int | None)
    assert is_optional(Annotated[int | None, "note"])
    assert is_optional(Literal["a", None])
    assert is_optional(Any)
    assert not is_optional(int | str)
    assert has_patch(Patch[Book])
    assert has_patch(Annotated[Patch[Book], "note"])
    assert not has_patch(Book)


def test_fields_of_a_struct() -> None:
    fields = {field.name: field for field in fields_of(Book)}
    assert fields["book_id"] == Field("book_id", "bookId", Annotated[int, Meta(ge=1)])
    assert fields["book_id"].required
    assert fields["author"].default is None
    assert fields["tags"].factory is list
    assert not fields["tags"].required


def test_fields_of_a_generic() -> None:
    assert [(f.name, f.type) for f in fields_of(Page[Book])] == [
        ("items", list[Book]),
        ("total", int),
    ]


def test_fields_of_the_other_classes() -> None:
    for cls in (DataBook, AttrsBook):
        number, title, tags = fields_of(cls)[:3]
        assert (number.name, number.type, number.required) == ("book_id", int, True)
        assert title.type is str
        assert tags.factory is list
    number, _, tags = fields_of(TypedBook)
    assert number.required
    assert tags.type == list[str]
    assert tags.default is UNSET
    number, title, tags, *_ = fields_of(PydanticBook)
    assert (number.name, number.encode_name, number.default) == ("book_id", "bookId", REQUIRED)
    assert normalise(number.type) == Annotated[int, Meta(ge=1)]
    assert normalise(title.type) == Annotated[str, Meta(max_length=20)]
    assert tags.default == []


def test_descriptions_are_those_of_meta() -> None:
    class Described(TypedDict):
        name: Annotated[str, Meta(description="Who.")]

    assert fields_of(Described)[0].description == "Who."


def test_what_has_no_fields() -> None:
    with pytest.raises(TypeError, match="has no fields"):
        fields_of(int)


def test_parts_are_each_met_once() -> None:
    found = list(parts(Everything))
    assert found.count(Everything) == 1
    assert {Color, Decimal, Point, Row, PydanticBook} <= set(found)


def test_type_variables_that_stay_open() -> None:
    variable = TypeVar("variable")
    assert normalise(Page[variable]) == Page[variable]  # type: ignore[valid-type]
