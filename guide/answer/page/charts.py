"""Charts as inline SVG. Lengths across are in per cent: text keeps its size on any screen."""

import math
from collections.abc import Callable, Mapping, Sequence

from guide.answer.page.blocks import Bars, Dot, Ranges

Escape = Callable[[str], str]

_LINE = 20  # height of a line of text
_BAR = 12
_GAP = 12
_LANE = 14
_WIDEST = 96.0  # per cent of the width that the longest bar takes
_SHAPES = (
    "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0z",  # circle
    "M-4-4h8v8h-8z",  # square
    "M0-5.5L5.2 4h-10.4z",  # triangle
    "M0-5.5L5.5 0 0 5.5-5.5 0z",  # diamond
)


def bars_svg(chart: Bars, names: Mapping[str, str], key: str, h: Escape) -> str:
    """Return horizontal bars from zero, each under its framework's name and value."""
    most = max((sum(value for _, value in bar.parts) for bar in chart.bars), default=0)
    if most <= 0:
        return ""
    colours = list(names)
    y, drawn = 0, []
    for bar in chart.bars:
        drawn.append(
            f'<text x="0" y="{y + 14}">{h(names[bar.framework])}'
            f'<tspan class="value" dx="10">{h(bar.told)}</tspan></text>'
        )
        x = 0.0
        for part, value in bar.parts:
            width = _WIDEST * value / most
            kind = f"k{chart.parts.index(part)}" if part else f"f{colours.index(bar.framework)}"
            told = f"<title>{h(part)}: {value:g}</title>" if part else ""
            drawn.append(
                f'<rect class="{kind}" x="{x:.3f}%" y="{y + _LINE}" width="{width:.3f}%" '
                f'height="{_BAR}">{told}</rect>'
            )
            x += width
        y += _LINE + _BAR + _GAP
    used = [
        part
        for part in chart.parts
        if any(part == one for bar in chart.bars for one, _ in bar.parts)
    ]
    legend = _legend([(f"k{chart.parts.index(part)}", part, "") for part in used], h)
    return _figure(chart.title, key, legend, y, drawn, h)


def ranges_svg(chart: Ranges, names: Mapping[str, str], key: str, h: Escape) -> str:
    """Return rows of values with their ranges on one logarithmic scale."""
    dots = [dot for _, row in chart.rows for dot in row if dot.low > 0]
    if not dots:
        return ""
    at = _scale(min(dot.low for dot in dots), max(dot.high for dot in dots))
    present = [key for key in names if any(dot.framework == key for dot in dots)]
    colours = list(names)
    y, drawn = 26, []
    for title, row in chart.rows:
        drawn.append(f'<text x="0" y="{y + 14}">{h(title)}</text>')
        y += _LINE
        for name in present:
            for dot in (each for each in row if each.framework == name and each.low > 0):
                drawn.append(
                    _dot(dot, at, y + _LANE / 2, colours.index(name), names, chart.unit, h)
                )
            y += _LANE
        y += _GAP
    axis = _axis(at, dots, y, h)
    lost = [
        f"{names[dot.framework]} in “{title}”"
        for title, row in chart.rows
        for dot in row
        if dot.low <= 0
    ]
    note = f"Left out, as their range reaches zero: {'; '.join(lost)}." if lost else ""
    legend = _legend(
        [(f"f{colours.index(each)}", names[each], _shape(colours.index(each))) for each in present],
        h,
    )
    return _figure(chart.title, key, legend, y, [*axis, *drawn], h, note)


def _dot(
    dot: Dot,
    at: Callable[[float], float],
    y: float,
    colour: int,
    names: Mapping[str, str],
    unit: str,
    h: Escape,
) -> str:
    told = f"{names[dot.framework]}: {dot.value:.3g} {unit} ({dot.low:.3g} to {dot.high:.3g})"
    return (
        f'<g class="f{colour}"><title>{h(told)}</title>'
        f'<line x1="{at(dot.low):.3f}%" x2="{at(dot.high):.3f}%" y1="{y}" y2="{y}"/>'
        f'<svg x="{at(dot.value):.3f}%" y="{y}" overflow="visible">'
        f'<path d="{_shape(colour)}"/></svg></g>'
    )


def _axis(at: Callable[[float], float], dots: Sequence[Dot], height: float, h: Escape) -> list[str]:
    low, high = min(dot.low for dot in dots), max(dot.high for dot in dots)
    drawn = []
    for tick in _ticks(low, high):
        x = at(tick)
        drawn.append(f'<line class="grid" x1="{x:.3f}%" x2="{x:.3f}%" y1="18" y2="{height}"/>')
        drawn.append(f'<text class="tick" x="{x:.3f}%" y="12">{h(f"{tick:,g}")}</text>')
    return drawn


def _scale(low: float, high: float) -> Callable[[float], float]:
    """Return the place of a value, in per cent of the width: `low` is at 4, `high` at 94."""
    width = math.log(high / low) or 1.0

    def at(value: float) -> float:
        return 4 + 90 * math.log(value / low) / width

    return at


def _ticks(low: float, high: float) -> list[float]:
    """Return the numbers 1, 2 and 5 of each power of ten in the range; more when it is narrow."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in (
        (1, 2, 5),
        (1, 1.2, 1.5, 2, 3, 4, 5, 6, 8),
        tuple(n / 10 for n in range(10, 100)),
    ):
        found = [step * 10.0**power for power in powers for step in steps]
        inside = [round(tick, 12) for tick in found if low <= tick <= high]
        if len(inside) > 2:
            return inside
    return [low]


def _shape(colour: int) -> str:
    return _SHAPES[colour % len(_SHAPES)]


def _legend(entries: Sequence[tuple[str, str, str]], h: Escape) -> str:
    """Return a legend of classes, texts and shapes (a square when there is no shape)."""
    marks = "".join(
        f'<li><svg class="key" width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true">'
        f'<path class="{kind}" d="{shape or _SHAPES[1]}"/></svg>{h(text)}</li>'
        for kind, text, shape in entries
    )
    return f'<ul class="legend">{marks}</ul>' if marks else ""


def _figure(
    title: str,
    key: str,
    legend: str,
    height: float,
    drawn: Sequence[str],
    h: Escape,
    note: str = "",
) -> str:
    told = f'<p class="quiet">{h(note)}</p>' if note else ""
    return (
        f'<figure class="chart"><figcaption id="{key}">{h(title)}</figcaption>{legend}'
        f'<svg role="img" aria-labelledby="{key}" width="100%" height="{height:g}">'
        f"{''.join(drawn)}</svg>{told}</figure>"
    )
