"""The app's life: lifespans and providers of scope `app`, entered and left in one task."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
)
from typing import Any

from restive._typing import source_of
from restive.di.scope import Scope
from restive.errors import ConfigError
from restive.group import Lifespan

Enter = Callable[[Scope], Any]


class Life:
    """Runs one app's life in a task of its own, so that enter and exit happen in the same.

    lifespans: entered in this order, with `app` where they take a parameter. enter: a coroutine
    function that enters the app's providers in the scope it is given.
    """

    def __init__(self, app: Any, lifespans: Sequence[Lifespan], enter: Enter) -> None:
        self._app = app
        self._lifespans = lifespans
        self._enter = enter
        self._ending: asyncio.Event | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        return self._task is not None

    async def start(self) -> None:
        """Enter everything. What a failure raised is raised, once what was entered is left."""
        self._ending = asyncio.Event()
        begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._run(begun, self._ending), name="restive lifespan")
        try:
            await asyncio.shield(begun)
        except BaseException:
            task, self._task = self._task, None
            task.cancel()
            await asyncio.wait([task])
            raise

    async def stop(self) -> None:
        """Leave everything, the last entered first. Raises what the clean-up raised."""
        task, self._task = self._task, None
        if task is not None and self._ending is not None:
            self._ending.set()
            await task

    async def _run(self, begun: asyncio.Future[None], ending: asyncio.Event) -> None:
        try:
            async with AsyncExitStack() as stack:
                for function in self._lifespans:
                    await _entered(stack, function, self._app)
                scope = Scope()
                stack.push_async_exit(_leaver(scope))
                await self._enter(scope)
                begun.set_result(None)
                await ending.wait()
        except BaseException as error:
            if begun.done():
                raise
            begun.set_exception(error)


def _leaver(scope: Scope) -> Callable[..., Any]:
    async def leave(_kind: Any, error: BaseException | None, _traceback: Any) -> bool:
        stands = await scope.leave(error)
        if stands is not None and stands is not error:
            raise stands
        return False

    return leave


async def _entered(stack: AsyncExitStack, function: Lifespan, app: Any) -> None:
    takes_app = bool(inspect.signature(function).parameters)
    made: Any = function(app) if takes_app else function()
    if isinstance(made, AsyncIterator):
        made = asynccontextmanager(lambda: made)()
    elif inspect.isgenerator(made):
        made = contextmanager(lambda: made)()
    if isinstance(made, AbstractAsyncContextManager):
        await stack.enter_async_context(made)
    elif isinstance(made, AbstractContextManager):
        stack.enter_context(made)
    else:
        raise ConfigError(
            f"Lifespan ({source_of(function)}) gave {type(made).__name__}. "
            "Let it yield once: what stands before the yield is the start, what follows the stop."
        )
