"""One run of schemathesis against an app, and what its report says.

The amount of work is bounded by the number of examples and never by time, so that a run with the
same seed finds the same on a fast machine and on a slow one.
"""

import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from guide.suite.check import Unmet
from guide.suite.client import STAFF, Shop
from guide.suite.documentation.document import ADDRESS

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
SEED = 1
EXAMPLES = 30
SECONDS = 300
_MESSAGE = 200
COVER = "/cover"


@dataclass(frozen=True)
class Sent:
    """One request of a run and its answer.

    status: 0 when there was no answer.
    negative: it was made not to be valid.
    bare: it went without the token.
    after_delete: earlier in its chain of requests something was deleted.
    of_created: it uses what a POST before it created, and that comes with it (a cover does not).
    """

    operation: str
    method: str
    status: int
    negative: bool = False
    bare: bool = False
    after_delete: bool = False
    of_created: bool = False

    @property
    def accepted(self) -> bool:
        return 200 <= self.status < 300


def _always(_: Sent) -> bool:
    return True


# schemathesis's checks, and which requests give each of them something to judge. Left out are
# - positive_data_acceptance: what is valid by its schema may be refused all the same, such as an
#   author_id that is nobody's, or a year of death before that of birth;
# - missing_required_header: the token is the only header that is required, see ignored_auth;
# - object_level_authorization: it needs two logins, and the group security judges that;
# - unsupported_method, allow_header_conformance: http.method-not-allowed, http.allow and
#   http.options judge that, and one cause is to count once.
CHECKS: Mapping[str, Callable[[Sent], bool]] = {
    "not_a_server_error": _always,
    "status_code_conformance": _always,
    "content_type_conformance": _always,
    "response_headers_conformance": _always,
    "response_schema_conformance": lambda sent: sent.accepted,
    "negative_data_rejection": lambda sent: sent.negative,
    "use_after_free": lambda sent: sent.after_delete,
    "ensure_resource_availability": lambda sent: sent.of_created,
    "ignored_auth": lambda sent: sent.bare,
}


@dataclass(frozen=True)
class Finding:
    """What one of schemathesis's checks found about an operation."""

    check: str
    operation: str
    text: str


@dataclass(frozen=True)
class Run:
    """What a run's report says.

    errors: what kept schemathesis from testing an operation, a line each.
    """

    findings: list[Finding]
    sent: list[Sent]
    errors: list[str]

    def exercised(self, check: str) -> int:
        """Return the number of requests that gave the check something to judge."""
        return sum(map(CHECKS[check], self.sent))

    def tell(self, check: str) -> list[str]:
        """Return a line for each operation that the check found something about, sorted."""
        lines: dict[str, str] = {}
        for each in sorted(self.findings, key=lambda found: (found.operation, found.text)):
            if each.check == check:
                lines.setdefault(each.operation, f"{each.operation}: {each.text}")
        return list(lines.values())


# By shop, so that the checks share a run; the reason stands in place of a run that failed.
_RUNS: WeakKeyDictionary[Shop, Run | str] = WeakKeyDictionary()


def run_of(shop: Shop) -> Run:
    """Return what schemathesis says of the app; it is run on the first call for `shop`.

    Raises Unmet, at every call, when it could not be run to its end.
    """
    if shop not in _RUNS:
        try:
            _RUNS[shop] = _run(shop)
        except Unmet as unmet:
            _RUNS[shop] = str(unmet)
        except (ValueError, LookupError, OSError) as error:
            _RUNS[shop] = f"schemathesis's report cannot be read: {type(error).__name__}: {error}"
    outcome = _RUNS[shop]
    if isinstance(outcome, str):
        raise Unmet(outcome)
    return outcome


def _run(shop: Shop) -> Run:
    token = shop.token(STAFF)
    # In a folder of its own: it leaves a cache and the requests that failed where it runs.
    with tempfile.TemporaryDirectory() as name:
        report = Path(name) / "report.ndjson"
        command = _command(f"{shop.url}{ADDRESS}", token, report)
        try:
            done = subprocess.run(
                command, cwd=name, capture_output=True, text=True, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise Unmet(
                f"schemathesis had not ended after {SECONDS} s: perhaps the app gives no answer"
            ) from error
        events = list(_events(report))
    _ended(events, done)
    return read_events(events)


def _command(address: str, token: str, report: Path) -> list[str]:
    options = {
        "--header": f"Authorization: Bearer {token}",
        "--checks": ",".join(CHECKS),
        "--phases": "examples,coverage,fuzzing,stateful",
        "--max-examples": str(EXAMPLES),
        "--seed": str(SEED),
        "--generation-database": "none",
        "--request-timeout": "10",
        "--report": "ndjson",
        "--report-ndjson-path": str(report),
    }
    words = [word for option in options.items() for word in option]
    # Without --continue-on-failure an operation's first failure would hide all others.
    flags = ["--continue-on-failure", "--no-shrink", "--no-color"]
    program = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION)]
    return [*program, "run", address, *words, *flags]


