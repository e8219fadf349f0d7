"""The load generator: HTTP/1.1 over asyncio, two ways.

Closed loop: each connection sends its next request when the last one is answered. That is right for
cost (CPU per request), and wrong for latency: a slow server is asked less.

Constant rate: each request has a time at which it is meant to be sent, and its latency counts from
then, whether or not a connection was free: a server that stalls pays for all that had to wait.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

REQUEST_SECONDS = 30


@dataclass
class Result:
    """What came back.

    statuses: how many answers of each status; 0 counts requests without an answer.
    latencies: seconds, one for each request; for closed loops from the actual send time.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)

    @property
    def sent(self) -> int:
        return self.statuses.total()

    @property
    def failed(self) -> int:
        """The number of requests that got no answer, or a server's failure."""
        return sum(count for status, count in self.statuses.items() if not 0 < status < 500)

    def percentile(self, share: float) -> float:
        """Return the latency that `share` (0 to 1) of the requests did not exceed, in seconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def closed_loop(url: str, requests: Sequence[bytes], connections: int = 8) -> Result:
    """Send each of `requests` once, over `connections` at a time; return when all are answered."""
    return asyncio.run(_closed_loop(url, deque(requests), connections))


def constant_rate(
    url: str, requests: Sequence[bytes], rate: float, connections: int = 64
) -> Result:
    """Send each of `requests` at its time, `rate` a second; return when all are answered.

    connections: how many requests may be under way at once; the waiting of others counts.
    """
    return asyncio.run(_constant_rate(url, requests, rate, connections))


async def _closed_loop(url: str, queue: deque[bytes], connections: int) -> Result:
    result = Result()

    async def work() -> None:
        async with Connection(url) as connection:
            while queue:
                request = queue.popleft()
                begun = time.perf_counter()
                result.statuses[await connection.ask(request)] += 1
                result.latencies.append(time.perf_counter() - begun)

    await asyncio.gather(*(work() for _ in range(connections)))
    return result


async def _constant_rate(
    url: str, requests: Iterable[bytes], rate: float, connections: int
) -> Result:
    result = Result()
    idle = [Connection(url) for _ in range(connections)]
    free = asyncio.Semaphore(connections)

    async def send(request: bytes, intended: float) -> None:
        async with free:
            connection = idle.pop()
            try:
                result.statuses[await connection.ask(request)] += 1
            finally:
                idle.append(connection)
        result.latencies.append(time.perf_counter() - intended)

    begun = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for number, request in enumerate(requests):
            intended = begun + number / rate
            await asyncio.sleep(max(0.0, intended - time.perf_counter()))
            tasks.create_task(send(request, intended))
    for connection in idle:
        await connection.close()
    return result


class Connection:
    """One keep-alive connection, opened when it is needed and again when the server closed it."""

    def __init__(self, url: str) -> None:
        where = urlsplit(url)
        self._address = (str(where.hostname), int(where.port or 80))
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def __aenter__(self) -> "Connection":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def ask(self, request: bytes) -> int:
        """Send `request`, read its answer to the end, and return its status; 0 if there is none."""
        reused = self._writer is not None
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                return await self._exchange(request)
        except (OSError, asyncio.IncompleteReadError, ValueError) as error:
            await self.close()
            if reused and isinstance(error, ConnectionError | asyncio.IncompleteReadError):
                # The server closed an idle connection while the request was on its way: it goes
                # out once more, on a new one (RFC 9112, 9.3.1).
                return await self.ask(request)
            return 0

    async def _exchange(self, request: bytes) -> int:
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(*self._address)
        self._writer.write(request)
        status, length, chunked, closes = _parse(await self._reader.readuntil(b"\r\n\r\n"))
        if chunked:
            await _skip_chunks(self._reader)
        elif length is not None:
            await self._reader.readexactly(length)
        elif status not in (204, 304):
            await self._reader.read()
            closes = True
        if closes:
            await self.close()
        return status

    async def close(self) -> None:
        """Close the connection, if it is open."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


async def _skip_chunks(reader: asyncio.StreamReader) -> None:
    while size := int((await reader.readline()).split(b";")[0], 16):
        await reader.readexactly(size + 2)
    while (await reader.readline()).strip():
        pass  # trailers


def _parse(head: bytes) -> tuple[int, int | None, bool, bool]:
    """Return status, length (None: unknown), whether the body is in chunks, whether it closes."""
    lines = head.split(b"\r\n")
    fields = {
        name.lower(): value.strip().lower()
        for name, _, value in (line.partition(b":") for line in lines[1:])
    }
    length = fields.get(b"content-length")
    chunked = b"chunked" in fields.get(b"transfer-encoding", b"")
    closes = fields.get(b"connection") == b"close" or lines[0].startswith(b"HTTP/1.0")
    return int(lines[0].split()[1]), None if length is None else int(length), chunked, closes
