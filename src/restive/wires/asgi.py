"""ASGI 3 in front of a target, for uvicorn, Granian, Hypercorn and any ASGI middleware.

Like the native wire in all that ASGI lets an app see. What it does not:

- A half-close cannot be told from a lost connection: `http.disconnect` cancels the handler at once,
  and `Limits.eof_grace` does not count. Disconnects are watched only where an answer is waited for,
  and from `WATCH_AFTER` seconds on.
- The head's size, pipelining, keep-alive and the `Date` field are the server's; so is the time that
  a head or a write may take.
- A handler runs in the server's task. Its context variables live in a copy of the server's context:
  those that an ASGI middleware has set are seen, and what the handler sets is seen by no other
  request. (Servers start a pipelined request out of the one before; a task's own context leaks.)
- A server that runs no lifespan starts the app with the first request and never stops it.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import Context, copy_context
from typing import Any
from urllib.parse import quote, unquote

from restive.errors import RestiveError
from restive.http.request import Request
from restive.http.response import Response
from restive.wires.exchange import Exchange, Gone, head_message
from restive.wires.strict import PATH, QUERY, SLOWEST_BODY, Refused, valid_authority
from restive.wires.target import Endpoint, Target

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_log = logging.getLogger("restive.asgi")
_FRAMING = frozenset((b"host", b"content-length", b"transfer-encoding"))
_UNKNOWN = -1  # a body may come, and nobody has said how long


class ASGI:
    """The ASGI application that serves a target.

    Scopes: `http`; `lifespan` (starts and stops the target, in one task); a `websocket` is closed
    before it is accepted, which servers answer with 403. Others raise ValueError, as ASGI asks.
    """

    __slots__ = (
        "_body_time",
        "_fields",
        "_lifespan",
        "_ready",
        "_starting",
        "_target",
        "_url",
    )

    def __init__(self, target: Target) -> None:
        self._target = target
        self._ready = False
        self._lifespan = False
        self._starting: asyncio.Task[None] | None = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._other(scope, receive, send)
            return
        if not self._ready:
            await self._start_late()
        context = copy_context()
        request: Request | None = None
        answer: Response | Awaitable[Response]
        try:
            request, length = self._head(scope)
            endpoint = self._target.route(request)
            early = None
            if length:
                early = await self._take_body(request, endpoint, length, context, receive)
            answer = context.run(endpoint, request) if early is None else early
        except Gone:
            return
        except Exception as error:
            answer = self._failed(request, error)
        if (
            not isinstance(answer, Response)
            or answer.stream is not None
            or (request is not None and request.finish is not None)
        ):
            exchange = Exchange(context, receive, send, self._failed)
            await exchange.complete(request, answer, scope["method"])
            return
        # PERF: an answer that is there costs two messages and no object that it does not need.
        message, body = head_message(answer, scope["method"])
        try:
            await send(message)
            await send({"type": "http.response.body", "body": body})
        except OSError:
            pass  # the client has left (ASGI 2.4): there is nobody to tell and nothing to undo

    def _head(self, scope: Message) -> tuple[Request, int]:
        """The request, and the bytes of body that are announced (or `_UNKNOWN`).

        Raises Refused: 400, 414, 431.
        """
        headers = scope["headers"]
        if type(headers) is not list:
            headers = list(headers)  # ASGI promises an iterable, no more
        query = scope["query_string"]
        raw_path = scope.get("raw_path")
        # PERF: one look for all that is rare; 47 is "/", and PATH is without "?".
        if (
            not raw_path
            or raw_path[0] != 47
            or raw_path.translate(None, PATH)
            or scope.get("root_path")
        ):
            raw_path = _checked_path(scope)
        if query and query.translate(None, QUERY):
            raise Refused(400, "The query holds a character that has to be percent-encoded.")
        if len(raw_path) + len(query) > self._url:
            raise Refused(414, f"The request target is longer than {self._url} bytes.")
        if len(headers) > self._fields:
            raise Refused(431, f"The request has more than {self._fields} header fields.")
        request = Request(scope["method"], raw_path.decode("ascii"), query)
        request._raw_headers = headers  # PERF: by keyword it would cost a dict and a tuple
        request.client = scope.get("client")
        request.server = scope.get("server")
        request.scheme = scope.get("scheme", "http")
        request.http_version = version = scope["http_version"]
        # PERF: cheaper than a dict of all fields, and duplicates stay visible.
        framing = [pair for pair in headers if pair[0] in _FRAMING]
        if version == "1.1" and len(framing) == 1:
            name, value = framing[0]
            if name == b"host" and valid_authority(value):
                return request, 0
        return request, _body_length(framing, version)

    async def _take_body(
        self, request: Request, endpoint: Endpoint, length: int, context: Context, receive: Receive
    ) -> Response | None:
        """Read the body into the request; the answer if it is refused without being read.

        Raises Refused (408, 413), or Gone when the client left first.
        """
        too_long = length > endpoint.body_limit
        if too_long or request.header(b"expect") is not None:
            refusal: Response | None = context.run(endpoint.refuse, request)
            if refusal is not None:
                return refusal
        if too_long:
            raise _too_large(endpoint)
        try:
            async with asyncio.timeout(self._body_time) as timeout:
                request.body = await _read(receive, endpoint, timeout)
        except TimeoutError:
            raise Refused(408, "The request's body took too long to come.") from None
        return None

    def _failed(self, request: Request | None, error: Exception) -> Response:
        """The answer to a request that is refused, or where the target broke its contract."""
        if not isinstance(error, Refused):
            _log.error("the app raised while it answered %r", request, exc_info=error)
            return self._target.problem(request, 500, "The request could not be answered.")
        answer = self._target.problem(request, error.status, error.detail)
        if error.status == 408 and request is not None and request.http_version[0] == "1":
            answer.headers["connection"] = "close"  # the rest of the body may never come
        return answer

    async def _other(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            self._lifespan = True
            while await self._lifespan_step(await receive(), send):
                pass
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1000})
        else:
            raise ValueError(f"Restive serves no ASGI scope of type {scope['type']!r}.")

    async def _lifespan_step(self, message: Message, send: Send) -> bool:
        """Start or stop; True when there is more to come. The server logs a failure's message."""
        step: str = message["type"]
        try:
            if step == "lifespan.startup":
                await self._target.start()
                self._set_ready()
            else:
                self._ready = False
                await self._target.stop()
        except Exception as error:
            # What the developer has to mend explains itself; the rest needs its traceback.
            plain = isinstance(error, RestiveError)
            text = str(error) if plain else "".join(traceback.format_exception(error))
            await send({"type": f"{step}.failed", "message": text})
            return False
        await send({"type": f"{step}.complete"})
        return step == "lifespan.startup"

    async def _start_late(self) -> None:
        """Start without a lifespan, once for all requests that wait; a failure may be tried again.

        Raises what the start raises: the server logs it and answers 500.
        """
        if self._lifespan:
            raise RuntimeError("A request came before the lifespan's start or after its end.")
        task = self._starting
        if task is None:
            # A task of its own: a client that leaves must not cancel the start.
            start = self._target.start()
            task = asyncio.get_running_loop().create_task(_awaited(start), context=Context())
            self._starting = task
        try:
            await asyncio.shield(task)
        except Exception:
            self._starting = None
            raise
        self._set_ready()

    def _set_ready(self) -> None:
        limits = self._target.limits
        self._url, self._fields = limits.url or 0, limits.fields or 0
        self._body_time = limits.body_time
        self._ready = True


