"""A request, made by a wire when the head is complete. What nobody asks for is never parsed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from restive.http.cookies import parse_cookies
from restive.http.headers import Headers, RawHeaders, parse_head
from restive.http.query import parse_query

if TYPE_CHECKING:
    from restive.operation import Operation

_NONE: Mapping[str, Any] = MappingProxyType({})
Finish = Callable[[BaseException | None], Awaitable[None] | None]


class Request:
    """method: upper case. raw_path: percent-encoded, without the query. query_string: bytes.

    body: complete when the handler runs (b"" when there is none). client, server: (host, port) or
    None. scheme: "http" or "https". path_values: what the route's template took from the path.
    operation: the route's record, None for answers that no route gives. state: for whoever handles
    this request. lower_head: for wires, which may have the head in lower case already.
    """

    __slots__ = (
        "_cookies",
        "_head",
        "_headers",
        "_query",
        "_raw_headers",
        "_state",
        "app",
        "body",
        "client",
        "finish",
        "http_version",
        "lower_head",
        "method",
        "operation",
        "path_values",
        "query_string",
        "raw_path",
        "scheme",
        "server",
    )

    def __init__(
        self,
        method: str,
        raw_path: str,
        query_string: bytes = b"",
        *,
        head: bytes | None = None,
        raw_headers: RawHeaders | None = None,
        body: bytes = b"",
    ) -> None:
        """Give `head` (see `parse_head`) or `raw_headers` (names in lower case)."""
        self.method = method
        self.raw_path = raw_path
        self.query_string = query_string
        self.body = body
        self._head = head
        self._raw_headers = raw_headers
        self.path_values: Mapping[str, Any] = _NONE
        self.finish: Finish | None = None
        # PERF: the other slots are set by the wire or on first use; each costs 10 ns.

    @property
    def raw_headers(self) -> RawHeaders:
        """The fields as pairs of bytes, names in lower case, in the order they came."""
        raw = self._raw_headers
        if raw is None:
            raw = self._raw_headers = parse_head(self._head or b"")
        return raw

    @property
    def headers(self) -> Headers:
        """The fields, by name in any case."""
        try:
            return self._headers
        except AttributeError:
            self._headers = Headers(self.raw_headers)
            return self._headers

    def header(self, name: bytes) -> bytes | None:
        """The field of that name (lower case), several of them joined by ", "; None without it.

        Cheap: nothing else is parsed.
        """
        head = self._head
        if head is None:
            found = [value for field, value in self._raw_headers or () if field == name]
            return b", ".join(found) if found else None
        try:
            lower = self.lower_head
        except AttributeError:
            lower = self.lower_head = head.lower()
        mark = b"\r\n%b:" % name
        start = lower.find(mark)
        if start < 0:
            return None
        start += len(mark)
        if lower.find(mark, start) >= 0:
            return b", ".join(value for field, value in self.raw_headers if field == name)
        return head[start : head.find(b"\r\n", start)].strip(b" \t")

    @property
    def query(self) -> dict[str, list[str]]:
        """The query's parameters in order, each with all its values.

        Raises MalformedInput for what is not UTF-8.
        """
        try:
            return self._query
        except AttributeError:
            self._query = parse_query(self.query_string)
            return self._query

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies by name; of two with one name the first rules (RFC 6265, 5.4)."""
        try:
            return self._cookies
        except AttributeError:
            self._cookies = parse_cookies(self.headers.get_all("cookie"))
            return self._cookies

    @property
    def state(self) -> dict[str, Any]:
        """A dict of this request alone."""
        try:
            return self._state
        except AttributeError:
            self._state: dict[str, Any] = {}
            return self._state

    def url_for(self, target: str | Callable[..., Any], /, **values: Any) -> str:
        """The path of a route, by its name or its handler."""
        path: str = self.app.url_for(target, **values)
        return path

    def __repr__(self) -> str:
        return f"<Request {self.method} {self.raw_path}>"

    if TYPE_CHECKING:
        app: Any
        client: tuple[str, int] | None
        server: tuple[str, int] | None
        scheme: str
        http_version: str
        operation: Operation | None
        _headers: Headers
        _query: dict[str, list[str]]
        _cookies: dict[str, str]
        lower_head: bytes
