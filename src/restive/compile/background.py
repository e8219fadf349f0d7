"""Starts background work when an answer has left, and waits for it at the end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from restive._typing import is_async, name_of
from restive.compile.threads import Pool
from restive.http.background import BackgroundTasks
from restive.http.request import Request

BACKGROUND = "background"  # where a request's state holds them
_log = logging.getLogger("restive")


class Background:
    """The background work of one app."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._running: set[asyncio.Task[None]] = set()

    def start(self, request: Request) -> None:
        """Start what this request's handler asked for, if it did."""
        tasks: BackgroundTasks | None = request.state.get(BACKGROUND)
        if tasks:
            running = asyncio.get_running_loop().create_task(self._run(tasks))
            self._running.add(running)
            running.add_done_callback(self._running.discard)

    def starter(self, request: Request) -> Callable[[BaseException | None], None]:
        """What a wire calls when the answer has left: starts the work if it left whole."""

        def finish(error: BaseException | None) -> None:
            if error is None:
                self.start(request)

        return finish

    async def _run(self, tasks: BackgroundTasks) -> None:
        for function, args, kwargs in tasks:
            try:
                if is_async(function):
                    await function(*args, **kwargs)
                else:
                    work = partial(function, *args, **kwargs)
                    await self._pool.call(f"Background work {name_of(function)!r}", work)
            except Exception as error:
                _log.error("Background work %r failed", name_of(function), exc_info=error)

    async def drained(self, seconds: float | None = None) -> None:
        """Wait for all work that was started, at most so long; then cancel the rest and log it."""
        waiting: set[asyncio.Task[Any]] = set(self._running)
        while waiting:
            _, late = await asyncio.wait(waiting, timeout=seconds)
            for task in late:
                _log.warning("Background work was cut off after %s s", seconds)
                task.cancel()
            if late:
                await asyncio.wait(late)
            waiting = set(self._running) if not late else set()
