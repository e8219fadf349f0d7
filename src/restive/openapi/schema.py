"""Python types as JSON Schema 2020-12, with a named component for each class.

One component describes a class for input and output alike; a field with a default is not required.
`Patch[T]` gets a component of its own, `T_Patch`, without required fields and defaults.
Pydantic describes its own models, for input and output apart where they differ (`T-Input`,
`T-Output`); a class of another kind that holds such a model describes it as it is first used.

A component is named after its class, a generic one after its arguments too: `Page[Book]` becomes
`Page_Book`. Classes that would share a name all get their module in front, and so does one that
shares its name with a Pydantic model; what is then still alike (classes made by a function) is
numbered in the order of use.
"""

from __future__ import annotations

import enum
import inspect
import itertools
import re
import types
import typing
from collections import abc
from collections.abc import Callable, Container, Iterable
from typing import Any, Literal, TypeAlias, get_args, get_origin

import msgspec

from restive._typing import REQUIRED
from restive.openapi.keywords import (
    Schema,
    annotate,
    either,
    enumeration,
    nullable,
    property_names,
    scalar,
)
from restive.values.hooks import enc_hook, is_pydantic
from restive.values.types import (
    USE,
    Field,
    UnsupportedType,
    bare,
    fields_of,
    has_patch,
    is_optional,
    is_structured,
    members,
)

View: TypeAlias = Literal["input", "output", "patch"]
Key: TypeAlias = tuple[Any, str]

PREFIX = "#/components/schemas/"
_SETS = {set, frozenset, abc.Set, abc.MutableSet}
_LISTS = {list, tuple, abc.Sequence, abc.MutableSequence, abc.Collection, abc.Iterable}
_ARRAYS = _LISTS | _SETS
_DICTS = {dict, abc.Mapping, abc.MutableMapping}
_QUALIFIERS = {typing.Final, typing.Required, typing.NotRequired, typing.ClassVar}
_FACTORIES = (list, dict, set, frozenset, tuple, bytearray)


