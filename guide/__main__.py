"""`python -m guide`: make the guide's own environment on first use, and run in it.

Any Python ≥ 3.11 may start this; all apps and the suite then run on one interpreter (see
interpreter.py). Only the standard library is imported until the environment exists.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - older ones get to read this line
    sys.exit("guide: Python 3.11 or newer is needed, this is " + sys.version.split()[0])

import os
from pathlib import Path

from guide import paths
from guide.environments import Environment
from guide.errors import GuideError
from guide.interpreter import newest


def main() -> int:
    """Run the command line inside the guide's environment; return its exit status."""
    try:
        environment = Environment("guide", newest(), [paths.REQUIREMENTS / "guide.txt"])
        if Path(sys.prefix).resolve() == environment.folder.resolve():
            return _command_line()
        environment.ensure(lambda line: print(line, file=sys.stderr, flush=True))
    except GuideError as error:
        print(f"guide: {error}", file=sys.stderr)
        return 2
    sys.stdout.flush()
    # PYTHONPATH: the repository may not be the current folder.
    os.environ["PYTHONPATH"] = str(paths.REPOSITORY)
    command = [str(environment.python), "-m", "guide", *sys.argv[1:]]
    return os.execv(command[0], command)  # noqa: S606 - this process becomes it


def _command_line() -> int:
    # Imported here: it needs packages that only the guide's environment has.
    from guide.cli import main as command_line  # noqa: PLC0415

    return command_line(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
