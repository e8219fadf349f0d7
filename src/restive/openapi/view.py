"""JSON Schemas as HTML: a type in words, what limits it, its fields, nested ones folded away."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from typing import Any

from restive.openapi.examples import resolved
from restive.openapi.keywords import Schema
from restive.openapi.markdown import html_of

_LIMITS = {
    "minimum": "≥ {}",
    "exclusiveMinimum": "> {}",
    "maximum": "≤ {}",
    "exclusiveMaximum": "< {}",
    "multipleOf": "a multiple of {}",
    "minLength": "length ≥ {}",
    "maxLength": "length ≤ {}",
    "minItems": "items ≥ {}",
    "maxItems": "items ≤ {}",
    "minProperties": "members ≥ {}",
    "maxProperties": "members ≤ {}",
}


def anchor(name: str) -> str:
    """The id of a component's place on the page."""
    return f"schema-{escape(name)}"


def type_html(schema: Schema) -> str:
    """The type in words; components are links to their place on the page."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f'<a href="#{anchor(name)}">{escape(name)}</a>'
    if "const" in schema or "enum" in schema:
        values = schema.get("enum", [schema.get("const")])
        return " | ".join(code(value) for value in values)
    if choices := schema.get("oneOf") or schema.get("anyOf") or schema.get("allOf"):
        return " or ".join(dict.fromkeys(type_html(each) for each in choices))
    kinds = schema.get("type", "any value")
    return " or ".join(
        _kind(kind, schema) for kind in ([kinds] if isinstance(kinds, str) else kinds)
    )


def _kind(kind: str, schema: Schema) -> str:
    if kind == "array":
        items = schema.get("items") or {"anyOf": schema.get("prefixItems", [])}
        return f"array of {type_html(items)}" if any(items.values()) else "array"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"object of {type_html(schema['additionalProperties'])}"
    said = schema.get("format") or ("base64" if "contentEncoding" in schema else "")
    return f"{kind} ({escape(said)})" if kind == "string" and said else escape(kind)


def code(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"<code>{escape(text) or '&quot;&quot;'}</code>"


def limits_html(schema: Schema) -> str:
    """What limits a value, and its default; "" for nothing."""
    said = [escape(text.format(schema[key])) for key, text in _LIMITS.items() if key in schema]
    if schema.get("uniqueItems"):
        said.append("no item twice")
    if "pattern" in schema and "format" not in schema:
        said.append(f"matches {code(schema['pattern'])}")
    if schema.get("default") is not None:
        said.append(f"default {code(schema['default'])}")
    return f'<span class="limits">{", ".join(said)}</span>' if said else ""


def schema_html(document: dict[str, Any], schema: Schema, depth: int) -> str:
    """The type, and its fields where it has any; classes are unfolded `depth` levels deep."""
    target = resolved(document, schema)
    inner = _fields(document, target, depth)
    if inner:
        return inner
    head = f'<p class="type">{type_html(schema)} {limits_html(target)}</p>'
    return head + "".join(_nested(document, schema, depth))


def _fields(document: dict[str, Any], schema: Schema, depth: int) -> str:
    required = schema.get("required", ())
    rows = [
        _row(document, name, each, depth, name in required)
        for name, each in schema.get("properties", {}).items()
    ]
    if not rows:
        return ""
    closed = '<li class="more">No other members.</li>'
    more = closed if schema.get("additionalProperties") is False else ""
    return f'<ul class="fields">{"".join(rows)}{more}</ul>'


def _row(document: dict[str, Any], name: str, schema: Schema, depth: int, required: bool) -> str:
    flags = '<span class="required">required</span>' if required else ""
    if schema.get("readOnly"):
        flags += '<span class="required">read only</span>'
    nested = "".join(_nested(document, schema, depth))
    kind = f'<span class="type">{type_html(schema)}</span>'
    return (
        f'<li><code class="name">{escape(name)}</code> {kind} {flags} {limits_html(schema)}'
        f"{html_of(schema.get('description', ''))}{nested}</li>"
    )


def _nested(document: dict[str, Any], schema: Schema, depth: int) -> Iterator[str]:
    """The classes that `schema` refers to, folded away; at depth 0 their links must do."""
    for each in _parts(schema) if depth else ():
        target = resolved(document, each)
        if inner := _fields(document, target, depth - 1):
            title = escape(each.get("$ref", "").rpartition("/")[2] or "object")
            yield f"<details><summary>{title}</summary>{inner}</details>"


def _parts(schema: Schema) -> Iterator[Schema]:
    if "$ref" in schema or "properties" in schema:
        yield schema
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from _parts(schema[key])
    for key in ("anyOf", "oneOf", "allOf", "prefixItems"):
        for each in schema.get(key, ()):
            yield from _parts(each)
