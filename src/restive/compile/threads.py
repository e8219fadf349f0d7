"""One thread and one task that work for one request of a `def` handler.

The thread runs providers, handler, encoding and clean-up in one go: a thread that holds a database
connection never waits for another thread to give it back, so a full pool cannot deadlock, and what
must be used by one thread alone (an SQLite connection) is. The request's task serves the thread:
it awaits what only the loop can await, and takes the answer and the chunks of a stream.

A thread that streams goes at its client's pace, so it steps aside: another takes its place among
those that run handlers.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import functools
import logging
import queue
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import Future, InvalidStateError
from typing import Any

from restive.http.response import Response

_log = logging.getLogger("restive")
_ANSWER, _AWAIT, _CHUNK, _CLEAN, _END = "answer", "await", "chunk", "clean", "end"
_LAST: Any = object()
_POLL = 0.01
Job = Future[Any]  # what a thread shall do; given up when it is done before the thread is


class Hop:
    """The meeting of both sides: methods named `in_thread_…` are the thread's, others the task's.

    The thread sends messages. Each thing to await gets one reply. Chunks are made when they are
    asked for, so that a stream which nobody reads (HEAD) is never begun. job: the thread's; both
    sides end with it.
    """

    def __init__(self) -> None:
        self.job: Job = Future()
        self._loop = asyncio.get_running_loop()
        self._messages: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        self._replies: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()
        self._wanted: queue.SimpleQueue[bool] = queue.SimpleQueue()  # a chunk; False: no more
        self._over: BaseException | None = None
        self._cancelled: asyncio.CancelledError | None = None
        self._released = False
        self._ended = False
        # PERF: of the parts, because a method would make a circle that only the collector frees.
        end = functools.partial(_end, self._loop, self._messages, self._wanted, self._replies)
        self.job.add_done_callback(end)

    @property
    def cancelled(self) -> bool:
        """Whether the task was cancelled, from either side, or the thread given up."""
        return self._cancelled is not None or self.job.done()

    # The thread's side

    def in_thread_await(self, awaitable: Awaitable[Any], *, clean: bool = False) -> Any:
        """What the task gets by awaiting it; raises what it raises.

        clean: it is clean-up, and awaited also where the task was cancelled before. Raises
        CancelledError where the thread was given up.
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
        source: Any = response.stream
        if not streams(response):
            self._tell(_ANSWER, response)
        else:
            response.stream = self._chunks()
            self._tell(_ANSWER, response)
            self._give(source)
            stay = True
        while stay and self._wanted.get():
            pass
        return self._over if stay else None

    def in_thread_drop(self, source: Any) -> None:
        """Close a stream that is not begun."""
        self._close(source, source)

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
        if self.job.done():
            raise asyncio.CancelledError  # nobody listens, and perhaps there is no loop any more
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

        A cancelled task goes on to wait: a thread at work cannot be stopped, but what it awaits
        from then on is cancelled. Raises CancelledError where no thread has begun with it.
        """
        while True:
            try:
                kind, payload = await self._messages.get()
            except asyncio.CancelledError as error:
                if self.job.cancel():
                    raise
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
            if self._ended:
                raise RuntimeError("the thread of this stream ended without its last chunk")
            if chunk is _LAST:
                return
            if isinstance(chunk, _Failed):
                raise chunk.error
            yield chunk


def _end(
    loop: asyncio.AbstractEventLoop,
    messages: asyncio.Queue[tuple[str, Any]],
    wanted: queue.SimpleQueue[bool],
    replies: queue.SimpleQueue[tuple[Any, BaseException | None]],
    _: Job,
) -> None:
    loop.call_soon_threadsafe(messages.put_nowait, (_END, None))
    # Where it was given up, the thread shall not wait for the task, either.
    wanted.put(False)
    replies.put((None, asyncio.CancelledError()))


class _Failed:
    """What a stream raised, where a chunk was expected."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


