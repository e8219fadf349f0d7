"""What the documentation shows happens, and its tables are complete.

`documents.py` says how a page is read.
"""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

import restive
from restive import App, Problem, errors
from restive.cli.commands import restive as command_line
from restive.config import DEFAULT_LIMITS, AppOptions, RouteOptions
from restive.values.codes import CODES
from tests.restive.app.test_mistakes import CASES
from tests.restive.documents import REPOSITORY, RUN, SKIP, blocks, run

PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
SHOWING = [page for page in PAGES if any(b.language in RUN for b in blocks(page))]
REFERENCE = REPOSITORY / "docs" / "reference"
ROW = re.compile(r"\| `([^`]+)`(?:, `[^`]+`)* \|(.*)\|")


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def section(page: Path, title: str) -> str:
    """The text below a heading, up to the next."""
    _, found, rest = read(page).partition(f"# {title}\n")
    assert found, f"{page} has no heading {title!r}"
    return re.split(r"^#+ ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def rows(text: str) -> dict[str, str]:
    """The tables of a text: what stands first, in backticks, and the rest of its row."""
    found = (ROW.fullmatch(line) for line in text.splitlines())
    return {match[1]: match[2] for match in found if match is not None}


def names(text: str) -> set[str]:
    """All that stands in backticks in the first columns of a text's tables."""
    first = [line.split("|")[1] for line in text.splitlines() if line.startswith("|")]
    return set(re.findall(r"`([^`]+)`", " ".join(first)))


@pytest.mark.parametrize("page", SHOWING, ids=lambda page: page.stem)
def test_a_page_shows_what_happens(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run(page, tmp_path)


def test_what_is_not_run_says_why() -> None:
    for page in PAGES:
        skipped = [block for block in blocks(page) if block.skipped and block.language in RUN]
        assert len(skipped) == len(re.findall("<!-- not run", read(page))), page
        assert len(skipped) == len(SKIP.findall(read(page))), page


COMMAND = re.compile(r"^(?: {4,}|\$ )(restive (?:[^\n]|\\\n)*)", re.MULTILINE)
COMMANDS = sorted({words for page in PAGES for words in COMMAND.findall(read(page))})


@pytest.mark.parametrize("words", COMMANDS)
def test_commands_exist(words: str) -> None:
    _, name, *given = shlex.split(words, comments=True)
    command_line.commands[name].make_context(name, given)


def test_the_command_line_is_complete() -> None:
    page = REFERENCE / "command-line.md"
    shown = rows(read(page))
    for name, command in command_line.commands.items():
        row = shown.pop(f"restive {name} [MODULE:APP]")
        options = {o.opts[0] for o in command.params if isinstance(o, click.Option)}
        assert options == set(re.findall(r"`(--[a-z]+)`", row)), name
        for option in options:
            assert re.search(rf"^\| `{option}`", read(page), re.MULTILINE), option
    assert all(name.startswith("--") for name in shown)


def test_options_are_complete() -> None:
    page = REFERENCE / "app.md"
    assert names(section(page, "Route options")) == set(RouteOptions.__annotations__)
    of_app = section(page, '`App(prefix="", **options)`').partition("| member |")[0]
    assert names(of_app) == set(AppOptions.__annotations__)


def test_limits_are_complete() -> None:
    shown = rows(read(REFERENCE / "limits.md"))
    defaults = {name: row.split("|")[0].strip() for name, row in shown.items()}
    limits = {name: str(getattr(DEFAULT_LIMITS, name)) for name in DEFAULT_LIMITS.__struct_fields__}
    assert defaults == limits


def literals() -> Iterator[tuple[str, str]]:
    """Calls in the package and the texts among their arguments: (name of the function, text)."""
    for path in (REPOSITORY / "src" / "restive").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                given = [*node.args[:2], *(k.value for k in node.keywords if k.arg == "code")]
                for one in given:
                    if isinstance(one, ast.Constant) and isinstance(one.value, str):
                        yield name, one.value


def test_codes_of_input_errors_are_complete() -> None:
    page = REFERENCE / "binding.md"
    makers = ("BadValue", "FieldError")
    used = {text for name, text in literals() if name in makers and re.fullmatch("[a-z_]+", text)}
    assert set(rows(section(page, "Error codes"))) == used | CODES


def test_mistakes_are_complete_and_worded_so() -> None:
    page = REFERENCE / "errors.md"
    makers = ("Mistake", "ArgumentError", "unsupported", "_mistake")
    used = {text for name, text in literals() if name in makers and re.fullmatch("[a-z-]+", text)}
    used |= {"provider-duplicate", "error-handler-duplicate"}
    shown = rows(section(page, "Mistakes of declarations"))
    in_full = set(re.findall(r"\[([a-z-]+)\]$", read(page), re.MULTILINE))
    assert shown.keys() | in_full == used
    texts = {(code, f"{problem}. {remedy}.") for *_, code, problem, remedy in CASES}
    assert {(code, text.strip()) for code, text in shown.items()} <= texts


def test_problems_are_complete() -> None:
    shown = dict(
        re.findall(r"`(\w+)(?:\([^`]*\))?` \| (\d+)", section(REFERENCE / "errors.md", "Classes"))
    )
    public: dict[str, Any] = {
        name: str(value.status)
        for name in restive.__all__
        if isinstance(value := getattr(restive, name), type) and issubclass(value, Problem)
    }
    assert shown == {k: v for k, v in public.items() if k not in ("Problem", "InvalidInput")}


def test_an_app_answers_what_wires_refuse() -> None:
    statuses = re.findall(r"^\| (\d{3}) \|", section(REFERENCE / "wires.md", "Refusals"), re.M)
    assert len(statuses) > 10
    app = App()
    for status in {int(text) for text in statuses}:
        assert app.target.problem(None, status, "so").status == status


def test_every_public_name_is_in_the_reference() -> None:
    text = "".join(read(page) for page in REFERENCE.glob("*.md"))
    missing = [name for name in restive.__all__ if not re.search(rf"\b{name}\b", text)]
    assert not missing


def test_each_rule_has_its_tests() -> None:
    page = REPOSITORY / "docs" / "explanation" / "semantics.md"
    rules = re.findall(r"^- (.*?)(?=^- |^#|\Z)", read(page), re.MULTILINE | re.DOTALL)
    assert len(rules) > 30
    for rule in rules:
        held = re.search(r"— `([\w/]+)`\s*\Z", rule)
        assert held is not None, rule
        assert (REPOSITORY / "tests" / "restive" / f"{held[1]}.py").exists(), held[1]


def test_classes_of_the_tree_are_those_that_there_are() -> None:
    shown = set(re.findall(r"\b[A-Z]\w+(?:Error|Input|Content)\b", read(REFERENCE / "errors.md")))
    assert {name for name in shown if not hasattr(errors, name)} <= {"TypeError", "KeyError"}
