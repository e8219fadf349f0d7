"""Restive: typed Python functions as HTTP endpoints. Names are imported on first use."""

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.0.1"

# PERF: `restive --help` and the supervisor of workers import this package and next to none of it.
_HOMES = {
    "restive.app": "App",
    "restive.config": "Docs Limits",
    "restive.errors": (
        "BadRequest BuildError ConfigError Conflict ContentTooLarge FieldError Forbidden "
        "FrozenError Gone InternalServerError InvalidInput MalformedInput MethodNotAllowed "
        "NotAcceptable NotFound PreconditionFailed PreconditionRequired Problem "
        "RangeNotSatisfiable RestiveError ServiceUnavailable TooManyRequests Unauthorized "
        "UnprocessableContent UnsupportedMediaType"
    ),
    "restive.group": "Router",
    "restive.http.background": "BackgroundTasks",
    "restive.http.headers": "Headers",
    "restive.http.request": "Request",
    "restive.http.response": (
        "Accepted Bytes Created Html NoContent Redirect Reply Response Stream Text"
    ),
    "restive.operation": "Operation",
    "restive.params": "Body Cookie Depends Header Inject Path Query",
    "restive.routing": "Convertor",
    "restive.values.patch": "Patch",
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}
__all__ = sorted(_HOME_OF)  # noqa: PLE0605 - a test holds it against the imports below


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'restive' has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(_HOME_OF[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


if TYPE_CHECKING:
    from restive.app import App as App
    from restive.config import Docs as Docs
    from restive.config import Limits as Limits
    from restive.errors import BadRequest as BadRequest
    from restive.errors import BuildError as BuildError
    from restive.errors import ConfigError as ConfigError
    from restive.errors import Conflict as Conflict
    from restive.errors import ContentTooLarge as ContentTooLarge
    from restive.errors import FieldError as FieldError
    from restive.errors import Forbidden as Forbidden
    from restive.errors import FrozenError as FrozenError
    from restive.errors import Gone as Gone
    from restive.errors import InternalServerError as InternalServerError
    from restive.errors import InvalidInput as InvalidInput
    from restive.errors import MalformedInput as MalformedInput
    from restive.errors import MethodNotAllowed as MethodNotAllowed
    from restive.errors import NotAcceptable as NotAcceptable
    from restive.errors import NotFound as NotFound
    from restive.errors import PreconditionFailed as PreconditionFailed
    from restive.errors import PreconditionRequired as PreconditionRequired
    from restive.errors import Problem as Problem
    from restive.errors import RangeNotSatisfiable as RangeNotSatisfiable
    from restive.errors import RestiveError as RestiveError
    from restive.errors import ServiceUnavailable as ServiceUnavailable
    from restive.errors import TooManyRequests as TooManyRequests
    from restive.errors import Unauthorized as Unauthorized
    from restive.errors import UnprocessableContent as UnprocessableContent
    from restive.errors import UnsupportedMediaType as UnsupportedMediaType
    from restive.group import Router as Router
    from restive.http.background import BackgroundTasks as BackgroundTasks
    from restive.http.headers import Headers as Headers
    from restive.http.request import Request as Request
    from restive.http.response import Accepted as Accepted
    from restive.http.response import Bytes as Bytes
    from restive.http.response import Created as Created
    from restive.http.response import Html as Html
    from restive.http.response import NoContent as NoContent
    from restive.http.response import Redirect as Redirect
    from restive.http.response import Reply as Reply
    from restive.http.response import Response as Response
    from restive.http.response import Stream as Stream
    from restive.http.response import Text as Text
    from restive.operation import Operation as Operation
    from restive.params import Body as Body
    from restive.params import Cookie as Cookie
    from restive.params import Depends as Depends
    from restive.params import Header as Header
    from restive.params import Inject as Inject
    from restive.params import Path as Path
    from restive.params import Query as Query
    from restive.routing import Convertor as Convertor
    from restive.values.patch import Patch as Patch
