"""Operations as an OpenAPI document: 3.1.1, or 3.2.0 once one of them has the method QUERY."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Protocol, TypeAlias, get_args, get_origin, runtime_checkable
from urllib.parse import quote

import msgspec

from restive._typing import REQUIRED
from restive.openapi.keywords import Schema, annotate, either
from restive.openapi.problems import ProblemResponses
from restive.openapi.schema import Schemas, shown_default
from restive.operation import BodySpec, Operation, Param, ResponseSpec
from restive.values.types import metas

Object: TypeAlias = dict[str, Any]
JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
_PLACE = re.compile(r"\{([^{}:]*)(?::[^{}]*)?\}")
# OpenAPI 3.1, 4.8.12.1: definitions of these are ignored.
_NOT_PARAMETERS = frozenset({"accept", "authorization", "content-type"})
_SAFE = "/:@!$&'()*+,;=-._~"


class Info(msgspec.Struct, frozen=True, kw_only=True):
    """What the document says of the API itself.

    description: CommonMark. servers: URLs. tags: descriptions by tag, shown in this order before
    tags that are only used. security_schemes: Security Scheme objects by the names that operations
    ask for. extra: more members of the Info object (`contact`, `license`, …).
    """

    title: str = "API"
    version: str = "0.1.0"
    summary: str = ""
    description: str = ""
    servers: tuple[str, ...] = ()
    tags: Mapping[str, str] = {}
    security_schemes: Mapping[str, Mapping[str, Any]] = {}
    extra: Mapping[str, Any] = {}


@runtime_checkable
class Describes(Protocol):
    """A value in `Operation.meta` that has something to say in the document."""

    def describe(self, operation: Object, document: Object) -> None:
        """Add to the operation's object, and to the document (security schemes, for one)."""


def build(operations: Iterable[Operation], info: Info) -> Object:
    """The document, JSON-able, with the hidden operations left out.

    Raises UnsupportedType for a type that has no schema.
    """
    shown = [operation for operation in operations if not operation.hidden]
    schemas = Schemas()
    problems = ProblemResponses(schemas)
    document: Object = {
        "openapi": "3.2.0" if any(each.method == "QUERY" for each in shown) else "3.1.1",
        "info": _info(info),
        **({"servers": [{"url": url} for url in info.servers]} if info.servers else {}),
        "tags": _tags(shown, info),
        "paths": {},
        "components": {"schemas": {}, "responses": problems.components},
    }
    if info.security_schemes:
        document["components"]["securitySchemes"] = dict(info.security_schemes)
    paths = _Paths(document["paths"])
    for operation in shown:
        described = _operation(operation, schemas, problems, paths.add(operation))
        for meta in operation.meta.values():
            if isinstance(meta, Describes):
                meta.describe(described, document)
    document["components"]["schemas"] = schemas.components()
    return document


def _info(info: Info) -> Object:
    described = {name: text for name in ("summary", "description") if (text := getattr(info, name))}
    return {"title": info.title, "version": info.version, **described, **info.extra}


def _tags(operations: Iterable[Operation], info: Info) -> list[Object]:
    used = (tag for operation in operations for tag in operation.tags)
    return [
        {"name": tag, "description": info.tags[tag]} if info.tags.get(tag) else {"name": tag}
        for tag in dict.fromkeys((*info.tags, *used))
    ]


class _Paths:
    """Path items by template.

    OpenAPI takes `/a/{x}` and `/a/{y}` for one path, so the first of them names the parameters for
    both; what still meets another operation of its method (`/a/{x:int}` and `/a/{y}`) gets other
    names. The names of path parameters never leave the document.
    """

    def __init__(self, items: Object) -> None:
        self._items = items
        self._by_shape: dict[str, list[tuple[Object, list[str]]]] = {}

    def add(self, operation: Operation) -> tuple[Object, dict[str, str]]:
        """An empty operation object in its place, and what each path parameter is called there."""
        names = _PLACE.findall(operation.path)
        alike = self._by_shape.setdefault(_PLACE.sub("{}", operation.path), [])
        method = operation.method.lower()
        free = next((each for each in alike if method not in each[0]), None)
        if free is None:
            given = [f"{name}_{len(alike) + 1}" if alike else name for name in names]
            free = (self._items.setdefault(_template(operation.path, given), {}), given)
            alike.append(free)
        item, given = free
        described = item[method] = {}
        return described, dict(zip(names, given, strict=True))


def _template(path: str, names: Sequence[str]) -> str:
    static = [quote(part, safe=_SAFE) for part in _PLACE.sub("{}", path).split("{}")]
    return static[0] + "".join(
        f"{{{name}}}{part}" for name, part in zip(names, static[1:], strict=True)
    )


