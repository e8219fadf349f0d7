"""Schemas of types: they say what decoders take, and name classes without collisions."""

import dataclasses
import datetime
import decimal
import enum
import re
import typing
import uuid
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Generic, Literal, NewType, TypeVar

import attrs
import msgspec
import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from msgspec import Meta, Struct

from restive.errors import InvalidInput
from restive.openapi.keywords import portable
from restive.openapi.schema import PREFIX, Schemas, View
from restive.values.body import json_reader
from restive.values.patch import Patch
from restive.values.types import UnsupportedType

T = TypeVar("T")
Slug = NewType("Slug", str)


class Genre(enum.Enum):
    """What it is about."""

    NOVEL = "novel"
    POEM = "poem"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Author(Struct, forbid_unknown_fields=True):
    """Who wrote it.

    Or who edited it.
    """

    name: Annotated[str, Meta(min_length=1, max_length=5)]
    born: datetime.date | None = None


class Book(Struct, rename="camel"):
    author: Author
    page_count: Annotated[int, Meta(ge=1, lt=100, multiple_of=2)]
    genre: Genre = Genre.NOVEL
    sequel: "Book | None" = None


class Page(Struct, Generic[T]):
    items: list[T]
    next: str | None = None


class Cat(Struct, tag="cat"):
    lives: int = 9


class Dog(Struct, tag="dog"):
    good: bool


class Point(Struct, array_like=True):
    x: float
    y: float = 0.0


@dataclasses.dataclass
class Address:
    street: str
    floor: int | None = None
    rooms: list[int] = dataclasses.field(default_factory=list)


@attrs.define
class Wheel:
    size: int
    spokes: int = 36


class Movie(typing.TypedDict):
    title: str
    year: typing.NotRequired[int]


class Pair(typing.NamedTuple):
    left: int
    right: str = ""


class Model(pydantic.BaseModel):
    """A model of Pydantic."""

    name: str = pydantic.Field(min_length=1)
    parent: "Model | None" = None


def of(tp: Any, view: View = "input") -> dict[str, Any]:
    """A schema that stands alone."""
    schemas = Schemas()
    schema = schemas.of(tp, view)
    schema["components"] = {"schemas": schemas.components()}
    return schema


def named(tp: Any, view: View = "input") -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = of(tp, view)["components"]["schemas"]
    return found


def bare(tp: Any, view: View = "input") -> dict[str, Any]:
    schema = of(tp, view)
    del schema["components"]
    return schema


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    Draft202012Validator.check_schema(schema)
    formats = FormatChecker(["date", "date-time", "uuid"])
    return Draft202012Validator(schema, format_checker=formats)


def takes(schema: dict[str, Any], value: Any) -> bool:
    return bool(validator(schema).is_valid(value))


def reads(tp: Any, value: Any) -> bool:
    """Whether a body of that value is accepted."""
    try:
        json_reader(tp, depth=64)(msgspec.json.encode(value))
    except InvalidInput:
        return False
    return True


