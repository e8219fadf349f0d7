"""What a report is made of, before it is Markdown or HTML. All texts are plain, never markup."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from guide.answer.sheet import Sheet


@dataclass(frozen=True)
class Text:
    """A paragraph. `quiet` ones are caveats and notes."""

    text: str
    quiet: bool = False


@dataclass(frozen=True)
class Items:
    """A list; each item begins with a term, or with an empty one."""

    items: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Table:
    """A table: the first cell of each row is its header.

    best: of each row, the columns (from 0, the header apart) that are told as leading.
    marks: cells hold words of a verdict, which are shown as such.
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    best: Sequence[Sequence[int]] = field(default_factory=list)
    marks: bool = False


@dataclass(frozen=True)
class Bar:
    """One framework's bar: parts that are stacked, each with a label and a value."""

    framework: str
    parts: Sequence[tuple[str, float]]
    told: str


@dataclass(frozen=True)
class Bars:
    """A chart of horizontal bars. One part a bar is drawn in the framework's colour."""

    title: str
    unit: str
    bars: Sequence[Bar]
    parts: Sequence[str] = field(default_factory=list)


@dataclass(frozen=True)
class Dot:
    """One framework's value with the range that it varies in."""

    framework: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Ranges:
    """A chart of values with their ranges, in rows, on a logarithmic scale."""

    title: str
    unit: str
    rows: Sequence[tuple[str, Sequence[Dot]]]


@dataclass(frozen=True)
class Code:
    """Source, or what a server sent; `title` is a file's name or says what it is."""

    title: str
    source: str
    python: bool = False


@dataclass(frozen=True)
class Tabs:
    """The same thing of each framework, one at a time."""

    title: str
    panels: Sequence[tuple[str, Sequence["Block"]]]


@dataclass(frozen=True)
class Folded:
    """What is shown when it is asked for."""

    title: str
    blocks: Sequence["Block"]


@dataclass(frozen=True)
class Verdict:
    """A claim as it was made, its verdict, and what the verdict stands on.

    unsupported: whether the run's numbers do not bear the verdict out.
    """

    quote: str
    verdict: str
    unsupported: bool
    findings: Sequence[str]
    caveat: str


@dataclass(frozen=True)
class Questions:
    """The questions with a live ranking, where there is somebody to answer."""

    sheet: Sheet


Block = Text | Items | Table | Bars | Ranges | Code | Tabs | Folded | Verdict | Questions


@dataclass(frozen=True)
class Section:
    """A part of the report with a heading. `key` is its address on the page."""

    key: str
    title: str
    blocks: "Sequence[Block | Section]"


@dataclass(frozen=True)
class Report:
    """The whole report. `names` are the frameworks', in the order of their colours."""

    title: str
    lead: str
    names: Mapping[str, str]
    sections: Sequence[Section]
