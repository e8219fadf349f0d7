"""Reads what a plan's inputs name out of a request, and tells all that is wrong with it.

The quick path stops at the first trouble, whatever it is. Only then everything is read once more,
slowly, and each error noted. Good requests pay nothing for the bad ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import msgspec

from restive.codecs.negotiate import Chooser
from restive.compile.background import BACKGROUND
from restive.compile.parameters import MOST_ERRORS, Readings, slots_of
from restive.compile.plan import (
    FromApp,
    FromBody,
    FromGroup,
    FromRequest,
    FromTasks,
    Plan,
    Use,
)
from restive.config import UnknownQuery
from restive.di.provider import Provider
from restive.errors import (
    FieldError,
    InvalidInput,
    MalformedInput,
    Problem,
    UnprocessableContent,
    UnsupportedMediaType,
)
from restive.http.background import BackgroundTasks
from restive.http.request import Request
from restive.operation import BodySpec, Operation
from restive.values.body import json_reader, msgpack_reader
from restive.values.faults import described
from restive.values.model import InvalidModel, model_builder
from restive.values.types import metas

Values = list[Any]
Take = Callable[[Request], Any]
_MOST_CACHED = 64


class BodyInput:
    """Decodes the body by its Content-Type."""

    def __init__(self, spec: BodySpec, operation: Operation) -> None:
        self.spec = spec
        taken = ", ".join(spec.media_types)
        self._taken = {"accept": taken}
        if operation.method == "PATCH":
            self._taken["accept-patch"] = taken  # RFC 5789, 2.2
        self.chooser = Chooser(spec.media_types)
        depth = operation.limits.depth or 64
        self._readers: list[Callable[[bytes], Any]] = [
            _body_reader(spec, media_type, depth) for media_type in spec.media_types
        ]
        self._by_field: dict[bytes | None, Callable[[bytes], Any]] = {}

    def refused(self, request: Request) -> UnsupportedMediaType | None:
        """415, where a body came as what is not taken here."""
        if self.chooser.content(request.header(b"content-type")) is not None:
            return None
        return self._unsupported(request)

    def _unsupported(self, request: Request) -> UnsupportedMediaType:
        content_type = request.header(b"content-type")
        got = "none" if content_type is None else content_type.decode("latin-1")
        return UnsupportedMediaType(
            f"The body may be sent as {self._taken['accept']}; Content-Type is {got[:100]}.",
            headers=self._taken,
        )

    def __call__(self, request: Request) -> Any:
        body = request.body
        if not body and not self.spec.required:
            default = self.spec.default
            # One request must not see what another did to a default.
            return default.copy() if isinstance(default, (dict, list, set)) else default
        content_type = request.header(b"content-type")
        # PERF: clients of one kind send the same field.
        read = self._by_field.get(content_type)
        if read is None:
            read = self._reader(request, content_type)
        return read(body)

    def _reader(self, request: Request, content_type: bytes | None) -> Callable[[bytes], Any]:
        index = self.chooser.content(content_type)
        if index is None:
            if not request.body and not self.spec.raw:
                raise MalformedInput([EMPTY])
            raise self._unsupported(request)
        if len(self._by_field) < _MOST_CACHED and len(content_type or b"") < 256:
            self._by_field[content_type] = self._readers[index]
        return self._readers[index]


EMPTY = FieldError(detail="A body is required.", code="empty", pointer="")


def _body_reader(spec: BodySpec, media_type: str, depth: int) -> Callable[[bytes], Any]:
    if spec.raw:
        return _raw_reader(spec.type)
    return (msgpack_reader if "msgpack" in media_type else json_reader)(spec.type, depth=depth)


def _raw_reader(kind: Any) -> Callable[[bytes], Any]:
    """The bytes as they are, of a length that the constraints on `kind` allow."""
    if not metas(kind):
        return bytes

    def read(body: bytes) -> bytes:
        try:
            return cast("bytes", msgspec.convert(body, kind))
        except msgspec.ValidationError as error:
            raise UnprocessableContent([described(str(error), bytes, "", body, "")]) from None

    return read


class BadInput(Exception):
    """The input is refused by `error`, and providers that do not need what is wrong have a say yet.

    SECURITY: who may not call this is told so by a provider, and not what is wrong with the input.
    values: of what could be read.
    """

    def __init__(self, values: Values, error: Problem) -> None:
        self.values = values
        self.error = error


class Inputs:
    """The compiled inputs of one plan.

    read: a request → the list of values, in the order of the plan's inputs. Raises InvalidInput
    with every error there is, or UnsupportedMediaType; BadInput where providers come first.
    """

    def __init__(
        self, plan: Plan, operation: Operation, app_values: Mapping[Provider, Any]
    ) -> None:
        self.count = len(plan.inputs)
        self.slots, self._groups = slots_of(plan.inputs)
        self._blank: Values = [None] * (self.count + sum(len(g.fields) for g in self._groups))
        for slot in self.slots:
            self._blank[slot.index] = slot.param.default
        self._takes: list[tuple[int, Take]] = []
        self.body: BodyInput | None = None
        uses = [step.use for step in plan.steps]
        # The inputs that providers need; None where there are no providers.
        self._needed = {i for use in uses for i in _indices(use)} if uses else None
        for index, item in enumerate(plan.inputs):
            if isinstance(item, FromBody):
                self.body = BodyInput(item.spec, operation)
                self._body_index = index
            elif not isinstance(item, FromGroup):
                take = _take(item, operation, app_values)
                if take is not None:
                    self._takes.append((index, take))
        self._builders = [(group, model_builder(group.type)) for group in self._groups]
        strict = _is_strict(plan, operation.unknown_query)
        self._readings = Readings(self.slots, strict=strict)
        self._steps = [*self._readings.steps()]
        if self._takes:
            self._steps.append(self._take)
        if self._builders:
            self._steps.append(self._build_groups)

    @property
    def empty(self) -> bool:
        """Whether a request without a query needs no reading at all."""
        return self.count == 0

    def read(self, request: Request) -> Values:
        values = self._blank[:]
        try:
            for step in self._steps:
                step(request, values)
        except Exception:
            self._explain(request)
            raise
        if self.body is not None:
            try:
                values[self._body_index] = self.body(request)
            except Problem as error:
                raise self._refused(values, error, {self._body_index}) from error
        return values

    def _refused(self, values: Values, error: Problem, failing: set[int]) -> Exception:
        if self._needed is None or not self._needed.isdisjoint(failing):
            return error
        return BadInput(values[: self.count], error)

    def _take(self, request: Request, values: Values) -> None:
        for index, take in self._takes:
            values[index] = take(request)

    def _build_groups(self, _request: Request, values: Values) -> None:
        for group, build in self._builders:
            values[group.index] = build(group.given(values))
        del values[self.count :]

    def _explain(self, request: Request) -> None:
        """Raise what refuses the request, with all errors, if anything does."""
        values = self._blank[:]
        failing: set[int] = set()
        errors, malformed = self._readings.explain(request, values, failing)
        errors += self._group_errors(values, failing)
        truncated = False
        if self.body is not None and (request.body or self.body.spec.required):
            try:
                values[self._body_index] = self.body(request)
            except InvalidInput as error:
                errors += error.errors
                malformed = malformed or error.status == 400
                truncated = getattr(error, "truncated", False)
                failing.add(self._body_index)
        if errors:
            self._take(request, values)
            kind = MalformedInput if malformed else UnprocessableContent
            truncated = truncated or len(errors) > MOST_ERRORS
            raise self._refused(values, kind(errors[:MOST_ERRORS], truncated=truncated), failing)

    def _group_errors(self, values: Values, failing: set[int]) -> list[FieldError]:
        """Of models whose fields could all be read: what the whole of it is at fault in."""
        errors: list[FieldError] = []
        for group, build in self._builders:
            if not failing.isdisjoint(group.fields.values()):
                failing.add(group.index)
                continue
            try:
                values[group.index] = build(group.given(values))
            except InvalidModel as error:
                failing.add(group.index)
                errors += [group.renamed(found) for found in error.errors]
        return errors


def _indices(use: Use) -> Iterator[int]:
    yield from use.positions
    yield from (index for _, index in use.named)


def _is_strict(plan: Plan, option: UnknownQuery) -> bool:
    """Who takes the request reads what they like from its query."""
    return option == "refuse" and not plan.takes_request


def _take_app_value(provider: Provider, app_values: Mapping[Provider, Any]) -> Take:
    def take_app_value(_request: Request) -> Any:
        try:
            return app_values[provider]
        except KeyError:
            raise RuntimeError(
                f"{provider.where} has not run, because the app was not started. "
                "Await `app.target.start()` first, or use a server or `restive.testing.Client`."
            ) from None

    return take_app_value


def _take(item: Any, operation: Operation, app_values: Mapping[Provider, Any]) -> Take | None:
    if isinstance(item, FromRequest):

        def take_request(request: Request) -> Request:
            request.operation = operation
            return request

        return take_request
    if isinstance(item, FromTasks):

        def take_tasks(request: Request) -> BackgroundTasks:
            tasks: BackgroundTasks = request.state.setdefault(BACKGROUND, BackgroundTasks())
            return tasks

        return take_tasks
    if isinstance(item, FromApp):
        return _take_app_value(item.provider, app_values)
    return None
