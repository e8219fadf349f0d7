"""Finding every error in a decoded value, once msgspec has refused it.

msgspec stops at its first error and says where it is. That place is followed down; then what comes
after it is given to msgspec again, and so on: what is right is only ever looked at in C, a few
times, and Python's part grows with the number of errors, not with the size of the value.
"""

from __future__ import annotations

import re
from collections import abc
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cached_property
from itertools import chain, islice
from typing import Any, NamedTuple, get_args

import msgspec

from restive.errors import FieldError
from restive.values import faults, mend
from restive.values.cache import by_type
from restive.values.codes import word
from restive.values.hooks import dec_hook, is_pydantic, validated
from restive.values.types import (
    OBJECTS,
    bare,
    class_of,
    fields_of,
    is_structured,
    item_types,
    members,
    parts,
)

MOST = 100
CHUNK = 512  # items that are copied when the search goes on after one of them
INDEX = re.compile(r"\[(\d+)\]").match
SIMPLE = (str, int, float, bool)  # right as soon as the class is
ARRAYS = (list, tuple, set, frozenset, abc.Sequence, abc.MutableSequence, abc.Set, abc.Collection)


class Enough(Exception):
    """More errors than are wanted."""


class Walk:
    """One search, and what it has found."""

    __slots__ = ("errors", "most", "str_keys")

    def __init__(self, most: int, *, str_keys: bool) -> None:
        self.errors: list[FieldError] = []
        self.most = most
        self.str_keys = str_keys

    def add(self, error: FieldError) -> None:
        if len(self.errors) >= self.most:
            raise Enough
        self.errors.append(error)

    def convert(self, value: Any, tp: Any) -> Any:
        return msgspec.convert(value, tp, str_keys=self.str_keys, dec_hook=dec_hook)


class Reason(NamedTuple):
    """What msgspec said of a value: its text, and the path from there to where it went wrong.

    path: None where it is not known.
    """

    text: str
    path: str | None

    def below(self, length: int) -> Reason:
        return Reason(self.text, (self.path or "")[length:])


UNKNOWN = Reason("", None)


def collect(
    tp: Any, value: Any, *, most: int = MOST, str_keys: bool = True
) -> tuple[list[FieldError], bool]:
    """Every error in `value` as a `tp`, at most `most`, and whether there are more.

    value: as decoded without a type. str_keys: object keys are strings, as in JSON. [] where
    nothing is wrong.
    """
    walk = Walk(most, str_keys=str_keys)
    try:
        check(walk, node_of(tp), value, "")
    except Enough:
        return walk.errors, True
    return walk.errors, False


def check(walk: Walk, node: Leaf, value: Any, pointer: str) -> None:
    """Adds the errors in `value`, if there are any."""
    if type(value) is node.type and node.type in SIMPLE:
        return
    if isinstance(node, PydanticNode):  # PERF: it would be asked twice
        node.explain(walk, value, pointer, UNKNOWN)
        return
    try:
        walk.convert(value, node.type)
    except msgspec.ValidationError as error:
        explain(walk, node, value, pointer, Reason(*faults.split(str(error))))


def explain(walk: Walk, node: Leaf, value: Any, pointer: str, reason: Reason) -> None:
    """Adds every error in `value`; where none is found, what msgspec said of it."""
    before = len(walk.errors)
    node.explain(walk, value, pointer, reason)
    if len(walk.errors) == before:
        Leaf.explain(node, walk, value, pointer, reason)


def check_each(
    walk: Walk, node: Leaf, values: Sequence[Any], pointer: Callable[[int], str], start: int = 0
) -> None:
    """`check` for each of `values` from `start` on; `pointer` tells where the n-th of them is."""
    while start < len(values):
        try:
            walk.convert(values[start : start + CHUNK], list[node.type])  # type: ignore[name-defined]
        except msgspec.ValidationError as error:
            reason = Reason(*faults.split(str(error)))
            step = INDEX(reason.path or "[0]")
            at = start + int(step[1]) if step else start
            below = reason.below(step.end() if step else 0)
            explain(walk, node, values[at], pointer(at), below)
            start = at + 1
        else:
            start += CHUNK


# -- one kind of type each ---------------------------------------------------------------------


class Leaf:
    """A value without parts; and what is alike in all kinds."""

    def __init__(self, tp: Any) -> None:
        self.type = tp

    @cached_property
    def expected(self) -> str:
        return word(self.type)

    @cached_property
    def mends(self) -> bool:
        """Whether there is anything for `mend` to do."""
        return any(mend.mender(part) for part in parts(self.type))

    def mend(self, column: list[Any]) -> list[Any]:
        """Decoded values of this type as `values.mend` has them; what is in them changes in place.

        They stand in the same place of a type, one of each value above them.
        """
        mender = mend.mender(self.type)
        return mender(column) if mender else column

    def explain(self, walk: Walk, value: Any, pointer: str, reason: Reason) -> None:
        """Adds every error in `value`, of which `reason` is the first."""
        walk.add(faults.described(reason.text, self.type, self.expected, value, pointer))


