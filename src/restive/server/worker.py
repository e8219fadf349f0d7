"""One worker process, started by the supervisor.

Each worker is a fresh interpreter rather than a fork: a fork would take the supervisor's threads,
locks and random state along, could not pick up new code on a restart, and is not to be had
everywhere. What fork shares of memory, reference counts unshare soon.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
from typing import Any

from restive.server.access import AccessLog
from restive.server.run import STARTUP_FAILED, load_target, run_server, say_why
from restive.server.server import Server
from restive.wires.target import Target, target_of


def main(options: dict[str, Any]) -> int:
    """The exit status. options: target (`module:app`), listener and lifeline (file descriptors),
    access_log, log_level."""
    # Ctrl-C reaches the whole group, and the supervisor answers it with SIGTERM.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    listener = socket.socket(fileno=options["listener"])
    lifeline: int = options["lifeline"]
    for inherited in (listener.fileno(), lifeline):
        os.set_inheritable(inherited, False)
    try:
        target: Target = target_of(load_target(options["target"]))
    except Exception as error:
        _log_at(options["log_level"])
        say_why(error)
        return STARTUP_FAILED
    _log_at(options["log_level"])  # after the app, whose own settings rule
    if options["access_log"]:
        target = AccessLog(target)
    server = Server(target, sock=listener)

    def say_ready() -> None:
        os.write(lifeline, str(target.limits.stop_time).encode())

    return run_server(server, ready=say_ready, lifeline=lifeline)


def _log_at(level: int) -> None:
    logging.basicConfig(level=level, format="%(levelname)s %(name)s: %(message)s")
