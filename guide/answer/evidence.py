"""One assertion of a claim: values out of results or facts, a test, and what came of it.

The forms are those of docs/reference/claims.md, read from a TOML table; nothing is evaluated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from guide.answer.facts import Facts
from guide.errors import ClaimsError, FactsError

FRAMEWORKS = ("flask", "drf", "fastapi", "pyramid")  # those that the original guide weighs
TESTS = ("at_least", "at_most", "equals", "is")
SUPERLATIVES = ("lowest", "highest")
# What results hold of a framework and a claim may rest on.
PARTS = (
    "speed", "latency", "startup", "memory", "growth", "lines", "packages", "statements",
    "checks", "openapi", "headers", "bad_request", "first", "versions",
)  # fmt: skip

Results = Mapping[str, Any]


class Missing(Exception):
    """A value that an assertion needs is not there; the message says which, and why."""


@dataclass(frozen=True)
class Source:
    """Where a number is found, the same for every framework.

    metric, fact: a path; one of them is empty.
    what: the words for it, with the unit.
    add: members of the metric that are added up; one that is absent counts as zero.
    passed: counts the checks of this group that pass, where the metric is `checks`.
    """

    metric: str
    fact: str
    what: str
    add: Sequence[str] = ()
    passed: str = ""

    def value(self, framework: str, results: Results, facts: Facts) -> Any:
        """Return the value of `framework`. Raises Missing when there is none."""
        if self.fact:
            try:
                return facts.value(framework, self.fact)
            except FactsError as error:
                raise Missing(str(error)) from error
        found = self._found(framework, results)
        if self.add:
            return sum(found.get(name, 0) for name in self.add)
        if self.passed:
            verdicts = [each["verdict"] for key, each in found.items() if self._of_group(key)]
            if not verdicts:
                raise Missing(f"{framework} was not judged by the checks of {self.passed}.")
            return verdicts.count("passed")
        return len(found) if isinstance(found, list | dict) else found

    def _of_group(self, check: str) -> bool:
        return check.startswith(f"{self.passed}.")

    def _found(self, framework: str, results: Results) -> Any:
        of = results["frameworks"].get(framework)
        if of is None:
            raise Missing(f"{framework} was not measured.")
        found = _walk(of, self.metric)
        if found is None:
            part = self.metric.partition(".")[0]
            why = of.get("problems", {}).get(part) or f"nothing stands at {self.metric}"
            raise Missing(f"{self.what}: {framework} has none: {why}")
        return found


@dataclass(frozen=True)
class Assertion:
    """What has to be true.

    of: the frameworks that it is about; every one has to meet the test.
    over: values are divided by this framework's, where it is not empty.
    among: those that a superlative compares.
    margin: how far a superlative has to be from the rest, as a fraction of the nearer value.
    when: under what circumstances this is asked, in words; may be empty.
    """

    source: Source
    of: Sequence[str]
    over: str
    test: str
    wanted: Any
    among: Sequence[str]
    margin: float
    when: str

    def judge(self, results: Results, facts: Facts) -> tuple[bool | None, str]:
        """Return whether it is true, or None when that cannot be known; and the numbers."""
        try:
            values = {key: self._value(key, results, facts) for key in self._compared()}
            true = self._holds(values)
        except Missing as missing:
            return None, str(missing)
        told = ", ".join(f"{key} {show(value)}" for key, value in values.items())
        ratio = f", as a multiple of {self.over}'s" if self.over else ""
        when = f"{self.when}: " if self.when else ""
        mark = "yes" if true else "no"
        return true, f"{when}{self.source.what}{ratio}: {told}; {self._asked()}: {mark}"

    def _compared(self) -> Sequence[str]:
        return self.among if self.test == "is" else self.of

    def _value(self, framework: str, results: Results, facts: Facts) -> Any:
        value = self.source.value(framework, results, facts)
        if not self.over:
            return value
        base = _number(self.source.value(self.over, results, facts))
        if not base:
            raise Missing(f"{self.source.what}: {self.over} has 0, so there is no multiple of it.")
        return _number(value) / base

    def _holds(self, values: Mapping[str, Any]) -> bool:
        if self.test == "equals":
            return all(value == self.wanted for value in values.values())
        numbers = {key: _number(value) for key, value in values.items()}
        if self.test == "at_least":
            return bool(min(numbers.values()) >= self.wanted)
        if self.test == "at_most":
            return bool(max(numbers.values()) <= self.wanted)
        mine = [numbers[key] for key in self.of]
        rest = [number for key, number in numbers.items() if key not in self.of]
        if self.wanted == "lowest":
            return max(mine) * (1 + self.margin) <= min(rest)
        return min(mine) >= max(rest) * (1 + self.margin)

    def _asked(self) -> str:
        if self.test == "is":
            far = f" by {self.margin:.0%} at least" if self.margin else " (or as good)"
            return f"{' and '.join(self.of)} {self.wanted}{far}"
        return f"{self.test.replace('_', ' ')} {show(self.wanted)}"


@dataclass(frozen=True)
class NoWinner:
    """True when no framework is best, alone or with others, in every one of the rankings."""

    rankings: Sequence[Assertion]

    def judge(self, results: Results, facts: Facts) -> tuple[bool | None, str]:
        """Return whether it is true, or None when a ranking lacks a value; and who is best."""
        winners, told = set(FRAMEWORKS), []
        for ranking in self.rankings:
            try:
                best = self._best(ranking, results, facts)
            except Missing as missing:
                return None, str(missing)
            winners &= set(best)
            told.append(f"{ranking.source.what}: {' and '.join(best)}")
        end = f"best in all: {' and '.join(sorted(winners)) or 'none'}"
        return not winners, f"best by {'; by '.join(told)}; {end}"

    def _best(self, ranking: Assertion, results: Results, facts: Facts) -> list[str]:
        values = {key: _number(ranking.source.value(key, results, facts)) for key in ranking.among}
        best = min(values.values()) if ranking.wanted == "lowest" else max(values.values())
        return [key for key, value in values.items() if value == best]


def show(value: Any) -> str:
    """Return a value as people read it: numbers in three figures, or whole with commas."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) or (isinstance(value, float) and abs(value) >= 100):
        return f"{value:,.0f}"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def check_metric(where: str, path: str) -> None:
    """Raise ClaimsError when `path` does not begin with a part that results have."""
    part = path.partition(".")[0]
    if part not in PARTS:
        raise ClaimsError(f"{where}: results have no {part!r} of a framework ({path}).")


def _walk(node: Any, path: str) -> Any:
    """Return what stands at the dotted path, or None; a key may itself have dots."""
    if not path:
        return node
    if not isinstance(node, dict):
        return None
    parts = path.split(".")
    for count in range(len(parts), 0, -1):
        key = ".".join(parts[:count])
        if key in node:
            return _walk(node[key], ".".join(parts[count:]))
    return None


def _number(value: Any) -> float:
    if not isinstance(value, int | float):
        raise Missing(f"{value!r} is no number.")
    return value  # yes counts as one, no as nothing
