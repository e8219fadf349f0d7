"""What a request of one route needs, in order: inputs, provider steps, the handler's arguments.

All values of one request stand in one list: the inputs first, then what each step made. A `Use`
says which of them a callable gets.
"""

from __future__ import annotations

from typing import Any

import msgspec

from restive.di.provider import Provider
from restive.operation import BodySpec, Param


class FromParam(msgspec.Struct, frozen=True):
    """A parameter of path, query, header or cookie."""

    param: Param


class FromGroup(msgspec.Struct, frozen=True):
    """A structured type whose fields are parameters of one location."""

    argument: str
    type: Any
    params: tuple[Param, ...]


class FromBody(msgspec.Struct, frozen=True):
    """The request's body."""

    spec: BodySpec


class FromRequest(msgspec.Struct, frozen=True):
    """The request itself."""


class FromTasks(msgspec.Struct, frozen=True):
    """A `BackgroundTasks` of this request."""


class FromApp(msgspec.Struct, frozen=True):
    """What a provider of scope `app` made at the start."""

    provider: Provider


Input = FromParam | FromGroup | FromBody | FromRequest | FromTasks | FromApp


class Use(msgspec.Struct, frozen=True):
    """positions: indices of the values that are passed by position; named: by keyword."""

    positions: tuple[int, ...]
    named: tuple[tuple[str, int], ...] = ()


class Step(msgspec.Struct, frozen=True):
    """Call `provider` with `use`; its value is appended to the list."""

    provider: Provider
    use: Use


class Plan(msgspec.Struct, frozen=True):
    """inputs fill the list's beginning, steps append to it, `use` is the handler's."""

    inputs: tuple[Input, ...] = ()
    steps: tuple[Step, ...] = ()
    use: Use = Use(())

    @property
    def params(self) -> tuple[Param, ...]:
        """All parameters that the client may send, each name of a location once."""
        found: dict[tuple[str, str], Param] = {}
        for item in self.inputs:
            if isinstance(item, FromParam):
                found.setdefault((item.param.location, item.param.name), item.param)
            elif isinstance(item, FromGroup):
                for param in item.params:
                    found.setdefault((param.location, param.name), param)
        return tuple(found.values())

    @property
    def body(self) -> BodySpec | None:
        return next((item.spec for item in self.inputs if isinstance(item, FromBody)), None)

    @property
    def takes_request(self) -> bool:
        return any(isinstance(item, FromRequest) for item in self.inputs)

    @property
    def takes_tasks(self) -> bool:
        return any(isinstance(item, FromTasks) for item in self.inputs)
