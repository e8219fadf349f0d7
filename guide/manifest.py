"""An app of the guide as its folder describes it: `app.toml` and `gaps.toml` (see RULES.md)."""

import difflib
import re
import shlex
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from guide import paths
from guide.environments import Environment
from guide.errors import ManifestError
from guide.interpreter import Interpreter

OWNERS = ("framework", "server", "add-on", "convention")


@dataclass(frozen=True)
class Gap:
    """What an app declares that it does not do.

    owner: whose behaviour it is, one of OWNERS.
    seen: matches what the failing check says; another failure is not covered by this gap.
    """

    check: str
    owner: str
    reason: str
    takes: str
    seen: re.Pattern[str]


@dataclass(frozen=True)
class App:
    """One framework's bookshop.

    key: its folder's name, which is also its name on the command line.
    folder: where its files are and its commands run.
    prepare, serve, test: commands whose first word is a program of the app's environment.
    lines: globs of its files, by kind. show: by title, the source of an endpoint for comparison.
    described: the folder of app.toml, gaps.toml and the requirements, where it is another one.
    projects: folders of projects that are installed beside what is pinned.
    demo: the command that serves it for people to look at; empty where that is `serve`.
    """

    key: str
    folder: Path
    name: str
    packages: Sequence[str]
    prepare: Sequence[Sequence[str]]
    serve: Sequence[str]
    test: Sequence[str]
    lines: Mapping[str, Sequence[str]] = field(default_factory=dict)
    show: Mapping[str, Sequence[str]] = field(default_factory=dict)
    described: Path | None = None
    projects: Sequence[Path] = ()
    demo: Sequence[str] = ()

    @property
    def manifest(self) -> Path:
        """The folder of app.toml and what belongs to it."""
        return self.described or self.folder

    def environment(self, interpreter: Interpreter) -> Environment:
        """Return the environment that the app runs in."""
        pins = [self.manifest / "requirements.txt"]
        return Environment(self.key, interpreter, pins, projects=self.projects)

    def test_environment(self, interpreter: Interpreter) -> Environment:
        """Return the environment of the app's own tests; the app's own when they need no more."""
        extra = self.manifest / "requirements-test.txt"
        if not extra.exists():
            return self.environment(interpreter)
        pins = [self.manifest / "requirements.txt", extra]
        return Environment(f"{self.key}-test", interpreter, pins, projects=self.projects)


def known(folder: Path = paths.APPS) -> list[str]:
    """Return the keys of all apps in `folder`, in alphabetical order.

    Raises ManifestError when there is none.
    """
    keys = sorted(path.parent.name for path in folder.glob("*/app.toml"))
    if not keys:
        raise ManifestError(f"there is no app in {folder}: none of its folders has an app.toml.")
    return keys


def unknown_app(key: str, keys: Sequence[str]) -> ManifestError:
    """Return the error that says which frameworks there are, and which one was perhaps meant."""
    close = difflib.get_close_matches(key.lower(), keys, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    return ManifestError(f"unknown framework {key!r}.{hint} There are: {', '.join(keys)}.")


def load_app(key: str, folder: Path = paths.APPS) -> App:
    """Read the manifest of the app `key`, of `folder` or else of the guide's own.

    Raises ManifestError when there is no such app, or its `app.toml` lacks something.
    """
    keys = sorted({*known(folder), *known(paths.APPS)})
    if key not in keys:
        raise unknown_app(key, keys)
    path = next(path for each in (folder, paths.APPS) if (path := each / key / "app.toml").exists())
    data = _read(path)
    wanted = {"name": str, "packages": list, "prepare": list, "serve": str, "test": str}
    for name, kind in wanted.items():
        if not isinstance(data.get(name), kind):
            raise ManifestError(f"{path}: {name!r} is missing or not a {kind.__name__}.")
    return App(
        key=key,
        folder=_folder(path, "source", data.get("source", ".")),
        name=data["name"],
        packages=data["packages"],
        prepare=[_command(path, "prepare", text) for text in data["prepare"]],
        serve=_command(path, "serve", data["serve"]),
        test=_command(path, "test", data["test"]),
        lines=data.get("lines", {}),
        show=data.get("show", {}),
        described=path.parent,
        projects=[_folder(path, "projects", name) for name in data.get("projects", [])],
        demo=_command(path, "demo", data["demo"]) if "demo" in data else (),
    )


def _folder(path: Path, name: str, relative: str) -> Path:
    folder = (path.parent / relative).resolve()
    if not folder.is_dir():
        raise ManifestError(f"{path}: {name!r} names {relative!r}, which is no folder.")
    return folder


def _command(path: Path, name: str, text: str) -> list[str]:
    try:
        words = shlex.split(text)
    except (ValueError, AttributeError) as error:
        raise ManifestError(f"{path}: {name!r} cannot be split into words: {error}") from error
    if not words:
        raise ManifestError(f"{path}: {name!r} has an empty command.")
    return words


def load_gaps(app: App, checks: Iterable[str]) -> dict[str, Gap]:
    """Read what `app` declares not to do, by the id of the check.

    checks: the ids of the checks for which a gap may be declared.
    Raises ManifestError for a gap of no such check, or one that does not say all that it must.
    """
    path = app.manifest / "gaps.toml"
    if not path.exists():
        return {}
    allowed = set(checks)
    gaps = {}
    for check, table in _read(path).items():
        if check not in allowed:
            close = difflib.get_close_matches(check, allowed, n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            raise ManifestError(
                f"{path}: [{check}] is no check for which a gap can be declared: checks of the "
                f"contract have none, and `check --list` prints all others.{hint}"
            )
        gaps[check] = _gap(path, check, table)
    return gaps


def _gap(path: Path, check: str, table: Any) -> Gap:
    parts = ("owner", "reason", "takes", "seen")
    if not isinstance(table, dict) or set(table) != set(parts):
        raise ManifestError(f"{path}: [{check}] must have exactly {', '.join(parts)}.")
    if table["owner"] not in OWNERS:
        raise ManifestError(f"{path}: [{check}] owner must be one of {', '.join(OWNERS)}.")
    try:
        seen = re.compile(table["seen"], re.DOTALL)
    except (re.error, TypeError) as error:
        raise ManifestError(
            f"{path}: [{check}] seen is not a regular expression: {error}"
        ) from error
    return Gap(check, table["owner"], table["reason"], table["takes"], seen)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ManifestError(f"{path}: cannot be read: {error}") from error
