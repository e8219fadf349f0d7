"""Which framework for these answers: points by criterion, a ranking, and whether it is clear.

The page's choose.js does the same in the same order; tests/browser/ compares the two. No number
here belongs to a framework: all come from the sheet (docs/reference/choose.md has the arithmetic).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from guide.answer.sheet import Criterion, Metric, Sheet, SheetError


@dataclass(frozen=True)
class Line:
    """One criterion's part in the ranking.

    because: the questions whose answers weigh it.
    values, scores: by framework; scores are 0 to 1.
    """

    criterion: str
    title: str
    rule: str
    unit: str
    weight: int
    because: Sequence[str]
    values: Mapping[str, float]
    scores: Mapping[str, float]


@dataclass(frozen=True)
class Tip:
    """Another answer to one question that would bring another framework to the top."""

    question: str
    answer: str
    first: str


@dataclass(frozen=True)
class Choice:
    """What the answers come to.

    ranking: frameworks, best first, with points of 100.
    lead, margin: points; the first is clearly best when `lead` is more than `margin`.
    spread, swing: the parts of the margin: what measurements may vary, and what one weight may.
    ruled_out, unranked: frameworks and why; left_out: criteria and why.
    says: lines about answers that contradict each other.
    """

    ranking: Sequence[tuple[str, float]]
    lead: float
    margin: float
    spread: float
    swing: float
    lines: Sequence[Line]
    ruled_out: Mapping[str, str]
    unranked: Mapping[str, str]
    left_out: Mapping[str, str]
    says: Sequence[str]
    tips: Sequence[Tip]

    @property
    def clear(self) -> bool:
        """Whether the first is clearly best, or the only one."""
        return len(self.ranking) == 1 or self.lead > self.margin


def choose(sheet: Sheet, answers: Mapping[str, str], without: Sequence[str] = ()) -> Choice:
    """Rank the frameworks of `sheet` for `answers` (by question; those not given count nothing).

    Raises SheetError for a question, an answer or a framework that there is not.
    """
    _must_be_known(sheet, answers, without)
    choice = _rank(sheet, answers, without)
    return Choice(**{**vars(choice), "tips": _tips(sheet, answers, without, choice)})


def _rank(sheet: Sheet, answers: Mapping[str, str], without: Sequence[str]) -> Choice:
    weights, because = _weights(sheet, answers)
    candidates = [key for key in sheet.names if key not in without]
    ruled_out, says = _requirements(sheet, answers, candidates)
    candidates = [key for key in candidates if key not in ruled_out]
    unranked = _hardly_measured(sheet, weights, candidates)
    candidates = [key for key in candidates if key not in unranked]
    left_out = _left_out(sheet, weights, candidates)
    lines = [
        _line(sheet, sheet.criteria[key], weight, because[key], candidates)
        for key, weight in weights.items()
        if key not in left_out
    ]
    ranking = _ranking(lines, candidates)
    lead, spread, swing = _margin(sheet, lines, ranking)
    return Choice(
        ranking=ranking,
        lead=lead,
        margin=_round(spread + swing),
        spread=spread,
        swing=swing,
        lines=lines,
        ruled_out=ruled_out,
        unranked=unranked,
        left_out=left_out,
        says=[*_contradictions(sheet, answers), *says],
        tips=[],
    )


def score(rule: str, span: float, value: float, best: float) -> float:
    """Return the points of `value`, 0 to 1, by `rule`; `best` is the best of those compared."""
    if rule == "cost":
        return max(0.0, 1 - math.log(value / best) / math.log(span))
    if rule == "reach":
        return max(0.0, 1 - math.log(best / value) / math.log(span))
    if rule == "present":
        return 1.0 if value > 0 else 0.0
    if rule == "absent":
        return 0.0 if value > 0 else 1.0
    return value


def _width(rule: str, span: float, metric: Metric) -> float:
    """Return how far apart the points of the two ends of a metric's spread are."""
    if rule in ("cost", "reach"):
        return math.log(metric.high / metric.low) / math.log(span)
    return metric.high - metric.low


def _weights(
    sheet: Sheet, answers: Mapping[str, str]
) -> tuple[dict[str, int], dict[str, list[str]]]:
    """Return each criterion's weight, added up over the answers, and the questions that gave it."""
    weights: dict[str, int] = {}
    because: dict[str, list[str]] = {}
    for question, table in sheet.questions.items():
        if question in answers:
            for key, weight in table.answers[answers[question]].weights.items():
                weights[key] = weights.get(key, 0) + weight
                because.setdefault(key, []).append(question)
    return weights, because


def _requirements(
    sheet: Sheet, answers: Mapping[str, str], candidates: Sequence[str]
) -> tuple[dict[str, str], list[str]]:
    """Return who does not meet what answers require, and what is to be said about it.

    When nobody is left, the requirements contradict each other here: they only count as weights.
    """
    ruled_out: dict[str, str] = {}
    says: list[str] = []
    wanted: list[str] = []
    for question, table in sheet.questions.items():
        key = table.answers[answers[question]].requires if question in answers else ""
        if not key:
            continue
        criterion = sheet.criteria[key]
        wanted.append(criterion.title)
        for name in candidates:
            if name not in criterion.metrics:
                says.append(f"{sheet.names[name]}: not known whether it meets: {criterion.title}")
            elif score(criterion.rule, 0, criterion.metrics[name].value, 0) == 0:
                ruled_out.setdefault(name, criterion.title)
    if candidates and all(name in ruled_out for name in candidates):
        says.append(f"no framework here meets: {'; '.join(wanted)}. None is ruled out for it")
        return {}, says
    return ruled_out, says


