"""All ways to reach an app, each with Lint between the wire and the app."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

from restive.testing.inprocess import Answer as Sent
from restive.testing.inprocess import AnswerCut, InProcess
from restive.testing.lint import Lint
from restive.wires.asgi import ASGI
from restive.wires.target import target_of
from tests.restive.app.driver import Answer, Asgi, Client, Cut, Loop, Native, Wire


class Linted:
    """An app with Lint before it; serve it like the app itself."""

    def __init__(self, app: Any) -> None:
        self.target = self.lint = Lint(target_of(app))
        self._asgi = ASGI(self.target)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._asgi(scope, receive, send)


class TestKit:
    """What the test client stands on, without httpx2, which corrects what it is given to send."""

    def __init__(self, app: Any, loop: Loop) -> None:
        self._server = InProcess(app)
        self._loop = loop

    def start(self) -> None:
        self._loop.run(self._server.start())

    def stop(self) -> None:
        self._loop.run(self._server.stop())

    def send(self, method: str, path: str, fields: list[tuple[str, str]], body: bytes) -> Answer:
        answer: Answer = self._loop.run(self._send(method, path, fields, body))
        return answer

    async def _send(
        self, method: str, path: str, fields: list[tuple[str, str]], body: bytes
    ) -> Answer:
        try:
            sent = await self._server.call(scope_of(method, path, fields, body), _one(body))
            chunks = [chunk async for chunk in sent]
        except AnswerCut as error:
            raise Cut from error
        return Answer(
            sent.status, [(n.decode(), v.decode()) for n, v in sent.fields], b"".join(chunks)
        )

    def leave(self, path: str, when: threading.Event) -> None:
        scope = scope_of("GET", path, [], b"")

        async def leave() -> None:
            answer = Sent(self._server, scope, _one(b""))
            begun = loop.create_task(answer.begin())
            await loop.run_in_executor(None, when.wait, 5)
            begun.cancel()
            await answer.aclose()

        loop = self._loop.loop
        self._loop.run(leave())


def scope_of(
    method: str, path: str, fields: list[tuple[str, str]], body: bytes = b"", **others: Any
) -> dict[str, Any]:
    """The request as an ASGI server describes it."""
    raw, _, query = path.partition("?")
    pairs = list(fields)
    if not any(name.lower() == "host" for name, _ in pairs):
        pairs.insert(0, ("host", "127.0.0.1"))
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
    return {**scope, **others}


async def _one(body: bytes) -> AsyncIterator[bytes]:
    yield body


WIRES: Mapping[str, Callable[[Any, Loop], Wire]] = {
    "native": Native,
    "asgi": Asgi,
    "inprocess": TestKit,
}


@contextmanager
def serving(app: Any, wire: str, loop: Loop) -> Iterator[Client]:
    """A started app, `App` or other target; at the end Lint says what was not right."""
    linted = Linted(app)
    made = WIRES[wire](linted, loop)
    made.start()
    try:
        yield Client(made, wire)
    finally:
        made.stop()
        linted.lint.check()