texts = st.sampled_from(["", "a", "abcde", "abcdef", "novel", "cat", "2026-01-31", "2026-02-30"])
pool = (
    texts
    | st.integers(-3, 101)
    | st.sampled_from([None, True, 1.5, [], {}, [1], [1.5, 2.5], ["a"], {"a": 1}, {"1": 2}, "1.50"])
    | st.sampled_from(["2026-01-31T10:00:00Z", "10:00:00", "25:00:00", "P1D", "PT3.5S", "P1M", "P"])
    | st.sampled_from(["123e4567-e89b-12d3-a456-426614174000", "12:00:00+01:00", "aGk=", 2.0])
)
authors = st.fixed_dictionaries({}, optional={"name": pool, "born": pool, "other": pool}) | pool
books = st.fixed_dictionaries(
    {"author": authors, "pageCount": pool},
    optional={"genre": pool, "sequel": pool, "page_count": pool},
)
books |= st.builds(lambda book, sequel: {**book, "sequel": sequel}, books, books)
tagged = st.fixed_dictionaries({"type": pool}, optional={"lives": pool, "good": pool}) | pool
CASES: list[tuple[Any, st.SearchStrategy[Any]]] = [
    (Author, authors),
    (Book, books),
    (Page[Author], st.fixed_dictionaries({}, optional={"items": st.lists(authors), "next": pool})),
    (Cat | Dog, tagged),
    (Cat | Dog | int | None, tagged),
    (Point, st.lists(pool, max_size=3)),
    (Pair, st.lists(pool, max_size=3)),
    (Address, st.fixed_dictionaries({}, optional={"street": pool, "floor": pool, "rooms": pool})),
    (Wheel, st.fixed_dictionaries({}, optional={"size": pool, "spokes": pool})),
    (Movie, st.fixed_dictionaries({}, optional={"title": pool, "year": pool})),
    (int, pool),
    (int | str, pool),
    (float, pool),
    (bool, pool),
    (None, pool),
    (Any, pool),
    (Genre, pool),
    (Genre | None, pool),
    (Level, pool),
    (Literal["a", 1, None], pool),
    (Literal["a"], pool),
    (Slug, pool),
    (list[int], st.lists(pool) | pool),
    (Sequence[str], st.lists(pool) | pool),
    (Annotated[list[int], Meta(min_length=1, max_length=2)], st.lists(pool, max_size=3)),
    (tuple[int, str], st.lists(pool, max_size=3)),
    (tuple[int, ...], st.lists(pool, max_size=3)),
    (dict[str, int], st.dictionaries(texts, pool) | pool),
    (Mapping[str, Any], st.dictionaries(texts, pool) | pool),
    (dict[Annotated[str, Meta(max_length=2)], int], st.dictionaries(texts, pool)),
    (dict[int, int], st.dictionaries(texts | st.sampled_from(["1", "-2"]), pool)),
    (dict[Genre, int], st.dictionaries(texts, pool)),
    (Annotated[str, Meta(pattern=r"\Aa.*e\Z")], pool),
    (datetime.date, pool),
    (datetime.datetime, pool),
    (datetime.time, pool),
    (Annotated[datetime.time, Meta(tz=False)], pool),
    (datetime.timedelta, pool),
    (uuid.UUID, pool),
]


@pytest.mark.parametrize(("tp", "values"), CASES, ids=lambda each: str(each)[:60])
def test_a_schema_takes_what_the_reader_takes(tp: Any, values: st.SearchStrategy[Any]) -> None:
    schema = validator(of(tp))

    @settings(max_examples=40, deadline=None)
    @given(values)
    def check(value: Any) -> None:
        assert schema.is_valid(value) == reads(tp, value), value

    check()


class Shelf(Struct, forbid_unknown_fields=True):
    label: str
    author: Author
    keeper: Author | None
    counts: dict[str, int] = {}
    deep: dict[str, dict[str, int]] = {}
    genre: Genre | msgspec.UnsetType = msgspec.UNSET
    pet: Cat | Dog | None = None
    books: list[Author] = []


class Inner(pydantic.BaseModel):
    size: int = pydantic.Field(ge=1)
    name: str


class Outer(pydantic.BaseModel, extra="forbid"):
    label: str = pydantic.Field(max_length=3)
    inner: Inner
    other: Inner | None = None


patches: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {},
    optional={
        "label": pool,
        "author": authors,
        "keeper": authors,
        "counts": st.dictionaries(texts, pool) | pool,
        "deep": st.dictionaries(texts, st.dictionaries(texts, pool) | pool, max_size=2) | pool,
        "genre": pool,
        "pet": tagged,
        "books": st.lists(authors, max_size=2),
        "inner": st.fixed_dictionaries({}, optional={"size": pool, "name": pool}) | pool,
        "other": st.fixed_dictionaries({}, optional={"size": pool, "name": pool}) | pool,
        "title": pool,
        "year": pool,
    },
)


@pytest.mark.parametrize("tp", [Shelf, Outer, Movie])
def test_a_patch_schema_takes_what_the_reader_takes(tp: Any) -> None:
    schema = validator(of(tp, "patch"))
    known = set(tp.__annotations__)

    @settings(max_examples=150, deadline=None)
    @given(patches)
    def check(value: Any) -> None:
        value = {name: each for name, each in value.items() if name in known or len(value) == 1}
        assert schema.is_valid(value) == reads(Patch[tp], value), value

    check()


