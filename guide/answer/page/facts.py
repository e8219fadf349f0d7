"""Facts from elsewhere, each with its source, its date and its caveat; and the counted rubrics."""

from collections.abc import Mapping, Sequence
from typing import Any

from guide.answer.page.blocks import Block, Folded, Table, Text
from guide.answer.page.figures import names, shown
from guide.answer.sheet import Results

Facts = Mapping[str, Mapping[str, Any]]
_UNKNOWN = "not known"
_PLAIN = ("words", "version", "date", "year", "yes or no", "place")  # units that are said already


def fact_table(results: Results) -> list[Block]:
    """Return the single facts as a table, their caveats, and their sources folded below it."""
    of_each = _facts(results)
    kinds = _keys(
        [{key: fact for key, fact in each.items() if _is_single(fact)} for each in of_each]
    )
    if not kinds:
        return [Text("The results hold no facts.", quiet=True)]
    told = {key: next(each[key] for each in of_each if key in each) for key in kinds}
    rows = [[str(told[key]["title"]), *(_told(each.get(key)) for each in of_each)] for key in kinds]
    return [
        Table("Facts", ["", *names(results).values()], rows),
        Folded(
            "Where each fact is from, and what to beware of", [_sources(results, kinds, of_each)]
        ),
    ]


def rubric_blocks(results: Results, keys: Sequence[str]) -> list[Block]:
    """Return the points of each rubric, and folded below it what was counted."""
    return [block for key in keys for block in _rubric(results, key)]


def _rubric(results: Results, key: str) -> list[Block]:
    rubrics = [each.get(key) or {} for each in _facts(results)]
    told = next((each for each in rubrics if each), None)
    if told is None:
        return []
    title = str(told.get("title", key))
    answers: list[Facts] = [each.get("criteria") or {} for each in rubrics]
    points = [
        f"{each['value']} of {each['of']}" if each.get("of") else _UNKNOWN for each in rubrics
    ]
    columns = ["", *names(results).values()]
    criteria = _keys(answers)
    asked = {name: next(each[name] for each in answers if name in each) for name in criteria}
    rows = [
        [str(asked[name]["title"]), *(_told(each.get(name)) for each in answers)]
        for name in criteria
    ]
    return [
        Table(f"{title}, by the rubric", columns, [["Points", *points]]),
        *([Text(str(told["caveat"]), quiet=True)] if told.get("caveat") else []),
        Folded(
            f"{title}: what was counted, and where it is from",
            [
                Table(f"{title}: each point", columns, rows, marks=True),
                _sources(results, criteria, answers),
            ],
        ),
    ]


def _sources(results: Results, keys: Sequence[str], of_each: Sequence[Facts]) -> Table:
    rows = []
    for key in keys:
        for name, each in zip(names(results).values(), of_each, strict=True):
            fact = each.get(key, {})
            why = str(fact.get("caveat") or fact.get("missing") or "")
            told = [str(fact.get(part, "")) for part in ("source", "date")]
            rows.append([str(fact.get("title", key)), name, _told(fact), *told, why])
    return Table("Sources", ["Fact", "Of", "Value", "Source", "Date", "Caveat"], rows)


def _facts(results: Results) -> list[Facts]:
    return [each.get("facts") or {} for each in results["frameworks"].values()]


def _keys(tables: Sequence[Facts]) -> list[str]:
    return list(dict.fromkeys(key for table in tables for key in table))


def _is_single(fact: Mapping[str, Any]) -> bool:
    return "criteria" not in fact and ("value" in fact or "missing" in fact)


def _told(fact: Mapping[str, Any] | None) -> str:
    if not fact or "value" not in fact:
        return _UNKNOWN
    unit = str(fact.get("unit", ""))
    if unit == "year":
        return str(fact["value"])
    return shown(fact["value"], "" if unit in _PLAIN else unit)
