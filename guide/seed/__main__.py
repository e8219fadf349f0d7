"""`python -m guide.seed OUT.json` writes the data file."""

import sys
from pathlib import Path

from guide.seed.generate import as_bytes, generate


def main(arguments: list[str]) -> int:
    """Write the data to the one path given; without exactly one, say how and return 2."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m guide.seed OUT.json\n")
        return 2
    Path(arguments[0]).write_bytes(as_bytes(generate()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
