"""What the guide's commands do; cli.py says what each is called with.

Each takes the parsed options and returns the exit status: 0 when all is well, 1 when it is not.
What keeps it from beginning is raised as a GuideError.
"""

import argparse
import contextlib
import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from guide import paths, processes, report
from guide.answer import claims, recorded
from guide.answer.facts import load_facts
from guide.answer.page.write import write_report
from guide.compare import FULL, QUICK
from guide.compare import compare as measure
from guide.contract import Contract, load_contract
from guide.databases import Databases, databases
from guide.errors import AppFailed, ContractError, GuideError
from guide.interpreter import Interpreter, newest
from guide.judge import Bench, Judgement, filled, judge
from guide.manifest import known, load_app
from guide.processes import Place, Server, claim_port
from guide.seed.generate import as_bytes, generate
from guide.suite.catalogue import checks
from guide.suite.run import Outcome

TEST_SECONDS = 600


def check(options: argparse.Namespace) -> int:
    """Judge frameworks, print one table, write JSON; what there is is kept when one fails."""
    chosen = checks(options.group or ())
    if options.list:
        print(*(f"{each.id:46} {each.title}  [{each.rule}]" for each in chosen), sep="\n")
        return 0
    interpreter = newest()
    keys = list(dict.fromkeys(options.frameworks)) or known(options.apps)
    written: Path = options.json or paths.STATE / f"check-{options.database}.json"
    judgements: list[Judgement] = []
    _write(written, {})  # a file that cannot be written is said before the work
    say(f"{interpreter} for all; database: {options.database}; {len(chosen)} checks each")
    contract = _contract(options.contract)
    with contextlib.suppress(KeyboardInterrupt), _bench(options, interpreter, contract) as bench:
        for key in keys:
            judgements.append(_judged(key, bench))
            # Written after each framework: what is there is kept, whatever comes.
            results = report.document(interpreter, options.database, chosen, judgements)
            _write(written, results)
    print(report.table(chosen, judgements))
    print("\n", *report.details(judgements, options.gaps), sep="\n")
    print("", *report.summary(judgements), f"results: {written}", sep="\n")
    if len(judgements) < len(keys):
        say(f"stopped; not judged: {', '.join(keys[len(judgements) :])}")
        return 130
    fine = all(each.good for each in judgements) and isinstance(contract, Contract)
    return 0 if fine else 1


def demo(options: argparse.Namespace) -> int:
    """Judge all frameworks, then serve one of them."""
    load_app(options.framework, options.apps)  # an unknown name or a taken port is said at once
    claim_port(options.port)
    options.frameworks = []
    status = check(options)
    return status if status == 130 else serve(options) or status


def serve(options: argparse.Namespace) -> int:
    """Fill one framework's bookshop and serve it until Ctrl-C."""
    interpreter = newest()
    app = load_app(options.framework, options.apps)
    claim_port(options.port)
    environment = app.environment(interpreter)
    environment.ensure(say)
    with (
        _bench(options, interpreter, load_contract(), paths.STATE / "serving") as bench,
        filled(app, environment, bench) as place,
    ):
        shown = replace(app, serve=app.demo or app.serve)
        server = Server(shown, environment, place, options.port)
        with contextlib.suppress(KeyboardInterrupt), server:
            say(f"\n{app.name} serves the bookshop at {server.url}")
            say(f"  documentation   {server.url}/docs")
            say(f"  log in          POST {server.url}/auth/token")
            say('    a customer    {"username": "ada", "password": "ada-reads-books"}')
            say(
                '    staff         {"username": "librarian", "password": "librarian-shelves-books"}'
            )
            say("Ctrl-C ends it.")
            say(f"the server ended with status {server.wait()}: {server.last_words()}")
            return 1
    return 0


def compare(options: argparse.Namespace) -> int:
    """Measure frameworks; write the results, the report and the page."""
    keys = list(dict.fromkeys(options.frameworks)) or known(options.apps)
    folder: Path = options.output or (paths.STATE / "quick" if options.quick else paths.RESULTS)
    path = folder / f"{datetime.now(UTC).date().isoformat()}.json"
    _write(path, {})
    with _bench(options, newest(), _contract(options.contract)) as bench:
        results = measure(keys, bench, QUICK if options.quick else FULL, path)
    say(f"\nwritten: {path}")
    write(argparse.Namespace(results=path, output=folder))
    problems = [
        f"{key}: {part}: {why}"
        for key, found in results["frameworks"].items()
        for part, why in found["problems"].items()
    ]
    told = f"{results['seconds']} s, and {results['installing']} s of installing"
    print(told, *problems, sep="\n")
    return 1 if problems else 0


def write(options: argparse.Namespace) -> int:
    """Write the report and the page of measured results."""
    results = recorded.load(options.results or recorded.newest())
    facts = load_facts()
    rulings = [claims.judge(claim, results, facts) for claim in claims.load_claims(facts)]
    for path in write_report(results, rulings, options.output or paths.STATE / "report"):
        say(f"written: {path}")
    return 0


def test(options: argparse.Namespace) -> int:
    """Run the apps' own tests, each in an environment that has what they need beside."""
    failed = []
    interpreter = newest()
    with databases(options.database) as create:
        for key in options.frameworks or known(options.apps):
            try:
                _test(key, options.apps, interpreter, create)
            except GuideError as error:
                say(str(error))
                failed.append(key)
    say(f"\nthe apps' own tests: {'failed: ' + ', '.join(failed) if failed else 'all passed'}")
    return 1 if failed else 0


def _test(key: str, apps: Path, interpreter: Interpreter, create: Databases) -> None:
    app = load_app(key, apps)
    environment = app.test_environment(interpreter)
    environment.ensure(say)
    folder = paths.STATE / "runs" / f"{key}-test"
    with processes.claim_folder(folder):
        place = Place.make(folder, create(folder, f"test_{key}"))
        say(f"\n{app.name}: {' '.join(app.test)}")
        command, variables = environment.command(app.test), place.variables(environment)
        try:
            done = subprocess.run(
                command, cwd=app.folder, env=variables, check=False, timeout=TEST_SECONDS
            )
        except subprocess.TimeoutExpired as error:
            raise AppFailed(f"{key}: its tests took more than {TEST_SECONDS} s.") from error
    if done.returncode:
        raise AppFailed(f"{key}: its tests failed with status {done.returncode}.")


def _contract(path: Path) -> Contract | ContractError:
    try:
        return load_contract(path)
    except ContractError as error:
        say(f"{error} Checks that need the contract are not run.")
        return error


@contextlib.contextmanager
def _bench(
    options: argparse.Namespace,
    interpreter: Interpreter,
    contract: Contract | ContractError,
    runs: Path | None = None,
) -> Iterator[Bench]:
    """Make the data and the databases; on leaving, the databases are gone."""
    data = paths.STATE / "bookshop.json"
    data.parent.mkdir(parents=True, exist_ok=True)
    data.write_bytes(as_bytes(generate()))
    chosen = checks(getattr(options, "group", None) or ())
    runs = runs or paths.STATE / "runs"
    with databases(options.database) as create:
        yield Bench(interpreter, contract, data, create, chosen, say, options.apps, runs)


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


def _write(path: Path, results: Mapping[str, Any]) -> None:
    text = json.dumps(results, indent=1, ensure_ascii=False) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # "replace": an app's answer may hold what is no text.
        path.write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        raise GuideError(f"{path} cannot be written: {error.strerror}") from error


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)
