"""Remembering what was made of a type: routes share their types, and building them is not free."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

MOST = 2048

P = ParamSpec("P")
R = TypeVar("R")


def by_type(function: Callable[Concatenate[Any, P], R]) -> Callable[Concatenate[Any, P], R]:
    """`function`, of a type and maybe more, run once for each; every time for what has no hash.

    What it returns is shared, and must not be changed. Errors are not remembered.
    """

    @lru_cache(MOST)
    def remembered(_written: str, tp: Any, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return function(tp, *args, **kwargs)

    @wraps(function)
    def call(tp: Any, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            hash((tp, *args))
        except TypeError:
            return function(tp, *args, **kwargs)
        # `int | str` equals `str | int`, and the order counts in messages.
        written = "" if isinstance(tp, type) else repr(tp)
        return remembered(written, tp, *args, **kwargs)  # type: ignore[arg-type]

    return call
