"""The contract as the suite uses it: operations by id, and whether an answer keeps to it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from openapi_spec_validator.validation.exceptions import (
    OpenAPIValidationError,
    ValidatorDetectError,
)

from guide import paths
from guide.errors import ContractError

METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "query")


@dataclass(frozen=True)
class Operation:
    """One operation of the contract.

    path: its template, such as `/books/{id}`.
    access: who may call it: `public`, `user` or `staff`.
    """

    id: str
    method: str
    path: str
    access: str
    definition: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class Contract:
    """An OpenAPI 3.1 document whose every operation has an `operationId` and `x-access`."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.operations = {
            definition["operationId"]: Operation(
                definition["operationId"], method.upper(), path, definition["x-access"], definition
            )
            for path, item in document["paths"].items()
            for method, definition in item.items()
            if method in METHODS
        }

    def methods(self, path: str) -> set[str]:
        """Return the methods that the contract has for the path template `path`."""
        return {each.method for each in self.operations.values() if each.path == path}

    def resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        """Return `node`, or what it refers to within the document."""
        while "$ref" in node:
            target: Any = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def schema_errors(self, schema: dict[str, Any], value: Any) -> list[str]:
        """Return what of `value` is not as `schema` says, a line each: where, then what."""
        # The components stand beside the reference, so that it resolves within this one schema.
        whole = {**schema, "components": self.document["components"]}
        validator = Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)
        return [
            f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(value)
        ]


def load_contract(path: Path = paths.CONTRACT) -> Contract:
    """Read the contract.

    Raises ContractError, saying where, when it cannot be read, is not YAML, or is no valid
    OpenAPI document with an id and an access for each operation.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        validate(document)
        return Contract(document)
    except (OSError, UnicodeDecodeError) as error:
        raise ContractError(f"{path.name}: cannot be read: {error}") from error
    except yaml.YAMLError as error:
        where = f" line {mark.line + 1}" if (mark := getattr(error, "problem_mark", None)) else ""
        problem = getattr(error, "problem", None) or error
        raise ContractError(f"{path.name}:{where} is not YAML: {problem}") from error
    except KeyError as error:
        raise ContractError(f"{path.name}: an operation has no {error.args[0]!r}.") from error
    except (OpenAPIValidationError, ValidatorDetectError, TypeError, AttributeError) as error:
        reason = str(error).partition("\n")[0] or "it names no version of OpenAPI"
        raise ContractError(f"{path.name}: is no valid OpenAPI document: {reason}") from error
