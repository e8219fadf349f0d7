"""How deep arrays and objects are nested, found without decoding JSON."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import Any

import msgspec

from restive.values.hooks import is_pydantic
from restive.values.types import OBJECTS, bare, fields_of, is_structured, parts
from restive.values.walk import ARRAYS

OPEN = (Any, msgspec.Raw, *ARRAYS, *OBJECTS)  # without type arguments

OTHERS = bytes(set(range(256)) - set(b'[]{}"'))
STEPS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
TEXT = re.compile(rb'"[^"]*"')


def json_too_deep(data: bytes, depth: int) -> bool:
    """Whether well-formed JSON nests deeper than `depth`; malformed JSON may get either answer."""
    # PERF: most bodies end here. `bytes.replace` skips to the brackets where `bytes.count` looks at
    # every byte, at three times the cost.
    without = len(data.replace(b"[", b"")) + len(data.replace(b"{", b""))
    if 2 * len(data) - without <= depth:
        return False
    if b"\\" in data:
        data = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    marks = data.translate(None, OTHERS)
    # PERF: strings without brackets are pairs of quotes now. One with brackets leaves an odd run
    # of quotes, so that a quote remains and the exact way is taken.
    plain = marks.replace(b'""', b"")
    if b'"' in plain:
        plain = TEXT.sub(b"", marks)
    # Some layers are taken off: of a list of objects one pair remains.
    rest = plain
    for layers in range(2, 9, 2):
        rest = rest.replace(b"[]", b"").replace(b"{}", b"")
        if len(rest) // 2 + layers <= depth:
            return False
    return max(accumulate(memoryview(plain.translate(STEPS)).cast("b")), default=0) > depth


def value_too_deep(value: Any, depth: int) -> bool:
    """The same for a decoded value."""
    level = [value]
    for _ in range(depth + 1):
        holders = [item for item in level if type(item) in (list, tuple, dict)]
        if not holders:
            return False
        level = [
            item
            for holder in holders
            for item in (holder.values() if type(holder) is dict else holder)
        ]
    return True


def is_bounded(tp: Any) -> bool:
    """Whether the type alone keeps what is kept of MessagePack from nesting deeper than it does."""
    for part in parts(tp):
        if bare(part) in OPEN or is_pydantic(bare(part)):
            return False
        inside = fields_of(part) if is_structured(part) else ()
        if any(part in parts(field.type) for field in inside):
            return False  # it contains itself
    return True
