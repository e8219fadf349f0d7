"""The questions as a form, and the data that choose.js ranks by."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from guide.answer.sheet import Sheet

Escape = Callable[[str], str]


def form(sheet: Sheet, h: Escape) -> str:
    """Return the form (shown by the script alone), its data, and what stands there without it."""
    questions = "\n".join(_question(sheet, key, h) for key in sheet.questions)
    without = "".join(
        f'<label><input type="checkbox" name="without" value="{h(key)}"> {h(name)}</label>'
        for key, name in sheet.names.items()
    )
    readers = "".join(
        f'<button type="button" data-profile="{at}">{h(profile.title)}</button>'
        for at, profile in enumerate(sheet.profiles)
    )
    return (
        '<p id="choose-without">The live ranking needs JavaScript. The table of readers in the '
        "summary, and <code>python -m guide choose</code>, need none.</p>\n"
        f'<form id="choose-form" hidden>\n<p class="readers">Begin as: {readers}'
        '<button type="reset">nobody</button></p>\n'
        f"{questions}\n<fieldset><legend>Leave out</legend>{without}</fieldset>\n</form>\n"
        '<div id="choice" role="status" aria-live="polite"></div>\n'
        '<div id="choice-detail"></div>\n'
        f'<script type="application/json" id="choose-data">{embedded(data(sheet))}</script>'
    )


def data(sheet: Sheet) -> dict[str, Any]:
    """Return the sheet for the script."""
    return asdict(sheet)


def embedded(value: object) -> str:
    """Return `value` as JSON that nothing in it can end early inside a script element."""
    text = json.dumps(value, ensure_ascii=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _question(sheet: Sheet, key: str, h: Escape) -> str:
    question = sheet.questions[key]
    options = "".join(
        f'<label><input type="radio" name="{h(key)}" value="{h(answer)}"> {h(each.title)}</label>'
        for answer, each in question.answers.items()
    )
    return (
        f"<fieldset><legend>{h(question.asks)}</legend>{options}"
        f'<label><input type="radio" name="{h(key)}" value="" checked> It does not matter</label>'
        "</fieldset>"
    )
