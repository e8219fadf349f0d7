"""The guide's parts: interpreters, environments, manifests, the contract, reading of answers."""

import stat
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guide import interpreter
from guide.contract import Contract, load_contract
from guide.environments import Environment
from guide.errors import ContractError, EnvironmentFailed, InterpreterError, ManifestError
from guide.interpreter import Interpreter
from guide.manifest import load_app, load_gaps
from guide.suite.check import Unmet
from guide.suite.client import names, png, refuses
from tests.conftest import MakeApp

# A project that is built without another package: what builds it stands beside it.
TINY_PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "tiny"
version = "1"
"""
TINY_BACKEND = """
import zipfile
from pathlib import Path

INFO = {
    "METADATA": "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1\\n",
    "WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    "RECORD": "",
}

def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "tiny-1-py3-none-any.whl"
    with zipfile.ZipFile(Path(folder) / name, "w") as wheel:
        wheel.write("src/tiny.py", "tiny.py")
        for file, text in INFO.items():
            wheel.writestr(f"tiny-1.dist-info/{file}", text)
    return name
"""
THIS = Interpreter(Path(sys.executable), ".".join(map(str, sys.version_info[:3])))


def shim(folder: Path, name: str, script: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_newest_interpreter_that_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 11, 0))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path / "nothing"))
    shim(tmp_path, "python3.13", "echo 'command not found' >&2; exit 127")
    good = shim(tmp_path, "python3.12", "echo 3.12.4")
    shim(tmp_path, "python3.11", "echo 3.11.9")
    assert interpreter.newest() == Interpreter(good, "3.12.4")


def test_interpreter_of_pyenv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    for version in ("3.13.0", "3.13.10", "3.9.1"):
        folder = tmp_path / "versions" / version / "bin"
        folder.mkdir(parents=True)
        shim(folder, "python", f"echo {version}")
    assert interpreter.newest().version == "3.13.10"


def test_no_interpreter_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 11, 0))
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    with pytest.raises(InterpreterError, match=r"No usable Python 3\.13, 3\.12, 3\.11"):
        interpreter.newest()


def test_environment_is_made_once(tmp_path: Path) -> None:
    pins = tmp_path / "requirements.txt"
    pins.write_text("")
    environment = Environment("small", THIS, [pins], tmp_path)
    said: list[str] = []
    environment.ensure(said.append)
    assert len(said) == 2
    assert said[0].startswith("small: installing")
    environment.ensure(said.append)
    assert len(said) == 2
    pins.write_text("# other pins\n")
    environment.ensure(said.append)
    assert len(said) == 4


def test_projects_are_installed_and_again_when_their_source_changes(tmp_path: Path) -> None:
    project = tmp_path / "project"
    module = project / "src" / "tiny.py"
    module.parent.mkdir(parents=True)
    module.write_text("VALUE = 1\n")
    (project / "pyproject.toml").write_text(TINY_PROJECT)
    (project / "backend.py").write_text(TINY_BACKEND)
    pins = tmp_path / "requirements.txt"
    pins.write_text("")
    environment = Environment("with-project", THIS, [pins], tmp_path, [project])

    def value() -> str:
        said: list[str] = []
        environment.ensure(said.append)
        lines.append(len(said))
        command = [str(environment.python), "-c", "import tiny; print(tiny.VALUE)"]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
        return done.stdout.strip()

    lines: list[int] = []
    assert value() == "1"
    module.write_text("VALUE = 2\n")
    assert value() == "2"
    assert value() == "2"
    assert lines == [4, 2, 0]  # the environment and the project, the project, nothing


def test_project_that_cannot_be_installed(tmp_path: Path) -> None:
    pins = tmp_path / "requirements.txt"
    pins.write_text("")
    environment = Environment("broken", THIS, [pins], tmp_path, [tmp_path / "nothing"])
    with pytest.raises(EnvironmentFailed, match="broken: cannot be installed: ERROR: "):
        environment.ensure(print)


def test_environment_without_a_program(tmp_path: Path) -> None:
    environment = Environment("small", THIS, [tmp_path / "requirements.txt"])
    with pytest.raises(EnvironmentFailed, match="has no program 'gunicorn'"):
        environment.command(["gunicorn", "app"])


def test_missing_requirements(tmp_path: Path) -> None:
    environment = Environment("small", THIS, [tmp_path / "requirements.txt"])
    with pytest.raises(EnvironmentFailed, match="cannot read"):
        environment.ensure(print)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "cannot be read"),
        ('name = "x"', "'packages' is missing or not a list"),
        ('name = 1\npackages = []\nprepare = []\nserve = "x"', "'name' is missing or not a str"),
    ],
)
def test_bad_manifests(apps: Path, text: str, message: str) -> None:
    (apps / "one").mkdir()
    (apps / "one" / "app.toml").write_text(text)
    with pytest.raises(ManifestError, match=message):
        load_app("one", apps)


def test_source_that_is_elsewhere(apps: Path, make_app: MakeApp) -> None:
    make_app("one")
    manifest = apps / "one" / "app.toml"
    (apps / "shop").mkdir()
    manifest.write_text(
        'source = "../shop"\nprojects = ["../.."]\ndemo = "python demo.py"\n' + manifest.read_text()
    )
    app = load_app("one", apps)
    assert app.folder == apps / "shop"
    assert app.environment(THIS).requirements == [apps / "one" / "requirements.txt"]
    assert app.environment(THIS).projects == [apps.parent]
    assert app.demo == ["python", "demo.py"]
    manifest.write_text(manifest.read_text().replace("../shop", "../nowhere"))
    with pytest.raises(ManifestError, match=r"'source' names '../nowhere', which is no folder"):
        load_app("one", apps)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('["http.x"]\nowner = "framework"', "must have exactly owner, reason, takes, seen"),
        ('["http.x"]\nowner="me"\nreason="r"\ntakes="t"\nseen="s"', "owner must be one of"),
        ('["http.x"]\nowner="server"\nreason="r"\ntakes="t"\nseen="("', "not a regular expression"),
        ('["http.y"]\nowner="server"\nreason="r"\ntakes="t"\nseen="s"', r"\[http.y\] is no check"),
    ],
)
def test_bad_gaps(apps: Path, make_app: MakeApp, text: str, message: str) -> None:
    make_app("one", gaps=text)
    with pytest.raises(ManifestError, match=message):
        load_gaps(load_app("one", apps), ["http.x"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", "is not YAML"),
        ("just text", "is no valid OpenAPI document"),
        ("openapi: 3.1.0\ninfo: {title: x}", "is no valid OpenAPI document"),
        (
            "openapi: 3.1.0\ninfo: {title: x, version: '1'}\n"
            "paths: {/a: {get: {responses: {'200': {description: x}}}}}",
            "an operation has no 'operationId'",
        ),
    ],
)
def test_bad_contracts(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "contract.yaml"
    path.write_text(text)
    with pytest.raises(ContractError, match=message):
        load_contract(path)
    with pytest.raises(ContractError, match="cannot be read"):
        load_contract(tmp_path / "missing.yaml")


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load_contract()


def test_contract_has_all_operations(contract: Contract) -> None:
    assert len(contract.operations) == 19
    assert contract.methods("/books/{id}") == {"GET", "PATCH", "DELETE"}
    assert {each.access for each in contract.operations.values()} == {"public", "user", "staff"}


def test_contract_finds_what_is_wrong(contract: Contract) -> None:
    schema = {"$ref": "#/components/schemas/AuthorRef"}
    assert contract.schema_errors(schema, {"id": 1, "name": "x"}) == []
    assert contract.schema_errors(schema, {"id": "1", "name": "x"}) == [
        "$.id: '1' is not of type 'integer'"
    ]


def answer(status: int, body: object, sent: object = None) -> httpx2.Response:
    request = httpx2.Request("POST", "http://x/books", json=sent)
    return httpx2.Response(status, json=body, request=request)


@pytest.mark.parametrize(
    "body",
    [
        {"price": ["A valid number is required."]},
        {"detail": [{"loc": ["body", "price"], "msg": "x"}]},
        {"errors": [{"pointer": "/price"}]},
        {"message": "price: must be a number"},
    ],
)
def test_errors_that_name_the_field(body: object) -> None:
    refuses(answer(422, body), "price")


@pytest.mark.parametrize(
    "body",
    [{"detail": "bad input"}, {"detail": [{"loc": ["body", "price_min"]}]}, {"prices": "x"}, {}],
)
def test_errors_that_do_not(body: object) -> None:
    with pytest.raises(Unmet, match="does not name 'price'"):
        refuses(answer(400, body), "price")


def test_a_copy_of_what_was_sent_names_nothing() -> None:
    sent = {"price": 1, "title": ""}
    body = {"detail": [{"loc": ["body", "title"], "input": sent}]}
    refuses(answer(422, body, sent), "title")
    with pytest.raises(Unmet):
        refuses(answer(422, body, sent), "price")


def test_other_statuses_are_no_refusal() -> None:
    with pytest.raises(Unmet, match="not 400 or 422"):
        refuses(answer(200, {"price": 1}), "price")


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_names_takes_any_json(body: object) -> None:
    assert names({"at": [body, {"price": 1}]}, "price")


@given(st.integers(200, 100_000))
def test_images_have_the_size_that_was_asked_for(size: int) -> None:
    assert len(png(size)) == size
