"""Bytes on a socket, for what no HTTP library would send."""

import contextlib
import http.client
import io
import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from guide.suite.check import Unmet


@dataclass(frozen=True)
class Answer:
    """An answer as it was read. `status` 0: the connection was closed without one."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def __str__(self) -> str:
        if not self.status:
            return "nothing (the connection was closed)"
        start = self.body[:120].decode("utf-8", "replace").replace("\n", " ")
        return f"{self.status} {start}".strip()


CLOSED = Answer(0, http.client.HTTPMessage(), b"")


class _Stream:
    """What http.client wants of a socket, over a file that holds several answers."""

    def __init__(self, file: io.BufferedReader) -> None:
        self._file = file

    def makefile(self, _: str) -> io.BufferedReader:
        # Kept open by a second reference: an answer closes its file when it was read.
        return _Unclosed(self._file)  # type: ignore[return-value]


class _Unclosed:
    def __init__(self, file: io.BufferedReader) -> None:
        self.read, self.readline, self.readinto = file.read, file.readline, file.readinto
        self.flush = file.flush
        self.closed = False

    def close(self) -> None:
        self.closed = True


def exchange(
    url: str, data: bytes, *, method: str = "GET", close: bool = False, seconds: float = 10
) -> Answer:
    """Send `data` on a connection of its own and return the first answer.

    method: how the answer is read (one to HEAD has no body).
    close: end our side of the connection after sending.
    seconds: for the whole exchange's each step; Unmet is raised when nothing comes in that time.
    """
    return converse(url, [data], [method], close=close, seconds=seconds)[0]


def converse(
    url: str,
    parts: Iterable[bytes],
    methods: Iterable[str],
    *,
    close: bool = False,
    seconds: float = 10,
) -> list[Answer]:
    """Send `parts` on one connection, then read one answer for each of `methods`."""
    where = urlsplit(url)
    try:
        with (
            socket.create_connection((where.hostname, where.port), timeout=seconds) as connection,
            connection.makefile("rb") as file,
        ):
            _send(connection, parts, close)
            return [_read(file, method) for method in methods]
    except TimeoutError as error:
        raise Unmet(f"no answer within {seconds:g} s") from error


def _send(connection: socket.socket, parts: Iterable[bytes], close: bool) -> None:
    # A server may answer and close before it has read all; its answer is what counts.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        for part in parts:
            connection.sendall(part)
        if close:
            connection.shutdown(socket.SHUT_WR)


def _read(file: io.BufferedReader, method: str) -> Answer:
    response = http.client.HTTPResponse(_Stream(file), method=method)  # type: ignore[arg-type]
    try:
        response.begin()
        return Answer(response.status, response.headers, response.read())
    except (http.client.HTTPException, ConnectionError):
        return CLOSED


@contextlib.contextmanager
def held(url: str, data: bytes, count: int) -> Iterator[None]:
    """Hold `count` connections open, on each of which only `data` was sent."""
    where = urlsplit(url)
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            connection = socket.create_connection((where.hostname, where.port), timeout=10)
            stack.enter_context(connection)
            connection.sendall(data)
        yield
