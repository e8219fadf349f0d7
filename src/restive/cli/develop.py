"""`restive dev`: a process that serves, started anew when a file changes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import click

RESTART_TIME = 5.0  # seconds a process has to end


def develop(name: str, host: str, port: int) -> None:
    """Serve `name` until interrupted; watch this folder for changes of Python files."""
    from watchfiles import PythonFilter, watch  # noqa: PLC0415

    folder = Path.cwd()
    click.echo(f"{name} on http://{host}:{port}  (docs: http://{host}:{port}/docs)")
    click.echo(f"Reloads when a Python file in {folder} changes. Ctrl-C ends it.")
    process = _start(name, host, port)
    try:
        for changes in watch(folder, watch_filter=PythonFilter(), raise_interrupt=False):
            changed = sorted({os.path.relpath(path, folder) for _, path in changes})
            click.echo(f"{', '.join(changed[:5])} changed: reloading")
            _end(process)
            process = _start(name, host, port)
    finally:
        _end(process)


def _start(name: str, host: str, port: int) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", "restive", "run", name, "--host", host, "--port", str(port)]
    return subprocess.Popen(words, env={**os.environ, "RESTIVE_DEV": "1"})


def _end(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM, and SIGKILL for a process that does not end by it."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(RESTART_TIME)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
