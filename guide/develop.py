"""`python -m guide.develop COMMAND ...`: run a developer's tool in its own environment.

The environment is made of requirements/dev.txt on first use; with `--browser` before the command,
of requirements/browser.txt too. Standard library only.
"""

import subprocess
import sys

from guide import paths
from guide.environments import Environment
from guide.errors import GuideError
from guide.interpreter import newest


def main(command: list[str]) -> int:
    """Run `command` in the repository's root; return its exit status, 2 when it cannot be run."""
    pins = [paths.REQUIREMENTS / "dev.txt"]
    name = "develop"
    if command[:1] == ["--browser"]:
        name, command = "browser", command[1:]
        pins.append(paths.REQUIREMENTS / "browser.txt")
    try:
        environment = Environment(name, newest(), pins)
        environment.ensure(lambda line: print(line, file=sys.stderr, flush=True))
        words = environment.command(command)
    except GuideError as error:
        print(f"guide: {error}", file=sys.stderr)
        return 2
    return subprocess.run(words, cwd=paths.REPOSITORY, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
