"""Path, query, header and cookie parameters: a quick reading, and one that notes every error."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import msgspec

from restive._typing import REQUIRED
from restive.compile.plan import FromGroup, FromParam, Input
from restive.config import is_tracking
from restive.errors import FieldError, MalformedInput, RestiveError
from restive.http.request import Request
from restive.operation import Param
from restive.values.scalars import BadValue, text_reader, texts_reader
from restive.values.similar import did_you_mean
from restive.values.types import is_scalar_list

MOST_ERRORS = 100
_MOST_SUGGESTED = 10

Values = list[Any]
Fill = Callable[[Request, Values], None]


class _Trouble(RestiveError):
    """The quick reading met something that the careful one will name."""


class Slot(msgspec.Struct, frozen=True):
    """A parameter and the index of its value. many: it reads a list of texts, not one."""

    index: int
    param: Param
    read: Callable[[Any], Any]
    many: bool


class Group(msgspec.Struct, frozen=True):
    """A parameter model: the index of its value, and of those of its fields by name."""

    index: int
    type: Any
    fields: dict[str, int]
    params: tuple[Param, ...]

    def given(self, values: Values) -> dict[str, Any]:
        """The values of the fields that were sent."""
        found = {name: values[index] for name, index in self.fields.items()}
        return {name: value for name, value in found.items() if value is not msgspec.UNSET}

    def renamed(self, error: FieldError) -> FieldError:
        """An error of the model as one of the parameter that its pointer names."""
        name = (error.pointer or "").lstrip("/").partition("/")[0]
        for param in self.params:
            if name in (param.field, param.name):
                return msgspec.structs.replace(
                    error, pointer=None, parameter=param.name, location=param.location
                )
        return msgspec.structs.replace(error, pointer=None, location=self.params[0].location)


def slots_of(inputs: Sequence[Input]) -> tuple[list[Slot], list[Group]]:
    """Slots for all parameters; those of groups come after the inputs' own."""
    slots, groups = [], []
    free = len(inputs)
    for index, item in enumerate(inputs):
        if isinstance(item, FromParam):
            slots.append(_slot(index, item.param))
        elif isinstance(item, FromGroup):
            fields = {}
            for param in item.params:
                slots.append(_slot(free, _left_out(param)))
                fields[param.field or param.name] = free
                free += 1
            groups.append(Group(index, item.type, fields, item.params))
    return slots, groups


def _left_out(param: Param) -> Param:
    """A field that may be absent: UNSET then, so that the model takes its own default."""
    if param.required:
        return param
    return msgspec.structs.replace(param, default=msgspec.UNSET, factory=None)


def _slot(index: int, param: Param) -> Slot:
    many = param.location != "path" and is_scalar_list(param.type)
    return Slot(index, param, (texts_reader if many else text_reader)(param.type), many)


