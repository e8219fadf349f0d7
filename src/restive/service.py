"""What wires serve of an app: routing, answers without a route, and the app's life."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from restive import errors
from restive.build import METHODS, ROUTABLE, Built
from restive.compile.failures import Failures
from restive.compile.missing import answering, failing
from restive.compile.run import arguments
from restive.config import Limits
from restive.di.scope import Scope
from restive.errors import BadRequest, MethodNotAllowed, NotFound, NotImplementedMethod, Problem
from restive.http.request import Request
from restive.http.response import Redirect, Response
from restive.lifespan import Life
from restive.problems import problem_response
from restive.routing import BadPath
from restive.wires.target import Endpoint

if TYPE_CHECKING:
    from restive.app import App

_BY_STATUS: Mapping[int, type[Problem]] = {
    kind.status: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, Problem)
    # Not those that make their detail of something else, or have no status of their own.
    if "status" in vars(kind) and kind.__init__ is Problem.__init__
}


class Service:
    """The `Target` of one app (see `restive.wires.target`). The app is built when it first must."""

    def __init__(self, app: App) -> None:
        self._app = app
        self.limits: Limits = app.limits
        self._find: Callable[[str, str], Any] = self._build_and_find
        self._life: Life | None = None

    def route(self, request: Request) -> Endpoint:
        """The endpoint for a request. Sets `request.app` and `request.path_values`."""
        request.app = self._app
        try:
            found = self._find(request.method, request.raw_path)
        except BadPath as error:
            return failing(BadRequest(str(error)), self._failures, self.limits)
        if found is None:
            return self._missing(request)
        endpoint: Endpoint
        endpoint, values = found
        if values is not None:
            request.path_values = values
        return endpoint

    def _build_and_find(self, method: str, path: str) -> Any:
        self._prepare()
        return self._find(method, path)

    def _prepare(self) -> Built:
        app, built = self._app, self._app.built
        self._find = built.matcher.find
        self._failures = Failures(
            app.declared.error_handlers, operation=None, vary=False, dev=app.dev
        )
        return built

    def _missing(self, request: Request) -> Endpoint:
        method, path = request.method, request.raw_path
        allowed = () if path == "*" else self._app.built.matcher.allowed(path)
        if method == "OPTIONS" and (allowed or path == "*"):
            return self._options(path, allowed)
        if not allowed and self._app.slashes != "strict":
            other = self._app.built.matcher.find_other_slash(method, path)
            if other is not None:
                return self._other_slash(request, *other)
        problem: Problem
        if method not in METHODS:
            problem = NotImplementedMethod(f"{method[:50]!r} is not a method of this server.")
        elif allowed:
            problem = MethodNotAllowed(sorted({*allowed, "OPTIONS"}))
        else:
            problem = NotFound("There is nothing at this path.")
        return failing(problem, self._failures, self.limits)

    def _options(self, path: str, allowed: tuple[str, ...]) -> Endpoint:
        fields = {"allow": ", ".join(sorted({*(allowed or ROUTABLE), "OPTIONS"}))}
        patch: Any = self._app.built.matcher.find("PATCH", path) if "PATCH" in allowed else None
        if patch is not None and patch[0].operation.body is not None:
            # RFC 5789, 3.1
            fields["accept-patch"] = ", ".join(patch[0].operation.body.media_types)
        return answering(lambda _: Response(b"", 204, fields), self.limits)

    def _other_slash(self, request: Request, path: str, found: Any) -> Endpoint:
        if self._app.slashes == "ignore":
            endpoint: Endpoint
            endpoint, values = found
            request.path_values = values or {}
            return endpoint
        # Relative, because the app may stand below a path that it does not know of.
        last = request.raw_path.rstrip("/").rpartition("/")[2]
        location = f"./{last}/" if path.endswith("/") else f"../{last}"
        query = request.query_string.decode("latin-1")
        location += f"?{query}" if query else ""
        return answering(lambda _: Redirect(location, 308), self.limits)

    def problem(self, request: Request | None, status: int, detail: str) -> Response:
        """The answer to what never becomes a request."""
        kind = _BY_STATUS.get(status) or type("Refusal", (Problem,), {"status": status})
        return problem_response(kind(detail), vary=request is not None)

    async def start(self) -> None:
        """Build the app, then enter its lifespans and its providers of scope `app`."""
        built = self._prepare()
        self._life = Life(self._app, built.lifespans, self._enter_providers)
        await self._life.start()

    async def stop(self) -> None:
        """Wait for background work and threads (at most `limits.stop_time`), leave the lifespans.

        Threads that are still at work then are logged and left behind.
        """
        seconds = self.limits.stop_time or 0.0
        end = time.monotonic() + seconds
        await self._app.background.drained(seconds)
        await self._app.pool.drained(end - time.monotonic())
        try:
            if self._life is not None:
                await self._life.stop()
        finally:
            self._app.pool.close()

    async def drained(self) -> None:
        """Wait for all background work that was started so far."""
        await self._app.background.drained()

    async def _enter_providers(self, scope: Scope) -> None:
        values: list[Any] = []
        for step in self._app.built.app_steps.steps:
            given, named = arguments(step.use, values)
            value = await scope.enter(step.provider, tuple(given), named)
            values.append(value)
            self._app.app_values[step.provider] = value
