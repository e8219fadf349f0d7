"""What leaves is what is declared: nothing that a subclass, row or dict holds beside it.

Types are turned into shapes (`values.shapes`) once, when the app is built. Scalars are not looked
at in production; `check` does that, in development and in tests.
"""

from __future__ import annotations

import types
import typing
from collections import abc
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, Literal, Union, get_args, get_origin

import msgspec

from restive.values import shapes
from restive.values.cache import by_type
from restive.values.hooks import dec_hook, is_pydantic
from restive.values.shapes import OutputError, Shape
from restive.values.types import Field, bare, fields_of, is_structured, metas

__all__ = ["OutputError", "check", "exact", "label"]


@by_type
def exact(tp: Any) -> Callable[[Any], Any] | None:
    """A function that gives what may be encoded as `tp`: the value itself, or one rebuilt.

    tp: as `values.types.normalise` gives it. None where nothing can leak: scalars, `Any`, and
    collections of these. An instance of a declared class leaves untouched; one of a subclass, a
    dict, or an object with the attributes (a database row) becomes an instance of the declared
    class at any depth (a dict, where the class is not a Struct). Raises OutputError where that
    cannot be done. Scalars of declared classes are not checked, those of other objects are.
    """
    builder = _Builder()
    shape = builder.complete(tp)
    if not shape.leaky:
        return None
    is_exact = shape.kinds.exact
    rebuild = _converting(tp, shape) if builder.telling else partial(shape.rebuild, strict=False)
    if isinstance(shape, shapes.Record) and shape.kinds.tests[shape.cls] is None:
        cls = shape.cls  # PERF: the commonest case, without another call

        def exact_class(value: Any) -> Any:
            return value if type(value) is cls else rebuild(value)

        return exact_class

    def exact_value(value: Any) -> Any:
        return value if is_exact(value) else rebuild(value)

    return exact_value


def _converting(tp: Any, shape: Shape) -> Callable[[Any], Any]:
    """`shape.rebuild` after msgspec's own conversion, which does most of what it does in C."""

    def rebuild(value: Any) -> Any:
        # It stops at the first thing it cannot do, and leaves instances as they are, whatever is in
        # them: so what it made is judged like any other value, and else the long way is taken.
        with suppress(TypeError, ValueError, NotImplementedError):
            made = msgspec.convert(value, tp, from_attributes=True, dec_hook=dec_hook)
            if shape.kinds.exact(made):
                return made
        return shape.rebuild(value, False)

    return rebuild


@by_type
def check(tp: Any) -> Callable[[Any], None]:
    """A function that raises OutputError for a value that is not a `tp` in every scalar.

    Checked is what is sent: a `datetime` may be given as its text, an `int` where a float is
    declared, but not the other way round. Objects that `exact` takes are taken.
    """
    rebuild = _Builder().complete(tp).rebuild

    def checked(value: Any) -> None:
        rebuild(value, True)

    return checked


class _Builder:
    """Turns one type into a shape, each structured type in it once."""

    def __init__(self) -> None:
        self._choices: list[shapes.Choice] = []
        self._known: dict[Any, shapes.Record | shapes.Model] = {}

    @property
    def telling(self) -> bool:
        """Whether each record has a required field: no object passes for one without having any."""
        return all(any(m.required for m in record.members) for record in self._known.values())

    def complete(self, tp: Any) -> Shape:
        """The shape of a type, ready for use."""
        shape = self.shape(tp)
        for choice in self._choices:
            choice.merge()
        return shape

    def shape(self, tp: Any) -> Shape:
        inner = bare(tp)
        origin, arguments = get_origin(inner), get_args(inner)
        if origin in (Union, types.UnionType):
            return self._choice(inner, arguments)
        if is_structured(inner):
            return self._known.get(inner) or self._record(inner)
        cls = origin or inner
        named = isinstance(cls, type) and issubclass(cls, tuple) and hasattr(cls, "_fields")
        if named or (origin is tuple and arguments[-1:] != (...,)):
            return self._fixed(inner, cls, arguments)
        if not arguments or not isinstance(cls, type) or not issubclass(cls, abc.Iterable):
            return shapes.Leaf(tp, label(tp), _leaf_kinds(inner))
        return self._collection(tp, cls, arguments)

    def _collection(self, tp: Any, cls: type, arguments: tuple[Any, ...]) -> Shape:
        name = label(tp)
        if not issubclass(cls, abc.Mapping):
            return shapes.Many(name, self.shape(arguments[0]), _bounds(tp, list))
        key, item = map(self.shape, arguments)
        return shapes.Table(name, key, item, _bounds(tp, dict))

    def _choice(self, inner: Any, members: tuple[Any, ...]) -> Shape:
        found = tuple(self.shape(member) for member in members)
        if any(isinstance(shape, shapes.Leaf) and shape.type in (Any, object) for shape in found):
            return shapes.Leaf(Any, label(inner))
        choice = shapes.Choice(label(inner), found)
        self._choices.append(choice)
        return choice

    def _fixed(self, inner: Any, cls: type, items: tuple[Any, ...]) -> Shape:
        kinds: tuple[type, ...] = (tuple, list)
        if cls is not tuple:
            kinds = (cls,)
            items = tuple(typing.get_type_hints(cls, include_extras=True).values())
        return shapes.Fixed(label(inner), kinds, tuple(self.shape(item) for item in items))

    def _record(self, inner: Any) -> Shape:
        cls = get_origin(inner) or inner
        # msgspec writes every attribute of an attrs object, declared or not.
        attrs = hasattr(cls, "__attrs_attrs__")
        record = shapes.Record(
            label(inner),
            dict if typing.is_typeddict(cls) else cls,
            open=attrs and cls.__dictoffset__ != 0,
        )
        shape = self._known[inner] = shapes.Model(record) if is_pydantic(cls) else record
        fields = [field for field in fields_of(inner) if not (attrs and field.name[0] == "_")]
        record.fill(tuple(self._member(field) for field in fields))
        return shape

    def _member(self, field: Field) -> shapes.Member:
        return shapes.Member(field.name, field.encode_name, self.shape(field.type), field.required)


def _bounds(tp: Any, kind: type) -> shapes.Leaf | None:
    """The limits on the length of a collection, without its items."""
    found = metas(tp)
    if not found:
        return None
    return shapes.Leaf(typing.Annotated[(kind, *found)], label(tp))


def _leaf_kinds(inner: Any) -> tuple[type, ...]:
    if get_origin(inner) is Literal:
        return tuple({type(value) for value in get_args(inner)})
    if inner is float:
        return (float, int)
    return (inner,) if isinstance(inner, type) and inner is not object else ()


@by_type
def label(tp: Any) -> str:
    """How messages show a type: `Page[Book]`, `int | None`."""
    inner = bare(tp)
    origin, arguments = get_origin(inner), get_args(inner)
    if inner in (None, type(None)):
        return "None"
    if inner is msgspec.UnsetType:
        return "unset"
    if inner is ...:
        return "..."
    if origin in (Union, types.UnionType):
        return " | ".join(map(label, arguments))
    if origin is Literal:
        return f"Literal[{', '.join(map(repr, arguments))}]"
    name: str = getattr(origin or inner, "__name__", None) or str(inner)
    return f"{name}[{', '.join(map(label, arguments))}]" if arguments else name
