"""What the real servers of test_servers.py serve: `module:app`."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextvars import ContextVar

from restive.http.request import Request
from restive.http.response import Response, Stream
from restive.testing.lint import Lint
from restive.wires.asgi import ASGI
from tests.restive.wire.rig import Rig, ok

VAR: ContextVar[str] = ContextVar("VAR", default="unset")


def in_place(request: Request) -> Response:
    seen = VAR.get()
    VAR.set(request.query_string.decode())
    return ok(f"{seen} {len(request.body)}")


async def awaited(request: Request) -> Response:
    answer = in_place(request)
    await asyncio.sleep(0.001)
    return answer


async def chunks() -> AsyncIterator[bytes]:
    for _ in range(3):
        await asyncio.sleep(0.001)
        yield b"chunk "


async def broken() -> AsyncIterator[bytes]:
    yield b"chunk "
    await asyncio.sleep(0.01)
    raise ValueError("half-way")


class Served(Rig):
    """events: what happened, for `/events`."""

    async def start(self) -> None:
        await asyncio.sleep(0)
        if "FAIL" in os.environ:
            raise ValueError("no database")
        await super().start()


async def wait(request: Request) -> Response:
    rig.events.append("waiting")
    request.finish = lambda error: rig.events.append(type(error).__name__)
    await asyncio.Event().wait()
    return ok()


def events(_: Request) -> Response:
    return ok(" ".join(rig.events))


def violations(_: Request) -> Response:
    return ok("; ".join(lint.violations))


rig: Served = Served(
    in_place=in_place,
    awaited=awaited,
    stream=lambda _: Stream(chunks()),
    broken=lambda _: Stream(broken()),
    wait=wait,
    events=events,
    violations=violations,
)
for name in ("/in_place", "/awaited"):
    rig.points[name].body_limit = 1_000_000
lint: Lint = Lint(rig)
app = ASGI(lint)