def _checked_path(scope: Message) -> bytes:
    path = own_path(scope)
    if path == b"*" and scope["method"] == "OPTIONS":  # RFC 9112, 3.2.4
        return path
    if not path.startswith(b"/") or path.translate(None, PATH):
        raise Refused(400, "The request target is not a path that a URI can have.")
    return path


def _body_length(framing: list[tuple[bytes, bytes]], version: str) -> int:
    """The bytes of body that are announced, 0 for none, or `_UNKNOWN`.

    framing: the fields of that kind. Raises Refused(400) for a Host that is missing or no host, and
    for lengths that contradict each other.
    """
    fields = dict(framing)
    if len(fields) != len(framing):
        # SECURITY: two of these mean one thing to a proxy and another to us.
        raise Refused(400, "Host, Content-Length or Transfer-Encoding came more than once.")
    host = fields.get(b"host")
    if host is None and version == "1.1":
        raise Refused(400, "A Host field is required.")
    if host is not None and not valid_authority(host):
        raise Refused(400, "The Host field is not a host and an optional port.")
    length = fields.get(b"content-length")
    if length is None:
        # HTTP/2 and HTTP/3 end a body without announcing it.
        return _UNKNOWN if b"transfer-encoding" in fields or version[0] != "1" else 0
    if not length.isdigit() or len(length) > 18 or b"transfer-encoding" in fields:
        raise Refused(400, "The length of the request's body is not clear.")
    return int(length)


def own_path(scope: Message) -> bytes:
    """The percent-encoded path below `root_path`, without the query.

    Servers and frameworks that mount differ: `raw_path` may be missing or hold the query, and may
    or may not begin with `root_path`, which is decoded.
    """
    raw: bytes | None = scope.get("raw_path")
    if raw is None:
        raw = quote(scope["path"], safe="/!$&'()*+,;=:@~").encode("ascii")
    raw = raw.partition(b"?")[0]
    root = scope.get("root_path", "").rstrip("/")
    if root:
        parts = raw.split(b"/", root.count("/") + 1)
        below = parts.pop() if len(parts) > root.count("/") + 1 else b""
        if unquote(b"/".join(parts).decode("latin-1")) == root:
            return b"/" + below
    return raw


async def _read(receive: Receive, endpoint: Endpoint, timeout: asyncio.Timeout) -> bytes:
    """The whole body. What has come puts the timeout off.

    Raises Gone, or Refused once it is longer than the endpoint takes.
    """
    chunks = []
    size = 0
    end = timeout.when() or 0.0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > endpoint.body_limit:
            raise _too_large(endpoint)
        if not message.get("more_body", False):
            break
        chunks.append(chunk)
        timeout.reschedule(end + size / SLOWEST_BODY)
    return b"".join((*chunks, chunk)) if chunks else chunk


def _too_large(endpoint: Endpoint) -> Refused:
    return Refused(413, f"The request's body is longer than {endpoint.body_limit} bytes.")


async def _awaited(awaitable: Awaitable[None]) -> None:
    await awaitable
