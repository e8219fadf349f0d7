"""What the document says of inputs and answers, held against the contract."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from guide.contract import Contract, Operation
from guide.suite.check import check
from guide.suite.client import REFUSED, Shop
from guide.suite.documentation.document import (
    Document,
    documented,
    mapping,
    report,
    sequence,
)

JSON = "application/json"
PAGING = {"page", "per_page"}
# Answers that the contract has for an operation and that no app can do without. 404 is one of them
# only where a path has an id: a page past the end may be empty.
ERRORS = ("401", "403", "404", "409", "413", "415")


@dataclass(frozen=True)
class Limit:
    """A constraint of a member of a body, told by values rather than by keywords.

    member: the names that lead to it; `[]` stands for an array's items.
    """

    operations: tuple[str, ...]
    member: tuple[str, ...]
    says: str
    good: tuple[Any, ...]
    bad: tuple[Any, ...]


BOOKS = ("createBook", "updateBook")
LIMITS = (
    Limit(BOOKS, ("title",), "at most 300 characters", ("x" * 300,), ("x" * 301,)),
    Limit(BOOKS, ("isbn",), "an ISBN", ("9780306406157",), ("1234567890123", "97803064061")),
    Limit(("createOrder",), ("lines", "[]", "quantity"), "1 to 100", (1, 100), (0, 101)),
)
# Money may be documented as a number, as text or as either.
PRICE = (
    Limit(BOOKS, ("price",), "0.01 to 9999.99", (12.5,), (0, 10000)),
    Limit(BOOKS, ("price",), "0.01 to 9999.99", ("12.50",), ("0.00", "10000.00")),
)


# Inputs


def _query(document: Document, operation: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the query parameters by their names."""
    found = [document.resolve(each) for each in sequence(operation.get("parameters"))]
    return {str(each.get("name")): each for each in found if each.get("in") == "query"}


def _wanted_query(contract: Contract, operation: Operation) -> dict[str, dict[str, Any]]:
    found = [contract.resolve(each) for each in operation.definition.get("parameters", [])]
    return {each["name"]: each for each in found if each["in"] == "query"}


@check("documentation.query-parameters", "Every query parameter of the lists is documented")
def query_parameters(shop: Shop) -> None:
    report(
        [
            f"{operation} has no parameter {name!r}"
            for operation, said, document in documented(shop)
            for name in _wanted_query(shop.contract, operation)
            if name not in _query(document, said)
        ]
    )


@check(
    "documentation.query-limits",
    "The document says how long a page may be and what lists can be sorted by",
)
def query_limits(shop: Shop) -> None:
    findings = []
    for operation, said, document in documented(shop):
        found = _query(document, said)
        for name, wanted in _wanted_query(shop.contract, operation).items():
            if name in found and not _limited(document, name, found[name], wanted["schema"]):
                findings.append(f"{operation}: {name!r} has no limits")
    report(findings)


def _limited(document: Document, name: str, said: dict[str, Any], wanted: dict[str, Any]) -> bool:
    schema = said.get("schema")
    if name == "per_page":
        # An app that takes 101 as 100 is right to say so in words: 101 is valid there.
        told = re.search(r"(?<!\d)100(?!\d)", str(said.get("description")))
        return told is not None or not document.accepts(schema, 101)
    if name == "sort":
        known = all(_sorts(document, schema, value) for value in wanted["enum"])
        return known and not _sorts(document, schema, "nonsense")
    return True


def _sorts(document: Document, schema: Any, value: str) -> bool:
    """Return whether lists can be sorted by `value`, be it one key or a list of keys."""
    return document.accepts(schema, value) or document.accepts(schema, [value])


def _content(document: Document, holder: Any) -> dict[str, Any]:
    return mapping(document.resolve(holder).get("content"))


@check(
    "documentation.request-bodies",
    "Every request body is documented with its media types and members",
)
def request_bodies(shop: Shop) -> None:
    findings: list[str] = []
    for operation, said, document in documented(shop):
        wanted = operation.definition.get("requestBody", {}).get("content", {})
        found = _content(document, said.get("requestBody"))
        findings += [f"{operation} takes no {kind}" for kind in wanted if kind not in found]
        if JSON in wanted and JSON in found:
            both = _Both(document, shop.contract, required=True)
            lacks = both.compare(found[JSON].get("schema"), wanted[JSON]["schema"])
            findings += [f"{operation} {each}" for each in lacks]
    report(findings)


