"""The head of an answer as bytes."""

from __future__ import annotations

from typing import Final

from restive.http.request import Request
from restive.http.response import Prepared, status_line
from restive.wires.strict import CONNECTION_FIELDS

# The fields by which a message is framed, and Date: the wire's own, so a handler's are looked at.
FRAMING: Final = CONNECTION_FIELDS | {"content-length", "date"}
LENGTHS: Final = [b"content-length: %d\r\n" % length for length in range(4096)]

CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
LAST_CHUNK: Final = b"0\r\n\r\n"
# When even `target.problem` fails.
BROKEN: Final = (
    b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
)


def is_plain(prepared: Prepared) -> bool:
    """Can the wire just append Content-Length and Date?"""
    if bodiless(prepared.status) or prepared.status == 205:
        return False
    return not any(name in FRAMING for name, _ in prepared.fields)


def bodiless(status: int) -> bool:
    """Statuses that have neither body nor Content-Length (RFC 9110, 8.6; RFC 9112, 6.3)."""
    return status < 200 or status in (204, 304)


class Outgoing:
    """What goes before the body of one answer, decided from what the handler set.

    length: of the body, None where it is a stream. After `__init__`, `keep` tells whether the
    connection may go on, `chunked` whether the body needs chunks, `expected` how many bytes the
    handler's Content-Length promises of a stream (None: it says nothing), `body` whether there is
    one at all.
    """

    __slots__ = ("_own", "body", "chunked", "expected", "keep", "prepared")

    def __init__(
        self, prepared: Prepared, length: int | None, request: Request | None, keep: bool
    ) -> None:
        """request: None where none could be read. Raises ValueError for a Content-Length that is
        no number."""
        self.prepared = prepared
        status = prepared.status
        is_head = request is not None and request.method == "HEAD"
        old = request is not None and request.http_version == "1.0"
        given = value_of(prepared, "content-length")
        self.expected = None if given is None else _number(given)
        self.body = not (is_head or bodiless(status) or status == 205)
        self.chunked = False
        self.keep = keep and "close" not in (value_of(prepared, "connection") or "").lower()
        self._own: list[bytes] = []
        if status == 205:
            length = 0  # it has no content, and says so (RFC 9110, 15.3.6)
        elif length is None or (is_head and length == 0):
            # Of a stream, or what GET would have said.
            length = self.expected if self.expected is not None else length
        if bodiless(status):
            if status == 304 and self.expected is not None:  # what 200 would have had (8.6)
                self._own.append(b"content-length: %d\r\n" % self.expected)
        elif length is not None:
            self._own.append(b"content-length: %d\r\n" % length)
        elif old:
            self.keep = False  # the body ends where the connection does
        else:
            self.chunked = True
            self._own.append(b"transfer-encoding: chunked\r\n")
        if not self.keep:
            self._own.append(b"connection: close\r\n")
        elif old:
            self._own.append(b"connection: keep-alive\r\n")

    def head(self, date: bytes) -> bytes:
        """The status line and all fields. date: the Date field and the empty line after it."""
        fields = self.prepared.fields
        if any(name in FRAMING for name, _ in fields):
            kept = [f"{n}: {v}\r\n" for n, v in fields if n not in FRAMING or n == "date"]
            lines = status_line(self.prepared.status) + "".join(kept).encode("latin-1")
            if value_of(self.prepared, "date") is not None:
                date = b"\r\n"
        else:
            lines = self.prepared.lines
        return b"".join((lines, *self._own, date))


def value_of(prepared: Prepared, name: str) -> str | None:
    """The first field of that name (lower case), or None."""
    for field, value in prepared.fields:
        if field == name:
            return value
    return None


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"content-length is {text!r}. Leave it out: the server sets it.")
    return int(text)
