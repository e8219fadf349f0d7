"""Sends requests to an app over the native wire (a real socket) and over ASGI (in process)."""

import asyncio
import http.client
import json as jsonlib
import socket
import threading
from collections.abc import Awaitable, Mapping
from typing import Any, Protocol
from urllib.parse import unquote

import uvloop

from restive import App
from restive.server.server import Server

Fields = Mapping[str, str] | list[tuple[str, str]]


class Cut(Exception):
    """The connection ended before the answer did."""


class Headers(dict[str, str]):
    """Names in lower case; several of one name are joined by ", "."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        super().__init__()
        for name, value in pairs:
            key = name.lower()
            self[key] = f"{self[key]}, {value}" if key in self else value


class Answer:
    """status, headers, body."""

    def __init__(self, status: int, pairs: list[tuple[str, str]], body: bytes) -> None:
        self.status = status
        self.headers = Headers(pairs)
        self.body = body

    def json(self) -> Any:
        return jsonlib.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()

    def __repr__(self) -> str:
        return f"<{self.status} {self.body[:2000]!r}>"


class Wire(Protocol):
    """One way to reach an app that was started."""

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def send(self, method: str, path: str, fields: list[tuple[str, str]], body: bytes) -> Answer:
        """The whole answer; raises Cut."""

    def leave(self, path: str, when: threading.Event) -> None:
        """Send a GET, and leave without waiting for the answer when the event is set."""


class Client:
    """What tests use."""

    def __init__(self, wire: Wire, name: str) -> None:
        self._wire = wire
        self.name = name

    def request(
        self,
        method: str,
        path: str,
        *,
        headers: Fields = (),  # type: ignore[assignment]
        body: bytes = b"",
        json: Any = None,
    ) -> Answer:
        fields = list(headers.items()) if isinstance(headers, Mapping) else list(headers)
        if json is not None:
            body = jsonlib.dumps(json).encode()
            fields.append(("content-type", "application/json"))
        return self._wire.send(method, path, fields, body)

    def get(self, path: str, **options: Any) -> Answer:
        return self.request("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> Answer:
        return self.request("POST", path, json=json, **options)

    def leave(self, path: str, when: threading.Event) -> None:
        self._wire.leave(path, when)

    def stop(self) -> None:
        self._wire.stop()


class Loop:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self.loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, awaitable: Awaitable[Any]) -> Any:
        async def run() -> Any:
            return await awaitable

        return asyncio.run_coroutine_threadsafe(run(), self.loop).result(30)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(5)
        self.loop.close()


class Native:
    def __init__(self, app: App, loop: Loop) -> None:
        self._server = Server(app.target, port=0)
        self._loop = loop

    def start(self) -> None:
        self._loop.run(self._server.start())

    def stop(self) -> None:
        self._loop.run(self._server.stop())

    def send(self, method: str, path: str, fields: list[tuple[str, str]], body: bytes) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=20)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in fields:
                connection.putheader(name, value.encode("latin-1"))
            if body:
                connection.putheader("content-length", str(len(body)))
            connection.endheaders(body or None)
            answer = connection.getresponse()
            return Answer(answer.status, answer.getheaders(), answer.read())
        except (http.client.HTTPException, ConnectionError) as error:
            raise Cut from error
        finally:
            connection.close()

    def leave(self, path: str, when: threading.Event) -> None:
        with socket.create_connection(("127.0.0.1", self._server.port)) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            assert when.wait(5)
            # A reset, and not an orderly end, which would be a half-close.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


class Asgi:
    def __init__(self, app: App, loop: Loop) -> None:
        self._app = app
        self._loop = loop
        self._inbox: asyncio.Queue[dict[str, Any]] | None = None
        self._outbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._life: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._loop.run(self._start())

    async def _start(self) -> None:
        self._inbox = asyncio.Queue()
        self._outbox = asyncio.Queue()
        scope = {"type": "lifespan", "asgi": {"version": "3.0"}}
        self._life = asyncio.create_task(self._app(scope, self._inbox.get, self._outbox.put))
        await self._step("startup")

    async def _step(self, step: str) -> None:
        assert self._inbox is not None
        await self._inbox.put({"type": f"lifespan.{step}"})
        message = await self._outbox.get()
        if message["type"] != f"lifespan.{step}.complete":
            raise RuntimeError(message["message"])

    def stop(self) -> None:
        if self._life is not None:
            self._life = None
            self._loop.run(self._step("shutdown"))

    def send(self, method: str, path: str, fields: list[tuple[str, str]], body: bytes) -> Answer:
        answer: Answer = self._loop.run(self._send(method, path, fields, body, asyncio.Event()))
        return answer

    def leave(self, path: str, when: threading.Event) -> None:
        gone = asyncio.Event()
        sending = self._send("GET", path, [], b"", gone)
        done = asyncio.run_coroutine_threadsafe(sending, self._loop.loop)
        assert when.wait(5)
        self._loop.loop.call_soon_threadsafe(gone.set)
        with_cut = done.exception(10)
        assert isinstance(with_cut, Cut)

    async def _send(
        self,
        method: str,
        path: str,
        fields: list[tuple[str, str]],
        body: bytes,
        gone: asyncio.Event,
    ) -> Answer:
        raw, _, query = path.partition("?")
        pairs = [("host", "127.0.0.1"), *fields]
        if body:
            pairs.append(("content-length", str(len(body))))
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(raw),
            "raw_path": raw.encode("latin-1"),
            "root_path": "",
            "query_string": query.encode("latin-1"),
            "headers": [(n.lower().encode(), v.encode("latin-1")) for n, v in pairs],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 2),
        }
        messages = [{"type": "http.request", "body": body, "more_body": False}]
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if messages:
                return messages.pop()
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)
            await asyncio.sleep(0)

        try:
            # A task of its own, as servers have it.
            await asyncio.get_running_loop().create_task(self._app(scope, receive, send))
        except Exception as error:
            raise Cut from error
        if not sent or sent[-1].get("more_body") or sent[-1]["type"] != "http.response.body":
            raise Cut
        headers = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in sent[0]["headers"]]
        return Answer(sent[0]["status"], headers, b"".join(m["body"] for m in sent[1:]))
