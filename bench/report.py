"""The report of a run: one table of verdicts, one of costs, and the same as JSON."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bench.cases import CASES
from bench.gates import Gate, Verdict, verdicts
from bench.ratios import Spread, drift
from bench.run import Plan, Results
from bench.servers import PROGRAMS

# Above it, the machine was not the same from round to round; ratios hold, and still less well.
RESTLESS = 0.25
# Below it, a server waited for requests, or for its core, in part of a round.
BUSY = 0.85


def as_json(results: Results, plan: Plan, machine: Mapping[str, Any]) -> dict[str, Any]:
    """Return all that was found as plain values."""
    return {
        "machine": dict(machine),
        "plan": dataclasses.asdict(plan),
        "verdicts": [
            dataclasses.asdict(gate) | {"measured": _plain(found), "verdict": verdict.value}
            for gate, found, verdict in verdicts(results.findings, plan.parts)
        ],
        "cpu": {
            case: {
                server: {
                    "cpu_us": _plain(Spread.of([sample.cpu_us for sample in samples])),
                    "rounds": [dataclasses.asdict(sample) for sample in samples],
                }
                for server, samples in by_server.items()
            }
            for case, by_server in results.samples.items()
        },
        "ratios": {key: _plain(spread) for key, spread in results.findings.items()},
        "routes": {
            "instructions": dataclasses.asdict(results.counts) if results.counts else None,
            "ms": {
                name: {key: _plain(spread) for key, spread in made.items()}
                for name, made in results.made.items()
            },
        },
        "import": dataclasses.asdict(results.imports) if results.imports else None,
        "memory": {key: dataclasses.asdict(memory) for key, memory in results.memory.items()},
        "problems": results.problems,
        "notes": results.notes,
    }


def as_markdown(results: Results, plan: Plan, machine: Mapping[str, Any]) -> str:
    """Return the report for people."""
    told = verdicts(results.findings, plan.parts)
    parts = [
        "# Bench",
        _machine(plan, machine),
        "## Gates and targets",
        _summary(verdict for _, _, verdict in told),
        _table(
            ("case", "what", "median [quartiles]", "gate", "target", "verdict"),
            [_verdict(*each) for each in told],
        ),
    ]
    if any(results.samples.values()):
        parts += ["## CPU per request", _COSTS, _table(_COST_HEAD, _costs(results))]
    if other := _other(results):
        parts += ["## Beside the requests", _table(("what", "server", "value"), other)]
    for title, lines in (
        ("Failed", results.problems),
        ("Not to be had here", results.notes),
        ("To be read with care", _cautions(results)),
    ):
        if lines:
            parts += [f"## {title}", "\n".join(f"- {line}" for line in lines)]
    return "\n\n".join(parts) + "\n"


_COSTS = (
    "Microseconds of user and system time of the whole process tree, one worker on one core. "
    "Between runs they drift with the machine; the ratios are of the same round."
)
_COST_HEAD = ("case", "server", "µs, median [quartiles]", "Restive's share of it", "core busy")


def _machine(plan: Plan, machine: Mapping[str, Any]) -> str:
    facts = "; ".join(f"{name} {value}" for name, value in machine.items())
    return (
        f"{facts}. {plan.rounds} interleaved rounds of {plan.seconds} s for each server and case"
        f"{' (a quick run: for a first look only)' if plan.quick else ''}."
    )


def _summary(found: Iterable[Verdict]) -> str:
    counts = Counter(found)
    return ", ".join(f"{counts[each]} {each.value}" for each in Verdict if counts[each])


def _verdict(gate: Gate, found: Spread | None, verdict: Verdict) -> tuple[str, ...]:
    return (
        gate.title,
        gate.what,
        "" if found is None else _spread(found),
        _bound(gate, gate.gate),
        _bound(gate, gate.target),
        verdict.value,
    )


def _bound(gate: Gate, bound: float | None) -> str:
    return "" if bound is None else f"{gate.sense} {bound:g}"


def _costs(results: Results) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for case in CASES:
        by_server = results.samples.get(case.key, {})
        for server, samples in by_server.items():
            share = results.findings.get(f"{case.key}/restive:{server}")
            rows.append(
                (
                    case.title,
                    PROGRAMS[server].title,
                    _spread(Spread.of([sample.cpu_us for sample in samples])),
                    _spread(share) if share else "",
                    f"{min(sample.busy for sample in samples):.0%}",
                )
            )
    return rows


def _other(results: Results) -> list[tuple[str, str, str]]:
    rows = []
    if imports := results.imports:
        rows += [
            ("`from restive import App`", "", f"{imports.restive_ms:.0f} ms of CPU"),
            ("`import asyncio, msgspec`", "", f"{imports.floor_ms:.0f} ms of CPU"),
        ]
    if counts := results.counts:
        rows += [
            ("request to the last of 1,000 routes", "Restive", f"{counts.many:,.0f} instructions"),
            ("request to the last of 10 routes", "Restive", f"{counts.few:,.0f} instructions"),
        ]
    for name, made in results.made.items():
        for key, spread in made.items():
            rows.append((f"1,000 routes: {key}", PROGRAMS[name].title, f"{_spread(spread)} ms"))
    for name, memory in results.memory.items():
        title = PROGRAMS[name].title
        rows += [
            ("worker", title, f"{memory.rss_mb:.1f} MB RSS, {memory.pss_mb:.1f} MB PSS"),
            ("idle connection", title, f"{memory.connection_kb:.2f} KB"),
        ]
    return rows


def _cautions(results: Results) -> list[str]:
    """Return what makes this run's numbers weaker than they look."""
    found = []
    idle = []
    for case, by_server in results.samples.items():
        for server, samples in by_server.items():
            moved = drift([sample.cpu_us for sample in samples])
            if server == "nginx" and moved > RESTLESS:
                found.append(
                    f"{case}: nginx itself cost up to {moved:.0%} more from round to round: the "
                    "machine was not quiet."
                )
            if (busy := min(sample.busy for sample in samples)) < BUSY:
                idle.append(f"{case}/{server} {busy:.0%}")
    if idle:
        found.append(
            f"A server had less than {BUSY:.0%} of its core in some round, so a neighbour or the "
            f"load was the limit: {', '.join(idle)}."
        )
    return found


def _spread(spread: Spread) -> str:
    if spread.count == 1:
        return _number(spread.median)
    return f"{_number(spread.median)} [{_number(spread.q1)}, {_number(spread.q3)}]"


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 20 else f"{value:.2f}"


def _plain(spread: Spread | None) -> dict[str, float] | None:
    if spread is None:
        return None
    return {key: round(value, 4) for key, value in dataclasses.asdict(spread).items()}


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table that can also be read as it is."""
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    padded = [
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in lines
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([padded[0], rule, *padded[1:]])
