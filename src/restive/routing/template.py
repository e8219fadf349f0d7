"""Path templates: "/books/{id:int}/files/{rest:path}" to segments, checked once at build.

A segment is wholly static, wholly one parameter, or one parameter with literal text around it
("{name}.json", "{id}:borrow"). Static text is written decoded; a request's percent-encoding of it
makes no difference.
"""

import re
from collections.abc import Mapping
from keyword import iskeyword
from typing import TypeAlias

import msgspec

from restive.routing.convertors import CONVERTORS, PATH, PLAIN, Convertor
from restive.routing.paths import has_dot_segment

_PARAM = re.compile(r"([^{}]*)\{([^{}]*)\}([^{}]*)")
_REFUSED = re.compile("[\x00-\x1f\x7f\ud800-\udfff?#%<>]")


class TemplateError(ValueError):
    """A template that cannot be used. `problem` and `remedy` are sentences without full stop."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem}. {remedy}.")
        self.problem = problem
        self.remedy = remedy


class Param(msgspec.Struct, frozen=True):
    """A parameter in a template: `{prefix}{{name:convertor}}{suffix}`."""

    name: str
    convertor: Convertor
    rank: int
    """The convertor's place in its registry."""
    prefix: str = ""
    suffix: str = ""

    @property
    def bare(self) -> bool:
        """Whether the parameter is the whole segment."""
        return not self.prefix and not self.suffix


Segment: TypeAlias = str | Param


class Template(msgspec.Struct, frozen=True):
    """A parsed template. "/" has the one segment ""; a slash at the end is a last segment ""."""

    text: str
    segments: tuple[Segment, ...]

    @classmethod
    def parse(cls, text: str, convertors: Mapping[str, Convertor] = CONVERTORS) -> "Template":
        """Read a template; `TemplateError` says what is wrong with it."""
        if not text.startswith("/"):
            raise TemplateError(
                f"path {text!r} does not start with a slash", f"Write {'/' + text!r}"
            )
        if "//" in text:
            raise TemplateError(f"path {text!r} has an empty segment", "Write one slash, not two")
        template = cls(text, tuple(_segment(raw, convertors) for raw in text[1:].split("/")))
        _check_whole(template)
        return template

    @property
    def params(self) -> tuple[Param, ...]:
        """The parameters, left to right."""
        return tuple(segment for segment in self.segments if isinstance(segment, Param))

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters' names, left to right."""
        return tuple(param.name for param in self.params)

    @property
    def bare_text(self) -> str:
        """The template without its convertors, as OpenAPI writes paths: "/books/{id}"."""
        return "".join(
            "/" + (s if isinstance(s, str) else f"{s.prefix}{{{s.name}}}{s.suffix}")
            for s in self.segments
        )

    def __str__(self) -> str:
        return self.text


def _segment(raw: str, convertors: Mapping[str, Convertor]) -> Segment:
    if "{" not in raw and "}" not in raw:
        _check_literal(raw)
        if has_dot_segment(raw):
            raise TemplateError(
                f"segment {raw!r} can never be requested: clients resolve it", "Take it out"
            )
        return raw
    found = _PARAM.fullmatch(raw)
    if found is None:
        raise _misshapen(raw)
    prefix, inner, suffix = found.groups()
    _check_literal(prefix + suffix)
    name, colon, convertor = inner.partition(":")
    return _param(name, convertor if colon else None, (prefix, suffix), convertors)


def _param(
    name: str, wanted: str | None, around: tuple[str, str], convertors: Mapping[str, Convertor]
) -> Param:
    if not (name.isascii() and name.isidentifier()) or iskeyword(name):
        raise TemplateError(
            f"{name!r} is not a name that a handler's parameter can have",
            "Use ASCII letters, digits and underscores, as in '{book_id}'",
        )
    if wanted is None:
        return Param(name, PLAIN, len(convertors), *around)
    if wanted not in convertors:
        raise TemplateError(
            f"parameter {name!r} wants the convertor {wanted!r}, which is not registered",
            f"Use one of {', '.join(sorted(convertors))}, or register it",
        )
    param = Param(name, convertors[wanted], list(convertors).index(wanted), *around)
    if param.convertor is PATH and not param.bare:
        raise TemplateError(
            f"parameter {name!r} takes whole segments and has text beside it",
            f"Write '{{{name}:{wanted}}}' after a slash, and nothing else",
        )
    return param


def _check_literal(text: str) -> None:
    found = _REFUSED.search(text)
    if found is None:
        return
    remedy = {
        "%": "Write the text decoded: requests are decoded before they are compared",
        "<": "Parameters are written '{name}' or '{name:convertor}'",
        ">": "Parameters are written '{name}' or '{name:convertor}'",
        "?": "Query parameters are parameters of the handler, not of the path",
    }
    raise TemplateError(
        f"segment {text!r} holds {found.group()!r}", remedy.get(found.group(), "Take it out")
    )


def _misshapen(raw: str) -> TemplateError:
    depth = 0
    for char in raw:
        depth += {"{": 1, "}": -1}.get(char, 0)
        if depth not in {0, 1}:
            break
    if depth:
        return TemplateError(
            f"segment {raw!r} has braces that do not match",
            "Write '{name}' or '{name:convertor}', without slashes inside",
        )
    return TemplateError(
        f"segment {raw!r} has more than one parameter",
        "Put a slash between them, or take one parameter and split its text in the handler",
    )


def _check_whole(template: Template) -> None:
    seen: set[str] = set()
    for param in template.params:
        if param.name in seen:
            raise TemplateError(
                f"parameter {param.name!r} stands twice in path {template.text!r}", "Rename one"
            )
        seen.add(param.name)
        if param.convertor is PATH and param is not template.segments[-1]:
            raise TemplateError(
                f"parameter {param.name!r} takes the rest of the path and is not last in it",
                "Move it to the end, or use a plain parameter",
            )