@pytest.mark.parametrize(
    ("tp", "value"),
    [
        (decimal.Decimal, decimal.Decimal("-1.50")),
        (decimal.Decimal, decimal.Decimal("1E+5")),
        (bytes, b"\x00\xff"),
        (datetime.timedelta, datetime.timedelta(days=-1, seconds=3, microseconds=5)),
        (datetime.timedelta, datetime.timedelta(0)),
        (datetime.time, datetime.time(23, 59, 59, 5)),
        (set[int], {1, 2}),
        (frozenset[str], frozenset({"a"})),
        (Annotated[bytes, Meta(min_length=2, max_length=2)], b"ab"),
    ],
)
def test_a_schema_takes_what_is_sent(tp: Any, value: Any) -> None:
    sent = msgspec.json.decode(msgspec.json.encode(value))
    assert takes(of(tp, "output"), sent)
    assert msgspec.convert(sent, tp) == value


@pytest.mark.parametrize(
    ("tp", "schema"),
    [
        (str | None, {"type": ["string", "null"]}),
        (Genre | None, {"anyOf": [{"$ref": PREFIX + "Genre"}, {"type": "null"}]}),
        (Literal["a", "b"], {"type": "string", "enum": ["a", "b"]}),
        (Literal["a"], {"type": "string", "const": "a"}),
        (decimal.Decimal, {"type": "string", "format": "decimal"}),
        (bytes, {"type": "string", "contentEncoding": "base64"}),
        (set[str], {"type": "array", "items": {"type": "string"}, "uniqueItems": True}),
        (list[Any], {"type": "array"}),
        (dict[str, Any], {"type": "object"}),
        (
            Annotated[int, Meta(title="N", description="D", examples=[1], ge=0)],
            {"type": "integer", "minimum": 0, "title": "N", "description": "D", "examples": [1]},
        ),
        (
            Annotated[str, Meta(extra_json_schema={"x-kind": "name"})],
            {"type": "string", "x-kind": "name"},
        ),
        (
            Annotated[datetime.datetime, Meta(tz=False)],
            {"type": "string", "format": "date-time-local"},
        ),
    ],
)
def test_keywords(tp: Any, schema: dict[str, Any]) -> None:
    assert {key: bare(tp).get(key) for key in schema} == schema


def test_a_class_becomes_a_component() -> None:
    found = named(Page[Book])
    assert bare(Page[Book]) == {"$ref": PREFIX + "Page_Book"}
    assert sorted(found) == ["Author", "Book", "Genre", "Page_Book"]
    assert found["Page_Book"]["title"] == "Page[Book]"
    assert found["Author"] == {
        "title": "Author",
        "description": "Who wrote it.\n\nOr who edited it.",
        "type": "object",
        "properties": {
            "name": {"type": "string", "minLength": 1, "maxLength": 5},
            "born": {"type": ["string", "null"], "format": "date", "default": None},
        },
        "required": ["name"],
        "additionalProperties": False,
    }
    assert found["Book"]["properties"]["genre"] == {"$ref": PREFIX + "Genre", "default": "novel"}
    assert found["Genre"]["description"] == "What it is about."
    assert "description" not in named(Address)["Address"]  # what @dataclass writes is no docstring
    assert named(Address)["Address"]["properties"]["rooms"]["default"] == []


def test_tagged_classes_are_told_apart_by_a_mapping() -> None:
    assert bare(Cat | Dog) == {
        "oneOf": [{"$ref": PREFIX + "Cat"}, {"$ref": PREFIX + "Dog"}],
        "discriminator": {
            "propertyName": "type",
            "mapping": {"cat": PREFIX + "Cat", "dog": PREFIX + "Dog"},
        },
    }


def test_a_patch_requires_nothing_and_nested_objects_are_patches_too() -> None:
    found = named(Book, "patch")
    assert sorted(found) == ["Author_Patch", "Book_Patch", "Genre"]
    assert "required" not in found["Book_Patch"]
    assert found["Book_Patch"]["properties"]["genre"] == {"$ref": PREFIX + "Genre"}
    assert found["Author_Patch"]["additionalProperties"] is False
    # An array is replaced as a whole (RFC 7396).
    assert sorted(named(Page[Author], "patch")) == ["Author", "Page_Author_Patch"]
    assert bare(Patch[Book]) == bare(Book, "patch") == {"$ref": PREFIX + "Book_Patch"}


def test_a_marker_as_default_is_not_shown() -> None:
    class Marked(Struct):
        field: int | msgspec.UnsetType = msgspec.UNSET
        other: Any = object()
        made: datetime.datetime = msgspec.field(default_factory=datetime.datetime.now)

    properties = named(Marked)["Marked"]["properties"]
    assert properties["field"] == {"type": "integer"}
    assert properties["other"] == {}
    assert "default" not in properties["made"]
    assert "required" not in named(Marked)["Marked"]


