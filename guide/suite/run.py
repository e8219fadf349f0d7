"""Running the checks against one app, and weighing what they find against the gaps it declares."""

import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import httpx2

from guide.errors import GuideError
from guide.manifest import Gap
from guide.processes import Server
from guide.suite.check import Check, Unmet
from guide.suite.client import Shop


class Verdict(StrEnum):
    """What became of a check."""

    PASSED = "passed"
    FAILED = "failed"
    GAP = "gap"  # failed as declared
    GAP_MET = "gap met"  # declared, and yet it passes: the declaration is out of date
    NOT_RUN = "not run"

    @property
    def good(self) -> bool:
        return self in (Verdict.PASSED, Verdict.GAP)


@dataclass(frozen=True)
class Outcome:
    """A check's verdict for one app.

    found: what the check says it found; empty when it passed.
    """

    check: str
    verdict: Verdict
    found: str = ""


def run_checks(
    checks: Sequence[Check], shop: Shop, server: Server, gaps: Mapping[str, Gap]
) -> Iterator[Outcome]:
    """Run `checks` in their order and yield an outcome for each.

    When the app dies or hangs, the check that saw it fails, and those that are left are not run.
    """
    gone = ""
    for check in checks:
        if gone:
            yield Outcome(check.id, Verdict.NOT_RUN, gone)
            continue
        try:
            found, doubtful = _run(check, shop)
        except GuideError as error:
            yield Outcome(check.id, Verdict.NOT_RUN, str(error))
            continue
        if doubtful:
            gone = _gone(server, check.id)
            found = f"{found}; {gone}" if gone else found
        # What brings the app down is never the gap that was declared.
        yield weigh(check.id, found, None if gone else gaps.get(check.id))


def weigh(check: str, found: str, gap: Gap | None) -> Outcome:
    """Return the outcome of a check that found `found` (empty: nothing wrong)."""
    if not found:
        if gap is None:
            return Outcome(check, Verdict.PASSED)
        return Outcome(
            check, Verdict.GAP_MET, "the app passes this check: take its gap out of gaps.toml"
        )
    if gap is None:
        return Outcome(check, Verdict.FAILED, found)
    if gap.seen.search(found) is None:
        return Outcome(
            check, Verdict.FAILED, f"{found} (declared as a gap that reads {gap.seen.pattern!r})"
        )
    return Outcome(check, Verdict.GAP, found)


def _run(check: Check, shop: Shop) -> tuple[str, bool]:
    """Return what the check found, and whether it is in doubt that the app still answers."""
    try:
        check.run(shop)
    except Unmet as unmet:
        return str(unmet), "no answer" in str(unmet)
    except (httpx2.TransportError, OSError) as error:
        return f"the request failed: {type(error).__name__}: {error}", True
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        # An answer of another shape than checks read; which one, the line of the check tells.
        where = traceback.extract_tb(error.__traceback__)[-1]
        told = f"{type(error).__name__}: {error} at {Path(where.filename).name}:{where.lineno}"
        return f"an answer cannot be read: {told}", False
    return "", False


def _gone(server: Server, check: str) -> str:
    """Return why nothing more can be asked of the app; empty when it still answers."""
    if server.answers():
        return ""
    if (status := server.exit_status()) is not None:
        return f"the app died during {check} (status {status}): {server.last_words()}"
    return f"the app hangs since {check}: GET /health is not answered within 5 s"
