"""Serves the app's own description. Installed by default; uses what every extension may use."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from restive.app import App
from restive.config import Docs
from restive.http.request import Request
from restive.http.response import Bytes, Response
from restive.openapi.build import Info, build
from restive.openapi.page import CONTENT_SECURITY_POLICY, asset, page_html
from restive.openapi.serve import JSON_TYPE, YAML_TYPE, document_bytes, etag, yaml_bytes
from restive.openapi.swagger import swagger_document, swagger_file, swagger_files, swagger_page

_HTML = "text/html; charset=utf-8"
_PAGE_FIELDS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


def install(app: App) -> None:
    """Add the routes that `App(docs=...)` asks for."""
    docs = app.app_options.get("docs", Docs())
    if docs is None or docs.openapi is None:
        return
    _add(app, docs.openapi, JSON_TYPE, lambda: document_bytes(document_of(app)))
    yaml_path = docs.openapi.removesuffix(".json") + ".yaml"
    _add(app, yaml_path, YAML_TYPE, lambda: yaml_bytes(document_of(app)))
    if docs.page is not None:
        _add_page(app, docs.openapi, docs.page, with_swagger=docs.swagger)
        if docs.swagger:
            _add_swagger(app, f"{docs.page}/swagger")


def info_of(app: App) -> Info:
    """What the app's options say of the API."""
    options = app.app_options
    return Info(
        title=options.get("title", "API"),
        version=options.get("version", "0.1.0"),
        summary=options.get("summary", ""),
        description=options.get("description", ""),
        servers=tuple(options.get("servers", ())),
        tags=options.get("tag_descriptions", {}),
        security_schemes=options.get("security_schemes", {}),
        extra=options.get("info", {}),
    )


def document_of(app: App) -> dict[str, Any]:
    """The OpenAPI document of an app; builds the app."""
    return build(app.routes, info_of(app))


def _add_page(app: App, openapi: str, page: str, *, with_swagger: bool) -> None:
    root = app.prefix + page

    def html() -> bytes:
        text = page_html(
            document_of(app),
            openapi_url=app.prefix + openapi,
            assets=root,
            swagger_url=f"{root}/swagger" if with_swagger else None,
        )
        return text.encode()

    _add(app, page, _HTML, html, _PAGE_FIELDS)
    for name in ("restive.css", "restive.js"):
        data, media_type = asset(name)
        _add(app, f"{page}/{name}", media_type, functools.partial(bytes, data))


def _add_swagger(app: App, page: str) -> None:
    root = app.prefix + page

    def html() -> bytes:
        _, left_out = swagger_document(document_of(app))
        url = f"{root}/openapi.json"
        title = info_of(app).title
        return swagger_page(title, openapi_url=url, assets=root, left_out=left_out).encode()

    _add(app, page, _HTML, html, _PAGE_FIELDS)
    _add(
        app,
        f"{page}/openapi.json",
        JSON_TYPE,
        lambda: document_bytes(swagger_document(document_of(app))[0]),
    )
    for name, media_type in swagger_files().items():
        _add(app, f"{page}/{name}", media_type, functools.partial(swagger_file, name))


def _add(
    app: App,
    path: str,
    media_type: str,
    make: Callable[[], bytes],
    fields: Mapping[str, str] | None = None,
) -> None:
    """A hidden route of what `make` gives at its first request."""

    @functools.cache
    def made() -> tuple[bytes, str]:
        data = make()
        return data, etag(data)

    @app.get(path, hidden=True, name=path)
    async def describe(request: Request) -> Response:
        data, tag = made()
        return _conditional(request, data, media_type, {**(fields or {}), "etag": tag})


def _conditional(
    request: Request, data: bytes, media_type: str, fields: Mapping[str, str]
) -> Response:
    """`data`, or 304 for a client that has it (RFC 9110, 13.1.2)."""
    headers = {**fields, "cache-control": "no-cache"}
    known = request.headers.get("if-none-match", "")
    names = {name.strip().removeprefix("W/") for name in known.split(",")}
    if fields["etag"] in names or known.strip() == "*":
        return Response(b"", 304, headers)
    return Bytes(data, media_type, headers=headers)
