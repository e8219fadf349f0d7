"""What the apps answer and look like side by side: a bad request, headers, documents, source."""

import ast
from collections.abc import Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any

from openapi_spec_validator import validate
from openapi_spec_validator.validation.exceptions import (
    OpenAPIValidationError,
    ValidatorDetectError,
)

from guide.contract import METHODS
from guide.errors import ManifestError
from guide.manifest import App
from guide.suite.client import STAFF, Shop, json_of, media_type

BAD_BOOK = {
    "title": "",
    "author_id": 1,
    "isbn": "123",
    "price": -1,
    "year": "soon",
    "format": "scroll",
}
SECURITY_HEADERS = (
    "Content-Security-Policy",
    "Cross-Origin-Opener-Policy",
    "Permissions-Policy",
    "Referrer-Policy",
    "Strict-Transport-Security",
    "X-Content-Type-Options",
    "X-Frame-Options",
)


def bad_request(shop: Shop) -> Mapping[str, object]:
    """Return what results hold as `bad_request`: the answer to a book of five faults."""
    response = shop.post("/books", by=STAFF, json=BAD_BOOK)
    return {
        "request": {"method": "POST", "path": "/books", "body": BAD_BOOK},
        "status": response.status_code,
        "type": media_type(response),
        "body": response.text,
    }


def security_headers(shop: Shop) -> Mapping[str, Sequence[str]]:
    """Return which of SECURITY_HEADERS an answer, an error and the documentation page carry."""
    return {
        path: [name for name in SECURITY_HEADERS if name in shop.get(path).headers]
        for path in ("/books/1", "/nothing/here", "/docs")
    }


def openapi(shop: Shop) -> Mapping[str, object]:
    """Return what results hold as `openapi`: of the document that the app serves."""
    document = json_of(shop.get("/openapi.json"))
    operations = [
        method
        for item in document.get("paths", {}).values()
        for method in item
        if method in METHODS
    ]
    try:
        validate(document)
        valid = True
    except (OpenAPIValidationError, ValidatorDetectError):
        valid = False
    return {"version": document.get("openapi"), "operations": len(operations), "valid": valid}


def source(app: App) -> Mapping[str, Sequence[Mapping[str, str]]]:
    """Return what results hold as `code`: the pieces of source that the manifest's `[show]` names.

    A piece is `file.py:Name.name`, a function or class with its decorators; `file.yaml:key`, the
    block of the first key of that name; or a whole file.
    Raises ManifestError when it is not there.
    """
    return {
        title: [{"file": piece.partition(":")[0], "source": _piece(app, piece)} for piece in pieces]
        for title, pieces in app.show.items()
    }


def _piece(app: App, piece: str) -> str:
    file, _, name = piece.partition(":")
    text = _text(app.folder / file)
    if not name:
        return text.strip()
    if not file.endswith(".py"):
        return _block(text, name, piece)
    node: Any = ast.parse(text)
    for part in name.split("."):
        named = (each for each in node.body if getattr(each, "name", None) == part)
        node = next(named, None)
        if node is None:
            raise ManifestError(f"{app.key}: [show] names {piece}, which is not there.")
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return "\n".join(text.splitlines()[first - 1 : node.end_lineno])


def _block(text: str, key: str, piece: str) -> str:
    """Return the line of YAML that begins with `key`, and all below it that is indented further."""
    lines = iter(text.splitlines())
    first = next((line for line in lines if line.strip().startswith(f"{key}:")), None)
    if first is None:
        raise ManifestError(f"[show] names {piece}, which is not there.")
    depth = len(first) - len(first.lstrip())
    below = takewhile(lambda line: len(line) - len(line.lstrip()) > depth, lines)
    return "\n".join([first, *below])


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ManifestError(f"[show] names {path}, which cannot be read: {error}") from error
