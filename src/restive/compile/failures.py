"""What a failed request is answered with, and what the log says of it."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from restive._typing import source_of
from restive.compile.background import BACKGROUND
from restive.errors import Mistake, Problem
from restive.http.request import Request
from restive.http.response import Response
from restive.operation import Operation
from restive.problems import internal_error, problem_response

_log = logging.getLogger("restive")
Handlers = Sequence[tuple[type[BaseException], Callable[..., Any]]]


class Failures:
    """Answers exceptions of one route.

    handlers: of `on_error`, those of the nearest router first. operation: the route's, None where
    no route answers. vary: whether the answers depend on `Accept`. dev: show tracebacks to the
    client.
    """

    def __init__(
        self, handlers: Handlers, *, operation: Operation | None, vary: bool, dev: bool
    ) -> None:
        self._handlers = [(kind, handler, _arity(handler)) for kind, handler in handlers]
        self._operation = operation
        self._vary = vary
        self._dev = dev

    def answer(self, request: Request, error: Exception) -> Response | Awaitable[Response]:
        """The answer; an awaitable where an async handler makes it. Never raises Exception."""
        if isinstance(error, Problem):
            # A problem may be one object for all requests, and would keep each of them alive.
            error.__traceback__ = error.__context__ = None
        request.state.pop(BACKGROUND, None)  # work is for requests that went well
        handler = self._handler_of(type(error))
        if handler is None:
            return self._plain(request, error)
        function, arity = handler
        request.operation = self._operation
        try:
            given = function(error) if arity == 1 else function(request, error)
            if inspect.isawaitable(given):
                return self._awaited(request, given)
            return self._handled(given)
        except Exception as raised:
            return self._plain(request, raised)

    async def _awaited(self, request: Request, given: Awaitable[Any]) -> Response:
        try:
            return self._handled(await given)
        except Exception as raised:
            return self._plain(request, raised)

    def _handler_of(self, kind: type[BaseException]) -> tuple[Callable[..., Any], int] | None:
        for ancestor in kind.__mro__ if self._handlers else ():
            for handled, handler, arity in self._handlers:
                if handled is ancestor:
                    return handler, arity
        return None

    def _handled(self, given: Any) -> Response:
        if isinstance(given, Response):
            return given
        if isinstance(given, Problem):
            return problem_response(given, vary=self._vary)
        raise TypeError(
            f"an error handler returned {type(given).__name__}. Return a Problem or a Response."
        )

    def _plain(self, request: Request, error: Exception) -> Response:
        problem = error if isinstance(error, Problem) else self._unexpected(request, error)
        try:
            return problem_response(problem, vary=self._vary)
        except Exception as raised:  # it holds a member or a header field that cannot be sent
            return problem_response(self._unexpected(request, raised), vary=self._vary)

    def _unexpected(self, request: Request, error: Exception) -> Problem:
        request.state["error"] = error
        where = "The app" if self._operation is None else self._operation.where
        _log.error("%s failed", where, exc_info=error)
        return internal_error(error, dev=self._dev)


def _arity(handler: Callable[..., Any]) -> int:
    return len(inspect.signature(handler).parameters)


def handler_where(kind: type[BaseException], handler: Callable[..., Any]) -> str:
    """The first part of a Mistake about an error handler."""
    return f"Error handler of {kind.__name__!r} ({source_of(handler)})"


def handler_mistake(kind: type[BaseException], handler: Callable[..., Any]) -> Mistake | None:
    """A mistake when the handler takes neither `(error)` nor `(request, error)`."""
    try:
        arity = _arity(handler)
    except (TypeError, ValueError):
        arity = 0
    if arity in (1, 2):
        return None
    return Mistake(
        "error-handler",
        handler_where(kind, handler),
        f"it takes {arity} parameters",
        "Write `def handler(error)` or `def handler(request, error)`",
    )
