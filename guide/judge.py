"""Judging one framework: its environment made, its app filled and started, the suite run."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from guide import paths, processes
from guide.contract import Contract
from guide.databases import Databases
from guide.environments import Environment, Say
from guide.errors import ContractError, GuideError
from guide.interpreter import Interpreter
from guide.manifest import App, Gap, load_app, load_gaps
from guide.processes import Place, Server
from guide.suite.catalogue import may_be_gaps
from guide.suite.check import Check
from guide.suite.client import Data, Shop
from guide.suite.run import Outcome, Verdict, run_checks


@dataclass
class Judgement:
    """What was found about one framework.

    problem: why there are no outcomes; empty when the suite was run.
    outcomes: by the check's id.
    gaps: what the app declares, by the check's id.
    """

    key: str
    name: str
    versions: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    gaps: Mapping[str, Gap] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        """Whether every check passed or failed as declared."""
        return not self.problem and all(each.verdict.good for each in self.outcomes.values())

    def count(self, verdict: Verdict, group: str = "") -> int:
        """Return how many outcomes have `verdict`, of `group` or of all."""
        return sum(
            each.verdict is verdict and each.check.startswith(group)
            for each in self.outcomes.values()
        )


@dataclass(frozen=True)
class Bench:
    """What all frameworks are judged with, the same for each.

    contract: the contract, or why there is none.
    data: the file that each app is filled with.
    create: makes a database of the kind that was asked for.
    say: receives a line of progress.
    """

    interpreter: Interpreter
    contract: Contract | ContractError
    data: Path
    create: Databases
    checks: Sequence[Check]
    say: Say
    apps: Path = paths.APPS
    runs: Path = field(default_factory=lambda: paths.STATE / "runs")


Seen = Callable[[Outcome], None]


def judge(key: str, bench: Bench, seen: Seen) -> Judgement:
    """Judge the framework `key`; what goes wrong with it is in the judgement, and not raised.

    seen: receives each outcome as soon as it is there.
    """
    judgement = Judgement(key, key)
    begun = time.monotonic()
    try:
        _judge(judgement, bench, seen)
    except (GuideError, OSError) as error:
        judgement.problem = str(error)
        bench.say(judgement.problem)
    judgement.seconds = time.monotonic() - begun
    return judgement


def _judge(judgement: Judgement, bench: Bench, seen: Seen) -> None:
    app = load_app(judgement.key, bench.apps)
    judgement.name = app.name
    judgement.gaps = load_gaps(app, may_be_gaps())
    environment = app.environment(bench.interpreter)
    environment.ensure(bench.say)
    judgement.versions = versions(environment, app.packages)
    with filled(app, environment, bench) as place:
        server = Server(app, environment, place, processes.free_port())
        data = load_data(bench.data)
        with server, Shop(server.url, place.secret_key, bench.contract, data) as shop:
            for outcome in run_checks(bench.checks, shop, server, judgement.gaps):
                judgement.outcomes[outcome.check] = outcome
                seen(outcome)


@contextmanager
def filled(app: App, environment: Environment, bench: Bench) -> Iterator[Place]:
    """Yield a fresh place for `app`, with its database filled, that no other run uses meanwhile."""
    folder = bench.runs / app.key
    with processes.claim_folder(folder):
        place = Place.make(folder, bench.create(folder, f"bookshop_{app.key}"))
        processes.prepare(app, environment, place, bench.data)
        yield place


def load_data(path: Path) -> Data:
    """Read the rows that apps are filled with."""
    return Data(**json.loads(path.read_bytes()))


def versions(environment: Environment, packages: Sequence[str]) -> dict[str, str]:
    """Return the versions of `packages` that the environment has."""
    folders = [str(path) for path in environment.folder.glob("lib/python*/site-packages")]
    found = {
        each.metadata["Name"].lower().replace("_", "-"): each.version
        for each in metadata.distributions(path=folders)
    }
    return {name: found.get(name.lower().replace("_", "-"), "missing") for name in packages}
