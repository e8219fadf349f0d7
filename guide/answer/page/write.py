"""A run's report, written: one HTML page with all in it, and the same as Markdown."""

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path

from guide.answer import recorded
from guide.answer.claims import Ruling
from guide.answer.page import parts
from guide.answer.page.blocks import Report, Section
from guide.answer.page.factors import factors
from guide.answer.page.figures import names
from guide.answer.page.html import Renderer, h
from guide.answer.page.markdown import markdown
from guide.answer.sheet import Results, load_sheet

HERE = Path(__file__).resolve().parent
_STYLES = ("page.css",)
_SCRIPTS = ("tabs.js", "choose.js", "answers.js")


def write_report(results: Results, rulings: Sequence[Ruling], folder: Path) -> list[Path]:
    """Write `report.md` and `index.html` of `results` into `folder`; return their paths.

    rulings: what this run says of each claim (claims.judge).
    Both files need nothing else, and ask no other host.
    """
    report = make_report(results, rulings)
    folder.mkdir(parents=True, exist_ok=True)
    written = {"index.html": page(report), "report.md": markdown(report)}
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8", errors="replace")
    return [folder / name for name in written]


def make_report(results: Results, rulings: Sequence[Ruling]) -> Report:
    """Return the report of `results`, in the order in which it is read."""
    sheet = load_sheet(results)
    return Report(
        title="Choosing your Python REST API framework",
        lead=f"One bookshop, {len(sheet.names)} frameworks, measured {recorded.origin(results)}.",
        names=names(results),
        sections=[
            parts.summary(results, sheet, rulings),
            parts.questions(sheet),
            Section("factors", "The seven factors", factors(results)),
            parts.checks(results),
            parts.code(results),
            parts.bad_request(results),
            parts.claims(rulings, names(results)),
            parts.method(results),
        ],
    )


def page(report: Report) -> str:
    """Return the report as one HTML page.

    Its security policy names the style and the script by their hashes and allows nothing else.
    """
    style = "\n".join((HERE / name).read_text(encoding="utf-8") for name in _STYLES)
    script = "\n".join((HERE / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    renderer = Renderer(report.names)
    sections = "\n".join(renderer.section(section) for section in report.sections)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{h(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{h(report.title)}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<a class="skip" href="#main">To the report</a>
<header>
<h1>{h(report.title)}</h1>
<p class="lead">{h(report.lead)}</p>
{_contents(report)}
</header>
<main id="main">
{sections}
</main>
<footer><p>Made by <code>make compare</code>; all numbers are in its JSON file.</p></footer>
<script>{script}</script>
</body>
</html>
"""


def _contents(report: Report) -> str:
    entries = []
    for section in report.sections:
        inner = [each for each in section.blocks if isinstance(each, Section)]
        below = "".join(f'<li><a href="#{h(each.key)}">{h(each.title)}</a></li>' for each in inner)
        nested = f"<ul>{below}</ul>" if below and section.key == "factors" else ""
        entries.append(f'<li><a href="#{h(section.key)}">{h(section.title)}</a>{nested}</li>')
    return f'<nav aria-label="Contents"><ul>{"".join(entries)}</ul></nav>'


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
