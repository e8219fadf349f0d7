"""Coroutines that never wait are run at once, without a task."""

from __future__ import annotations

import logging
import types
from collections.abc import Coroutine, Generator
from typing import Any

_log = logging.getLogger("restive")


def step(coroutine: Coroutine[Any, Any, Any], where: str) -> Any:
    """What the coroutine returns; or, should it wait after all, an awaitable that goes on with it.

    where: names the route in the log. Raises what the coroutine raises.
    """
    try:
        awaited = coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    warn_of_waiting(where)
    return going_on(coroutine, awaited)


def warn_of_waiting(where: str) -> None:
    """Log that a handler is handed to a task, which costs more than one from the start."""
    _log.warning(
        "%s was run without a task because its code holds no await, and waits nevertheless. "
        "It goes on in a task; write task=True on the route.",
        where,
    )


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
