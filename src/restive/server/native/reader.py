"""Bytes become requests here; no I/O, no clock, no routes."""

from __future__ import annotations

import re
from typing import Final

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from restive.http.request import Request
from restive.server.native.head import (
    COMMON_LINE,
    METHODS,
    RequestLine,
    check_begun,
    check_host,
    field,
    parse_line,
    with_host,
)
from restive.wires.strict import Refused

CHUNKED: Final = -1
# A byte of body may cost this many in chunk sizes, extensions and trailers; more is an attack.
_FRAMING_PER_BYTE = 8
_FRAMING_FREE = 16_384
_UPGRADE = re.compile(rb"(?i)\r\nupgrade(?=:)")
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]+)")
# PERF: whole chunks of at most 15 bytes, as many as there are; Python would take ten times as long.
_SMALL = b"|".join(rb"(?i:%x)(?:;[^\r\n]{0,99}+)?\r\n.{%d}\r\n" % (n, n) for n in range(1, 16))
# Then the size of a larger one. SECURITY: its line is bounded, as what has come of one is kept and
# looked at again.
_CHUNKS = re.compile(
    rb"(?s:(?:0{0,15}+(?:%b))*+)(?:([0-9A-Fa-f]{1,32})[^\r\n]{0,4096}\r\n)?" % _SMALL
)
_LONGEST_CHUNK_LINE = 4096
_BLANK_LINES = re.compile(rb"(?:\r\n)*")


