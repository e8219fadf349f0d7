"""Writing a generated app into a folder."""

import importlib
import importlib.util
from collections.abc import Sequence
from pathlib import Path

from guide.errors import GuideError
from guide.growth.plan import Package, plan
from guide.manifest import load_app

ROUTES = 300
PACKAGES = 20


class NoGenerator(GuideError):
    """The growth test has no module for a framework."""


def generate(
    key: str, folder: Path, routes: int = ROUTES, packages: int = PACKAGES
) -> Sequence[str]:
    """Write the app of the framework `key` into `folder`; return the command that serves it.

    The command is that of the framework's bookshop, with {host}, {port} and {workers} to be filled,
    and has to be run in `folder`.

    Raises NoGenerator when there is no module for `key`, ManifestError when there is no bookshop,
    ValueError when the routes cannot be spread evenly.
    """
    write(key, folder, plan(routes, packages))
    return load_app(key).serve


def write(key: str, folder: Path, packages: Sequence[Package]) -> None:
    """Write the source of an app with `packages` into `folder`, which is made if need be.

    Raises NoGenerator when there is no module for `key`.
    """
    for name, text in source(key, packages).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def source(key: str, packages: Sequence[Package]) -> dict[str, str]:
    """Return the files of an app with `packages`, by their path in its folder.

    Raises NoGenerator when there is no module for `key`.
    """
    # By name, so that a framework joins by adding a module.
    name = f"guide.growth.{key}"
    if importlib.util.find_spec(name) is None:
        raise NoGenerator(f"{key}: there is no guide/growth/{key}.py that writes the growth test.")
    files: dict[str, str] = importlib.import_module(name).files(packages)
    return files
