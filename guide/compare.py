"""`make compare`: every measurement of every framework, into one dated document.

Parts are independent: what fails is told in `problems` of its framework, and all else is kept. The
document is written after every part, so that a run that was cut off has left what it had.
"""

import json
import os
import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from guide import processes, report
from guide.answer.facts import load_facts
from guide.databases import create_database, postgresql
from guide.environments import Environment
from guide.errors import GuideError
from guide.judge import Bench, filled, judge, load_data, versions
from guide.manifest import App, load_app
from guide.measure import answers, size, statements, tree
from guide.measure.first import measure_first
from guide.measure.growth import measure_growth
from guide.measure.latency import measure_latency
from guide.measure.speed import Target, measure_speed, summarize
from guide.measure.startup import measure_startup
from guide.measure.traffic import OPERATIONS, TITLES, Traffic
from guide.processes import Place, Server
from guide.suite.check import Unmet
from guide.suite.client import Shop

REFERENCE = "fastapi"
SERVER_CORE, LOAD_CORE = 0, 1


@dataclass(frozen=True)
class Effort:
    """How much is measured.

    minutes: after which no further part is begun.
    rounds, requests: of the speed measurement. rate, seconds: of the latency measurement.
    starts: of each app. growth: starts, rounds and requests of the generated apps.
    suite: whether the suite's checks are run.
    """

    minutes: float
    rounds: int
    requests: int
    rate: float
    seconds: float
    starts: int
    growth: tuple[int, int, int]
    suite: bool


FULL = Effort(
    minutes=22,
    rounds=11,
    requests=120,
    rate=40,
    seconds=25,
    starts=5,
    growth=(3, 7, 200),
    suite=True,
)
QUICK = Effort(
    minutes=2.8, rounds=2, requests=30, rate=40, seconds=3, starts=1, growth=(1, 1, 60), suite=False
)


@dataclass
class Comparison:
    """One run: what it works with, and the document it makes.

    path: where the document is written.
    """

    bench: Bench
    effort: Effort
    path: Path
    document: dict[str, Any]
    apps: dict[str, App] = field(default_factory=dict)
    environments: dict[str, Environment] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    stack: ExitStack = field(default_factory=ExitStack)
    begun: float = field(default_factory=time.monotonic)

    def of(self, key: str) -> dict[str, Any]:
        """Return the part of the document that is about the framework `key`."""
        found: dict[str, Any] = self.document["frameworks"][key]
        return found

    def attempt(
        self, part: str, key: str, measure: Callable[..., object], *arguments: object
    ) -> None:
        """Put what `measure(*arguments)` returns into the document as `part` of `key`.

        When it fails, or the time is up, why it is missing.
        """
        self.bench.say(f"{part}: {key}")
        try:
            self.in_time()
            self.of(key)[part] = measure(*arguments)
        except (GuideError, Unmet) as error:
            self.problem(part, key, str(error))
        except Exception as error:  # an app's answer can be anything, and so can what it breaks
            self.problem(part, key, f"{type(error).__name__}: {error}")
        self.write()

    def in_time(self) -> None:
        """Raise GuideError when the time for the whole run is up."""
        if time.monotonic() - self.begun > self.effort.minutes * 60:
            raise GuideError(f"not measured: {self.effort.minutes:g} minutes were up")

    def problem(self, part: str, key: str, why: str) -> None:
        """Note why `part` of `key` is missing."""
        self.of(key)["problems"][part] = why
        self.bench.say(f"{part}: {key}: {why}")

    def write(self) -> None:
        """Write the document as it is now."""
        self.document["seconds"] = round(time.monotonic() - self.begun)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(self.document, indent=1, ensure_ascii=False)
        self.path.write_text(text + "\n", encoding="utf-8")


def compare(keys: Sequence[str], bench: Bench, effort: Effort, path: Path) -> dict[str, Any]:
    """Measure the frameworks `keys` and return the document, which is also written to `path`."""
    run = Comparison(bench, effort, path, _frame(bench, effort))
    _install(run, keys)
    run.begun = time.monotonic()  # installing is told apart
    for part in (_sizes, _suite, _with_apps, _growth, _statements, _first):
        part(run)
    run.write()
    return run.document


def _frame(bench: Bench, effort: Effort) -> dict[str, Any]:
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "python": bench.interpreter.version,
        "machine": {"system": platform.system(), "cpu": _cpu(), "cores": os.cpu_count()},
        "quick": not effort.suite,
        "seconds": 0,
        "installing": 0,
        "reference": "",
        "operations": {
            each.key: {"title": each.title, "request": each.request, "share": each.share}
            for each in OPERATIONS
        }
        | {"mix": {"title": TITLES["mix"], "request": "", "share": 100}},
        "checks": {
            check.id: {"group": check.group, "title": check.title, "rule": check.rule}
            for check in bench.checks
        },
        "frameworks": {},
    }


def _install(run: Comparison, keys: Sequence[str]) -> None:
    begun = time.monotonic()
    for key in keys:
        run.document["frameworks"][key] = {"name": key, "problems": {}}
        try:
            app = load_app(key, run.bench.apps)
            environment = app.environment(run.bench.interpreter)
            environment.ensure(run.bench.say)
        except GuideError as error:
            run.problem("installing", key, str(error))
            continue
        run.apps[key], run.environments[key] = app, environment
        run.of(key).update(
            name=app.name,
            versions=versions(environment, app.packages),
            deployment=" ".join(app.serve),
        )
        run.attempt("facts", key, load_facts().document, key)
    run.document["installing"] = round(time.monotonic() - begun)


