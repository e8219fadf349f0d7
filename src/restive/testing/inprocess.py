"""Serves an app to tests in their own event loop: the ASGI wire, without a server or a socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextvars import Context, ContextVar
from typing import Any

from restive.app import App
from restive.config import Limits
from restive.http.request import Request
from restive.http.response import Response
from restive.wires.asgi import ASGI, Message
from restive.wires.target import Endpoint, Target, target_of

_NEEDED = ("limits", "route", "problem", "start", "stop")


class AnswerCut(Exception):
    """A stream ended in an exception after its head was sent; the cause is that exception."""


class InProcess:
    """What a server is to an app: starts it before the first request, and stops it.

    app: an `App` or any other target. raise_errors: raise an exception that no handler answers in
    the test that caused it, in place of the 500 that clients get.
    """

    def __init__(self, app: Any, *, raise_errors: bool = False) -> None:
        if isinstance(app, App):
            app.prepare_for_tests()
        self.target = target_of(app)
        if not all(hasattr(self.target, name) for name in _NEEDED):
            raise TypeError(
                f"{app!r} is not a Restive app. Give an App; for other ASGI applications use "
                "httpx2.AsyncClient(transport=httpx2.ASGITransport(app=...))."
            )
        self.raise_errors = raise_errors
        self.wire = ASGI(_Seen(self.target))
        self._running = False
        self._starting = asyncio.Lock()

    async def start(self) -> None:
        """Start the app unless it runs. Raises what its lifespan raises."""
        async with self._starting:
            if not self._running:
                await self.target.start()
                self._running = True

    async def stop(self) -> None:
        """Wait for background work and stop the app, if it runs."""
        if self._running:
            self._running = False
            await self.target.stop()

    async def call(self, scope: Message, body: AsyncIterator[bytes]) -> Answer:
        """Send a request; its head is there when this returns.

        An answer that is no stream is then complete: its request is finished and its background
        work done. scope: of ASGI, for HTTP. Raises what the wire raises where no answer came.
        """
        await self.start()
        answer = Answer(self, scope, body)
        await answer.begin()
        return answer


class Answer:
    """An answer on its way. status, fields (pairs of bytes); `async for` gives its chunks.

    Leaving it early with `aclose` is what the client's disconnect is on a wire.
    """

    def __init__(self, server: InProcess, scope: Message, body: AsyncIterator[bytes]) -> None:
        self.status = 0
        self.fields: list[tuple[bytes, bytes]] = []
        self.request: Request | None = None
        self._server = server
        self._scope = scope
        self._body = body
        self._head: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._chunks: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._complete = False
        self._task: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Run the request in a task and a Context of its own until its head is there."""
        context = Context()
        context.run(_answer.set, self)
        loop = asyncio.get_running_loop()
        self._task = loop.create_task(self._run(), context=context)
        try:
            await self._head
        except asyncio.CancelledError:
            await self.aclose()
            raise
        # The wire sends a body that it has at once, so by now a stream is what is not complete.
        if self._complete:
            await self._end()

    def __aiter__(self) -> Answer:
        return self

    async def __anext__(self) -> bytes:
        chunk = await self._chunks.get()
        self._chunks.task_done()
        if chunk is not None:
            return chunk
        self._chunks.put_nowait(None)  # for whoever asks again
        await self._end()
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Leave: a stream that has not ended is cancelled, and its clean-up waited for."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        try:
            await self._server.wire(self._scope, self._receive, self._send)
        except BaseException as error:
            if not self._head.done():
                self._head.set_exception(error)
                return
            raise
        finally:
            self._chunks.put_nowait(None)

    async def _receive(self) -> Message:
        async for chunk in self._body:
            return {"type": "http.request", "body": chunk, "more_body": True}
        self._body = _hang()
        return {"type": "http.request", "body": b"", "more_body": False}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.fields = message["headers"]
            self._head.set_result(None)
            return
        self._chunks.put_nowait(message["body"])
        self._complete = not message.get("more_body", False)
        if not self._complete:
            await self._chunks.join()  # as slow as its reader

    async def _end(self) -> None:
        """What follows the last byte: clean-up, background work, errors to raise."""
        if self._task is not None:
            await asyncio.wait([self._task])
            if not self._task.cancelled() and (error := self._task.exception()) is not None:
                if self._server.raise_errors or self._complete:
                    raise error
                raise AnswerCut("the answer was cut short") from error
        drained = getattr(self._server.target, "drained", None)
        if drained is not None:
            await drained()
        unanswered = self.request.state.get("error") if self.request is not None else None
        if self._server.raise_errors and isinstance(unanswered, BaseException):
            raise unanswered


_answer: ContextVar[Answer] = ContextVar("restive-testing-answer")


class _Seen:
    """The target, with each request noted on the answer that it is for."""

    def __init__(self, target: Target) -> None:
        self._target = target

    @property
    def limits(self) -> Limits:
        return self._target.limits

    def route(self, request: Request) -> Endpoint:
        _answer.get().request = request
        return self._target.route(request)

    def problem(self, request: Request | None, status: int, detail: str) -> Response:
        return self._target.problem(request, status, detail)

    async def start(self) -> None:
        """InProcess starts the target, so that what it raises reaches the test."""

    async def stop(self) -> None:
        """InProcess does."""


async def _hang() -> AsyncIterator[bytes]:
    await asyncio.Event().wait()
    yield b""
