"""The frozen record of one route: everything that is known of it, with prefixes and options merged.

The compiled endpoint, OpenAPI, `restive routes` and the tests are renderings of it; none of them
reads the handler's signature again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec

from restive._typing import REQUIRED, Source
from restive.config import Limits, UnknownQuery
from restive.errors import Problem

Location = Literal["path", "query", "header", "cookie"]


class Param(msgspec.Struct, frozen=True, kw_only=True):
    """One parameter that the client sends outside the body.

    name: on the wire. argument: the handler's or provider's parameter that gets it. type: with its
    constraints. default: REQUIRED, or what is given when it is absent (`factory` makes it anew).
    group: the structured type that this is a field of, whose argument gets all of them together;
    `field` is then the field's name in it.
    """

    name: str
    argument: str
    location: Location
    type: Any
    default: Any = REQUIRED
    factory: Callable[[], Any] | None = None
    description: str | None = None
    example: Any = None
    deprecated: bool = False
    group: Any = None
    field: str | None = None

    @property
    def required(self) -> bool:
        return self.default is REQUIRED and self.factory is None


class BodySpec(msgspec.Struct, frozen=True, kw_only=True):
    """The request's body.

    type: what it is decoded into (`Patch[T]` where `patch` is true). raw: the handler gets the
    bytes. media_types: what it may be sent as, the preferred first.
    """

    argument: str
    type: Any
    media_types: tuple[str, ...]
    required: bool = True
    default: Any = REQUIRED
    raw: bool = False
    patch: bool = False
    description: str | None = None


class ResponseSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One documented answer. type: None where there is no body, `bytes` where it is raw."""

    status: int
    type: Any = None
    media_types: tuple[str, ...] = ()
    description: str | None = None
    headers: Mapping[str, str] = {}  # name → description


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One method of one path template.

    path: the template, convertors included; `openapi_path` leaves them out. id: unique and stable.
    raises: problems beside those that the framework itself can answer here. meta: typed slots of
    extensions. limits: complete. returns: what the handler's annotation says, for the encoder.
    """

    method: str
    path: str
    id: str
    name: str
    handler: Callable[..., Any]
    source: Source
    params: tuple[Param, ...] = ()
    body: BodySpec | None = None
    responses: tuple[ResponseSpec, ...] = ()
    raises: tuple[type[Problem], ...] = ()
    security: tuple[str, ...] = ()
    returns: Any = None
    status: int = 200
    summary: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    deprecated: bool = False
    hidden: bool = False
    task: bool = False
    blocking: bool = False
    unknown_query: UnknownQuery = "refuse"
    limits: Limits = Limits()
    path_types: Mapping[str, Mapping[str, Any]] = {}  # convertor schemas
    meta: Mapping[type, Any] = {}

    @property
    def route(self) -> str:
        """`GET /books/{id:int}`, as messages name it."""
        return f"{self.method} {self.path}"

    @property
    def where(self) -> str:
        """The first part of a Mistake about this route."""
        return f"Route {self.route!r} ({self.source})"
