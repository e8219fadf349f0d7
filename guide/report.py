"""What was found, as a table for people and as JSON for programs."""

import platform
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from guide.interpreter import Interpreter
from guide.judge import Judgement
from guide.suite.check import GROUPS, TITLES, Check
from guide.suite.run import Outcome, Verdict

MARKS = {
    Verdict.PASSED: "✓",
    Verdict.GAP: "gap",
    Verdict.FAILED: "FAILED",
    Verdict.GAP_MET: "GAP MET",
    Verdict.NOT_RUN: "not run",
}
DOTS = {
    Verdict.PASSED: ".",
    Verdict.GAP: "g",
    Verdict.FAILED: "F",
    Verdict.GAP_MET: "!",
    Verdict.NOT_RUN: "-",
}
_TITLE = 74
_COLUMN = 9


def table(checks: Sequence[Check], judgements: Sequence[Judgement]) -> str:
    """Return one table: a row for each check, a column for each framework, sums for each group."""
    judged = [each for each in judgements if each.outcomes]
    lines = []
    for group in GROUPS:
        rows = [check for check in checks if check.group == group]
        if rows and judged:
            lines += ["", _row(TITLES[group].upper(), [each.key for each in judged])]
            lines += [
                _row(f"  {row.title}", [_mark(each, row.id) for each in judged]) for row in rows
            ]
            lines.append(_row(f"  {len(rows)} checks", [_sum(each, group) for each in judged]))
    return "\n".join(lines)


def details(judgements: Sequence[Judgement], gaps: bool = False) -> Iterator[str]:
    """Yield a line for each thing that is not as it should be, and, if asked, for each gap."""
    for judgement in judgements:
        if judgement.problem:
            yield f"{judgement.key}: {judgement.problem}"
        for reason, count in Counter(
            each.found for each in judgement.outcomes.values() if each.verdict is Verdict.NOT_RUN
        ).items():
            yield f"{judgement.key}: not run: {count} checks: {reason}"
        for outcome in judgement.outcomes.values():
            mark = MARKS[outcome.verdict]
            if outcome.verdict is Verdict.NOT_RUN:
                continue
            if not outcome.verdict.good:
                yield f"{judgement.key}: {mark} {outcome.check}: {outcome.found}"
            elif gaps and outcome.verdict is Verdict.GAP:
                gap = judgement.gaps[outcome.check]
                yield f"{judgement.key}: {mark} {outcome.check} ({gap.owner}): {gap.reason}"
                yield f"    seen: {outcome.found}"
                yield f"    it would take: {gap.takes}"


def summary(judgements: Sequence[Judgement]) -> Iterator[str]:
    """Yield a line for each framework: how many checks passed, are gaps, failed."""
    for each in judgements:
        if not each.outcomes:
            yield f"{each.key}: not judged"
            continue
        counts = [
            f"{each.count(verdict)} {label}"
            for verdict, label in (
                (Verdict.PASSED, "passed"),
                (Verdict.GAP, "declared gaps"),
                (Verdict.FAILED, "failed"),
                (Verdict.GAP_MET, "gaps met"),
                (Verdict.NOT_RUN, "not run"),
            )
            if each.count(verdict) or verdict in (Verdict.PASSED, Verdict.GAP)
        ]
        yield f"{each.name}: {', '.join(counts)}, in {each.seconds:.0f} s"


def document(
    interpreter: Interpreter,
    database: str,
    checks: Sequence[Check],
    judgements: Sequence[Judgement],
) -> dict[str, Any]:
    """Return all that was found, for JSON."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": interpreter.version,
        "machine": f"{platform.system()} {platform.machine()}",
        "database": database,
        "checks": {
            check.id: {"group": check.group, "title": check.title, "rule": check.rule}
            for check in checks
        },
        "frameworks": {each.key: judged(each) for each in judgements},
    }


def judged(judgement: Judgement) -> dict[str, Any]:
    """Return what was found about one framework, for JSON."""
    return {
        "name": judgement.name,
        "versions": dict(judgement.versions),
        "problem": judgement.problem,
        "seconds": round(judgement.seconds, 1),
        "checks": {
            outcome.check: _outcome(outcome, judgement.gaps)
            for outcome in judgement.outcomes.values()
        },
    }


def _outcome(outcome: Outcome, gaps: Mapping[str, Any]) -> dict[str, str]:
    told = {"verdict": outcome.verdict.value}
    if outcome.found:
        told["found"] = outcome.found
    if outcome.verdict is Verdict.GAP:
        gap = gaps[outcome.check]
        told |= {"owner": gap.owner, "reason": gap.reason, "takes": gap.takes}
    return told


def _mark(judgement: Judgement, check: str) -> str:
    outcome = judgement.outcomes.get(check)
    return MARKS[outcome.verdict] if outcome else MARKS[Verdict.NOT_RUN]


def _sum(judgement: Judgement, group: str) -> str:
    return str(judgement.count(Verdict.PASSED, f"{group}."))


def _row(title: str, cells: Sequence[str]) -> str:
    return f"{title:{_TITLE}}" + "".join(f"{cell:>{_COLUMN}}" for cell in cells)
