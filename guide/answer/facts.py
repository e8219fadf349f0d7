"""Facts that are not measured: the ecosystem and three counted rubrics, from `facts.toml`.

Each is dated and names its source, or says why it is missing. Nothing here is computed but the
points of a rubric: how many of its criteria are met.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from guide import paths
from guide.errors import FactsError

FACTS = paths.GUIDE / "facts.toml"
_CELL = {"value", "missing", "source", "date", "caveat"}

Cell = Mapping[str, Any]


@dataclass(frozen=True)
class Facts:
    """All of `facts.toml`, checked.

    kinds: by key, what each fact of every framework is: `title`, `unit`, `caveat`.
    rubrics: by key, `title`, `caveat` and `criteria` (by key: what is asked).
    frameworks: by key, a cell for each kind, and for each rubric a cell for each criterion.
    """

    kinds: Mapping[str, Mapping[str, str]]
    rubrics: Mapping[str, Mapping[str, Any]]
    frameworks: Mapping[str, Mapping[str, Any]]

    def title(self, path: str) -> str:
        """Return what the fact `path` is, in words.

        path: a kind, a rubric (its points), or a rubric, a dot and one of its criteria.
        Raises FactsError when there is no such fact.
        """
        name, _, criterion = path.partition(".")
        if name in self.kinds and not criterion:
            return self.kinds[name]["title"]
        rubric = self.rubrics.get(name)
        if rubric and not criterion:
            return f"{rubric['title']}, points of {len(rubric['criteria'])}"
        if rubric and criterion in rubric["criteria"]:
            return str(rubric["criteria"][criterion])
        raise FactsError(f"there is no fact {path!r}.")

    def value(self, framework: str, path: str) -> Any:
        """Return the value of the fact `path` (see title) for `framework`.

        Raises FactsError when there is no such fact, or says why it is missing.
        """
        self.title(path)
        if framework not in self.frameworks:
            raise FactsError(f"there are no facts about {framework}.")
        name, _, criterion = path.partition(".")
        found = self.frameworks[framework][name]
        if name in self.rubrics and not criterion:
            return _points(found)
        cell = found[criterion] if criterion else found
        if "missing" in cell:
            raise FactsError(f"{path} of {framework} is missing: {cell['missing']}")
        return cell["value"]

    def document(self, framework: str) -> dict[str, Any]:
        """Return what results hold as `facts` of `framework`; nothing when there are none.

        Each kind has `title` and `unit`, and `value`, `source`, `date`, `caveat`, or `missing`.
        Each rubric has `title`, `caveat`, `value` (its points), `of` (how many of its criteria have
        an answer) and `criteria`.
        """
        cells = self.frameworks.get(framework)
        if cells is None:
            return {}
        told: dict[str, Any] = {key: _merged(kind, cells[key]) for key, kind in self.kinds.items()}
        for key, rubric in self.rubrics.items():
            answers = {
                name: {"title": title, **cells[key][name]}
                for name, title in rubric["criteria"].items()
            }
            known = sum("value" in cell for cell in answers.values())
            told[key] = {**rubric, "value": _points(answers), "of": known, "criteria": answers}
        return told


def load_facts(path: Path = FACTS) -> Facts:
    """Read and check the facts.

    Raises FactsError for the first that lacks something, is undated, or is of no kind.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        facts = Facts(data["kinds"], data["rubrics"], data["frameworks"])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FactsError(f"{path}: cannot be read: {error}") from error
    except KeyError as error:
        raise FactsError(f"{path}: the table {error} is missing.") from error
    for framework, cells in facts.frameworks.items():
        _complete(f"{path}: {framework}", cells, {*facts.kinds, *facts.rubrics})
        for kind in facts.kinds:
            _check(f"{path}: {framework}.{kind}", cells[kind])
        for name, rubric in facts.rubrics.items():
            _complete(f"{path}: {framework}.{name}", cells[name], set(rubric["criteria"]))
            for criterion, cell in cells[name].items():
                where = f"{path}: {framework}.{name}.{criterion}"
                _check(where, cell)
                if not isinstance(cell.get("value", False), bool):
                    raise FactsError(f"{where}: the answer to a criterion is true or false.")
    return facts


def _complete(where: str, cells: Mapping[str, Any], wanted: set[str]) -> None:
    if lacking := sorted(wanted - set(cells)):
        raise FactsError(f'{where} lacks {lacking[0]}: write its value, or missing = "why".')
    if unknown := sorted(set(cells) - wanted):
        raise FactsError(f"{where} has {unknown[0]}, which is neither a kind nor a criterion.")


def _check(where: str, cell: Any) -> None:
    if not isinstance(cell, dict) or set(cell) - _CELL or ("value" in cell) == ("missing" in cell):
        raise FactsError(
            f"{where} must have value, source and date, or missing; and may have caveat."
        )
    if "missing" in cell:
        return
    if not cell.get("source"):
        raise FactsError(f"{where} names no source.")
    check_date(where, cell.get("date"))


def check_date(where: str, told: object) -> None:
    """Raise FactsError when `told` is no day (YYYY-MM-DD)."""
    try:
        date.fromisoformat(str(told))
    except ValueError as error:
        raise FactsError(f"{where}: {told!r} is no date of the form YYYY-MM-DD.") from error


def _merged(kind: Mapping[str, str], cell: Cell) -> dict[str, Any]:
    caveats = [each["caveat"] for each in (kind, cell) if "caveat" in each]
    return {**kind, **cell, **({"caveat": " ".join(caveats)} if caveats else {})}


def _points(cells: Mapping[str, Cell]) -> int:
    return sum(cell.get("value") is True for cell in cells.values())
