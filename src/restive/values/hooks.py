"""What msgspec asks of us for the types that it does not know: Pydantic v2 models.

Pydantic is never imported: a model is known by the validator and the serializer that it carries,
so an app without Pydantic pays nothing and needs nothing.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec


def is_pydantic(tp: Any) -> bool:
    """True for a Pydantic v2 model class; false for Pydantic's dataclasses and for instances."""
    return (
        isinstance(tp, type)
        and hasattr(tp, "__pydantic_validator__")
        and hasattr(tp, "model_fields")
    )


def validated(tp: Any, value: Any) -> Any:
    """`value`, made of dicts, lists and scalars, as an instance of the Pydantic model `tp`.

    Raises Pydantic's ValidationError, a ValueError.
    """
    if is_strict(tp):
        # Strict models take dates and the like from text only where the input is JSON.
        encoded = msgspec.json.encode(value, enc_hook=enc_hook)
        return tp.__pydantic_validator__.validate_json(encoded)
    return tp.__pydantic_validator__.validate_python(value)


def dec_hook(tp: Any, value: Any) -> Any:
    """`validated`, as msgspec wants it: ValueError, and NotImplementedError for other types."""
    if not is_pydantic(tp):
        raise NotImplementedError(f"values of {tp!r} cannot be read")
    try:
        return validated(tp, value)
    except ValueError as error:
        # SECURITY: msgspec makes a text of it, and Pydantic's has a paragraph for each error.
        raise ValueError("The model refused it.") from error


def enc_hook(value: Any) -> Any:
    """A Pydantic model as JSON-able builtins, by alias; NotImplementedError for anything else."""
    serializer = getattr(type(value), "__pydantic_serializer__", None)
    if serializer is None:
        raise NotImplementedError(f"{type(value).__name__} objects cannot be written")
    return serializer.to_python(value, mode="json", by_alias=True, warnings="none")


@lru_cache(maxsize=1024)
def is_strict(tp: Any) -> bool:
    """Whether any part of the model is strict, by its own settings or a field's."""
    return "'strict': True" in schema_text(tp)


def schema_text(tp: Any) -> str:
    """The core schema of a Pydantic model as Python writes it."""
    return str(tp.__pydantic_core_schema__)
