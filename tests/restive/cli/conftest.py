"""`Shell` runs commands in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parents[3] / "src"

HELLO = """
from restive import App

app = App(title="Greetings")


@app.get("/hello/{name}")
async def hello(name: str) -> str:
    return f"Hello, {name}"


@app.get("/secret", hidden=True)
async def secret() -> None: ...
"""


class Shell:
    """A folder with files, and the command line in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def options(self) -> dict[str, object]:
        """How each process is started; none writes bytecode, which might be taken for newer."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("RESTIVE")}
        env = {**kept, "PYTHONPATH": str(SRC), "PYTHONDONTWRITEBYTECODE": "1"}
        return {"cwd": self.folder, "env": env}

    def run(self, *words: str, code: str | None = None) -> subprocess.CompletedProcess[str]:
        """`restive words`, or `code` with `words` as its arguments."""
        start = ["-m", "restive"] if code is None else ["-c", code]
        return subprocess.run(  # type: ignore[call-overload,no-any-return]
            [sys.executable, *start, *words],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
            **self.options(),
        )


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)
