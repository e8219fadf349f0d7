"""Declarations: routes, providers and error handlers, collected until the app is built."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Hashable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Any, TypeVar, Unpack, get_args

import msgspec

from restive._typing import source_of
from restive.config import RouteOptions, Slashes, UnknownQuery
from restive.di.provider import Provider, provider
from restive.errors import ConfigError, FrozenError, Problem
from restive.values.similar import did_you_mean

HandlerT = TypeVar("HandlerT", bound=Callable[..., Any])
Lifespan = Callable[
    ...,
    AsyncIterator[None]
    | Iterator[None]
    | AbstractAsyncContextManager[Any]
    | AbstractContextManager[Any],
]


class Declared(msgspec.Struct, frozen=True):
    """One handler as it was declared: what the decorator was given."""

    methods: tuple[str, ...]
    path: str
    handler: Callable[..., Any]
    options: RouteOptions


class Declarations(msgspec.Struct):
    """All that was declared on one router."""

    routes: list[Declared] = []
    children: list[tuple[Router, str, RouteOptions]] = []
    providers: list[Provider] = []
    error_handlers: list[tuple[type[BaseException], Callable[..., Any]]] = []
    lifespans: list[Lifespan] = []


class Router:
    """Routes with a common path prefix and common options; routers nest.

    prefix: a path template, "" or "/books". options: see `RouteOptions`; tags and raises add to
    those of the route, everything else is overruled by it.
    """

    def __init__(self, prefix: str = "", **options: Unpack[RouteOptions]) -> None:
        check_options(options, RouteOptions, f"Router {prefix!r}")
        _check_path(prefix, f"Router {prefix!r}")
        self.prefix = prefix
        self.defaults = options
        self.declared = Declarations()
        self.frozen = False

    def route(
        self, path: str = "", *, methods: list[str], **options: Unpack[RouteOptions]
    ) -> Callable[[HandlerT], HandlerT]:
        """Answer several methods with one function."""
        check_options(options, RouteOptions, f"Route {path!r}")
        _check_path(path, f"Route {path!r}")
        if isinstance(methods, str) or not methods:
            raise ConfigError(f"Route {path!r}: methods is {methods!r}. Write methods=['GET'].")
        names = tuple(dict.fromkeys(method.upper() for method in methods))

        def register(handler: HandlerT) -> HandlerT:
            self._check_open(f"route {'/'.join(names)} {path!r} ({source_of(handler)})")
            self.declared.routes.append(Declared(names, path, handler, options))
            return handler

        return register

    def get(
        self, path: str = "", **options: Unpack[RouteOptions]
    ) -> Callable[[HandlerT], HandlerT]:
        """Answer GET, and HEAD with it."""
        return self.route(path, methods=["GET"], **options)

    def post(
        self, path: str = "", **options: Unpack[RouteOptions]
    ) -> Callable[[HandlerT], HandlerT]:
        """Answer POST."""
        return self.route(path, methods=["POST"], **options)

    def put(
        self, path: str = "", **options: Unpack[RouteOptions]
    ) -> Callable[[HandlerT], HandlerT]:
        """Answer PUT."""
        return self.route(path, methods=["PUT"], **options)

    def patch(
        self, path: str = "", **options: Unpack[RouteOptions]
    ) -> Callable[[HandlerT], HandlerT]:
        """Answer PATCH; a body of `Patch[T]` is JSON Merge Patch (RFC 7396)."""
        return self.route(path, methods=["PATCH"], **options)

    def delete(
        self, path: str = "", **options: Unpack[RouteOptions]
    ) -> Callable[[HandlerT], HandlerT]:
        """Answer DELETE."""
        return self.route(path, methods=["DELETE"], **options)

    def head(
        self, path: str = "", **options: Unpack[RouteOptions]
    ) -> Callable[[HandlerT], HandlerT]:
        """Answer HEAD otherwise than GET would."""
        return self.route(path, methods=["HEAD"], **options)

    def options(
        self, path: str = "", **options: Unpack[RouteOptions]
    ) -> Callable[[HandlerT], HandlerT]:
        """Answer OPTIONS otherwise than with `Allow` alone."""
        return self.route(path, methods=["OPTIONS"], **options)

    def query(
        self, path: str = "", **options: Unpack[RouteOptions]
    ) -> Callable[[HandlerT], HandlerT]:
        """Answer QUERY: safe like GET, with a body like POST (RFC 10008)."""
        return self.route(path, methods=["QUERY"], **options)

    def include(self, router: Router, prefix: str = "", **options: Unpack[RouteOptions]) -> None:
        """Add the routes of `router` under `prefix`; what is added to it later counts, too."""
        if not isinstance(router, Router):
            raise ConfigError(f"include({router!r}) is given no Router. Write `include(x.router)`.")
        self._check_open(f"router {router.prefix!r}")
        check_options(options, RouteOptions, f"Router {router.prefix!r}")
        _check_path(prefix, f"The prefix {prefix!r}")
        if router.holds(self):
            raise ConfigError(
                f"Router {router.prefix!r} would hold itself. Include another router instead."
            )
        self.declared.children.append((router, prefix, options))

    def provide(self, key: Any, function: Callable[..., Any], *, scope: str = "request") -> None:
        """Let `function` make what this router's handlers ask for by the type `key`.

        function: returns or yields the value, sync or async; its parameters are bound and injected
        like a handler's. What follows a yield is the clean-up. scope: "request" or "app".
        """
        self._check_open(f"provider {key!r}")
        if not callable(function) or not isinstance(key, Hashable):
            raise ConfigError(
                f"provide({key!r}, {function!r}) is not a type and a function that makes it. "
                "Write `provide(Type, function)`."
            )
        self.declared.providers.append(provider(key, function, scope))

    def on_error(self, kind: type[BaseException]) -> Callable[[HandlerT], HandlerT]:
        """Answer exceptions of `kind` in this router by `handler(error)` or `(request, error)`.

        It returns a Problem or a Response; the handler of the nearest class and router rules.
        """
        if not (isinstance(kind, type) and issubclass(kind, BaseException)):
            raise ConfigError(
                f"on_error({kind!r}) is not a class of exceptions. Write `on_error(NotFound)`."
            )

        def register(handler: HandlerT) -> HandlerT:
            self._check_open(f"error handler of {kind.__name__!r}")
            self.declared.error_handlers.append((kind, handler))
            return handler

        return register

    def lifespan(self, function: Lifespan) -> Lifespan:
        """Run a generator or context manager around the app's life; it may take the app."""
        self._check_open(f"lifespan ({source_of(function)})")
        self.declared.lifespans.append(function)
        return function

    def freeze(self) -> None:
        """Let nothing more be registered, here and in the included routers."""
        self.frozen = True
        for router, _, _ in self.declared.children:
            router.freeze()

    def holds(self, router: Router) -> bool:
        """Whether `router` is this one, or is included in it at any depth."""
        return router is self or any(child.holds(router) for child, _, _ in self.declared.children)

    def _check_open(self, what: str) -> None:
        if self.frozen:
            raise FrozenError(
                f"{what} was registered after the app was built. Register it before the first "
                "request: at the module's level, or in a function called before `app.build()`."
            )