@check(
    "documentation.body-limits",
    "The document says what titles, ISBNs, prices and quantities may be",
)
def body_limits(shop: Shop) -> None:
    findings = []
    for operation, said, document in documented(shop):
        schema = mapping(_content(document, said.get("requestBody")).get(JSON)).get("schema")
        for limit in LIMITS:
            if operation.id in limit.operations and not _keeps(document, schema, limit):
                findings.append(f"{operation}: {limit.member[-1]!r} is not {limit.says}")
        if operation.id in BOOKS and not _priced(document, schema):
            findings.append(f"{operation}: 'price' is not {PRICE[0].says}")
    report(findings)


def _keeps(document: Document, schema: Any, limit: Limit) -> bool:
    """Return whether the schema has the member, takes all good values for it, and no bad one."""
    schema = _member(document, schema, limit.member)
    return (
        schema is not None
        and all(document.accepts(schema, value) for value in limit.good)
        and not any(document.accepts(schema, value) for value in limit.bad)
    )


def _member(document: Document, schema: Any, names: tuple[str, ...]) -> Any:
    for name in names:
        inner = document.properties(schema)
        schema = document.items(schema) if name == "[]" else inner.get(name)
    return schema


def _priced(document: Document, schema: Any) -> bool:
    """Return whether either form of a price is bounded, or its description tells the bounds."""
    if any(_keeps(document, schema, limit) for limit in PRICE):
        return True
    price = document.properties(schema).get("price")
    told = " ".join(str(part.get("description")) for part in document.parts(price))
    return "0.01" in told and "9999.99" in told


# Answers


class _Both:
    """A schema of the document beside one of the contract.

    required: whether the document must mark what the contract requires.
    """

    def __init__(self, document: Document, contract: Contract, *, required: bool) -> None:
        self.document = document
        self.contract = contract
        self.required = required

    def compare(self, said: Any, wanted: dict[str, Any], where: str = "") -> Iterator[str]:
        """Yield what the contract's schema has and the document's has not, at any depth."""
        wanted = self.contract.resolve(wanted)
        found = self.document.properties(said)
        for name, inner in wanted.get("properties", {}).items():
            if name in found:
                yield from self.compare(found[name], inner, f"{where}{name}.")
            else:
                yield f"has no member {where}{name}"
        if self.required:
            unmarked = set(wanted.get("required", [])) - self.document.required(said)
            yield from (f"does not require {where}{name}" for name in sorted(unmarked))
        if "items" in wanted:
            yield from self.compare(self.document.items(said), wanted["items"], where)


@check("documentation.response-schemas", "Every good answer is documented with its members")
def response_schemas(shop: Shop) -> None:
    findings: list[str] = []
    for operation, said, document in documented(shop):
        for status in ("200", "201"):
            wanted = operation.definition["responses"].get(status)
            if wanted is not None:
                content = shop.contract.resolve(wanted).get("content", {})
                found = _content(document, mapping(said.get("responses")).get(status))
                lacks = _lacking(_Both(document, shop.contract, required=False), found, content)
                findings += [f"{operation} {status} {each}" for each in lacks]
    report(findings)


def _lacking(both: _Both, found: dict[str, Any], wanted: dict[str, Any]) -> Iterator[str]:
    for kind, media in wanted.items():
        if kind not in found:
            yield f"is no {kind}"
        elif "schema" in media:
            yield from both.compare(mapping(found[kind]).get("schema"), media["schema"])


@check("documentation.error-responses", "Every operation is documented with the errors it can give")
def error_responses(shop: Shop) -> None:
    findings = []
    for operation, said, _ in documented(shop):
        found = mapping(said.get("responses"))
        missing = [status for status in _errors(operation) if status not in found]
        if _takes_input(shop.contract, operation) and not any(
            str(each) in found for each in REFUSED
        ):
            missing.append("400 or 422")
        if missing:
            findings.append(f"{operation} has no {', '.join(missing)}")
    report(findings)


def _errors(operation: Operation) -> list[str]:
    """Return the errors that every app can give here."""
    has_id = "{id}" in operation.path
    wanted = operation.definition["responses"]
    return [each for each in ERRORS if each in wanted and (each != "404" or has_id)]


def _takes_input(contract: Contract, operation: Operation) -> bool:
    """Return whether there is input that every app refuses; a wrong page may be a 404."""
    names = set(_wanted_query(contract, operation))
    return "requestBody" in operation.definition or bool(names - PAGING)
