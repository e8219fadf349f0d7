"""What Restive costs before and beside the requests: its import, a worker, an idle connection."""

import os
import socket
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench import load
from bench.cases import CASES
from bench.errors import BenchError
from bench.ratios import Spread
from bench.servers import Server, variables
from guide.environments import Environment
from guide.measure import tree
from guide.processes import HOST

IMPORTS = 20
_FIRST, _IDLE = 100, 1_000
_HELLO = CASES[1].make(0)


def import_ms(statement: str, environment: Environment, folder: Path) -> float:
    """Return the CPU time of a fresh interpreter that executes `statement`, in ms."""
    process = subprocess.Popen(
        [environment.python, "-c", statement],
        env=variables(environment, folder),
        stderr=subprocess.PIPE,
        text=True,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    words = process.communicate()[1].strip().splitlines()
    if process.returncode:
        raise BenchError(f"`{statement}` failed: {words[-1] if words else process.returncode}")
    return (usage.ru_utime + usage.ru_stime) * 1e3


@dataclass(frozen=True)
class Import:
    """The least CPU time of IMPORTS starts each, in ms, taken in turn."""

    restive_ms: float
    floor_ms: float

    @property
    def ratio(self) -> Spread:
        return Spread.of([self.restive_ms / self.floor_ms])


def measure_import(environment: Environment, folder: Path) -> Import:
    """Measure `from restive import App`, and the import of what any such framework needs."""
    statements = ("from restive import App", "import asyncio, msgspec")
    for statement in statements:  # compiles what is not yet compiled
        import_ms(statement, environment, folder)
    times = [
        [import_ms(statement, environment, folder) for statement in statements]
        for _ in range(IMPORTS)
    ]
    restive, floor = zip(*times, strict=True)
    return Import(min(restive), min(floor))


@dataclass(frozen=True)
class Memory:
    """Of one start. rss_mb: the sum over the processes; pss_mb: what they share counts once;
    connection_kb: by how much an idle keep-alive connection that has had an answer adds to it."""

    rss_mb: float
    pss_mb: float
    connection_kb: float


def measure_memory(make: Callable[[], Server], requests: Path, starts: int) -> Memory:
    """Return the medians of `starts` of the server that `make` returns, alone on the machine.

    requests: a file for load.send(); it is served for a second before memory is read.
    """
    found = []
    for _ in range(starts):
        with make() as server:
            load.send(server.url, requests, 1)
            time.sleep(0.3)
            rss, pss = _rss_kb(server.pid), tree.memory_mb(server.pid)
            found.append((rss * 1024 / 1e6, pss, _connection_kb(server)))
    return Memory(*(statistics.median(values) for values in zip(*found, strict=True)))


def _connection_kb(server: Server) -> float:
    """Open _FIRST connections, then _IDLE more, each with one answer; return what one added.

    The first ones take up memory that was freed before, which else would hide the growth.
    """
    opened: list[socket.socket] = []
    try:
        opened += [_connect(server) for _ in range(_FIRST)]
        before = _rss_kb(server.pid)
        opened += [_connect(server) for _ in range(_IDLE)]
        return (_rss_kb(server.pid) - before) * 1024 / _IDLE / 1e3
    finally:
        for connection in opened:
            connection.close()


def _connect(server: Server) -> socket.socket:
    connection = socket.create_connection((HOST, server.port), timeout=5)
    connection.sendall(_HELLO.request)
    answer = b""
    while not answer.endswith(_HELLO.body):
        received = connection.recv(4096)
        if not received:
            raise BenchError(f"{server.key}: closed a connection: {server.last_words()}")
        answer += received
    return connection


def _rss_kb(root: int) -> int:
    """Return the resident set of the tree in KiB."""
    return sum(
        int(line.split()[1])
        for pid in tree.pids(root)
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        if line.startswith("Rss:")
    )
