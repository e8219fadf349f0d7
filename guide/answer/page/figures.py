"""Tables of metrics: a row each, a column for each framework, and who leads by more than noise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from guide.answer.page.blocks import Bar, Bars, Table, Text
from guide.answer.sheet import Results, lookup

MISSING = "not measured"
ALIKE = 0.1  # values that differ by less than this share are told as alike


@dataclass(frozen=True)
class Row:
    """A metric. `better` is "low", "high", or empty where more is neither better nor worse."""

    title: str
    path: str
    unit: str = ""
    better: str = "low"


def table(results: Results, caption: str, rows: Sequence[Row]) -> Table:
    """Return the table of `rows`; what a framework lacks is told as missing."""
    frameworks = results["frameworks"]
    values = [[value_at(each, row.path) for each in frameworks.values()] for row in rows]
    return Table(
        caption,
        ["", *names(results).values()],
        [
            [row.title, *(shown(value, row.unit) for value in found)]
            for row, found in zip(rows, values, strict=True)
        ],
        [leading(found, row.better) for row, found in zip(rows, values, strict=True)],
    )


def bars(results: Results, title: str, row: Row) -> Bars:
    """Return a chart of one metric."""
    drawn = []
    for key, each in results["frameworks"].items():
        value = value_at(each, row.path)
        if isinstance(value, int | float):
            drawn.append(Bar(key, [("", float(value))], shown(value, row.unit)))
    return Bars(title, row.unit, drawn)


def names(results: Results) -> dict[str, str]:
    """Return the frameworks' names by key, in the order of the results."""
    return {key: str(each.get("name", key)) for key, each in results["frameworks"].items()}


def value_at(framework: Mapping[str, Any], path: str) -> Any:
    """Return what stands at `path`: several paths joined by + are added up, a list is counted."""
    if "+" in path:
        found = [value_at(framework, part) for part in path.split("+")]
        numbers = [value for value in found if isinstance(value, int | float)]
        return sum(numbers) if numbers else None
    value = lookup(framework, path)
    if value is None and path.startswith("lines.") and framework.get("lines"):
        return 0  # a kind of lines that the app has not
    return len(value) if isinstance(value, list | tuple) else value


def shown(value: Any, unit: str = "") -> str:
    """Return a value as a person reads it, with its unit."""
    if value is None or isinstance(value, Mapping):
        return MISSING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{number(value)} {unit}".strip()
    return str(value)


def number(value: float) -> str:
    """Return a number with three significant digits, or all of its digits before the point."""
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def leading(values: Sequence[Any], better: str) -> list[int]:
    """Return which of `values` are the best, those that are alike included.

    None is when all are alike, when one is missing, or when no direction is better.
    """
    numbers = [value for value in values if isinstance(value, int | float)]
    if not better or len(numbers) < len(values) or len(numbers) < 2 or min(numbers) <= 0:
        return []
    if better == "low":
        found = [at for at, value in enumerate(numbers) if value <= min(numbers) * (1 + ALIKE)]
    else:
        found = [at for at, value in enumerate(numbers) if value >= max(numbers) / (1 + ALIKE)]
    return found if len(found) < len(numbers) else []


def missing(results: Results, part: str) -> list[Text]:
    """Return a line for each framework that lacks `part`, with the reason that the run gave."""
    return [
        Text(f"{each.get('name', key)}: {part} is missing: {why}", quiet=True)
        for key, each in results["frameworks"].items()
        if (why := each.get("problems", {}).get(part))
    ]
