"""Apps that answer anything, and ends that come from outside: the run is kept, nothing stays."""

import json
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from guide import paths, processes
from guide.cli import main
from guide.errors import AppFailed, PortTaken
from guide.manifest import Gap
from guide.suite.catalogue import checks
from guide.suite.run import Verdict, weigh
from tests.conftest import MakeApp


def check(apps: Path, *arguments: str) -> int:
    return main(["check", "--apps", str(apps), *arguments])


def verdicts(state: Path, key: str) -> dict[str, str]:
    document = json.loads((state / "check-sqlite.json").read_text())
    checks = document["frameworks"][key]["checks"]
    return {name: outcome["verdict"] for name, outcome in checks.items()}


SEND = (
    "self.send_response({status}); self.send_header('Content-Type', '{type}'); "
    "self.send_header('Content-Length', str(len({body}))); {more}"
    "self.end_headers(); self.wfile.write({body}); return"
)


@pytest.mark.parametrize(
    "mischief",
    [
        SEND.format(status=200, type="application/json", body="b'{}'", more=""),
        SEND.format(status=404, type="application/json", body="b'{}'", more=""),
        SEND.format(
            status=200,
            type="application/json",
            body="b'x'",
            more="self.send_header('Content-Encoding', 'gzip'); ",
        ),
        SEND.format(status=200, type="application/json", body="b'[' * 90000", more=""),
        SEND.format(
            status=302, type="x", body="b''", more="self.send_header('Location', self.path); "
        ),
        SEND.format(
            status=201, type="x", body="b''", more="self.send_header('Location', 'http://[::1'); "
        ),
    ],
    ids=["200", "404", "not gzip", "deep", "circle", "bad location"],
)
def test_odd_answers_end_no_run(apps: Path, state: Path, make_app: MakeApp, mischief: str) -> None:
    make_app("one", mischief=mischief)
    assert check(apps, "one", "--group", "contract", "--group", "security") == 1
    found = verdicts(state, "one")
    assert set(found.values()) <= {"passed", "failed"}
    passed = {name for name, verdict in found.items() if verdict == "passed"}
    # Health is answered rightly by all of these; the others are what silence gets right, too.
    harmless = {"security.versions", "security.reflected-text", "security.path-traversal"}
    assert passed <= {"contract.health", *harmless, "security.sql-parameters"}, passed


def test_an_answer_that_never_ends(
    apps: Path, state: Path, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    drip = "[(self.wfile.write(b'H'), self.wfile.flush(), time.sleep(0.2)) for _ in range(300)]"
    make_app("drips", mischief=drip)
    quick = [replace(each, seconds=1) for each in checks(["http"])[:3]]
    monkeypatch.setattr("guide.commands.checks", lambda _: quick)
    begun = time.monotonic()
    assert check(apps, "drips") == 1
    assert time.monotonic() - begun < 40
    assert set(verdicts(state, "drips").values()) == {"failed"}


def test_a_crash_is_neither_a_pass_nor_a_gap(apps: Path, state: Path, make_app: MakeApp) -> None:
    gap = '["http.unknown-path"]\nowner = "server"\nreason = "r"\ntakes = "t"\nseen = "."\n'
    make_app("dies", mischief="self.command == 'DELETE' and os._exit(3)", gaps=gap)
    assert check(apps, "dies", "--group", "http") == 1
    found = verdicts(state, "dies")
    assert found["http.unknown-path"] == "failed"
    assert found["http.error-json"] == "not run"


def test_a_gap_covers_all_findings_or_none() -> None:
    gap = Gap("http.x", "server", "r", "t", re.compile("loads https://cdn"))
    one, other = "GET /docs loads https://cdn/a.js", "GET /docs loads https://evil/b.js"
    assert weigh("http.x", [one, one], gap).verdict is Verdict.GAP
    outcome = weigh("http.x", [one, other], gap)
    assert outcome.verdict is Verdict.FAILED
    assert "evil" in outcome.found


# Signals as a terminal has them: a run in the background may have been told to ignore some.
SERVE = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
from pathlib import Path
from guide import paths
paths.STATE = Path({state!r})
from guide.cli import main
sys.exit(main(["serve", "one", "--port", "{port}", "--apps", {apps!r}]))
"""


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_no_server_outlives_the_guide(
    apps: Path, make_app: MakeApp, state: Path, end: signal.Signals
) -> None:
    make_app("one", start="open('pid', 'w').write(str(os.getpid()))")
    code = SERVE.format(state=str(state), port=processes.free_port(), apps=str(apps))
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=paths.REPOSITORY, stdout=subprocess.PIPE, text=True
    ) as guide:
        assert guide.stdout is not None
        for line in guide.stdout:
            if "Ctrl-C" in line:
                break
        server = int((apps / "one" / "pid").read_text())
        guide.send_signal(end)
        status = guide.wait(20)
    assert status == {signal.SIGKILL: -9}.get(end, 0)
    deadline = time.monotonic() + 10
    while Path(f"/proc/{server}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{server}").exists() or _is_zombie(server)


def _is_zombie(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


def test_one_run_of_a_framework_at_a_time(tmp_path: Path) -> None:
    with processes.claim_folder(tmp_path / "one"):
        with pytest.raises(AppFailed, match="one: another run of the guide"):
            processes.claim_folder(tmp_path / "one").__enter__()
        with processes.claim_folder(tmp_path / "two"):
            pass
    with processes.claim_folder(tmp_path / "one"):
        assert list((tmp_path / "one").iterdir()) == []


@pytest.mark.parametrize("port", [0, -1, 65_536, 99_999])
def test_ports_that_are_none(port: int) -> None:
    with pytest.raises(PortTaken, match="ports are 1 to 65535"):
        processes.claim_port(port)


def test_results_that_cannot_be_written(
    apps: Path, make_app: MakeApp, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_app("one")
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert check(apps, "one", "--json", str(blocked / "results.json")) == 2
    assert "results.json cannot be written: File exists" in capsys.readouterr().err


def test_commands_that_cannot_be_split(
    apps: Path, make_app: MakeApp, capsys: pytest.CaptureFixture[str]
) -> None:
    make_app("one")
    manifest = apps / "one" / "app.toml"
    text = manifest.read_text()
    manifest.write_text(text.replace("-c pass", "-c 'pass"))
    assert check(apps, "one") == 1
    assert "'test' cannot be split into words: No closing quotation" in capsys.readouterr().out
    manifest.write_text(text.replace("python -c pass", ""))
    assert check(apps, "one") == 1
    assert "'test' has an empty command" in capsys.readouterr().out


def test_list_of_checks(apps: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(apps, "--list", "--group", "http") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 40
    assert all(line.startswith("http.") for line in lines)


def test_a_proxy_in_the_environment_is_not_used(
    apps: Path, state: Path, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    make_app("one")
    assert check(apps, "one", "--group", "contract") == 1
    assert verdicts(state, "one")["contract.health"] == "passed"
