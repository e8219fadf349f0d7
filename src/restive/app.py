"""The app: the outermost router, built once and served on any wire."""

from __future__ import annotations

import importlib
import os
from collections.abc import Awaitable, Callable
from typing import Any, Unpack, cast

from restive.build import Builder, Built
from restive.compile.background import Background
from restive.compile.endpoint import Surroundings
from restive.compile.threads import Pool
from restive.config import (
    DEFAULT_LIMITS,
    EXTENSIONS,
    AppOptions,
    Limits,
    RouteOptions,
    Slashes,
    merged,
)
from restive.di.provider import Provider
from restive.errors import ConfigError
from restive.group import Router, check_options
from restive.http.request import Request
from restive.http.response import Response
from restive.operation import Operation
from restive.routing import build_path
from restive.service import Service
from restive.wires.asgi import ASGI

_FOR_ROUTES = ("tags", "raises", "security", "limits", "unknown_query", "task", "meta")


class App(Router):
    """A REST API. Declare routes, then run it: `restive run module:app`, or any ASGI server.

    prefix: of all routes. options: see `AppOptions`. limits, dev, slashes: the options as they
    count. target: what wires serve.
    """

    def __init__(self, prefix: str = "", **options: Unpack[AppOptions]) -> None:
        given = cast("dict[str, Any]", options)
        check_options(given, AppOptions, "App")
        shared = {key: given[key] for key in _FOR_ROUTES if key in given}
        super().__init__(prefix, **cast("RouteOptions", shared))
        self.app_options = options
        self.limits: Limits = merged(DEFAULT_LIMITS, options.get("limits"))
        self.slashes: Slashes = options.get("slashes", "strict")
        self.dev: bool = options.get("dev", _dev_by_environment())
        self.check_responses: bool = options.get("check_responses", self.dev)
        if "lifespan" in options:
            self.lifespan(options["lifespan"])
        self.app_values: dict[Provider, Any] = {}
        self.pool = Pool(self.limits.threads or 1)
        self.background = Background(self.pool)
        self.target = Service(self)
        self._asgi = ASGI(self.target)
        self._built: Built | None = None
        self._extended = False

    def install(self, extension: Any) -> None:
        """Let an extension declare what it has to: calls `extension.install(app)`."""
        self._check_open(f"extension {extension!r}")
        extension.install(self)

    def build(self) -> App:
        """Check all declarations, compile and freeze them. Does nothing the second time.

        Raises BuildError with every mistake there is.
        """
        if self._built is None:
            self._install_defaults()
            around = Surroundings(
                self.pool, self.background, self.app_values, self.dev, self.check_responses
            )
            options = self.app_options
            own = options.get("convertors", {}), options.get("security_schemes", {})
            self._built = Builder(self, *own).build(around)
            self.freeze()
        return self

    def _install_defaults(self) -> None:
        """Load the extensions that stand above the app, once; see `config.EXTENSIONS`."""
        for name in () if self._extended else EXTENSIONS:
            module, _, function = name.partition(":")
            getattr(importlib.import_module(module), function)(self)
        self._extended = True

    def prepare_for_tests(self) -> None:
        """Compare answers with their annotations, unless the app says otherwise or is built."""
        if self._built is None:
            self.check_responses = self.app_options.get("check_responses", True)

    @property
    def built(self) -> Built:
        """What the build made; builds where that is still to be done."""
        return cast("Built", self.build()._built)

    @property
    def routes(self) -> tuple[Operation, ...]:
        """The flat table of operations, everything merged. Builds the app."""
        return tuple(route.operation for route in self.built.routes)

    def url_for(self, target: str | Callable[..., Any], /, **values: Any) -> str:
        """The path of a route, by its name or its handler, with `values` for its parameters.

        Raises LookupError when no route or several are called so, ValueError for values that are
        missing, not in the template, or would not match it.
        """
        found = self.built.named(target)
        paths = {route.template.text: route.template for route in found}
        if len(paths) != 1:
            what = f"several routes are: {', '.join(paths)}" if paths else "no route is"
            raise LookupError(
                f"url_for({target!r}): {what}. Give the handler, or the route a name='...'."
            )
        return build_path(paths.popitem()[1], values)

    def dispatch(self, request: Request) -> Response | Awaitable[Response]:
        """The answer now, when the handler needs not wait; otherwise an awaitable of it.

        The caller runs it in a Context of its own, and calls `request.finish` afterwards.
        """
        return self.target.route(request)(request)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """ASGI 3."""
        await self._asgi(scope, receive, send)

    def run(self, host: str = "127.0.0.1", port: int = 8000) -> None:
        """Serve on the native wire until SIGINT or SIGTERM, in this process."""
        serve = importlib.import_module("restive.server").serve
        serve(self, host=host, port=port)


def _dev_by_environment() -> bool:
    """What RESTIVE_DEV says. Raises ConfigError for what is neither yes nor no."""
    text = os.environ.get("RESTIVE_DEV", "").lower()
    if text not in ("", "0", "1", "false", "true"):
        raise ConfigError(f"RESTIVE_DEV is {text!r}. Write 1 or 0.")
    return text in ("1", "true")
