"""Cost over a socket: all servers stand at once, and each round asks each of them in turn."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench import load
from bench.cases import CASES, Case
from bench.errors import BenchError
from bench.gates import pairs
from bench.ratios import Spread, ratios
from bench.servers import Server
from guide.measure import tree

Say = Callable[[str], None]
_CHECKED = 40  # exchanges of each case that are compared before anything is measured
_SETTLE = 0.05  # seconds in which a server answers what was under way when the load ended


@dataclass(frozen=True)
class Sample:
    """One server's share of a round.

    cpu_us: CPU time of the whole process tree per request, user and system.
    busy: how much of the time its core was the server's; well below 1, the load was the limit.
    """

    cpu_us: float
    requests: int
    busy: float


Samples = dict[str, dict[str, list[Sample]]]  # by case, by server: one of each round


def check(server: Server, case: Case) -> None:
    """Raise BenchError unless the server answers `case` to the byte, typed as JSON and dated.

    A server that gives samples is asked for the first exchange alone.
    """
    count = 1 if server.program.sample else min(case.variants, _CHECKED)
    for number in range(count):
        exchange = case.make(number)
        status, headers, body = server.ask(exchange)
        kind = headers.get("content-type", "").partition(";")[0]
        wrong = [
            f"{what} {got!r} instead of {wanted!r}"
            for what, got, wanted in (
                ("status", status, exchange.status),
                ("type", kind, "application/json"),
                ("body", _short(body), _short(exchange.body)),
                ("length", len(body), len(exchange.body)),
                ("date", "date" in headers, True),
            )
            if got != wanted
        ]
        if wrong or body != exchange.body:
            asked = exchange.request.partition(b"\r\n")[0].decode()
            raise BenchError(f"{server.key}: {asked}: {'; '.join(wrong) or 'another body'}")


def _short(body: bytes) -> bytes:
    return body[:200]


class Runs:
    """The rounds of a run. A server that fails in a case is left out of that case."""

    def __init__(
        self,
        servers: Mapping[str, Server],
        cases: Sequence[Case],
        rounds: int,
        seconds: int,
        folder: Path,
        warm: bool,
    ) -> None:
        """warm: whether a second of load goes before the first round, uncounted."""
        self._servers = servers
        self._cases = cases
        self._rounds = rounds
        self._seconds = seconds
        self._folder = folder
        self._warm = warm
        self.samples: Samples = {case.key: {} for case in cases}
        self.problems: list[str] = []

    def run(self, say: Say) -> None:
        """Check, warm up, and measure all; `say` gets a line a round."""
        asked = {case.key: self._checked(case) for case in self._cases}
        for number in range(self._rounds):
            begun = time.monotonic()
            for case in self._cases:
                self._round(case, asked[case.key], number)
            say(f"round {number + 1} of {self._rounds} took {time.monotonic() - begun:.0f} s")

    def _checked(self, case: Case) -> list[Server]:
        """Write the case's requests; return the servers that answer them rightly, warmed up."""
        exchanges = (case.make(number).request for number in range(case.variants))
        load.write_requests(exchanges, self._file(case))
        right = []
        for key in case.servers:
            if server := self._servers.get(key):
                try:
                    check(server, case)
                    if self._warm:
                        load.send(server.url, self._file(case), 1)
                except BenchError as error:
                    self.problems.append(f"{case.key}: {error}")
                else:
                    right.append(server)
        return right

    def _round(self, case: Case, servers: list[Server], number: int) -> None:
        # Whoever comes after a hungry neighbour pays: the order turns by one each round.
        turn = number % max(1, len(servers))
        for server in servers[turn:] + servers[:turn]:
            try:
                sample = self._sample(server, case)
            except BenchError as error:
                self.problems.append(f"{case.key}: {server.key}: {error}")
                self.samples[case.key].pop(server.key, None)
                servers.remove(server)
            else:
                self.samples[case.key].setdefault(server.key, []).append(sample)

    def _sample(self, server: Server, case: Case) -> Sample:
        before = tree.cpu_seconds(server.pid)
        answers = load.send(server.url, self._file(case), self._seconds)
        time.sleep(_SETTLE)
        spent = tree.cpu_seconds(server.pid) - before
        return Sample(spent / answers.sent * 1e6, answers.sent, spent / answers.seconds)

    def _file(self, case: Case) -> Path:
        return self._folder / f"{case.key}.requests"


def findings(samples: Samples) -> dict[str, Spread]:
    """Return the spread of the per-round ratios of every two servers of a case, both ways."""
    return {
        f"{case}/{first}:{second}": Spread.of(ratios(_costs(ours), _costs(theirs)))
        for case, by_server in samples.items()
        for first, ours in by_server.items()
        for second, theirs in by_server.items()
        if first != second
    }


def _costs(samples: Sequence[Sample]) -> list[float]:
    return [sample.cpu_us for sample in samples]


def planned(quick: bool) -> Sequence[Case]:
    """Return the cases; with `quick`, each only with the servers that its gates name."""
    if not quick:
        return CASES
    return [
        replace(case, servers=[key for key in case.servers if key in gated])
        for case in CASES
        for gated in [{key for pair in pairs(case.key) for key in pair}]
    ]
