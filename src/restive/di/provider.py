"""What a provider is: a key, a function, how long its value lives, and how it is called."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import asynccontextmanager, contextmanager
from enum import Enum
from typing import Any

import msgspec

from restive._typing import is_async, never_waits, source_of
from restive.errors import Mistake

SCOPES = ("app", "request")
# What every function becomes that these decorate.
_MANAGING = {contextmanager(iter).__code__, asynccontextmanager(iter).__code__}  # type: ignore[arg-type]


class Kind(Enum):
    """How a provider's function gives its value."""

    VALUE = "value"
    COROUTINE = "coroutine"
    GENERATOR = "generator"
    ASYNC_GENERATOR = "async generator"


class Provider(msgspec.Struct, frozen=True):
    """key: the exact type it makes, or for `Depends` the function itself. scope: of SCOPES."""

    key: Any
    function: Callable[..., Any]
    scope: str
    kind: Kind

    @property
    def where(self) -> str:
        """The first part of a Mistake about this provider."""
        made = getattr(self.key, "__qualname__", None) or str(self.key)
        return f"Provider of {made!r} ({source_of(self.function)})"

    @property
    def is_async(self) -> bool:
        return self.kind in (Kind.COROUTINE, Kind.ASYNC_GENERATOR)

    @property
    def waits(self) -> bool:
        """Whether entering or leaving it may suspend."""
        if self.kind is Kind.COROUTINE:
            return not never_waits(self.function)
        return self.kind is Kind.ASYNC_GENERATOR

    @property
    def cleans_up(self) -> bool:
        return self.kind in (Kind.GENERATOR, Kind.ASYNC_GENERATOR)


def kind_of(function: Callable[..., Any]) -> Kind:
    """The kind, by what is actually called. A context manager is a value."""
    call = function if inspect.isroutine(function) else getattr(function, "__call__", function)  # noqa: B004
    if inspect.isclass(function):
        return Kind.VALUE
    if inspect.isasyncgenfunction(call):
        return Kind.ASYNC_GENERATOR
    if inspect.isgeneratorfunction(call):
        return Kind.GENERATOR
    return Kind.COROUTINE if is_async(function) else Kind.VALUE


def provider(key: Any, function: Callable[..., Any], scope: str) -> Provider:
    """The record of one provider."""
    return Provider(key, function, scope, kind_of(function))


def provider_mistake(found: Provider) -> Mistake | None:
    """A mistake when the scope is none of SCOPES, or the value would be a context manager."""
    if getattr(found.function, "__code__", None) in _MANAGING:
        return Mistake(
            "provider-decorated",
            found.where,
            "it makes a context manager, and not what that yields",
            "Take `@contextmanager` off: a provider that yields is enough",
        )
    if found.scope in SCOPES:
        return None
    return Mistake(
        "unknown-scope",
        found.where,
        f"{found.scope!r} is not a scope",
        "Write scope='request' (the default) or scope='app'",
    )
