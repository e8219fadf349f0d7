"""A log of requests, as a wrapper around a target: who does not want it pays nothing."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable

from restive.config import Limits
from restive.http.request import Request
from restive.http.response import Response
from restive.wires.target import Endpoint, Target

logger = logging.getLogger("restive.access")


class AccessLog:
    """Logs each answer at INFO to `restive.access`: client, method, path, status, milliseconds
    until it was ready. A query is left out: it may hold secrets."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self.start = target.start
        self.stop = target.stop

    @property
    def limits(self) -> Limits:
        return self._target.limits

    def route(self, request: Request) -> Endpoint:
        return _Logged(self._target.route(request))

    def problem(self, request: Request | None, status: int, detail: str) -> Response:
        _log(request, status, None)
        return self._target.problem(request, status, detail)


class _Logged:
    __slots__ = ("_endpoint", "body_limit", "eof_grace")

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self.body_limit = endpoint.body_limit
        self.eof_grace = endpoint.eof_grace

    def refuse(self, request: Request) -> Response | None:
        response = self._endpoint.refuse(request)
        if response is not None:
            _log(request, response.status, None)
        return response

    def __call__(self, request: Request) -> Response | Awaitable[Response]:
        began = time.perf_counter()
        answer = self._endpoint(request)
        if not isinstance(answer, Response):
            return self._wait(request, answer, began)
        _log(request, answer.status, began)
        return answer

    async def _wait(self, request: Request, answer: Awaitable[Response], began: float) -> Response:
        response = await answer
        _log(request, response.status, began)
        return response


def _log(request: Request | None, status: int, began: float | None) -> None:
    taken = "-" if began is None else f"{(time.perf_counter() - began) * 1000:.1f} ms"
    if request is None:
        logger.info("- - %s %s", status, taken)
    else:
        client = request.client[0] if request.client else "-"
        logger.info('%s "%s %s" %s %s', client, request.method, request.raw_path, status, taken)