def _hardly_measured(
    sheet: Sheet, weights: Mapping[str, int], candidates: Sequence[str]
) -> dict[str, str]:
    """Return the frameworks that lack half or more of what the others have, by weight."""
    known = [
        key for key in weights if any(name in sheet.criteria[key].metrics for name in candidates)
    ]
    total = sum(weights[key] for key in known)
    lacking = {}
    for name in candidates:
        missing = sum(weights[key] for key in known if name not in sheet.criteria[key].metrics)
        if total and missing * 2 >= total:
            lacking[name] = "half or more of what these answers weigh was not measured for it"
    return lacking


def _left_out(
    sheet: Sheet, weights: Mapping[str, int], candidates: Sequence[str]
) -> dict[str, str]:
    """Return the criteria that one of `candidates` has no value for; they count for nobody."""
    left_out = {}
    for key in weights:
        lacking = [
            sheet.names[name] for name in candidates if name not in sheet.criteria[key].metrics
        ]
        if lacking:
            left_out[key] = f"no value that can be ranked for {', '.join(lacking)}"
    return left_out


def _line(
    sheet: Sheet, criterion: Criterion, weight: int, because: Sequence[str], names: Sequence[str]
) -> Line:
    values = {name: criterion.metrics[name].value for name in names}
    span = sheet.spans.get(criterion.rule, 0)
    best = (max if criterion.rule == "reach" else min)(values.values(), default=0)
    scores = {name: score(criterion.rule, span, value, best) for name, value in values.items()}
    return Line(
        criterion.id,
        criterion.title,
        criterion.rule,
        criterion.unit,
        weight,
        because,
        values,
        scores,
    )


def _ranking(lines: Sequence[Line], names: Sequence[str]) -> list[tuple[str, float]]:
    """Return the frameworks and their points of 100, best first; equal ones by their key."""
    total = sum(line.weight for line in lines)
    if not total:
        return []
    points = {
        name: _round(100 * sum(line.weight * line.scores[name] for line in lines) / total)
        for name in names
    }
    return sorted(points.items(), key=lambda item: (-item[1], item[0]))


def _margin(
    sheet: Sheet, lines: Sequence[Line], ranking: Sequence[tuple[str, float]]
) -> tuple[float, float, float]:
    """Return the lead of the first over the second, and the two parts of its margin, in points.

    spread: half the width of each metric's points by its weight, as errors add up: in squares.
    swing: by how much it differs when the criterion that parts them most weighs half as much.
    """
    if len(ranking) < 2:
        return 0.0, 0.0, 0.0
    (first, most), (second, next_most) = ranking[:2]
    total = sum(line.weight for line in lines)
    squares = 0.0
    for line in lines:
        for name in (first, second):
            metric = sheet.criteria[line.criterion].metrics[name]
            width = _width(line.rule, sheet.spans.get(line.rule, 0), metric)
            squares += (line.weight * width / 2) ** 2
    swing = max(line.weight * abs(line.scores[first] - line.scores[second]) for line in lines) / 2
    return (
        _round(most - next_most),
        _round(100 * math.sqrt(squares) / total),
        _round(100 * swing / total),
    )


def _contradictions(sheet: Sheet, answers: Mapping[str, str]) -> list[str]:
    return [
        each.says
        for each in sheet.contradictions
        if all(answers.get(question) == answer for question, answer in each.answers.items())
    ]


def _tips(
    sheet: Sheet, answers: Mapping[str, str], without: Sequence[str], choice: Choice
) -> list[Tip]:
    """Return each other answer to one question that brings another framework to the top."""
    if not choice.ranking:
        return []
    tips = []
    for question, table in sheet.questions.items():
        for answer in table.answers:
            if answer != answers.get(question):
                other = _rank(sheet, {**answers, question: answer}, without)
                if other.ranking and other.ranking[0][0] != choice.ranking[0][0]:
                    tips.append(Tip(question, answer, other.ranking[0][0]))
    return tips


def _must_be_known(sheet: Sheet, answers: Mapping[str, str], without: Sequence[str]) -> None:
    for name in without:
        if name not in sheet.names:
            raise SheetError(
                f"unknown framework {name!r}. The results have: {', '.join(sheet.names)}."
            )
    if len(set(without)) == len(sheet.names):
        raise SheetError("no framework is left to choose from: --without names them all.")
    for question, answer in answers.items():
        if question not in sheet.questions:
            raise SheetError(
                f"unknown question {question!r}. There are: {', '.join(sheet.questions)}."
            )
        if answer not in sheet.questions[question].answers:
            known = ", ".join(sheet.questions[question].answers)
            raise SheetError(f"unknown answer {answer!r} to {question}. There are: {known}.")


def _round(points: float) -> float:
    # To a millionth, so that JavaScript's last bits and Python's make the same order.
    return math.floor(points * 1e6 + 0.5) / 1e6
