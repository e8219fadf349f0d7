"""The ASGI wire under real servers, each a process of its own."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

APP = "tests.restive.asgi.served:app"
ROOT = Path(__file__).resolve().parents[3]
COMMANDS = {
    "uvicorn": ["uvicorn", APP, "--port={port}", "--log-level=warning"],
    "uvicorn --lifespan=off": ["uvicorn", APP, "--port={port}", "--lifespan=off"],
    "uvicorn --http=h11": ["uvicorn", APP, "--port={port}", "--http=h11", "--loop=asyncio"],
    "granian": ["granian", "--interface=asgi", "--port={port}", APP],
    "hypercorn": ["hypercorn", "--bind=127.0.0.1:{port}", APP],
}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def started(command: list[str], port: int, **environment: str) -> subprocess.Popen[str]:
    program = Path(sys.executable).parent / command[0]
    if not program.exists():
        pytest.skip(f"{command[0]} is not installed")
    paths = [str(ROOT), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
    return subprocess.Popen(
        [str(program), *(part.format(port=port) for part in command[1:])],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


class Server:
    """A started server. raw: everything that comes back for these bytes."""

    def __init__(self, port: int) -> None:
        self.port = port

    def raw(self, data: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(data)
            received = b""
            while part := connection.recv(65_536):
                received += part
            return received

    def get(self, path: str) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().read().decode()
        finally:
            connection.close()


@pytest.fixture(scope="module", params=COMMANDS)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    port = free_port()
    process = started(COMMANDS[request.param], port)
    try:
        deadline = time.monotonic() + 20
        while process.poll() is None and time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.05)
        else:
            process.kill()
            pytest.fail(process.communicate()[0])
        served = Server(port)
        yield served
        assert served.get("/violations") == ""
    finally:
        process.terminate()
        process.communicate(timeout=20)


def request(path: str, *fields: str, method: str = "GET", body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: a", *fields]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


CLOSE = "Connection: close"


@pytest.mark.parametrize("path", ["/in_place", "/awaited"])
def test_no_variable_reaches_a_later_request(server: Server, path: str) -> None:
    # Pipelined, and with bodies for which servers pause and resume reading: both start a request
    # out of the one before.
    large = b"x" * 200_000
    received = server.raw(
        request(f"{path}?1", method="POST", body=large)
        + request(f"{path}?2")
        + request(f"{path}?3", method="POST", body=large)
        + request(f"{path}?4", CLOSE)
    )
    assert received.count(b"unset") == 4
    assert [received.count(f"unset {size}".encode()) for size in (200_000, 0)] == [2, 2]


def test_a_stream(server: Server) -> None:
    assert server.get("/stream") == "chunk " * 3


def test_a_stream_that_fails_does_not_end_cleanly(server: Server) -> None:
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        server.get("/broken")


def test_head(server: Server) -> None:
    head, _, body = server.raw(request("/events", CLOSE, method="HEAD")).partition(b"\r\n\r\n")
    assert b"200" in head.split(b"\r\n")[0]
    assert b"content-length: " in head.lower()
    assert body == b""


def test_a_body_that_is_too_long(server: Server) -> None:
    received = server.raw(request("/", CLOSE, method="POST", body=b"x" * 5_000))
    assert b" 413 " in received.split(b"\r\n")[0]


def test_a_chunked_body(server: Server) -> None:
    data = request("/in_place", CLOSE, "Transfer-Encoding: chunked", method="POST")
    assert b"unset 3" in server.raw(data + b"3\r\nabc\r\n0\r\n\r\n")


def test_a_websocket_is_refused(server: Server) -> None:
    fields = ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"]
    data = request("/", *fields, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(data)
        assert b" 101 " not in connection.recv(65_536).split(b"\r\n")[0]


def test_a_client_that_leaves_cancels_its_handler(server: Server) -> None:
    before = server.get("/events").count("CancelledError")
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(request("/wait"))
        time.sleep(0.2)
    for _ in range(100):
        if server.get("/events").count("CancelledError") > before:
            return
        time.sleep(0.02)
    pytest.fail(server.get("/events"))


def test_uvicorn_says_why_the_app_did_not_start() -> None:
    process = started(COMMANDS["uvicorn"], free_port(), FAIL="1")
    output, _ = process.communicate(timeout=20)
    assert process.returncode == 3
    assert "ValueError: no database" in output
