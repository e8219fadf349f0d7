"""Where one argument's value comes from, told from its name, its type and its marker."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, get_args, get_origin

import msgspec

from restive._typing import REQUIRED, Argument, rejoined, union_members
from restive.codecs.negotiate import parse_media_type
from restive.compile.plan import FromBody, FromGroup, FromParam, FromRequest, FromTasks, Input
from restive.http.background import BackgroundTasks
from restive.http.request import Request
from restive.operation import BodySpec, Location, Param
from restive.params import SOURCES, Body, Cookie, Depends, Header, Path, Query
from restive.values.body import json_reader
from restive.values.output import label
from restive.values.patch import Patch
from restive.values.types import (
    UnsupportedType,
    fields_of,
    is_scalar,
    is_scalar_list,
    is_structured,
    readable,
)

BODY_METHODS = frozenset({"PATCH", "POST", "PUT", "QUERY"})
CODEC_TYPES = ("application/json", "application/msgpack")
PATCH_TYPES = ("application/merge-patch+json", "application/json")
RAW_TYPES = ("application/octet-stream",)
_LOCATIONS: Mapping[type, Location] = {
    Path: "path",
    Query: "query",
    Header: "header",
    Cookie: "cookie",
}


class ArgumentError(ValueError):
    """An argument that cannot be filled. code, where ("" for its route's): of its Mistake."""

    def __init__(self, code: str, problem: str, remedy: str, where: str = "") -> None:
        self.code = code
        self.problem = problem
        self.remedy = remedy
        self.where = where
        super().__init__(problem)


class Surroundings(msgspec.Struct, frozen=True):
    """What the route says about its arguments.

    path: its path parameters with what their convertors make, of those convertors that are our own.
    provided: types that providers of the app make.
    """

    method: str
    path: Mapping[str, Any]
    provided: frozenset[Any] = frozenset()


def marker_of(argument: Argument) -> Any:
    """The marker in `Annotated`, or None. Raises ArgumentError for two of them."""
    markers = [item for item in argument.metadata if _is_marker(item)]
    if isinstance(argument.default, SOURCES):
        name = type(argument.default).__name__
        raise ArgumentError(
            "marker-as-default",
            f"parameter {argument.name!r} has {name}(...) as its default",
            f"Write `{argument.name}: Annotated[T, {name}(...)]`, and a default that is a value",
        )
    if len(markers) > 1:
        raise ArgumentError(
            "two-sources",
            f"parameter {argument.name!r} has two sources",
            "Keep one of the markers in Annotated",
        )
    marker = markers[0] if markers else None
    if marker is Depends:
        raise ArgumentError(
            "depends-without-function",
            f"parameter {argument.name!r} depends on nothing",
            "Write `Depends(function)`",
        )
    return marker() if isinstance(marker, type) else marker


def _is_marker(item: Any) -> bool:
    """Whether it is a marker; `Annotated[T, Query]` means `Query()`."""
    return isinstance(item, SOURCES) or (isinstance(item, type) and issubclass(item, SOURCES))


def input_of(  # noqa: PLR0911 - a list of cases
    argument: Argument, marker: Any, around: Surroundings
) -> Input:
    """The input that fills an argument which no provider makes. Raises ArgumentError."""
    if argument.type is Request:
        return FromRequest()
    if argument.type is BackgroundTasks:
        return FromTasks()
    if marker is None and argument.name not in around.path and _is_made(argument.type, around):
        raise _no_provider(argument, around)
    annotation = _normalised(argument)
    if isinstance(marker, Body):
        return _body(argument, annotation, marker, around)
    if marker is not None:
        return _parameter(argument, annotation, marker, around)
    if argument.name in around.path:
        _check_text(argument.name, annotation, "path")
        return _parameter(argument, annotation, Path(), around)
    if is_scalar(annotation) or is_scalar_list(annotation):
        return _parameter(argument, annotation, Query(), around)
    if is_body(argument.type):
        if around.method in BODY_METHODS:
            return _body(argument, annotation, Body(), around)
        raise ArgumentError(
            "body-without-method",
            f"parameter {argument.name!r} would be a body, which {around.method} does not have",
            f"Write `Annotated[{label(argument.type)}, Query()]` to take its fields from the query",
        )
    raise _no_provider(argument, around)


def is_body(kind: Any) -> bool:
    """Whether a type without a marker is the body: structured, or a collection or union of such."""
    if kind is bytes or kind is dict or get_origin(kind) is Patch:
        return True
    if is_structured(kind):
        return True
    members = [member for member in union_members(kind) if member is not type(None)]
    if members and (len(members) > 1 or members[0] is not kind):
        return all(is_body(member) for member in members)
    origin = get_origin(kind)
    if origin in (list, set, frozenset, tuple):
        return any(is_body(part) for part in get_args(kind) if part is not Ellipsis)
    return origin is dict


def _normalised(argument: Argument) -> Any:
    plain = tuple(item for item in argument.metadata if not _is_marker(item))
    if argument.type is Patch:
        raise ArgumentError(
            "unsupported-type",
            f"parameter {argument.name!r} does not say what it is a patch of",
            "Write `Patch[T]` with the type that it changes",
        )
    try:
        return readable(rejoined(argument.type, plain))
    except UnsupportedType as error:
        raise _unsupported(argument, error) from None


def _unsupported(argument: Argument, error: UnsupportedType) -> ArgumentError:
    return unsupported("unsupported-type", f"parameter {argument.name!r}", error)


def unsupported(code: str, what: str, error: UnsupportedType) -> ArgumentError:
    """The error for `what`, or for a class's field, which is one mistake wherever it is used."""
    if error.where:
        return ArgumentError("unsupported-type", error.what, error.remedy, error.where)
    return ArgumentError(code, f"{what}: {error.what}", error.remedy)


def _parameter(argument: Argument, annotation: Any, marker: Any, around: Surroundings) -> Input:
    location = _LOCATIONS[type(marker)]
    if is_structured(argument.type):
        return _group(argument, location, around)
    name = marker.alias or _wire_name(argument.name, location)
    _check_text(argument.name, annotation, location)
    _check_place(name, annotation, location, around)
    default = argument.default
    if location == "path" and default is not REQUIRED:
        raise ArgumentError(
            "path-default",
            f"path parameter {name!r} has a default, and is always there",
            "Take the default away",
        )
    return FromParam(
        Param(
            name=name,
            argument=argument.name,
            location=location,
            type=annotation,
            default=default,
            # One request must not see what another did to a default.
            factory=default.copy if isinstance(default, (dict, list, set)) else None,
            description=marker.description,
            example=marker.example,
            deprecated=marker.deprecated,
        )
    )


def _check_place(name: str, annotation: Any, location: Location, around: Surroundings) -> None:
    if location != "path":
        return
    if name not in around.path:
        raise ArgumentError(
            "unknown-path-parameter",
            f"path parameter {name!r} is not in the template",
            f"Write `{{{name}}}` in the path, or take Path() away",
        )
    made = around.path[name]
    if made is not None and not _is_kind(made, annotation):
        kind = label(type(made))
        raise ArgumentError(
            "path-type",
            f"path parameter {name!r} is `{kind}` by its convertor, and annotated "
            f"`{label(annotation)}`",
            f"Annotate it `{kind}`, or write `{{{name}}}` in the path",
        )


def _is_kind(value: Any, annotation: Any) -> bool:
    """Whether values such as this one can be of the type, with whatever bounds it has."""
    try:
        msgspec.convert(value, annotation)
    except msgspec.ValidationError as error:
        return ", got " not in str(error)
    return True


def _group(argument: Argument, location: Location, around: Surroundings) -> Input:
    if argument.default is not REQUIRED:
        raise ArgumentError(
            "group-default",
            f"parameter {argument.name!r} is a model and has a default",
            "Give its fields defaults instead",
        )
    params = []
    for found in fields_of(argument.type):
        _check_text(f"{argument.name}.{found.name}", found.type, location)
        _check_place(_wire_name(found.encode_name, location), found.type, location, around)
        params.append(
            Param(
                name=_wire_name(found.encode_name, location),
                argument=argument.name,
                location=location,
                type=found.type,
                default=found.default,
                factory=found.factory,
                description=found.description,
                group=argument.type,
                field=found.name,
            )
        )
    return FromGroup(argument.name, argument.type, tuple(params))


def _check_text(name: str, annotation: Any, location: Location) -> None:
    if is_scalar(annotation) or (location != "path" and is_scalar_list(annotation)):
        return
    raise ArgumentError(
        "unsupported-parameter",
        f"parameter {name!r} of type `{label(annotation)}` cannot be read from a {location} value",
        "Use a scalar" if location == "path" else "Use a scalar, a list of scalars, or a body",
    )


def _body(argument: Argument, annotation: Any, marker: Body, around: Surroundings) -> Input:
    if around.method in ("GET", "HEAD"):
        raise ArgumentError(
            "body-without-method",
            f"parameter {argument.name!r} is a body, which {around.method} does not have",
            "Use POST, PUT, PATCH or QUERY",
        )
    raw = argument.type is bytes
    patch = get_origin(argument.type) is Patch
    if marker.media_types and not raw:
        raise ArgumentError(
            "media-types",
            f"parameter {argument.name!r} is decoded, so its media types are given",
            "Declare it as `bytes`, or take media_types away",
        )
    if patch:
        _check_patch(argument)
    for media_type in marker.media_types:
        if parse_media_type(media_type) is None:
            raise ArgumentError(
                "media-types",
                f"parameter {argument.name!r}: {media_type!r} is not a media type",
                "Write one such as 'image/png', or a range such as 'image/*'",
            )
    usual = RAW_TYPES if raw else PATCH_TYPES if patch else CODEC_TYPES
    return FromBody(
        BodySpec(
            argument=argument.name,
            type=annotation,
            media_types=tuple(marker.media_types) or usual,
            required=argument.default is REQUIRED,
            default=argument.default,
            raw=raw,
            patch=patch,
            description=marker.description,
        )
    )


def _check_patch(argument: Argument) -> None:
    try:
        json_reader(argument.type, depth=1)
    except UnsupportedType as error:
        raise _unsupported(argument, error) from None


def _is_made(kind: Any, around: Surroundings) -> bool:
    """Whether only a provider can make it.

    So it is with what some provider of the app makes, with a row of a database, and with a class
    that holds no values.
    """
    if not isinstance(kind, type):
        # It need not be hashable.
        return any(kind == key for key in around.provided) or bool(_made_in(kind, around))
    mapped = hasattr(kind, "__mapper__") or hasattr(kind, "__table__")
    values = kind.__module__ == "builtins" or is_scalar(kind) or is_structured(kind)
    return mapped or kind in around.provided or not (values or kind is Patch)


def _made_in(kind: Any, around: Surroundings) -> str:
    """The members of a union that providers make, scalars left out, which queries have, too."""
    provided = [*around.provided]  # not the set: what a list holds need not be hashable
    made = [one for one in union_members(kind) if one in provided and not is_scalar(one)]
    return " | ".join(map(label, made))


def _no_provider(argument: Argument, around: Surroundings) -> ArgumentError:
    kind, made = label(argument.type), _made_in(argument.type, around)
    if made not in ("", kind):
        return ArgumentError(
            "no-provider",
            f"parameter {argument.name!r} is a `{kind}`, and what providers make is `{made}`",
            f"Write `{argument.name}: {made}`, or `app.provide({kind}, function)`",
        )
    return ArgumentError(
        "no-provider",
        f"parameter {argument.name!r} of type `{kind}` is made by no provider in scope, "
        "and cannot be read from the request",
        f"Write `app.provide({kind}, function)`, or a marker such as `Annotated[{kind}, Body()]`",
    )


def _wire_name(name: str, location: Location) -> str:
    return name.replace("_", "-") if location == "header" else name


def two_bodies(names: Iterable[str]) -> ArgumentError:
    """The error for more than one body."""
    both = " and ".join(repr(name) for name in names)
    return ArgumentError(
        "two-bodies",
        f"{both} would both be the body",
        "Mark the one that is by `Annotated[T, Body()]` and the other by Query() or a provider, "
        "or join them in one Struct",
    )