def _operation(
    operation: Operation,
    schemas: Schemas,
    problems: ProblemResponses,
    place: tuple[Object, dict[str, str]],
) -> Object:
    described, names = place
    described["operationId"] = operation.id
    described["summary"] = operation.summary or operation.name.replace("_", " ").capitalize()
    if operation.description:
        described["description"] = operation.description
    if operation.tags:
        described["tags"] = list(operation.tags)
    if operation.deprecated:
        described["deprecated"] = True
    if operation.security:
        described["security"] = [{name: []} for name in operation.security]
    if parameters := _parameters(operation, schemas, names):
        described["parameters"] = parameters
    if operation.body is not None:
        described["requestBody"] = _body(operation.body, schemas)
    described["responses"] = _responses(operation, schemas) | problems.of(operation)
    return described


def _parameters(operation: Operation, schemas: Schemas, names: Mapping[str, str]) -> list[Object]:
    given = {param.name for param in operation.params if param.location == "path"}
    unread = [
        Param(name=name, argument=name, location="path", type=Any)
        for name in names
        if name not in given
    ]
    return [
        _parameter(param, operation, schemas, names)
        for param in (*unread, *operation.params)
        if not (param.location == "header" and param.name.lower() in _NOT_PARAMETERS)
    ]


def _parameter(
    param: Param, operation: Operation, schemas: Schemas, names: Mapping[str, str]
) -> Object:
    in_path = param.location == "path"
    schema = schemas.of(_without_none(param.type), "input")
    if in_path:
        for keyword, value in operation.path_types.get(param.name, {}).items():
            schema.setdefault(keyword, value)
    _add_default(schema, shown_default(param.default, param.factory))
    described: Object = {"name": param.name, "in": param.location}
    if in_path:
        described["name"] = names.get(param.name, param.name)
    if description := param.description or schema.pop("description", None):
        described["description"] = description
    if param.required or in_path:
        described["required"] = True
    if param.deprecated:
        described["deprecated"] = True
    if schema.get("type") == "array" and param.location == "query":
        described |= {"style": "form", "explode": True}
    described["schema"] = schema
    if param.example is not None:
        described["example"] = msgspec.to_builtins(param.example)
    return described


def _without_none(tp: Any) -> Any:
    """`tp` without None: outside JSON, null is no value."""
    origin = get_origin(tp)
    if origin is typing.Annotated:
        return typing.Annotated[(_without_none(tp.__origin__), *tp.__metadata__)]
    if origin in (typing.Union, types.UnionType):
        kept = tuple(each for each in get_args(tp) if each is not type(None))
        return typing.Union[kept]  # noqa: UP007 - of a number known at run time
    return tp


def _body(body: BodySpec, schemas: Schemas) -> Object:
    media_types = body.media_types or (JSON,)
    if body.patch and MERGE_PATCH not in media_types:
        media_types = (MERGE_PATCH, *media_types)
    described: Object = {"description": body.description} if body.description else {}
    return {
        **described,
        "required": body.required,
        "content": {media_type: _media(body_schema(body, schemas)) for media_type in media_types},
    }


def body_schema(body: BodySpec, schemas: Schemas) -> Schema:
    """The schema of the body; that of raw bytes, which are no JSON, holds their length at most."""
    if body.raw or body.type is bytes:
        lengths: Schema = {"type": "string"}
        for meta in metas(body.type):
            annotate(lengths, meta)
        return {name: value for name, value in lengths.items() if name != "type"}
    schema = schemas.of(body.type, "patch" if body.patch else "input")
    _add_default(schema, shown_default(body.default, None))
    return schema


def _add_default(schema: Schema, default: Any) -> None:
    # None says that the value may be left out; it is no value that a client could send.
    if default is not REQUIRED and default is not None:
        schema["default"] = default


def _media(schema: Schema) -> Object:
    return {"schema": schema} if schema else {}


def _responses(operation: Operation, schemas: Schemas) -> Object:
    by_status: dict[int, list[ResponseSpec]] = {}
    for answer in operation.responses or (ResponseSpec(status=operation.status),):
        by_status.setdefault(answer.status, []).append(answer)
    return {str(status): _response(by_status[status], schemas) for status in sorted(by_status)}


def _response(answers: Sequence[ResponseSpec], schemas: Schemas) -> Object:
    """Answers of one status, which may differ in type."""
    descriptions = dict.fromkeys(each.description or _phrase(each.status) for each in answers)
    described: Object = {"description": "; or: ".join(descriptions)}
    headers = {name: text for each in answers for name, text in each.headers.items()}
    if headers:
        described["headers"] = {
            name: {"description": text, "schema": {"type": "string"}}
            for name, text in headers.items()
        }
    content: dict[str, list[Schema]] = {}
    for answer in answers:
        if answer.type is not None:
            for media_type in answer.media_types or (JSON,):
                schema = {} if answer.type is bytes else schemas.of(answer.type, "output")
                content.setdefault(media_type, []).append(schema)
    if content:
        described["content"] = {name: _media(either(found)) for name, found in content.items()}
    return described


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"Status {status}"