class Schemas:
    """Schemas by type, and the components they refer to. Call `components` once, at the end."""

    def __init__(self) -> None:
        self._components: dict[Key, Schema] = {}
        self._models: dict[Key, list[Schema]] = {}  # Pydantic's: where each is referred to
        self._nested: dict[Any, dict[str, Schema]] = {}  # the structured fields of their patches
        self._holes: list[tuple[dict[str, Any], str, Key]] = []  # (where, under what, whose name)

    def of(self, tp: Any, view: View = "output") -> Schema:
        """The schema of `tp`, a dict that the caller may add to.

        Its references are empty until `components` has named everything. Raises UnsupportedType.
        """
        if (schema := scalar(tp)) is not None:
            return schema
        if self._knows(tp, view):
            return self._reference((tp, _variant(view)))
        tp, metas = _peeled(tp)
        schema = scalar(tp)
        if schema is None:
            schema = self._composed(tp, view)
        for meta in metas:
            annotate(schema, meta)
        return schema

    def named(self, owner: Any, variant: str, describe: Callable[[], Schema]) -> Schema:
        """A reference to a component of the class `owner`, which `describe` makes once."""
        key = (owner, variant)
        if key not in self._components:
            self._components[key] = {}  # `owner` may hold itself
            self._components[key] = describe()
        return self._reference(key)

    def components(self) -> dict[str, Schema]:
        """All components by name, in the order of names; every reference now has its target."""
        from_pydantic = _Models(self._models)
        for key in [key for key in self._models if key[1] == "patch"]:
            self._components[key] = from_pydantic.patch(key, self._nested[key[0]])
        names = _names(self._components, taken=from_pydantic.schemas)
        for where, under, key in self._holes:
            where[under] = PREFIX + names[key]
        for key, places in self._models.items():
            for place in places:
                target = names[key] if key in names else from_pydantic.names[key]
                place["$ref"] = PREFIX + target
        found = from_pydantic.schemas | {names[key]: it for key, it in self._components.items()}
        return dict(sorted(found.items()))

    def _composed(self, tp: Any, view: View) -> Schema:
        origin, args = get_origin(tp) or tp, get_args(tp)
        inner: View = "input" if view == "patch" else view  # RFC 7396 replaces arrays whole
        if origin in (typing.Union, types.UnionType):
            return self._union(args, view)
        if origin is Literal:
            return _literal(args)
        if origin in _ARRAYS:
            return self._array(origin, args, inner)
        if origin in _DICTS:
            return self._dict(args or (Any, Any), view)
        return self._class(tp, origin, view)

    def _class(self, tp: Any, origin: Any, view: View) -> Schema:
        if isinstance(origin, enum.EnumMeta):
            return self.named(tp, "", lambda: _enum(tp))
        if isinstance(tp, typing.TypeVar):
            return self.of(tp.__bound__ or Any, view)
        if has_patch(tp):
            return self.of(get_args(tp)[0], "patch")
        if is_pydantic(tp):
            schema: Schema = {"$ref": ""}
            places = self._models.setdefault((tp, view), [])
            places.append(schema)
            if view == "patch" and len(places) == 1:
                self._nested[tp] = {
                    field.encode_name: self.of(field.type, "patch")
                    for field in fields_of(tp)
                    if any(map(is_structured, members(field.type)))
                }
            return schema
        if is_structured(tp):
            return self.named(tp, _variant(view), lambda: _object(self, tp, view))
        if isinstance(origin, type) and issubclass(origin, tuple) and hasattr(origin, "_fields"):
            return self.named(tp, "", lambda: _named_tuple(self, tp, view))
        raise UnsupportedType(
            f"`{_title(tp)}` has no JSON Schema", f"Write {USE}, or a builtin type"
        )

    def _array(self, origin: Any, args: tuple[Any, ...], view: View) -> Schema:
        if origin is tuple and args and args[-1] is not ...:
            return _positions([self.of(each, view) for each in args], len(args)) | {"items": False}
        schema: Schema = {"type": "array"}
        if args and (items := self.of(args[0], view)):
            schema["items"] = items
        if origin in _SETS:
            schema["uniqueItems"] = True
        return schema

    def _dict(self, args: tuple[Any, ...], view: View) -> Schema:
        schema: Schema = {"type": "object"}
        if names := property_names(self.of(args[0], "input")):
            schema["propertyNames"] = names
        if view == "patch":  # null takes a member away; of nested dicts too
            nested = get_origin(bare(args[1])) in _DICTS
            values = _or_null(self.of(args[1], view if nested else "input"), args[1])
        else:
            values = self.of(args[1], view)
        if values:
            schema["additionalProperties"] = values
        return schema

    def _union(self, args: tuple[Any, ...], view: View) -> Schema:
        kinds = [each for each in args if each not in (msgspec.UnsetType, type(None))]
        if len(kinds) > 1 and view == "patch":
            view = "input"  # nothing says which of them the patch is for
        tagged = [each for each in kinds if _tag(each) is not None]
        schemas = [self.of(each, view) for each in kinds if len(tagged) < 2 or each not in tagged]
        if len(tagged) > 1:
            schemas.insert(0, self._tagged(tagged, view))
        schema = either(schemas)
        return nullable(schema) if type(None) in args else schema

    def _tagged(self, structs: list[Any], view: View) -> Schema:
        schemas = [self.of(each, view) for each in structs]
        mapping: dict[str, Any] = {}
        for each in structs:
            self._hole(mapping, str(_tag(each)), (_peeled(each)[0], ""))
        config = _config(structs[0])
        return {
            "oneOf": schemas,
            "discriminator": {"propertyName": config.tag_field, "mapping": mapping},
        }

    def _knows(self, tp: Any, view: View) -> bool:
        # PERF: most mentions of a class are not its first; this spares taking it apart again.
        try:
            return (tp, _variant(view)) in self._components
        except TypeError:
            return False  # not hashable, so no class

    def _reference(self, key: Key) -> Schema:
        schema: Schema = {}
        self._hole(schema, "$ref", key)
        return schema

    def _hole(self, where: dict[str, Any], under: str, key: Key) -> None:
        where[under] = ""
        self._holes.append((where, under, key))


