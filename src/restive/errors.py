"""Two disjoint trees: what the developer did wrong, and what the client gets.

RestiveError
└── ConfigError              found while the app is declared or built, never at a request
    ├── BuildError           all mistakes of one build together
    └── FrozenError          something was registered after the build

Problem                      an answer as RFC 9457 describes it; raised or returned by handlers
├── BadRequest, NotFound, Conflict, …      one class a status
├── MethodNotAllowed         405, with Allow
└── InvalidInput             carries one FieldError for each thing at fault
    ├── MalformedInput       400: cannot be parsed
    └── UnprocessableContent 422: parsed, and not valid
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar, Never

import msgspec


class RestiveError(Exception):
    """What the developer has to mend."""


class ConfigError(RestiveError):
    """A declaration that cannot work."""


class Mistake(msgspec.Struct, frozen=True):
    """One mistake in the declarations of an app.

    code: stable, in kebab-case. where: `Route 'GET /x' (module:name, file:line)`. problem and
    remedy: sentences without their full stop.
    """

    code: str
    where: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}. {self.remedy}. [{self.code}]"


class BuildError(ConfigError):
    """All mistakes that were found in one build, each on a line of its own."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        count = "1 mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        lines = "\n".join(f"  {mistake}" for mistake in mistakes)
        super().__init__(f"the app cannot be built: {count}\n{lines}")


class FrozenError(ConfigError):
    """Something was registered on an app that was built already."""


