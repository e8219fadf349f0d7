"""Starting, stopping, sockets, signals and workers."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from restive.config import Limits
from restive.errors import ConfigError
from restive.http.request import Request
from restive.http.response import Response
from restive.server import serve
from restive.server.run import load_target
from restive.server.server import Server
from restive.server.sockets import bind, bind_apart, describe
from tests.restive.wire.rig import (
    Rig,
    answers,
    client_of,
    exchange,
    get,
    ok,
    post,
    run,
    serving,
)

SRC = Path(__file__).resolve().parents[3]

# Stopping


def test_start_and_stop_enter_and_leave_the_lifespan() -> None:
    rig = Rig()

    async def main() -> None:
        async with serving(rig) as server:
            assert server.url == f"http://127.0.0.1:{server.port}"
            assert rig.events == ["start"]
            port = server.port
        assert rig.events == ["start", "stop"]
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)

    run(main())


@pytest.mark.parametrize("plain", [False, True], ids=["uvloop", "asyncio"])
def test_a_stop_lets_requests_finish_and_closes_idle_connections(plain: bool) -> None:
    async def slow(request: Request) -> Response:
        await asyncio.sleep(0.1)
        return ok("slow")

    async def main() -> tuple[bytes, bytes, float]:
        server = Server(Rig(slow=slow), port=0)
        await server.start()
        async with client_of(server) as busy, client_of(server) as idle:
            await idle.send(get("/"))
            await idle.answer()
            await busy.send(get("/slow") + get("/after"))
            await asyncio.sleep(0.03)
            began = time.perf_counter()
            received = asyncio.gather(busy.rest(), idle.rest())
            await server.stop()
            return *await received, time.perf_counter() - began

    busy, idle, seconds = run(main(), plain=plain)
    (answer,) = answers(busy)
    assert (answer.body, answer.get("connection")) == (b"slow", ["close"])
    assert idle == b""
    assert seconds < 1


def test_a_stop_cancels_what_takes_too_long() -> None:
    events: list[str] = []

    async def endless(request: Request) -> Response:
        request.finish = lambda error: events.append(type(error).__name__)
        await asyncio.sleep(60)
        return ok()

    rig = Rig(limits=Limits(stop_time=0.1), endless=endless)

    async def main() -> tuple[bytes, float]:
        server = Server(rig, port=0)
        await server.start()
        async with client_of(server) as client:
            await client.send(get("/endless"))
            await asyncio.sleep(0.05)
            began = time.perf_counter()
            received = asyncio.create_task(client.rest())
            await server.stop()
            return await received, time.perf_counter() - began

    received, seconds = run(main())
    assert answers(received)[0].status == 503
    assert events == ["CancelledError"]
    assert 0.1 <= seconds < 1
    assert rig.events == ["start", "stop"]


def test_a_stop_ends_requests_that_are_still_coming() -> None:
    async def main() -> bytes:
        server = Server(Rig(limits=Limits(stop_time=0.1)), port=0)
        await server.start()
        async with client_of(server) as client, client_of(server) as ending:
            await client.send(post("/", b"hello")[:-1])
            await ending.send(post("/", b"hello")[:-1])
            await asyncio.sleep(0.03)
            stopping = asyncio.create_task(server.stop())
            await asyncio.sleep(0.05)
            await ending.send(b"o")
            await stopping
            await client.rest()
            return await ending.rest()

    (answer,) = answers(run(main()))
    assert (answer.status, answer.get("connection")) == (200, ["close"])


def test_nothing_is_left_of_a_connection() -> None:
    async def slow(request: Request) -> Response:
        await asyncio.sleep(0)
        return ok()

    async def main() -> tuple[Any, Any]:
        async with serving(Rig(slow=slow)) as server:
            for data in (get("/"), get("/slow"), b"nonsense\r\n\r\n", b"GET", post("/", b"1" * 50)):
                async with client_of(server) as client:
                    await client.send(data)
                    await asyncio.sleep(0.01)
            await asyncio.sleep(0.05)
            hub = server._hub
            assert hub is not None
            return hub.connections, hub.tasks

    assert run(main()) == (set(), set())


# Sockets


def test_a_taken_port_is_said_plainly(caplog: pytest.LogCaptureFixture) -> None:
    with bind("127.0.0.1", 0) as taken:
        taken.listen()
        port = taken.getsockname()[1]
        for workers in (1, 2):
            assert serve("no.such:app", port=port, workers=workers) == 1
    said = f"Port {port} of 127.0.0.1 is taken by another process. Stop it, or choose another port."
    assert [record.message for record in caplog.records] == [said, said]


def test_a_port_shared_by_another_server_is_noticed() -> None:
    """SO_REUSEPORT alone would let two servers take turns."""
    first = bind_apart("127.0.0.1", 0, 2)
    first[1].listen()
    port = first[0].getsockname()[1]
    with pytest.raises(OSError, match="is taken by another process"):
        bind_apart("127.0.0.1", port, 2)
    for sock in first:
        sock.close()


@pytest.mark.parametrize(
    ("host", "message"),
    [
        ("no-such-host.invalid", "Host 'no-such-host.invalid' cannot be resolved"),
        ("192.0.2.1", "Address 192.0.2.1 is not one of this machine"),
    ],
)
def test_a_host_that_cannot_be_had(host: str, message: str) -> None:
    with pytest.raises(OSError, match=message):
        bind(host, 0)


def test_names_of_sockets() -> None:
    with bind("localhost", 0) as sock:
        assert describe(sock) == f"http://127.0.0.1:{sock.getsockname()[1]}"
    if socket.has_ipv6:
        try:
            with bind("::1", 0) as sock:
                assert describe(sock, "https") == f"https://[::1]:{sock.getsockname()[1]}"
        except OSError:
            pytest.skip("no IPv6 here")


def test_a_unix_socket(tmp_path: Path) -> None:
    path = str(tmp_path / "s")

    async def main() -> bytes:
        server = Server(Rig(), uds=path)
        await server.start()
        assert (server.url, server.port) == (f"unix:{path}", 0)
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(get("/", "Connection: close"))
        received = await reader.read()
        writer.close()
        with pytest.raises(OSError, match="is in use"):
            bind("", 0, path)
        await server.stop()
        return received

    assert answers(run(main()))[0].status == 200
    bind("", 0, path).close()  # nobody answers there any more


def test_a_file_is_no_socket_to_replace(tmp_path: Path) -> None:
    path = tmp_path / "s"
    path.write_text("precious")
    with pytest.raises(OSError, match="in use"):
        bind("", 0, str(path))
    assert path.read_text() == "precious"


# Names of apps


def test_names_of_apps() -> None:
    with pytest.raises(ConfigError, match=r"App 'main' is not `module:app`\. Write for example"):
        load_target("main")
    with pytest.raises(ConfigError, match=r"App 'json:nothing': module 'json' has no 'nothing'\."):
        load_target("json:nothing")
    with pytest.raises(ConfigError, match=r"App 'no_such.x:app': there is no module 'no_such' in"):
        load_target("no_such.x:app")


def test_several_workers_need_a_name() -> None:
    with pytest.raises(ConfigError, match=r"serve\(\) got Rig for several workers\. Each worker"):
        serve(Rig(), workers=2)


# Processes

APP = """
import asyncio, os, sys
sys.path.insert(0, {src!r})
from tests.restive.wire.rig import Rig, ok