class _Models:
    """What Pydantic says of its models: schemas by name, and which name is whose.

    Pydantic tells models of one name apart by itself, and adds the models that these hold.
    """

    def __init__(self, wanted: Iterable[Key]) -> None:
        self.schemas: dict[str, Schema] = {}
        self.names: dict[Key, str] = {}
        modes = {key: "serialization" if key[1] == "output" else "validation" for key in wanted}
        if modes:
            from pydantic.json_schema import models_json_schema  # noqa: PLC0415 - the user's

            asked: list[Any] = list(dict.fromkeys((key[0], mode) for key, mode in modes.items()))
            told: tuple[Any, Any] = models_json_schema(asked, ref_template=PREFIX + "{model}")
            found, definitions = told
            self.schemas = definitions.get("$defs", {})
            for key, mode in modes.items():
                self.names[key] = found[key[0], mode]["$ref"].removeprefix(PREFIX)

    def patch(self, key: Key, nested: dict[str, Schema]) -> Schema:
        """The model with nothing required and no defaults, and with `nested` for its properties."""
        schema = {
            name: it for name, it in self.schemas[self.names[key]].items() if name != "required"
        }
        plain = {
            name: {keyword: it for keyword, it in each.items() if keyword != "default"}
            for name, each in schema.get("properties", {}).items()
        }
        return {**schema, "properties": plain | nested}


def jsonable(value: Any) -> Any:
    """`value` as JSON has it, or REQUIRED where JSON has no form for it."""
    try:
        return msgspec.json.decode(msgspec.json.encode(value, enc_hook=enc_hook))
    except (TypeError, NotImplementedError):
        return REQUIRED  # a default that is a marker of the author's own


def shown_default(default: Any, factory: Callable[[], Any] | None) -> Any:
    """The default as JSON; REQUIRED where there is none, or where it differs from call to call."""
    if (
        default is not REQUIRED
        and default is not msgspec.UNSET
        and default is not msgspec.NODEFAULT
    ):
        return jsonable(default)
    return jsonable(factory()) if factory in _FACTORIES else REQUIRED


def doc_of(cls: Any) -> str:
    """The docstring that its author gave `cls`; "" for none, and for one that a decorator made."""
    doc = (get_origin(cls) or cls).__dict__.get("__doc__") or ""
    made = doc.startswith(f"{getattr(cls, '__name__', '')}(") or doc == "An enumeration."
    return "" if made else inspect.cleandoc(doc)


def _object(schemas: Schemas, tp: Any, view: View) -> Schema:
    schema: Schema = {"title": _title(tp)}
    if doc := doc_of(tp):
        schema["description"] = doc
    properties: dict[str, Schema] = {}
    required: list[str] = []
    config = _config(tp)
    if config is not None and config.tag_field is not None:
        properties[config.tag_field] = enumeration([config.tag])
        required.append(config.tag_field)
    for field in fields_of(tp):
        properties[field.encode_name] = _field(schemas, field, view)
        if field.required:
            required.append(field.encode_name)
    if config is not None and config.array_like:
        return schema | _positions(list(properties.values()), len(required))
    schema |= {"type": "object", "properties": properties}
    if required and view != "patch":
        schema["required"] = required
    if config is not None and config.forbid_unknown_fields:
        schema["additionalProperties"] = False
    return schema


def _field(schemas: Schemas, field: Field, view: View) -> Schema:
    schema = schemas.of(field.type, view)
    if view == "patch" and (field.default is msgspec.UNSET or _has_unset(field.type)):
        schema = _or_null(schema, field.type)  # null takes the member away
    if field.description is not None:
        schema["description"] = field.description
    default = shown_default(field.default, field.factory)
    if default is not REQUIRED and view != "patch":
        schema["default"] = default
    return schema


