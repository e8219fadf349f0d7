"""What openapi.yaml alone cannot say about input, and how its errors are told."""

import math
import re
from collections.abc import Iterable
from textwrap import shorten
from typing import Any

import orjson
from jsonschema import ValidationError
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPBadRequest

EMAIL = re.compile(r"[^@\s\0]+@[^@\s\0.]+(\.[^@\s\0.]+)+")
PRICE = re.compile(r"[0-9]{1,4}(\.[0-9]{1,2})?")


class InvalidInput(HTTPBadRequest):
    """Input that fits openapi.yaml, but not what is stored."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__("The input is not valid.")
        self.fields = {field: message}


def is_price(value: object) -> bool:
    """Tell whether the number or string has four digits and two decimals at most."""
    return PRICE.fullmatch(str(value)) is not None


def is_email(value: object) -> bool:
    return not isinstance(value, str) or EMAIL.fullmatch(value) is not None


def is_double(value: object) -> bool:
    """Refuse the numbers that Python reads in a query and JSON does not know."""
    return not isinstance(value, float) or math.isfinite(value)


def load_json(body: bytes, **parameters: str) -> Any:
    """Read JSON as strictly as RFC 8259 has it, which the standard library does not."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidInput("body", f"This is not JSON: {error}") from error


def describe(errors: Iterable[Exception], name: str = "") -> dict[str, str]:
    """Say what is wrong with which field, for the errors of openapi-core and those within them.

    The messages of jsonschema repeat the whole input; what it should have been says as much.
    """
    described = {}
    for error in errors:
        cause = error.__cause__
        if getattr(cause, "schema_errors", None):
            described |= describe(cause.schema_errors, getattr(error, "name", ""))
        elif not isinstance(error, ValidationError):
            described[getattr(error, "name", "body")] = shorten(str(cause or error), 100)
        elif error.validator == "required":
            for missing in set(error.validator_value) - error.instance.keys():
                described[locate(*error.absolute_path, missing)] = "is required"
        elif error.validator == "additionalProperties":
            for unknown in error.instance.keys() - error.schema["properties"].keys():
                described[locate(*error.absolute_path, unknown)] = "is not known"
        else:
            field = name or locate(*error.absolute_path) or "body"
            described[field] = f"does not meet {error.validator}: {error.validator_value}"
    return described


def locate(*path: str | int) -> str:
    return ".".join(map(str, path))


def includeme(config: Configurator) -> None:
    config.pyramid_openapi3_add_deserializer("application/json", load_json)
    config.pyramid_openapi3_add_formatter("price", is_price)
    config.pyramid_openapi3_add_formatter("email", is_email)
    config.pyramid_openapi3_add_formatter("double", is_double)
