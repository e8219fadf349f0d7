"""Frozen groups of options. App, router and route take the same objects; `merged` joins them."""

from __future__ import annotations

from typing import Any, Literal, TypedDict, TypeVar

import msgspec

from restive.errors import ConfigError, Problem

Slashes = Literal["strict", "redirect", "ignore"]
UnknownQuery = Literal["refuse", "ignore"]


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one request may cost. `None` takes the value of the router, the app, or the default.

    Sizes are bytes, times seconds. `body`, `depth` and `eof_grace` can be set on a route; the
    others rule before the route is known and count on the app alone.
    """

    url: int | None = None
    head: int | None = None
    fields: int | None = None
    body: int | None = None
    depth: int | None = None
    head_time: float | None = None
    body_time: float | None = None
    write_time: float | None = None
    keep_alive: float | None = None
    eof_grace: float | None = None
    stop_time: float | None = None
    threads: int | None = None

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise ConfigError(f"Limits({name}={value!r}) is not above 0.")


DEFAULT_LIMITS = Limits(
    url=8_192,
    head=32_768,
    fields=100,
    body=1_048_576,
    depth=64,
    head_time=10.0,
    body_time=30.0,
    write_time=60.0,
    keep_alive=75.0,
    eof_grace=1.0,
    stop_time=10.0,
    threads=40,
)


class Docs(msgspec.Struct, frozen=True, kw_only=True):
    """Where the app describes itself. `App(docs=None)` switches all of it off.

    openapi: path of the document as JSON; its YAML stands beside it with `.yaml`. page: path of the
    reference page; Swagger UI (extra `swagger`) is at `<page>/swagger`. `None` leaves one out.
    """

    openapi: str | None = "/openapi.json"
    page: str | None = "/docs"
    swagger: bool = True


class RouteOptions(TypedDict, total=False):
    """What `@app.get(...)`, a `Router` and `include` take alike, by keyword.

    status: of an answer that is a plain value (default 200; 204 where the handler returns None).
    name: for `url_for` (default: the function's name). raises: the problems that are documented.
    hidden: leave the route out of the OpenAPI document. task: give each request of it a real task.
    blocking: run a `def` provider of this route's async handler in a thread.
    media_types: of answers that are Bytes or a Stream, for OpenAPI.
    security: names of the app's `security_schemes`, of which the caller needs one; for OpenAPI.
    """

    status: int
    name: str
    summary: str
    description: str
    operation_id: str
    tags: list[str]
    raises: list[type[Problem]]
    deprecated: bool
    hidden: bool
    task: bool
    blocking: bool
    limits: Limits
    unknown_query: UnknownQuery
    media_types: list[str]
    security: list[str]
    meta: dict[type, Any]


ADDED = ("tags", "raises")
GroupT = TypeVar("GroupT", bound=msgspec.Struct)


def merged(outer: GroupT, inner: GroupT | None) -> GroupT:
    """`outer` with every field that `inner` sets (is not None)."""
    if inner is None:
        return outer
    fields = {name: getattr(inner, name) for name in inner.__struct_fields__}
    return msgspec.structs.replace(
        outer, **{name: value for name, value in fields.items() if value is not None}
    )


def merged_options(outer: RouteOptions, inner: RouteOptions) -> RouteOptions:
    """`outer` overruled by `inner`; tags and raises add up, limits and meta merge by field."""
    result: dict[str, Any] = {**outer, **inner}
    for key in ADDED:
        both = [*outer.get(key, []), *inner.get(key, [])]  # type: ignore[misc]
        if both:
            result[key] = list(dict.fromkeys(both))
    if "limits" in outer and "limits" in inner:
        result["limits"] = merged(outer["limits"], inner["limits"])
    if "meta" in outer or "meta" in inner:
        result["meta"] = {**outer.get("meta", {}), **inner.get("meta", {})}
    return result  # type: ignore[return-value]


# Names that browsers and mail clients of others add to links. They are ignored where no parameter
# has them, so that a shared link does not break.
TRACKING_NAMES = frozenset(
    {
        "dclid",
        "fbclid",
        "gclid",
        "gclsrc",
        "igshid",
        "mc_cid",
        "mc_eid",
        "msclkid",
        "twclid",
        "yclid",
    }
)
TRACKING_PREFIX = "utm_"


def is_tracking(name: str) -> bool:
    """Whether a query parameter is one of the documented tracking names."""
    return name in TRACKING_NAMES or name.startswith(TRACKING_PREFIX)


class AppOptions(TypedDict, total=False):
    """What `App(...)` takes by keyword.

    title, version, summary, description, servers, tag_descriptions, security_schemes, info: what
    the OpenAPI document says of the API; `info` holds more members of its Info object. docs: where
    it is served, None for nowhere. slashes: what a path with one slash too many or too few gets:
    404 ("strict"), 308 ("redirect"), or the route ("ignore"). convertors: path convertors of your
    own, by name. dev: show tracebacks to the client, and compare answers with their annotations;
    default: whether the environment's RESTIVE_DEV is 1. check_responses: the latter alone.
    lifespan: see `Router.lifespan`. The others are for all routes; see `RouteOptions`.
    """

    title: str
    version: str
    summary: str
    description: str
    servers: list[str]
    tag_descriptions: dict[str, str]
    security_schemes: dict[str, dict[str, Any]]
    info: dict[str, Any]
    docs: Docs | None
    slashes: Slashes
    convertors: dict[str, Any]
    dev: bool
    check_responses: bool
    lifespan: Any
    tags: list[str]
    raises: list[type[Problem]]
    security: list[str]
    limits: Limits
    unknown_query: UnknownQuery
    task: bool
    meta: dict[type, Any]


EXTENSIONS = ("restive.openapi.routes:install",)
"""Named, and loaded when the app is built, because they stand above it."""
