"""Starting an app's commands and server, watching them, and ending all that they started."""

import contextlib
import ctypes
import fcntl
import http.client
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from guide.environments import Environment
from guide.errors import AppFailed, PortTaken
from guide.manifest import App

HOST = "127.0.0.1"
PREPARE_SECONDS = 120
START_SECONDS = 30
STOP_SECONDS = 10
_LAST_LINES = 3
_LIBC = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def claim_port(port: int) -> None:
    """Raise PortTaken when another process listens on `port` of the loopback address."""
    if not 0 < port < 65_536:
        raise PortTaken(f"port {port} is none: ports are 1 to 65535.")
    with socket.socket() as probe:
        # As servers do: without it a port is refused for a minute after its last connection.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise PortTaken(
                f"port {port} of {HOST} cannot be used ({error.strerror}). End the process that "
                "holds it, or give another one with --port."
            ) from error


@dataclass(frozen=True)
class Place:
    """Where one run of an app keeps its things.

    folder: exists and is the run's own; covers, database and logs go there.
    """

    folder: Path
    database_url: str
    secret_key: str

    @classmethod
    def make(cls, folder: Path, database_url: str) -> Self:
        """Make the folders of a run and a key of its own."""
        (folder / "media").mkdir(parents=True, exist_ok=True)
        return cls(folder, database_url, secrets.token_hex(32))

    def variables(self, environment: Environment) -> dict[str, str]:
        """Return the process environment for the app: what RULES.md names and little else."""
        kept = {name: os.environ[name] for name in ("LANG", "TMPDIR") if name in os.environ}
        return kept | {
            "PATH": f"{environment.bin}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "HOME": str(self.folder),
            "PYTHONUNBUFFERED": "1",
            "DATABASE_URL": self.database_url,
            "SECRET_KEY": self.secret_key,
            "MEDIA_DIR": str(self.folder / "media"),
        }


@contextlib.contextmanager
def claim_folder(folder: Path) -> Iterator[None]:
    """Make `folder` anew for the body, which alone uses it.

    Raises AppFailed when another run does.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AppFailed(
                f"{folder.name}: another run of the guide has its app running. End that one first."
            ) from error
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        yield


def prepare(app: App, environment: Environment, place: Place, data: Path) -> None:
    """Create the app's tables and load `data`.

    Raises AppFailed when a command fails or takes more than PREPARE_SECONDS.
    """
    log = place.folder / "prepare.log"
    for command in app.prepare:
        filled = environment.command([word.replace("{data}", str(data)) for word in command])
        with log.open("ab") as output:
            process = _start(filled, app.folder, place.variables(environment), output.fileno())
            try:
                status = process.wait(PREPARE_SECONDS)
            except subprocess.TimeoutExpired as error:
                raise AppFailed(
                    f"{app.key}: `{' '.join(command)}` took more than {PREPARE_SECONDS} s."
                ) from error
            finally:
                _end(process)
        if status != 0:
            raise AppFailed(
                f"{app.key}: `{' '.join(command)}` failed with status {status}: "
                f"{_tail(log)} (log: {log})"
            )


class Server:
    """An app's server process. A context manager: on leaving, everything it started is ended."""

    def __init__(
        self, app: App, environment: Environment, place: Place, port: int, workers: int = 2
    ) -> None:
        self.app = app
        self.port = port
        self._environment = environment
        self._place = place
        self._log = place.folder / "server.log"
        words = {"{host}": HOST, "{port}": str(port), "{workers}": str(workers)}
        self._command = environment.command([_fill(word, words) for word in app.serve])

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def pid(self) -> int:
        """The id of the server's first process."""
        return self._process.pid

    def __enter__(self) -> Self:
        claim_port(self.port)
        with self._log.open("ab") as output:
            variables = self._place.variables(self._environment)
            self._process = _start(self._command, self.app.folder, variables, output.fileno())
        try:
            self._wait_until_ready()
        except BaseException:
            _end(self._process)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        _end(self._process)

    def exit_status(self, seconds: float = 1) -> int | None:
        """Return the status with which the server's process ended, or None if it runs on.

        seconds: how long to wait for it: a socket closes before its process is gone.
        """
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def wait(self) -> int:
        """Wait until the server's process ends by itself; return its status."""
        return self._process.wait()

    def answers(self, seconds: float = 5) -> bool:
        """Return whether the app answers `GET /health` with 200 within `seconds`."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=seconds)
        try:
            connection.request("GET", "/health")
            response = connection.getresponse()
            response.read(1024)  # to the end: else the server meets a reset connection
        except (OSError, http.client.HTTPException):
            return False
        else:
            return response.status == 200
        finally:
            connection.close()

    def last_words(self) -> str:
        """Return the last lines of the server's log, as one line."""
        return _tail(self._log)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            # An answer is not enough: it may be another process's that has taken the port.
            if self.answers(2) and self.exit_status(0) is None:
                return
            if (status := self.exit_status(0.01)) is not None:
                raise AppFailed(
                    f"{self.app.key}: the server ended with status {status} before it answered: "
                    f"{self.last_words()} (log: {self._log})"
                )
        raise AppFailed(
            f"{self.app.key}: GET /health was not answered with 200 within {START_SECONDS} s: "
            f"{self.last_words()} (log: {self._log})"
        )


def _fill(word: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        word = word.replace(name, value)
    return word


def _start(
    command: Sequence[str], folder: Path, variables: Mapping[str, str], output: int
) -> subprocess.Popen[bytes]:
    # A session of its own: workers are ended with their parent, and Ctrl-C reaches the guide alone.
    return subprocess.Popen(
        command,
        cwd=folder,
        env=dict(variables),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
        preexec_fn=_end_with_parent,  # noqa: PLW1509 - the guide has no other thread at that point
    )


def _end_with_parent() -> None:
    """Have Linux ask this process to end when the guide is gone, even by SIGKILL (prctl(2))."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End `process` and its group: asked first, forced after STOP_SECONDS."""
    for stop in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, stop)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
            if not _group_lives(process.pid):
                return


def _group_lives(group: int) -> bool:
    """Return whether a member of the process group is still there after STOP_SECONDS."""
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except (ProcessLookupError, PermissionError):
            return False
        time.sleep(0.02)
    return True


def _tail(log: Path) -> str:
    text = log.read_text(encoding="utf-8", errors="replace")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " | ".join(lines[-_LAST_LINES:]) or "it printed nothing"
