"""What both wires hold alike: what they refuse before an app sees it, and what is theirs."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

# What a target may hold: the visible characters of ASCII without those that neither RFC 3986 nor
# a browser (WHATWG URL) leaves as they are: it does send { } ^ ` \ in a query, not in a path.
QUERY: Final = bytes(byte for byte in range(0x21, 0x7F) if byte not in b'"#<>')
PATH: Final = bytes(byte for byte in QUERY if byte not in b"\\^`{}")

# Fields of the connection (RFC 9110, 7.6.1): the server's to write, not an app's.
CONNECTION_FIELDS: Final = frozenset({"connection", "keep-alive", "transfer-encoding", "upgrade"})
SLOWEST_BODY: Final = 16_384  # bytes that earn a body another second
_LONGEST_AUTHORITY = 261  # a name of 255 bytes (RFC 1035, 2.3.4) and a port

# RFC 3986, 3.2.2 and 3.2.3. SECURITY: without the comma: two Host fields that a proxy has joined
# look like one.
_AUTHORITY = re.compile(
    rb"(?:\[[0-9A-Fa-f:.]+\]|(?:[A-Za-z0-9._~!$&'()*+;=-]|%[0-9A-Fa-f]{2})+)(?::([0-9]{0,5}))?"
)


class Refused(Exception):
    """A request that never reaches its endpoint, and the status that says why."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(status, detail)
        self.status = status
        self.detail = detail


def valid_authority(value: bytes) -> bool:
    """Is it a host and an optional port (RFC 3986, 3.2.2), with no userinfo, path or comma?"""
    # SECURITY: long ones would fill the cache with megabytes.
    return len(value) <= _LONGEST_AUTHORITY and _well_formed(value)


@lru_cache(maxsize=1024)
def _well_formed(value: bytes) -> bool:
    match = _AUTHORITY.fullmatch(value)
    return match is not None and (not match[1] or int(match[1]) < 65_536)
