"""`python -m guide.develop COMMAND ...`: run a developer's tool in its own environment.

The environment is made of requirements/dev.txt on first use. Standard library only.
"""

import subprocess
import sys

from guide import paths
from guide.environments import Environment
from guide.errors import GuideError
from guide.interpreter import newest


def main(command: list[str]) -> int:
    """Run `command` in the repository's root; return its exit status, 2 when it cannot be run."""
    environment = Environment("develop", newest(), [paths.REQUIREMENTS / "dev.txt"])
    try:
        environment.ensure(lambda line: print(line, file=sys.stderr, flush=True))
        words = environment.command(command)
    except GuideError as error:
        print(f"guide: {error}", file=sys.stderr)
        return 2
    return subprocess.run(words, cwd=paths.REPOSITORY, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
