"""What leaves is what is declared, and what is not declared never leaves."""

import dataclasses
import functools
import uuid
from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from types import MappingProxyType, SimpleNamespace
from typing import Annotated, Any, Generic, Literal, NamedTuple, NotRequired, TypedDict, TypeVar

import attrs
import msgspec
import pydantic
import pytest
from msgspec import UNSET, Meta, Struct, UnsetType

from restive.values.hooks import enc_hook
from restive.values.output import OutputError, check, exact
from tests.restive.naming import plain

T = TypeVar("T")
HIDDEN = "hunter2"


class Owner(Struct):
    name: str


class Spy(Owner):
    hidden: str = HIDDEN


class Book(Struct, rename="camel"):
    book_id: int
    owner: Owner
    tags: list[str] = []
    editor: Owner | None = None


class SecretBook(Book):
    hidden: str = HIDDEN


class Page(Struct, Generic[T]):
    items: list[T]
    next: str | None = None


class Node(Struct):
    name: str
    children: list["Node"] = []


class SecretNode(Node):
    hidden: str = HIDDEN


class Cat(Struct, tag="cat"):
    lives: int = 9


class Dog(Struct, tag="dog"):
    tricks: list[str] = []


class SecretDog(Dog, tag="dog"):
    hidden: str = HIDDEN


@dataclasses.dataclass
class Point:
    x: int
    owner: Owner | None = None


@dataclasses.dataclass
class SecretPoint(Point):
    hidden: str = HIDDEN


@attrs.define(slots=False)
class Open:
    x: int
    _private: int = 2


@attrs.define
class Slotted:
    x: int


@attrs.define
class SecretSlotted(Slotted):
    hidden: str = HIDDEN


class Keys(TypedDict):
    name: str
    owner: NotRequired[Owner]


class Model(pydantic.BaseModel):
    name: str
    when: date | None = None
    part: "Part | None" = pydantic.Field(default=None, alias="partOf")


class Part(pydantic.BaseModel):
    number: int


class SecretPart(Part):
    hidden: str = HIDDEN


class SecretModel(Model):
    hidden: str = HIDDEN


class Counted(Struct):
    count: Any = None  # texts and lists have such an attribute too


class Pair(NamedTuple):
    first: int
    owner: Owner


class Colour(Enum):
    RED = "red"


class Holder(Struct):
    model: Model
    keys: Keys


def sent(tp: Any, value: Any) -> Any:
    """What a client would get, as builtins."""
    function = exact(tp)
    assert function is not None
    return msgspec.json.decode(msgspec.json.encode(function(value), enc_hook=enc_hook))


@pytest.mark.parametrize(
    "tp",
    [
        int,
        str | None,
        Any,
        object,
        datetime,
        uuid.UUID,
        Colour,
        Literal["a", 1],
        list[int],
        dict[str, str],
        dict[str, list[Decimal | None]],
        tuple[int, str],
        tuple[int, ...],
        Annotated[list[Annotated[int, Meta(ge=1)]], Meta(max_length=3)],
        list[Any],
        dict,
        list,
        Any | Owner,
    ],
    ids=plain,
)
def test_where_nothing_can_leak_nothing_is_done(tp: Any) -> None:
    assert exact(tp) is None


@pytest.mark.parametrize(
    ("tp", "value"),
    [
        (Owner, Owner("a")),
        (Book, Book(1, Owner("a"), ["x"], Owner("b"))),
        (list[Book], [Book(1, Owner("a")), Book(2, Owner("b"), editor=Owner("c"))]),
        (list[Book], []),
        (list[Book], (Book(1, Owner("a")),)),
        (Book | None, None),
        (dict[str, Owner], {"a": Owner("a")}),
        (dict[str, list[Owner] | None], {"a": [Owner("a")], "b": None, "c": []}),
        (tuple[int, Owner], (1, Owner("a"))),
        (tuple[Owner, ...], (Owner("a"), Owner("b"))),
        (frozenset[int] | Owner, frozenset({1})),
        (Page[Book], Page([Book(1, Owner("a"))])),
        (Node, Node("a", [Node("b", [Node("c")]), Node("d")])),
        (Cat | Dog, Dog()),
        (list[Cat | Dog], [Cat(), Dog(), Cat()]),
        (Point, Point(1, Owner("a"))),
        (Open, Open(1)),
        (Slotted, Slotted(1)),
        (Keys, {"name": "a", "owner": Owner("a")}),
        (list[Keys], [{"name": "a"}, {"name": "b", "owner": Owner("a")}]),
        (Model, Model(name="a", partOf=Part(number=1))),
        (Pair, Pair(1, Owner("a"))),
        (Owner | str | int, "text"),
        (Owner | float, 1),
        (Sequence[Owner], [Owner("a")]),
        (Mapping[str, Owner], {"a": Owner("a")}),
    ],
    ids=plain,
)
def test_what_is_exact_leaves_untouched(tp: Any, value: Any) -> None:
    function = exact(tp)
    assert function is not None
    assert function(value) is value


