"""`Patch[T]`: a JSON Merge Patch (RFC 7396) for a `T`, in which unset is kept apart from null."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar, get_args, get_origin, is_typeddict

import msgspec
from msgspec import UNSET, UnsetType

from restive.errors import FieldError, UnprocessableContent
from restive.values import faults
from restive.values.cache import by_type
from restive.values.codes import article, kind_of, word
from restive.values.hooks import dec_hook, enc_hook, is_pydantic, is_strict
from restive.values.types import (
    OBJECTS,
    USE,
    UnsupportedType,
    bare,
    class_of,
    fields_of,
    is_optional,
    is_structured,
    members,
    options,
)
from restive.values.walk import MOST, Enough, ObjectNode, Walk, check, collect, node_of

T = TypeVar("T")


class Patch(Mapping[str, Any], Generic[T]):
    """What a client wants changed in a `T`: the members that were sent, and no others.

    A mapping of Python names to converted values: `"title" in patch`, `patch["title"]`,
    `patch.get("title")`. A field that is itself structured is a Patch again, for the client may
    have sent a part of it. None is a null that was sent; UNSET stands for a null that takes an
    optional member of a TypedDict away.
    """

    __restive_patch__ = True
    __slots__ = ("_document", "_plan", "_pointer", "_str_keys", "_values")

    def __init__(
        self,
        plan: Plan,
        values: dict[str, Any],
        document: dict[str, Any],
        *,
        pointer: str = "",
        str_keys: bool = True,
    ) -> None:
        self._plan = plan
        self._values = values
        self._document = document
        self._pointer = pointer
        self._str_keys = str_keys

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Patch({self._values!r})"

    def changes(self) -> dict[str, Any]:
        """The changed fields as a new dict; those of a structured field are a dict again."""
        return {
            name: value.changes() if isinstance(value, Patch) else value
            for name, value in self._values.items()
        }

    def apply(self, target: Any) -> None:
        """Sets what has changed on `target`: attributes of any object, items of a dict.

        A structured field is changed in place; where `target` has None, a new one is made of the
        patch. Dicts and lists are replaced whole. Raises UnprocessableContent, with `target` as it
        was, where the patch is not enough for a new one. What `T` checks across its fields does not
        run: see `merged`.
        """
        for holder, name, value in list(self._assignments(target)):
            if not isinstance(holder, dict):
                setattr(holder, name, value)
            elif value is UNSET:
                holder.pop(name, None)
            else:
                holder[name] = value

    def merged(self, current: T) -> T:
        """A new `T`: `current` with the changes, validated whole, its own checks included.

        current: a `T`, or any object with its attributes. Structured fields and dicts are merged as
        RFC 7396 says; null takes a dict's member away. Raises UnprocessableContent.
        """
        value = self._plan.typed(current)
        base = msgspec.to_builtins(value, str_keys=self._str_keys, enc_hook=enc_hook)
        return self._made(self._plan.merge(base, self._document))  # type: ignore[no-any-return]

    def _made(self, document: Any) -> Any:
        errors, truncated = collect(self._plan.type, document, str_keys=self._str_keys)
        if errors:
            placed = [
                msgspec.structs.replace(error, pointer=f"{self._pointer}{error.pointer}")
                for error in errors
            ]
            raise UnprocessableContent(placed, truncated=truncated)
        walk = Walk(MOST, str_keys=self._str_keys)
        return walk.convert(document, self._plan.type)

    def _assignments(self, target: Any) -> Iterator[tuple[Any, str, Any]]:
        for name, value in self._values.items():
            if not isinstance(value, Patch):
                yield target, name, value
                continue
            current = target.get(name) if isinstance(target, dict) else getattr(target, name)
            if current is None:
                yield target, name, value._made(value._plan.merge({}, value._document))
            else:
                yield from value._assignments(current)


@dataclass(frozen=True, slots=True)
class Slot:
    """One field. removable: null takes the member away. open: dicts in it are merged, not read."""

    name: str
    type: Any
    nullable: bool
    removable: bool
    structured: Any
    open: bool


class Plan:
    """How a patch of one type is read and merged. Fields are looked up on the first use."""

    def __init__(self, tp: Any) -> None:
        cls = class_of(tp)
        config = getattr(cls, "__struct_config__", None)
        if not is_structured(tp) or (config and config.array_like):
            raise UnsupportedType(f"`{tp}` has no members that a patch could name", f"Write {USE}")
        self.type = tp
        self.pydantic = is_pydantic(cls)
        self.names = ObjectNode(tp)
        if self.pydantic:
            self.names.forbids = cls.model_config.get("extra") == "forbid"

    @cached_property
    def slots(self) -> dict[str, Slot]:
        return {field.encode_name: _slot(field) for field in fields_of(self.type)}

    def typed(self, value: Any) -> Any:
        """`value` as the type: itself, or read from the attributes of another object."""
        cls = class_of(self.type)
        if isinstance(value, dict if is_typeddict(cls) else cls):
            return value
        if self.pydantic:
            return cls.__pydantic_validator__.validate_python(value, from_attributes=True)
        return msgspec.convert(value, self.type, from_attributes=True, dec_hook=dec_hook)

    def read(self, walk: Walk, document: Any, pointer: str) -> Any:
        """A Patch made of a decoded document; what is wrong in it is added to `walk`."""
        if not isinstance(document, dict):
            detail = f"Expected an object, got {kind_of(document)}."
            error = FieldError(detail=detail, code="type", pointer=pointer, expected="object")
            walk.add(error)
            return None
        known = {wire: value for wire, value in document.items() if wire in self.slots}
        values = {
            (slot := self.slots[wire]).name: self._value(
                walk, slot, value, f"{pointer}/{faults.escaped(wire)}"
            )
            for wire, value in known.items()
        }
        self.names.explain_names(walk, document, pointer)
        return Patch(self, values, known, pointer=pointer, str_keys=walk.str_keys)

    def _value(self, walk: Walk, slot: Slot, value: Any, pointer: str) -> Any:
        if value is None and not slot.nullable:
            if slot.removable:
                return UNSET
            expected = word(slot.type)
            detail = f"Expected {article(expected)}: it cannot be null."
            walk.add(FieldError(detail=detail, code="null", pointer=pointer, expected=expected))
            return None
        if slot.structured is not None and isinstance(value, dict):
            return plan_of(slot.structured).read(walk, value, pointer)
        if self.pydantic:
            return _by_pydantic(walk, slot, value, pointer, strict=is_strict(self.type))
        value = _without_nulls(slot.type, value)
        before = len(walk.errors)
        check(walk, node_of(slot.type), value, pointer)
        return walk.convert(value, slot.type) if len(walk.errors) == before else None

    def merge(self, base: Any, document: dict[str, Any]) -> dict[str, Any]:
        """`base`, a decoded `T` or part of one, with the document merged into it (RFC 7396, 2)."""
        result = dict(base) if isinstance(base, dict) else {}
        for wire, value in document.items():
            slot = self.slots[wire]
            if value is None and not slot.nullable:
                result.pop(wire, None)
            elif slot.structured is not None and isinstance(value, dict):
                result[wire] = plan_of(slot.structured).merge(result.get(wire), value)
            elif slot.open:
                result[wire] = merged_document(result.get(wire), value)
            else:
                result[wire] = value
        return result


@by_type
def plan_of(tp: Any) -> Plan:
    """The plan of a structured type. Raises UnsupportedType where `tp` is none."""
    return Plan(tp)


def patch_maker(tp: Any, *, str_keys: bool) -> Callable[[Any], Patch[Any]]:
    """A function that makes a `Patch[tp]` of a decoded document, or raises UnprocessableContent."""
    plan = plan_of(tp)

    def make(document: Any) -> Patch[Any]:
        walk = Walk(MOST, str_keys=str_keys)
        truncated = False
        patch: Any = None
        try:
            patch = plan.read(walk, document, "")
        except Enough:
            truncated = True
        if walk.errors:
            raise UnprocessableContent(walk.errors, truncated=truncated)
        return patch  # type: ignore[no-any-return]

    return make


def merged_document(target: Any, patch: Any) -> Any:
    """RFC 7396, section 2: `MergePatch(Target, Patch)`, without changing `target`."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged_document(result.get(name), value)
    return result


