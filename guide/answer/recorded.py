"""The results that runs of `make compare` have left: found, read, and looked at before use."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from guide import paths
from guide.errors import GuideError

FOLDER = paths.GUIDE / "results"
# What a reader of results relies on (docs/reference/results.md); the rest may be missing.
_NEEDED = {"date": str, "python": str, "machine": dict, "operations": dict, "frameworks": dict}


class ResultsError(GuideError):
    """There are no results, or a file that is none."""


def newest(folder: Path = FOLDER) -> Path:
    """Return the newest results file of `folder`: their names begin with the date.

    Raises ResultsError when there is none.
    """
    found = sorted(folder.glob("*.json"))
    if not found:
        raise ResultsError(f"there are no results in {folder}. Make some with `make compare`.")
    return found[-1]


def load(path: Path) -> dict[str, Any]:
    """Read a results file. Raises ResultsError when it is not one, or one of an older format."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path}: cannot be read: {error}") from error
    if not isinstance(data, dict):
        raise ResultsError(f"{path}: holds no object, so it is no results of `make compare`.")
    lacking = [key for key, kind in _NEEDED.items() if not isinstance(data.get(key), kind)]
    if lacking:
        raise ResultsError(
            f"{path}: has no {', no '.join(lacking)}. It is no results of `make compare`, or those "
            "of an older one; make them again."
        )
    if not data["frameworks"] or not all(map(_is_object, data["frameworks"].values())):
        raise ResultsError(f"{path}: holds no framework.")
    return data


def origin(results: Mapping[str, Any]) -> str:
    """Return when and where `results` were measured, as the end of a sentence."""
    machine = results["machine"]
    rounds = ", in few rounds" if results.get("quick") else ""
    cpu, cores = machine.get("cpu", "an unknown processor"), machine.get("cores", "?")
    when = f"{results['date']} with Python {results['python']}"
    return f"{when} on {cores} cores of {cpu}, {machine.get('system', '?')}{rounds}"


def _is_object(value: object) -> bool:
    return isinstance(value, dict)
