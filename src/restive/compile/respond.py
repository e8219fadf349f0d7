"""What a handler returned → an answer, through the type that it declared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from restive.codecs.json import JSON
from restive.codecs.msgpack import MSGPACK
from restive.codecs.negotiate import Chooser
from restive.compile.returns import Returns
from restive.errors import NotAcceptable, Problem, RestiveError
from restive.http.request import Request
from restive.http.response import Prepared, Reply, Response
from restive.values.output import check

CODECS = (JSON, MSGPACK)
OFFERS = tuple(codec.media_types[0] for codec in CODECS)
_CHOOSER = Chooser(OFFERS)
_MOST_CACHED = 64

Answer = Response | Problem
Render = Callable[[Any], Answer]
Encode = Callable[[Any], bytes]


class AnswerError(RestiveError):
    """A handler returned what its annotation does not allow."""

    def __init__(self, value: Any, returns: Returns) -> None:
        super().__init__(
            f"the handler returned {type(value).__name__}, and its annotation allows "
            f"{_names(returns)}. Add it to the annotation, or return what that says."
        )


class Responder:
    """Makes answers for one route. checked: compare each value with the annotation first."""

    def __init__(self, returns: Returns, *, checked: bool) -> None:
        self._returns = returns
        self._checked = checked
        self._renders: dict[bytes | None, Render] = {}
        self._by_offer: dict[int, Render] = {0: self._render(JSON)}  # others when first asked for
        if not returns.encodes:
            self.render_for = self._only_render  # type: ignore[assignment, method-assign]

    @property
    def negotiates(self) -> bool:
        return self._returns.encodes

    def render_for(self, request: Request) -> Render:
        """The function that answers this request's `Accept`. Raises NotAcceptable."""
        accept = request.header(b"accept")
        # PERF: one look-up in a small dict, because clients of one kind send the same field.
        found = self._renders.get(accept)
        return found if found is not None else self._choose(request, accept)

    def _only_render(self, _request: Request) -> Render:
        return self._by_offer[0]

    def _choose(self, request: Request, accept: bytes | None) -> Render:
        index = _CHOOSER.accept(accept)
        if index is None:
            # Several fields count as one (RFC 9110, 5.3). Looked at only now: they are rare.
            index = _CHOOSER.accept(request.headers["accept"].encode("latin-1"))
            if index is None:
                raise NotAcceptable(f"This can be sent as {' or '.join(OFFERS)}.")
            return self._in_format(index)
        render = self._in_format(index)
        if len(self._renders) < _MOST_CACHED and len(accept or b"") < 512:
            self._renders[accept] = render
        return render

    def _in_format(self, index: int) -> Render:
        render = self._by_offer.get(index)
        if render is None:
            render = self._by_offer[index] = self._render(CODECS[index])
        return render

    def _render(self, codec: Any) -> Render:
        returns = self._returns
        plain: Render | None = None
        if returns.has_value:
            plain = self._value_render(codec, returns.value, returns.status)
            if not (returns.replies or returns.responses):
                return plain
        replies = {kind: self._reply_render(codec, kind, value) for kind, value in returns.replies}
        return _general(returns, plain, replies)

    def _encode(self, codec: Any, kind: Any) -> Encode:
        encode: Encode = codec.encoder(kind)
        if not self._checked:
            return encode
        checks = check(kind)

        def checked(value: Any) -> bytes:
            checks(value)
            return encode(value)

        return checked

    def _value_render(self, codec: Any, kind: Any, status: int) -> Render:
        prepared = _prepared(codec, status)
        encode = self._encode(codec, kind)
        of = Response.of

        def render(value: Any) -> Answer:
            try:
                return of(prepared, encode(value))
            except Exception:
                if isinstance(value, Problem):
                    return value
                if isinstance(value, (Response, Reply)):
                    raise AnswerError(value, self._returns) from None
                raise

        return render

    def _reply_render(self, codec: Any, kind: type[Reply[Any]], value: Any) -> Render:
        prepared = _prepared(codec, kind.status)
        encode = self._encode(codec, value)

        def render(reply: Reply[Any]) -> Answer:
            response = Response.of(prepared, encode(reply.value))
            if reply.headers.fields:
                if "content-type" in reply.headers:
                    del response.headers["content-type"]
                response.headers.fields += reply.headers.fields
            return response

        return render


@lru_cache(maxsize=256)
def _prepared(codec: Any, status: int) -> Prepared:
    return Prepared(status, [("content-type", codec.media_types[0]), ("vary", "Accept")])


def _general(
    returns: Returns, plain: Render | None, replies: dict[type[Reply[Any]], Render]
) -> Render:
    """For annotations that allow more than plain values."""
    empty = Prepared(returns.status)

    def render(value: Any) -> Answer:
        if isinstance(value, Problem):
            return value
        if isinstance(value, Response):
            if isinstance(value, returns.responses):
                return value
        elif isinstance(value, Reply):
            found = replies.get(type(value))
            if found is not None:
                return found(value)
        elif value is None and returns.nothing:
            return Response.of(empty, b"")
        elif plain is not None:
            return plain(value)
        raise AnswerError(value, returns)

    return render


def _names(returns: Returns) -> str:
    kinds: Sequence[Any] = [
        *([returns.value] if returns.has_value else []),
        *(kind for kind, _ in returns.replies),
        *returns.responses,
        *returns.problems,
        *([None] if returns.nothing else []),
    ]
    return ", ".join(getattr(kind, "__name__", str(kind)) for kind in kinds) or "nothing"
