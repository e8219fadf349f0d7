"""`restive dev`: a process that serves, started anew when a file changes."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from types import FrameType

import click
from watchfiles import PythonFilter, watch

from restive.server.sockets import BACKLOG, bind, describe
from restive.server.workers import start_worker

RESTART_TIME = 5.0  # seconds a process has to end
_LOOK = 200  # milliseconds between two looks at the process


def develop(name: str, host: str, port: int) -> None:
    """Serve `name` until SIGINT or SIGTERM; watch this folder for changes of Python files.

    A second signal kills the process. Raises ClickException when the port cannot be had.
    """
    served = Served(name, _listen(host, port))
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            served.kill()
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    folder = Path.cwd()
    click.echo(f"{name} on {served.url}  (docs: {served.url}/docs)")
    click.echo(f"Reloads when a Python file in {folder} changes. Ctrl-C ends it.")
    changed = watch(
        folder,
        watch_filter=PythonFilter(),
        stop_event=stop,
        rust_timeout=_LOOK,
        yield_on_timeout=True,
    )
    served.start()
    try:
        for changes in changed:
            if changes:
                paths = sorted({os.path.relpath(path, folder) for _, path in changes})
                click.echo(f"{', '.join(paths[:5])} changed: reloading")
                served.end()
                served.start()
            else:
                served.look()
    finally:
        served.end()


def _listen(host: str, port: int) -> socket.socket:
    """One socket for all processes: who connects while one is replaced is answered by the next."""
    try:
        listener = bind(host, port)
        listener.listen(BACKLOG)
    except OSError as error:
        raise click.ClickException(error.strerror or str(error)) from None
    return listener


class Served:
    """The process that serves. url: where it is reached."""

    def __init__(self, name: str, listener: socket.socket) -> None:
        self.url = describe(listener)
        self._name = name
        self._listener = listener
        self._address = listener.getsockname()[:2]
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = (
            None  # its end, ours by a crash, too, ends the process
        )

    def start(self) -> None:
        environment = {**os.environ, "RESTIVE_DEV": "1"}
        if sys.platform == "win32":  # a process cannot inherit the socket there
            self._listener.close()
            host, port = self._address
            words = ["run", self._name, "--host", host, "--port", str(port)]
            self._process = subprocess.Popen(
                [sys.executable, "-m", "restive", *words], env=environment
            )
        else:
            options = {"target": self._name, "access_log": False, "log_level": logging.INFO}
            self._process, self._channel = start_worker(
                self._listener, {**options, "path": sys.path}, environment
            )

    def look(self) -> None:
        """Notice, once, that the process has ended; it has said why."""
        if self._process is not None and (status := self._process.poll()) is not None:
            self.end()
            click.echo(
                f"The server ended with status {status}. "
                "Waiting for a file to change; Ctrl-C ends it."
            )

    def end(self) -> None:
        """SIGTERM, and SIGKILL for a process that does not end by it."""
        process = self._process
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(RESTART_TIME)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._process = None
        if self._channel is not None:
            self._channel.close()

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