class Pool:
    """The bounded threads of one app, started when they are needed.

    size: how many run handlers at once; as many again may have stepped aside. They are daemons: one
    that never ends must not keep the process from ending.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._jobs: dict[Job, str] = {}  # that are not done
        self._changed = threading.Condition()  # its lock guards all that follows
        self._waiting: OrderedDict[Job, Callable[[], Any]] = OrderedDict()
        self._threads = self._idle = 0
        self._aside: set[int] = set()
        self._closed = False

    def submit(self, job: Job, work: Callable[[], Any], where: str) -> None:
        """Run `work` in a thread, in a copy of this context; `job` becomes what it gives.

        A job that is cancelled before a thread has begun with it is not run. where: names it in
        the log.
        """
        context = contextvars.copy_context()
        with self._changed:
            self._closed = False
            self._grow(1)
            self._jobs[job] = where
            job.add_done_callback(self._forget)
            self._waiting[job] = lambda: context.run(work)
            self._changed.notify()

    def call(self, where: str, function: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:
        """What `function(*args)` gives in a thread, in a copy of this context."""
        job: Job = Future()
        self.submit(job, lambda: function(*args), where)
        return asyncio.wrap_future(job)

    def step_aside(self) -> bool:
        """Let another thread take the place of this one until its job is done.

        False where too many have done so.
        """
        with self._changed:
            if len(self._aside) >= self.size:
                return False
            self._aside.add(threading.get_ident())
            self._threads -= 1
            self._grow(0)
        return True

    async def drained(self, seconds: float) -> None:
        """Wait for all jobs, at most so long; then log the rest and give it up."""
        end = asyncio.get_running_loop().time() + seconds
        while self._jobs and asyncio.get_running_loop().time() < end:
            await asyncio.sleep(_POLL)
        for job, where in self._jobs.copy().items():
            _log.error("%s is still at work in its thread. The app stops without it", where)
            with contextlib.suppress(InvalidStateError):  # it has just ended
                if not job.cancel():
                    job.set_exception(RuntimeError("the app stopped before its thread was done"))

    def close(self) -> None:
        """Let the threads end when they have nothing left to do."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _grow(self, more: int) -> None:
        """Start a thread when there are fewer idle ones than jobs wait, with `more` to come."""
        if len(self._waiting) + more > self._idle and self._threads < self.size:
            threading.Thread(target=self._work, name="restive", daemon=True).start()
            self._threads += 1

    def _forget(self, job: Job) -> None:
        del self._jobs[job]
        if job in self._waiting:  # PERF: most have been taken, and the lock need not be
            with self._changed:
                self._waiting.pop(job, None)

    def _work(self) -> None:
        """A thread's life."""
        while (taken := self._take()) is not None:
            _do(*taken)
            del taken  # while it is idle, nothing of the last request is kept

    def _take(self) -> tuple[Job, Callable[[], Any]] | None:
        """The next job; None where this thread is not needed any more."""
        with self._changed:
            if threading.get_ident() in self._aside:
                self._aside.remove(threading.get_ident())
                if self._threads >= self.size:
                    return None
                self._threads += 1
            self._idle += 1
            while not self._waiting and not self._closed:
                self._changed.wait()
            self._idle -= 1
            if self._waiting:
                return self._waiting.popitem(last=False)
            self._threads -= 1
            return None


def _do(job: Job, work: Callable[[], Any]) -> None:
    if not job.set_running_or_notify_cancel():
        return
    with contextlib.suppress(InvalidStateError):  # it was given up
        try:
            result = work()
        except BaseException as error:
            job.set_exception(error)
        else:
            job.set_result(result)


def streams(answer: Any) -> bool:
    """Whether its body is made while it is sent."""
    source = answer.stream if isinstance(answer, Response) else None
    return source is not None and not isinstance(source, (list, tuple))


def in_threads(response: Response, pool: Pool) -> None:
    """Let a sync iterable that an async handler streams be iterated in threads, not in the loop."""
    source: Any = response.stream
    if not streams(response) or hasattr(source, "__aiter__"):
        return
    response.stream = _iterated(source, pool)


async def _iterated(source: Any, pool: Pool) -> AsyncIterator[bytes]:
    iterator = iter(source)
    end = object()
    try:
        while (chunk := await _outlasted(pool.call("A stream", next, iterator, end))) is not end:
            yield chunk
    finally:
        if hasattr(iterator, "close"):
            await _outlasted(pool.call("A stream", iterator.close))


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
