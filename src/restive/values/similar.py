"""Names that look alike, for "did you mean"."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice

LONGEST = 64  # characters of a name
MOST = 200  # candidates that are looked at
CUTOFF = 0.7  # of 1.0; at 0.6 `page` already suggests `name`


def did_you_mean(name: str, candidates: Iterable[str]) -> list[str]:
    """Of `candidates` at most three that look like `name`, the likest first; [] when none does.

    Case and the difference of `-` and `_` do not count. Names above 64 characters get and give no
    suggestion, and no more than 200 candidates are looked at.
    """
    # SECURITY: comparing is quadratic in the length, and the client chooses `name`.
    if not name or len(name) > LONGEST:
        return []
    known: dict[str, str] = {}
    for candidate in islice(candidates, MOST):
        if len(candidate) <= LONGEST:
            known.setdefault(_folded(candidate), candidate)
    return [known[match] for match in get_close_matches(_folded(name), known, 3, CUTOFF)]


def _folded(name: str) -> str:
    return name.lower().replace("-", "_")
