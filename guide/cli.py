"""The guide's command line. Runs in the guide's own environment (see __main__.py)."""

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from guide import commands, paths
from guide.answer import choose, claims
from guide.databases import KINDS
from guide.errors import GuideError
from guide.suite.check import GROUPS

FIRST = "fastapi"  # what `demo` leaves running when no framework is asked for


def main(arguments: Sequence[str]) -> int:
    """Run one command; return 0 when all is well, 1 when it is not, 2 when it cannot begin."""
    # A terminal that cannot show ✓ gets a mark in its place.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
            signal.signal(number, _stop)
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except GuideError as error:
        print(f"guide: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nstopped")
        return 130


def _stop(*_: object) -> None:
    # As Ctrl-C does: what was started is ended on the way out.
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m guide",
        description="One bookshop in several frameworks, judged by one suite.",
    )
    known = parser.add_subparsers(required=True, metavar="command")
    check = known.add_parser("check", help="judge frameworks and print one table")
    check.add_argument("frameworks", nargs="*", help="all by default")
    _judging(check)
    check.set_defaults(command=commands.check)
    demo = known.add_parser("demo", help="judge all frameworks, then leave one of them serving")
    demo.add_argument("framework", nargs="?", default=FIRST, help=f"{FIRST} by default")
    _judging(demo)
    demo.add_argument("--port", type=int, default=8000)
    demo.set_defaults(command=commands.demo)
    serve = known.add_parser("serve", help="serve one framework's bookshop until Ctrl-C")
    serve.add_argument("framework")
    serve.add_argument("--port", type=int, default=8000)
    _shared(serve)
    serve.set_defaults(command=commands.serve)
    compare = known.add_parser("compare", help="measure frameworks; write results and a report")
    compare.add_argument("frameworks", nargs="*", help="all by default")
    compare.add_argument("--quick", action="store_true", help="three minutes, fewer rounds")
    compare.add_argument("--output", type=Path, metavar="FOLDER", help="guide/results by default")
    compare.add_argument("--contract", type=Path, default=paths.CONTRACT, help=argparse.SUPPRESS)
    _shared(compare)
    compare.set_defaults(command=commands.compare)
    made = known.add_parser("report", help="write the report and the page of measured results")
    made.add_argument("--results", type=Path, metavar="FILE", help="the newest by default")
    made.add_argument("--output", type=Path, metavar="FOLDER", help=".guide/report by default")
    made.set_defaults(command=commands.write)
    choose.add_parser(known)
    judged = known.add_parser("claims", help="the original guide's claims, with verdicts")
    judged.add_argument("results", nargs="?", metavar="FILE", help="the newest by default")
    judged.set_defaults(command=lambda options: claims.main(list(filter(None, [options.results]))))
    test = known.add_parser("test", help="run the apps' own tests")
    test.add_argument("frameworks", nargs="*", help="all by default")
    _shared(test)
    test.set_defaults(command=commands.test)
    return parser


def _judging(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--group", choices=GROUPS, action="append", help="only these checks")
    parser.add_argument("--gaps", action="store_true", help="print what each gap is")
    parser.add_argument("--list", action="store_true", help="print the checks and do nothing else")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where results are written")
    parser.add_argument("--contract", type=Path, default=paths.CONTRACT, help=argparse.SUPPRESS)
    _shared(parser)


def _shared(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--apps", type=Path, default=paths.APPS, help="folder of apps")
