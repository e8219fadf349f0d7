"""The contract between a wire and an app, as a validator that stands between the two in tests."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Iterable
from contextvars import ContextVar
from typing import Any

from restive.config import Limits
from restive.http.request import Finish, Request
from restive.http.response import BODILESS, Prepared, Response, status_line
from restive.wires.target import Endpoint, Target

_METHOD = re.compile(r"[A-Z!#$%&'*+\-.^_`|~0-9]+")
_NAME = re.compile(rb"[a-z0-9!#$%&'*+\-.^_`|~]+")
_VALUE = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")
_PATH = re.compile(r"/[!-~]*|\*")
_WIRES_OWN = {b"transfer-encoding", b"keep-alive", b"upgrade"}


class LintError(AssertionError):
    """A wire or an app does not keep to the contract of `restive.wires.target`."""


class Lint:
    """A target that passes everything on and raises LintError for what breaks the contract.

    violations: every one so far, since wires and apps may turn a raised one into a 500; `check`
    raises if there is any, or if a request was begun and not finished. Call it last.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._started = False
        self._open: set[_Watched] = set()
        self._mark: ContextVar[object] = ContextVar("restive-lint")
        self.violations: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._target, name)

    @property
    def limits(self) -> Limits:
        limits = self._target.limits
        missing = [name for name in Limits.__struct_fields__ if getattr(limits, name) is None]
        self.demand(not missing, f"the target's limits leave out {missing}")
        return limits

    def route(self, request: Request) -> Endpoint:
        self.demand(self._started, "the wire routes before it has started the target")
        _check_request(request, self)
        return _Watched(self, self._target.route(request), request)

    def problem(self, request: Request | None, status: int, detail: str) -> Response:
        response = self._target.problem(request, status, detail)
        self.demand(response.status == status, f"problem({status}) has status {response.status}")
        return _checked(response, request, self)

    async def start(self) -> None:
        self.demand(not self._started, "the wire starts the target twice")
        await self._target.start()
        self._started = True

    async def stop(self) -> None:
        self.demand(self._started, "the wire stops a target that it has not started")
        self._started = False
        await self._target.stop()

    def demand(self, kept: bool, violation: str) -> None:
        """Record `violation` and raise LintError, unless the rule was kept."""
        if not kept:
            self.violations.append(violation)
            raise LintError(violation)

    def check(self) -> None:
        """Raise LintError for all that was recorded, and for requests that were never finished."""
        left = [f"{watched.request!r} was answered and never finished" for watched in self._open]
        if self.violations or left:
            raise LintError("; ".join([*self.violations, *left]))


class _Watched:
    """An endpoint as it meets one request."""

    def __init__(self, lint: Lint, endpoint: Endpoint, request: Request) -> None:
        self._lint = lint
        self._endpoint = endpoint
        self.request = request
        self._called = False
        self._finish: Finish | None = None
        self._finished = False
        self._task: asyncio.Task[Any] | None = None
        self._stream: _Chunks | None = None

    @property
    def body_limit(self) -> int:
        return self._endpoint.body_limit

    @property
    def eof_grace(self) -> float:
        return self._endpoint.eof_grace

    def refuse(self, request: Request) -> Response | None:
        self._lint.demand(request is self.request, "refuse() gets another request than route()")
        self._lint.demand(not self._called, "refuse() is called after the endpoint")
        response = self._endpoint.refuse(request)
        return None if response is None else _checked(response, request, self._lint)

    def __call__(self, request: Request) -> Response | Awaitable[Response]:
        self._begin(request)
        try:
            answer = self._endpoint(request)
        except Exception as error:
            self._lint.violations.append(f"the endpoint raised {error!r} for {request!r}")
            raise
        self._lint._open.add(self)
        self._hook()
        return self._answered(answer) if isinstance(answer, Response) else self._wait(answer)

    def _begin(self, request: Request) -> None:
        demand = self._lint.demand
        demand(request is self.request, "the endpoint gets another request than route()")
        demand(not self._called, f"the endpoint is called twice for {request!r}")
        self._called = True
        demand(type(request.body) is bytes, f"the body is no bytes: {type(request.body)}")
        demand(len(request.body) <= self.body_limit, "the body is longer than body_limit")
        mark = self._lint._mark
        demand(mark.get(None) is None, "the context of another request is used again")
        mark.set(self)

    async def _wait(self, answer: Awaitable[Response]) -> Response:
        """Being a coroutine, it cannot be awaited twice; one never awaited is never finished."""
        self._task = asyncio.current_task()
        self._lint.demand(self._task is not None, "an awaitable answer is awaited outside a task")
        try:
            return self._answered(await answer)
        except Exception as error:
            if not isinstance(error, LintError):
                violation = f"the endpoint's awaitable raised {error!r} for {self.request!r}"
                self._lint.violations.append(violation)
            raise
        finally:
            self._hook()

    def _hook(self) -> None:
        """See the end of the request, also where the app itself asks for nothing."""
        if self.request.finish != self._end:
            self._finish, self.request.finish = self.request.finish, self._end

    def _answered(self, response: Response) -> Response:
        _checked(response, self.request, self._lint)
        stream: Any = response.stream
        if isinstance(stream, AsyncIterable):
            response.stream = self._stream = _Chunks(stream, self._lint)
        return response

    def _end(self, error: BaseException | None) -> Awaitable[None] | None:
        self._lint.demand(not self._finished, f"{self.request!r} is finished twice")
        self._finished = True
        self._lint._open.discard(self)
        self._check_end()
        return None if self._finish is None else self._finish(error)

    def _check_end(self) -> None:
        demand = self._lint.demand
        demand(self._lint._mark.get(None) is self, "finish runs in another context than the answer")
        if self._task is not None:
            demand(asyncio.current_task() is self._task, "finish runs in another task")
        if self._stream is not None:
            demand(self._stream.over, f"the stream of {self.request!r} is neither read nor closed")
            unread = self.request.method != "HEAD" or not self._stream.begun
            demand(unread, "the stream of an answer to HEAD was read")


