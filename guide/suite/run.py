"""Running the checks against one app, and weighing what they find against the gaps it declares."""

import signal
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import httpx2

from guide.errors import GuideError
from guide.manifest import Gap
from guide.processes import Server
from guide.suite.check import Check, Unmet
from guide.suite.client import Shop

SHOWN = 3  # findings that are told of a check


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


@dataclass(frozen=True)
class Found:
    """What a check found.

    findings: a line each; empty when the check passed.
    doubtful: whether the app may not be answering any more.
    """

    findings: Sequence[str] = ()
    doubtful: bool = False


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
            found = _run(check, shop)
        except GuideError as error:
            yield Outcome(check.id, Verdict.NOT_RUN, str(error))
            continue
        gone = _gone(server, check.id, found.doubtful)
        # What brings the app down is never what passed, or the gap that was declared.
        if gone:
            yield Outcome(check.id, Verdict.FAILED, "; ".join([*found.findings, gone]))
        else:
            yield weigh(check.id, found.findings, gaps.get(check.id))


def weigh(check: str, findings: Sequence[str], gap: Gap | None) -> Outcome:
    """Return the outcome of a check that found `findings`.

    A gap covers them when each of them reads as it says.
    """
    told = "; ".join([*findings[:SHOWN], *(["..."] if len(findings) > SHOWN else [])])
    if gap is None:
        return Outcome(check, Verdict.FAILED if findings else Verdict.PASSED, told)
    if not findings:
        met = "the app passes this check: take its gap out of gaps.toml"
        return Outcome(check, Verdict.GAP_MET, met)
    other = [finding for finding in findings if gap.seen.search(finding) is None]
    if other:
        declared = f"(declared as a gap that reads {gap.seen.pattern!r})"
        return Outcome(check, Verdict.FAILED, f"{other[0]} {declared}")
    return Outcome(check, Verdict.GAP, told)


def _run(check: Check, shop: Shop) -> Found:
    """Run one check; whatever happens in it is something found about the app.

    Raises GuideError when the check cannot be run.
    """
    try:
        with _deadline(check.seconds):
            check.run(shop)
    except Unmet as unmet:
        return Found(unmet.findings, "no answer" in str(unmet))
    except _Overdue:
        return Found([f"the check was not over after {check.seconds:g} s"], doubtful=True)
    except (httpx2.TransportError, OSError) as error:
        return Found([f"the request failed: {type(error).__name__}: {error}"], doubtful=True)
    except GuideError:
        raise
    except Exception as error:  # an answer can be anything
        where = traceback.extract_tb(error.__traceback__)[-1]
        told = f"{type(error).__name__}: {error} at {Path(where.filename).name}:{where.lineno}"
        return Found([f"an answer cannot be read: {told}"])
    return Found()


class _Overdue(Exception):
    """The time for a check is up."""


@contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    """Raise _Overdue in the body after `seconds`: an answer may drip for ever, byte by byte."""

    def ring(*_: object) -> None:
        raise _Overdue

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _gone(server: Server, check: str, doubtful: bool) -> str:
    """Return why nothing more can be asked of the app; empty when it still answers."""
    if not doubtful and server.exit_status(0) is None:
        return ""
    if server.answers():
        return ""
    if (status := server.exit_status()) is not None:
        return f"the app died during {check} (status {status}): {server.last_words()}"
    return f"the app hangs since {check}: GET /health is not answered within 5 s"