def _sizes(run: Comparison) -> None:
    for key, app in run.apps.items():
        run.attempt("lines", key, size.count_lines, app)
        environment = run.environments[key]
        run.attempt("packages", key, size.count_packages, environment)
        run.attempt("code", key, answers.source, app)


def _suite(run: Comparison) -> None:
    for key in run.apps if run.effort.suite else ():
        run.attempt("checks", key, _checks, run, key)


def _checks(run: Comparison, key: str) -> Mapping[str, object]:
    judgement = judge(key, run.bench, lambda _: None)
    if judgement.problem:
        raise GuideError(judgement.problem)
    checks: Mapping[str, object] = report.judged(judgement)["checks"]
    return checks


def _with_apps(run: Comparison) -> None:
    """Measure what needs the apps filled: once, for all that follows."""
    with run.stack:
        _running(run)
        _startup(run)


def _running(run: Comparison) -> None:
    """Measure what needs running apps: all stand at the same time, and are asked in turn."""
    with ExitStack() as stack:
        targets: list[Target] = []
        for key in run.apps:
            run.attempt("running", key, _target, run, key, stack, targets)
            run.of(key).pop("running", None)
        with _pinned(targets):
            _speed(run, targets)
            for target in targets:
                rate, seconds = run.effort.rate, run.effort.seconds
                run.attempt("latency", target.key, measure_latency, target, rate, seconds)
        for target in targets:
            memory = round(tree.memory_mb(target.pid), 1)
            run.of(target.key).setdefault("memory", {})["loaded_mb"] = memory


def _target(run: Comparison, key: str, stack: ExitStack, targets: list[Target]) -> None:
    """Fill and start an app, ask it what needs no load, and add it to `targets`."""
    app, environment = run.apps[key], run.environments[key]
    run.places[key] = run.stack.enter_context(filled(app, environment, run.bench))
    server = stack.enter_context(_server(run, key))
    data = load_data(run.bench.data)
    shop = stack.enter_context(
        Shop(server.url, run.places[key].secret_key, run.bench.contract, data)
    )
    run.attempt("bad_request", key, answers.bad_request, shop)
    run.attempt("headers", key, answers.security_headers, shop)
    run.attempt("openapi", key, answers.openapi, shop)
    targets.append(Target(key, server.url, server.pid, Traffic(shop)))


def _server(run: Comparison, key: str) -> Server:
    app, environment, place = run.apps[key], run.environments[key], run.places[key]
    return Server(app, environment, place, processes.free_port())


def _speed(run: Comparison, targets: Sequence[Target]) -> None:
    effort = run.effort
    costs, problems = measure_speed(targets, effort.rounds, effort.requests, run.bench.say)
    for key, why in problems.items():
        run.problem("speed", key, why)
    if costs:
        run.document["reference"] = REFERENCE if REFERENCE in costs else next(iter(costs))
        for key, speed in summarize(costs, run.document["reference"]).items():
            run.of(key)["speed"] = speed
    run.write()


@contextmanager
def _pinned(targets: Sequence[Target]) -> Iterator[None]:
    """Keep the servers on one core and the load on another, where there are two."""
    cores = os.sched_getaffinity(0)
    if cores >= {SERVER_CORE, LOAD_CORE}:
        for target in targets:
            tree.pin(target.pid, SERVER_CORE)
        os.sched_setaffinity(0, {LOAD_CORE})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def _startup(run: Comparison) -> None:
    for key in run.apps:
        run.attempt("startup", key, _started, run, key)


def _started(run: Comparison, key: str) -> Mapping[str, object]:
    if key not in run.places:
        raise GuideError("its app could not be filled")
    # Filled once: the app stood in this place before, and has ended.
    figures, memory = measure_startup(lambda: _server(run, key), run.effort.starts)
    run.of(key).setdefault("memory", {})["mb"] = memory
    return figures


def _growth(run: Comparison) -> None:
    for key, app in run.apps.items():
        folder = run.bench.runs / f"{key}-growth"
        run.attempt("growth", key, _grown, run, app, folder)


def _grown(run: Comparison, app: App, folder: Path) -> Mapping[str, object]:
    starts, rounds, requests = run.effort.growth
    return measure_growth(
        app,
        run.environments[app.key],
        folder,
        starts=starts,
        rounds=rounds,
        requests=requests,
    )


def _statements(run: Comparison) -> None:
    with postgresql() as server:

        def create(_: Path, name: str) -> str:
            url = create_database(server, name)
            statements.log_statements(server, name)
            return url

        logged = replace(run, bench=replace(run.bench, create=create))
        for key in run.apps:
            run.attempt("statements", key, _counted, logged, key, Path(server.log))


def _counted(run: Comparison, key: str, log: Path) -> Mapping[str, int]:
    app, environment = run.apps[key], run.environments[key]
    data = load_data(run.bench.data)
    with filled(app, environment, run.bench) as place:
        server = Server(app, environment, place, processes.free_port())
        with server, Shop(server.url, place.secret_key, run.bench.contract, data) as shop:
            return statements.measure_statements(shop, log)


def _first(run: Comparison) -> None:
    for key in run.apps:
        folder = run.bench.runs / f"{key}-first"
        run.attempt(
            "first", key, measure_first, key, run.bench.interpreter, folder, run.effort.starts
        )
        installing = run.of(key).get("first", {}).get("install_seconds", 0)
        run.document["installing"] += round(installing)
        run.begun += installing  # which is told apart


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
