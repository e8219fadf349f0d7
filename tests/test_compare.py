"""`make compare`: what fails with one framework is told, and all else is measured and kept."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from guide import compare as module
from guide.cli import main
from guide.compare import QUICK, compare
from guide.contract import load_contract
from guide.databases import databases
from guide.interpreter import newest
from guide.judge import Bench
from guide.seed.generate import as_bytes, generate
from tests.conftest import MakeApp

SMALL = replace(QUICK, rounds=1, requests=4, seconds=0.2)


@pytest.fixture
def compared(
    apps: Path, state: Path, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> dict[str, object]:
    """The document of a run over an app that is no bookshop, and one that cannot be installed."""
    make_app("bare")
    make_app("broken", requirements="./no-such-folder\n")
    monkeypatch.setattr(module, "_statements", lambda _: None)  # a server, for two apps of no use
    data = state / "data.json"
    data.write_bytes(as_bytes(generate()))
    said: list[str] = []
    with databases("sqlite") as create:
        bench = Bench(
            newest(), load_contract(), data, create, [], said.append, apps, state / "runs"
        )
        document = compare(["broken", "bare"], bench, SMALL, state / "results.json")
    assert json.loads((state / "results.json").read_text()) == document
    frameworks: dict[str, object] = document["frameworks"]
    return frameworks


def test_what_fails_is_told_and_the_rest_is_kept(compared: dict[str, dict[str, object]]) -> None:
    problems = compared["broken"]["problems"]
    assert isinstance(problems, dict)
    assert "cannot be installed" in problems["installing"]
    bare = compared["bare"]
    assert bare["packages"] == {"count": 0, "mb": 0}
    assert bare["code"] == {}
    problems = bare["problems"]
    assert isinstance(problems, dict)
    # It answers 404 to the login, so that nothing can be asked as anybody.
    assert "login of librarian answered 404" in problems["bad_request"]
    assert "login of ada answered 404" in problems["running"]
    assert problems["growth"]
    assert problems["first"]
    startup = bare["startup"]
    assert isinstance(startup, dict)
    assert 0 < startup["seconds"] < 30


def test_time_that_is_up_is_told(
    apps: Path, state: Path, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_app("bare")
    monkeypatch.setattr(module, "_statements", lambda _: None)
    data = state / "data.json"
    data.write_bytes(as_bytes(generate()))
    with databases("sqlite") as create:
        bench = Bench(newest(), load_contract(), data, create, [], print, apps, state / "runs")
        document = compare(["bare"], bench, replace(SMALL, minutes=0), state / "results.json")
    assert "speed" not in document["frameworks"]["bare"]
    problems = document["frameworks"]["bare"]["problems"]
    assert problems["startup"] == "not measured: 0 minutes were up"


def test_report_of_the_committed_results(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "--output", str(tmp_path)]) == 0
    assert "index.html" in capsys.readouterr().out
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    for name in ("Flask", "Django REST framework", "FastAPI", "Pyramid"):
        assert name in page
    assert (tmp_path / "report.md").stat().st_size > 10_000


def test_claims_of_the_committed_results(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claims"]) == 0
    assert "0 not supported" in capsys.readouterr().out


def test_choice_by_the_committed_results(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["choose", "--size", "small", "--without", "drf", "--json"]) == 0
    choice = json.loads(capsys.readouterr().out)
    ranked = json.dumps(choice)
    assert "flask" in ranked
