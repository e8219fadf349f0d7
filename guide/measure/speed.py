"""CPU per request, of all frameworks in one run.

Machines have neighbours: the same program can cost a quarter more a minute later. So all servers
stand at the same time, each round asks each of them in turn, and what is compared are the ratios
within a round.
"""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from guide.environments import Say
from guide.errors import AppFailed
from guide.measure import load, tree
from guide.measure.traffic import MIX, OPERATIONS, Traffic

CONNECTIONS = 8
_WARM_UP = 40


@dataclass(frozen=True)
class Target:
    """A running app that is measured.

    pid: of its server's first process.
    """

    key: str
    url: str
    pid: int
    traffic: Traffic


Costs = dict[str, dict[str, list[float]]]  # by framework, by operation: µs of each round


def measure_speed(
    targets: Sequence[Target], rounds: int, requests: int, say: Say
) -> tuple[Costs, dict[str, str]]:
    """Measure all of `targets` for `rounds`, `requests` of each operation in each.

    Returns the costs, and why a framework is not in them; one that fails leaves the others alone.
    """
    costs: Costs = {target.key: {} for target in targets}
    problems: dict[str, str] = {}
    keys = [each.key for each in OPERATIONS] + [MIX]
    for number in range(-1, rounds):  # the first warms up
        for key in keys:
            for target in (each for each in targets if each.key not in problems):
                count = requests if number >= 0 else _WARM_UP
                try:
                    cost = cost_us(target, key, count)
                except AppFailed as error:
                    problems[target.key] = str(error)
                    continue
                if number >= 0:
                    costs[target.key].setdefault(key, []).append(cost)
        say(f"speed: round {number + 1} of {rounds}")
    return {key: found for key, found in costs.items() if key not in problems}, problems


def cost_us(target: Target, operation: str, count: int) -> float:
    """Return the CPU that one request costs the whole server, in µs.

    Raises AppFailed when an answer is not the right one: wrong answers are often cheap.
    """
    requests = target.traffic.requests(operation, count)
    before = tree.cpu_seconds(target.pid)
    result = load.closed_loop(target.url, requests, CONNECTIONS)
    spent = tree.cpu_seconds(target.pid) - before
    right = {
        status for each in OPERATIONS if operation in (each.key, MIX) for status in each.status
    }
    wrong = {status: n for status, n in result.statuses.items() if status not in right}
    if wrong:
        raise AppFailed(f"{target.key}: {operation} was answered {wrong}")
    return spent / count * 1e6


def summarize(costs: Costs, reference: str) -> dict[str, dict[str, dict[str, object]]]:
    """Return what results hold as `speed`, by framework: medians, and ratios to `reference`."""
    return {
        framework: {
            operation: _figures(rounds, costs[reference][operation])
            for operation, rounds in by_operation.items()
        }
        for framework, by_operation in costs.items()
    }


def _figures(rounds: Sequence[float], reference: Sequence[float]) -> dict[str, object]:
    ratios = [mine / theirs for mine, theirs in zip(rounds, reference, strict=True)]
    return {
        "cpu_us": round(statistics.median(rounds), 1),
        "ratio": _spread(ratios),
        "rounds": [round(cost, 1) for cost in rounds],
    }


def _spread(ratios: Sequence[float]) -> Mapping[str, float]:
    if len(ratios) < 2:
        return {name: round(ratios[0], 3) for name in ("median", "low", "high")}
    low, median, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return {"median": round(median, 3), "low": round(low, 3), "high": round(high, 3)}