OWNER = {"name": "a"}
HALF_MADE = Model.model_construct(name="a", part={"hidden": HIDDEN})
BOOK = {"bookId": 1, "owner": OWNER, "tags": [], "editor": None}


@pytest.mark.parametrize(
    ("tp", "value", "expected"),
    [
        (Owner, Spy("a"), OWNER),
        (Book, SecretBook(1, Spy("a")), BOOK),
        (Book, Book(1, Owner("a"), editor=Spy("a")), BOOK | {"editor": OWNER}),
        (Book, {"bookId": 1, "owner": Spy("a"), "hidden": HIDDEN}, BOOK),
        (
            Book,
            SimpleNamespace(
                book_id=1, owner=SimpleNamespace(name="a", hidden=HIDDEN), hidden=HIDDEN
            ),
            BOOK,
        ),
        (list[Owner], [Owner("a"), Spy("a"), {"name": "a", "hidden": HIDDEN}], [OWNER] * 3),
        (list[Owner], deque([Spy("a")]), [OWNER]),
        (list[Owner], {"a": Spy("a")}.values(), [OWNER]),
        (set[int] | Owner, Spy("a"), OWNER),
        (dict[str, Owner], {"a": Spy("a")}, {"a": OWNER}),
        (dict[str, Owner], OrderedDict(a=Owner("a")), {"a": OWNER}),
        (dict[str, Owner], MappingProxyType({"a": Spy("a")}), {"a": OWNER}),
        (dict[str, dict[str, list[Owner]]], {"a": {"b": [Spy("a")]}}, {"a": {"b": [OWNER]}}),
        (tuple[int, Owner], (1, Spy("a")), [1, OWNER]),
        (tuple[Owner, ...], (Spy("a"),), [OWNER]),
        (Page[Owner], Page([Spy("a")]), {"items": [OWNER], "next": None}),
        (
            Page[Page[Owner]],
            Page([Page([Spy("a")])], "n"),
            {"items": [{"items": [OWNER], "next": None}], "next": "n"},
        ),
        (
            Node,
            Node("a", [SecretNode("b", [SecretNode("c")])]),
            {
                "name": "a",
                "children": [{"name": "b", "children": [{"name": "c", "children": []}]}],
            },
        ),
        (Node, SecretNode("a"), {"name": "a", "children": []}),
        (Cat | Dog, SecretDog(["sit"]), {"type": "dog", "tricks": ["sit"]}),
        (Cat | Dog, {"type": "cat", "hidden": HIDDEN}, {"type": "cat", "lives": 9}),
        (Cat | Dog, SimpleNamespace(type="dog", tricks=[]), {"type": "dog", "tricks": []}),
        (Cat | Dog | None, {"type": "dog", "hidden": HIDDEN}, {"type": "dog", "tricks": []}),
        (Point, SecretPoint(1, Spy("a")), {"x": 1, "owner": OWNER}),
        (Point, Point(1, Spy("a")), {"x": 1, "owner": OWNER}),
        (Point, {"x": 1, "hidden": HIDDEN}, {"x": 1}),
        (Slotted, SecretSlotted(1), {"x": 1}),
        (Keys, {"name": "a", "hidden": HIDDEN}, OWNER),
        (list[Keys], [{"name": "a"}, {"name": "a", "hidden": HIDDEN}], [OWNER, OWNER]),
        (Keys, {"name": "a", "owner": Spy("a")}, {"name": "a", "owner": OWNER}),
        (Model, SecretModel(name="a"), {"name": "a", "when": None, "partOf": None}),
        (
            Model,
            Model(name="a", partOf=SecretPart(number=1)),
            {"name": "a", "when": None, "partOf": {"number": 1}},
        ),
        (Model, {"name": "a", "hidden": HIDDEN}, {"name": "a", "when": None, "partOf": None}),
        (
            list[Model],
            [SecretModel(name="a", when=date(2020, 1, 2))],
            [{"name": "a", "when": "2020-01-02", "partOf": None}],
        ),
        (Part, SimpleNamespace(number=1, hidden=HIDDEN), {"number": 1}),
        (Pair, Pair(1, Spy("a")), [1, OWNER]),
        (
            Holder,
            {"model": SecretModel(name="a"), "keys": {"name": "a", "hidden": HIDDEN}},
            {"model": {"name": "a", "when": None, "partOf": None}, "keys": OWNER},
        ),
        (list[int] | list[Owner], [Spy("a")], [OWNER]),
        (dict[str, int] | Keys, {"name": "a", "hidden": HIDDEN}, OWNER),
        (Owner | None, Spy("a"), OWNER),
    ],
    ids=plain,
)
def test_what_is_not_exact_is_rebuilt(tp: Any, value: Any, expected: Any) -> None:
    assert sent(tp, value) == expected


