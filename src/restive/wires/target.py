"""What a wire asks of an app. Anything that answers these is served, on any wire."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, Protocol

from restive.config import Limits
from restive.http.request import Request
from restive.http.response import Response


class Endpoint(Protocol):
    """Answers requests of one route (or says that there is none).

    body_limit: bytes of body that are taken; more is 413. eof_grace: seconds that a handler has
    when the client has ended its side.
    """

    @property
    def body_limit(self) -> int: ...

    @property
    def eof_grace(self) -> float: ...

    def refuse(self, request: Request) -> Response | None:
        """An answer that needs no body (404, 405, 415, …), before `100 Continue` is sent."""

    def __call__(self, request: Request) -> Response | Awaitable[Response]:
        """The answer now, or a coroutine that a task of the wire awaits. Never raises Exception.

        When the answer's last byte was sent, or could not be, the wire calls `request.finish`
        once, if it is not None, with the exception that cut the answer short or None, in the same
        task and Context, and awaits what it returns.
        """


class Target(Protocol):
    """An app, or a wrapper around one."""

    @property
    def limits(self) -> Limits:
        """Complete: no field is None."""

    def route(self, request: Request) -> Endpoint:
        """The endpoint for a request whose head is complete. Sets `request.path_values`."""

    def problem(self, request: Request | None, status: int, detail: str) -> Response:
        """The answer to what never becomes a request: 400, 408, 413, 414, 431, 501, 505."""

    async def start(self) -> None:
        """Enter the lifespan. Raises what it raises."""

    async def stop(self) -> None:
        """Wait for background work (at most `limits.stop_time`) and leave the lifespan."""


def target_of(app: Any) -> Target:
    """The target of an `App`; anything else is one itself."""
    target: Target = getattr(app, "target", app)
    return target
