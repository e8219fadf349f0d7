"""Coroutines that never wait are run at once, without a task."""

from __future__ import annotations

import logging
import types
from collections.abc import Coroutine, Generator
from typing import Any

_log = logging.getLogger("restive")


def step(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """What the coroutine returns; or, should it wait after all, an awaitable that goes on with it.

    Raises what the coroutine raises.
    """
    try:
        awaited = coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    _log.warning(
        "%s was run without a task because its code holds no await, and waits nevertheless. "
        "It goes on in a task; write task=True on its route.",
        getattr(coroutine, "__qualname__", coroutine),
    )
    return going_on(coroutine, awaited)


@types.coroutine
def going_on(coroutine: Coroutine[Any, Any, Any], awaited: Any) -> Generator[Any, Any, Any]:
    """Continue a coroutine that was stepped until it waited for `awaited`."""
    while True:
        try:
            sent = yield awaited
        except BaseException as error:
            resume, given = coroutine.throw, error
        else:
            resume, given = coroutine.send, sent  # type: ignore[assignment]
        try:
            awaited = resume(given)
        except StopIteration as stop:
            return stop.value
