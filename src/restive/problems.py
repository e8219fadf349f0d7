"""Problems (RFC 9457) as answers."""

from __future__ import annotations

import traceback as tracebacks
from collections.abc import Callable
from functools import lru_cache
from typing import Any, get_type_hints

import msgspec

from restive.errors import InternalServerError, Problem
from restive.http.response import Response
from restive.values.hooks import enc_hook
from restive.values.output import exact

MEDIA_TYPE = "application/problem+json"
_encode = msgspec.json.Encoder(enc_hook=enc_hook).encode


class InternalFailure(InternalServerError):
    """500 for an exception that nobody answers. traceback: its text, in development only."""

    traceback: str


def problem_response(problem: Problem, *, vary: bool = False) -> Response:
    """The problem's document, status and header fields. vary: `Accept` chose among media types.

    Extension members leave as they are declared, like any answer. Raises OutputError for one that
    cannot be brought to its type, TypeError or NotImplementedError for one that JSON cannot hold,
    UnicodeEncodeError for lone surrogates, ValueError for header fields that cannot be sent.
    """
    document = problem.to_dict()
    kind: Any = type(problem)  # for mypy, no class with class variables is hashable
    for name, as_declared in _exact_members(kind).items():
        if name in document:
            document[name] = as_declared(document[name])
    response = Response(_encode(document), problem.status, problem.headers, MEDIA_TYPE)
    if vary:
        others = response.headers.get("vary")
        response.headers["vary"] = f"{others}, Accept" if others else "Accept"
    return response


def internal_error(error: BaseException, *, dev: bool) -> Problem:
    """What the client gets for an exception that is no problem of its own.

    Where `dev`, its text and traceback; otherwise nothing of it.
    """
    if not dev:
        return InternalFailure("The server failed to answer this request.")
    text = "".join(tracebacks.format_exception(error))
    detail = "".join(tracebacks.format_exception_only(error)).strip()
    return InternalFailure(_encodable(detail), traceback=_encodable(text))


def _encodable(text: str) -> str:
    # A lone surrogate in what failed must not make its report fail as well.
    return text.encode("utf-8", "backslashreplace").decode()


@lru_cache(maxsize=1024)
def _exact_members(cls: type[Problem]) -> dict[str, Callable[[Any], Any]]:
    """For the extension members in which something undeclared could leave, what brings them to it.

    Raises NameError where an annotation of the class cannot be resolved.
    """
    hints = get_type_hints(cls, include_extras=True) if cls.members else {}
    found = {name: exact(hints[name]) for name in cls.members}
    return {name: function for name, function in found.items() if function is not None}
