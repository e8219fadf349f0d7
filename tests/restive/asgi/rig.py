"""An ASGI server made of lists: it sends given messages and keeps those it gets."""

from __future__ import annotations

import asyncio
from typing import Any

from restive.wires.asgi import ASGI
from tests.restive.wires import scope_of

Message = dict[str, Any]


class Exchange:
    """One call of an application.

    incoming: messages for `receive`; after the last it waits for `left` and says that the client
    has left. fail_sends: `send` raises OSError from that message on (ASGI 2.4).
    """

    def __init__(self, *incoming: Message, fail_sends: int | None = None) -> None:
        self.incoming = list(incoming)
        self.sent: list[Message] = []
        self.left = asyncio.Event()
        self.received = 0
        self.fail_sends = fail_sends

    async def receive(self) -> Message:
        self.received += 1
        if self.incoming:
            return self.incoming.pop(0)
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if self.fail_sends is not None and len(self.sent) >= self.fail_sends:
            raise OSError("the client has left")
        self.sent.append(message)

    @property
    def status(self) -> int:
        status: int = self.sent[0]["status"]
        return status

    @property
    def body(self) -> bytes:
        return b"".join(message["body"] for message in self.sent[1:])

    @property
    def complete(self) -> bool:
        return len(self.sent) > 1 and not self.sent[-1].get("more_body", False)


def body(data: bytes = b"", *, more: bool = False) -> Message:
    return {"type": "http.request", "body": data, "more_body": more}


async def call(
    app: ASGI,
    path: str = "/",
    *incoming: Message,
    method: str = "GET",
    fields: list[tuple[str, str]] | None = None,
    **scope: Any,
) -> Exchange:
    """Call the app in a task of its own, as servers do."""
    exchange = Exchange(*incoming)
    described = scope_of(method, path, fields or [], **scope)
    await asyncio.create_task(app(described, exchange.receive, exchange.send))
    return exchange


async def lifespan(app: ASGI, *steps: str) -> list[Message]:
    """What the app sends for `startup` and `shutdown`."""
    exchange = Exchange(*({"type": f"lifespan.{step}"} for step in steps))
    await app({"type": "lifespan", "asgi": {"version": "3.0"}}, exchange.receive, exchange.send)
    return exchange.sent
