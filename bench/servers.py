"""The servers: how each is started, on one core, and ended with all that it started."""

import contextlib
import ctypes
import http.client
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bench.cases import CASES, Exchange
from bench.errors import BenchError, Missing
from guide import paths
from guide.environments import Environment
from guide.processes import HOST, free_port

CORE = 0
START_SECONDS = 20
STOP_SECONDS = 10
PYTHONPATH = f"{paths.REPOSITORY}{os.pathsep}{paths.REPOSITORY / 'src'}"
_LIBC = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


def _uvicorn(app: str) -> tuple[str, ...]:
    return (
        "uvicorn", f"bench.apps.{app}:app", "--host", HOST, "--port", "{port}", "--workers", "1",
        "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning",
    )  # fmt: skip


@dataclass(frozen=True)
class Program:
    """A server that can be started.

    command: its first word is a program of the environment, or of the system when `system` is set;
    `{port}` and `{folder}` are filled in. sample: it gives one answer a path, whatever is asked.
    """

    title: str
    command: Sequence[str]
    system: bool = False
    sample: bool = False


PROGRAMS: Mapping[str, Program] = {
    "restive": Program(
        "Restive, native wire",
        (
            "python", "-m", "restive", "run", "bench.apps.restive_app:app",
            "--host", HOST, "--port", "{port}", "--workers", "1",
        ),
    ),
    "restive-uvicorn": Program("Restive under uvicorn", _uvicorn("restive_app")),
    "nginx": Program(
        "nginx, `return`",
        ("nginx", "-p", "{folder}", "-e", "stderr", "-c", "{folder}/nginx.conf"),
        system=True,
        sample=True,
    ),
    "granian": Program(
        "Granian, raw RSGI",
        (
            "granian", "bench.apps.granian_app:app", "--interface", "rsgi", "--host", HOST,
            "--port", "{port}", "--workers", "1", "--loop", "uvloop", "--http", "1", "--no-ws",
            "--log-level", "warning",
        ),
    ),
    "uvicorn": Program("uvicorn, raw ASGI", _uvicorn("uvicorn_app")),
    "blacksheep": Program("BlackSheep on uvicorn", _uvicorn("blacksheep_app")),
    "fastapi": Program("FastAPI on uvicorn", _uvicorn("fastapi_app")),
}  # fmt: skip


def nginx_configuration(port: int) -> str:
    """Return what nginx is configured with: for each path, the answer to the first request."""
    places = [
        f"    location /{exchange.request.decode().split('/')[1].split(' ')[0]} "
        f"{{ return {exchange.status} '{exchange.body.decode()}'; }}"
        for case in CASES
        if "nginx" in case.servers
        for exchange in [case.make(0)]
    ]
    return "\n".join(
        [
            "worker_processes 1; daemon off; pid nginx.pid;",
            "events { worker_connections 2048; }",
            "http {",
            "  access_log off; default_type application/json; keepalive_requests 1000000000;",
            *(
                f"  {name}_temp_path {name};"
                for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
            ),
            f"  server {{ listen {HOST}:{port};",
            *dict.fromkeys(places),  # two cases may ask for one path
            "    location / { return 404; }",
            "  }",
            "}",
        ]
    )


class Server:
    """A running server. A context manager: on leaving, everything it started is ended."""

    def __init__(self, key: str, environment: Environment, folder: Path) -> None:
        """`folder` is the server's own and is made; its log goes there."""
        self.key = key
        self.program = PROGRAMS[key]
        self.port = free_port()
        self._environment = environment
        self._folder = folder
        self._log = folder / "server.log"

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def pid(self) -> int:
        """The id of the server's first process."""
        return self._process.pid

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        if self.key == "nginx":
            (self._folder / "nginx.conf").write_text(nginx_configuration(self.port))
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command(),
                cwd=self._folder,
                env=variables(self._environment, self._folder),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A session of its own: workers are ended with their parent.
                start_new_session=True,
                preexec_fn=_settle,  # noqa: PLW1509 - the bench has no other thread then
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def ask(self, exchange: Exchange) -> tuple[int, Mapping[str, str], bytes]:
        """Send the request as it is; return status, headers by small name, and body."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=5)
        try:
            connection.connect()
            connection.sock.sendall(exchange.request)
            response = http.client.HTTPResponse(connection.sock)
            response.begin()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise BenchError(f"{self.key}: no answer ({error!r}): {self.last_words()}") from error
        finally:
            connection.close()
        return response.status, {k.lower(): v for k, v in response.getheaders()}, body

    def last_words(self) -> str:
        """Return the last lines of the server's log, as one line."""
        lines = self._log.read_text(errors="replace").split("\n")
        return " | ".join([line.strip() for line in lines if line.strip()][-3:]) or "no output"

    def _command(self) -> list[str]:
        words = {"{port}": str(self.port), "{folder}": str(self._folder)}
        command = []
        for word in self.program.command:
            for name, value in words.items():
                word = word.replace(name, value)  # noqa: PLW2901
            command.append(word)
        if not self.program.system:
            return self._environment.command(command)
        if found := shutil.which(command[0], path=f"{os.environ['PATH']}:/usr/sbin"):
            return [found, *command[1:]]
        raise Missing(f"{command[0]} is not installed (Debian: apt-get install {command[0]}).")

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        hello = CASES[1].make(0)
        while time.monotonic() < deadline:
            with contextlib.suppress(BenchError):
                if self.ask(hello)[0] == 200:
                    return
            if self._process.poll() is not None:
                raise BenchError(f"{self.key}: the server ended: {self.last_words()}")
            time.sleep(0.05)
        raise BenchError(
            f"{self.key}: no answer within {START_SECONDS} s: {self.last_words()} ({self._log})"
        )

    def _end(self) -> None:
        """End the process and its group: asked first, forced after STOP_SECONDS."""
        for stop in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, stop)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
        # The second signal reaches workers that have outlived their master, and else nobody.


def variables(environment: Environment, folder: Path) -> dict[str, str]:
    """Return the process environment: the bench's programs first, the work tree's modules."""
    return {
        "PATH": f"{environment.bin}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "HOME": str(folder),
        "LANG": os.environ.get("LANG", "C.UTF-8"),
        "PYTHONPATH": PYTHONPATH,
    }


def _settle() -> None:
    """Stay on the servers' core, and end when the bench is gone, even by SIGKILL (prctl(2))."""
    os.sched_setaffinity(0, {CORE})
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