def _or_null(schema: Schema, tp: Any) -> Schema:
    return schema if is_optional(tp) else nullable(schema)


def _has_unset(tp: Any) -> bool:
    return msgspec.UnsetType in get_args(bare(tp))


def _enum(cls: type[enum.Enum]) -> Schema:
    schema: Schema = {"title": cls.__name__}
    if doc := doc_of(cls):
        schema["description"] = doc
    return schema | enumeration(member.value for member in cls)


def _named_tuple(schemas: Schemas, tp: Any, view: View) -> Schema:
    hints = typing.get_type_hints(tp, include_extras=True)
    items = [schemas.of(hints.get(name, Any), view) for name in tp._fields]
    positions = _positions(items, len(items) - len(tp._field_defaults))
    return {"title": _title(tp), **positions, "items": False}


def _positions(items: list[Schema], least: int) -> Schema:
    return {"type": "array", "prefixItems": items, "minItems": least}


def _literal(args: tuple[Any, ...]) -> Schema:
    values = [value for value in args if value is not None]
    if not values:
        return {"type": "null"}
    schema = enumeration(values)
    return nullable(schema) if None in args else schema


def _variant(view: View) -> str:
    return "patch" if view == "patch" else ""


def _tag(tp: Any) -> str | int | None:
    """The tag of a Struct that is written as an object."""
    config = _config(tp)
    return None if config is None or config.array_like else config.tag


def _config(tp: Any) -> Any:
    """A Struct's configuration; None for what is no Struct."""
    tp, _ = _peeled(tp)
    return getattr(get_origin(tp) or tp, "__struct_config__", None)


def _peeled(tp: Any) -> tuple[Any, list[msgspec.Meta]]:
    """`tp` without Annotated, NewType, aliases and qualifiers; and its Metas, inner ones first."""
    metas: list[msgspec.Meta] = []
    while True:
        origin = get_origin(tp)
        if origin is typing.Annotated:
            metas[:0] = [meta for meta in tp.__metadata__ if isinstance(meta, msgspec.Meta)]
            tp = tp.__origin__
        elif origin in _QUALIFIERS:
            tp = get_args(tp)[0]
        elif hasattr(origin, "__value__"):
            tp = origin.__value__[get_args(tp)]
        elif hasattr(tp, "__supertype__") or hasattr(tp, "__value__"):
            tp = tp.__supertype__ if hasattr(tp, "__supertype__") else tp.__value__
        else:
            return tp, metas


def _title(tp: Any) -> str:
    origin = get_origin(tp)
    if origin is None:
        return getattr(tp, "__name__", None) or repr(tp)
    return f"{_title(origin)}[{', '.join(map(_title, get_args(tp)))}]"


def _names(components: Iterable[Key], taken: Container[str]) -> dict[Key, str]:
    """A name for each component, as the head of this module says."""
    alike: dict[str, list[Key]] = {}
    for key in components:
        alike.setdefault(_clean(_title(key[0]), key[1]), []).append(key)
    names: dict[Key, str] = {}
    used: set[str] = set()
    for short, keys in alike.items():
        qualified = len(keys) > 1 or short in taken
        for key in keys:
            name = _clean(_qualified(key[0]), key[1]) if qualified else short
            names[key] = unused(name, used)
            used.add(names[key])
    return names


def unused(name: str, used: Container[str]) -> str:
    """`name`, or `name_2`, `name_3`, … where it is used."""
    tries = (name if n == 1 else f"{name}_{n}" for n in itertools.count(1))
    return next(each for each in tries if each not in used)


def _qualified(tp: Any) -> str:
    cls = get_origin(tp) or tp
    arguments = "".join(f"_{_title(each)}" for each in get_args(tp))
    return f"{cls.__module__}.{cls.__qualname__}{arguments}"


def _clean(name: str, variant: str) -> str:
    name = re.sub(r"[^A-Za-z0-9.-]+", "_", name).strip("_")
    return f"{name}_{variant.capitalize()}" if variant else name
