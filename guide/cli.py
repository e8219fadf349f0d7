"""The guide's command line. Runs in the guide's own environment (see __main__.py)."""

import argparse
import contextlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from guide import paths, report
from guide.contract import Contract, load_contract
from guide.databases import KINDS, databases
from guide.errors import ContractError, GuideError
from guide.interpreter import Interpreter, newest
from guide.judge import Bench, Judgement, fill, judge
from guide.manifest import known, load_app
from guide.processes import Place, Server, claim_port
from guide.seed.generate import as_bytes, generate
from guide.suite.catalogue import checks
from guide.suite.check import GROUPS
from guide.suite.run import Outcome

FIRST = "fastapi"  # what `demo` leaves running when no framework is asked for


def main(arguments: Sequence[str]) -> int:
    """Run one command; return 0 when all is well, 1 when it is not, 2 when it cannot begin."""
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m guide",
        description="One bookshop in several frameworks, judged by one suite.",
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    check = commands.add_parser("check", help="judge frameworks and print one table")
    check.add_argument("frameworks", nargs="*", help="all by default")
    _judging(check)
    check.set_defaults(command=_check)
    demo = commands.add_parser("demo", help="judge all frameworks, then leave one of them serving")
    demo.add_argument("framework", nargs="?", default=FIRST, help=f"{FIRST} by default")
    _judging(demo)
    demo.add_argument("--port", type=int, default=8000)
    demo.set_defaults(command=_demo)
    serve = commands.add_parser("serve", help="serve one framework's bookshop until Ctrl-C")
    serve.add_argument("framework")
    serve.add_argument("--port", type=int, default=8000)
    _shared(serve)
    serve.set_defaults(command=_serve)
    test = commands.add_parser("test", help="run the apps' own tests")
    test.add_argument("frameworks", nargs="*", help="all by default")
    _shared(test)
    test.set_defaults(command=_test)
    return parser


def _judging(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--group", choices=GROUPS, action="append", help="only these checks")
    parser.add_argument("--gaps", action="store_true", help="print what each gap is")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where results are written")
    parser.add_argument("--contract", type=Path, default=paths.CONTRACT, help=argparse.SUPPRESS)
    _shared(parser)


def _shared(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--apps", type=Path, default=paths.GUIDE / "apps", help="folder of apps")


def _check(options: argparse.Namespace) -> int:
    interpreter = newest()
    keys = list(dict.fromkeys(options.frameworks)) or known(options.apps)
    chosen = checks(options.group or ())
    _say(f"{interpreter} for all; database: {options.database}; {len(chosen)} checks each")
    contract = _contract(options.contract)
    judgements = []
    with _bench(options, interpreter, contract) as bench:
        for key in keys:
            judgements.append(_judged(key, bench))
            # Written after each framework: what is there is kept, whatever comes.
            results = report.document(interpreter, options.database, chosen, judgements)
            written = _write(options, results)
    print(report.table(chosen, judgements))
    print("\n", *report.details(judgements, options.gaps), sep="\n")
    print("", *report.summary(judgements), f"results: {written}", sep="\n")
    fine = all(each.good for each in judgements) and isinstance(contract, Contract)
    return 0 if fine else 1


def _demo(options: argparse.Namespace) -> int:
    load_app(options.framework, options.apps)  # an unknown name or a taken port is said at once
    claim_port(options.port)
    options.frameworks = []
    status = _check(options)
    return _serve(options) or status


def _serve(options: argparse.Namespace) -> int:
    interpreter = newest()
    app = load_app(options.framework, options.apps)
    claim_port(options.port)
    environment = app.environment(interpreter)
    environment.ensure(_say)
    with _bench(options, interpreter, load_contract()) as bench:
        place = fill(app, environment, bench)
        server = Server(app, environment, place, options.port)
        with contextlib.suppress(KeyboardInterrupt), server:
            _say(f"\n{app.name} serves the bookshop at {server.url}")
            _say(f"  documentation   {server.url}/docs")
            _say(f"  log in          POST {server.url}/auth/token  (ada, password ada-reads-books;")
            _say("                  staff: librarian, password librarian-shelves-books)")
            _say("Ctrl-C ends it.")
            _say(f"the server ended with status {server.wait()}: {server.last_words()}")
            return 1
    return 0


def _test(options: argparse.Namespace) -> int:
    interpreter = newest()
    failed = []
    with databases(options.database) as create:
        for key in options.frameworks or known(options.apps):
            app = load_app(key, options.apps)
            environment = app.test_environment(interpreter)
            environment.ensure(_say)
            folder = paths.STATE / "runs" / f"{key}-test"
            place = Place.make(folder, create(folder, f"test_{key}"))
            _say(f"\n{app.name}: {' '.join(app.test)}")
            command = environment.command(app.test)
            variables = place.variables(environment)
            if subprocess.run(command, cwd=app.folder, env=variables, check=False).returncode:
                failed.append(key)
    _say(f"\nthe apps' own tests: {'failed: ' + ', '.join(failed) if failed else 'all passed'}")
    return 1 if failed else 0


def _contract(path: Path) -> Contract | ContractError:
    try:
        return load_contract(path)
    except ContractError as error:
        _say(f"{error} Checks that need the contract are not run.")
        return error


@contextlib.contextmanager
def _bench(
    options: argparse.Namespace, interpreter: Interpreter, contract: Contract | ContractError
) -> Iterator[Bench]:
    """Make the data and the databases; on leaving, the databases are gone."""
    data = paths.STATE / "bookshop.json"
    data.parent.mkdir(exist_ok=True)
    data.write_bytes(as_bytes(generate()))
    with databases(options.database) as create:
        chosen = checks(getattr(options, "group", None) or ())
        yield Bench(interpreter, contract, data, create, chosen, _say, options.apps)


def _judged(key: str, bench: Bench) -> Judgement:
    """Judge one framework with a line of dots for each group."""
    group = ""

    def seen(outcome: Outcome) -> None:
        nonlocal group
        if (now := outcome.check.partition(".")[0]) != group:
            group = now
            print(f"\n{key:>8}  {group:14}", end="", flush=True)
        print(report.DOTS[outcome.verdict], end="", flush=True)

    judgement = judge(key, bench, seen)
    print(flush=True)
    return judgement


def _write(options: argparse.Namespace, results: dict[str, object]) -> Path:
    path: Path = options.json or paths.STATE / f"check-{options.database}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def _say(line: str) -> None:
    print(line, flush=True)
