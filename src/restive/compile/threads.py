"""One thread and one task that work for one request of a `def` handler.

The thread runs providers, handler, encoding and clean-up in one go: a thread that holds a database
connection never waits for another thread to give it back, so a full pool cannot deadlock, and what
must be used by one thread alone (an SQLite connection) is. The request's task serves the thread:
it awaits what only the loop can await, and takes the answer and the chunks of a stream.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
import queue
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from restive.http.response import Response

_log = logging.getLogger("restive")
_ANSWER, _AWAIT, _CHUNK, _CLEAN, _END = "answer", "await", "chunk", "clean", "end"
_LAST: Any = object()


class Hop:
    """The meeting of both sides: methods named `in_thread_…` are the thread's, others the task's.

    The thread sends messages. Each thing to await gets one reply. Chunks are made when they are
    asked for, so that a stream which nobody reads (HEAD) is never begun.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._messages: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        self._replies: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()
        self._wanted: queue.SimpleQueue[bool] = queue.SimpleQueue()  # a chunk; False: no more
        self._over: BaseException | None = None
        self._cancelled: asyncio.CancelledError | None = None
        self._released = False
        self._ended = False

    @property
    def cancelled(self) -> bool:
        """Whether the task was cancelled, from either side."""
        return self._cancelled is not None

    # The thread's side

    def in_thread_await(self, awaitable: Awaitable[Any], *, clean: bool = False) -> Any:
        """What the task gets by awaiting it; raises what it raises.

        clean: it is clean-up, and awaited also where the task was cancelled before.
        """
        self._tell(_CLEAN if clean else _AWAIT, awaitable)
        value, error = self._replies.get()
        if error is not None:
            raise error
        return value

    def in_thread_answer(self, response: Response, *, stay: bool) -> BaseException | None:
        """Hand over the answer; the error that cut it short, where the thread waits for its end.

        stay: wait until the last byte was sent, also where the body is no stream.
        """
        source = response.stream
        if source is None or isinstance(source, (list, tuple)):
            self._tell(_ANSWER, response)
        else:
            response.stream = self._chunks()
            self._tell(_ANSWER, response)
            self._give(source)
            stay = True
        while stay and self._wanted.get():
            pass
        return self._over if stay else None

    def in_thread_end(self) -> None:
        """The thread is done with this request."""
        self._tell(_END, None)

    def _give(self, source: Any) -> None:
        """Send each chunk when it is asked for, until the end, a failure, or the release."""
        try:
            iterator = self._drained(source) if hasattr(source, "__aiter__") else iter(source)
            try:
                self._send(iterator)
            finally:
                self._close(source, iterator)
        except BaseException as error:
            self._tell(_CHUNK, _Failed(error))

    def _send(self, iterator: Iterator[Any]) -> None:
        while self._wanted.get():
            chunk = next(iterator, _LAST)
            self._tell(_CHUNK, chunk)
            if chunk is _LAST:
                return
        self._wanted.put(False)  # who waits for the release has to see it, too

    def _close(self, source: Any, iterator: Any) -> None:
        if hasattr(source, "aclose"):
            self.in_thread_await(source.aclose(), clean=True)
        elif hasattr(iterator, "close"):
            iterator.close()

    def _drained(self, source: Any) -> Iterator[Any]:
        iterator = source.__aiter__()
        while True:
            try:
                yield self.in_thread_await(iterator.__anext__())
            except StopAsyncIteration:
                return

    def _tell(self, kind: str, payload: Any) -> None:
        self._loop.call_soon_threadsafe(self._messages.put_nowait, (kind, payload))

    # The task's side

    async def serve(self) -> Response:
        """Serve the thread until it has an answer."""
        kind, payload = await self._next()
        if self._cancelled is not None:
            await self.release(self._cancelled)
        if kind == _END:
            raise RuntimeError("the thread of this request ended without an answer")
        answer: Response = payload
        return answer

    async def release(self, error: BaseException | None) -> None:
        """The answer has left, or was cut by `error`: let the thread clean up, and wait for it.

        Raises CancelledError, at the end, when the task was cancelled meanwhile.
        """
        self._over = error
        self._released = True
        self._wanted.put(False)
        while not self._ended:
            _, rest = await self._next()
            if isinstance(rest, _Failed) and isinstance(rest.error, Exception):
                _log.error("closing a stream failed", exc_info=rest.error)
        if self._cancelled is not None:
            raise self._cancelled

    async def _next(self) -> tuple[str, Any]:
        """The next message, once all is awaited that the thread asked for.

        A cancelled task goes on to wait: the thread cannot be stopped, but what it awaits from
        then on is cancelled.
        """
        while True:
            try:
                kind, payload = await self._messages.get()
            except asyncio.CancelledError as error:
                self._cancelled = error
                continue
            if kind not in (_AWAIT, _CLEAN):
                self._ended = kind == _END
                return kind, payload
            await self._await(payload, refused=self.cancelled and kind == _AWAIT)

    async def _await(self, awaitable: Any, *, refused: bool) -> None:
        if refused:
            if hasattr(awaitable, "close"):
                awaitable.close()
            self._replies.put((None, asyncio.CancelledError()))
            return
        try:
            self._replies.put((await awaitable, None))
        except BaseException as error:
            task = asyncio.current_task()
            if isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling():
                self._cancelled = error
            self._replies.put((None, error))

    async def _chunks(self) -> AsyncIterator[bytes]:
        while True:
            self._wanted.put(True)
            _, chunk = await self._next()
            if self._cancelled is not None:
                raise self._cancelled
            if chunk is _LAST:
                return
            if isinstance(chunk, _Failed):
                raise chunk.error
            yield chunk


class _Failed:
    """What a stream raised, where a chunk was expected."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


class Pool:
    """The bounded threads of one app, made when the first `def` handler runs."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._executor: ThreadPoolExecutor | None = None

    def submit(self, work: Callable[[], None]) -> None:
        """Run `work` in a thread, in a copy of this context. It must not raise."""
        context = contextvars.copy_context()
        self._threads().submit(context.run, work)

    def call(self, function: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:
        """What `function(*args)` gives in a thread, in a copy of this context."""
        context = contextvars.copy_context()
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(self._threads(), lambda: context.run(function, *args))

    def _threads(self) -> ThreadPoolExecutor:
        if self._executor is None:
            self._executor = ThreadPoolExecutor(self.size, thread_name_prefix="restive")
        return self._executor

    def close(self) -> None:
        """Let the threads end when they have nothing left to do."""
        if self._executor is not None:
            self._executor.shutdown(wait=False)
            self._executor = None


def in_threads(response: Response, pool: Pool) -> None:
    """Let a sync iterable that an async handler streams be iterated in threads, not in the loop."""
    source: Any = response.stream
    if source is None or isinstance(source, (list, tuple)) or hasattr(source, "__aiter__"):
        return
    response.stream = _iterated(source, pool)


async def _iterated(source: Any, pool: Pool) -> AsyncIterator[bytes]:
    iterator = iter(source)
    end = object()
    try:
        while (chunk := await _outlasted(pool.call(next, iterator, end))) is not end:
            yield chunk
    finally:
        if hasattr(iterator, "close"):
            await _outlasted(pool.call(iterator.close))


async def _outlasted(call: asyncio.Future[Any]) -> Any:
    """What the call gives. A cancellation waits for its thread, which cannot be stopped.

    Otherwise the iterator would be closed while it runs, which Python refuses.
    """
    try:
        return await asyncio.shield(call)
    except asyncio.CancelledError:
        while not call.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([call])
        if not call.cancelled():
            call.exception()  # it was seen: nobody else will look
        raise
