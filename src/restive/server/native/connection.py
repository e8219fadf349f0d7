"""One connection: when to read, to dispatch, to write and to close.

The quick way is `data_received` and `_run`: a whole request, alone in what came, with known fields,
answered in place by bytes. Everything else begins in `_receive`.

The file is long because input, answer and end are one state machine over the same fields.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import sys
from collections.abc import Awaitable, Coroutine
from typing import Any, Final

from restive.http.request import Request
from restive.http.response import Response
from restive.server.native.answer import BROKEN, CONTINUE, LENGTHS, Outgoing
from restive.server.native.head import unread
from restive.server.native.hub import Hub
from restive.server.native.known import MOST, Known
from restive.server.native.peer import address, is_reset, own_address
from restive.server.native.reader import Reader, without_blank_lines
from restive.server.native.stream import close_source, send_stream
from restive.wires.strict import SLOWEST_BODY, Refused
from restive.wires.target import Endpoint

logger = logging.getLogger("restive.server")

# In this order: `state <= BODY` reads, `state >= LINGER` has said its last.
IDLE: Final = 0  # no byte of a request has come
HEAD: Final = 1
BODY: Final = 2
BUSY: Final = 3  # a request is being answered; what comes is kept
LINGER: Final = 4  # the last answer was sent; what comes is dropped until the peer has read it
CLOSING: Final = 5

MOST_IN_PLACE: Final = 16  # requests that are answered before others get their turn
READ_AHEAD: Final = 65_536  # bytes kept while a request is being answered
COPIED: Final = 65_536  # larger bodies are not joined with their head
FORGET: Final = 5.0  # seconds after which an idle connection no longer keeps known fields
LINGER_TIME: Final = 2.0
LINGER_BYTES: Final = 1_048_576

EAGER: Final[dict[str, Any]] = {"eager_start": True} if sys.version_info >= (3, 12) else {}


class Connection(asyncio.Protocol):
    """The protocol that a listening socket makes for each connection."""

    __slots__ = (
        "_active",
        "_base",
        "_begun",
        "_body",
        "_buffer",
        "_client",
        "_current",
        "_endpoint",
        "_eof",
        "_hub",
        "_known",
        "_lingered",
        "_moved",
        "_paused",
        "_plain",
        "_reader",
        "_reading",
        "_ready",
        "_route",
        "_scheme",
        "_server",
        "_since",
        "_state",
        "_task",
        "_transport",
        "_unsent",
        "_waiter",
        "_write",
    )

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        # PERF: what each request needs, one look-up away.
        self._base = hub.base
        self._plain = hub.plain
        self._route = hub.target.route
        self._scheme = hub.scheme
        limits = hub.limits
        self._reader = Reader(limits.url, limits.head, limits.fields)
        self._buffer = b""  # input that no request has taken yet
        self._known = Known(min(limits.url, limits.head - MOST))
        self._state = IDLE
        self._ready = True  # the quick way is open: idle, nothing buffered, writing not paused
        self._active = False  # a request came the quick way since the last sweep
        self._paused = False  # writing
        self._reading = True
        self._eof = False
        self._begun = False  # the head of a stream is sent
        self._current: Request | None = None
        self._endpoint: Endpoint | None = None
        self._body: tuple[Request, Endpoint] | None = None  # that is being read
        self._task: asyncio.Task[None] | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._lingered = self._unsent = 0
        self._since = self._moved = 0.0

    # What the loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._write = self._transport.write
        self._client = address(transport.get_extra_info("peername"))
        self._server = own_address(transport.get_extra_info("sockname"))
        self._since = self._hub.loop.time()
        self._hub.connections.add(self)

    def data_received(self, data: bytes) -> None:
        if self._ready:
            request = self._known.take(data)
            if request is not None:
                request.http_version = "1.1"
                request.client = self._client
                request.server = self._server
                request.scheme = self._scheme
                if self._run(request, None):
                    self._ready = True
                return
        self._receive(data)

    def eof_received(self) -> bool:
        """The peer writes no more; it may still read."""
        self._eof = True
        if self._state == BUSY:
            self._limit_grace()
        elif self._state <= BODY and not self._paused:
            self._advance()
            self._close_at_eof()
        elif self._state >= LINGER:
            return False
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        self._state = CLOSING
        self._ready = False
        self._buffer = b""
        self._hub.connections.discard(self)
        self._reader.close()
        if self._current is not None:
            # Not before the task's first step (3.11 has no eager tasks): it would never clean up.
            self._hub.loop.call_soon(self._give_up, self._current)
        if exc is not None:
            logger.debug("A connection was lost: %s", exc)

    def pause_writing(self) -> None:
        self._paused = True
        self._ready = False
        self._moved = self._hub.loop.time()

    def resume_writing(self) -> None:
        self._paused = False
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
        self._hub.loop.call_soon(self._resume)

    # What the hub calls

    @property
    def answered(self) -> bool:
        """See `Swept`."""
        return self._state == LINGER and self._transport.get_write_buffer_size() == 0

    def check(self, now: float) -> None:
        """Keep the time limits; see `Swept`."""
        limits, state = self._hub.limits, self._state
        age = now - self._since
        if self._active:
            self._active = False
            self._since = now
        elif state == IDLE:
            self._check_idle(age, limits.keep_alive)
        elif state == HEAD and age > limits.head_time:
            self._refuse(408, "The request's head did not come in time.")
        elif state == BODY and age > limits.body_time + self._reader.received / SLOWEST_BODY:
            self._refuse(408, "The request's body did not come in time.")
        elif state == LINGER:
            if not self.answered:
                self._since = now
            elif age > LINGER_TIME:
                self.abort()
        elif not self._reading and is_reset(self._transport):
            self.abort()
        self._check_writing(now, limits.write_time)

    def _check_idle(self, age: float, keep_alive: float) -> None:
        if age > FORGET:
            self._known.forget()
        if age > keep_alive:
            self._close()

    def _check_writing(self, now: float, write_time: float) -> None:
        unsent = self._transport.get_write_buffer_size()
        if unsent == 0 or unsent != self._unsent:
            self._unsent = unsent
            self._moved = now
        elif now - self._moved > write_time:
            self.abort()

    def stop(self) -> None:
        """See `Swept`."""
        if self._state == IDLE and not self._buffer:
            self._close()

    def cancel(self) -> None:
        """See `Swept`."""
        if self._task is None:
            self.abort()

    # Input

    def _receive(self, data: bytes) -> None:
        if self._state >= LINGER:
            self._lingered += len(data)
            if self._lingered > LINGER_BYTES:
                self.abort()
            return
        self._ready = False
        self._buffer = self._buffer + data if self._buffer else data
        if self._state <= BODY and not self._paused:
            self._advance()
        else:
            self._hold_back()

    def _hold_back(self) -> None:
        """Let the peer wait when it sends more than can be dealt with now."""
        if len(self._buffer) > READ_AHEAD and self._reading and not self._transport.is_closing():
            self._reading = False
            self._transport.pause_reading()

    def _resume(self) -> None:
        """Go on with what was kept."""
        if self._state > BODY or self._paused:
            return
        self._advance()
        if not self._reading and len(self._buffer) <= READ_AHEAD:
            self._reading = True
            self._transport.resume_reading()
        self._close_at_eof()

    def _close_at_eof(self) -> None:
        if self._eof and self._state == IDLE and not self._buffer and not self._paused:
            self._close()

    def _advance(self) -> None:
        """Take requests from the buffer and answer them, until one has to wait."""
        try:
            for _ in range(MOST_IN_PLACE):
                if not self._step():
                    return
        except Refused as refused:
            self._refuse(refused.status, refused.detail)
        except BaseException as error:
            self._fail(self._current, error)
        else:
            self._hold_back()
            self._hub.loop.call_soon(self._resume)

    def _step(self) -> bool:
        """Do the next thing with the buffer; False when it can only be done later."""
        if self._body is not None:
            return self._read_body(*self._body)
        buffer = self._buffer
        if buffer[:1] == b"\r":
            buffer = self._buffer = without_blank_lines(buffer)
        if not buffer:
            self._state = IDLE
            self._ready = True
            return False
        reader = self._reader
        request = reader.take_head(buffer)
        if request is None:
            self._await_head()
            return False
        self._buffer = buffer[reader.size :]
        self._current = request
        request.client = self._client
        request.server = self._server
        request.scheme = self._scheme
        if reader.fields:
            self._known.learn(buffer[: reader.size], reader.fields, reader.digits)
        endpoint = self._route(request)
        if reader.length:
            self._body = request, endpoint
            if not 0 < reader.length <= min(len(self._buffer), endpoint.body_limit):
                return self._begin_body(request, endpoint)
            return self._read_body(request, endpoint)
        return self._run(request, endpoint)

    def _await_head(self) -> None:
        if self._eof:
            raise Refused(400, "The request ends within its head.")
        if self._state == IDLE:
            self._state = HEAD
            self._since = self._hub.loop.time()

    def _begin_body(self, request: Request, endpoint: Endpoint) -> bool:
        reader = self._reader
        self._state = BODY
        self._since = self._hub.loop.time()
        if reader.length > endpoint.body_limit:
            self._refuse_body(request, endpoint)
        elif reader.expects and not self._buffer and not self._refused(request, endpoint):
            self._write(CONTINUE)
        return self._state == BODY

    def _refused(self, request: Request, endpoint: Endpoint) -> bool:
        """Answer without the body where the endpoint needs none to say no."""
        response = endpoint.refuse(request)
        if response is None:
            return False
        self._send(request, response, last=True)
        return True

    def _refuse_body(self, request: Request, endpoint: Endpoint) -> None:
        if not self._refused(request, endpoint):
            self._current = request
            self._refuse(413, f"The request's body is longer than {endpoint.body_limit} bytes.")

    def _read_body(self, request: Request, endpoint: Endpoint) -> bool:
        reader = self._reader
        if self._buffer:
            self._buffer = reader.take_body(self._buffer)
            if reader.received > endpoint.body_limit:
                self._refuse_body(request, endpoint)
                return False
        if not reader.complete:
            if self._eof:
                raise Refused(400, "The request ends within its body.")
            return False
        request.body = reader.body()
        self._body = None
        return self._run(request, endpoint)

    # Answers

    def _run(self, request: Request, endpoint: Endpoint | None) -> bool:
        """Dispatch; True when the answer was sent and the next request may come.

        endpoint: None when the request has not been routed yet.
        """
        context = self._base.copy()
        answer: Any
        try:
            if endpoint is None:
                endpoint = self._route(request)
                if len(request.body) > endpoint.body_limit:
                    self._refuse_body(request, endpoint)
                    return False
            answer = context.run(endpoint, request)
        except BaseException as error:
            answer = error
        if (
            isinstance(answer, Response)
            and answer.prepared in self._plain
            and answer.stream is None
            and request.finish is None
            and request.method != "HEAD"
            and request.http_version == "1.1"
            and self._reader.keep
            and not self._eof
        ):
            prepared: Any = answer.prepared
            body = answer.body
            length = len(body)
            if length < COPIED and not self._hub.stopping:
                line = LENGTHS[length] if length < 4096 else b"content-length: %d\r\n" % length
                # PERF: one write for head and body, one system call.
                self._write(b"".join((prepared.lines, line, self._hub.date, body)))
                self._state = IDLE
                self._current = None
                self._active = True
                return not self._paused
        self._endpoint = endpoint
        return self._settle(request, answer, context)

    def _settle(
        self,
        request: Request,
        answer: Response | Awaitable[Response] | BaseException,
        context: contextvars.Context,
    ) -> bool:
        """Send an answer, or let a task do it and what comes after it; like `_run`."""
        self._ready = False
        self._current = request
        rest: Awaitable[None] | None = None
        if isinstance(answer, BaseException):
            self._fail(request, answer)
            rest = context.run(self._finish, request, answer)
        elif isinstance(answer, Response) and answer.stream is None:
            error = self._try_send(request, answer)
            if request.finish is not None:
                rest = context.run(self._finish, request, error)
        else:
            self._state = BUSY
            self._start(self._answer(request, answer), context)
            return False
        if rest is None:
            return self._free()
        self._state = max(self._state, BUSY)
        self._current = None
        self._start(self._wait_for(rest), context)
        return False

    def _try_send(self, request: Request, response: Response) -> BaseException | None:
        try:
            self._send(request, response)
        except Exception as error:
            self._fail(request, error)
            return error
        return None

    def _finish(self, request: Request, error: BaseException | None) -> Awaitable[None] | None:
        """Tell the app that the answer has left; what is still to be awaited, if anything."""
        try:
            return request.finish(error) if request.finish is not None else None
        except Exception:
            logger.exception("Clean-up after %s %s failed", request.method, request.raw_path)
            return None

    def _start(self, job: Coroutine[Any, Any, None], context: contextvars.Context) -> None:
        # An eager task runs to its first suspension here; most end in it.
        task = asyncio.Task(job, loop=self._hub.loop, context=context, **EAGER)
        if not task.done():
            self._task = task
            self._hub.tasks.add(task)
            if self._eof:
                self._limit_grace()

    async def _wait_for(self, rest: Awaitable[None]) -> None:
        try:
            await rest
        except Exception:
            logger.exception("Clean-up after an answer failed")
        finally:
            self._end_task()

    async def _answer(self, request: Request, answer: Response | Awaitable[Response]) -> None:
        error: BaseException | None = None
        try:
            response = answer if isinstance(answer, Response) else await answer
            error = await self._deliver(request, response)
        except GeneratorExit:
            raise  # the loop is gone
        except BaseException as failure:
            error = failure
            self._fail(request, failure)
        self._current = None  # from here on a lost connection cancels nothing
        rest = self._finish(request, error)
        if rest is None:
            self._end_task()
        else:
            await self._wait_for(rest)
        if isinstance(error, asyncio.CancelledError):
            raise error

    def _end_task(self) -> None:
        if self._task is not None:
            self._hub.tasks.discard(self._task)
            self._task = None
        if self._free():
            if self._buffer or self._eof or not self._reading:
                self._hub.loop.call_soon(self._resume, context=self._base)
            else:
                self._ready = True

    def _free(self) -> bool:
        """An answer is sent. True when the connection can take the next request."""
        self._current = self._endpoint = None
        self._begun = False
        if self._state >= LINGER:
            return False
        self._since = self._hub.loop.time()
        self._state = IDLE
        return not self._paused

    async def _deliver(self, request: Request, response: Response) -> Exception | None:
        """Send an answer of any kind; returns why it could not be sent, when the peer is gone."""
        if not isinstance(response, Response):
            raise TypeError(f"the endpoint answered {type(response).__name__}, not a Response")
        source = response.stream
        if self._state >= LINGER:
            if source is not None:
                await close_source(source)
            return ConnectionResetError("the connection was lost before the answer")
        if source is None:
            self._send(request, response)
            return None
        out = Outgoing(response.prepare(), None, request, self._keeps())
        self._begun = True
        self._write(out.head(self._hub.date))
        if out.body:
            await send_stream(out, source, self._write, self._room)
        else:
            await close_source(source)
        if not out.keep:
            self._close()
        return None

    async def _room(self) -> None:
        if self._paused:
            self._waiter = self._hub.loop.create_future()
            await self._waiter

    def _keeps(self) -> bool:
        """May this answer be followed by another?"""
        at_end = self._hub.stopping or (self._eof and not self._buffer)
        return self._reader.keep and not at_end

    def _send(self, request: Request | None, response: Response, last: bool = False) -> None:
        """Write an answer whose body is bytes. last: the connection ends after it."""
        if self._state >= LINGER:
            return
        keep = not last and self._keeps()
        head, body, keep = self._hub.compose(request, response, keep)
        if len(body) > COPIED:
            self._transport.writelines((head, body))
        else:
            self._write(head + body)
        if not keep:
            self._close(linger=last)

    def _fail(self, request: Request | None, error: BaseException) -> None:
        """The app broke its promise, or its task was cancelled."""
        self._current = request
        task = asyncio.current_task(self._hub.loop)
        cancelled = isinstance(error, asyncio.CancelledError) and task and task.cancelling()
        if not cancelled:
            what = f"{request.method} {request.raw_path}" if request else "A request"
            logger.error("%s failed in the app", what, exc_info=error)
        if self._begun or (cancelled and not self._hub.stopping):
            self.abort()
        elif cancelled:
            self._refuse(503, "The server is stopping.")
        else:
            self._refuse(500, "The server failed to answer.")

    def _refuse(self, status: int, detail: str) -> None:
        """Answer by a problem and close."""
        if self._state >= LINGER:
            return
        request = self._current or unread(self._buffer)
        try:
            self._send(request, self._hub.target.problem(request, status, detail), last=True)
        except Exception:
            logger.exception("The answer to a bad request (%s) failed", status)
            self._write(BROKEN)
            self._close()

    # The end

    def _limit_grace(self) -> None:
        """A half-closed peer gets its answer within `eof_grace`, or none."""
        if self._task is not None and self._current is not None and self._endpoint is not None:
            self._hub.loop.call_later(self._endpoint.eof_grace, self._give_up, self._current)

    def _give_up(self, request: Request) -> None:
        if self._current is request and self._task is not None:
            self._task.cancel()

    def _close(self, linger: bool = False) -> None:
        """Close when everything is written.

        linger: the peer may still be sending. Closing at once would reset the connection, and the
        reset could overtake the answer (RFC 9112, 9.6), so only our side is closed for a while.
        """
        self._ready = False
        linger = (linger or bool(without_blank_lines(self._buffer))) and not self._eof
        self._buffer = b""
        self._since = self._moved = self._hub.loop.time()
        if linger and self._transport.can_write_eof() and not self._transport.is_closing():
            self._state = LINGER
            self._transport.write_eof()
            if not self._reading:
                self._reading = True
                self._transport.resume_reading()
        else:
            self._state = CLOSING
            self._transport.close()

    def abort(self) -> None:
        """See `Swept`."""
        self._state = CLOSING
        self._ready = False
        self._transport.abort()