class PydanticNode(Leaf):
    """A Pydantic model, which lists its errors itself."""

    def explain(self, walk: Walk, value: Any, pointer: str, reason: Reason) -> None:  # noqa: ARG002
        try:
            validated(bare(self.type), value)
        except ValueError as error:
            for found in faults.from_pydantic(error, value, pointer):
                walk.add(found)


class ListNode(Leaf):
    """Any number of items of one type."""

    def __init__(self, tp: Any) -> None:
        super().__init__(tp)
        self.item = node_of((*get_args(bare(tp)), Any)[0])

    def mend(self, column: list[Any]) -> list[Any]:
        lists = [value for value in column if type(value) is list]
        mended = iter(self.item.mend(list(chain.from_iterable(lists))))
        for items in lists:
            items[:] = islice(mended, len(items))
        return column

    def explain(self, walk: Walk, value: Any, pointer: str, reason: Reason) -> None:
        start = 0
        if reason.path == "":  # it is the array itself: too short, say
            super().explain(walk, value, pointer, reason)
        if not isinstance(value, (list, tuple)):
            return
        step = INDEX(reason.path or "")
        if step is not None and int(step[1]) < len(value):
            at = int(step[1])
            explain(walk, self.item, value[at], f"{pointer}/{at}", reason.below(step.end()))
            start = at + 1
        check_each(walk, self.item, value, lambda number: f"{pointer}/{number}", start)


class TupleNode(Leaf):
    """A certain number of items, each of its type: a fixed tuple, NamedTuple, array-like Struct."""

    def __init__(self, tp: Any, types: Sequence[Any], skipped: int = 0) -> None:
        super().__init__(tp)
        self.types = types
        self.skipped = skipped  # the tag of a Struct comes first

    def mend(self, column: list[Any]) -> list[Any]:
        arrays = [value for value in column if type(value) is list]
        for number, tp in enumerate(self.types, self.skipped):
            _mend_places([a for a in arrays if number < len(a)], number, node_of(tp))
        return column

    def explain(self, walk: Walk, value: Any, pointer: str, reason: Reason) -> None:
        if isinstance(value, (list, tuple)):
            pairs = zip(self.types, value[self.skipped :], strict=False)
            for number, (tp, item) in enumerate(pairs, self.skipped):
                check(walk, node_of(tp), item, f"{pointer}/{number}")
        if reason.path == "":
            super().explain(walk, value, pointer, reason)


