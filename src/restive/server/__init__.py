"""Serving an app on sockets, by one process or by several.

Only names are imported here: a supervisor of workers has no use for the rest.
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any

from restive.errors import ConfigError
from restive.server.sockets import bind, bind_apart, describe

if TYPE_CHECKING:
    from restive.server.server import Server as Server

__all__ = ["Server", "serve"]

logger = logging.getLogger("restive.server")


def __getattr__(name: str) -> Any:
    if name == "Server":
        from restive.server.server import Server  # noqa: PLC0415

        return Server
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def serve(
    app: Any,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    uds: str | None = None,
    workers: int = 1,
    access_log: bool = False,
) -> int:
    """Serve until SIGINT or SIGTERM; returns the exit status, 1 where the app did not start.

    app: an `App` or another target, or `module:app`, which several workers need. uds: the path of a
    UNIX socket, instead of `host` and `port`. access_log: log each answer to `restive.access`.
    What happens is logged to `restive.server`.
    """
    if workers > 1:
        _check_workers(app)
    try:
        if workers == 1:
            listeners = [bind(host, port, uds)]
        elif uds is not None:
            listeners = [bind(host, port, uds)] * workers
        else:
            listeners = bind_apart(host, port, workers)
    except OSError as error:
        logger.error("%s", error.strerror or error)  # noqa: TRY400 - a sentence, not a traceback
        return 1
    try:
        if workers == 1:
            return _serve_here(app, listeners[0], access_log)
        from restive.server.workers import Supervisor  # noqa: PLC0415

        logger.info("Listening on %s with %d workers", describe(listeners[0]), workers)
        options = {"target": app, "access_log": access_log, "log_level": logging.root.level}
        return Supervisor(listeners, options).run()
    finally:
        if uds is not None:
            _unlink(uds)


def _serve_here(app: Any, listener: Any, access_log: bool) -> int:
    from restive.server.access import AccessLog  # noqa: PLC0415
    from restive.server.run import load_target, run_server, say_why  # noqa: PLC0415
    from restive.server.server import Server  # noqa: PLC0415
    from restive.wires.target import target_of  # noqa: PLC0415

    try:
        target = target_of(load_target(app) if isinstance(app, str) else app)
    except Exception as error:
        say_why(error)
        return 1
    return run_server(Server(AccessLog(target) if access_log else target, sock=listener))


def _check_workers(app: Any) -> None:
    if not isinstance(app, str):
        raise ConfigError(
            f"serve() got {type(app).__name__} for several workers. "
            "Each worker imports the app anew: pass its name, such as 'main:app'."
        )
    if sys.platform == "win32":
        raise ConfigError("Windows has one worker only. Leave `workers` out.")


def _unlink(path: str) -> None:
    import contextlib  # noqa: PLC0415
    import os  # noqa: PLC0415

    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