def _converted(value: Any, kind: Any) -> Any:
    """What a convertor of the path made, as the declared type."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise BadValue(str(error), "type", None) from None


class Readings:
    """All slots of one endpoint. strict: refuse query parameters that no slot has."""

    def __init__(self, slots: Sequence[Slot], *, strict: bool) -> None:
        self.strict = strict
        self._slots = slots
        self._path = [slot for slot in slots if slot.param.location == "path"]
        self._query = [slot for slot in slots if slot.param.location == "query"]
        self._fields = [s for s in slots if s.param.location in ("header", "cookie")]
        self._factories = [s for s in slots if s.param.factory is not None]
        self._names = {slot.param.name for slot in self._query}
        self._table = {
            slot.param.name: (slot.index, slot.read, 1 << bit)
            for bit, slot in enumerate(self._query)
        }
        self._required = sum(self._table[s.param.name][2] for s in self._query if s.param.required)
        # PERF: with scalars alone, each name once, the query is read in one pass.
        self._one_pass = len(self._table) == len(self._query) and not any(
            slot.many for slot in self._query
        )

    def steps(self) -> Iterator[Fill]:
        """The parts of the quick reading that this endpoint needs. They raise what they come to."""
        if self._factories:
            yield self._fill_factories
        if self._path:
            yield self._fill_path
        if self._query or self.strict:
            yield self._fill_query
        if self._fields:
            yield self._fill_fields

    def _fill_factories(self, _request: Request, values: Values) -> None:
        for slot in self._factories:
            values[slot.index] = slot.param.factory()  # type: ignore[misc]

    def _fill_path(self, request: Request, values: Values) -> None:
        given = request.path_values
        for slot in self._path:
            value = given[slot.param.name]
            if value.__class__ is str:
                values[slot.index] = slot.read(value)
            else:
                values[slot.index] = _converted(value, slot.param.type)

    def _fill_query(self, request: Request, values: Values) -> None:
        query = request.query_string
        if not query:
            if self._required:
                raise _Trouble
            return
        if not self._one_pass or b"%" in query or b"+" in query:
            self._fill_lists(request, values)
            return
        table = self._table
        seen = 0
        for part in query.decode("ascii").split("&"):
            name, _, text = part.partition("=")
            found = table.get(name)
            if found is not None:
                index, read, bit = found
                if seen & bit:
                    raise _Trouble
                seen |= bit
                values[index] = read(text)
            elif part and self.strict and not is_tracking(name):
                raise _Trouble
        if ~seen & self._required:
            raise _Trouble

    def _fill_fields(self, request: Request, values: Values) -> None:
        for slot in self._fields:
            given = _field(request, slot)
            if given is not None:
                values[slot.index] = slot.read(given)
            elif slot.param.required:
                raise _Trouble

    def _fill_lists(self, request: Request, values: Values) -> None:
        given = request.query
        if self.strict and not given.keys() <= self._names:
            for name in given:
                if name not in self._names and not is_tracking(name):
                    raise _Trouble
        for slot in self._query:
            texts = given.get(slot.param.name)
            if texts is None:
                if slot.param.required:
                    raise _Trouble
            elif slot.many:
                values[slot.index] = slot.read(texts)
            elif len(texts) == 1:
                values[slot.index] = slot.read(texts[0])
            else:
                raise _Trouble

    def explain(
        self, request: Request, values: Values, failing: set[int]
    ) -> tuple[list[FieldError], bool]:
        """The careful reading: every error, and whether one of them makes it 400.

        failing: gets the indices of the values that could not be read.
        """
        errors: list[FieldError] = []
        malformed = False
        query: dict[str, list[str]] = {}
        slots = self._slots
        try:
            query = request.query
        except MalformedInput as error:
            errors += error.errors
            malformed = True
            failing.update(slot.index for slot in self._query)
            slots = [slot for slot in slots if slot.param.location != "query"]
        for slot in slots:
            try:
                self._read_one(slot, request, query, values)
            except BadValue as bad:
                malformed = malformed or bad.malformed
                errors.append(_field_error(slot.param, bad))
                failing.add(slot.index)
        if self.strict:
            unknown = [n for n in query if n not in self._names and not is_tracking(n)]
            malformed = malformed or bool(unknown)
            for number, name in enumerate(unknown[: MOST_ERRORS + 1]):
                # SECURITY: looking for names alike costs more than all else here.
                known = self._names if number < _MOST_SUGGESTED else ()
                errors.append(_unknown(name, known))
        return errors, malformed

    def _read_one(
        self, slot: Slot, request: Request, query: dict[str, list[str]], values: Values
    ) -> None:
        param = slot.param
        given: Any
        if param.location == "path":
            given = request.path_values.get(param.name)
        elif param.location == "query":
            given = query.get(param.name)
            if given is not None and not slot.many:
                if len(given) > 1:
                    raise BadValue("Given more than once.", "repeated", "one value")
                given = given[0]
        else:
            given = _field(request, slot)
        if given is not None:
            wanted = param.location != "path" or given.__class__ is str
            values[slot.index] = slot.read(given) if wanted else _converted(given, param.type)
        elif param.factory is not None:
            values[slot.index] = param.factory()
        elif param.default is REQUIRED:
            raise BadValue("Required, and not given.", "missing", None)


def _field(request: Request, slot: Slot) -> Any:
    """The text of a header or cookie, or the texts of a header that is a list; None without it."""
    name = slot.param.name
    if slot.param.location == "cookie":
        text = request.cookies.get(name)
        return [text] if slot.many and text is not None else text
    if slot.many:
        texts = request.headers.get_all(name)
        parts = [part.strip(" \t") for text in texts for part in text.split(",")]
        return parts or None
    value = request.header(name.lower().encode("latin-1"))
    return None if value is None else value.decode("latin-1")


def _field_error(param: Param, bad: BadValue) -> FieldError:
    return FieldError(
        detail=bad.detail,
        code=bad.code,
        parameter=param.name,
        location=param.location,
        expected=bad.expected,
        did_you_mean=getattr(bad, "did_you_mean", None),
    )


def _unknown(name: str, known: Iterable[str]) -> FieldError:
    shown = name if len(name) <= 100 else name[:100] + "…"
    return FieldError(
        detail=f"There is no query parameter {shown!r}.",
        code="unknown_parameter",
        parameter=shown,
        location="query",
        did_you_mean=did_you_mean(name, known) or None,
    )