class DictNode(Leaf):
    """Any number of names, each with a value of one type."""

    def __init__(self, tp: Any) -> None:
        super().__init__(tp)
        self.key, item = (*get_args(bare(tp)), Any, Any)[:2]
        self.item = node_of(item)

    def mend(self, column: list[Any]) -> list[Any]:
        dicts = [value for value in column if type(value) is dict]
        mended = iter(self.item.mend(list(chain.from_iterable(map(dict.values, dicts)))))
        for mapping in dicts:
            mapping.update(zip(list(mapping), islice(mended, len(mapping)), strict=True))
        return column

    def explain(self, walk: Walk, value: Any, pointer: str, reason: Reason) -> None:
        if reason.path == "":
            super().explain(walk, value, pointer, reason)
        if not isinstance(value, dict):
            return
        keys = list(value)
        plain = self.key is Any or (self.key is str and walk.str_keys)
        for begin in range(0, 0 if plain else len(keys), CHUNK):
            self._check_keys(walk, keys[begin : begin + CHUNK], pointer)
        check_each(
            walk,
            self.item,
            list(value.values()),
            lambda number: f"{pointer}/{faults.escaped(keys[number])}",
        )

    def _check_keys(self, walk: Walk, keys: list[Any], pointer: str) -> None:
        try:
            walk.convert(dict.fromkeys(keys), dict[self.key, Any])  # type: ignore[name-defined]
        except msgspec.ValidationError as error:
            if len(keys) == 1:
                place = f"{pointer}/{faults.escaped(keys[0])}"
                text = faults.split(str(error))[0]
                walk.add(faults.described(text, self.key, word(self.key), keys[0], place))
                return
            for half in (keys[: len(keys) // 2], keys[len(keys) // 2 :]):
                self._check_keys(walk, half, pointer)


class ObjectNode(Leaf):
    """Named fields: a Struct, dataclass, TypedDict or attrs class.

    Its fields are looked up on the first use, for a type may contain itself.
    """

    def __init__(self, tp: Any) -> None:
        super().__init__(tp)
        config = getattr(class_of(tp), "__struct_config__", None)
        self.tag_field: str | None = config.tag_field if config else None
        self.tag: Any = config.tag if config else None
        self.forbids = bool(config and config.forbid_unknown_fields)

    @cached_property
    def fields(self) -> dict[str, Leaf]:
        return {field.encode_name: node_of(field.type) for field in fields_of(self.type)}

    @cached_property
    def required(self) -> list[str]:
        return [field.encode_name for field in fields_of(self.type) if field.required]

    def mend(self, column: list[Any]) -> list[Any]:
        objects = [value for value in column if type(value) is dict]
        if self.tag_field:
            objects = [v for v in objects if v.get(self.tag_field, self.tag) == self.tag]
        for name, node in self.fields.items() if objects else ():
            if node.mends:
                _mend_places([value for value in objects if name in value], name, node)
        return column

    def explain(self, walk: Walk, value: Any, pointer: str, reason: Reason) -> None:
        if not isinstance(value, dict):
            super().explain(walk, value, pointer, reason)
            return
        # A path is text: names with these characters make it ambiguous.
        follows = not any(set(".[") & set(name) for name in self.fields)
        step = re.match(r"\.([^.\[]+)", reason.path or "") if follows else None
        first = step[1] if step else None
        searching = first in self.fields and first in value
        for name, item in value.items():
            node = self.fields.get(name)
            if node is None:
                continue
            if not searching:
                check(walk, node, item, f"{pointer}/{faults.escaped(name)}")
            elif name == first and step is not None:  # those before it are right
                searching = False
                explain(walk, node, item, f"{pointer}/{name}", reason.below(step.end()))
        self.explain_names(walk, value, pointer, self.required)

    def explain_names(
        self, walk: Walk, value: dict[Any, Any], pointer: str, required: Sequence[str] = ()
    ) -> None:
        """Adds the names that are missing, and those that are too many; then the tag."""
        unknown = [name for name in value if name not in self.fields and name != self.tag_field]
        for name in required:
            if name not in value:
                walk.add(faults.missing(name, unknown, pointer))
        if self.forbids:
            absent = [name for name in self.fields if name not in value]
            for name in unknown:
                walk.add(faults.unknown_field(name, absent, pointer))
        tag = value.get(self.tag_field, self.tag) if self.tag_field else None
        if self.tag_field and tag != self.tag:
            walk.add(faults.not_one_of([self.tag], tag, f"{pointer}/{self.tag_field}"))


class UnionNode(Leaf):
    """One of several types, told apart by the kind of the value, Structs by their tag."""

    def __init__(self, tp: Any) -> None:
        super().__init__(tp)
        self.nodes = nodes = [node_of(member) for member in members(tp)]
        self.arrays = [node for node in nodes if isinstance(node, (ListNode, TupleNode))]
        self.objects = [
            node for node in nodes if isinstance(node, (ObjectNode, DictNode, PydanticNode))
        ]

    def mend(self, column: list[Any]) -> list[Any]:
        fractional = any(bare(node.type) in (float, Decimal) for node in self.nodes)
        for node in self.nodes:
            if not (fractional and mend.is_whole(node.type)):
                column = node.mend(column)
        return column

    def explain(self, walk: Walk, value: Any, pointer: str, reason: Reason) -> None:
        candidates: Sequence[Leaf] = ()
        if isinstance(value, dict):
            candidates = self.objects
        elif isinstance(value, (list, tuple)):
            candidates = self.arrays
        if len(candidates) == 1:
            candidates[0].explain(walk, value, pointer, reason)
        elif candidates and isinstance(value, dict):
            self._explain_tagged(walk, value, pointer, reason)
        else:
            super().explain(walk, value, pointer, reason)

    def _explain_tagged(
        self, walk: Walk, value: dict[Any, Any], pointer: str, reason: Reason
    ) -> None:
        tagged = {node.tag: node for node in self.objects if isinstance(node, ObjectNode)}
        name = next(node.tag_field for node in tagged.values()) or ""
        if name not in value:
            walk.add(faults.missing(name, list(value), pointer))
            return
        tag = value[name]
        node = tagged.get(tag) if isinstance(tag, (str, int)) else None
        if node is None:
            walk.add(faults.not_one_of(list(tagged), tag, f"{pointer}/{faults.escaped(name)}"))
        else:
            node.explain(walk, value, pointer, reason)


# -- choosing ----------------------------------------------------------------------------------


def _mend_places(holders: Sequence[Any], place: Any, node: Leaf) -> None:
    """Mends what stands at one place, a name or a number, of each holder."""
    mended = node.mend([holder[place] for holder in holders])
    for holder, value in zip(holders, mended, strict=True):
        holder[place] = value


@by_type
def node_of(tp: Any) -> Leaf:
    """The node of a type as `normalise` returns it; made once for each type."""
    inner, origin = bare(tp), class_of(tp)
    if len(members(tp)) > 1 or members(tp)[0] is not tp:
        return UnionNode(tp)
    if is_structured(inner):
        return _structured_node(tp)
    arguments = get_args(inner) if origin is tuple else item_types(inner)
    if arguments and arguments[1:] != (...,):
        return TupleNode(tp, arguments)
    if origin in ARRAYS:
        return ListNode(tp)
    return DictNode(tp) if origin in OBJECTS else Leaf(tp)


def _structured_node(tp: Any) -> Leaf:
    cls = class_of(tp)
    config = getattr(cls, "__struct_config__", None)
    if is_pydantic(cls):
        return PydanticNode(tp)
    if config is not None and config.array_like:
        types = [field.type for field in fields_of(tp)]
        return TupleNode(tp, types, 1 if config.tag is not None else 0)
    return ObjectNode(tp)
