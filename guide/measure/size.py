"""How large an app is: its lines by kind, and the packages that it installs (RULES.md)."""

import ast
import io
import subprocess
import sys
import tokenize
from collections import Counter
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from guide.environments import Environment
from guide.manifest import App

_PLAIN = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
_PLAIN |= {tokenize.ENCODING, tokenize.ENDMARKER}
_COMMENT = {".ini": ("#", ";"), ".sql": ("--",)}


def count_lines(app: App) -> Mapping[str, int]:
    """Return the lines of the app by kind, as RULES.md counts them.

    A file belongs to the first kind of the manifest's `[lines]` with a glob that finds it.
    """
    counted: Counter[str] = Counter({kind: 0 for kind in app.lines})
    seen: set[Path] = set()
    for kind, globs in app.lines.items():
        found = {path for glob in globs for path in app.folder.glob(glob)}
        for path in sorted(found - seen):
            counted[kind] += lines_of(path)
        seen |= found
    return dict(counted)


def lines_of(path: Path) -> int:
    """Return how many lines of the file count."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return lines_of_python(formatted(text))
    marks = _COMMENT.get(path.suffix, ("#",))
    lines = (line.strip() for line in text.splitlines())
    return sum(bool(line) and not line.startswith(marks) for line in lines)


def formatted(source: str) -> str:
    """Return Python source as ruff formats it at 100 columns, so that style does not count."""
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "100", "-"]
    done = subprocess.run(command, input=source, capture_output=True, text=True, check=True)
    return done.stdout


def lines_of_python(source: str) -> int:
    """Return how many lines hold a token that is neither a comment nor part of a docstring."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    lines = {
        line
        for token in tokens
        if token.type not in _PLAIN
        for line in range(token.start[0], token.end[0] + 1)
    }
    return len(lines - _docstrings(ast.parse(source)))


def _docstrings(tree: ast.Module) -> set[int]:
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if ast.get_docstring(node, clean=False) is not None and first is not None:
                lines |= set(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return lines


def count_packages(environment: Environment) -> Mapping[str, float]:
    """Return how many distributions the environment holds, without pip, and their size in MB.

    The size is of the files that each distribution says it installed, compiled ones left out:
    whether Python has written those yet is chance.
    """
    folders = [str(path) for path in environment.folder.glob("lib/python*/site-packages")]
    found = [each for each in metadata.distributions(path=folders) if _counts(each)]
    return {"count": len(found), "mb": round(sum(map(_size, found)) / 1e6, 1)}


def _counts(distribution: metadata.Distribution) -> bool:
    return distribution.metadata["Name"].lower() != "pip"


def _size(distribution: metadata.Distribution) -> int:
    paths = [Path(str(each.locate())) for each in distribution.files or [] if each.suffix != ".pyc"]
    return sum(path.stat().st_size for path in paths if path.is_file())
