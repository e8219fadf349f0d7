"""A target of a few paths, a server for it on a real socket, and a client that sends raw bytes."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from restive.config import DEFAULT_LIMITS, Limits, merged
from restive.http.request import Request
from restive.http.response import Prepared, Response
from restive.server.server import Server

T = TypeVar("T")
Handler = Callable[[Request], Response | Awaitable[Response]]
OK = Prepared(200, [("content-type", "text/plain")])


def ok(text: str | bytes = b"ok") -> Response:
    """The quick kind of answer."""
    return Response.of(OK, text.encode() if isinstance(text, str) else text)


@dataclass
class Point:
    """An endpoint."""

    handler: Handler
    body_limit: int = 1_000
    eof_grace: float = 0.2
    refusal: Response | None = None

    def refuse(self, request: Request) -> Response | None:
        return self.refusal

    def __call__(self, request: Request) -> Response | Awaitable[Response]:
        return self.handler(request)


def echo(request: Request) -> Response:
    """What was understood of the request."""
    seen = {
        "method": request.method,
        "path": request.raw_path,
        "query": request.query_string.decode(),
        "version": request.http_version,
        "body": request.body.decode("latin-1"),
        "fields": [[n.decode("latin-1"), v.decode("latin-1")] for n, v in request.raw_headers],
    }
    return ok(json.dumps(seen))


class Rig:
    """A target; paths it does not know are echoed. seen: what was dispatched, in order."""

    def __init__(self, *, limits: Limits | None = None, **points: Point | Handler) -> None:
        self.limits = merged(DEFAULT_LIMITS, limits)
        self.points = {
            f"/{name}": point if isinstance(point, Point) else Point(point)
            for name, point in points.items()
        }
        self.fallback = Point(echo)
        self.seen: list[str] = []
        self.problems: list[tuple[int, str]] = []
        self.events: list[str] = []

    def route(self, request: Request) -> Point:
        request.path_values = {}
        point = self.points.get(request.raw_path, self.fallback)

        def handler(request: Request) -> Response | Awaitable[Response]:
            self.seen.append(f"{request.method} {request.raw_path}")
            return point.handler(request)

        return Point(handler, point.body_limit, point.eof_grace, point.refusal)

    def problem(self, request: Request | None, status: int, detail: str) -> Response:
        self.problems.append((status, detail))
        body = json.dumps({"status": status, "detail": detail}).encode()
        return Response(body, status, {"content-type": "application/problem+json"})

    async def start(self) -> None:
        self.events.append("start")

    async def stop(self) -> None:
        self.events.append("stop")


class Answer(msgspec.Struct):
    status: int
    fields: list[tuple[str, str]]
    body: bytes = b""

    def get(self, name: str) -> list[str]:
        return [value for field, value in self.fields if field == name]

    def json(self) -> Any:
        return json.loads(self.body)


def answers(data: bytes, *methods: str) -> list[Answer]:
    """All answers in `data`, in full. methods: of the requests, where one is HEAD."""
    found: list[Answer] = []
    while data:
        head, mark, data = data.partition(b"\r\n\r\n")
        assert mark, f"no end of a head: {head!r}"
        lines = head.decode("latin-1").split("\r\n")
        version, status, _ = lines[0].split(" ", 2)
        assert version == "HTTP/1.1"
        pairs = [line.split(": ", 1) for line in lines[1:]]
        answer = Answer(int(status), [(name.lower(), value) for name, value in pairs])
        if answer.status >= 200:
            assert len(answer.get("date")) == 1
        method = methods[len(found)] if len(found) < len(methods) else "GET"
        answer.body, data = _body(answer, method, data)
        found.append(answer)
    return found


def _body(answer: Answer, method: str, data: bytes) -> tuple[bytes, bytes]:
    if method == "HEAD" or answer.status < 200 or answer.status in (204, 304):
        return b"", data
    if answer.get("transfer-encoding"):
        assert not answer.get("content-length")
        return _chunks(data)
    lengths = answer.get("content-length")
    if not lengths:
        assert answer.get("connection") == ["close"]
        return data, b""
    (length,) = map(int, lengths)
    assert len(data) >= length, "the answer is cut short"
    return data[:length], data[length:]


def _chunks(data: bytes) -> tuple[bytes, bytes]:
    body = b""
    while True:
        size, mark, data = data.partition(b"\r\n")
        assert mark, "the chunks are cut short"
        length = int(size, 16)
        assert data[length : length + 2] == b"\r\n"
        body += data[:length]
        data = data[length + 2 :]
        if not length:
            return body, data


class Client:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, *pieces: bytes, pause: float = 0.0) -> None:
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            if pause or len(pieces) > 1:
                await asyncio.sleep(pause)

    async def rest(self, seconds: float = 3.0) -> bytes:
        """Everything until the server closes. Fails when it does not."""
        with suppress(ConnectionResetError):
            return await asyncio.wait_for(self.reader.read(-1), seconds)
        return b"(reset)"

    async def answer(self, seconds: float = 3.0) -> Answer:
        """The next answer, with Content-Length, on a connection that goes on."""
        async with asyncio.timeout(seconds):
            head = await self.reader.readuntil(b"\r\n\r\n")
            length = answers_length(head)
            return answers(head + await self.reader.readexactly(length))[0]

    async def closed(self, seconds: float = 3.0) -> bool:
        """Does the server end the connection without another byte?"""
        try:
            return await asyncio.wait_for(self.reader.read(1), seconds) == b""
        except ConnectionResetError:
            return True

    def close(self) -> None:
        self.writer.close()

    def abort(self) -> None:
        """Reset the connection. (Without the option a close is a half-close to the server.)"""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


def answers_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            return int(line[15:])
    return 0


@asynccontextmanager
async def serving(rig: Any, *, sweep: float = 0.05) -> AsyncIterator[Server]:
    server = Server(rig, port=0, sweep=sweep)
    await server.start()
    try:
        yield server
    finally:
        await server.stop(0.2)


@asynccontextmanager
async def client_of(server: Server) -> AsyncIterator[Client]:
    client = Client(*await asyncio.open_connection("127.0.0.1", server.port, limit=1 << 22))
    try:
        yield client
    finally:
        client.close()


async def exchange(server: Server, *pieces: bytes, pause: float = 0.0) -> bytes:
    """Send on a new connection; everything that comes back until the server closes."""
    async with client_of(server) as client:
        await client.send(*pieces, pause=pause)
        return await client.rest()


def run(main: Coroutine[Any, Any, T], *, plain: bool = False) -> T:
    """Run on uvloop, or on asyncio's own loop when `plain`."""
    factory: Any = asyncio.new_event_loop
    if not plain and sys.platform != "win32":
        import uvloop

        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(main)


def get(path: str = "/", *fields: str, version: str = "1.1") -> bytes:
    lines = [f"GET {path} HTTP/{version}", "Host: a.example", *fields, "", ""]
    return "\r\n".join(lines).encode("latin-1")


def post(path: str, body: bytes, *fields: str) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: a.example", f"Content-Length: {len(body)}", *fields]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


CLOSE = "Connection: close"
