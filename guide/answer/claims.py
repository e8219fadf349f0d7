"""The original guide's claims, each with a verdict that has to follow from its evidence.

`python -m guide claims [RESULTS.json]` prints each with its verdict, its findings, and whether they
support it; the exit status is 1 when one is not supported.
"""

import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guide import paths
from guide.answer import recorded
from guide.answer.evidence import (
    FRAMEWORKS,
    SUPERLATIVES,
    TESTS,
    Assertion,
    NoWinner,
    Results,
    Source,
    check_metric,
)
from guide.answer.facts import Facts, check_date, load_facts
from guide.errors import ClaimsError, FactsError, GuideError

CLAIMS = paths.GUIDE / "claims.toml"
SUBJECTS = (*FRAMEWORKS, "all")
FACTORS = (
    "size", "performance", "learning", "community", "scalability", "documentation", "database",
)  # fmt: skip
HOLDS, NO_LONGER, DEPENDS, UNMEASURED = "holds", "no longer", "depends", "cannot be measured"
VERDICTS = (HOLDS, NO_LONGER, DEPENDS, UNMEASURED)
_WORDS = ("id", "quote", "subject", "factor", "verdict", "evidence", "caveat", "reason")
_COMMON = ("metric", "fact", "what", "add", "passed")
_PIECE = {*_COMMON, "of", "over", "among", "margin", "when", *TESTS}


@dataclass(frozen=True)
class Page:
    """A source for what is no number: its address or name, the day it speaks of, what it says."""

    source: str
    date: str
    says: str


@dataclass(frozen=True)
class Claim:
    """One checkable statement of the original guide, in its words.

    reason: why it cannot be measured; empty with every other verdict.
    """

    id: str
    quote: str
    subject: str
    factor: str
    verdict: str
    assertions: Sequence[Assertion | NoWinner]
    pages: Sequence[Page]
    caveat: str
    reason: str


@dataclass(frozen=True)
class Ruling:
    """What the evidence says of a claim's verdict.

    findings: the numbers of each assertion, the words of each source, and the reason if there is
        one; where the verdict is not supported, the last says why.
    """

    claim: Claim
    supported: bool
    findings: list[str]

    def document(self) -> dict[str, Any]:
        """Return it for JSON and for pages."""
        claim = self.claim
        return {
            "id": claim.id,
            "quote": claim.quote,
            "subject": claim.subject,
            "factor": claim.factor,
            "verdict": claim.verdict,
            "supported": self.supported,
            "findings": self.findings,
            "caveat": claim.caveat,
        }


