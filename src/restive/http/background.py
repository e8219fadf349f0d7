"""Work that starts after the answer has left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any


class BackgroundTasks:
    """What to run after this request; a handler asks for it by a parameter of this type.

    Functions may be `def` (run in a thread) or `async def`. They start after the request's
    providers were cleaned up, one after another, and never delay the connection's next request; not
    at all where the answer is a problem or was cut short. A failure is logged and the next one
    runs. A graceful stop waits for them.
    """

    __slots__ = ("_jobs",)

    def __init__(self) -> None:
        self._jobs: list[tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]] = []

    def add(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Call `function(*args, **kwargs)` later. TypeError where it is called already."""
        if not callable(function):
            raise TypeError(f"add({function!r}) is given no function. Write `add(function, x)`.")
        self._jobs.append((function, args, kwargs))

    def __iter__(self) -> Iterator[tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]]:
        return iter(self._jobs)

    def __len__(self) -> int:
        return len(self._jobs)
