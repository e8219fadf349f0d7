"""Sets and keys that a client could flood.

SECURITY: what a text hashes to is a secret of the process. What an integer, a Decimal or a UUID
hashes to is not: 40,000 of them that are made to have one hash take a set 20 seconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import Any, get_args
from uuid import UUID

from restive.values.hooks import is_pydantic, schema_text
from restive.values.types import HASHED, bare, class_of, options, parts

SHORT = 16_000  # bytes: shorter bodies cannot hold enough to matter
ALIKE = 100  # no chance: of 64 bits at most 12 have one hash
PYDANTIC = ("'type': 'set'", "'type': 'frozenset'", "'keys_schema'")


def has_numbers_hashed(tp: Any) -> bool:
    """Whether a `tp` has sets of integers, Decimals or UUIDs in it, or such keys."""
    for part in parts(tp):
        cls = class_of(part)
        if is_pydantic(cls) and any(text in schema_text(cls) for text in PYDANTIC):
            return True
        hashed = options((*get_args(bare(part)), Any)[0]) if cls in HASHED else ()
        if any(bare(option) in (int, Decimal, UUID) for option in hashed):
            return True
    return False


def is_crowded(decoded: Any) -> bool:
    """Whether more than 100 of the numbers and UUIDs in a decoded value share a hash."""
    alike = Counter(hash(number) for text in _long_texts(decoded) for number in _numbers(text))
    return max(alike.values(), default=0) > ALIKE


def _long_texts(decoded: Any) -> set[str]:
    """Whatever may be a long number or a UUID, each once."""
    found: set[str] = set()
    waiting = [decoded]
    for value in waiting:
        kind = type(value)
        if kind is str:
            if len(value) > 12:
                found.add(value)
        elif kind is dict:
            waiting += value
            waiting += value.values()
        elif kind is list:
            waiting += value
        elif kind is Decimal or (kind is int and value.bit_length() > 60):
            found.add(str(value))
        elif kind is bytes and len(value) == 16:
            found.add(value.hex())
    return found


def _numbers(text: str) -> Iterator[Decimal | int]:
    with suppress(InvalidOperation):
        number = Decimal(text)
        if number.is_finite():
            yield number  # an integer of its value hashes alike
    if len(text) in (32, 36):
        with suppress(ValueError):
            yield int(text.replace("-", ""), 16)  # a UUID hashes as its integer
