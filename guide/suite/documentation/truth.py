"""Whether the app keeps to its own document: a check for each of schemathesis's.

They share one run (drift.py), in which a member of staff calls every operation many times. It
changes and deletes rows, so these checks come last.
"""

from collections.abc import Callable

from guide.suite.check import check, expect
from guide.suite.client import Shop
from guide.suite.documentation.document import read, report
from guide.suite.documentation.drift import CHECKS, SECONDS, run_of

TITLES = {
    "not_a_server_error": "No request brings about a server error",
    "status_code_conformance": "Every status that is answered is documented",
    "content_type_conformance": "Every media type that is answered is documented",
    "response_headers_conformance": "Every header that is documented comes, and as documented",
    "response_schema_conformance": "Every answer is as its schema says",
    "negative_data_rejection": "What the schemas exclude is refused",
    "use_after_free": "What was deleted is gone",
    "ensure_resource_availability": "What was created is there",
    "ignored_auth": "What is documented to need a token needs it",
}


@check(
    "documentation.drift-complete",
    "A tool can make requests for every operation from the document alone",
    "OpenAPI Specification",
    SECONDS + 30,
)
def drift_complete(shop: Shop) -> None:
    run = run_of(shop)
    report(sorted(set(run.errors)))
    reached = {sent.operation for sent in run.sent if sent.status}
    missed = sorted(read(shop).labels - reached)
    expect(not missed, f"schemathesis made no request for {', '.join(missed)}")
    welcome = any(sent.accepted and sent.method == "POST" for sent in run.sent)
    expect(welcome, "schemathesis created nothing: no POST that it made was accepted")


def _keeps(name: str) -> Callable[[Shop], None]:
    """Return a check that passes when schemathesis's `name` judged something and found nothing."""

    def drift(shop: Shop) -> None:
        run = run_of(shop)
        report(run.tell(name))
        expect(run.exercised(name), f"schemathesis made no request that {name} could judge")

    return drift


for _name in CHECKS:
    check(
        f"documentation.drift-{_name.replace('_', '-')}",
        TITLES[_name],
        f"the app's own document; schemathesis, {_name}",
        SECONDS + 30,
    )(_keeps(_name))
