"""The seven factors of the original guide, each with its numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

from guide.answer.page.blocks import Bar, Bars, Block, Dot, Folded, Ranges, Section, Table, Text
from guide.answer.page.facts import fact_table, rubric_blocks
from guide.answer.page.figures import ALIKE, Row, bars, missing, names, number, table
from guide.answer.sheet import Results

_TO = "\N{WORD JOINER}\N{EN DASH}\N{WORD JOINER}"  # a range is not broken in two
KINDS = ("app", "spec", "config", "load", "generated", "tests")


def factors(results: Results) -> list[Block | Section]:
    """Return a section for each of the seven factors."""
    return [
        Text(
            "In the tables the best value stands out, and so do those within "
            f"{100 * ALIKE:.0f} % of it; none does where all are alike."
        ),
        Section("size", "Size and complexity of the project", _size(results)),
        Section("performance", "Performance", _performance(results)),
        Section("learning", "Learning curve", _learning(results)),
        Section("community", "Community and ecosystem", _community(results)),
        Section("scalability", "Scalability: larger codebases", _scalability(results)),
        Section("documentation", "API documentation", _documentation(results)),
        Section("database", "Database integration", _database(results)),
    ]


def _size(results: Results) -> list[Block]:
    rows = [
        Row("Lines that a team writes: app, spec, config", "lines.app+lines.spec+lines.config"),
        *(Row(f"of them {kind}", f"lines.{kind}", better="") for kind in KINDS[:3]),
        *(Row(f"beside them {kind}", f"lines.{kind}", better="") for kind in KINDS[3:]),
        Row("Packages installed", "packages.count"),
        Row("Their size", "packages.mb", "MB"),
    ]
    return [
        Text(
            "The same bookshop, written by each framework's own documentation: its lines by kind, "
            "and what it installs."
        ),
        _stacked(results, "Lines by kind", "lines", KINDS),
        bars(results, "Packages installed", Row("", "packages.count")),
        table(results, "Lines and packages", rows),
        *missing(results, "lines"),
        *missing(results, "packages"),
    ]


def _performance(results: Results) -> list[Block]:
    return [
        Text(
            "CPU time of the whole process tree for one request, measured in turn, round by round. "
            "Ratios are taken within a round, against "
            f"{names(results).get(results.get('reference', ''), 'no reference')}; a bar is the "
            "range from the lower to the upper quartile. Where ranges overlap, no framework is "
            "told as faster."
        ),
        Ranges("CPU per request, times the reference's", "times", _ratios(results)),
        speed_table(results),
        *missing(results, "speed"),
        Ranges("CPU per request in µs, all rounds", "µs", _rounds(results)),
        Folded("The numbers: CPU per request", [_cpu_table(results)]),
        *_latency(results),
        *_startup(results),
    ]


def _latency(results: Results) -> list[Block]:
    return [
        bars(results, "Slowest 1 % at a fixed rate", Row("", "latency.p99_ms", "ms")),
        table(
            results,
            "Latency at a fixed rate, from the intended time of sending",
            [
                Row("Rate", "latency.rate", "a second", ""),
                Row("Sent", "latency.sent", better=""),
                Row("Failed", "latency.failed", better=""),
                Row("Half are faster than", "latency.p50_ms", "ms"),
                Row("99 of 100 are faster than", "latency.p99_ms", "ms"),
                Row("Slowest", "latency.max_ms", "ms", ""),
            ],
        ),
        *missing(results, "latency"),
    ]


def _startup(results: Results) -> list[Block]:
    return [
        bars(results, "From the command to the first answer", Row("", "startup.seconds", "s")),
        bars(results, "Memory after the load", Row("", "memory.loaded_mb", "MB")),
        table(
            results,
            "Start-up and memory of all processes",
            [
                Row("To the first answer", "startup.seconds", "s"),
                Row("CPU of the start", "startup.cpu_seconds", "s"),
                Row("Memory after the start", "memory.mb", "MB"),
                Row("Memory after the load", "memory.loaded_mb", "MB"),
            ],
        ),
        *missing(results, "startup"),
    ]


def _learning(results: Results) -> list[Block]:
    frameworks = results["frameworks"]
    concepts = [
        (str(each.get("name", key)), "; ".join(map(str, each.get("first", {}).get("concepts", []))))
        for key, each in frameworks.items()
    ]
    return [
        Text(
            "The smallest app that answers one request with JSON: its lines, the concepts that its "
            "author must have heard of (a counted list), and how long it takes to have it running. "
            "How a person learns is not measured."
        ),
        table(
            results,
            "The smallest app",
            [
                Row("Lines", "first.lines"),
                Row("Concepts", "first.concepts"),
                Row("Installing", "first.install_seconds", "s"),
                Row("Starting, to the first answer", "first.start_seconds", "s"),
            ],
        ),
        *missing(results, "first"),
        Folded(
            "The concepts that were counted",
            [Table("Concepts", ["", "Concepts"], [[name, told] for name, told in concepts])],
        ),
    ]


def _community(results: Results) -> list[Block]:
    return [
        Text(
            "Dated facts from elsewhere: none is measured here, and none says how good a community "
            "is. Each stands with its source below."
        ),
        *fact_table(results),
    ]


def _scalability(results: Results) -> list[Block]:
    routes = {each.get("growth", {}).get("routes") for each in results["frameworks"].values()}
    grown = ", ".join(str(count) for count in sorted(filter(None, routes))) or "many"
    return [
        Text(
            f"A generated app of {grown} routes in packages: what a large codebase costs at the "
            "start and in finding a route; and a counted list of tools for large codebases."
        ),
        bars(results, "Start-up of the grown app", Row("", "growth.startup_seconds", "s")),
        bars(results, "Memory of the grown app", Row("", "growth.memory_mb", "MB")),
        table(
            results,
            "Growth",
            [
                Row("Routes", "growth.routes", better=""),
                Row("Packages of the app", "growth.packages", better=""),
                Row("To the first answer", "growth.startup_seconds", "s"),
                Row("CPU of the start", "growth.startup_cpu_seconds", "s"),
                Row("First request", "growth.first_request_ms", "ms"),
                Row("CPU of finding the first route", "growth.first_route_us", "µs", ""),
                Row("CPU of finding the last route", "growth.last_route_us", "µs"),
                Row("Memory", "growth.memory_mb", "MB"),
            ],
        ),
        *missing(results, "growth"),
        *rubric_blocks(results, ("tools", "builtin")),
    ]


def _documentation(results: Results) -> list[Block]:
    return [
        Text(
            "What the app serves as its own documentation, and a counted list of what the "
            "framework's documentation has to read."
        ),
        table(
            results,
            "The OpenAPI document that the app serves",
            [
                Row("Version of OpenAPI", "openapi.version", better=""),
                Row("Operations in it", "openapi.operations", better=""),
                Row("Valid", "openapi.valid", better=""),
                Row("Lines written by hand for it", "lines.spec", better=""),
            ],
        ),
        *missing(results, "openapi"),
        *rubric_blocks(results, ("documentation",)),
    ]


def _database(results: Results) -> list[Block]:
    rows = [
        Row("List of 20 books", "statements.list_20"),
        Row("List of 100 books", "statements.list_100"),
        Row("List of 20 orders", "statements.orders_20"),
        Row("List of 100 orders", "statements.orders_100"),
        Row("One book", "statements.read"),
        Row("Order two books", "statements.order"),
    ]
    return [
        Text(
            "SQL statements that a request costs, counted by PostgreSQL. A list that costs more "
            "statements when it is longer has the N+1 problem."
        ),
        bars(results, "Statements for 100 orders", Row("", "statements.orders_100")),
        table(results, "SQL statements", rows),
        *missing(results, "statements"),
    ]


def speed_table(results: Results) -> Table:
    """Return the ratios as text. Who leads is told when nobody else's range reaches theirs."""
    rows, best = [], []
    for title, dots in _ratios(results):
        found = {dot.framework: dot for dot in dots}
        cells = [_range(found.get(key)) for key in results["frameworks"]]
        rows.append([title, *cells])
        best.append(_apart(list(results["frameworks"]), found))
    return Table(
        "CPU per request against the reference: median (quartiles)",
        ["", *names(results).values()],
        rows,
        best,
    )


