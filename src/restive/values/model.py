"""Parameter models: one structured argument made of several parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from restive.errors import FieldError
from restive.values import faults
from restive.values.hooks import is_pydantic, validated
from restive.values.types import class_of, fields_of, is_structured, readable

Builder = Callable[[dict[str, Any]], Any]


class InvalidModel(Exception):
    """The fields are right, and the model made of them is not.

    errors: with pointers `/field`, by Python name, or "" for the model as a whole.
    """

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__(f"{len(errors)} errors")
        self.errors = errors


def model_builder(tp: Any) -> Builder:
    """A function that makes a `tp` of its fields' values, by Python name.

    The values are converted and checked already; absent fields are left out and take the class's
    own defaults. What the class itself checks (`__post_init__`, validators) raises InvalidModel.
    Raises UnsupportedType where `tp` cannot be read, TypeError where it has no fields.
    """
    plain = readable(tp)
    if not is_structured(plain):
        raise TypeError(f"{plain!r} has no fields")
    cls = class_of(plain)
    if is_pydantic(cls):
        return _pydantic_builder(cls)
    if hasattr(cls, "__attrs_attrs__"):
        aliases = {info.name: info.alias for info in cls.__attrs_attrs__}
        return _class_builder(lambda **values: cls(**{aliases[k]: v for k, v in values.items()}))
    return _class_builder(cls)


def _class_builder(make: Callable[..., Any]) -> Builder:
    def build(values: dict[str, Any]) -> Any:
        try:
            return make(**values)
        except (ValueError, TypeError) as error:  # the two that msgspec takes for a refusal too
            refusal = FieldError(detail=str(error), code="value", pointer="")
            raise InvalidModel([refusal]) from error

    return build


def _pydantic_builder(cls: Any) -> Builder:
    names = {field.name: field.encode_name for field in fields_of(cls)}
    by_alias = {alias: name for name, alias in names.items()}

    def build(values: dict[str, Any]) -> Any:
        document = {names[name]: value for name, value in values.items()}
        try:
            return validated(cls, document)
        except ValueError as error:
            raise InvalidModel(
                [_renamed(found, by_alias) for found in faults.from_pydantic(error, document, "")]
            ) from error

    return build


def _renamed(error: FieldError, by_alias: dict[str, str]) -> FieldError:
    """The error with the first step of its pointer as the field's Python name."""
    steps = (error.pointer or "").split("/")
    steps[1:2] = [by_alias.get(alias, alias) for alias in steps[1:2]]
    return msgspec.structs.replace(error, pointer="/".join(steps))
