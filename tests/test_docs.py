"""What the documents say can be done can be done, and what they link to is there."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from guide import paths
from guide.cli import _parser

DOCUMENTS = sorted(
    [
        paths.REPOSITORY / "README.md",
        *(paths.REPOSITORY / "docs").rglob("*.md"),
        *paths.GUIDE.glob("*.md"),
        *paths.APPS.glob("*/README.md"),
    ]
)
EXAMPLE = "falcon"  # the framework of a reader's own in the how-to


def commands(pattern: str) -> Iterator[str]:
    for document in DOCUMENTS:
        for line in document.read_text(encoding="utf-8").splitlines():
            if match := re.match(rf"\s{{4,}}({pattern}.*?)(\s+#.*)?$", line):
                yield match[1]


@pytest.mark.parametrize("command", sorted(set(commands("python3 -m guide "))))
def test_commands_of_the_guide(command: str) -> None:
    words = shlex.split(command)[3:]
    known = {path.parent.name for path in paths.APPS.glob("*/app.toml")} | {EXAMPLE}
    options = _parser().parse_args(words)
    named = [*getattr(options, "frameworks", []), getattr(options, "framework", EXAMPLE)]
    assert set(named) <= known


def test_targets_of_make() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (paths.REPOSITORY / "Makefile").read_text(), re.M))
    asked = {word for command in commands("make ") for word in command.split()[1:]}
    assert asked, "no document says make"
    assert {word for word in asked if "=" not in word} <= targets


def text_of(document: Path) -> str:
    """A page without its code."""
    text = document.read_text(encoding="utf-8")
    return re.sub(r"^( *)```.*?^\1```$|`[^`\n]*`", "code", text, flags=re.M | re.S)


def anchors(document: Path) -> set[str]:
    """What a link may name in a page: its headings, as GitHub makes ids of them."""
    text = re.sub(r"^```.*?^```$", "", document.read_text(encoding="utf-8"), flags=re.M | re.S)
    titles = re.findall(r"^#+ (.+)$", text, flags=re.M)
    return {re.sub(r"[^\w\- ]", "", title).lower().replace(" ", "-") for title in titles}


def test_links_lead_somewhere() -> None:
    broken = []
    for document in DOCUMENTS:
        for target in re.findall(r"\]\(([^)\s]+)\)", text_of(document)):
            name, _, place = target.partition("#")
            found = document.parent / name if name else document
            if "://" in target or (found.exists() and (not place or place in anchors(found))):
                continue
            broken.append(f"{document.relative_to(paths.REPOSITORY)}: {target}")
    assert not broken


def test_readme_begins_with_the_two_commands() -> None:
    found = list(re.findall(r"^    (make \w+)", DOCUMENTS[0].read_text(encoding="utf-8"), re.M))
    assert found[:2] == ["make demo", "make test"]
