"""Swagger UI. Its files come from the extra `restive[swagger]`; none of them is in this package."""

from __future__ import annotations

import importlib
import importlib.util
from html import escape
from pathlib import Path
from typing import Any

from restive.openapi.page import asset, head_html

_PACKAGE = "swagger_ui_bundle"  # swagger-ui-bundle-v2 on PyPI
_FILES = {
    "swagger-ui.css": "text/css; charset=utf-8",
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
}
_OWN = {"swagger.js": "text/javascript; charset=utf-8", "swagger.css": "text/css; charset=utf-8"}
_NEWEST = "3.1.1"  # of the OpenAPI versions that Swagger UI reads


def is_installed() -> bool:
    """Whether the extra is there."""
    return importlib.util.find_spec(_PACKAGE) is not None


def swagger_files() -> dict[str, str]:
    """Media types of the page's files, by name. Empty without the extra."""
    return _FILES | _OWN if is_installed() else {}


def swagger_file(name: str) -> bytes:
    """One of `swagger_files`, up to 1.5 MB. Raises KeyError for any other name."""
    if name in _OWN:
        return asset(name)[0]
    if name not in _FILES:
        raise KeyError(name)
    folder = Path(importlib.import_module(_PACKAGE).swagger_ui_path)
    return (folder / name).read_bytes()


def swagger_document(document: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """The document as Swagger UI reads it, and how many QUERY operations that leaves out.

    It knows OpenAPI 3.1, which has no `query` field; a document that is 3.1 is given back itself.
    """
    items = document["paths"].items()
    left_out = sum("query" in item for _, item in items)
    if document["openapi"].startswith("3.1."):
        return document, 0
    kept = {
        path: {method: it for method, it in item.items() if method != "query"}
        for path, item in items
    }
    paths = {path: item for path, item in kept.items() if item}
    return {**document, "openapi": _NEWEST, "paths": paths}, left_out


def swagger_page(title: str, *, openapi_url: str, assets: str, left_out: int = 0) -> str:
    """The page, or one that says what to install.

    openapi_url: of a document that `swagger_document` made. assets: URL of the folder of
    `swagger_files`. left_out: how many operations are missing there; the page says so.
    """
    if not is_installed():
        text = (
            "Swagger UI is not installed. Install it: <code>pip install 'restive[swagger]'</code>"
        )
        return f"{head_html(title, [], [])}<body><p>{text}</p></body></html>\n"
    styles = [f"{assets}/swagger-ui.css", f"{assets}/swagger.css"]
    scripts = [f"{assets}/swagger-ui-bundle.js", f"{assets}/swagger.js"]
    said = (
        f'<p class="note">Left out here: {left_out} QUERY operation{"s" if left_out > 1 else ""}. '
        "Swagger UI reads OpenAPI 3.1, which has no such method.</p>"
        if left_out
        else ""
    )
    return (
        f'{head_html(title, styles, scripts)}<body data-openapi="{escape(openapi_url)}">'
        f'{said}<div id="swagger"></div></body></html>\n'
    )
