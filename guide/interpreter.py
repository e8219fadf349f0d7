"""The interpreter that all apps share: the newest of Python 3.11 to 3.13 that really runs.

Only the standard library is imported here: this runs before any environment exists.
"""

import contextlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from guide.errors import InterpreterError

VERSIONS = ("3.13", "3.12", "3.11")
# What an app needs of its interpreter; a build without one of these cannot be used.
# Free-threaded builds are left out: not all packages have wheels for them.
_PROBE = """import ensurepip, sqlite3, ssl, sysconfig, venv, sys
print('%d.%d.%d' % sys.version_info[:3])
sys.exit(bool(sysconfig.get_config_var('Py_GIL_DISABLED')))"""


@dataclass(frozen=True)
class Interpreter:
    """A Python that was run and told its version."""

    path: Path
    version: str

    def __str__(self) -> str:
        return f"Python {self.version}"


def newest() -> Interpreter:
    """Return the newest usable interpreter of `VERSIONS`.

    Looked for on PATH, among pyenv's versions (whose commands on PATH may be shims that do not
    run), and the interpreter that runs this. When none of `VERSIONS` is there but this one is
    newer, it is taken.

    Raises InterpreterError when nothing usable is found.
    """
    for version in VERSIONS:
        found = [probed for path in _candidates(version) if (probed := probe(path))]
        matching = [each for each in found if each.version.startswith(version + ".")]
        if matching:
            return max(matching, key=lambda each: _numbers(each.version))
    if sys.version_info >= (3, 14) and (own := probe(Path(sys.executable))):
        return own
    raise InterpreterError(
        f"No usable Python {', '.join(VERSIONS)} was found on PATH or in pyenv. Install one with "
        "its venv, sqlite3 and ssl modules (Debian: apt-get install python3 python3-venv)."
    )


def probe(path: Path) -> Interpreter | None:
    """Run `path`; return it with its version, or None when it fails or lacks a module."""
    try:
        done = subprocess.run(
            [path, "-c", _PROBE], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return Interpreter(path, done.stdout.strip()) if done.returncode == 0 else None


def _candidates(version: str) -> list[Path]:
    """Return the paths at which Python `version` may stand, each once."""
    found = [shutil.which(f"python{version}")]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    with contextlib.suppress(PermissionError):  # somebody else's
        found += [str(path) for path in pyenv.glob(f"{version}.*/bin/python")]
    if sys.version_info[:2] == tuple(_numbers(version)):
        # Not sys.executable, which may be a virtual environment's own.
        found.append(str(Path(sys.base_prefix) / "bin" / f"python{version}"))
    return [Path(path) for path in dict.fromkeys(found) if path]


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]