def _range(dot: Dot | None) -> str:
    if dot is None:
        return "not measured"
    return f"{dot.value:.2f} ({dot.low:.2f}{_TO}{dot.high:.2f})"


def _apart(keys: Sequence[str], found: Mapping[str, Dot]) -> list[int]:
    if len(found) < len(keys) or len(keys) < 2:
        return []
    first = min(found.values(), key=lambda dot: dot.value)
    near = [dot.framework for dot in found.values() if dot.low <= first.high]
    return [keys.index(first.framework)] if near == [first.framework] else []


def _ratios(results: Results) -> list[tuple[str, list[Dot]]]:
    rows = []
    for key, told in results["operations"].items():
        dots = []
        for name, each in results["frameworks"].items():
            ratio = each.get("speed", {}).get(key, {}).get("ratio")
            if ratio:
                dots.append(Dot(name, ratio["median"], ratio["low"], ratio["high"]))
        rows.append((_operation(told), dots))
    return rows


def _rounds(results: Results) -> list[tuple[str, list[Dot]]]:
    rows = []
    for key, told in results["operations"].items():
        dots = []
        for name, each in results["frameworks"].items():
            speed = each.get("speed", {}).get(key, {})
            if rounds := speed.get("rounds"):
                dots.append(Dot(name, speed["cpu_us"], min(rounds), max(rounds)))
        rows.append((_operation(told), dots))
    return rows


def _cpu_table(results: Results) -> Table:
    rows = []
    for title, dots in _rounds(results):
        found = {dot.framework: dot for dot in dots}
        cells = [
            f"{number(dot.value)} ({number(dot.low)}{_TO}{number(dot.high)})"
            if dot
            else "not measured"
            for dot in (found.get(key) for key in results["frameworks"])
        ]
        rows.append([title, *cells])
    return Table("CPU per request in µs: median (all rounds)", ["", *names(results).values()], rows)


def _operation(told: Mapping[str, Any]) -> str:
    return str(told.get("title", ""))


def _stacked(results: Results, title: str, part: str, kinds: Sequence[str]) -> Bars:
    drawn = []
    for key, each in results["frameworks"].items():
        counted = each.get(part) or {}
        parts = [(kind, float(counted[kind])) for kind in kinds if counted.get(kind)]
        if parts:
            drawn.append(Bar(key, parts, number(sum(value for _, value in parts))))
    return Bars(title, part, drawn, kinds)
