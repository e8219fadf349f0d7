"""What is asked of Restive: every gate and target, in the order in which they are told."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum

from bench.ratios import Spread

AT_MOST, AT_LEAST = "≤", "≥"


class Verdict(Enum):
    """How a measured value stands to its gate and its target."""

    TARGET = "target met"
    GATE = "gate met"
    MISSED = "MISSED"
    TARGET_MISSED = "target missed"
    UNKNOWN = "not measured"


@dataclass(frozen=True)
class Gate:
    """A bound, and the better one that is aimed at.

    finding: the key of the measured value. `case/a:b` is the CPU per request of server `a` divided
    by that of server `b`, in that case.
    sense: whether the value has to be AT_MOST or AT_LEAST the bound.
    what: what the measured number is.
    """

    title: str
    finding: str
    sense: str
    gate: float | None
    target: float | None
    what: str

    @property
    def case(self) -> str:
        return self.finding.partition("/")[0]

    def verdict(self, found: Spread | None) -> Verdict:
        """Return how the median of `found` stands; a bound that is just reached is met."""
        if found is None:
            return Verdict.UNKNOWN
        if self.target is not None and self._meets(found.median, self.target):
            return Verdict.TARGET
        if self.gate is None:
            return Verdict.TARGET_MISSED
        return Verdict.GATE if self._meets(found.median, self.gate) else Verdict.MISSED

    def _meets(self, value: float, bound: float) -> bool:
        return value <= bound if self.sense == AT_MOST else value >= bound


WAITS = "awaits once (a real task), typed result"
HELLO = "hello JSON, in place"
CHANGING = "hello JSON, a header that changes"
TYPED = "int path, 3 typed query parameters"
POST = "POST 1 KB validated, returned, 201"
ROWS = "100-row typed list, 23 KB"
ROUTES = "last of 1,000 routes"

GATES = (
    Gate(WAITS, "waits/fastapi:restive", AT_LEAST, 4, 6, "FastAPI / Restive"),
    Gate(HELLO, "hello/restive:nginx", AT_MOST, 2.2, 1.6, "Restive / nginx"),
    Gate(HELLO, "hello/fastapi:restive", AT_LEAST, 7, None, "FastAPI / Restive"),
    Gate(HELLO, "hello/blacksheep:restive", AT_LEAST, 2, None, "BlackSheep / Restive"),
    Gate(HELLO, "hello/restive:granian", AT_MOST, None, 1, "Restive / Granian, raw"),
    Gate(CHANGING, "changing/restive:nginx", AT_MOST, 2.2, 1.6, "Restive / nginx"),
    Gate(CHANGING, "changing/fastapi:restive", AT_LEAST, 7, None, "FastAPI / Restive"),
    Gate(TYPED, "typed/restive:nginx", AT_MOST, 3.2, 2.4, "Restive / nginx"),
    Gate(TYPED, "typed/fastapi:restive", AT_LEAST, 7, None, "FastAPI / Restive"),
    Gate(POST, "post/restive:nginx", AT_MOST, 3.2, 2.4, "Restive / nginx"),
    Gate(POST, "post/fastapi:restive", AT_LEAST, 7, None, "FastAPI / Restive"),
    Gate(ROWS, "rows/fastapi:restive", AT_LEAST, 5, 8, "FastAPI / Restive"),
    Gate(ROUTES, "routes/instructions", AT_MOST, 1.05, None, "instructions / last of 10"),
    Gate("1,000 routes: declare and build", "routes/build", AT_MOST, 200, None, "ms of CPU"),
    Gate("1,000 routes: OpenAPI", "routes/openapi", AT_MOST, 200, None, "ms of CPU"),
    Gate(
        "under uvicorn, hello", "hello/restive-uvicorn:uvicorn", AT_MOST, 1.4, 1.25,
        "Restive / uvicorn, raw",
    ),
    Gate("import", "import/restive", AT_MOST, 1.5, None, "CPU / asyncio, msgspec"),
    Gate("worker, serving", "memory/worker", AT_MOST, 40, 32, "MB resident"),
    Gate("idle keep-alive connection", "memory/connection", AT_MOST, 4, None, "KB each"),
)  # fmt: skip


def verdicts(
    findings: Mapping[str, Spread], cases: Collection[str] = ()
) -> list[tuple[Gate, Spread | None, Verdict]]:
    """Return each gate of `cases`, or of all, with what was found for it and how that stands."""
    return [
        (gate, found, gate.verdict(found))
        for gate in GATES
        if not cases or gate.case in cases
        for found in [findings.get(gate.finding)]
    ]


def pairs(case: str) -> list[tuple[str, str]]:
    """Return the servers that gates compare in `case`, each as two keys."""
    return [
        (first, second)
        for gate in GATES
        if gate.case == case
        for first, colon, second in [gate.finding.partition("/")[2].partition(":")]
        if colon
    ]
