"""From a template and values back to a path."""

from collections.abc import Mapping
from typing import Any

from restive.routing.convertors import PATH
from restive.routing.paths import has_dot_segment, quote_path, quote_segment
from restive.routing.template import Param, Template


def build_path(template: Template, values: Mapping[str, Any]) -> str:
    """The percent-encoded path whose values are these: what `Matcher.find` reads back as the same.

    `ValueError` names every missing and every unknown value, or the one that its convertor or a
    path cannot express (None, empty, "..", a lone surrogate).
    """
    _check_names(template, values)
    built = ""
    for segment in template.segments:
        built += "/"
        built += quote_segment(segment) if isinstance(segment, str) else _text(segment, values)
    # SECURITY: "//host" is the address of another site. Encoded, the slash reads back the same.
    return "/%2F" + built[2:] if built.startswith("//") else built


def _check_names(template: Template, values: Mapping[str, Any]) -> None:
    missing = [name for name in template.names if name not in values]
    unknown = [name for name in values if name not in template.names]
    if missing or unknown:
        problems = [
            f"{what} {', '.join(map(repr, names))}"
            for what, names in (("is missing", missing), ("does not have", unknown))
            if names
        ]
        raise ValueError(f"Path {template.text!r} {' and '.join(problems)}.")


def _text(param: Param, values: Mapping[str, Any]) -> str:
    value = values[param.name]
    try:
        return _quoted(param, value)
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"Value {value!r} cannot stand for parameter {param.name!r} in a path: {error}."
        ) from error


def _quoted(param: Param, value: Any) -> str:
    if value is None:
        raise ValueError("it is no value")
    text = param.convertor.format(value)
    param.convertor.parse(text)
    if not text and param.convertor is not PATH:
        raise ValueError("it is empty")
    whole = param.prefix + text + param.suffix
    if has_dot_segment(whole):
        raise ValueError("'.' and '..' have a meaning of their own there")
    return quote_path(whole) if param.convertor is PATH else quote_segment(whole)
