"""What a declared type lets out: the tree of shapes behind `values.output`.

Each shape answers two questions. `kinds` knows the runtime classes that may leave untouched, and is
asked of whole columns of values at once. `rebuild` makes a value that holds what is declared and no
more, or says where it cannot.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter, itemgetter
from typing import Any, Protocol, TypeAlias

import msgspec

from restive.errors import RestiveError
from restive.values.hooks import dec_hook

Deep: TypeAlias = Callable[[Collection[Any]], bool]
MISSING: Any = object()
_EXPECTED = re.compile(r"Expected (.*?)(?:, got .*)?(?: - at .*)?\Z", re.DOTALL)
_TEXTS = (str, bytes, bytearray, memoryview)
_PLAIN = (*_TEXTS, int, float, list, tuple, set, frozenset)


class OutputError(RestiveError):
    """A handler's answer is not what its annotation declares.

    path: keys and indexes down to the place. expected, got: names of types, never the value.
    """

    def __init__(self, expected: str, got: str, path: Iterable[str | int] = ()) -> None:
        super().__init__(expected, got)
        self.expected = expected
        self.got = got
        self.path = list(path)

    @property
    def pointer(self) -> str:
        """JSON Pointer (RFC 6901) into the answer; "" is the answer itself."""
        parts = (str(part).replace("~", "~0").replace("/", "~1") for part in self.path)
        return "".join(f"/{part}" for part in parts)

    def __str__(self) -> str:
        place = f"the answer at {self.pointer!r}" if self.path else "the answer"
        return f"{place} is {self.got} where {self.expected} is declared"


def never(_values: Collection[Any]) -> bool:
    """The test of what may not leave untouched."""
    return False


class Kinds:
    """Runtime classes that may leave untouched, each with a test of what lies below it, or None."""

    __slots__ = ("_plain", "_shallow", "tests")

    def __init__(self, kinds: Iterable[type] = (), deep: Deep | None = None) -> None:
        self.tests: dict[type, Deep | None] = {}
        for kind in kinds:
            self.put(kind, deep)

    def put(self, kind: type, deep: Deep | None) -> None:
        self.tests[kind] = deep
        self._shallow = not any(self.tests.values())
        self._plain = frozenset(self.tests)

    def exact(self, value: Any) -> bool:
        """Whether `value` may leave untouched."""
        deep = self.tests.get(type(value), never)
        return deep is None or deep((value,))

    def all_exact(self, column: Iterable[Any]) -> bool:
        """Whether all of `column` may leave untouched."""
        # PERF: set and map run in C; a loop over the rows would cost several times as much.
        if self._shallow:
            return self._plain.issuperset(map(type, column))
        values = column if type(column) is list else list(column)
        found = set(map(type, values))
        if len(found) == 1:
            deep = self.tests.get(found.pop(), never)
            return deep is None or deep(values)
        for kind in found:
            deep = self.tests.get(kind, never)
            if deep is not None and not deep([value for value in values if type(value) is kind]):
                return False
        return True


class Shape(Protocol):
    """name: as messages show it. leaky: whether something undeclared could be in such a value."""

    name: str
    leaky: bool
    kinds: Kinds

    def rebuild(self, value: Any, strict: bool) -> Any:
        """`value` as declared; every scalar is checked where `strict`. Raises OutputError."""


def wrong(shape: Shape, value: Any) -> OutputError:
    return OutputError(shape.name, type(value).__name__)


def rebuilt(shape: Shape, value: Any, strict: bool, key: str | int) -> Any:
    """`shape.rebuild` where it is needed, with `key` put before the place in the error."""
    if not strict and shape.kinds.tests.get(type(value), never) is None:
        return value
    try:
        return shape.rebuild(value, strict)
    except OutputError as error:
        error.path.insert(0, key)
        raise


class Leaf:
    """A scalar, or anything else that msgspec checks whole."""

    def __init__(self, tp: Any, name: str, kinds: Iterable[type] = ()) -> None:
        self.name = name
        self.leaky = False
        self.kinds = Kinds(kinds)
        self.type = tp

    def rebuild(self, value: Any, strict: bool) -> Any:
        if not strict or self.type is Any:
            return value
        if value is msgspec.UNSET and self.type is msgspec.UnsetType:
            return value
        try:
            return msgspec.convert(value, self.type, dec_hook=dec_hook)
        except (msgspec.ValidationError, NotImplementedError) as error:
            # SECURITY: messages about enums quote the value, so only "Expected ..." is taken over.
            known = _EXPECTED.match(str(error))
            expected = known[1].replace("`", "") if known else self.name
            raise OutputError(expected, type(value).__name__) from None


class Many:
    """A list, set, sequence, or tuple of any length."""

    def __init__(self, name: str, item: Shape, bounds: Leaf | None) -> None:
        self.name = name
        self.item = item
        self.bounds = bounds
        self.leaky = item.leaky
        self.kinds = Kinds((list, tuple, set, frozenset), self._deep if item.leaky else None)

    def _deep(self, values: Collection[Any]) -> bool:
        if len(values) == 1:
            (items,) = values
            return self.item.kinds.all_exact(items)
        return self.item.kinds.all_exact(chain.from_iterable(values))

    def rebuild(self, value: Any, strict: bool) -> list[Any]:
        if not isinstance(value, Collection) or isinstance(value, (*_TEXTS, Mapping)):
            raise wrong(self, value)
        items = [rebuilt(self.item, item, strict, index) for index, item in enumerate(value)]
        if self.bounds is not None:
            self.bounds.rebuild(items, strict)
        return items


class Fixed:
    """A tuple of so many items, named or not."""

    def __init__(self, name: str, kinds: Iterable[type], items: tuple[Shape, ...]) -> None:
        self.name = name
        self.items = items
        self.leaky = any(item.leaky for item in items)
        self.kinds = Kinds(kinds, self._deep if self.leaky else None)

    def _deep(self, values: Collection[Any]) -> bool:
        return set(map(len, values)) == {len(self.items)} and all(
            item.kinds.all_exact(map(itemgetter(index), values))
            for index, item in enumerate(self.items)
            if item.leaky
        )

    def rebuild(self, value: Any, strict: bool) -> list[Any]:
        if not isinstance(value, (tuple, list)) or len(value) != len(self.items):
            raise wrong(self, value)
        return [
            rebuilt(shape, item, strict, index)
            for index, (shape, item) in enumerate(zip(self.items, value, strict=True))
        ]


class Table:
    """A mapping with keys of one type and values of another."""

    def __init__(self, name: str, key: Shape, item: Shape, bounds: Leaf | None) -> None:
        self.name = name
        self.key = key
        self.item = item
        self.bounds = bounds
        self.leaky = item.leaky
        self.kinds = Kinds((dict,), self._deep if item.leaky else None)

    def _deep(self, values: Collection[Any]) -> bool:
        return self.item.kinds.all_exact(chain.from_iterable(map(dict.values, values)))

    def rebuild(self, value: Any, strict: bool) -> dict[Any, Any]:
        if not isinstance(value, Mapping):
            raise wrong(self, value)
        table = {
            self.key.rebuild(key, strict): rebuilt(self.item, item, strict, str(key))
            for key, item in value.items()
        }
        if self.bounds is not None:
            self.bounds.rebuild(table, strict)
        return table


@dataclass(frozen=True, slots=True)
class Member:
    """One field of a Record. wire: its name in the answer."""

    name: str
    wire: str
    shape: Shape
    required: bool


class Record:
    """A Struct, dataclass, attrs class, TypedDict (`cls` is dict) or Pydantic model.

    open: whether instances can carry attributes or keys that are encoded without being declared.
    """

    def __init__(self, name: str, cls: type, open: bool) -> None:
        self.name = name
        self.cls = cls
        self.leaky = True
        self.kinds = Kinds((cls,), never)
        self.members: tuple[Member, ...] = ()
        self._open = open
        self._names: frozenset[str] = frozenset()
        self._below: tuple[Member, ...] = ()
        self._columns: tuple[tuple[Callable[[Any], Any], Kinds], ...] = ()
        self._keys: tuple[tuple[str, Kinds], ...] = ()

    def fill(self, members: tuple[Member, ...]) -> None:
        """Give the fields, once their shapes (which may lead back here) are there."""
        self.members = members
        self._names = frozenset(member.name for member in members)
        self._below = below = tuple(member for member in members if member.shape.leaky)
        if self.cls is dict:
            self._keys = tuple((member.name, member.shape.kinds) for member in below)
            self.kinds.put(dict, self._deep_keys)
        else:
            self._columns = tuple((attrgetter(m.name), m.shape.kinds) for m in below)
            self.kinds.put(self.cls, self._deep if below or self._open else None)

    def _deep(self, values: Collection[Any]) -> bool:
        if self._open:
            undeclared = set().union(*map(vars, values)) - self._names
            if not all(name.startswith("_") for name in undeclared):  # those are never encoded
                return False
        if len(values) > 1:
            return all(kinds.all_exact(map(get, values)) for get, kinds in self._columns)
        # PERF: one value needs no columns, and `all` would double what it costs.
        (value,) = values
        for get, kinds in self._columns:  # noqa: SIM110
            if not kinds.exact(get(value)):
                return False
        return True

    def _deep_keys(self, values: Collection[Any]) -> bool:
        return self._names.issuperset(set().union(*values)) and all(
            kinds.all_exact([value[name] for value in values if name in value])
            for name, kinds in self._keys
        )

    def tagged(self, value: Any) -> bool:
        """Whether a value of another class says by its tag that it is one of these."""
        config = getattr(self.cls, "__struct_config__", None)
        if config is None or config.tag is None:
            return True
        return bool(_read(value, config.tag_field) == config.tag)

    def rebuild(self, value: Any, strict: bool) -> Any:
        struct = issubclass(self.cls, msgspec.Struct)
        if struct and type(value) is self.cls:
            return self._mended(value, strict)
        own = isinstance(value, self.cls)
        if not own and not self._resembles(value):
            raise wrong(self, value)
        fields = self._fields(value, own, strict or not own)
        if not struct:
            # An encoder writes a dict as it would the object, and nobody else sees it.
            return {m.wire: fields[m.name] for m in self.members if m.name in fields}
        try:
            return self.cls(**fields)
        except (TypeError, ValueError) as error:
            raise wrong(self, value) from error

    def _resembles(self, value: Any) -> bool:
        """Whether a foreign value has any field; else any object would do for one of defaults."""
        if isinstance(value, Mapping) or not self.members:
            return isinstance(value, Mapping)
        # Rows of a database are tuples, and have attributes.
        plain = isinstance(value, _PLAIN) and not hasattr(value, "_fields")
        return not plain and any(hasattr(value, member.name) for member in self.members)

    def _mended(self, value: Any, strict: bool) -> Any:
        """A copy with the parts that had to be rebuilt; `__post_init__` has seen it already."""
        result = value
        for member in self.members if strict else self._below:
            found = getattr(value, member.name, MISSING)
            if found is MISSING:
                raise OutputError(member.shape.name, "missing", [member.wire])
            part = rebuilt(member.shape, found, strict, member.wire)
            if part is not found:
                if result is value:
                    result = copy.copy(value)
                msgspec.structs.force_setattr(result, member.name, part)
        return result

    def _fields(self, value: Any, own: bool, strict: bool) -> dict[str, Any]:
        fields = {}
        for member in self.members:
            found = _read(value, member.name if own else member.wire, member.name)
            if found is not MISSING:
                fields[member.name] = rebuilt(member.shape, found, strict, member.wire)
            elif member.required and strict:
                raise OutputError(member.shape.name, "missing", [member.wire])
        return fields


def _read(value: Any, key: str, attribute: str | None = None) -> Any:
    """A mapping's key, or an object's attribute; MISSING where there is none."""
    if isinstance(value, Mapping):
        return value.get(key, MISSING)
    return getattr(value, attribute or key, MISSING)


class Model:
    """A Pydantic model: it checks and writes its values itself, by its own serializer."""

    def __init__(self, record: Record) -> None:
        self.name = record.name
        self.cls: Any = record.cls
        self.leaky = True
        self.kinds = record.kinds
        self._record = record

    @property
    def members(self) -> tuple[Member, ...]:
        return self._record.members

    def rebuild(self, value: Any, strict: bool) -> Any:  # noqa: ARG002
        if not isinstance(value, self.cls):
            value = self._validated(value)
        try:
            # The declared class's serializer leaves out what a subclass adds.
            return self.cls.__pydantic_serializer__.to_python(
                value, mode="json", by_alias=True, warnings="error"
            )
        except ValueError:
            raise wrong(self, value) from None  # SECURITY: Pydantic's text quotes the value

    def _validated(self, value: Any) -> Any:
        try:
            return self.cls.model_validate(value, from_attributes=True)
        except ValueError as error:
            places = error.errors(include_url=False, include_input=False)  # type: ignore[attr-defined]
            path = [part for part in places[0]["loc"] if part != "__root__"]
            raise OutputError(self.name, type(value).__name__, path) from None


class Choice:
    """A union. `merge` joins what its members let through, once they are complete."""

    def __init__(self, name: str, shapes: tuple[Shape, ...]) -> None:
        self.name = name
        self.shapes = shapes
        self._records = [shape for shape in shapes if isinstance(shape, (Record, Model))]
        self.leaky = any(shape.leaky for shape in shapes)
        self.kinds = Kinds()

    def merge(self) -> None:
        for shape in self.shapes:
            for kind, deep in shape.kinds.tests.items():
                # `list[A] | list[B]`: only the slow way can tell them apart.
                self.kinds.put(kind, never if kind in self.kinds.tests else deep)

    def rebuild(self, value: Any, strict: bool) -> Any:
        own = self._own(value)
        if len(own) == 1:
            return own[0].rebuild(value, strict)
        errors = [wrong(self, value)]
        for shape in own or self._foreign(value):
            try:
                # SECURITY: strict, because an unchecked scalar would let any object through.
                return shape.rebuild(value, True)
            except OutputError as error:
                errors.append(error)
        raise max(errors, key=lambda error: len(error.path))

    def _own(self, value: Any) -> list[Shape]:
        """The members whose class the value has, or else the nearest that it inherits from."""
        exact = [shape for shape in self.shapes if type(value) in shape.kinds.tests]
        above = [shape for shape in self._records if isinstance(value, shape.cls)]
        nearest = sorted(above, key=lambda shape: len(shape.cls.__mro__))[-1:]
        return exact or [*nearest]

    def _foreign(self, value: Any) -> list[Shape]:
        """The members that a value of none of their classes could mean, by its tag if need be."""
        if len(self._records) < 2:
            return list(self.shapes)
        return [s for s in self.shapes if not isinstance(s, Record) or s.tagged(value)]