class OtherModule:
    class Author(Struct):
        age: int


def test_classes_of_one_name_all_get_their_module() -> None:
    module = __name__
    for types in ([Author, OtherModule.Author], [OtherModule.Author, Author]):
        schemas = Schemas()
        refs = [schemas.of(tp)["$ref"] for tp in types]
        assert refs == ["", ""]
        refs = [schemas.of(tp) for tp in types]
        found = schemas.components()
        assert sorted(found) == [f"{module}.Author", f"{module}.OtherModule.Author"]
        by_type = dict(zip(types, refs, strict=True))
        assert by_type[Author] == {"$ref": f"{PREFIX}{module}.Author"}


def test_classes_that_nothing_tells_apart_are_numbered() -> None:
    def make() -> Any:
        class Local(Struct):
            x: int

        return Local

    schemas = Schemas()
    refs = [schemas.of(make()) for _ in range(3)]
    names = list(schemas.components())
    assert len({ref["$ref"] for ref in refs}) == 3
    assert all(re.fullmatch(r"[a-zA-Z0-9._-]+", name) for name in names), names
    assert names[1] == names[0] + "_2"


def test_names_of_generics_are_safe() -> None:
    schemas = Schemas()
    for tp in (Page[dict[str, int]], Page[int | None], Page[Page[Cat]], Page[Literal["a b"]]):
        schemas.of(tp)
    names = schemas.components()
    assert {"Page_dict_str_int", "Page_Page_Cat"} < set(names)
    assert all(re.fullmatch(r"[a-zA-Z0-9._-]+", name) for name in names), list(names)


def test_pydantic_describes_its_models() -> None:
    found = named(Page[Model])
    assert found["Model"]["description"] == "A model of Pydantic."
    assert found["Model"]["required"] == ["name"]
    assert found["Page_Model"]["properties"]["items"]["items"] == {"$ref": PREFIX + "Model"}
    assert takes(of(list[Model]), [{"name": "a", "parent": {"name": "b"}}])
    assert not takes(of(list[Model]), [{"name": "a", "parent": {"name": ""}}])
    patch = named(Model, "patch")["Model_Patch"]
    assert "required" not in patch
    assert patch["properties"]["parent"]["anyOf"][0] == {"$ref": PREFIX + "Model_Patch"}
    assert "default" not in patch["properties"]["parent"]


def test_pydantic_models_that_differ_by_direction_have_two_schemas() -> None:
    class Circle(pydantic.BaseModel):
        radius: float

        @pydantic.computed_field  # type: ignore[prop-decorator]
        @property
        def area(self) -> float:
            return self.radius**2 * 3

    schemas = Schemas()
    sent, answered = schemas.of(Circle, "input"), schemas.of(Circle, "output")
    found = schemas.components()
    assert (sent["$ref"], answered["$ref"]) == (PREFIX + "Circle-Input", PREFIX + "Circle-Output")
    assert "area" in found["Circle-Output"]["required"]


def test_a_struct_named_like_a_pydantic_model_gets_its_module() -> None:
    ours = msgspec.defstruct("Model", [("x", int)], module="shop.models")
    schemas = Schemas()
    refs = [schemas.of(ours), schemas.of(Model)]
    assert set(schemas.components()) == {"Model", "shop.models.Model"}
    assert refs == [{"$ref": PREFIX + "shop.models.Model"}, {"$ref": PREFIX + "Model"}]


def test_what_has_no_schema_is_refused() -> None:
    with pytest.raises(UnsupportedType, match="`object_with_no_fields` has no JSON Schema"):
        Schemas().of(type("object_with_no_fields", (), {}))


@pytest.mark.parametrize(
    ("python", "ecma"),
    [
        (r"\A[a-z]+\Z", "^[a-z]+$"),
        (r"(?P<year>\d{4})(?P=year)", r"(?<year>\d{4})\k<year>"),
        (r"\\A", r"\\A"),
        ("(?i)abc", None),
        ("(?:a|b)(?=c)(?!d)", "(?:a|b)(?=c)(?!d)"),
    ],
)
def test_patterns_as_ecma_262_writes_them(python: str, ecma: str | None) -> None:
    assert portable(python) == ecma