def test_attributes_that_an_attrs_class_does_not_declare_stay() -> None:
    value = Open(1)
    value.hidden = HIDDEN  # type: ignore[attr-defined]
    assert sent(Open, value) == {"x": 1}
    assert sent(list[Open], [Open(2), value]) == [{"x": 2}, {"x": 1}]


def test_a_cached_property_of_an_attrs_class_stays() -> None:
    @attrs.define(slots=False)
    class Lazy:
        x: int

        @functools.cached_property
        def hidden(self) -> str:
            return HIDDEN

    value = Lazy(1)
    assert value.hidden == HIDDEN
    assert sent(Lazy, value) == {"x": 1}


def test_attributes_that_a_dataclass_does_not_declare_stay() -> None:
    value = Point(1)
    value.hidden = HIDDEN  # type: ignore[attr-defined]
    assert sent(Point, value) == {"x": 1, "owner": None}


def test_the_handlers_own_objects_are_not_changed() -> None:
    book = Book(1, Spy("a"))
    function = exact(Book)
    assert function is not None
    assert type(function(book).owner) is Owner
    assert type(book.owner) is Spy


def test_a_constructor_runs_for_foreign_values_only() -> None:
    class Positive(Struct):
        owner: Owner
        number: int

        def __post_init__(self) -> None:
            if self.number < 0:
                raise ValueError(HIDDEN)

    broken = Positive(Spy("a"), 1)
    broken.number = -1
    assert sent(Positive, broken) == {"owner": OWNER, "number": -1}
    with pytest.raises(OutputError) as caught:
        sent(Positive, {"owner": OWNER, "number": -1})
    assert HIDDEN not in str(caught.value)


def test_unset_fields_are_left_out() -> None:
    class Partial(Struct):
        name: str | UnsetType = UNSET
        owner: Owner | UnsetType = UNSET

    assert sent(Partial, Partial()) == {}
    assert sent(list[Partial], [Partial(owner=Spy("a")), Partial()]) == [{"owner": OWNER}, {}]
    check(Partial)(Partial())


class Row(tuple[Any, ...]):
    """As SQLAlchemy's: a tuple with a name for each column."""

    _fields = ("name", "hidden")

    def __getattr__(self, name: str) -> Any:
        try:
            return self[self._fields.index(name)]
        except ValueError:
            raise AttributeError(name) from None


def test_a_row_of_a_database_becomes_what_is_declared() -> None:
    assert sent(list[Owner], [Row(("a", HIDDEN))]) == [OWNER]


