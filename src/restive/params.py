"""Markers that say where an argument comes from: `Annotated[T, Query()]` and its siblings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import msgspec

T = TypeVar("T")


class _Source(msgspec.Struct, frozen=True):
    """alias: the name on the wire (default: the argument's; headers get `-` for `_`)."""

    alias: str | None = None
    description: str | None = None
    example: Any = None
    deprecated: bool = False


class Path(_Source, frozen=True):
    """A parameter of the path template."""


class Query(_Source, frozen=True):
    """A query parameter; with a structured type, one parameter for each field of it."""


class Header(_Source, frozen=True):
    """A request header field; with a structured type, one for each field of it."""


class Cookie(_Source, frozen=True):
    """A cookie; with a structured type, one for each field of it."""


class Body(msgspec.Struct, frozen=True):
    """The request's body.

    media_types: what `bytes` may be sent as; default `application/octet-stream`.
    """

    media_types: tuple[str, ...] = ()
    description: str | None = None


class Depends(msgspec.Struct, frozen=True):
    """What `function` returns or yields; its parameters are bound and injected like a handler's."""

    function: Callable[..., Any]
    scope: str = "request"


class _Inject(msgspec.Struct, frozen=True):
    """Marks a type that a provider makes, whatever else could be thought of it."""


Inject = Annotated[T, _Inject()]
SOURCES = (Path, Query, Header, Cookie, Body, Depends, _Inject)
