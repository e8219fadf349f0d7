"""The document as a whole: it is there, sound, and names every operation and who may call it."""

import re
from collections import Counter
from typing import Any

from openapi_spec_validator.shortcuts import get_validator_cls
from referencing.exceptions import Unresolvable

from guide.suite.check import check, expect
from guide.suite.client import Shop
from guide.suite.documentation.document import (
    ADDRESS,
    Document,
    documented,
    mapping,
    read,
    report,
    sequence,
)

GUIDE = "RULES.md, How an app is run"
RULE = "OpenAPI Specification"


@check("documentation.served", "The OpenAPI document is served to anybody as JSON", GUIDE)
def served(shop: Shop) -> None:
    read(shop)


@check(
    "documentation.valid", "The document is valid OpenAPI 3.0 to 3.2, with title and version", RULE
)
def valid(shop: Shop) -> None:
    document = read(shop)
    version = str(document.data.get("openapi"))
    good = re.fullmatch(r"3\.[012]\.\d+", version)
    expect(good, f"{ADDRESS} says that it is OpenAPI {version!r}, not 3.0, 3.1 or 3.2")
    report(_faults(document.data))
    info = mapping(document.data.get("info"))
    report([f"info has no {name}" for name in ("title", "version") if not info.get(name)])


def _faults(data: dict[str, Any]) -> list[str]:
    """Return what openapi-spec-validator finds, each with its place."""
    try:
        errors = list(get_validator_cls(data)(data).iter_errors())
    except (Unresolvable, TypeError, AttributeError, KeyError) as error:
        # It stumbles over some documents instead of yielding an error.
        return [f"cannot be validated: {type(error).__name__}: {str(error)[:160]}"]
    # The first line says what is wrong; the others quote the document.
    return sorted(f"{each.json_path}: {each.message.splitlines()[0][:160]}" for each in errors)


@check("documentation.operations", "The document has every operation", RULE)
def operations(shop: Shop) -> None:
    document = read(shop)
    missing = [str(each) for each in shop.contract.operations.values() if not document.find(each)]
    expect(not missing, f"not documented: {', '.join(missing)}")


@check(
    "documentation.operation-ids", "Every operation has an id of its own", f"{RULE}, operationId"
)
def operation_ids(shop: Shop) -> None:
    found = read(shop).operations.items()
    expect(found, f"{ADDRESS} has no operations")
    lacking = [f"{method} {path} has no id" for (method, path), each in found if not _id(each)]
    count = Counter(_id(each) for _, each in found if _id(each))
    twice = [f"{name!r} is the id of {times}" for name, times in count.items() if times > 1]
    report(sorted(lacking) + sorted(twice))


def _id(operation: dict[str, Any]) -> str:
    return str(operation.get("operationId") or "")


@check("documentation.summaries", "Every operation has a summary or a description", RULE)
def summaries(shop: Shop) -> None:
    found = documented(shop)
    report([f"{each} has neither" for each, said, _ in found if not _is_told(said)])


def _is_told(operation: dict[str, Any]) -> bool:
    return bool(operation.get("summary") or operation.get("description"))


@check(
    "documentation.security",
    "The document asks for a token where the app does, and nowhere else",
    f"{RULE}, Security Requirement Object",
)
def security(shop: Shop) -> None:
    findings = []
    for operation, said, document in documented(shop):
        wanted, names = operation.access != "public", _schemes(document, said)
        if wanted != bool(names):
            asks = "asks for" if names else "asks for no"
            findings.append(f"{operation} ({operation.access}) {asks} token")
        findings += [
            f"{operation}: {name!r} is no token" for name in names if not _token(document, name)
        ]
    report(findings)


def _schemes(document: Document, operation: dict[str, Any]) -> list[str]:
    """Return the security schemes that must be used; none when it can be called without."""
    wanted = operation.get("security", document.data.get("security"))
    choices = [mapping(each) for each in sequence(wanted)]
    return sorted({name for each in choices for name in each}) if all(choices) else []


def _token(document: Document, name: str) -> bool:
    """Return whether the scheme `name` is a token in the Authorization header."""
    components = mapping(document.data.get("components"))
    scheme = document.resolve(mapping(components.get("securitySchemes")).get(name))
    kind, header = scheme.get("type"), str(scheme.get("name")).lower()
    bearer = kind == "http" and str(scheme.get("scheme")).lower() == "bearer"
    key = kind == "apiKey" and scheme.get("in") == "header" and header == "authorization"
    return bearer or key or kind == "oauth2"
