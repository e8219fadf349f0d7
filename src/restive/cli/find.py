"""Which app is meant: `module:app`, what pyproject.toml names, or the one in this folder."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

USUAL = ("main", "app", "api", "hello")
_APP = re.compile(r"^(\w+)(?::[^=\n]+)?\s*=\s*(?:restive\.)?App\(", re.MULTILINE)


class NotFound(Exception):
    """No app, or more than one; the text says what to write."""


def find(folder: Path) -> str:
    """`module:app` of the app in `folder`. Raises NotFound.

    First `[tool.restive] app` in pyproject.toml; else the one module of the folder that assigns
    `App(...)` to a name, main.py, app.py, api.py and hello.py before others.
    """
    named = _configured(folder / "pyproject.toml")
    if named is not None:
        return named
    found = {path.stem: names for path in sorted(folder.glob("*.py")) if (names := _apps(path))}
    for name in USUAL:
        if name in found:
            return _only(name, found[name])
    if len(found) == 1:
        return _only(*found.popitem())
    if not found:
        raise NotFound(
            f"there is no app in {folder}: no module there assigns `App(...)` to a name. "
            "Name it: restive dev module:app"
        )
    raise NotFound(f"several modules have an app: {', '.join(found)}. Name one: module:app")


def _configured(path: Path) -> str | None:
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except tomllib.TOMLDecodeError as error:
        raise NotFound(f"{path} cannot be read: {error}") from None
    named: str | None = document.get("tool", {}).get("restive", {}).get("app")
    return named


def _apps(path: Path) -> list[str]:
    return _APP.findall(path.read_text("utf-8", "replace"))


def _only(module: str, names: list[str]) -> str:
    if len(names) > 1 and "app" not in names:
        raise NotFound(f"{module}.py has several apps: {', '.join(names)}. Name one: {module}:app")
    return f"{module}:{'app' if 'app' in names else names[0]}"