def pid(request):
    return ok(str(os.getpid()))

async def slow(request):
    await asyncio.sleep(0.4)
    return ok("slow")

def block(request):
    import time
    time.sleep(30)

class Broken(Rig):
    async def start(self):
        raise RuntimeError("the database is away")

app = Rig(pid=pid, slow=slow, block=block)
broken = Broken()
def make():
    return app

def with_threads():
    import time
    from restive import App, Limits
    app = App(limits=Limits(stop_time=0.2), docs=None)

    @app.get("/pid")
    def pid() -> int:
        return os.getpid()

    @app.get("/stuck")
    def stuck() -> None:
        time.sleep(60)

    return app
"""

RUN = """
import json, logging, sys
logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
from restive.server import serve
sys.exit(serve(**json.loads(sys.argv[1])))
"""


class Process:
    """A serving process of its own."""

    def __init__(self, folder: Path, **options: Any) -> None:
        (folder / "main.py").write_text(APP.format(src=str(SRC)))
        with bind("127.0.0.1", 0) as sock:
            self.port = sock.getsockname()[1]
        self.log = folder / "log"
        arguments = json.dumps({"app": "main:app", "port": self.port, **options})
        self.popen = subprocess.Popen(
            [sys.executable, "-c", RUN, arguments],
            cwd=folder,
            stderr=self.log.open("wb"),
            env={**os.environ, "PYTHONPATH": str(SRC / "src")},
        )

    def get(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
            text: str = answer.read().decode()
            return text

    def up(self) -> None:
        def asked() -> bool:
            assert self.popen.poll() is None, self.said()
            with socket.socket() as probe:
                probe.settimeout(1)
                if probe.connect_ex(("127.0.0.1", self.port)):
                    return False
            return bool(self.get("/pid"))

        wait_for(asked)

    def said(self) -> str:
        return self.log.read_text()

    def end(self) -> int:
        return self.popen.wait(10)


@contextmanager
def process(folder: Path, **options: Any) -> Iterator[Process]:
    running = Process(folder, **options)
    try:
        yield running
    finally:
        if running.popen.poll() is None:
            running.popen.kill()
            running.popen.wait()


def wait_for(condition: Callable[[], Any], seconds: float = 10.0) -> Any:
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)
    return found


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_requests_finish(tmp_path: Path, workers: int, number: int) -> None:
    with process(tmp_path, workers=workers) as running:
        running.up()
        with socket.create_connection(("127.0.0.1", running.port)) as client:
            client.sendall(get("/slow"))
            time.sleep(0.1)
            running.popen.send_signal(number)
            (answer,) = answers(_all(client))
        assert running.end() == 0
    assert (answer.body, answer.get("connection")) == (b"slow", ["close"])
    assert "Traceback" not in running.said()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_second_signal_ends_at_once(tmp_path: Path, workers: int) -> None:
    with process(tmp_path, workers=workers) as running:
        running.up()
        with socket.create_connection(("127.0.0.1", running.port)) as client:
            client.sendall(get("/slow"))
            time.sleep(0.1)
            running.popen.terminate()
            time.sleep(0.1)
            began = time.monotonic()
            running.popen.terminate()
            running.end()
            assert time.monotonic() - began < 0.25


@pytest.mark.parametrize("workers", [1, 2])
def test_a_thread_that_never_ends_does_not_keep_the_process(tmp_path: Path, workers: int) -> None:
    with process(tmp_path, app="main:with_threads", workers=workers) as running:
        running.up()
        with socket.create_connection(("127.0.0.1", running.port)) as client:
            client.sendall(get("/stuck"))
            time.sleep(0.2)
            running.popen.terminate()
            began = time.monotonic()
            assert running.end() == 0
            assert time.monotonic() - began < 2
        assert "is still at work in its thread. The app stops without it" in running.said()


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(
    ("app", "message"),
    [
        ("main:broken", "RuntimeError: the database is away"),
        ("main:nothing", "App 'main:nothing': module 'main' has no 'nothing'."),
        ("nowhere:app", "App 'nowhere:app': there is no module 'nowhere'"),
    ],
)
def test_an_app_that_does_not_start(tmp_path: Path, app: str, message: str, workers: int) -> None:
    with process(tmp_path, app=app, workers=workers) as running:
        assert running.end() == 1
        assert running.said().count(message) == 1 + running.said().count("Traceback")


def test_a_function_may_make_the_app(tmp_path: Path) -> None:
    with process(tmp_path, app="main:make", access_log=True) as running:
        running.up()
        running.get("/pid?secret=1")
        wait_for(lambda: '127.0.0.1 "GET /pid" 200 ' in running.said())
        assert "secret" not in running.said()


def test_killed_workers_are_replaced_and_no_connection_is_refused(tmp_path: Path) -> None:
    with process(tmp_path, workers=2) as running:
        running.up()
        wait_for(lambda: len({running.get("/pid") for _ in range(20)}) == 2)
        before = {running.get("/pid") for _ in range(40)}
        killed = before.pop()
        os.kill(int(killed), signal.SIGKILL)
        # A connection to the dead worker's slot waits for its successor: none fails.
        after = {running.get("/pid") for _ in range(40)}
        assert killed not in after
        assert len(after) == 2
        assert before < after
        assert f"Worker {killed} was killed by SIGKILL" in running.said()


def test_workers_end_with_their_supervisor(tmp_path: Path) -> None:
    with process(tmp_path, workers=2) as running:
        running.up()
        wait_for(lambda: len({running.get("/pid") for _ in range(20)}) == 2)
        workers = {int(running.get("/pid")) for _ in range(40)}
        running.popen.kill()
        running.popen.wait()
        wait_for(lambda: not any(_runs(worker) for worker in workers))


def test_workers_on_one_unix_socket(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    with process(tmp_path, uds=path, workers=2) as running:
        wait_for(lambda: running.said().count("is ready") == 2)
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(path)
            client.sendall(get("/pid", "Connection: close"))
            assert answers(_all(client))[0].status == 200
        running.popen.terminate()
        assert running.end() == 0
    assert not os.path.exists(path)


def test_the_supervisor_does_not_load_the_app() -> None:
    code = (
        "import sys, restive.server, restive.server.workers; "
        "print([m for m in ('asyncio', 'uvloop', 'httptools', 'restive.app') if m in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(SRC / "src")},
    )
    assert found.stdout == "[]\n"


def _all(client: socket.socket) -> bytes:
    client.settimeout(5)
    data = b""
    while piece := client.recv(65_536):
        data += piece
    return data


def _runs(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rsplit(")", 1)[1].split()[0] != "Z"


def test_an_access_log_sees_every_kind_of_answer(caplog: pytest.LogCaptureFixture) -> None:
    from restive.server.access import AccessLog

    async def slow(request: Request) -> Response:
        await asyncio.sleep(0)
        return ok()

    rig = Rig(slow=slow)
    rig.points["/none"] = rig.fallback
    caplog.set_level(logging.INFO, "restive.access")

    async def main() -> None:
        async with serving(AccessLog(rig)) as server:
            await exchange(server, get("/a") + get("/slow", "Connection: close"))
            await exchange(server, b"nonsense\r\n\r\n")

    run(main())
    lines = [r.message.rsplit(" ", 2)[0] for r in caplog.records if r.name == "restive.access"]
    assert lines[:2] == ['127.0.0.1 "GET /a" 200', '127.0.0.1 "GET /slow" 200']
    assert caplog.records[-1].message == "- - 400 -"
