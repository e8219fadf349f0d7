"""The report as Markdown: without charts, whose numbers stand in tables; tabs become headings."""

import re
from functools import singledispatch

from guide.answer.page.blocks import (
    Bars,
    Block,
    Code,
    Folded,
    Items,
    Questions,
    Ranges,
    Report,
    Section,
    Table,
    Tabs,
    Text,
    Verdict,
)

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~])")
_LEADING = re.compile(r"^(\s*)([-+=]|\d+[.)])")


def markdown(report: Report) -> str:
    """Return the report as GitHub-flavoured Markdown."""
    head = f"# {m(report.title)}\n\n{m(report.lead)}"
    body = "\n\n".join(_section(section, 2) for section in report.sections)
    return f"{head}\n\n{body}\n"


def m(text: str) -> str:
    """Return `text` so that Markdown shows it as it is, on one line."""
    line = " ".join(text.split())
    return _LEADING.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", line))


def _section(section: Section, level: int) -> str:
    parts = [f"{'#' * level} {m(section.title)}"]
    for each in section.blocks:
        if isinstance(each, Section):
            parts.append(_section(each, level + 1))
        elif not isinstance(each, Bars | Ranges):
            parts.append(_block(each, level))
    return "\n\n".join(part for part in parts if part)


@singledispatch
def _block(block: Block, level: int) -> str:
    raise TypeError(f"no such block at level {level}: {block!r}")


@_block.register
def _text(block: Text, _: int) -> str:
    return f"*{m(block.text)}*" if block.quiet else m(block.text)


@_block.register
def _items(block: Items, _: int) -> str:
    return "\n".join(f"- **{m(term)}**: {m(text)}" for term, text in block.items)


@_block.register
def _table(block: Table, _: int) -> str:
    best = [*block.best, *([[]] * (len(block.rows) - len(block.best)))]
    rows = [
        [m(row[0]), *(_cell(cell, at in first) for at, cell in enumerate(row[1:]))]
        for row, first in zip(block.rows, best, strict=True)
    ]
    head = [m(column) for column in block.columns]
    lines = [head, ["---"] * len(head), *rows]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"**{m(block.caption)}**\n\n{table}"


def _cell(cell: str, leads: bool) -> str:
    return f"**{m(cell)}**" if leads and cell else m(cell)


@_block.register
def _code(block: Code, _: int) -> str:
    longest = max((len(run) for run in re.findall(r"`+", block.source)), default=0)
    fence = "`" * max(3, longest + 1)
    language = "python" if block.python else ""
    return f"{m(block.title)}\n\n{fence}{language}\n{block.source.rstrip()}\n{fence}"


@_block.register
def _tabs(block: Tabs, level: int) -> str:
    parts = [f"{'#' * (level + 1)} {m(block.title)}"]
    for title, blocks in block.panels:
        parts.append(f"{'#' * min(level + 2, 6)} {m(title)}")
        parts += [_block(each, level + 2) for each in blocks]
    return "\n\n".join(parts)


@_block.register
def _folded(block: Folded, level: int) -> str:
    parts = [
        f"{'#' * (level + 1)} {m(block.title)}",
        *(_block(each, level) for each in block.blocks),
    ]
    return "\n\n".join(part for part in parts if part)


@_block.register
def _verdict(block: Verdict, _: int) -> str:
    told = f"{block.verdict}: not supported by this run" if block.unsupported else block.verdict
    lines = [f"> {m(block.quote)}", "", f"**{m(told)}**", ""]
    lines += [f"- {m(each)}" for each in block.findings]
    if block.caveat:
        lines += ["", f"*{m(block.caveat)}*"]
    return "\n".join(lines)


@_block.register
def _questions(block: Questions, _: int) -> str:
    lines = []
    for key, question in block.sheet.questions.items():
        lines.append(f"- {m(question.asks)}")
        lines += [
            f"  - `--{key} {answer}`: {m(each.title)}" for answer, each in question.answers.items()
        ]
    return "\n".join(lines)
