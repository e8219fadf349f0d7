"""A server inside a running loop: listen, sweep, stop gracefully."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from typing import Any

from restive.server.native.connection import Connection
from restive.server.native.hub import Hub
from restive.server.sockets import BACKLOG, bind, describe
from restive.wires.target import Target, target_of

logger = logging.getLogger("restive.server")

_SWEEP = 1.0
_POLL = 0.01
_LAST_WORDS = 0.25  # seconds for peers to take their last answer, and for cancelled tasks to end


class Server:
    """Serves a target on one listening socket.

        server = Server(app, port=0)
        await server.start()
        ...
        await server.stop()

    sock: a bound socket to listen on instead of `host` and `port`, or a UNIX socket. uds: the path
    of a UNIX socket. tls: makes it `https`. sweep: seconds between two looks at the time limits.
    """

    def __init__(
        self,
        target: Target | Any,
        *,
        host: str = "127.0.0.1",
        port: int = 8000,
        uds: str | None = None,
        sock: socket.socket | None = None,
        tls: ssl.SSLContext | None = None,
        sweep: float = _SWEEP,
    ) -> None:
        self.target = target_of(target)
        self._host = host
        self._port = port
        self._uds = uds
        self._sock = sock
        self._tls = tls
        self._sweep = sweep
        self._hub: Hub | None = None
        self._listener: asyncio.Server | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def port(self) -> int:
        """The port, once started; 0 on a UNIX socket."""
        assert self._sock is not None, "the server is not started"  # noqa: S101
        name = self._sock.getsockname()
        return int(name[1]) if isinstance(name, tuple) else 0

    @property
    def url(self) -> str:
        """`http://127.0.0.1:8000` or `unix:/path`, once started."""
        assert self._sock is not None, "the server is not started"  # noqa: S101
        return describe(self._sock, "https" if self._tls else "http")

    async def start(self) -> None:
        """Enter the target's lifespan, then listen.

        Raises what the lifespan raises, and OSError for an address that cannot be had.
        """
        if self._sock is None:
            self._sock = bind(self._host, self._port, self._uds)
        await self.target.start()
        loop = asyncio.get_running_loop()
        hub = self._hub = Hub(self.target, loop, "https" if self._tls else "http")

        def connect() -> Connection:
            return Connection(hub)

        unix = self._sock.family == getattr(socket, "AF_UNIX", None)
        create: Any = loop.create_unix_server if unix else loop.create_server
        self._listener = await create(connect, sock=self._sock, backlog=BACKLOG, ssl=self._tls)
        self._timer = loop.call_later(self._sweep, self._tick)
        logger.info("Listening on %s", self.url)

    def _tick(self) -> None:
        hub = self._hub
        if hub is not None:
            self._timer = hub.loop.call_later(self._sweep, self._tick)
            hub.sweep()

    async def stop(self, grace: float | None = None) -> None:
        """Stop accepting, finish what is in flight, leave the lifespan.

        grace: seconds for requests in flight (default: `limits.stop_time`); after it they are
        cancelled and answered by 503. Idle connections are closed at once.
        """
        hub, listener = self._hub, self._listener
        if hub is None or listener is None:
            return
        hub.stopping = True
        # One turn of the loop for connections that wait to be accepted: closing would reset them.
        await asyncio.sleep(_POLL)
        listener.close()
        for connection in list(hub.connections):
            connection.stop()
        await self._drain(hub, hub.limits.stop_time if grace is None else grace)
        if _working(hub):
            logger.warning("Cancelling %d requests that are still running", len(hub.tasks))
            for connection in list(hub.connections):
                connection.cancel()
            for task in list(hub.tasks):
                task.cancel()
            await self._drain(hub, _LAST_WORDS)
        await asyncio.sleep(_LAST_WORDS if hub.connections else 0)
        for connection in list(hub.connections):
            connection.abort()
        if self._timer is not None:
            self._timer.cancel()
        self._hub = self._listener = None
        await self.target.stop()

    async def _drain(self, hub: Hub, seconds: float) -> None:
        end = hub.loop.time() + seconds
        while _working(hub) and hub.loop.time() < end:
            await asyncio.sleep(_POLL)


def _working(hub: Hub) -> bool:
    return bool(hub.tasks) or not all(connection.answered for connection in hub.connections)