def _events(report: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    if report.exists():
        with report.open(encoding="utf-8") as lines:
            for line in lines:
                yield from json.loads(line).items()


def _ended(
    events: Iterable[tuple[str, dict[str, Any]]], done: "subprocess.CompletedProcess[str]"
) -> None:
    """Raise Unmet unless the run came to its end."""
    by_name = dict(events)
    if "FatalError" in by_name:
        problem = by_name["FatalError"]["exception"]["message"]
    elif "EngineFinished" not in by_name:
        output = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        problem = f"status {done.returncode}: {' '.join(output[-3:])}"
    else:
        return
    raise Unmet(f"schemathesis did not run: {_short(problem)}")


def read_events(events: Iterable[tuple[str, dict[str, Any]]]) -> Run:
    """Return what the events of a report say."""
    run = Run([], [], [])
    for name, event in events:
        if name == "NonFatalError":
            run.errors.append(_error(event))
        elif name == "ScenarioFinished":
            recorder = event["recorder"]
            run.findings.extend(_findings(recorder))
            run.sent.extend(_requests(recorder))
    return run


def _error(event: dict[str, Any]) -> str:
    kind, message = event["value"]["type"], event["value"]["message"]
    if "Connection" in kind or "Timeout" in kind:
        return f"{event['label']}: no answer ({kind})"
    return f"{event['label']}: {kind}: {_short(message)}"


def _findings(recorder: dict[str, Any]) -> Iterator[Finding]:
    for results in recorder.get("checks", {}).values():
        for result in results:
            if result["status"] == "failure":
                name, failure = result["name"], result["failure_info"]["failure"]
                if not _excused(name, failure["message"]):
                    message = f"{failure['title']}: {failure['message']}"
                    # In its second paragraph this one says what was not available.
                    text = _short(message, 2 if name == "ensure_resource_availability" else 1)
                    yield Finding(name, failure["operation"], text)


def _excused(check: str, message: str) -> bool:
    """Return whether a finding is schemathesis's mistake.

    It takes a book's cover for something that comes with a new book; the contract has 404 there.
    (Its own configuration cannot leave out a check of one operation when requests are chained.)
    """
    return check == "ensure_resource_availability" and f"{COVER}`" in message


def _short(message: str, paragraphs: int = 1) -> str:
    """Return the first paragraphs of a message as one short line.

    What follows them holds the values that were sent or answered. Also left out is the list of all
    the statuses that would have been right for invalid input.
    """
    lines = "\n".join(message.split("\n\n")[:paragraphs]).splitlines()
    kept = [line for line in lines if not line.startswith("Expected: ")]
    return " ".join(" ".join(kept).split())[:_MESSAGE]


def _requests(recorder: dict[str, Any]) -> Iterator[Sent]:
    cases, interactions = recorder.get("cases", {}), recorder.get("interactions", {})
    before: Counter[str] = Counter()
    for key, interaction in interactions.items():
        case = cases[key]
        meta = case["value"].get("meta", {})
        request = interaction["request"]
        parent = case.get("parent_id", "")
        sent = Sent(
            operation=f"{case['value']['method']} {case['value']['path']}",
            method=request["method"],
            status=_status(interaction),
            negative=meta.get("generation", {}).get("mode") == "negative",
            bare="authorization" not in {name.lower() for name in request["headers"]},
            after_delete=bool(before["DELETE"]),
            of_created=(
                not case["value"]["path"].endswith(COVER) and _created(cases, interactions, parent)
            ),
        )
        yield sent
        before[sent.method] += sent.accepted


def _status(interaction: dict[str, Any]) -> int:
    return int((interaction.get("response") or {}).get("status_code", 0))


def _created(cases: dict[str, Any], interactions: dict[str, Any], parent: str) -> bool:
    """Return whether the request `parent` was a POST that created something."""
    return (
        parent in interactions
        and cases[parent]["value"]["method"] == "POST"
        and _status(interactions[parent]) == 201
    )
