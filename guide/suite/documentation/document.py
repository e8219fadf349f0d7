"""The app's OpenAPI document, as the checks of this group read it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from jsonschema import Draft202012Validator
from jsonschema.exceptions import UnknownType
from openapi_schema_validator import OAS30Validator
from referencing.exceptions import Unresolvable

from guide.contract import METHODS, Operation
from guide.suite.check import Unmet, expect
from guide.suite.client import Shop, json_of, tell

ADDRESS = "/openapi.json"


class Document:
    """An OpenAPI document that need not be valid: what is not there reads as empty.

    operations: what it says of each operation, by method and path. The path is without the names
        of parameters (`/books/{}`); parameters of the path item are put in.
    labels: the same operations as the document itself writes them, such as `GET /books/{book_id}`.
    """

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.operations: dict[tuple[str, str], dict[str, Any]] = {}
        self.labels: set[str] = set()
        for path, raw in mapping(data.get("paths")).items():
            item = self.resolve(raw)
            for method in METHODS:
                if method in item:
                    self._add(method.upper(), path, item, mapping(item[method]))

    def _add(self, method: str, path: str, item: dict[str, Any], own: dict[str, Any]) -> None:
        merged = own | {"parameters": [*sequence(item.get("parameters")), *_parameters(own)]}
        prefix = _prefix(own, item, self.data)
        self.operations[method, _nameless(prefix + path)] = merged
        self.labels.add(f"{method} {path}")

    def find(self, operation: Operation) -> dict[str, Any] | None:
        """Return what the document says of an operation of the contract, or None."""
        return self.operations.get((operation.method, _nameless(operation.path)))

    def resolve(self, node: Any) -> dict[str, Any]:
        """Return `node`, or what it refers to.

        Raises Unmet for a reference that leads nowhere, in a circle, or out of the document.
        """
        seen: set[str] = set()
        while isinstance(node, dict) and isinstance(reference := node.get("$ref"), str):
            expect(reference not in seen, f"{ADDRESS}: {reference} refers to itself")
            seen.add(reference)
            node = self._target(reference)
        return mapping(node)

    def _target(self, reference: str) -> Any:
        expect(reference.startswith("#/"), f"{ADDRESS} refers to {reference}, outside of itself")
        node: Any = self.data
        for part in reference[2:].split("/"):
            name = unquote(part).replace("~1", "/").replace("~0", "~")
            node = node.get(name) if isinstance(node, dict) else None
            expect(node is not None, f"{ADDRESS} refers to {reference}, which is not there")
        return node

    # Schemas

    def parts(self, schema: Any, seen: frozenset[str] = frozenset()) -> Iterator[dict[str, Any]]:
        """Yield `schema` and every schema that it refers to, is all of, or is one of."""
        schema = mapping(schema)
        yield schema
        reference = schema.get("$ref")
        if isinstance(reference, str) and reference not in seen:
            seen |= {reference}
            yield from self.parts(self._target(reference), seen)
        for word in ("allOf", "anyOf", "oneOf"):
            for each in sequence(schema.get(word)):
                yield from self.parts(each, seen)

    def properties(self, schema: Any) -> dict[str, Any]:
        """Return the schemas of an object's members by their names."""
        found: dict[str, Any] = {}
        for part in self.parts(schema):
            found = mapping(part.get("properties")) | found
        return found

    def required(self, schema: Any) -> set[str]:
        """Return the names of the members that an object must have."""
        return {name for part in self.parts(schema) for name in sequence(part.get("required"))}

    def items(self, schema: Any) -> dict[str, Any]:
        """Return the schema of an array's items; empty when it says nothing of them."""
        return next((mapping(part["items"]) for part in self.parts(schema) if "items" in part), {})

    def accepts(self, schema: Any, value: Any) -> bool:
        """Return whether `value` is valid by `schema`; raise Unmet when that cannot be told."""
        # The document stands beside the schema, so that references resolve within this one.
        whole = self.data | mapping(schema)
        old = str(self.data.get("openapi")).startswith("3.0")
        try:
            return bool((OAS30Validator if old else Draft202012Validator)(whole).is_valid(value))
        except (Unresolvable, UnknownType, re.error, TypeError, AttributeError) as error:
            reason = f"{type(error).__name__}: {str(error)[:120]}"
            raise Unmet(f"{ADDRESS} has a schema that cannot be applied: {reason}") from error


def mapping(node: Any) -> dict[str, Any]:
    """Return `node` when it is an object, else an empty one."""
    return node if isinstance(node, dict) else {}


def sequence(node: Any) -> list[Any]:
    """Return `node` when it is an array, else an empty one."""
    return node if isinstance(node, list) else []


def _parameters(operation: dict[str, Any]) -> list[Any]:
    return sequence(operation.get("parameters"))


def _prefix(*levels: Mapping[str, Any]) -> str:
    """Return the path of the first server of the first of `levels` that has any."""
    servers = [each for level in levels for each in sequence(level.get("servers"))]
    address = str(mapping(servers[0] if servers else None).get("url", "/"))
    return urlsplit(urljoin(ADDRESS, address)).path.rstrip("/")


def _nameless(path: str) -> str:
    return re.sub(r"\{[^{}]*\}", "{}", path)


def read(shop: Shop) -> Document:
    """Return the app's document; raise Unmet when it is not served to anybody as a JSON object."""
    response = shop.get(ADDRESS)
    expect(response.status_code == 200, f"GET {ADDRESS} answered {tell(response)}")
    data = json_of(response)
    expect(isinstance(data, dict), f"GET {ADDRESS} answered {tell(response)}, no object")
    return Document(data)


def documented(shop: Shop) -> Iterator[tuple[Operation, dict[str, Any], Document]]:
    """Yield the operations of the contract with what the document says of each.

    Those that the document lacks are left out: documentation.operations tells them. Raises Unmet
    when it has none at all.
    """
    document = read(shop)
    pairs = [(each, document.find(each)) for each in shop.contract.operations.values()]
    expect(any(found for _, found in pairs), f"{ADDRESS} has no operation of the contract")
    yield from ((each, found, document) for each, found in pairs if found is not None)


def report(findings: Sequence[str]) -> None:
    """Raise Unmet with the findings, if there are any."""
    if findings:
        raise Unmet("; ".join(findings), findings)
