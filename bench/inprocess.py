"""Runs inside the bench's environment: `python -m bench.inprocess MODULE count ROUTES REQUESTS`
under callgrind, or `python -m bench.inprocess MODULE times ROUTES`, which prints JSON.

MODULE has `make(routes)`, `ask(app, path, query)` and `openapi(app)`; see bench/apps.
"""

import gc
import importlib
import json
import os
import sys
import time
from collections.abc import Sequence
from itertools import cycle, islice
from types import ModuleType
from typing import Any

_WARM = 200  # requests until the interpreter has specialised what it runs
_DIFFERENT = 1_000


def count(module: ModuleType, routes: int, requests: int) -> None:
    """Ask the last of `routes` routes `requests` times, then three times as often.

    Each request is for another id, and each answer is checked.
    """
    app = module.make(routes)
    # Made beforehand and in any case as many: making them is not what is counted.
    exchanges = [
        (f"/r{routes - 1}/items/{value}", b'{"id":%d,"limit":7}' % value)
        for value in range(100_000, 100_000 + _DIFFERENT)
    ]
    _ask(module, app, exchanges, _WARM)
    gc.collect()
    gc.disable()  # a collection falls where it falls; it is no part of finding a route
    for times in (1, 3):
        os.getppid()  # callgrind is told to begin a new part whenever this is called
        _ask(module, app, exchanges, times * requests)
    os.getppid()


def _ask(module: ModuleType, app: Any, exchanges: Sequence[tuple[str, bytes]], count: int) -> None:
    ask = module.ask
    for path, right in islice(cycle(exchanges), count):
        answer = ask(app, path, b"limit=7")
        if answer != right:
            sys.exit(f"{path}: a wrong answer: {answer!r}")


def times(module: ModuleType, routes: int) -> dict[str, float]:
    """Return the CPU time, in ms, of declaring and building `routes` routes, and of OpenAPI."""
    begun = time.process_time()
    app = module.make(routes)
    built = time.process_time()
    document = module.openapi(app)
    documented = time.process_time()
    paths = [path for path in json.loads(document)["paths"] if path.startswith("/r")]
    if len(paths) != routes:
        sys.exit(f"OpenAPI has {len(paths)} of {routes} routes")
    return {"build": (built - begun) * 1e3, "openapi": (documented - built) * 1e3}


def main(module: str, what: str, *numbers: str) -> None:
    """Do what the command line says."""
    loaded = importlib.import_module(module)
    if what == "count":
        count(loaded, *map(int, numbers))
    else:
        print(json.dumps(times(loaded, *map(int, numbers))))


if __name__ == "__main__":
    main(*sys.argv[1:])
