"""An answer is data: a status, header fields and a body. Wires write it; nothing here sends."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from restive.http.headers import ResponseHeaders, checked_field

T = TypeVar("T")
HeaderFields = Mapping[str, str] | Iterable[tuple[str, str]]
BODILESS = frozenset({204, 205, 304})


class Prepared:
    """A status and header fields in both forms that wires write, made once at build.

    lines: status line and fields for HTTP/1.1, each ended by CRLF. pairs: the same for ASGI.
    """

    __slots__ = ("fields", "lines", "pairs", "status")

    def __init__(self, status: int, fields: Iterable[tuple[str, str]] = ()) -> None:
        self.status = _checked_status(status)
        self.fields = ResponseHeaders(fields).fields
        self.pairs = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in self.fields]
        self.lines = status_line(status) + b"".join(b"%s: %s\r\n" % pair for pair in self.pairs)


def status_line(status: int) -> bytes:
    """`HTTP/1.1 200 OK` and its CRLF."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    return f"HTTP/1.1 {status} {phrase}\r\n".encode("latin-1")


def _checked_status(status: int) -> int:
    if isinstance(status, int) and 200 <= status <= 599:
        return status
    raise ValueError(
        f"an answer's status is {status!r}, not an integer from 200 to 599. "
        "Interim answers (1xx) are the server's."
    )


class Response:
    """status, header fields, and a body: bytes, or an iterable of bytes that is sent as it comes.

    status: 200 to 599, else ValueError. media_type: counts unless the headers have a Content-Type.
    body: bytes or a (possibly async) iterable of bytes; wires ask `stream`, which is None where the
    body is bytes. A wire writes Content-Length (or chunks) and Date itself.
    """

    __slots__ = ("_headers", "body", "prepared", "status", "stream")

    def __init__(
        self,
        body: bytes = b"",
        status: int = 200,
        headers: HeaderFields = (),
        media_type: str | None = None,
    ) -> None:
        self.body = body
        self.status = _checked_status(status)
        self.stream: Iterable[bytes] | AsyncIterable[bytes] | None = None
        self.prepared: Prepared | None = None
        self._headers: ResponseHeaders | None = ResponseHeaders(headers)
        if media_type is not None and "content-type" not in dict(self._headers.fields):
            self._headers.fields.insert(0, checked_field("content-type", media_type))

    @classmethod
    def of(cls, prepared: Prepared, body: bytes) -> Response:
        """The quick way: what was prepared at build, and a body."""
        self = _new(Response)
        self.body = body
        self.status = prepared.status
        self.stream = None
        self.prepared = prepared
        self._headers = None
        return self

    @property
    def headers(self) -> ResponseHeaders:
        """The fields, to read and to change."""
        if self._headers is None:
            self._headers = ResponseHeaders()
            if self.prepared is not None:
                self._headers.fields = list(self.prepared.fields)
                self.prepared = None  # from now on the fields rule
        return self._headers

    def prepare(self) -> Prepared:
        """Status and fields in the forms that wires write. Call it once, when nothing changes."""
        if self.prepared is not None:
            return self.prepared
        return Prepared(self.status, self.headers.fields)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.status}>"


_new = Response.__new__


class Text(Response):
    """`text/plain` in UTF-8."""

    __slots__ = ()

    def __init__(self, text: str, status: int = 200, headers: HeaderFields = ()) -> None:
        super().__init__(text.encode(), status, headers, "text/plain; charset=utf-8")


class Html(Response):
    """`text/html` in UTF-8."""

    __slots__ = ()

    def __init__(self, text: str, status: int = 200, headers: HeaderFields = ()) -> None:
        super().__init__(text.encode(), status, headers, "text/html; charset=utf-8")


class Bytes(Response):
    """Bytes of a media type (default `application/octet-stream`)."""

    __slots__ = ()

    def __init__(
        self,
        body: bytes,
        media_type: str = "application/octet-stream",
        status: int = 200,
        headers: HeaderFields = (),
    ) -> None:
        super().__init__(body, status, headers, media_type)


class NoContent(Response):
    """204."""

    __slots__ = ()

    def __init__(self, headers: HeaderFields = ()) -> None:
        super().__init__(b"", 204, headers)


class Redirect(Response):
    """A `Location` and 307 (default), 301, 302, 303 or 308. Non-ASCII is percent-encoded."""

    __slots__ = ()

    def __init__(self, location: str, status: int = 307, headers: HeaderFields = ()) -> None:
        super().__init__(b"", status, headers)
        self.headers["location"] = quoted_location(location)


class Stream(Response):
    """A body that is sent as it is made, with back-pressure.

    chunks: a sync or async iterable of bytes or str (UTF-8). The request's providers stay open
    until its end. A failure after the head was sent aborts the connection.
    """

    __slots__ = ()

    def __init__(
        self,
        chunks: Iterable[bytes] | AsyncIterable[bytes] | Iterable[str] | AsyncIterable[str],
        media_type: str = "application/octet-stream",
        status: int = 200,
        headers: HeaderFields = (),
    ) -> None:
        super().__init__(b"", status, headers, media_type)
        self.stream = chunks  # type: ignore[assignment]


class Reply(Generic[T]):
    """A value that is encoded as its declared type `T`, with a status and header fields of its own.

    Subclass it for a status that is missing here: `class Accepted(Reply[T]): status = 202`.
    """

    __slots__ = ("headers", "value")
    status = 200

    def __init__(self, value: T, *, headers: HeaderFields = ()) -> None:
        self.value = value
        self.headers = ResponseHeaders(headers)


class Created(Reply[T]):
    """201, with the new resource and where it is (`location`)."""

    __slots__ = ()
    status = 201

    def __init__(
        self, value: T, *, location: str | None = None, headers: HeaderFields = ()
    ) -> None:
        super().__init__(value, headers=headers)
        if location is not None:
            self.headers["location"] = quoted_location(location)


class Accepted(Reply[T]):
    """202."""

    __slots__ = ()
    status = 202


def quoted_location(location: str) -> str:
    """`location` with what a URI may not hold percent-encoded (RFC 3986, 2)."""
    return quote(location, safe="!#$%&'()*+,/:;=?@[]~")


def chunk_bytes(chunk: Any) -> bytes:
    """A stream's chunk as it is sent. Raises TypeError for what is neither bytes nor str."""
    if isinstance(chunk, str):
        return chunk.encode()
    if isinstance(chunk, (bytes, bytearray, memoryview)):
        return bytes(chunk)
    raise TypeError(f"a stream's chunk is {type(chunk).__name__}, not bytes or str")