@pytest.mark.parametrize(
    ("tp", "value", "pointer", "expected", "got"),
    [
        (Owner, None, "", "Owner", "NoneType"),
        (Owner, 5, "", "Owner", "int"),
        (Owner, HIDDEN, "", "Owner", "str"),
        (Owner, [], "", "Owner", "list"),
        (Owner, object(), "", "Owner", "object"),
        (Book, SimpleNamespace(owner=Owner("a")), "/bookId", "int", "missing"),
        (Owner, {}, "/name", "str", "missing"),
        (Cat, object(), "", "Cat", "object"),
        (Owner, {"name": 1}, "/name", "str", "int"),
        (Book, {"bookId": "1", "owner": Owner("a")}, "/bookId", "int", "str"),
        (Book, SimpleNamespace(book_id=1, owner=None), "/owner", "Owner", "NoneType"),
        (list[Book], [Book(1, Owner("a")), None], "/1", "Book", "NoneType"),
        (list[Owner], Owner("a"), "", "list[Owner]", "Owner"),
        (list[Owner], "text", "", "list[Owner]", "str"),
        (list[Owner], {"a": 1}, "", "list[Owner]", "dict"),
        (dict[str, Owner], [], "", "dict[str, Owner]", "list"),
        (dict[str, Owner], {"a/b~": 5}, "/a~1b~0", "Owner", "int"),
        (dict[str, list[Owner]], {"a": [Owner("a"), 5]}, "/a/1", "Owner", "int"),
        (tuple[int, Owner], (1, Owner("a"), HIDDEN), "", "tuple[int, Owner]", "tuple"),
        (tuple[int, Owner], (1, 2), "/1", "Owner", "int"),
        (Owner | None, 5, "", "Owner | None", "int"),
        (Owner | None, {"name": 5}, "/name", "str", "int"),
        (Owner | int, Cat(), "", "Owner | int", "Cat"),
        (Cat | Dog, Owner("a"), "", "Cat | Dog", "Owner"),
        (
            Cat | Dog | None,
            SimpleNamespace(hidden=HIDDEN),
            "",
            "Cat | Dog | None",
            "SimpleNamespace",
        ),
        (Counted, "text", "", "Counted", "str"),
        (Counted, [1], "", "Counted", "list"),
        (Cat | Dog, {"type": "cow"}, "", "Cat | Dog", "dict"),
        (Page[Owner], Page([5]), "/items/0", "Owner", "int"),
        (Keys, 5, "", "Keys", "int"),
        (Model, {"when": "x"}, "/name", "Model", "dict"),
        (Model, 5, "", "Model", "int"),
        (
            list[Model],
            [{"name": "a", "partOf": {"number": "x"}}],
            "/0/partOf/number",
            "Model",
            "dict",
        ),
        (Model, HALF_MADE, "", "Model", "Model"),
        (Holder, {"model": {"name": "a"}}, "/keys", "Keys", "missing"),
        (Node, Node("a", [Node("b", [5])]), "/children/0/children/0", "Node", "int"),  # type: ignore[list-item]
        (list[int] | list[Owner], [object()], "/0", "int", "object"),
        (dict[str, int] | Keys, {"name": object()}, "/name", "int", "object"),
    ],
    ids=plain,
)
def test_what_cannot_be_rebuilt_is_an_error_that_names_the_place(
    tp: Any, value: Any, pointer: str, expected: str, got: str
) -> None:
    function = exact(tp)
    assert function is not None
    with pytest.raises(OutputError) as caught:
        function(value)
    error = caught.value
    assert (error.pointer, error.expected, error.got) == (pointer, expected, got)
    assert HIDDEN not in str(error)


def test_the_text_of_an_error() -> None:
    assert str(OutputError("Owner", "int", ["items", 0])) == (
        "the answer at '/items/0' is int where Owner is declared"
    )
    assert str(OutputError("Owner", "int")) == "the answer is int where Owner is declared"


@pytest.mark.parametrize(
    ("tp", "value"),
    [
        (int, 1),
        (float, 1),
        (float, 1.5),
        (str | None, None),
        (Any, object()),
        (datetime, datetime(2026, 1, 2, tzinfo=UTC)),
        (datetime, "2020-01-01T00:00:00Z"),
        (Decimal, Decimal("1.5")),
        (date | int, date(2020, 1, 1)),
        (uuid.UUID, uuid.UUID(int=1)),
        (bytes, b"\x00"),
        (Colour, Colour.RED),
        (Literal["a"], "a"),
        (Annotated[int, Meta(ge=1)], 1),
        (Annotated[list[int], Meta(max_length=2)], [1, 2]),
        (list[int], (1, 2)),
        (dict[int, str], {1: "a"}),
        (Book, Book(1, Owner("a"))),
        (Book, SecretBook(1, Spy("a"))),
        (Page[Book], Page([Book(1, Owner("a"))])),
        (Cat | Dog, Cat()),
        (Keys, {"name": "a"}),
        (Model, Model(name="a")),
        (Point, Point(1)),
        (Open, Open(1)),
        (Pair, Pair(1, Owner("a"))),
        (dict, {"a": object()}),
    ],
    ids=plain,
)
def test_check_lets_through_what_is_declared(tp: Any, value: Any) -> None:
    check(tp)(value)


