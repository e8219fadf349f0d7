"""One run: every part in turn. What fails is told and left out; the rest goes on."""

import contextlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bench import footprint, routes
from bench.cases import CASES
from bench.errors import BenchError, Missing
from bench.load import write_requests
from bench.ratios import Spread
from bench.rounds import Runs, Samples, Say, findings, planned
from bench.servers import Server
from guide.environments import Environment
from guide.processes import claim_folder

PARTS = (*(case.key for case in CASES), "routes", "import", "memory")


@dataclass(frozen=True)
class Plan:
    """How much is measured.

    quick: only the servers that a gate names, few rounds. seconds: of load, for each server, case
    and round. requests: instructions are counted of so many, and three times as many.
    """

    quick: bool
    parts: Sequence[str]
    rounds: int
    seconds: int
    starts: int
    requests: int

    @classmethod
    def of(cls, quick: bool, parts: Sequence[str], rounds: int | None) -> "Plan":
        """Return the plan of a quick run (under 2 minutes) or of a whole one (under 20)."""
        if quick:
            return cls(True, parts, rounds or 3, 1, 1, 100)
        return cls(False, parts, rounds or 9, 2, 3, 300)


@dataclass
class Results:
    """What was found.

    findings: by the keys that gates name. imports, memory, counts, made: what stands behind them.
    problems: what failed. notes: what the machine does not have.
    """

    samples: Samples = field(default_factory=dict)
    findings: dict[str, Spread] = field(default_factory=dict)
    imports: footprint.Import | None = None
    memory: dict[str, footprint.Memory] = field(default_factory=dict)
    counts: routes.Counts | None = None
    made: dict[str, Mapping[str, Spread]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Run:
    """A run in a folder of its own, which is made anew."""

    def __init__(self, plan: Plan, environment: Environment, folder: Path, say: Say) -> None:
        self._plan = plan
        self._environment = environment
        self._folder = folder
        self._say = say
        self._results = Results()

    def all(self) -> Results:
        """Do every part of the plan; return what was found."""
        with claim_folder(self._folder):
            self._sockets()
            for part, measure in (
                ("routes", self._routes),
                ("import", self._import),
                ("memory", self._memory),
            ):
                if not self._plan.parts or part in self._plan.parts:
                    self._say(f"{part} ...")
                    measure()
        return self._results

    def _sockets(self) -> None:
        wanted = self._plan.parts
        cases = [each for each in planned(self._plan.quick) if not wanted or each.key in wanted]
        names = dict.fromkeys(key for case in cases for key in case.servers)
        with contextlib.ExitStack() as stack:
            servers = {}
            for key in names:
                with self._noted():
                    servers[key] = stack.enter_context(self._server(key))
            plan = self._plan
            runs = Runs(
                servers, cases, plan.rounds, plan.seconds, self._folder, warm=not plan.quick
            )
            runs.run(self._say)
        self._results.problems += runs.problems
        self._results.samples = runs.samples
        self._results.findings |= findings(runs.samples)

    def _routes(self) -> None:
        for name in ("restive",) if self._plan.quick else ("restive", "fastapi"):
            module = f"bench.apps.{name}_routes"
            with self._noted():
                build, openapi = routes.times(
                    module, self._environment, self._folder, 2 * self._plan.starts + 1
                )
                self._results.made[name] = {"build": build, "openapi": openapi}
        if made := self._results.made.get("restive"):
            self._results.findings |= {f"routes/{key}": spread for key, spread in made.items()}
        with self._noted():
            counts = routes.count(
                "bench.apps.restive_routes", self._environment, self._folder, self._plan.requests
            )
            self._results.counts = counts
            self._results.findings["routes/instructions"] = counts.ratio

    def _import(self) -> None:
        with self._noted():
            imports = footprint.measure_import(self._environment, self._folder)
            self._results.imports = imports
            self._results.findings["import/restive"] = imports.ratio

    def _memory(self) -> None:
        requests = self._folder / "hello.requests"
        write_requests([CASES[1].make(0).request], requests)
        for key in ("restive",) if self._plan.quick else ("restive", "uvicorn", "fastapi"):
            with self._noted():
                self._results.memory[key] = footprint.measure_memory(
                    partial(self._server, key), requests, self._plan.starts
                )
        if memory := self._results.memory.get("restive"):
            self._results.findings["memory/worker"] = Spread.of([memory.rss_mb])
            self._results.findings["memory/connection"] = Spread.of([memory.connection_kb])

    def _server(self, key: str) -> Server:
        folder = self._folder / key
        shutil.rmtree(folder, ignore_errors=True)
        return Server(key, self._environment, folder)

    @contextlib.contextmanager
    def _noted(self) -> Iterator[None]:
        """Let the run go on when the body fails, and tell at the end."""
        try:
            yield
        except Missing as error:
            self._results.notes.append(str(error))
        except BenchError as error:
            self._results.problems.append(str(error))
            self._say(f"failed: {error}")
