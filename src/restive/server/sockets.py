"""Sockets to listen on, and plain words for an address that cannot be had.

They are only bound here. The loop listens once the app has started, so that a connection is either
refused or answered, and a worker that is still starting gets none.
"""

from __future__ import annotations

import errno
import os
import socket
import stat
import sys

BACKLOG = 2048
# Where several sockets on one port share the connections evenly.
BALANCES = sys.platform == "linux"


def bind(host: str, port: int, uds: str | None = None) -> socket.socket:
    """One socket, non-blocking. host: a name or an address. uds: the path of a UNIX socket, which
    replaces one that nobody listens on any more.

    Raises OSError that says what is in the way.
    """
    if uds is not None:
        return _bind_unix(uds)
    family, address = _resolve(host, port)
    return _bound(family, address)


def bind_apart(host: str, port: int, count: int) -> list[socket.socket]:
    """`count` sockets on one port, among which the kernel spreads connections; where it does not,
    `count` times the same one.

    The port is probed first: a socket that shares its port would not notice another server's.
    Raises OSError that says what is in the way.
    """
    first = bind(host, port)
    if count == 1 or not BALANCES:
        return [first] * count
    family, address = first.family, first.getsockname()
    first.close()
    return [_bound(family, address, shared=True) for _ in range(count)]


def describe(sock: socket.socket, scheme: str = "http") -> str:
    """Where a client finds it: `http://127.0.0.1:8000`, or `unix:/path`."""
    name = sock.getsockname()
    if not isinstance(name, tuple):
        return f"unix:{os.fsdecode(name)}"
    host = f"[{name[0]}]" if sock.family == socket.AF_INET6 else name[0]
    return f"{scheme}://{host}:{name[1]}"


def _resolve(host: str, port: int) -> tuple[socket.AddressFamily, tuple[object, ...]]:
    try:
        found = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except socket.gaierror as error:
        raise OSError(
            f"Host {host!r} cannot be resolved: {error.strerror}. "
            "Give an address such as 127.0.0.1, or 0.0.0.0 for all of them."
        ) from None
    # IPv4 where a name has both: what a browser is told is then what is listened on.
    family, _, _, _, address = min(found, key=lambda info: info[0] != socket.AF_INET)
    return family, address


def _bound(
    family: socket.AddressFamily, address: tuple[object, ...], shared: bool = False
) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.setblocking(False)
        sock.bind(address)
    except OSError as error:
        sock.close()
        raise OSError(error.errno, _why(error, address)) from None
    return sock


def _why(error: OSError, address: tuple[object, ...]) -> str:
    host, port = address[:2]
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} of {host} is taken by another process. Stop it, or choose another port."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} of {host} may not be used by this user. Choose one above 1023."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"Address {host} is not one of this machine. Use 127.0.0.1 or 0.0.0.0."
    return f"Port {port} of {host} cannot be listened on: {error.strerror}."


def _bind_unix(path: str) -> socket.socket:
    try:
        if stat.S_ISSOCK(os.stat(path).st_mode) and not _answers(path):
            os.unlink(path)
    except FileNotFoundError:
        pass
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        sock.bind(path)
        sock.listen(BACKLOG)  # at once: that is how `_answers` knows a socket in use
    except OSError as error:
        sock.close()
        if error.errno == errno.EADDRINUSE:
            message = f"Socket {path!r} is in use. Stop its server, or choose another path."
        else:
            message = f"Socket {path!r} cannot be made: {error.strerror}."
        raise OSError(error.errno, message) from None
    return sock


def _answers(path: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            return False
        return True
