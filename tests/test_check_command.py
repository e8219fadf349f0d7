"""`python -m guide check`: what goes wrong with one framework is one line, the rest is kept."""

import json
import socket
import time
from pathlib import Path

import pytest

from guide import processes
from guide.cli import main
from tests.conftest import MakeApp


def check(apps: Path, *arguments: str) -> int:
    return main(["check", "--apps", str(apps), *arguments])


def results(state: Path) -> dict[str, dict[str, dict[str, dict[str, str]]]]:
    document = json.loads((state / "check-sqlite.json").read_text())
    frameworks: dict[str, dict[str, dict[str, dict[str, str]]]] = document["frameworks"]
    return frameworks


def test_one_table_for_all(
    apps: Path, state: Path, make_app: MakeApp, capsys: pytest.CaptureFixture[str]
) -> None:
    make_app("bare")
    make_app("bear")
    assert check(apps, "--group", "contract") == 1
    out = capsys.readouterr().out
    assert "Python 3." in out.splitlines()[0]
    health = next(line for line in out.splitlines() if "GET /health says" in line)
    assert health.split()[-2:] == ["✓", "✓"]
    checks = results(state)["bare"]["checks"]
    assert checks["contract.health"] == {"verdict": "passed"}
    assert checks["contract.book-read"]["verdict"] == "failed"
    assert "404" in checks["contract.book-read"]["found"]


def test_unknown_framework_is_named_and_the_rest_is_judged(
    apps: Path, state: Path, make_app: MakeApp, capsys: pytest.CaptureFixture[str]
) -> None:
    make_app("flask")
    assert check(apps, "flsk", "flask", "--group", "http") == 1
    out = capsys.readouterr().out
    assert "unknown framework 'flsk'. Did you mean 'flask'? There are: " in out
    assert results(state)["flask"]["checks"]
    assert not results(state)["flsk"]["checks"]


def test_environment_that_cannot_be_installed(
    apps: Path, state: Path, make_app: MakeApp, capsys: pytest.CaptureFixture[str]
) -> None:
    make_app("broken", requirements="./no-such-folder\n")
    make_app("whole")
    assert check(apps, "--group", "contract") == 1
    out = capsys.readouterr().out
    assert "broken: cannot be installed: ERROR:" in out
    assert results(state)["whole"]["checks"]["contract.health"]["verdict"] == "passed"


def test_preparation_that_fails(
    apps: Path, make_app: MakeApp, capsys: pytest.CaptureFixture[str]
) -> None:
    make_app("bad", prepare="['python -c \"raise SystemExit(10 * chr(33))\"']")
    assert check(apps) == 1
    assert "failed with status 1: !!!!!!!!!!" in capsys.readouterr().out


def test_server_that_does_not_start(
    apps: Path, make_app: MakeApp, capsys: pytest.CaptureFixture[str]
) -> None:
    make_app("bad", start="sys.exit('cannot import name')")
    assert check(apps) == 1
    out = capsys.readouterr().out
    assert "bad: the server ended with status 1 before it answered: cannot import name" in out


def test_app_that_dies_keeps_what_there_is(
    apps: Path, state: Path, make_app: MakeApp, capsys: pytest.CaptureFixture[str]
) -> None:
    make_app("dies", mischief="print('out of memory', flush=True); os._exit(9)")
    make_app("lives")
    assert check(apps, "--group", "contract") == 1
    checks = results(state)["dies"]["checks"]
    assert checks["contract.health"]["verdict"] == "passed"
    died = "the app died during contract.author-read (status 9): out of memory"
    assert died in checks["contract.author-read"]["found"]
    assert checks["contract.cover"] == {"verdict": "not run", "found": died}
    assert results(state)["lives"]["checks"]["contract.cover"]["verdict"] == "failed"
    assert "checks: the app died during contract.author-read" in capsys.readouterr().out


def test_app_that_hangs_is_ended(
    apps: Path, state: Path, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guide.suite.client.REQUEST_SECONDS", 0.5)
    make_app(
        "hangs", mischief="import signal; os.kill(os.getpid(), signal.SIGSTOP); time.sleep(60)"
    )
    begun = time.monotonic()
    assert check(apps, "--group", "contract") == 1
    assert time.monotonic() - begun < 60
    checks = results(state)["hangs"]["checks"]
    hung = "the app hangs since contract.author-read: GET /health is not answered within 5 s"
    assert hung in checks["contract.author-read"]["found"]
    assert checks["contract.cover"] == {"verdict": "not run", "found": hung}


def test_a_gap_that_is_met_fails_the_run(
    apps: Path, state: Path, make_app: MakeApp, capsys: pytest.CaptureFixture[str]
) -> None:
    gap = '["http.{}"]\nowner = "framework"\nreason = "r"\ntakes = "t"\nseen = "{}"\n'
    declared = gap.format("date", "no Date") + gap.format("accept-any", "answered 404")
    declared += gap.format("range", "something else")
    make_app("one", gaps=declared)
    assert check(apps, "--group", "http", "--gaps") == 1
    checks = results(state)["one"]["checks"]
    assert checks["http.date"]["verdict"] == "gap met"
    assert checks["http.accept-any"]["verdict"] == "gap"
    assert checks["http.accept-any"]["reason"] == "r"
    assert checks["http.range"]["verdict"] == "failed"
    assert "declared as a gap that reads 'something else'" in checks["http.range"]["found"]
    assert "one: GAP MET http.date: the app passes this check" in capsys.readouterr().out


def test_a_gap_in_the_contract_is_refused(
    apps: Path, make_app: MakeApp, capsys: pytest.CaptureFixture[str]
) -> None:
    make_app(
        "one",
        gaps='["contract.cover"]\nowner="framework"\nreason="r"\ntakes="t"\nseen="s"\n',
    )
    assert check(apps) == 1
    out = capsys.readouterr().out
    assert "[contract.cover] is no check for which a gap can be declared" in out


def test_unreadable_contract_is_said_and_other_checks_run(
    apps: Path, state: Path, make_app: MakeApp, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_app("one")
    broken = tmp_path / "contract.yaml"
    broken.write_text("openapi: 3.1.0\npaths: [\n")
    assert check(apps, "--contract", str(broken)) == 1
    out = capsys.readouterr().out
    assert "contract.yaml: line 3 is not YAML" in out
    checks = results(state)["one"]["checks"]
    assert checks["contract.health"]["verdict"] == "not run"
    assert "line 3" in checks["contract.health"]["found"]
    assert checks["http.date"]["verdict"] == "passed"


def test_port_in_use(apps: Path, make_app: MakeApp, capsys: pytest.CaptureFixture[str]) -> None:
    make_app("one")
    with socket.socket() as taken:
        taken.bind((processes.HOST, 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert main(["serve", "one", "--port", port, "--apps", str(apps)]) == 2
    err = capsys.readouterr().err
    assert f"port {port} of 127.0.0.1 cannot be used (Address already in use)" in err


def test_no_framework_at_all(apps: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(apps) == 2
    assert "there is no app in" in capsys.readouterr().err


def test_own_tests_of_apps(
    apps: Path, make_app: MakeApp, capsys: pytest.CaptureFixture[str]
) -> None:
    make_app("one")
    make_app("two")
    manifest = apps / "two" / "app.toml"
    manifest.write_text(manifest.read_text().replace("-c pass", "-c assert(0)"))
    assert main(["test", "--apps", str(apps)]) == 1
    assert "the apps' own tests: failed: two" in capsys.readouterr().out
