"""JSON-able values as YAML 1.2 in block style, for people to read. Emits only; reads nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

# Begins with a letter or a slash and holds nothing that could end a plain scalar or open a comment.
_PLAIN = re.compile(r"[A-Za-z/](?:[A-Za-z0-9_/$.,(){}'+*-]| (?=[A-Za-z0-9_/$(]))*\Z")
# What YAML 1.1 readers take for something else than text.
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
# What YAML does not count as printable, with the line ends that are not LF.
_ESCAPED = re.compile(
    "[^\\x20-\\x7e\\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
LONGEST_KEY = 1000  # YAML 1.2, 8.2.2: a key without `?` ends within 1,024 characters


def dump(value: Any) -> str:
    """`value` (dicts with text keys, lists, text, numbers, booleans, None) as a YAML document.

    Raises TypeError for anything else. Dicts keep their order.
    """
    return "\n".join(_lines(value, "")) + "\n"


def _lines(value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _entry(f"{indent}{_key(key, indent)}:", item, indent)
    elif isinstance(value, list | tuple) and value:
        for item in value:
            if _nested(item):
                first, *rest = _lines(item, indent + "  ")
                yield f"{indent}- {first[len(indent) + 2 :]}"
                yield from rest
            else:
                yield from _entry(f"{indent}-", item, indent)
    else:
        yield from _entry(indent, value, indent[2:])


def _entry(head: str, item: Any, indent: str) -> Iterator[str]:
    """A key or a dash with what belongs to it."""
    if _nested(item):
        yield head
        yield from _lines(item, indent + "  ")
        return
    if isinstance(item, str) and _is_block(item):
        yield f"{head} {'|' if item.endswith(chr(10)) else '|-'}"
        yield from (
            f"{indent}  {line}" if line else "" for line in item.removesuffix("\n").split("\n")
        )
        return
    scalar = _scalar(item)
    yield f"{head} {scalar}" if head.strip() else head + scalar


def _nested(value: Any) -> bool:
    return isinstance(value, dict | list | tuple) and bool(value)


def _is_block(text: str) -> bool:
    """Whether it is text of several lines that a literal block gives back unchanged."""
    lines = text.removesuffix("\n").split("\n")
    return (
        len(lines) > 1
        and all(line == line.rstrip() and not _ESCAPED.search(line) for line in lines)
        and bool(lines[0])
        and not lines[0][0].isspace()
        and bool(lines[-1])
    )


def _key(key: str, indent: str) -> str:
    text = _text(key)
    return text if len(text) < LONGEST_KEY else f"? {text}\n{indent}"


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, bool | int):
        return json.dumps(value)
    if isinstance(value, float):
        text = json.dumps(value, allow_nan=False)
        # YAML 1.1 readers take a number without a point for text.
        return text if "." in text else text.replace("e", ".0e")
    if isinstance(value, dict | list | tuple):
        return "{}" if isinstance(value, dict) else "[]"
    raise TypeError(f"YAML has no form for {type(value).__name__}")


def _text(text: str) -> str:
    if _PLAIN.match(text) and text.lower() not in _WORDS:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\U{ord(found[0]):08x}", quoted)
