"""Example values from JSON Schemas: what the author gave, otherwise the simplest that fits."""

from __future__ import annotations

from typing import Any

from restive.openapi.keywords import Schema

_BY_FORMAT = {
    "date": "2026-01-31",
    "date-time": "2026-01-31T12:00:00Z",
    "date-time-local": "2026-01-31T12:00:00",
    "time": "12:00:00Z",
    "time-local": "12:00:00",
    "duration": "PT1H",
    "decimal": "9.99",
    "uuid": "123e4567-e89b-12d3-a456-426614174000",
    "email": "reader@example.com",
    "uri": "https://example.com/",
    "uri-reference": "about:blank",
}
_SIMPLE = {"boolean": True, "null": None, "number": 1.5}


def resolved(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """`node`, or what its `$ref` into the components points to; its other members go on top."""
    while "$ref" in node:
        _, section, name = node["$ref"].removeprefix("#/").split("/", 2)
        rest = {key: value for key, value in node.items() if key != "$ref"}
        node = {**document["components"][section][name], **rest}
    return node


def example(document: dict[str, Any], schema: Schema, within: tuple[str, ...] = ()) -> Any:
    """A value of `schema`. within: the references that are being followed, none of them twice."""
    if "$ref" in schema:
        within = (*within, schema["$ref"])
    schema = resolved(document, schema)
    for given in ("example", "const", "default"):
        if schema.get(given) is not None:
            return schema[given]
    for several in ("examples", "enum"):
        if schema.get(several):
            return schema[several][0]
    if choices := schema.get("oneOf") or schema.get("anyOf") or schema.get("allOf"):
        return example(document, _first(choices, within), within)
    return _by_type(document, schema, within)


def _first(choices: list[Schema], within: tuple[str, ...]) -> Schema:
    """The first that leads nowhere back."""
    return next((each for each in choices if each.get("$ref") not in within), {"type": "null"})


def _by_type(document: dict[str, Any], schema: Schema, within: tuple[str, ...]) -> Any:
    kinds = schema.get("type", "null")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    if kind == "object":
        return _object(document, schema, within)
    if kind == "array":
        items = schema.get("prefixItems") or [schema.get("items", {})]
        return [example(document, each, within) for each in items if not _leads_back(each, within)]
    if kind == "string":
        text = _BY_FORMAT.get(schema.get("format", ""), "string")
        return text.ljust(schema.get("minLength", 0), ".")[: schema.get("maxLength")]
    if kind == "integer":
        least = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        return min(least, schema.get("maximum", least))
    return _SIMPLE.get(kind)


def _object(document: dict[str, Any], schema: Schema, within: tuple[str, ...]) -> dict[str, Any]:
    value = {
        name: example(document, each, within)
        for name, each in schema.get("properties", {}).items()
        if not _leads_back(each, within)
    }
    more = schema.get("additionalProperties")
    if not value and isinstance(more, dict) and not _leads_back(more, within):
        value["name"] = example(document, more, within)
    return value


def _leads_back(schema: Schema, within: tuple[str, ...]) -> bool:
    return schema.get("$ref") in within
