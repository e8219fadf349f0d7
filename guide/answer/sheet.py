"""What a choice is made of: the questions of questions.toml, and the metrics of results for them.

A sheet is all that choice.py, or the page's JavaScript, needs: no results, and no framework.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from guide import paths
from guide.errors import GuideError

QUESTIONS = paths.GUIDE / "questions.toml"
_PASSES = ("passed", "gap met")
_NOT_JUDGED = ("not run",)

Results = Mapping[str, Any]


class SheetError(GuideError):
    """questions.toml or a results file cannot be used."""


@dataclass(frozen=True)
class Metric:
    """One framework's value of one criterion.

    low, high: its spread: quartiles of the rounds, or what questions.toml says of such a metric.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Criterion:
    """What is compared. `rule` is one of questions.toml's rules; `unit` may be empty."""

    id: str
    title: str
    short: str
    rule: str
    unit: str
    metrics: Mapping[str, Metric]


@dataclass(frozen=True)
class Answer:
    """One answer. `weights` are by criterion; `requires` is a criterion, or empty."""

    title: str
    weights: Mapping[str, int]
    requires: str = ""


@dataclass(frozen=True)
class Question:
    """One question and its answers by key."""

    asks: str
    answers: Mapping[str, Answer]


@dataclass(frozen=True)
class Pull:
    """Answers, by question, that pull against each other, and the line that says so."""

    answers: Mapping[str, str]
    says: str


@dataclass(frozen=True)
class Profile:
    """A reader as they come: a title and an answer to each question."""

    title: str
    answers: Mapping[str, str]


@dataclass(frozen=True)
class Sheet:
    """Questions, criteria with the metrics of each framework, and the frameworks' names."""

    names: Mapping[str, str]
    questions: Mapping[str, Question]
    criteria: Mapping[str, Criterion]
    spans: Mapping[str, float]
    rules: Mapping[str, str]
    contradictions: Sequence[Pull]
    profiles: Sequence[Profile] = field(default_factory=list)


def load_sheet(results: Results, path: Path = QUESTIONS) -> Sheet:
    """Read the questions and take the metrics that they need from `results`.

    A metric that a framework lacks, or that is too noisy to rank by, is missing from its criterion;
    it is never zero.
    Raises SheetError when the file cannot be read or names what it does not have.
    """
    data = load_questions(path)
    frameworks: Mapping[str, Mapping[str, Any]] = results["frameworks"]
    return Sheet(
        names={key: str(each.get("name", key)) for key, each in frameworks.items()},
        questions={key: _question(table) for key, table in data["questions"].items()},
        criteria={
            key: _criterion(key, table, frameworks) for key, table in data["criteria"].items()
        },
        spans={key: float(rule["span"]) for key, rule in data["rules"].items() if "span" in rule},
        rules={key: rule["says"] for key, rule in data["rules"].items()},
        contradictions=[Pull(each["answers"], each["says"]) for each in data["contradictions"]],
        profiles=[Profile(each["title"], each["answers"]) for each in data["profiles"]],
    )


def load_questions(path: Path = QUESTIONS) -> dict[str, Any]:
    """Read questions.toml. Raises SheetError when it cannot be read or names what it lacks."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SheetError(f"{path}: cannot be read: {error}") from error
    if unknown := sorted(_unknown(data)):
        raise SheetError(f"{path}: names what it does not have: {', '.join(unknown)}.")
    return data


def lookup(table: Any, path: str) -> Any:
    """Return what stands at the dotted `path`, or None.

    Keys are compared without regard to case, and of a fact (a table with a `value`) its value is
    taken.
    """
    for part in path.split("."):
        if not isinstance(table, Mapping):
            return None
        folded = {str(key).lower(): value for key, value in table.items()}
        table = folded.get(part.lower())
    return table["value"] if isinstance(table, Mapping) and "value" in table else table


def share(checks: Mapping[str, Mapping[str, str]], prefix: str) -> tuple[int, int]:
    """Return how many checks whose id begins with `prefix` pass, and how many were judged."""
    verdicts = [each["verdict"] for key, each in checks.items() if key.startswith(prefix)]
    judged = [verdict for verdict in verdicts if verdict not in _NOT_JUDGED]
    return sum(verdict in _PASSES for verdict in judged), len(judged)


def _criterion(
    key: str, table: Mapping[str, Any], frameworks: Mapping[str, Mapping[str, Any]]
) -> Criterion:
    found = {name: _metric(table, each) for name, each in frameworks.items()}
    metrics = {name: metric for name, metric in found.items() if metric is not None}
    return Criterion(
        key, table["title"], table["short"], table["rule"], table.get("unit", ""), metrics
    )


def _metric(table: Mapping[str, Any], framework: Mapping[str, Any]) -> Metric | None:
    if "prefix" in table:
        passed, judged = share(framework.get("checks", {}), table["prefix"])
        return _points(passed, judged) if judged else None
    value = _sum(table, framework)
    if value is None or (table["rule"] in ("cost", "reach") and value <= 0):
        return None
    if "of" in table:
        most = _number(lookup(framework, table["of"]))
        return _points(value, most) if most else None
    low = _number(lookup(framework, table["low"])) if "low" in table else None
    high = _number(lookup(framework, table["high"])) if "high" in table else None
    noise = float(table.get("noise", 0))
    low = value * (1 - noise) if low is None else low
    high = value * (1 + noise) if high is None else high
    # A range that reaches zero, or leaves its own value out, is no measurement to rank by.
    noisy = table["rule"] in ("cost", "reach") and not 0 < low <= value <= high
    return None if noisy else Metric(value, low, high)


def _points(had: float, most: float) -> Metric:
    """Return a share, with half a point to either side as its spread."""
    return Metric(had / most, (had - 0.5) / most, (had + 0.5) / most)


def _sum(table: Mapping[str, Any], framework: Mapping[str, Any]) -> float | None:
    """Return the sum of the paths; None when one of them is not there.

    `within` names what makes an absent path a zero: the lines of an app that has not this kind.
    """
    zero = 0.0 if "within" in table and lookup(framework, table["within"]) else None
    values = [_number(lookup(framework, path)) for path in table["paths"]]
    found = [zero if value is None else value for value in values]
    known = [value for value in found if value is not None]
    return sum(known) if len(known) == len(found) else None


def _number(value: Any) -> float | None:
    if isinstance(value, bool | int | float):
        return float(value)
    if isinstance(value, str):
        return 1.0 if value else 0.0  # a version: there, or not
    return float(len(value)) if isinstance(value, Sequence) else None


def _question(table: Mapping[str, Any]) -> Question:
    answers = {
        key: Answer(each["title"], each["weights"], each.get("requires", ""))
        for key, each in table["answers"].items()
    }
    return Question(table["asks"], answers)


def _unknown(data: Mapping[str, Any]) -> set[str]:
    """Return the rules, criteria and answers that are named and are not there."""
    rules = {each["rule"] for each in data["criteria"].values()}
    answers = [each for table in data["questions"].values() for each in table["answers"].values()]
    named = {key for each in answers for key in (*each["weights"], each.get("requires", "")) if key}
    given = [each["answers"] for each in (*data["contradictions"], *data["profiles"])]
    chosen = {f"{question}.{answer}" for each in given for question, answer in each.items()}
    known = {
        f"{key}.{answer}" for key, each in data["questions"].items() for answer in each["answers"]
    }
    return (rules - set(data["rules"])) | (named - set(data["criteria"])) | (chosen - known)
