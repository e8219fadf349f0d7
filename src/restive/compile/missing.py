"""Endpoints for requests that no route answers: 400, 404, 405, 501, redirects, OPTIONS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from restive.compile.failures import Failures
from restive.config import Limits
from restive.errors import Problem
from restive.http.request import Request
from restive.http.response import Response
from restive.wires.target import Endpoint


def answering(make: Callable[[Request], Any], limits: Limits) -> Endpoint:
    """An endpoint that answers `make(request)`, with or without the body."""

    def refuse(request: Request) -> Response | None:
        answer = make(request)
        if isinstance(answer, Response):
            return answer
        answer.close()
        return None

    def answer(request: Request) -> Any:
        return make(request)  # which may be a method, and those take no attributes

    endpoint: Any = answer
    endpoint.operation = None
    endpoint.body_limit = limits.body
    endpoint.eof_grace = limits.eof_grace
    endpoint.refuse = refuse
    return cast("Endpoint", endpoint)


def failing(problem: Problem, failures: Failures, limits: Limits) -> Endpoint:
    """An endpoint that answers `problem`, by the app's own error handlers."""
    return answering(lambda request: failures.answer(request, problem), limits)
