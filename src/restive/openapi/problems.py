"""Problems (RFC 9457) as schemas and responses, and which of them an operation can answer."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeAlias

from restive._typing import REQUIRED
from restive.errors import (
    ContentTooLarge,
    MalformedInput,
    NotAcceptable,
    Problem,
    UnprocessableContent,
    UnsupportedMediaType,
)
from restive.openapi.keywords import Schema, either
from restive.openapi.schema import Schemas, doc_of, jsonable, unused
from restive.operation import Operation

MEDIA_TYPE = "application/problem+json"
PREFIX = "#/components/responses/"
ProblemType: TypeAlias = type[Problem]


class ProblemResponses:
    """One response component for each status and set of problems that are answered with it."""

    def __init__(self, schemas: Schemas) -> None:
        self.components: dict[str, dict[str, Any]] = {}
        self._schemas = schemas
        self._known: dict[tuple[ProblemType, ...], dict[str, dict[str, Any]]] = {}
        self._names: dict[tuple[ProblemType, ...], str] = {}

    def of(self, operation: Operation) -> dict[str, dict[str, Any]]:
        """References by status: what the operation raises, what its wire and codecs answer."""
        problems = tuple(dict.fromkeys((*operation.raises, *answered_by_framework(operation))))
        if problems not in self._known:
            self._known[problems] = self._by_status(problems)
        return self._known[problems]

    def _by_status(self, problems: Iterable[ProblemType]) -> dict[str, dict[str, Any]]:
        by_status: dict[int, list[ProblemType]] = {}
        for problem in problems:
            by_status.setdefault(problem.status, []).append(problem)
        found = {
            str(status): {"$ref": PREFIX + self._named(tuple(by_status[status]))}
            for status in sorted(by_status)
        }
        return found | {"default": {"$ref": PREFIX + self._named((Problem,))}}

    def _named(self, problems: tuple[ProblemType, ...]) -> str:
        name = self._names.get(problems)
        if name is None:
            name = unused("_or_".join(each.__name__ for each in problems), self.components)
            self._names[problems] = name
            self.components[name] = self._response(problems)
        return name

    def _response(self, problems: Sequence[ProblemType]) -> dict[str, Any]:
        plain = [each for each in problems if _is_plain(each)]
        owners = dict.fromkeys(Problem if each in plain else each for each in problems)
        content: dict[str, Any] = {"schema": either([self._schema(owner) for owner in owners])}
        if plain and plain != [Problem]:
            content["example"] = plain[0]().to_dict()
        said = dict.fromkeys(_description(each) for each in problems)
        return {"description": "; or: ".join(said), "content": {MEDIA_TYPE: content}}

    def _schema(self, problem: ProblemType) -> Schema:
        return self._schemas.named(problem, "", lambda: _schema(self._schemas, problem))


def answered_by_framework(operation: Operation) -> Iterator[ProblemType]:
    """The problems that a request for this operation can meet before or after its handler."""
    body, params = operation.body, operation.params
    if body or params or operation.unknown_query == "refuse":
        yield MalformedInput
    if any("application/json" in answer.media_types for answer in operation.responses):
        yield NotAcceptable
    if body:
        yield ContentTooLarge
        yield UnsupportedMediaType
    # Any text will do for a path parameter that is plain `str`; no other input is above reproach.
    if (body and not body.raw) or any(p.location != "path" or p.type is not str for p in params):
        yield UnprocessableContent


def _is_plain(problem: ProblemType) -> bool:
    """Whether nothing but status and title tells it from any other problem."""
    return not (problem.members or problem.code or problem.title or problem.type != "about:blank")


def _description(problem: ProblemType) -> str:
    if problem is Problem:
        return "Any other error."
    doc = doc_of(problem) if problem.__module__ != Problem.__module__ else ""
    return doc.partition("\n\n")[0].replace("\n", " ") or problem.default_detail or problem.phrase()


def _schema(schemas: Schemas, problem: ProblemType) -> Schema:
    any_problem = problem is Problem
    properties: dict[str, Schema] = {
        "type": {"type": "string", "format": "uri-reference", "default": "about:blank"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "instance": {"type": "string", "format": "uri-reference"},
        "code": {"type": "string"},
    }
    if not any_problem:
        properties["title"] = {"type": "string", "examples": [problem.phrase()]}
        properties["status"] = {"type": "integer", "const": problem.status}
    if problem.type != "about:blank":
        properties["type"] = {"type": "string", "const": problem.type}
    if problem.default_detail is not None:
        properties["detail"]["examples"] = [problem.default_detail]
    if problem.code:
        properties["code"]["const"] = problem.code
    elif not any_problem:
        del properties["code"]
    required = ["type", "title", "status", *(["code"] if problem.code else [])]
    described = {"description": doc} if (doc := _doc(problem)) else {}
    required += _add_members(schemas, problem, properties)
    return {
        "title": problem.__name__,
        **described,
        "type": "object",
        "properties": properties,
        "required": required,
    }


def _doc(problem: ProblemType) -> str:
    return "A problem as RFC 9457 describes it." if problem is Problem else doc_of(problem)


def _add_members(
    schemas: Schemas, problem: ProblemType, properties: dict[str, Schema]
) -> Iterator[str]:
    """Add the extension members; yield the names of those that are always there."""
    hints = typing.get_type_hints(problem, include_extras=True) if problem.members else {}
    asked = inspect.signature(problem.__init__).parameters
    for name in problem.members:
        schema = properties[name] = schemas.of(hints[name])
        if hasattr(problem, name):
            yield name
            if (default := jsonable(getattr(problem, name))) is not REQUIRED:
                schema["default"] = default
        elif name in asked and asked[name].default is inspect.Parameter.empty:
            yield name