def _check_path(path: str, what: str) -> None:
    if not isinstance(path, str):  # as in `@app.get` without its parentheses
        raise ConfigError(f"{what} has no text for its path. Write `@app.get('/path')`.")
    if path and not path.startswith("/"):
        raise ConfigError(f"{what} does not start with a slash. Write {'/' + path!r}.")


def check_options(options: Mapping[str, Any], known: type, what: str) -> None:
    """Refuse options that no one would read, and lists that are none.

    known: a TypedDict of the options there are. what: names in the message who takes them. Raises
    ConfigError.
    """
    for name in options:
        if name not in known.__annotations__:
            alike = did_you_mean(name, known.__annotations__)
            remedy = f"Did you mean {alike[0]!r}?" if alike else "Take it out."
            raise ConfigError(f"{what} has no option {name!r}. {remedy}")
    for name in ("tags", "raises", "security"):
        value = options.get(name, [])
        if not isinstance(value, (list, tuple)):
            raise ConfigError(f"{what}: {name} is {value!r}. Write a list: {name}=[...].")
    for name, choice in (("slashes", Slashes), ("unknown_query", UnknownQuery)):
        if name in options and options[name] not in get_args(choice):
            allowed = ", ".join(map(repr, get_args(choice)))
            raise ConfigError(f"{what}: {name} is {options[name]!r}. Write one of {allowed}.")
    for kind in options.get("raises", ()):
        if not (isinstance(kind, type) and issubclass(kind, Problem)):
            raise ConfigError(f"{what}: raises holds {kind!r}. Write subclasses of Problem.")
