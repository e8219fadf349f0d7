"""Commands that print something and end."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.restive.cli.conftest import HELLO, Shell

# Runs the command line where one module cannot be imported.
WITHOUT = """
import sys
class Gone:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Gone())
from restive.cli import main
main()
"""


@pytest.fixture(autouse=True)
def _hello(shell: Shell) -> None:
    shell.write("main.py", HELLO)


def test_routes(shell: Shell) -> None:
    done = shell.run("routes")
    assert (done.returncode, done.stderr) == (0, "")
    [line] = done.stdout.splitlines()
    assert line.split()[:4] == ["GET", "/hello/{name}", "hello", "main:hello,"]
    assert line.endswith("main.py:7")


def test_all_routes_in_columns(shell: Shell) -> None:
    lines = shell.run("routes", "--all").stdout.splitlines()
    assert any(line.startswith("GET  /secret ") for line in lines)
    assert any(" /openapi.json " in line for line in lines)
    columns = [re.match(r"(\w+ +)(\S+ +)(\S+ +)\S", line) for line in lines]
    assert len({tuple(map(len, found.groups())) for found in columns if found}) == 1
    assert all(columns)


def test_openapi_as_json(shell: Shell) -> None:
    done = shell.run("openapi")
    document = json.loads(done.stdout)
    assert document["info"]["title"] == "Greetings"
    assert list(document["paths"]) == ["/hello/{name}"]
    assert done.stdout.startswith('{\n  "openapi"')
    assert done.stdout.endswith("}\n")


def test_openapi_as_yaml_into_a_file(shell: Shell) -> None:
    done = shell.run("openapi", "main:app", "--yaml", "-o", "api.yaml")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    written = (shell.folder / "api.yaml").read_text(encoding="utf-8")
    assert written.startswith("openapi: ")
    assert "\n  title: Greetings\n" in written


@pytest.mark.parametrize("words", [["check"], ["check", "main"]])
def test_check(shell: Shell, words: list[str]) -> None:
    done = shell.run(*words)
    assert (done.returncode, done.stdout) == (0, "1 operations, no mistakes\n")


def test_check_lists_every_mistake(shell: Shell) -> None:
    shell.write("bad.py", HELLO.replace("name: str", "name").replace(") -> None", ")"))
    done = shell.run("check", "bad:app")
    assert (done.returncode, done.stdout) == (1, "")
    head, *mistakes = done.stderr.splitlines()
    assert head == "Error: the app cannot be built: 2 mistakes"
    assert len(mistakes) == 2
    assert "(bad:hello, " in mistakes[0]
    assert "bad.py:7): parameter 'name' has no annotation. Write `name: str`." in mistakes[0]
    assert "(bad:secret, " in mistakes[1]


@pytest.mark.parametrize("command", ["check", "run"])
def test_an_app_that_a_function_makes(shell: Shell, command: str) -> None:
    shell.write("made.py", "from main import app\ndef make():\n    return app\n")
    # `run` gets an address that cannot be had, once it has the app.
    words = ["--host", "192.0.2.1"] if command == "run" else []
    done = shell.run(command, "made:make", *words)
    assert done.returncode == (1 if words else 0)
    assert ("Address 192.0.2.1 is not one of this machine" in done.stderr) == bool(words)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no.such:app", "App 'no.such:app': there is no module 'no' in "),
        ("main:api", "App 'main:api': module 'main' has no 'api'. Name the variable"),
        ("json:JSONDecoder", "json:JSONDecoder is a type, not a restive.App"),
    ],
)
def test_names_of_no_app(shell: Shell, name: str, said: str) -> None:
    done = shell.run("check", name)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Error: {said}")


def test_no_app(shell: Shell) -> None:
    (shell.folder / "main.py").unlink()
    done = shell.run("check")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: there is no app in ")
    assert done.stderr.endswith("Name it: restive dev module:app\n")


def test_an_option_that_does_not_exist(shell: Shell) -> None:
    done = shell.run("check", "--deep")
    assert done.returncode == 2
    assert "--deep" in done.stderr


def test_without_click(shell: Shell) -> None:
    done = shell.run("check", code=WITHOUT.format(name="click"))
    assert done.returncode == 1
    assert done.stderr == (
        "restive: the command line needs packages that are not installed (click).\n"
        "Install them: pip install 'restive[standard]'\n"
        'Without them an app serves itself: app.run(host="127.0.0.1", port=8000)\n'
    )


def test_without_watchfiles(shell: Shell) -> None:
    without = WITHOUT.format(name="watchfiles")
    done = shell.run("dev", code=without)
    assert done.returncode == 1
    assert "packages that are not installed (watchfiles).\nInstall them: pip" in done.stderr
    assert shell.run("check", code=without).returncode == 0


def test_help_is_quick(shell: Shell) -> None:
    """150 ms of CPU are the limit. The least of several: neighbours only ever add."""
    done = shell.run("--help")
    assert done.returncode == 0
    assert all(f"  {name} " in done.stdout for name in ("check", "dev", "openapi", "routes", "run"))
    assert min(_cpu_seconds(shell) for _ in range(7)) < 0.150


def _cpu_seconds(shell: Shell) -> float:
    words = [sys.executable, "-m", "restive", "--help"]
    # Bytecode is written here, as an installation has it.
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3] / "src")}
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, cwd=shell.folder, env=env) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_utime + usage.ru_stime