class FieldError(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One thing at fault in what the client sent.

    pointer: JSON Pointer (RFC 6901) into the body; "" is the body itself. parameter: a path, query,
    header or cookie parameter's name, and `location` which of them. code: stable, in snake_case.
    expected: what would have been right. did_you_mean: names that exist and look alike.
    """

    detail: str
    code: str
    pointer: str | None = None
    parameter: str | None = None
    location: str | None = None
    expected: str | None = None
    did_you_mean: list[str] | None = None


class Problem(Exception):
    """An answer that is an error, as `application/problem+json` (RFC 9457).

    Subclass it to name an error of your own; `status`, `title`, `type`, `code` and `detail` are
    class attributes with defaults, and annotated attributes without a value are extension members:

        class OutOfStock(Problem):
            status = 409
            left: int

        raise OutOfStock("Only 3 are left.", left=3)

    headers: sent with the answer. Unknown extension members are refused with TypeError.
    """

    status: ClassVar[int] = 500
    type: ClassVar[str] = "about:blank"
    title: ClassVar[str] = ""
    code: ClassVar[str] = ""
    default_detail: ClassVar[str | None] = None
    members: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        detail = cls.__dict__.get("detail")
        if isinstance(detail, str):
            cls.default_detail = detail
            del cls.detail  # type: ignore[misc] # it is found there as an instance's
        own = inspect.get_annotations(cls)
        for name in own:
            if hasattr(Problem, name) and name not in cls.__dict__:
                raise ConfigError(
                    f"Problem {cls.__qualname__!r}: {name!r} is a class attribute, and no member. "
                    f"Write `{name} = ...` with its value, or call the member otherwise."
                )
        if not (isinstance(cls.status, int) and 400 <= cls.status <= 599):
            raise ConfigError(
                f"Problem {cls.__qualname__!r}: status is {cls.status!r}. Write an integer from "
                "400 to 599."
            )
        reserved = set(Problem.__annotations__) | {"detail", "headers", "instance"}
        cls.members = cls.members + tuple(
            name for name in own if name not in reserved and name not in cls.members
        )

    def __init__(
        self,
        detail: str | None = None,
        *more: Never,
        headers: Mapping[str, str] | None = None,
        instance: str | None = None,
        **members: Any,
    ) -> None:
        kind = type(self).__name__
        if more or not isinstance(detail, str | None):
            given: tuple[object, ...] = (detail, *more)
            known = [one.__name__ for one in Problem.__subclasses__() if one.status in given]
            text = next((repr(one) for one in given if isinstance(one, str)), "")
            raise TypeError(
                f"{kind}({', '.join(map(repr, given))}): a problem takes one text, its detail. "
                f"Write `raise {(*known, kind)[0]}({text})`."
            )
        for name, value in members.items():
            if name not in self.members:
                own = hasattr(Problem, name)
                wanted = f"{name} = {value!r}" if own else f"{name}: {type(value).__name__}"
                raise TypeError(
                    f"{kind} has no member {name!r}. Declare it in the class: `{wanted}`."
                )
        self.detail = self.default_detail if detail is None else detail
        self.headers = dict(headers) if headers else {}
        self.instance = instance
        for name, value in members.items():
            setattr(self, name, value)
        super().__init__(self.detail or self.phrase())

    @classmethod
    def phrase(cls) -> str:
        """The title: the class's own, or the status's phrase."""
        if cls.title:
            return cls.title
        try:
            return HTTPStatus(cls.status).phrase
        except ValueError:
            return f"Status {cls.status}"

    def to_dict(self) -> dict[str, Any]:
        """The members of the problem document, in the order of RFC 9457."""
        document: dict[str, Any] = {
            "type": self.type,
            "title": self.phrase(),
            "status": self.status,
        }
        if self.detail is not None:
            document["detail"] = self.detail
        if self.instance is not None:
            document["instance"] = self.instance
        if self.code:
            document["code"] = self.code
        for name in self.members:
            if hasattr(self, name):
                document[name] = getattr(self, name)
        return document


class BadRequest(Problem):
    status = 400


class Unauthorized(Problem):
    """401. Send `headers={"WWW-Authenticate": ...}` with it (RFC 9110, 11.6.1)."""

    status = 401


class Forbidden(Problem):
    status = 403


class NotFound(Problem):
    status = 404


class MethodNotAllowed(Problem):
    """405 with the `Allow` field that RFC 9110, 15.5.6 asks for."""

    status = 405

    def __init__(self, allow: Iterable[str], detail: str | None = None) -> None:
        allowed = ", ".join(allow)
        super().__init__(detail or f"Allowed here: {allowed}.", headers={"allow": allowed})


class NotAcceptable(Problem):
    status = 406


class RequestTimeout(Problem):
    status = 408


class Conflict(Problem):
    status = 409


class Gone(Problem):
    status = 410


class PreconditionFailed(Problem):
    status = 412


# The standard library has called these three otherwise before 3.13.
class ContentTooLarge(Problem):
    status = 413
    title = "Content Too Large"  # before 3.13 the library has the phrases of RFC 7231


class UriTooLong(Problem):
    status = 414
    title = "URI Too Long"


class UnsupportedMediaType(Problem):
    status = 415


class RangeNotSatisfiable(Problem):
    status = 416
    title = "Range Not Satisfiable"


class PreconditionRequired(Problem):
    status = 428


class TooManyRequests(Problem):
    status = 429


class HeaderFieldsTooLarge(Problem):
    status = 431
    title = "Request Header Fields Too Large"


class InternalServerError(Problem):
    status = 500


class NotImplementedMethod(Problem):
    """501: the method is not one that this server knows (RFC 9110, 9.1)."""

    status = 501


class ServiceUnavailable(Problem):
    status = 503


class InvalidInput(Problem):
    """What the client sent is at fault: `errors` lists every place.

    truncated: true when there were more than are listed.
    """

    errors: list[FieldError]
    truncated: bool

    def __init__(
        self,
        errors: Sequence[FieldError],
        *,
        detail: str | None = None,
        truncated: bool = False,
    ) -> None:
        super().__init__(detail, errors=list(errors))
        if truncated:
            self.truncated = True


class MalformedInput(InvalidInput):
    """400: it cannot be parsed, or names a query parameter that does not exist."""

    status = 400
    default_detail = "The request cannot be understood."


class UnprocessableContent(InvalidInput):
    """422: it was parsed, and is not valid."""

    status = 422
    title = "Unprocessable Content"
    default_detail = "The request is not valid."
