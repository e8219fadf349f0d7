"""What a request's head must satisfy beyond its syntax, which httptools has checked.

httptools lets pass what RFC 9112 lets a server refuse, and some of what it must: several or no
Host fields, authorities with a path or userinfo, targets with characters that no URI has, other
protocols' versions, codings before `chunked`.
"""

from __future__ import annotations

import re
from typing import Final

from restive.http.request import Request
from restive.wires.strict import PATH, QUERY, Refused, valid_authority

METHODS: Final = {
    name.encode(): name
    for name in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY", "TRACE")
}
"""The methods that are passed on, by their bytes. CONNECT and all others are 501."""

_LINE = bytes(range(0x20, 0x7F))

RequestLine = tuple[str, str, bytes, int, bytes | None]
"""method, path, query, the version's minor number, and a target's authority in absolute form."""

# PERF: nearly every request line, checked and taken apart by one match.
COMMON_LINE: Final = re.compile(
    rb"(%b) (/[%b]*)(?:\?([%b]*))? HTTP/1\.1\r\n"
    % (b"|".join(METHODS), re.escape(PATH.replace(b"?", b"")), re.escape(QUERY))
)

_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VERSION = re.compile(rb"HTTP/[0-9]\.[0-9]")
_ABSOLUTE = re.compile(rb"(?i:https?)://([^/?]*)(/[^?]*)?(?:\?(.*))?")
_LONGEST_METHOD = 32


def check_begun(begun: bytes, url_limit: int) -> None:
    """Refuse a request line of which the end has not come, as soon as it cannot become a good one.

    Raises Refused: 400 for characters that no request line has (a TLS handshake, say), 501 for an
    endless method (RFC 9112, 3), 414 for an endless target.
    """
    if begun.removesuffix(b"\r").translate(None, _LINE):
        raise Refused(400, "The request line holds a character that is not allowed there.")
    space = begun.find(b" ")
    if space < 0:
        if len(begun) > _LONGEST_METHOD:
            raise Refused(501, "No method is that long.")
    elif len(begun) - space > url_limit + len(b"  HTTP/1.1\r"):
        raise _too_long(url_limit)


def parse_line(line: bytes, url_limit: int) -> RequestLine:
    """The request line, without its CRLF.

    Raises Refused: 400 for what RFC 9112, 3 does not describe, 414 for a target above `url_limit`
    bytes, 505 for a version that is neither 1.0 nor 1.1, 501 for an unknown method.
    """
    if line.translate(None, _LINE):
        raise Refused(400, "The request line holds a character that is not allowed there.")
    parts = line.split(b" ")
    if len(parts) != 3 or not _TOKEN.fullmatch(parts[0]):
        raise Refused(400, "The request line is not `METHOD target HTTP/1.1`.")
    verb, target, version = parts
    if version == b"HTTP/1.1":
        minor = 1
    elif version == b"HTTP/1.0":
        minor = 0
    elif _VERSION.fullmatch(version):
        raise Refused(505, "This server speaks HTTP/1.1.")
    else:
        raise Refused(400, "The request line is not `METHOD target HTTP/1.1`.")
    if len(target) > url_limit:
        raise _too_long(url_limit)
    method = METHODS.get(verb)
    if method is None:
        raise Refused(501, "This server does not know that method.")
    return _with_target(method, target, minor)


def _with_target(method: str, target: bytes, minor: int) -> RequestLine:
    authority = None
    if target.startswith(b"/"):
        path, _, query = target.partition(b"?")
    elif target == b"*" and method == "OPTIONS":
        path, query = target, b""
    else:
        match = _ABSOLUTE.fullmatch(target)
        if match is None:
            raise Refused(400, "The request target is neither a path nor an absolute URL.")
        authority, path, query = match[1], match[2] or b"/", match[3] or b""
        if not valid_authority(authority):
            raise Refused(400, "The host in the request target is not valid.")
    if path.translate(None, PATH) or query.translate(None, QUERY):
        raise Refused(400, "The request target holds a character that has to be percent-encoded.")
    return method, path.decode("ascii"), query, minor, authority


def _too_long(url_limit: int) -> Refused:
    return Refused(414, f"The request target is longer than {url_limit} bytes.")


def field(lower: bytes, name: bytes) -> bytes | None:
    """The value of the first field of that name (`name` is `b"\\r\\nhost:"`), or None.

    lower: the head in lower case.
    """
    start = lower.find(name)
    if start < 0:
        return None
    start += len(name)
    return lower[start : lower.find(b"\r\n", start)].strip(b" \t")


def check_host(lower: bytes, minor: int) -> None:
    """Exactly one valid Host field; at most one in HTTP/1.0 (RFC 9112, 3.2).

    Raises Refused(400).
    """
    start = lower.find(b"\r\nhost:") + 7
    if start < 7:
        if minor:
            raise Refused(400, "A Host field is required.")
        return
    if lower.find(b"\r\nhost:", start) >= 0:
        raise Refused(400, "There is more than one Host field.")
    if not valid_authority(lower[start : lower.find(b"\r\n", start)].strip(b" \t")):
        raise Refused(400, "The Host field is not a host and an optional port.")


def with_host(head: bytes, authority: bytes) -> bytes:
    """The head with its Host replaced by the target's authority (RFC 9112, 3.2.2: a server must
    ignore the field where the target is in absolute form)."""
    start = head.lower().find(b"\r\nhost:")
    if start < 0:
        line_end = head.find(b"\r\n")
        return head[:line_end] + b"\r\nHost: " + authority + head[line_end:]
    end = head.find(b"\r\n", start + 2)
    return head[:start] + b"\r\nHost: " + authority + head[end:]


def unread(buffer: bytes) -> Request | None:
    """What stands for a request whose head is no good: a HEAD, as it gets no body even so."""
    if not buffer.startswith(b"HEAD "):
        return None
    request = Request("HEAD", "/", head=b"")
    request.http_version = "1.1"
    return request
