"""The growth test: what 300 routes in 20 packages cost, in an app that guide/growth wrote."""

import shutil
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from guide.environments import Environment
from guide.errors import AppFailed
from guide.growth.generator import PACKAGES, ROUTES, write
from guide.growth.plan import Package, plan
from guide.manifest import App
from guide.measure import load, tree
from guide.measure.traffic import request
from guide.processes import Place, Server, free_port

CONNECTIONS = 8
# Enough for each worker process to have seen both routes: some frameworks prepare routes when they
# are first asked, and each process for itself.
_WARM_UP = 200
_FIRST = 10
_COMPILE_SECONDS = 60


def measure_growth(
    app: App,
    environment: Environment,
    folder: Path,
    routes: int = ROUTES,
    packages: int = PACKAGES,
    starts: int = 3,
    rounds: int = 7,
    requests: int = 200,
) -> Mapping[str, object]:
    """Return what results hold as `growth` of the framework whose bookshop is `app`.

    environment: the bookshop's; it has to be there.
    folder: is made anew; source and logs stay there.
    starts: fresh servers; medians are returned.
    rounds, requests: of reads of the first and of the last route in turn; medians are returned.

    Raises NoGenerator when there is no generated app for this framework, AppFailed when it does not
    start or an answer is not the right one.
    """
    written = plan(routes, packages)
    make = _prepare(app, environment, folder, written)
    first, last = _reads(written)
    seconds, cpu, asked = zip(*(_start(make, last) for _ in range(starts)), strict=True)
    with make() as server:
        first_us, last_us = _routing(server, first, last, rounds, requests)
        # Now that every worker has worked.
        memory = tree.memory_mb(server.pid)
    return {
        "routes": routes,
        "packages": packages,
        "startup_seconds": round(statistics.median(seconds), 3),
        "startup_cpu_seconds": round(statistics.median(cpu), 3),
        "first_request_ms": round(statistics.median(asked) * 1e3, 2),
        "first_route_us": round(first_us, 1),
        "last_route_us": round(last_us, 1),
        "memory_mb": round(memory, 1),
    }


def _prepare(
    app: App, environment: Environment, folder: Path, packages: Sequence[Package]
) -> Callable[[], Server]:
    """Write and compile the app; return what makes a server of it, not yet started."""
    shutil.rmtree(folder, ignore_errors=True)
    source = folder / "app"
    write(app.key, source, packages)
    # As an installed app's source is; otherwise the first of the starts would pay for all.
    command = [str(environment.python), "-m", "compileall", "-q", str(source)]
    try:
        subprocess.run(command, check=True, timeout=_COMPILE_SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        raise AppFailed(f"{app.key}: the generated app cannot be compiled: {error}") from error
    grown = replace(app, folder=source)
    place = Place.make(folder / "run", "sqlite://")
    return lambda: Server(grown, environment, place, free_port())


def _reads(packages: Sequence[Package]) -> tuple[str, str]:
    """Return the paths of the first row of the first and of the last resource."""
    first, last = packages[0], packages[-1]
    return f"{first.path(first.resources[0])}/1", f"{last.path(last.resources[-1])}/1"


def _start(make: Callable[[], Server], path: str) -> tuple[float, float, float]:
    """Start a server and ask it for `path`.

    Returns the seconds until it was ready, the CPU seconds that took, and the seconds that the
    slowest of its first requests took: each worker process has a first one of its own, and the one
    that answered /health may have prepared then what another prepares now.
    """
    begun = time.perf_counter()
    with make() as server:
        ready = time.perf_counter()
        spent = tree.cpu_seconds(server.pid)
        # Two at a time: one worker would take them all if they came one by one.
        result = _ask(server, [request("GET", path)] * _FIRST, connections=2)
        return ready - begun, spent, max(result.latencies)


def _routing(server: Server, first: str, last: str, rounds: int, count: int) -> tuple[float, float]:
    """Return the CPU that a read of `first` and one of `last` cost the server, in µs."""
    costs: dict[str, list[float]] = {first: [], last: []}
    for path in (first, last):
        _ask(server, [request("GET", path)] * _WARM_UP)
    for number in range(rounds):
        # In turn, and each in front as often: what comes second has a warmer cache.
        for path in (first, last) if number % 2 else (last, first):
            before = tree.cpu_seconds(server.pid)
            _ask(server, [request("GET", path)] * count)
            costs[path].append((tree.cpu_seconds(server.pid) - before) / count * 1e6)
    return statistics.median(costs[first]), statistics.median(costs[last])


def _ask(server: Server, requests: Sequence[bytes], connections: int = CONNECTIONS) -> load.Result:
    """Send `requests` and return what came back; raise AppFailed unless each answer is a 200."""
    result = load.closed_loop(server.url, requests, connections)
    if result.statuses != {200: len(requests)}:
        statuses = dict(result.statuses)
        raise AppFailed(f"{server.app.key}: a read of the generated app was answered {statuses}")
    return result
