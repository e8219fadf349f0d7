"""Which app is meant when nobody says it."""

from __future__ import annotations

import re

import pytest

from restive.cli.find import NotFound, find
from tests.restive.cli.conftest import Shell

PLAIN = "from restive import App\napp = App()\n"


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"main.py": PLAIN}, "main:app"),
        ({"shop.py": PLAIN}, "shop:app"),
        ({"shop.py": "import restive\napi = restive.App('/api')\n"}, "shop:api"),
        ({"shop.py": "api: App = App(\n    title='x',\n)\n"}, "shop:api"),
        ({"shop.py": "old = App()\napp = App()\n"}, "shop:app"),
        ({"app.py": PLAIN, "main.py": PLAIN, "hello.py": PLAIN}, "main:app"),
        ({"hello.py": PLAIN, "another.py": PLAIN}, "hello:app"),
        ({"shop.py": PLAIN, "test_shop.py": "def make():\n    app = App()\n"}, "shop:app"),
        ({"shop.py": PLAIN, "tools.py": "app = Application()\n# app = App()\n"}, "shop:app"),
        ({"main.py": PLAIN, "pyproject.toml": "[tool.restive]\napp = 'x.y:z'\n"}, "x.y:z"),
        ({"main.py": PLAIN, "pyproject.toml": "[tool.other]\napp = 'x.y:z'\n"}, "main:app"),
    ],
)
def test_the_app_that_is_meant(shell: Shell, files: dict[str, str], found: str) -> None:
    for name, text in files.items():
        shell.write(name, text)
    assert find(shell.folder) == found


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "there is no app in .*: no module there assigns `App(...)` to a name. Name it: "),
        ({"a/main.py": PLAIN}, "there is no app in "),
        ({"a.py": PLAIN, "b.py": PLAIN}, "several modules have an app: a, b. Name one: module:app"),
        ({"a.py": "x = App()\ny = App()\n"}, "a.py has several apps: x, y. Name one: a:app"),
        ({"pyproject.toml": "[tool.restive\n"}, "pyproject.toml cannot be read: "),
    ],
)
def test_no_app_is_meant(shell: Shell, files: dict[str, str], said: str) -> None:
    for name, text in files.items():
        shell.write(name, text)
    with pytest.raises(NotFound, match=re.escape(said).replace(r"\.\*", ".*")):
        find(shell.folder)
