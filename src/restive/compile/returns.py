"""What a handler's return annotation allows, and the answers it documents."""

from __future__ import annotations

from typing import Any, TypeVar, Union, get_args, get_origin

import msgspec

from restive._typing import split_annotated, union_members
from restive.compile.classify import CODEC_TYPES, ArgumentError, unsupported
from restive.errors import Problem
from restive.http.response import BODILESS, Html, NoContent, Redirect, Reply, Response, Text
from restive.operation import ResponseSpec
from restive.values.output import label
from restive.values.types import UnsupportedType, normalise

_ANY_BYTES = ("application/octet-stream",)


class Returns(msgspec.Struct, frozen=True):
    """value: the declared type of a plain value (None where there is none), answered with `status`.

    replies: declared subclasses of Reply, with the type of their value. responses: classes that may
    be given as they are. nothing: whether None means an answer without a body.
    """

    status: int
    value: Any = None
    has_value: bool = False
    replies: tuple[tuple[type[Reply[Any]], Any], ...] = ()
    responses: tuple[type[Response], ...] = ()
    problems: tuple[type[Problem], ...] = ()
    nothing: bool = False

    @property
    def encodes(self) -> bool:
        """Whether any answer goes through a codec, so that `Accept` matters."""
        return self.has_value or bool(self.replies)

    def specs(self, media_types: tuple[str, ...] = ()) -> tuple[ResponseSpec, ...]:
        """The documented answers but for problems. media_types: of those that are raw bytes."""
        found = []
        if self.has_value:
            found.append(_encoded(self.status, self.value, {}))
        for kind, value in self.replies:
            headers = {"Location": "Where it is."} if kind.status == 201 else {}
            found.append(_encoded(kind.status, value, headers))
        for response in self.responses:
            found.append(_response_spec(response, self.status, media_types or _ANY_BYTES))
        if self.nothing:
            found.append(ResponseSpec(status=self.status))
        return tuple(found)


def returns_of(annotation: Any, status: int | None) -> Returns:
    """Read a return annotation; `status` is the route's option. Raises ArgumentError."""
    values, replies, responses, problems = [], [], [], []
    plain, metadata = split_annotated(annotation)
    members = (annotation,) if metadata else union_members(annotation)
    nothing = False
    for member in members:
        kind = get_origin(member) or member
        if member is type(None) or member is None:
            nothing = True
        elif isinstance(kind, type) and issubclass(kind, Reply):
            replies.append((kind, _checked(_reply_value(member))))
        elif isinstance(kind, type) and issubclass(kind, Response):
            responses.append(kind)
        elif isinstance(kind, type) and issubclass(kind, Problem):
            problems.append(kind)
        else:
            values.append(member)
    if values and nothing:
        values.append(type(None))  # null is one of the values
        nothing = False
    usual = 204 if nothing and not (values or replies or responses) else 200
    chosen = status if status is not None else usual
    for one in (chosen, *(kind.status for kind, _ in replies)):
        if not 200 <= one <= 599:
            raise ArgumentError(
                "status", f"status {one} is none that an answer can have", "Write 200 to 599"
            )
    if values and chosen in BODILESS:
        raise ArgumentError(
            "status-without-body",
            f"status {chosen} has no body, and the handler returns `{label(plain)}`",
            "Return None, or choose another status",
        )
    return Returns(
        status=204 if nothing and status is None else chosen,
        value=_checked(Union[tuple(values)]) if values else None,  # noqa: UP007
        has_value=bool(values),
        replies=tuple(replies),
        responses=tuple(responses),
        problems=tuple(problems),
        nothing=nothing,
    )


def _reply_value(member: Any) -> Any:
    arguments = get_args(member)
    if not arguments:
        for base in getattr(member, "__orig_bases__", ()):
            # `class BookCreated(Created[Book])` carries what its base says.
            is_reply = issubclass(get_origin(base) or object, Reply)
            if is_reply and not isinstance(get_args(base)[0], TypeVar):
                return _reply_value(base)
        raise ArgumentError(
            "reply-without-type",
            f"`{member.__name__}` does not say what it carries",
            f"Write `{member.__name__}[T]` with the type of the value",
        )
    return arguments[0]


def _checked(kind: Any) -> Any:
    try:
        return normalise(kind)
    except UnsupportedType as error:
        raise unsupported("unsupported-return", "the return annotation", error) from None


def _encoded(status: int, value: Any, headers: dict[str, str]) -> ResponseSpec:
    return ResponseSpec(status=status, type=value, media_types=CODEC_TYPES, headers=headers)


def _response_spec(kind: type[Response], status: int, raw_types: tuple[str, ...]) -> ResponseSpec:
    if issubclass(kind, NoContent):
        return ResponseSpec(status=204)
    if issubclass(kind, Redirect):
        return ResponseSpec(status=307, headers={"Location": "Where to go."})
    if issubclass(kind, Text):
        return ResponseSpec(status=status, type=str, media_types=("text/plain",))
    if issubclass(kind, Html):
        return ResponseSpec(status=status, type=str, media_types=("text/html",))
    return ResponseSpec(status=status, type=bytes, media_types=raw_types)
