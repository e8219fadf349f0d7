"""How deep arrays and objects are nested, found without decoding JSON."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import Any, Literal, get_args, get_origin

import msgspec

from restive.values.hooks import is_pydantic
from restive.values.types import bare, class_of, fields_of, is_structured

OPEN = (Any, object, list, tuple, set, frozenset, dict, msgspec.Raw)

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


def is_bounded(tp: Any, *, skipping: bool, above: tuple[Any, ...] = ()) -> bool:
    """Whether the type alone keeps what is read from nesting deeper than it does itself.

    skipping: types that skip unknown members do not, for those can be anything.
    """
    inner = bare(tp)
    arguments = tuple(arg for arg in get_args(inner) if arg is not ...)
    if is_structured(inner) and not is_pydantic(class_of(inner)):
        config = getattr(class_of(inner), "__struct_config__", None)
        if inner in above or (skipping and not (config and config.forbid_unknown_fields)):
            return False
        arguments = tuple(field.type for field in fields_of(inner))
    elif not arguments:
        return isinstance(inner, type) and inner not in OPEN and not is_pydantic(inner)
    if get_origin(inner) is Literal:
        return True
    return all(is_bounded(arg, skipping=skipping, above=(*above, inner)) for arg in arguments)