class _Chunks:
    """A stream on its way to the wire."""

    def __init__(self, stream: AsyncIterable[bytes], lint: Lint) -> None:
        self._stream = stream
        self._iterator: AsyncIterator[bytes] | None = None
        self._lint = lint
        self.begun = False
        self.over = False

    def __aiter__(self) -> _Chunks:
        if self._iterator is None:  # else it is asked as the iterator that it also is
            self.begun = True
            self._iterator = self._stream.__aiter__()
        return self

    async def __anext__(self) -> bytes:
        assert self._iterator is not None  # noqa: S101 - the protocol of async iteration
        try:
            chunk = await self._iterator.__anext__()
        except BaseException:
            self.over = True
            raise
        self._lint.demand(isinstance(chunk, bytes | str), f"a chunk is a {type(chunk).__name__}")
        return chunk

    async def aclose(self) -> None:
        self.over = True
        close = getattr(self._iterator or self._stream, "aclose", None)
        if close is not None:
            await close()


def _check_request(request: Request, lint: Lint) -> None:
    demand = lint.demand
    demand(bool(_METHOD.fullmatch(request.method)), f"the method is {request.method!r}")
    demand(bool(_PATH.fullmatch(request.raw_path)), f"the raw path is {request.raw_path!r}")
    demand("?" not in request.raw_path, f"the raw path holds a query: {request.raw_path!r}")
    demand(type(request.query_string) is bytes, "the query string is no bytes")
    demand(request.scheme in ("http", "https"), f"the scheme is {request.scheme!r}")
    versions = ("1.0", "1.1", "2", "3")
    demand(request.http_version in versions, f"the HTTP version is {request.http_version!r}")
    for peer in (request.client, request.server):
        demand(peer is None or len(peer) == 2, f"an address is {peer!r}")
    _check_fields(request.raw_headers, lint)
    demand(request.finish is None, "finish is set before the endpoint has run")


def _checked(response: Response, request: Request | None, lint: Lint) -> Response:
    demand = lint.demand
    demand(isinstance(response, Response), f"the answer is a {type(response).__name__}")
    demand(type(response.status) is int, f"the status is {response.status!r}")
    demand(200 <= response.status <= 599, f"{response.status} is no status of an answer")
    prepared = response.prepare()
    demand(prepared.status == response.status, "the prepared status is another")
    _check_fields(prepared.pairs, lint)
    demand(prepared.lines == _lines(prepared), "the prepared lines and pairs differ")
    wires_own = [name for name, _ in prepared.pairs if name in _WIRES_OWN]
    demand(not wires_own, f"{wires_own} are the wire's to write")
    stream: Any = response.stream
    streams = isinstance(stream, Iterable | AsyncIterable) and not isinstance(stream, str | bytes)
    demand(stream is None or streams, f"the stream is a {type(stream).__name__}")
    demand(type(response.body) is bytes, f"the body is a {type(response.body).__name__}")
    demand(stream is None or not response.body, "the answer has a body and a stream")
    bodiless = response.status in BODILESS
    demand(not (bodiless and response.body), f"{response.status} has a body")
    _check_length(response, prepared, request, lint)
    return response


def _check_length(
    response: Response, prepared: Prepared, request: Request | None, lint: Lint
) -> None:
    lengths = [value for name, value in prepared.pairs if name == b"content-length"]
    if not lengths:
        return
    lint.demand(len(lengths) == 1, "there are several Content-Length fields")
    lint.demand(lengths[0].isdigit(), f"the Content-Length is {lengths[0]!r}")
    lint.demand(response.status != 204, "204 has a Content-Length")
    no_body = response.status == 304 or (request is not None and request.method == "HEAD")
    if response.stream is None and not no_body:
        length = int(lengths[0])
        lint.demand(length == len(response.body), f"{length} is not the body's length")


def _check_fields(fields: Iterable[tuple[bytes, bytes]], lint: Lint) -> None:
    for name, value in fields:
        lint.demand(type(name) is bytes and type(value) is bytes, f"{name!r} is no pair of bytes")
        lint.demand(bool(_NAME.fullmatch(name)), f"{name!r} is no field name in lower case")
        lint.demand(bool(_VALUE.fullmatch(value)), f"{value!r} is no value of field {name!r}")


def _lines(prepared: Prepared) -> bytes:
    fields = b"".join(b"%s: %s\r\n" % pair for pair in prepared.pairs)
    return status_line(prepared.status) + fields