def load_claims(facts: Facts, path: Path = CLAIMS) -> list[Claim]:
    """Read and check the claims.

    Raises ClaimsError for the first that lacks a part, or has a verdict that its evidence cannot
    support whatever the numbers are.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))["claims"]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ClaimsError(f"{path}: cannot be read: {error}") from error
    except KeyError as error:
        raise ClaimsError(f"{path}: there is no [[claims]].") from error
    claims = [_claim(path, table, facts) for table in tables]
    ids = [claim.id for claim in claims]
    if twice := sorted({each for each in ids if ids.count(each) > 1}):
        raise ClaimsError(f"{path}: the id {twice[0]!r} is there twice.")
    return claims


def judge(claim: Claim, results: Results, facts: Facts) -> Ruling:
    """Judge whether the evidence supports the verdict, by `results` and `facts`."""
    judged = [each.judge(results, facts) for each in claim.assertions]
    outcomes = [outcome for outcome, _ in judged]
    findings = [finding for _, finding in judged]
    findings += [f"{page.says} ({page.source}, {page.date})" for page in claim.pages]
    findings += [claim.reason] if claim.reason else []
    if problem := _unsupported(claim.verdict, outcomes):
        findings.append(f"not supported: {problem}")
    return Ruling(claim, not problem, findings)


def _unsupported(verdict: str, outcomes: Sequence[bool | None]) -> str:
    """Return why the verdict does not follow from the outcomes; nothing when it does."""
    if None in outcomes:
        return "a value is missing"
    if verdict == DEPENDS and (all(outcomes) or not any(outcomes)):
        return f"{verdict!r} needs something true and something false"
    if verdict in (HOLDS, NO_LONGER) and not all(outcomes):
        return f"{verdict!r} needs every assertion true"
    return ""


def _claim(path: Path, table: Mapping[str, Any], facts: Facts) -> Claim:
    where = f"{path}: {table.get('id', 'a claim without id')}"
    if unknown := sorted(set(table) - set(_WORDS)):
        raise ClaimsError(f"{where}: {unknown[0]!r} is no part of a claim.")
    for name in ("id", "quote", "subject", "factor", "verdict"):
        if not table.get(name):
            raise ClaimsError(f"{where}: {name} is missing.")
    for name, known in (("subject", SUBJECTS), ("factor", FACTORS), ("verdict", VERDICTS)):
        if table[name] not in known:
            raise ClaimsError(f"{where}: {name} {table[name]!r} is none of {', '.join(known)}.")
    pieces = table.get("evidence", [])
    if not isinstance(pieces, list) or not all(isinstance(piece, dict) for piece in pieces):
        raise ClaimsError(f"{where}: evidence is a list of tables, and one of them is no table.")
    claim = Claim(
        table["id"],
        table["quote"],
        table["subject"],
        table["factor"],
        table["verdict"],
        [_assertion(where, piece, facts) for piece in pieces if "source" not in piece],
        [_page(where, piece) for piece in pieces if "source" in piece],
        table.get("caveat", ""),
        table.get("reason", ""),
    )
    if problem := _groundless(claim):
        raise ClaimsError(f"{where}: {problem}")
    return claim


def _groundless(claim: Claim) -> str:
    """Return what the verdict lacks, whatever the numbers are; nothing when all is there."""
    count, unmeasured = len(claim.assertions), claim.verdict == UNMEASURED
    problems = {
        f"{UNMEASURED!r} cannot rest on a metric or a fact.": unmeasured and count,
        f"{UNMEASURED!r} needs a reason.": unmeasured and not claim.reason,
        f"a reason belongs to {UNMEASURED!r}; write a caveat.": claim.reason and not unmeasured,
        "evidence is missing.": not (unmeasured or count or claim.pages),
        f"{NO_LONGER!r} needs the assertion that contradicts it.": claim.verdict == NO_LONGER
        and not count,
        f"{DEPENDS!r} needs two assertions, one true and one false.": claim.verdict == DEPENDS
        and count < 2,
    }
    return next((problem for problem, there in problems.items() if there), "")


def _page(where: str, piece: Mapping[str, Any]) -> Page:
    if set(piece) != {"source", "date", "says"} or not all(piece.values()):
        raise ClaimsError(f"{where}: a source must have exactly source, date and says.")
    try:
        check_date(where, piece["date"])
    except FactsError as error:
        raise ClaimsError(str(error)) from error
    return Page(piece["source"], piece["date"], piece["says"])


def _assertion(where: str, piece: Mapping[str, Any], facts: Facts) -> Assertion | NoWinner:
    if "no_winner" in piece:
        if set(piece) != {"no_winner"} or not piece["no_winner"]:
            raise ClaimsError(f"{where}: no_winner is a list of rankings and stands alone.")
        rankings = [_simple(where, {"of": "all", **each}, facts) for each in piece["no_winner"]]
        if any(ranking.test != "is" for ranking in rankings):
            raise ClaimsError(f"{where}: a ranking of no_winner needs `is`: lowest or highest.")
        return NoWinner(rankings)
    return _simple(where, piece, facts)


def _simple(where: str, piece: Mapping[str, Any], facts: Facts) -> Assertion:
    if unknown := sorted(set(piece) - _PIECE):
        raise ClaimsError(f"{where}: {unknown[0]!r} is no part of an assertion.")
    tests = [name for name in TESTS if name in piece]
    if len(tests) != 1:
        raise ClaimsError(f"{where}: an assertion needs exactly one of {', '.join(TESTS)}.")
    test, among = tests[0], piece.get("among", FRAMEWORKS)
    of = [piece["of"]] if isinstance(piece.get("of"), str) else piece.get("of", ())
    of = list(FRAMEWORKS) if of == ["all"] else of
    if unknown := sorted({*of, *among, piece.get("over", FRAMEWORKS[0])} - set(FRAMEWORKS)):
        raise ClaimsError(f"{where}: unknown framework {unknown[0]!r}.")
    if not of or (test == "is" and piece["is"] not in SUPERLATIVES):
        raise ClaimsError(f"{where}: an assertion needs `of`, and `is` is lowest or highest.")
    numbers = [piece[name] for name in ("at_least", "at_most", "margin") if name in piece]
    if not all(isinstance(number, int | float) for number in numbers):
        raise ClaimsError(f"{where}: {test} and margin need a number.")
    if test == "is" and not set(of) <= set(among):
        raise ClaimsError(f"{where}: `of` must be among those that are compared.")
    return Assertion(
        _source(where, piece, facts),
        of,
        piece.get("over", ""),
        test,
        piece[test],
        among,
        piece.get("margin", 0.0),
        piece.get("when", ""),
    )


def _source(where: str, piece: Mapping[str, Any], facts: Facts) -> Source:
    metric, fact, what = piece.get("metric", ""), piece.get("fact", ""), piece.get("what", "")
    if bool(metric) == bool(fact):
        raise ClaimsError(f"{where}: an assertion needs a metric or a fact, and not both.")
    if fact:
        try:
            what = what or facts.title(fact)
        except FactsError as error:
            raise ClaimsError(f"{where}: {error}") from error
    else:
        check_metric(where, metric)
        if not what:
            raise ClaimsError(f"{where}: {metric} needs `what`: the words for it, with the unit.")
    return Source(metric, fact, what, piece.get("add", ()), piece.get("passed", ""))


def _tell(ruling: Ruling) -> str:
    claim = ruling.claim
    mark = "" if ruling.supported else "   NOT SUPPORTED"
    lines = [f"{claim.id} ({claim.subject}, {claim.factor}): “{claim.quote}”"]
    lines.append(f"    {claim.verdict}{mark}")
    lines += [f"    - {finding}" for finding in ruling.findings]
    return "\n".join(lines + ([f"    caveat: {claim.caveat}"] if claim.caveat else []))


def main(arguments: Sequence[str]) -> int:
    """Print each claim's ruling by the results that are named, or the newest; return the status."""
    try:
        results = recorded.load(Path(arguments[0]) if arguments else recorded.newest())
        facts = load_facts()
        rulings = [judge(claim, results, facts) for claim in load_claims(facts)]
    except GuideError as error:
        print(f"guide: {error}", file=sys.stderr)
        return 2
    print("\n\n".join(map(_tell, rulings)))
    bad = [ruling.claim.id for ruling in rulings if not ruling.supported]
    print(f"\n{len(rulings)} claims, {len(bad)} not supported{': ' if bad else ''}{', '.join(bad)}")
    return 1 if bad else 0
