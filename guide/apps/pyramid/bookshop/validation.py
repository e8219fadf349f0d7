"""What openapi.yaml alone cannot say about input, and how its errors are told."""

import json
import math
import re
from collections.abc import Iterable, Iterator
from textwrap import shorten
from typing import Any

from jsonschema import ValidationError
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPBadRequest

EMAIL = re.compile(r"[^@\s\0]+@[^@\s\0.]+(\.[^@\s\0.]+)+")
PRICE = re.compile(r"[0-9]{1,4}(\.[0-9]{1,2})?")


class InvalidInput(HTTPBadRequest):
    """Input that fits openapi.yaml, but not what is stored."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__("The input is not valid.")
        self.errors = [{"field": field, "message": message}]


def is_price(value: object) -> bool:
    """Tell whether the number or string has four digits and two decimals at most."""
    return PRICE.fullmatch(str(value)) is not None


def is_email(value: object) -> bool:
    return not isinstance(value, str) or EMAIL.fullmatch(value) is not None


def is_double(value: object) -> bool:
    """Refuse the numbers that Python reads and JSON does not know."""
    return not isinstance(value, float) or math.isfinite(value)


def parse_number(text: str) -> int | float:
    """Read 2.0 as the integer that it is in JSON Schema."""
    number = float(text)
    return int(number) if number.is_integer() else number


def refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON.")


def load_json(body: bytes, **parameters: str) -> Any:
    """Read JSON as RFC 8259 has it: UTF-8, no NaN, no text that is not Unicode."""
    try:
        value = json.loads(
            body.decode("utf-8"), parse_float=parse_number, parse_constant=refuse_constant
        )
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # a lone surrogate is a ValueError
    except RecursionError as error:
        raise ValueError("The JSON is nested too deeply.") from error
    return value


def describe(errors: Iterable[Exception], name: str = "") -> Iterator[dict[str, str]]:
    """Say which field is at fault and why, for the errors of openapi-core and those within them.

    The messages of jsonschema repeat the whole input; what it should have been says as much.
    """
    for error in errors:
        cause = error.__cause__
        if getattr(cause, "schema_errors", None):
            yield from describe(cause.schema_errors, getattr(error, "name", ""))
        elif not isinstance(error, ValidationError):
            message = shorten(str(cause or error), 100)
            yield {"field": getattr(error, "name", "body"), "message": message}
        elif error.validator == "required":
            missing = error.message.split("'")[1]
            yield {"field": locate(*error.absolute_path, missing), "message": "is required"}
        elif error.validator == "additionalProperties":
            for unknown in error.instance.keys() - error.schema["properties"].keys():
                yield {"field": locate(*error.absolute_path, unknown), "message": "is not known"}
        else:
            field = name or locate(*error.absolute_path) or "body"
            message = f"does not meet {error.validator}: {error.validator_value}"
            yield {"field": field, "message": message}


def locate(*path: str | int) -> str:
    return ".".join(map(str, path))


def includeme(config: Configurator) -> None:
    config.pyramid_openapi3_add_deserializer("application/json", load_json)
    config.pyramid_openapi3_add_formatter("price", is_price)
    config.pyramid_openapi3_add_formatter("email", is_email)
    config.pyramid_openapi3_add_formatter("double", is_double)
