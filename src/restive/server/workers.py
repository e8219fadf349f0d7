"""Several worker processes on one port, and the supervisor that replaces those that die.

Each slot has a listening socket of its own (SO_REUSEPORT), which the supervisor opens once and
every worker of the slot inherits: while a worker is replaced, its connections wait in the kernel
instead of being reset. The supervisor imports nothing of the app, so that what breaks workers
leaves it alone, and needs next to no memory.
"""

from __future__ import annotations

import contextlib
import json
import logging
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

logger = logging.getLogger("restive.server")

_CODE = (
    "import sys, json; options = json.loads(sys.argv[1]); sys.path[:] = options['path']; "
    "from restive.server.worker import main; sys.exit(main(options))"
)
_YOUNG = 1.0  # seconds; a worker that dies before them counts as one that cannot live
_FIRST_DELAY, _LAST_DELAY = 0.1, 10.0
_MOST_FAILURES = 6


def start_worker(
    listener: socket.socket, options: dict[str, Any], environment: dict[str, str] | None = None
) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """A process that runs `worker.main`, and our end of a channel whose end stops it.

    options: for `worker.main`, as JSON, and `path`, its `sys.path`. Not on Windows, which hands no
    sockets on.
    """
    ours, theirs = socket.socketpair()
    given = {**options, "listener": listener.fileno(), "lifeline": theirs.fileno()}
    process = subprocess.Popen(
        [sys.executable, "-c", _CODE, json.dumps(given)],
        pass_fds=(listener.fileno(), theirs.fileno()),
        env=environment,
    )
    theirs.close()
    ours.setblocking(False)
    return process, ours


class Slot:
    """One worker's place: its listening socket, its process, and when to start the next."""

    __slots__ = ("channel", "due", "failures", "listener", "process", "ready", "since", "stop_time")

    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        self.process: subprocess.Popen[bytes] | None = None
        self.channel: socket.socket | None = None  # its end tells each side that the other is gone
        self.ready = False
        self.since = 0.0
        self.failures = 0  # deaths in a row, each before it was ready or too young
        self.due = 0.0
        self.stop_time = 10.0


class Supervisor:
    """Keeps one worker alive for each of `listeners`.

    options: for `worker.main`, as JSON.
    """

    def __init__(self, listeners: list[socket.socket], options: dict[str, Any]) -> None:
        self._slots = [Slot(listener) for listener in listeners]
        self._options = {**options, "path": sys.path}
        self._selector = selectors.DefaultSelector()
        self._signals = 0  # that ask to stop
        self._lived = False  # a worker was ready once

    def run(self) -> int:
        """Until SIGINT or SIGTERM; a second one kills the workers. Returns the exit status."""
        with self._handling_signals():
            try:
                return self._supervise()
            finally:
                self._kill()
                self._selector.close()

    def _supervise(self) -> int:
        while not self._signals:
            now = time.monotonic()
            # One first, until it is ready: what is wrong with the app is then said once.
            for slot in self._slots if self._lived else self._slots[:1]:
                if slot.process is None and slot.due <= now:
                    self._start(slot)
            self._wait(self._next_due(now))
            if not all([self._look_after(slot) for slot in self._slots]):
                self._stop()
                return 1
        logger.info("Stopping")
        self._stop()
        return 0

    def _next_due(self, now: float) -> float | None:
        due = [slot.due - now for slot in self._slots if slot.process is None]
        return max(min(due), 0.0) if due and self._lived else None

    def _start(self, slot: Slot) -> None:
        slot.process, slot.channel = start_worker(slot.listener, self._options)
        slot.ready = False
        slot.since = time.monotonic()
        self._selector.register(slot.channel, selectors.EVENT_READ, slot)

    def _wait(self, seconds: float | None) -> None:
        for key, _ in self._selector.select(seconds):
            if key.data is None:
                with contextlib.suppress(BlockingIOError):
                    key.fileobj.recv(4096)  # type: ignore[union-attr]
            else:
                self._hear(key.data)

    def _hear(self, slot: Slot) -> None:
        """A worker says once that it is ready, and how long it may take to stop."""
        assert slot.channel is not None  # noqa: S101 - it is the one that was heard
        try:
            said = slot.channel.recv(64)
        except ConnectionError:
            said = b""
        if said:
            slot.ready = self._lived = True
            slot.stop_time = float(said)
            logger.info("Worker %s is ready", slot.process.pid if slot.process else "?")
        else:
            self._hang_up(slot)

    def _hang_up(self, slot: Slot) -> None:
        if slot.channel is not None:
            self._selector.unregister(slot.channel)
            slot.channel.close()
            slot.channel = None

    def _look_after(self, slot: Slot) -> bool:
        """Notice a death, and when to start the next worker; False when there is no use."""
        if slot.process is None or (status := slot.process.poll()) is None:
            return True
        now = time.monotonic()
        young = not slot.ready or now - slot.since < _YOUNG
        slot.failures = slot.failures + 1 if young else 0
        delay = min(_FIRST_DELAY * 2**slot.failures, _LAST_DELAY) if young else 0.0
        slot.due = now + delay
        logger.warning("Worker %s %s", slot.process.pid, _ending(status))
        slot.process = None
        self._hang_up(slot)
        if not self._lived:
            logger.error("No worker could start. What they said above tells why.")
            return False
        if slot.failures >= _MOST_FAILURES and all(other.process is None for other in self._slots):
            logger.error("Workers die as soon as they start. Giving up.")
            return False
        return True

    def _stop(self) -> None:
        """Let the workers finish; kill them when they take too long, or at a second signal."""
        for slot in self._slots:
            if slot.process is not None:
                slot.process.terminate()
            # Workers hold the socket until they stop accepting; then nobody should.
            slot.listener.close()
        asked = self._signals
        # A worker may use its time twice: for requests, and for background work.
        end = time.monotonic() + 2 * max(slot.stop_time for slot in self._slots) + 5
        while self._alive() and self._signals <= max(asked, 1):
            left = end - time.monotonic()
            if left <= 0:
                logger.warning("Killing workers that did not stop")
                break
            self._wait(left)

    def _alive(self) -> bool:
        return any(slot.process is not None and slot.process.poll() is None for slot in self._slots)

    def _kill(self) -> None:
        for slot in self._slots:
            if slot.process is not None and slot.process.poll() is None:
                slot.process.kill()
                slot.process.wait()
            self._hang_up(slot)

    @contextlib.contextmanager
    def _handling_signals(self) -> Iterator[None]:
        """Signals only wake the loop up; SIGCHLD does so for each worker that dies."""
        woken, wake = socket.socketpair()
        woken.setblocking(False)
        wake.setblocking(False)
        self._selector.register(woken, selectors.EVENT_READ, None)

        def count(_number: int, _frame: object) -> None:
            self._signals += 1

        def ignore(_number: int, _frame: object) -> None:
            """A handler there must be: an ignored signal wakes nobody."""

        before = {
            signal.SIGTERM: signal.signal(signal.SIGTERM, count),
            signal.SIGINT: signal.signal(signal.SIGINT, count),
            signal.SIGCHLD: signal.signal(signal.SIGCHLD, ignore),
        }
        old = signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(old)
            for number, handler in before.items():
                signal.signal(number, handler)
            woken.close()
            wake.close()


def _ending(status: int) -> str:
    if status >= 0:
        return f"ended with status {status}"
    try:
        return f"was killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"was killed by signal {-status}"