class Reader:
    """The requests of one connection, in order: `take_head`, and where `length` is not 0
    `take_body` until `complete`, then `body`.

    After `take_head`: size, of the head in the buffer; length, of the body in bytes, or CHUNKED;
    expects, whether the client waits for `100 Continue`; fields, where ` HTTP/1.1` and the fields
    begin, when a later request with the very same ones needs no check of them, otherwise 0;
    digits, where those of Content-Length begin and end, None where there is no body.
    After `take_body`: complete; received, bytes of body. When complete: keep, whether the client
    means to send another request (RFC 9112, 9.3).
    """

    __slots__ = (
        "_at",
        "_body",
        "_fed",
        "_head_limit",
        "_line",
        "_line_end",
        "_most_fields",
        "_parser",
        "_pieces",
        "_raw",
        "_tail",
        "_trailers",
        "_url_limit",
        "complete",
        "digits",
        "expects",
        "fields",
        "keep",
        "length",
        "on_body",
        "received",
        "size",
    )

    def __init__(self, url_limit: int, head_limit: int, most_fields: int) -> None:
        """Limits in bytes; `most_fields` counts them."""
        self._url_limit = url_limit
        self._head_limit = head_limit
        self._most_fields = most_fields
        self._line: RequestLine | None = None  # of a head of which the end has not come
        self._line_end = 0
        self._fed = 0  # bytes of that head that the parser has seen
        self._pieces: list[bytes] = []
        self._body: bytearray | None = None  # what came in more than one piece
        self._raw = 0  # bytes of body and framing
        self._tail = b""  # of what was fed, that which has to be seen again
        self._at = 0  # where in `_tail` and what follows the next chunk begins
        self._trailers = False  # the last chunk has come
        self.size = self.length = self.fields = self.received = 0
        self.digits: tuple[int, int] | None = None
        self.complete = self.expects = self.keep = False
        # PERF: httptools calls this for each piece, without a frame of Python. There is no
        # `on_header`: it would cost a call for each field.
        self.on_body = self._pieces.append
        self._parser = HttpRequestParser(self)

    def on_message_complete(self) -> None:
        """Called by httptools."""
        self.complete = True
        self.keep = self._parser.should_keep_alive()

    def close(self) -> None:
        """Let go of the parser, which holds this object."""
        del self._parser

    # Heads

    def take_head(self, buffer: bytes) -> Request | None:
        """The request that `buffer` begins with, or None while the end of its head has not come.

        Give the same bytes again, and more, until then. Raises Refused.
        """
        line = self._line
        if line is None:
            match = COMMON_LINE.match(buffer)
            if match is None or match.end() > self._url_limit:
                line_end = buffer.find(b"\r\n")
                if line_end < 0:
                    check_begun(buffer, self._url_limit)
                    return None
                line = parse_line(buffer[:line_end], self._url_limit)
            else:
                verb, path, query = match.groups(b"")
                line = METHODS[verb], path.decode("ascii"), query, 1, None
                line_end = match.end() - 2
            self._line_end = line_end
        end = buffer.find(b"\r\n\r\n", self._fed - 3 if self._fed else self._line_end) + 4
        if end < 4:
            self._line = line
            self._feed_head(buffer, len(buffer))
            if self.complete:
                # SECURITY: the parser has seen an end of the head that this file has not.
                raise Refused(400, "The end of the request's head cannot be told.")
            return None
        self._feed_head(buffer, end)
        self._line = None
        self._fed = 0
        self.size = end
        return self._checked(line, buffer if end == len(buffer) else buffer[:end])

    def _feed_head(self, buffer: bytes, end: int) -> None:
        stop = end if end <= self._head_limit else self._head_limit
        try:
            self._parser.feed_data(buffer[self._fed : stop])
        except HttpParserUpgrade:
            # SECURITY: with an upgrade llhttp leaves the body unread, to be taken for a request
            # (RFC 9110, 7.8: an upgrade may be ignored). It must not see the field.
            self.complete = False
            self._parser = HttpRequestParser(self)
            self._feed(_UPGRADE.sub(b"\r\nx-grade", buffer[:stop]))
        except HttpParserError as error:
            raise Refused(400, f"The request is not valid HTTP/1.1: {error}.") from None
        self._fed = stop
        if end > self._head_limit:
            raise Refused(431, f"The request's head is longer than {self._head_limit} bytes.")

    def _feed(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except HttpParserError as error:
            raise Refused(400, f"The request is not valid HTTP/1.1: {error}.") from None

    def _checked(self, line: RequestLine, data: bytes) -> Request:
        # PERF: a field is at least four bytes long, so a short head need not be counted.
        if len(data) > 4 * self._most_fields and data.count(b"\n") - 2 > self._most_fields:
            raise Refused(431, f"The request has more than {self._most_fields} header fields.")
        method, raw_path, query, minor, authority = line
        lower = data.lower()
        check_host(lower, minor)
        if authority is not None:
            data = with_host(data, authority)
        self.length = 0
        self.digits = None
        self.expects = False
        if self.complete:
            self.complete = False
        else:
            self._announce_body(lower, minor)
        common = minor and authority is None and not self.expects and self.length >= 0
        self.fields = self._line_end - 9 if common else 0
        request = Request(method, raw_path, query, head=data)
        request.http_version = "1.1" if minor else "1.0"
        if authority is None:
            request.lower_head = lower  # PERF: `header` would make it anew
        return request

    def _announce_body(self, lower: bytes, minor: int) -> None:
        coding = field(lower, b"\r\ntransfer-encoding:")
        if coding is None:
            self.length = self._content_length(lower)
        elif not minor:
            raise Refused(400, "HTTP/1.0 has no Transfer-Encoding.")
        elif coding != b"chunked":
            raise Refused(501, "The only transfer coding that this server knows is `chunked`.")
        else:
            self.length = CHUNKED
        expectation = field(lower, b"\r\nexpect:")
        if expectation is not None and minor:
            if expectation != b"100-continue":
                raise Refused(417, "The only expectation that can be met is `100-continue`.")
            self.expects = True

    def _content_length(self, lower: bytes) -> int:
        match = _LENGTH.search(lower)
        if match is None:
            raise Refused(400, "The end of the request's head cannot be told.")
        self.digits = match.span(1)
        return int(match[1])

    # Bodies

    def take_body(self, data: bytes) -> bytes:
        """Read on in the body; returns what comes after its end.

        Raises Refused.
        """
        if self.length == CHUNKED:
            rest = self._take_chunks(data)
        else:
            missing = self.length - self.received
            self._feed(data if len(data) <= missing else data[:missing])
            rest = data[missing:]
        pieces = self._pieces
        if pieces:
            if self.complete and len(pieces) == 1 and self._body is None:
                self.received = len(pieces[0])  # PERF: `body` takes it as it is
            else:
                self._body = self._body or bytearray()
                self._body += b"".join(pieces)
                pieces.clear()
                self.received = len(self._body)
        if self._raw - self.received > _FRAMING_FREE + _FRAMING_PER_BYTE * self.received:
            raise Refused(400, "The chunks of the body are mostly framing.")
        return rest

    def _take_chunks(self, data: bytes) -> bytes:
        """Feed no byte beyond the body: httptools would go on with the next request and say nothing
        of where it began. So go along the sizes of the chunks to the empty line after the last."""
        fed = len(self._tail)
        joined = self._tail + data
        at = self._at
        while at < len(joined) and not self._trailers and (match := _CHUNKS.match(joined, at)):
            at = match.end()
            if match[1] is None:
                break
            size = int(match[1], 16)
            self._trailers = size == 0
            # The end of the last chunk's line may be half of the empty line.
            at += size + 2 if size else -2
        end = joined.find(b"\r\n\r\n", at) + 4 if self._trailers else 0
        stop = end if end >= 4 else len(joined)
        self._raw += stop - fed
        self._feed(joined[fed : stop - 1])
        # SECURITY: the parser must see the very same end.
        early = self.complete
        self._feed(joined[stop - 1 : stop])
        endless = not self._trailers and stop - at > _LONGEST_CHUNK_LINE
        if early or endless or self.complete != (end >= 4):
            raise Refused(400, "The end of the request's body cannot be told.")
        kept = min(max(at, stop - 3) if self._trailers else at, stop)
        self._tail = joined[kept:stop]
        self._at = max(at - kept, 0)
        return joined[stop:]

    def body(self) -> bytes:
        """The complete body; afterwards the reader is ready for the next head."""
        if self._pieces:
            body = self._pieces.pop()
        else:
            body = bytes(self._body or b"")
            self._body = None
        self.received = self._raw = 0
        self._tail = b""
        self._at = 0
        self._trailers = False
        self.complete = False
        return body


def without_blank_lines(buffer: bytes) -> bytes:
    """RFC 9112, 2.2: empty lines before a request line are ignored."""
    match = _BLANK_LINES.match(buffer)
    return buffer[match.end() :] if match else buffer
