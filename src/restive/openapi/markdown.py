"""The part of CommonMark that descriptions are written in, as HTML in which all text is escaped.

Paragraphs, lists, headings (as bold paragraphs), fenced code, `code`, **strong**, *emphasis*, and
links to http, https and paths. Everything else, HTML included, is shown as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

_FENCE = re.compile(r"^ {0,3}(?:```|~~~)[^\n]*\n(.*?)(?:^ {0,3}(?:```|~~~)[ ]*$|\Z)", re.S | re.M)
_ITEM = re.compile(r"^ {0,3}(?:[-*+]|\d{1,9}[.)]) +", re.M)
_HEADING = re.compile(r"^#{1,6} +(.*?)[ #]*$")
_INLINE = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|\*\*(?P<strong>[^*\s](?:[^*]*[^*\s])?)\*\*"
    r"|\*(?P<em>[^*\s](?:[^*]*[^*\s])?)\*"
    # SECURITY: schemes are listed, so that no `javascript:` gets into a link.
    r"|\[(?P<text>[^\]]+)\]\((?P<url>(?:https?://|/(?!/)|#)[^\s()<>]*)\)"
)


def html_of(text: str) -> str:
    """`text` as HTML blocks; "" for ""."""
    parts = _FENCE.split(text)  # prose and code by turns
    found: list[str] = []
    for number, part in enumerate(parts):
        found += [f"<pre><code>{escape(part)}</code></pre>"] if number % 2 else _blocks(part)
    return "".join(found)


def _blocks(text: str) -> Iterator[str]:
    for block in re.split(r"\n\s*\n", text):
        if not block.strip():
            continue
        if _ITEM.match(block):
            items = [item for item in _ITEM.split(block) if item.strip()]
            yield f"<ul>{''.join(f'<li>{_inline(item.strip())}</li>' for item in items)}</ul>"
        elif heading := _HEADING.match(block.strip()):
            yield f"<p><strong>{_inline(heading[1])}</strong></p>"
        else:
            yield f"<p>{_inline(block.strip())}</p>"


def _inline(text: str) -> str:
    pieces: list[str] = []
    end = 0
    for found in _INLINE.finditer(text):
        pieces += [escape(text[end : found.start()]), _marked(found)]
        end = found.end()
    return "".join([*pieces, escape(text[end:])])


def _marked(found: re.Match[str]) -> str:
    if found["url"] is not None:
        return f'<a href="{escape(found["url"])}">{escape(found["text"])}</a>'
    tag = found.lastgroup or "span"
    return f"<{tag}>{escape(found[tag])}</{tag}>"
