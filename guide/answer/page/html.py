"""HTML of a report's blocks. Every text goes through `h`; no other function makes markup of it."""

import html
import re
from collections.abc import Mapping, Sequence
from functools import singledispatchmethod
from itertools import count

from guide.answer.page.blocks import (
    Bars,
    Block,
    Code,
    Folded,
    Items,
    Questions,
    Ranges,
    Section,
    Table,
    Tabs,
    Text,
    Verdict,
)
from guide.answer.page.charts import bars_svg, ranges_svg
from guide.answer.page.form import form
from guide.answer.page.highlight import highlighted

# What neither HTML nor a reader can take: control characters and lone surrogates.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_MARKS = {
    "passes": "pass",
    "yes": "pass",
    "gap": "gap",
    "no": "gap",
    "FAILED": "fail",
    "GAP MET": "fail",
    "not run": "none",
    "not known": "none",
}


def h(text: str) -> str:
    """Return `text` as HTML, for content and for quoted attributes alike."""
    return html.escape(_CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text), quote=True)


class Renderer:
    """Renders blocks. Keeps count of ids, and of the frameworks' colours."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        self._ids = count(1)

    def section(self, section: Section, level: int = 2) -> str:
        """Return a section with a heading of `level` (2 to 6) and all that is in it."""
        inner = "\n".join(
            self.section(each, level + 1) if isinstance(each, Section) else self.block(each, level)
            for each in section.blocks
        )
        key = h(section.key)
        # Only the parts of the report are landmarks: a reader jumps between these.
        label = f' aria-labelledby="{key}-title"' if level == 2 else ""
        return (
            f'<section id="{key}"{label}>\n'
            f'<h{level} id="{key}-title">{h(section.title)}</h{level}>\n{inner}\n</section>'
        )

    @singledispatchmethod
    def block(self, block: Block, level: int) -> str:
        """Return one block's HTML; `level` is that of the heading that it stands under."""
        raise TypeError(f"no such block at level {level}: {block!r}")

    @block.register
    def _text(self, block: Text, _: int) -> str:
        return f'<p class="quiet">{h(block.text)}</p>' if block.quiet else f"<p>{h(block.text)}</p>"

    @block.register
    def _items(self, block: Items, _: int) -> str:
        rows = (f"<dt>{h(term)}</dt><dd>{h(text)}</dd>" for term, text in block.items)
        return f"<dl>{''.join(rows)}</dl>"

    @block.register
    def _table(self, block: Table, _: int) -> str:
        head = "".join(_heading(column) for column in block.columns)
        best = [*block.best, *([[]] * (len(block.rows) - len(block.best)))]
        rows = "\n".join(
            f'<tr><th scope="row">{h(row[0])}</th>'
            + "".join(_cell(cell, at in first, block.marks) for at, cell in enumerate(row[1:]))
            + "</tr>"
            for row, first in zip(block.rows, best, strict=True)
        )
        caption = h(block.caption)
        kind = " prose" if _is_prose(block) else ""
        return (
            f'<div class="scroll" role="group" tabindex="0" aria-label="{caption}">'
            f'<table class="numbers{kind}"><caption>{caption}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>\n{rows}\n</tbody></table></div>"
        )

    @block.register
    def _bars(self, block: Bars, _: int) -> str:
        return bars_svg(block, self._names, self._id("chart"), h)

    @block.register
    def _ranges(self, block: Ranges, _: int) -> str:
        return ranges_svg(block, self._names, self._id("chart"), h)

    @block.register
    def _code(self, block: Code, _: int) -> str:
        source = highlighted(block.source, h) if block.python else h(block.source)
        title = h(block.title)
        return (
            f'<figure class="code"><figcaption>{title}</figcaption>'
            f'<pre tabindex="0" role="group" aria-label="{title}"><code>{source}</code></pre>'
            "</figure>"
        )

    @block.register
    def _tabs(self, block: Tabs, level: int) -> str:
        group, inner = self._id("tabs"), min(level + 2, 6)
        panels = "\n".join(
            f'<div class="panel" id="{group}-{at}" data-title="{h(title)}">'
            f'<h{inner} class="panel-title">{h(title)}</h{inner}>'
            + "\n".join(self.block(each, inner) for each in blocks)
            + "</div>"
            for at, (title, blocks) in enumerate(block.panels, 1)
        )
        outer = level + 1
        return (
            f'<div class="tabs" data-label="{h(block.title)}">'
            f"<h{outer}>{h(block.title)}</h{outer}>\n{panels}\n</div>"
        )

    @block.register
    def _folded(self, block: Folded, level: int) -> str:
        inner = "\n".join(self.block(each, level) for each in block.blocks)
        return f"<details><summary>{h(block.title)}</summary>\n{inner}\n</details>"

    @block.register
    def _verdict(self, block: Verdict, _: int) -> str:
        key = "unsupported" if block.unsupported else re.sub(r"[^a-z]+", "-", block.verdict)
        told = f"{block.verdict}: not supported by this run" if block.unsupported else block.verdict
        findings = "".join(f"<li>{h(each)}</li>" for each in block.findings)
        caveat = f'<p class="quiet">{h(block.caveat)}</p>' if block.caveat else ""
        return (
            f'<article class="ruling"><blockquote><p>{h(block.quote)}</p></blockquote>'
            f'<p class="verdict v-{key}">{h(told)}</p>'
            f'<ul class="findings">{findings}</ul>{caveat}</article>'
        )

    @block.register
    def _questions(self, block: Questions, _: int) -> str:
        return form(block.sheet, h)

    def _id(self, kind: str) -> str:
        return f"{kind}-{next(self._ids)}"


def _heading(column: str) -> str:
    return f'<th scope="col">{h(column)}</th>' if column else "<td></td>"


def _cell(cell: str, leads: bool, marks: bool) -> str:
    if leads:
        return f'<td class="best">{h(cell)}<span class="aside"> leads</span></td>'
    if marks and cell in _MARKS:
        return f'<td class="mark {_MARKS[cell]}">{h(cell)}</td>'
    return (
        f'<td class="missing">{h(cell)}</td>' if cell == "not measured" else f"<td>{h(cell)}</td>"
    )


def _is_prose(block: Table) -> bool:
    cells: Sequence[str] = [cell for row in block.rows for cell in row[1:]]
    return any(len(cell) > 40 for cell in cells)
