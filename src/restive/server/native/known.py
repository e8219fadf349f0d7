"""Requests whose fields were found good before.

A client that keeps its connection sends the same fields again and again; HTTP/2 made a codec of
that. Fields that are byte for byte those of the request before need neither the parser nor a look
at Host, and only the request line is checked: half of the cost of a small request.
"""

from __future__ import annotations

from typing import Final

from restive.http.request import Request
from restive.server.native.head import COMMON_LINE, METHODS
from restive.wires.strict import PATH

MOST: Final = 2_048  # bytes of fields that are remembered


class Known:
    """The fields of one connection's last request without a body, and of its last with one.

    room: bytes that a request line may have.
    """

    __slots__ = ("_after", "_before", "_cut", "_fields", "_limit", "_lower", "_room")

    def __init__(self, room: int) -> None:
        self._room = room
        self.forget()

    def forget(self) -> None:
        """Give the memory back."""
        self._fields = b""  # from ` HTTP/1.1` to the empty line
        self._lower = b""  # the same in lower case
        self._cut = self._limit = 0
        self._before = self._after = b""  # around the digits of Content-Length

    def learn(self, head: bytes, start: int, digits: tuple[int, int] | None) -> None:
        """Remember the fields of `head`, which was found good.

        start: where ` HTTP/1.1` begins. digits: where those of Content-Length begin and end, None
        where there is no body.
        """
        size = len(head) - start
        if size > MOST:
            return
        if digits is None:
            self._fields = head[start:]
            self._lower = self._fields.lower()
            self._cut = -size
            self._limit = self._room + size
        else:
            self._before, self._after = head[start : digits[0]], head[digits[1] :]

    def take(self, data: bytes) -> Request | None:
        """The request that `data` is, whole and alone, with known fields; otherwise None."""
        # SECURITY: what precedes the fields cannot hold CR or LF, as PATH has neither.
        if data.endswith(self._fields) and len(data) <= self._limit:
            verb, _, target = data[: self._cut].partition(b" ")
            method = METHODS.get(verb)
            if method is None or target[:1] != b"/" or target.translate(None, PATH):
                return None
            path, _, query = target.partition(b"?")
            request = Request(method, path.decode("ascii"), query, head=self._fields)
            request.lower_head = self._lower  # PERF: `header` would make it anew
            return request
        return self._with_body(data) if self._before else None

    def _with_body(self, data: bytes) -> Request | None:
        match = COMMON_LINE.match(data)
        if match is None or match.end() > self._room:
            return None
        start = match.end(3) if match[3] is not None else match.end(2)
        digits = start + len(self._before)
        end = data.find(b"\r", digits)
        head_end = end + len(self._after)
        if not data.startswith(self._before, start) or not data.startswith(self._after, end):
            return None
        length = data[digits:end]
        if not length.isdigit() or len(length) > 15 or int(length) != len(data) - head_end:
            return None
        verb, path, query = match.groups(b"")
        head = data[start:head_end]
        request = Request(METHODS[verb], path.decode("ascii"), query, head=head)
        request.lower_head = head.lower()  # PERF: `header` would find out that it is missing
        request.body = data[head_end:]
        return request
