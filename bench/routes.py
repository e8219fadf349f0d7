"""Many routes: what the last of 1,000 costs against the last of 10, and how long they take to make.

A dictionary's look-up and a tree's differ by less than a machine's noise, so instructions are
counted (callgrind): the same count each time, whatever else runs. It sees neither system calls nor
cache misses, of which finding a route has none and few.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bench.errors import BenchError, Missing
from bench.ratios import Spread
from bench.servers import variables
from guide.environments import Environment

MANY, FEW = 1_000, 10
_SECONDS = 300
_MARK = "getppid"  # the C function that inprocess.py calls between its parts


@dataclass(frozen=True)
class Counts:
    """Instructions of one request to the last route, in an app of MANY and in one of FEW."""

    many: float
    few: float

    @property
    def ratio(self) -> Spread:
        return Spread.of([self.many / self.few])


def count(module: str, environment: Environment, folder: Path, requests: int) -> Counts:
    """Count the instructions of a request in both apps, from `requests` and three times as many.

    Start-up, building and warming-up are parts of their own; what a part itself takes falls out.
    Raises Missing when valgrind is not installed.
    """
    for program in ("valgrind", "setarch"):
        if not shutil.which(program):
            raise Missing(f"{program} is not installed (Debian: apt-get install valgrind).")

    def one(routes: int) -> float:
        return _instructions(module, environment, folder, routes, requests)

    # Counting is not timing: two at a time disturb nobody.
    with ThreadPoolExecutor(2) as pool:
        many, few = pool.map(one, (MANY, FEW))
    return Counts(many, few)


def _instructions(
    module: str, environment: Environment, folder: Path, routes: int, requests: int
) -> float:
    out = folder / f"callgrind.{module}.{routes}"
    # Without a fixed seed and fixed addresses, dictionaries collide otherwise in every run.
    command = [
        "setarch", "-R", "valgrind", "--tool=callgrind", f"--callgrind-out-file={out}",
        f"--dump-before={_MARK}",
    ]  # fmt: skip
    _run(command, [module, "count", str(routes), str(requests)], environment, folder)
    parts = sorted(folder.glob(f"{out.name}.[0-9]*"), key=lambda path: int(path.suffix[1:]))
    totals = [
        int(found[1])
        for part in parts
        for found in [re.search(r"^(?:summary|totals): (\d+)", part.read_text(), re.MULTILINE)]
        if found
    ]
    try:
        _, once, thrice = totals[-3:]
    except ValueError as error:
        raise BenchError(f"callgrind did not see the calls of {_MARK}: {out}") from error
    if not 2.9 < thrice / once < 3.1:
        raise BenchError(
            f"three times the requests took {thrice / once:.2f} times the instructions"
        )
    return (thrice - once) / (2 * requests)


def times(
    module: str, environment: Environment, folder: Path, starts: int
) -> tuple[Spread, Spread]:
    """Return the CPU time of making an app of MANY routes, and of its OpenAPI document, in ms.

    Each start is a fresh interpreter; imports are not in it.
    """
    found = [
        json.loads(_run([], [module, "times", str(MANY)], environment, folder))
        for _ in range(starts)
    ]
    return (
        Spread.of([each["build"] for each in found]),
        Spread.of([each["openapi"] for each in found]),
    )


def _run(
    before: Sequence[str], words: Sequence[str], environment: Environment, folder: Path
) -> str:
    """Run bench.inprocess with `words`, under the command `before`; return what it prints."""
    try:
        done = subprocess.run(
            [*before, str(environment.python), "-m", "bench.inprocess", *words],
            env=variables(environment, folder) | {"PYTHONHASHSEED": "0"},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=True,
        )
    except subprocess.TimeoutExpired as error:
        raise BenchError(f"{words[0]}: took more than {_SECONDS} s") from error
    except subprocess.CalledProcessError as error:
        lines = [line for line in error.stderr.splitlines() if not line.startswith("==")]
        raise BenchError(f"{words[0]}: {lines[-1] if lines else error.returncode}") from error
    return done.stdout
