"""The rules of the house: how long things are, and who imports whom."""

import ast
import io
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import restive

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "restive"
FILES = sorted(PACKAGE.rglob("*.py"))
# What DESIGN calls the core: the layers up to the app, without what stands beside or above it.
BESIDE_THE_CORE = {"cli", "openapi", "server", "testing"}
LONGEST_FILE = 600
LONGEST_FUNCTION = 60
MOST_LINES = 8_000
# library → where it may be imported; the core needs msgspec alone
OPTIONAL = {
    "click": ("cli/",),
    "watchfiles": ("cli/",),
    "httpx2": ("testing/",),
    "uvloop": ("server/", "server/native/"),
    "httptools": ("server/native/",),
    "swagger_ui_bundle": ("openapi/swagger.py",),
    "rich": (),
    "attrs": (),
    "attr": (),
    "annotated_types": (),
    "sqlalchemy": (),
    "uvicorn": (),
}
_NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in FILES:
        yield name(path), ast.parse(path.read_text())


def lines_of_code(path: Path) -> int:
    """Lines that hold something else than comments and docstrings."""
    text = path.read_text()
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in _NO_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            docstring = node.body[0]
            lines.difference_update(range(docstring.lineno, (docstring.end_lineno or 0) + 1))
    return len(lines)


def test_the_core_is_small() -> None:
    core = [path for path in FILES if name(path).partition("/")[0] not in BESIDE_THE_CORE]
    assert sum(map(lines_of_code, core)) < MOST_LINES


def test_files_are_short() -> None:
    lengths = {name(path): len(path.read_text().splitlines()) for path in FILES}
    assert {path: count for path, count in lengths.items() if count > LONGEST_FILE} == {}


def test_functions_are_short() -> None:
    found = {}
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    found[f"{path}:{node.name}"] = length
    assert found == {}


def test_layers() -> None:
    """`[tool.importlinter]` in pyproject.toml says them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    assert settings["importlinter"]["root_package"] == "restive"
    command = "from importlinter.cli import lint_imports_command as run; run()"
    run = subprocess.run(
        [sys.executable, "-c", command, "--no-cache", "--config", "pyproject.toml"],
        cwd=ROOT,
        env={"PYTHONPATH": "src", "PYTHONIOENCODING": "utf-8", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def imports(tree: ast.AST) -> Iterator[str]:
    """The modules that are imported, wherever in the tree."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("library", OPTIONAL)
def test_optional_libraries_are_imported_in_their_package_alone(library: str) -> None:
    places = {path for path, tree in trees() for m in imports(tree) if m.split(".")[0] == library}
    assert {path for path in places if not path.startswith(OPTIONAL[library])} == set()


def test_pydantic_is_never_imported_for_who_does_not_use_it() -> None:
    """Its models are recognised by what they are; inside a function it is the user's own import."""
    for path, tree in trees():
        top = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
        found = [module for node in top for module in imports(node)]
        assert not [module for module in found if module.split(".")[0] == "pydantic"], path


def test_what_is_public_is_typed() -> None:
    """Names are imported on first use; type checkers read the imports under TYPE_CHECKING."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    [guarded] = [node for node in tree.body if isinstance(node, ast.If)]
    assert ast.unparse(guarded.test) == "TYPE_CHECKING"
    seen = {}
    for node in guarded.body:
        assert isinstance(node, ast.ImportFrom)
        for alias in node.names:
            assert alias.asname == alias.name, "only `import X as X` says that X is public"
            seen[alias.name] = node.module
    assert sorted(seen) == restive.__all__
    for public, module in seen.items():
        assert getattr(restive, public) is getattr(sys.modules[str(module)], public)
    assert set(restive.__all__) <= set(dir(restive))
    with pytest.raises(AttributeError, match="module 'restive' has no attribute 'Nothing'"):
        _ = restive.Nothing


@pytest.mark.parametrize("module", ["restive", "restive.cli"])
def test_importing_the_package_costs_next_to_nothing(module: str) -> None:
    heavy = {"msgspec", "asyncio", "httptools", "uvloop", "restive.app", "inspect", "typing"}
    cheap = heavy - {"typing", "inspect"} if module == "restive.cli" else heavy - {"typing"}
    code = f"import sys; import {module}; print(sorted(sys.modules))"
    run = subprocess.run(
        [sys.executable, "-S", "-c", code],
        env={"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert cheap & set(ast.literal_eval(run.stdout)) == set()