def _slot(field: Any) -> Slot:
    choices = members(field.type)
    single = choices[0] if len(choices) == 1 else None
    config = getattr(class_of(single), "__struct_config__", None)
    structured = single if is_structured(single) and not (config and config.array_like) else None
    return Slot(
        name=field.name,
        type=field.type,
        nullable=is_optional(field.type),
        removable=field.default is UNSET or UnsetType in options(field.type),
        structured=structured,
        open=single is not None and (bare(single) is Any or class_of(single) in OBJECTS),
    )


def _without_nulls(tp: Any, value: Any) -> Any:
    """`value` for a dict type, without the members that null takes away."""
    inner = bare(members(tp)[0])
    arguments = get_args(inner)
    if not isinstance(value, dict) or get_origin(inner) not in OBJECTS or len(arguments) != 2:
        return value
    keeps = is_optional(arguments[1])
    return {
        key: _without_nulls(arguments[1], item)
        for key, item in value.items()
        if keeps or item is not None
    }


def _by_pydantic(walk: Walk, slot: Slot, value: Any, pointer: str, *, strict: bool) -> Any:
    """A field of a Pydantic model, by its type and constraints; field validators do not run."""
    adapter = _adapter(slot.type)
    try:
        if strict:
            return adapter.validate_json(msgspec.json.encode(value))
        return adapter.validate_python(value)
    except ValueError as error:
        for found in faults.from_pydantic(error, value, pointer):
            walk.add(found)
    return None


@by_type
def _adapter(tp: Any) -> Any:
    # Whoever has a Pydantic model has imported Pydantic.
    return sys.modules["pydantic"].TypeAdapter(tp)