@pytest.mark.parametrize(
    ("tp", "value", "pointer", "expected", "got"),
    [
        (int, "x", "", "int", "str"),
        (int, True, "", "int", "bool"),
        (int, 1.0, "", "int", "float"),
        (str, None, "", "str", "NoneType"),
        (str, uuid.UUID(int=1), "", "str", "UUID"),
        (date, datetime(2026, 1, 2, tzinfo=UTC), "", "date", "datetime"),
        (Colour, HIDDEN, "", "Colour", "str"),
        (Literal["a"], HIDDEN, "", "Literal['a']", "str"),
        (Annotated[int, Meta(ge=1)], 0, "", "int >= 1", "int"),
        (Annotated[str, Meta(pattern="^a$")], HIDDEN, "", "str matching regex '^a$'", "str"),
        (Annotated[list[int], Meta(max_length=1)], [1, 2], "", "array of length <= 1", "list"),
        (Annotated[dict[str, int], Meta(min_length=1)], {}, "", "object of length >= 1", "dict"),
        (list[int], [1, "x"], "/1", "int", "str"),
        (dict[str, int], {"a": "x"}, "/a", "int", "str"),
        (dict[int, str], {"a": "x"}, "", "int", "str"),
        (tuple[int, str], (1, 2), "/1", "str", "int"),
        (int | None, "x", "", "int | None", "str"),
        (list[int | str], [1.5], "/0", "int | str", "float"),
        (Owner, Owner(1), "/name", "str", "int"),  # type: ignore[arg-type]
        (Book, Book("x", Owner("a")), "/bookId", "int", "str"),  # type: ignore[arg-type]
        (Book, Book(1, Owner("a"), [1]), "/tags/0", "str", "int"),  # type: ignore[list-item]
        (list[Book], [Book(1, Owner(None))], "/0/owner/name", "str", "NoneType"),  # type: ignore[arg-type]
        (Point, Point("x"), "/x", "int", "str"),  # type: ignore[arg-type]
        (Keys, {}, "/name", "str", "missing"),
        (Model, Model.model_construct(name=5), "", "Model", "Model"),
        (Part, Part.model_construct(number=HIDDEN), "", "Part", "Part"),
        (Cat | Dog, Cat("x"), "/lives", "int", "str"),  # type: ignore[arg-type]
    ],
    ids=plain,
)
def test_check_names_the_scalar_that_is_not(
    tp: Any, value: Any, pointer: str, expected: str, got: str
) -> None:
    with pytest.raises(OutputError) as caught:
        check(tp)(value)
    error = caught.value
    assert (error.pointer, error.expected, error.got) == (pointer, expected, got)
    assert HIDDEN not in str(error)


def test_production_leaves_scalars_of_declared_classes_alone() -> None:
    assert sent(Owner, Owner(5)) == {"name": 5}  # type: ignore[arg-type]
    assert sent(Owner, Spy(5)) == {"name": 5}  # type: ignore[arg-type]
    assert sent(Owner | None, Spy(5)) == {"name": 5}  # type: ignore[arg-type]


def test_of_a_union_of_relatives_the_nearest_is_meant() -> None:
    class Animal(Struct):
        name: str

    class Bird(Animal):
        wings: int = 2

    class Hidden(Bird):
        hidden: str = HIDDEN

    assert sent(Animal | Bird, Hidden("a")) == {"name": "a", "wings": 2}


def test_a_circle_ends_in_an_error_and_not_in_a_hang() -> None:
    node = Node("a")
    node.children.append(node)
    function = exact(Node)
    assert function is not None
    with pytest.raises(RecursionError):
        function(node)
