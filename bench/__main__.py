"""`python -m bench`: measure, report, and write both into `.guide/bench/`.

Any Python from 3.11 on starts it; the servers run in an environment of their own. Exit status: 0
also when a gate is missed, 1 when something failed, 2 when nothing could be measured.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench import load, servers
from bench.errors import BenchError
from bench.report import as_json, as_markdown
from bench.run import PARTS, Plan, Run
from guide import paths
from guide.environments import Environment
from guide.errors import GuideError
from guide.interpreter import newest

_PINS = paths.REQUIREMENTS / "bench.txt"
_TOLD = (
    "fastapi",
    "pydantic",
    "blacksheep",
    "uvicorn",
    "granian",
    "uvloop",
    "httptools",
    "msgspec",
)
_FILES = 65_536


def main(arguments: Sequence[str]) -> int:
    """Do what the command line says; return the exit status."""
    options = _parser().parse_args(arguments)
    plan = Plan.of(options.quick, options.parts, options.rounds)
    try:
        _prepare()
        environment = Environment("bench", newest(), [_PINS])
        environment.ensure(_say)
        folder = paths.STATE / "bench"
        results = Run(plan, environment, folder / "run", _say).all()
    except (GuideError, BenchError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    machine = _machine(environment)
    text = as_markdown(results, plan, machine)
    name = "quick" if plan.quick else "bench"
    (folder / f"{name}.md").write_text(text)
    (folder / f"{name}.json").write_text(json.dumps(as_json(results, plan, machine), indent=1))
    print(text)
    print(f"written: {folder / name}.md and .json", file=sys.stderr)
    return 1 if results.problems else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two minutes, for a first look")
    parser.add_argument("--rounds", type=int, help="how many rounds (9; quick: 3)")
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"only these: {', '.join(PARTS)}", default=[]
    )
    return parser


def _prepare() -> None:
    """Raise BenchError where the bench cannot run; allow as many open files as may be had."""
    if sys.platform != "linux":
        raise BenchError("it reads /proc and pins processes to cores: it runs on Linux alone.")
    if not {servers.CORE, load.CORE} <= os.sched_getaffinity(0):
        raise BenchError("it needs cores 0 and 1: one for the server, one for the load.")
    load.find_wrk()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(_FILES, hard), hard))


def _machine(environment: Environment) -> dict[str, str]:
    """Return what the run was made on, and with which versions."""
    pinned = dict(
        line.split("==") for line in _PINS.read_text().splitlines() if "==" in line.strip()
    )
    return {
        "on": time.strftime("%Y-%m-%d"),
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "Linux": platform.release(),
        "Python": environment.interpreter.version,
        **{name: pinned[name] for name in _TOLD},
        "nginx": _version(["nginx", "-v"]),
        "wrk": _version(["wrk", "-v"]),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _version(command: list[str]) -> str:
    """Return the number in the first line that a program tells of itself, or "none"."""
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            env={"PATH": f"{os.environ['PATH']}:/usr/sbin"},
        )
    except FileNotFoundError:
        return "none"
    words = (done.stderr + done.stdout).replace("/", " ").split()
    return next((word for word in words if word[0].isdecimal()), "unknown")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
