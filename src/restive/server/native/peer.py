"""What a transport knows of its two ends."""

from __future__ import annotations

import asyncio
import socket
from functools import lru_cache
from typing import Any


def address(name: Any) -> tuple[str, int] | None:
    """(host, port), or None on a UNIX socket."""
    return (name[0], name[1]) if isinstance(name, tuple) else None


# PERF: one tuple for all connections; they are counted in thousands.
own_address = lru_cache(maxsize=64)(address)


def is_reset(transport: asyncio.BaseTransport) -> bool:
    """Has the peer reset the connection? While reading is paused, no loop tells."""
    peer = transport.get_extra_info("socket")
    return bool(peer.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
