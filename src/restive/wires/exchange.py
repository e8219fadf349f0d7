"""An answer over ASGI that has to be waited for, or is streamed."""

from __future__ import annotations

import asyncio
import types
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Generator,
    Iterable,
    Iterator,
    MutableMapping,
)
from contextlib import aclosing
from contextvars import Context
from typing import Any, TypeVar

from restive.http.request import Request
from restive.http.response import Response, chunk_bytes
from restive.wires.strict import CONNECTION_FIELDS

T = TypeVar("T")
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

# PERF: a task that watches for the disconnect costs 8 µs, and most answers are there long before.
WATCH_AFTER = 0.05
_LENGTH = b"content-length"
_CONNECTION = frozenset(name.encode() for name in CONNECTION_FIELDS)
_FRAMING = _CONNECTION | {_LENGTH}
_BODILESS = frozenset({204, 205, 304})
_END: Any = object()


class Gone(Exception):
    """The client has left: whatever is sent now is sent to nobody."""


class Exchange:
    """Completes one request in the server's own task, and cancels it when the client leaves.

    failed: makes the answer where a handler raised, which its contract forbids.
    """

    __slots__ = ("_context", "_failed", "_gone", "_receive", "_send", "_task", "_timer", "_watcher")

    def __init__(
        self,
        context: Context,
        receive: Receive,
        send: Send,
        failed: Callable[[Request | None, Exception], Response],
    ) -> None:
        self._context = context
        self._receive = receive
        self._send = send
        self._failed = failed
        self._gone = False
        self._task: asyncio.Task[Any] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._watcher: asyncio.Task[None] | None = None

    async def complete(
        self, request: Request | None, answer: Response | Awaitable[Response], method: str
    ) -> None:
        """Wait for the answer, send it, and finish the request, also when it is cut short.

        Raises what broke a stream off after its head, so that the server aborts the connection, and
        CancelledError where the server cancels.
        """
        cut: BaseException | None = None
        try:
            if not isinstance(answer, Response):
                answer = await self._answer(request, answer)
            if answer.stream is None:
                message, body = head_message(answer, method)
                await self._put(message)
                await self._put({"type": "http.response.body", "body": body})
            else:
                await self._put_stream(answer, answer.stream, method)
        except BaseException as error:
            cut = error
            if not self._left(error):
                raise
        finally:
            self._unwatch()
            if request is not None and request.finish is not None:
                await finish(self._context, request, cut)

    async def _answer(self, request: Request | None, awaitable: Awaitable[Response]) -> Response:
        try:
            return await within(self._context, awaitable, self._watch)
        except Exception as error:
            return self._failed(request, error)

    async def _put(self, message: Message) -> None:
        try:
            await self._send(message)
        except OSError as error:  # ASGI 2.4; older servers drop the message
            raise Gone from error

    async def _put_stream(
        self, answer: Response, stream: Iterable[Any] | AsyncIterable[Any], method: str
    ) -> None:
        message, _ = head_message(answer, method)
        if method == "HEAD" or answer.status in _BODILESS:
            await self._close(stream)
            await self._put(message)
        else:
            self._watch()
            await self._put(message)
            left = _declared_length(message)
            async with aclosing(self._chunks(stream)) as chunks:
                async for chunk in chunks:
                    data = chunk_bytes(chunk)
                    left = None if left is None else left - len(data)
                    if left is not None and left < 0:
                        raise RuntimeError("The stream is longer than its Content-Length.")
                    if data:
                        await self._put(
                            {"type": "http.response.body", "body": data, "more_body": True}
                        )
            if left:
                raise RuntimeError("The stream is shorter than its Content-Length.")
        await self._put({"type": "http.response.body", "body": b""})

    async def _chunks(
        self, stream: Iterable[Any] | AsyncIterable[Any]
    ) -> AsyncGenerator[Any, None]:
        """The chunks, each made in the request's context; the iterator is closed at the end."""
        run = self._context.run
        if not isinstance(stream, AsyncIterable):
            sync: Iterator[Any] = run(iter, stream)
            try:
                while (chunk := run(next, sync, _END)) is not _END:
                    yield chunk
            finally:
                await self._close(sync)
            return
        iterator: AsyncIterator[Any] = run(stream.__aiter__)
        try:
            while True:
                try:
                    chunk = await within(self._context, iterator.__anext__())
                except StopAsyncIteration:
                    return
                yield chunk
        finally:
            await self._close(iterator)

    async def _close(self, iterator: Any) -> None:
        close = getattr(iterator, "aclose", None) or getattr(iterator, "close", None)
        if close is not None:
            closing = self._context.run(close)
            if closing is not None:
                await within(self._context, closing)

    def _watch(self) -> None:
        """Look for the client's leaving, from a little later on."""
        if self._task is None:
            loop = asyncio.get_running_loop()
            self._task = asyncio.current_task()
            self._timer = loop.call_later(WATCH_AFTER, self._start_watcher)

    def _start_watcher(self) -> None:
        self._watcher = asyncio.get_running_loop().create_task(self._await_disconnect())

    async def _await_disconnect(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._gone = True
        if self._task is not None:
            self._task.cancel()

    def _left(self, error: BaseException) -> bool:
        """Whether the client's leaving is all that went wrong."""
        if isinstance(error, Gone):
            return True
        mine = self._gone and isinstance(error, asyncio.CancelledError)
        # Of two cancellations one is the server's, and has to reach it.
        return mine and self._task is not None and self._task.cancelling() < 2

    def _unwatch(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._watcher is not None:
            self._watcher.cancel()
        if self._gone and self._task is not None:
            self._task.uncancel()


def head_message(answer: Response, method: str) -> tuple[Message, bytes]:
    """The first message and the body that goes with it.

    Content-Length is the body's (RFC 9110, 8.6); one that the app gave counts only where no body
    is sent (HEAD, 304) and for streams. 204 has none, 205 has 0 (RFC 9110, 15.3.6). Of the fields
    of the connection only `Connection: close` is passed on.
    """
    prepared = answer.prepare()
    status = prepared.status
    headers = prepared.pairs
    body = answer.body
    for name, _ in headers:
        if name in _FRAMING:
            headers, body = _measured(headers, status, answer, method)
            break
    else:
        if status in _BODILESS or answer.stream is not None:
            headers, body = _measured(headers, status, answer, method)
        else:
            headers = [*headers, (_LENGTH, b"%d" % len(body))]
    message = {"type": "http.response.start", "status": status, "headers": headers}
    return message, body if method != "HEAD" else b""


def _measured(
    headers: list[tuple[bytes, bytes]], status: int, answer: Response, method: str
) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """The fields with the right Content-Length, and the body, where there is more to know."""
    body = b"" if status in _BODILESS else answer.body
    headers = [
        (name, value)
        for name, value in headers
        if name not in _CONNECTION or (name == b"connection" and value.lower() == b"close")
    ]
    others = [pair for pair in headers if pair[0] != _LENGTH]
    given = len(others) < len(headers)
    if status == 204:
        return others, body
    if answer.stream is not None or status == 304 or (given and method == "HEAD" and not body):
        return headers, body
    return [*others, (_LENGTH, b"%d" % len(body))], body


def _declared_length(message: Message) -> int | None:
    for name, value in message["headers"]:
        if name == _LENGTH:
            return int(value)
    return None


async def finish(context: Context, request: Request, cut: BaseException | None) -> None:
    """Call `request.finish` in the request's context, and await what it returns."""
    if request.finish is not None:
        rest = context.run(request.finish, cut)
        if rest is not None:
            await within(context, rest)


@types.coroutine
def within(
    context: Context, awaitable: Awaitable[T], waiting: Callable[[], None] | None = None
) -> Generator[Any, None, T]:
    """Await in the current task, with context variables read and set in `context`.

    waiting: called once, in the task's own context, when the awaitable suspends for the first time.
    """
    # A task's context cannot be changed once it runs, and a second task would cost 4 µs and part
    # the handler from the task that the server (and `asyncio.timeout`) can cancel.
    run = context.run
    steps: Any = awaitable.__await__()
    try:
        future = run(steps.send, None)
        if waiting is not None:
            waiting()
        while True:
            try:
                yield future
            except BaseException as error:
                future = run(steps.throw, error)
            else:
                future = run(steps.send, None)
    except StopIteration as end:
        result: T = end.value
        return result
