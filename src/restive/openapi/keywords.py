"""JSON Schema 2020-12 keywords of single values: scalars, constraints, enumerations, null."""

from __future__ import annotations

import datetime
import decimal
import re
import uuid
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import msgspec

Schema: TypeAlias = dict[str, Any]

_TIME = "^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]+)?"
_OFFSET = "(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
_SCALARS: Mapping[Any, Schema] = {
    Any: {},
    object: {},
    msgspec.Raw: {},
    None: {"type": "null"},
    type(None): {"type": "null"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
    bytes: {"type": "string", "contentEncoding": "base64"},
    bytearray: {"type": "string", "contentEncoding": "base64"},
    memoryview: {"type": "string", "contentEncoding": "base64"},
    uuid.UUID: {"type": "string", "format": "uuid"},
    datetime.date: {"type": "string", "format": "date"},
    datetime.datetime: {"type": "string", "format": "date-time"},
    # JSON Schema's format `time` asks for an offset, which most times of day have not.
    datetime.time: {"type": "string", "pattern": f"{_TIME}{_OFFSET}?$"},
    datetime.timedelta: {
        "type": "string",
        "format": "duration",
        # No months and years: they are no fixed time.
        "pattern": r"^[+-]?P(?=[0-9T])([0-9]+D)?(T(?=[0-9])([0-9]+H)?([0-9]+M)?([0-9.]+S)?)?$",
    },
    decimal.Decimal: {
        "type": "string",
        "format": "decimal",
        "pattern": r"^-?[0-9]+([.][0-9]+)?([Ee][+-]?[0-9]+)?$",
    },
}
_NUMBER = {
    "ge": "minimum",
    "gt": "exclusiveMinimum",
    "le": "maximum",
    "lt": "exclusiveMaximum",
    "multiple_of": "multipleOf",
}
_LENGTH = {
    "string": ("minLength", "maxLength"),
    "array": ("minItems", "maxItems"),
    "object": ("minProperties", "maxProperties"),
}
_JSON_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}


def scalar(tp: Any) -> Schema | None:
    """The schema of a type that has no parts, anew for each call; None for all others."""
    try:
        known = _SCALARS.get(tp)
    except TypeError:  # not hashable: an Annotated or Literal of something odd
        return None
    return None if known is None else dict(known)


def annotate(schema: Schema, meta: msgspec.Meta) -> None:
    """Add what `meta` says to `schema`: constraints, title, description, examples, keywords."""
    kinds = _kinds(schema)
    if "integer" in kinds or "number" in kinds:
        for name, keyword in _NUMBER.items():
            if (limit := getattr(meta, name)) is not None:
                schema[keyword] = limit
    for kind in kinds & _LENGTH.keys():
        _annotate_length(schema, meta, _LENGTH[kind])
    if meta.pattern is not None and (pattern := portable(meta.pattern)) is not None:
        schema["pattern"] = pattern
    if meta.tz is not None:
        _annotate_zone(schema, meta.tz)
    for name in ("title", "description", "examples"):
        if (said := getattr(meta, name)) is not None:
            schema[name] = said
    if meta.extra_json_schema is not None:
        schema.update(msgspec.to_builtins(meta.extra_json_schema, str_keys=True))


def _kinds(schema: Schema) -> set[str]:
    kinds = schema.get("type", ())
    return {kinds} if isinstance(kinds, str) else set(kinds)


def _annotate_length(schema: Schema, meta: msgspec.Meta, keywords: tuple[str, str]) -> None:
    for limit, keyword in zip((meta.min_length, meta.max_length), keywords, strict=True):
        if limit is not None:
            # Constraints count bytes, JSON Schema the characters of their base64.
            schema[keyword] = 4 * ((limit + 2) // 3) if "contentEncoding" in schema else limit


def _annotate_zone(schema: Schema, aware: bool) -> None:
    if "date" in schema.get("format", ""):
        schema["format"] = "date-time" if aware else "date-time-local"
    else:
        schema["format"] = "time" if aware else "time-local"
        schema["pattern"] = f"{_TIME}{_OFFSET if aware else ''}$"


def portable(pattern: str) -> str | None:
    r"""A Python pattern as ECMA 262 writes `\A`, `\Z` and named groups; None for inline flags."""
    if re.search(r"\(\?[aiLmsux-]+[:)]", pattern):
        return None
    pattern = re.sub(r"\(\?P<", "(?<", pattern)
    pattern = re.sub(r"\(\?P=(\w+)\)", r"\\k<\1>", pattern)
    return re.sub(r"(?<!\\)((?:\\\\)*)\\([AZ])", _anchor, pattern)


def _anchor(found: re.Match[str]) -> str:
    return found[1] + {"A": "^", "Z": "$"}[found[2]]


def enumeration(values: Iterable[Any]) -> Schema:
    """One of `values`, in their order."""
    listed = list(values)
    kinds = sorted({_JSON_TYPES[type(value)] for value in listed})
    kind: Any = kinds[0] if len(kinds) == 1 else kinds
    if len(listed) == 1:
        return {"type": kind, "const": listed[0]}
    return {"type": kind, "enum": listed}


def nullable(schema: Schema) -> Schema:
    """The same, or null."""
    kind = schema.get("type")
    if kind is not None and not {"enum", "const"} & schema.keys():
        schema["type"] = [*([kind] if isinstance(kind, str) else kind), "null"]
        return schema
    if schema.keys() == {"anyOf"}:
        schema["anyOf"].append({"type": "null"})
        return schema
    return {"anyOf": [schema, {"type": "null"}]} if schema else schema


def either(schemas: list[Schema]) -> Schema:
    """Any of `schemas`; what differs in the type alone is one schema with several types."""
    if len(schemas) == 1:
        return schemas[0]
    if all(schema.keys() == {"type"} and isinstance(schema["type"], str) for schema in schemas):
        return {"type": [schema["type"] for schema in schemas]}
    return {"anyOf": schemas}


def property_names(schema: Schema) -> Schema:
    """The schema of an object's names, from that of a dict's keys: names are always text."""
    kinds = _kinds(schema)
    if "integer" in kinds and "enum" not in schema:
        return {"pattern": "^-?[0-9]+$"}
    if "enum" in schema:
        return {"enum": [str(value) for value in schema["enum"]]}
    schema.pop("type", None)
    return schema
