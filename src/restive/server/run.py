"""One serving process: the loop, its signals, its end."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import inspect
import logging
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from restive.errors import ConfigError
from restive.server.server import Server

logger = logging.getLogger("restive.server")

STARTUP_FAILED = 1


def run_server(
    server: Server, *, ready: Callable[[], None] | None = None, lifeline: int | None = None
) -> int:
    """Serve until SIGINT or SIGTERM; the exit status.

    A second signal ends the process at once. ready: called when requests are answered. lifeline: a
    file descriptor of which the end means that the supervisor is gone; signals are then its matter,
    and only SIGTERM stops, however often it comes.
    """
    return run_loop(_serve(server, ready, lifeline))


def run_loop(main: Coroutine[Any, Any, int]) -> int:
    """Run on uvloop, or on asyncio's own loop where there is none (Windows)."""
    factory: Callable[[], asyncio.AbstractEventLoop] | None = None
    with contextlib.suppress(ImportError):
        from uvloop import new_event_loop as factory  # noqa: PLC0415
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(main)


async def _serve(server: Server, ready: Callable[[], None] | None, lifeline: int | None) -> int:
    stopping = asyncio.Event()
    _listen_to_signals(stopping, supervised=lifeline is not None)
    if lifeline is not None:
        _watch(lifeline, stopping)
    try:
        await server.start()
    except Exception as error:
        say_why(error)
        return STARTUP_FAILED
    # PERF: what lives from here on is not looked at again by each full collection.
    gc.collect()
    gc.freeze()
    if ready is not None:
        ready()
    await stopping.wait()
    logger.info("Stopping")
    await server.stop()
    return 0


def say_why(error: Exception) -> None:
    """Log why the app does not start: a sentence where one tells all, otherwise the traceback."""
    if isinstance(error, ConfigError):
        logger.error("%s", error)
    else:
        logger.error("The app did not start: %s: %s", type(error).__name__, error, exc_info=error)


def _listen_to_signals(stopping: asyncio.Event, *, supervised: bool) -> None:
    loop = asyncio.get_running_loop()
    numbers = [signal.SIGTERM] if supervised else [signal.SIGTERM, signal.SIGINT]

    def stop() -> None:
        stopping.set()
        if not supervised:
            for number in numbers:
                with contextlib.suppress(NotImplementedError):
                    loop.remove_signal_handler(number)
                signal.signal(number, signal.SIG_DFL)  # the next one ends the process

    for number in numbers:
        try:
            loop.add_signal_handler(number, stop)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda _number, _frame: loop.call_soon_threadsafe(stop))


def _watch(lifeline: int, stopping: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()

    def gone() -> None:
        try:
            ended = not os.read(lifeline, 1)
        except BlockingIOError:
            return
        except ConnectionError:  # it left without having read that this worker is ready
            ended = True
        if ended:
            loop.remove_reader(lifeline)
            stopping.set()

    os.set_blocking(lifeline, False)
    loop.add_reader(lifeline, gone)


def load_target(name: str) -> Any:
    """What `module:attribute` names, called when it is a function that makes the app.

    Raises ConfigError that says what is wrong with the name, and what the module raises.
    """
    module_name, _, path = name.partition(":")
    if not path:
        raise ConfigError(f"App {name!r} is not `module:app`. Write for example `main:app`.")
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        found: Any = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module_name}.".startswith(f"{error.name}."):
            raise  # the module is there; one that it imports is not
        raise ConfigError(
            f"App {name!r}: there is no module {error.name!r} in {os.getcwd()}. "
            "Start in the folder that holds it."
        ) from None
    for part in path.split("."):
        if not hasattr(found, part):
            raise ConfigError(
                f"App {name!r}: module {module_name!r} has no {path!r}. "
                "Name the variable that holds the app."
            )
        found = getattr(found, part)
    return found() if inspect.isfunction(found) else found
