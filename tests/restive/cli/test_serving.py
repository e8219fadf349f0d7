"""`restive run` and `restive dev` as processes."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.restive.cli.conftest import Shell

APP = """
import os
from restive import App

app = App()


@app.get("/pid")
async def pid() -> int:
    return os.getpid()


@app.get("/says")
async def says() -> str:
    return "one"


@app.get("/fails")
async def fails() -> str:
    raise KeyError("the reason")


@app.get("/slow")
async def slow() -> str:
    import asyncio
    print("slow began", flush=True)
    await asyncio.sleep(60)
    return "slow"
"""


class Serving:
    """A command that serves; what it writes goes into a file."""

    def __init__(self, shell: Shell, *words: str) -> None:
        self._log = shell.folder / "log.txt"
        with self._log.open("wb") as log:
            self.popen: subprocess.Popen[bytes] = subprocess.Popen(  # type: ignore[call-overload]
                [sys.executable, "-m", "restive", *words],
                stdout=log,
                stderr=log,
                start_new_session=True,
                **shell.options(),
            )
        self.port = int(self.says(r"http://127\.0\.0\.1:(\d+)")[1])

    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def says(self, pattern: str) -> re.Match[str]:
        """Wait until the log holds it."""
        wait_for(lambda: re.search(pattern, self.log()), self.log)
        found = re.search(pattern, self.log())
        assert found is not None
        return found

    def get(self, path: str) -> str:
        url = f"http://127.0.0.1:{self.port}{path}"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            return str(error.read().decode())

    def end(self, number: int) -> int:
        """The status after that signal."""
        self.popen.send_signal(number)
        return self.popen.wait(10)


@contextmanager
def serving(shell: Shell, *words: str) -> Iterator[Serving]:
    made = Serving.__new__(Serving)
    try:
        made.__init__(shell, *words)  # type: ignore[misc]
        yield made
    finally:
        with suppress(ProcessLookupError):  # the whole session, which a failed test may leave
            os.killpg(made.popen.pid, signal.SIGKILL)
        made.popen.wait()


def wait_for(condition: Callable[[], object], why: Callable[[], str], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, why()
        time.sleep(0.02)


def is_free(port: int) -> bool:
    """Whether another server could listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen()
        except OSError:
            return False
        return True


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie has ended, too; whoever adopted it may be slow to notice.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.fixture(autouse=True)
def _app(shell: Shell) -> None:
    shell.write("main.py", APP)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_run_serves(shell: Shell, workers: str) -> None:
    with serving(shell, "run", "--port", "0", "--workers", workers) as server:
        if workers != "1":
            server.says("Worker .* is ready")
        assert server.get("/says") == '"one"'
        assert "the reason" not in server.get("/fails")
        assert server.end(signal.SIGTERM) == 0
        assert is_free(server.port)


@pytest.mark.parametrize("command", ["run", "dev"])
def test_a_taken_port_ends_it_at_once(shell: Shell, command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = shell.run(command, "--port", port)
    assert done.returncode == 1
    assert f"Port {port} of 127.0.0.1 is taken by another process. Stop it, or" in done.stderr
    assert "Traceback" not in done.stderr


def test_dev_reloads_what_changes(shell: Shell) -> None:
    shell.write("tools/late.py", "")
    with serving(shell, "dev", "--port", "0") as server:
        assert server.get("/says") == '"one"'
        assert "the reason" in server.get("/fails")
        first = server.get("/pid")
        shell.write("main.py", APP.replace('"one"', '"another"'))
        server.says(r"main\.py changed: reloading")
        wait_for(lambda: not runs(int(first)), server.log)
        # A request in between waits for the next process.
        assert server.get("/says") == '"another"'
        shell.write("notes.txt", "not Python")
        second = server.get("/pid")
        shell.write("tools/late.py", "LATE = True")
        server.says(r"tools/late\.py changed: reloading")
        wait_for(lambda: not runs(int(second)), server.log)
        assert server.get("/says") == '"another"'
        assert "notes.txt" not in server.log()


def test_dev_outlives_an_app_that_is_broken(shell: Shell) -> None:
    with serving(shell, "dev", "--port", "0") as server:
        server.get("/pid")
        shell.write("main.py", APP.replace("-> int", ""))
        server.says(
            r"(?s)the app cannot be built: 1 mistake.*main:pid.*\n"
            r"The server ended with status 1\. Waiting for a file to change; Ctrl-C ends it\."
        )
        time.sleep(0.5)
        assert server.log().count("Waiting for a file") == 1
        shell.write("main.py", "import nothing_of_that_name\n" + APP)
        server.says(r"(?s)No module named 'nothing_of_that_name'.*Waiting for a file")
        shell.write("main.py", APP)
        assert server.get("/says") == '"one"'
        assert server.end(signal.SIGINT) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_of_dev(shell: Shell, number: int) -> None:
    with serving(shell, "dev", "--port", "0") as server:
        pid = int(server.get("/pid"))
        status = server.end(number)
        assert status == (-signal.SIGKILL if number == signal.SIGKILL else 0)
        wait_for(lambda: not runs(pid), server.log)
        assert is_free(server.port)
        assert "Traceback" not in server.log()


def test_a_second_signal_ends_dev_at_once(shell: Shell) -> None:
    with serving(shell, "dev", "--port", "0") as server:
        pid = int(server.get("/pid"))
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            client.sendall(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
            server.says("slow began")
            began = time.monotonic()
            server.popen.send_signal(signal.SIGINT)
            server.says("Stopping")
            assert server.end(signal.SIGINT) == 0
            assert time.monotonic() - began < 2
        assert not runs(pid)
        assert is_free(server.port)
