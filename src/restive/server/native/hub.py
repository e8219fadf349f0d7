"""What the connections of one server share, and the sweep that keeps their time limits."""

from __future__ import annotations

import asyncio
import contextvars
from email.utils import formatdate
from typing import Any, Protocol

from restive.http.request import Request
from restive.http.response import Prepared, Response
from restive.server.native.answer import Outgoing, is_plain
from restive.wires.target import Target

_MOST_PLAIN = 1024


class Swept(Protocol):
    """A connection, as far as the hub knows it."""

    @property
    def answered(self) -> bool:
        """Nothing more will be sent, and everything has left."""

    def check(self, now: float) -> None:
        """Close what is over its time. now: the loop's time in seconds."""

    def stop(self) -> None:
        """Close when idle; otherwise after the answer that is due."""

    def cancel(self) -> None:
        """End now, unless a task is at work: the server cancels that."""

    def abort(self) -> None:
        """End now, whatever is unsent."""


class Hub:
    """date: the Date field and the empty line after it, renewed by `sweep`. stopping: each answer
    is its connection's last. tasks: requests that wait, and their clean-up."""

    __slots__ = (
        "base",
        "connections",
        "date",
        "limits",
        "loop",
        "plain",
        "scheme",
        "stopping",
        "target",
        "tasks",
    )

    def __init__(
        self, target: Target, loop: asyncio.AbstractEventLoop, scheme: str = "http"
    ) -> None:
        """target: started, so that its limits are known."""
        self.target = target
        self.limits: Any = target.limits  # complete: no field is None
        self.loop = loop
        self.scheme = scheme
        self.base = contextvars.copy_context()
        self.connections: set[Swept] = set()
        self.tasks: set[asyncio.Task[None]] = set()
        self.plain: set[Prepared] = set()
        self.stopping = False
        self.date = _date()

    def sweep(self) -> None:
        """Once a second: renew the date and close connections that are over their time."""
        self.date = _date()
        now = self.loop.time()
        for connection in list(self.connections):
            connection.check(now)

    def compose(
        self, request: Request | None, response: Response, keep: bool
    ) -> tuple[bytes, bytes, bool]:
        """Head and body of an answer that is no stream, and whether the connection may go on.

        request: None where none could be read. keep: whether it may, as far as the wire knows.
        Raises ValueError for a Content-Length that is no number.
        """
        body = response.body
        prepared = response.prepare()
        asked = request is not None and request.method != "HEAD" and request.http_version == "1.1"
        if keep and asked and self._is_plain(prepared, response.prepared is not None):
            head = b"%bcontent-length: %d\r\n%b" % (prepared.lines, len(body), self.date)
            return head, body, True
        out = Outgoing(prepared, len(body), request, keep)
        return out.head(self.date), body if out.body else b"", out.keep

    def _is_plain(self, prepared: Prepared, lasting: bool) -> bool:
        """Is Content-Length all that it lacks? lasting: it was made at build, so that it is worth
        remembering in `plain`."""
        if prepared in self.plain:
            return True
        plain = is_plain(prepared)
        if plain and lasting and len(self.plain) < _MOST_PLAIN:
            self.plain.add(prepared)
        return plain


def _date() -> bytes:
    return b"date: " + formatdate(usegmt=True).encode() + b"\r\n\r\n"
