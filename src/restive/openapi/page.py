"""The reference page: an OpenAPI document as one page of HTML that reads without scripts.

The script adds a filter, forms to try operations with, and boxes for credentials. Everything from
the document is escaped; the page needs nothing but its own two files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any, TypeAlias

from restive.openapi.examples import example, resolved
from restive.openapi.markdown import html_of
from restive.openapi.view import anchor, limits_html, schema_html, type_html

Object: TypeAlias = dict[str, Any]
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
# SECURITY: no inline script or style, nothing from elsewhere, no forms that leave, no framing.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_FOLDER = Path(__file__).parent / "assets"
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
_UNTAGGED = "Other"


def asset(name: str) -> tuple[bytes, str]:
    """The bytes and the media type of `restive.css`, `restive.js` or `swagger.js`."""
    path = _FOLDER / name
    return path.read_bytes(), _TYPES[path.suffix]


def page_html(document: Object, *, openapi_url: str, assets: str, swagger_url: str | None) -> str:
    """The page.

    openapi_url: of the document as JSON, which the script reads too. assets: URL of the folder of
    `restive.css` and `restive.js`. swagger_url: of the other page, None where there is none.
    """
    info = document["info"]
    by_tag = _by_tag(document)
    title = f"{info['title']} {info['version']}"
    body = "".join(
        (
            _header(document, openapi_url, swagger_url),
            _navigation(by_tag),
            '<main id="main">',
            f'<div class="about">{html_of(info.get("description", ""))}</div>',
            _security(document),
            *_sections(document, by_tag),
            _schemas(document),
            "</main>",
        )
    )
    attributes = f'data-openapi="{escape(openapi_url)}" data-base="{escape(_base(document))}"'
    return (
        head_html(title, [f"{assets}/restive.css"], [f"{assets}/restive.js"])
        + f'<body {attributes}><a class="skip" href="#main">Skip to the operations</a>{body}</body>'
        "</html>\n"
    )


def head_html(title: str, styles: list[str], scripts: list[str]) -> str:
    """A page up to the end of its head."""
    links = "".join(f'<link rel="stylesheet" href="{escape(url)}">' for url in styles)
    links += "".join(f'<script src="{escape(url)}" defer></script>' for url in scripts)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="icon" href="data:,">{links}</head>'
    )


def _base(document: Object) -> str:
    """The path before all others, when the first server is of this origin."""
    url = document.get("servers", [{"url": ""}])[0]["url"].rstrip("/")
    return url if url.startswith("/") and not url.startswith("//") else ""


def _by_tag(document: Object) -> dict[str, list[tuple[str, str, Object]]]:
    """(path, method, operation) by first tag, in the order of the tags, those without one last."""
    found: dict[str, list[tuple[str, str, Object]]] = {
        tag["name"]: [] for tag in document.get("tags", ())
    }
    untagged: list[tuple[str, str, Object]] = []
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                tags = item[method].get("tags")
                group = found.setdefault(tags[0], []) if tags else untagged
                group.append((path, method, item[method]))
    return {tag: group for tag, group in found.items() if group} | (
        {_UNTAGGED: untagged} if untagged else {}
    )


def _header(document: Object, openapi_url: str, swagger_url: str | None) -> str:
    info = document["info"]
    links = {"OpenAPI " + document["openapi"]: openapi_url}
    if openapi_url.endswith(".json"):
        links["YAML"] = openapi_url.removesuffix(".json") + ".yaml"
    if swagger_url is not None:
        links["Swagger UI"] = swagger_url
    anchors = "".join(f'<a href="{escape(url)}">{escape(text)}</a>' for text, url in links.items())
    summary = f"<p>{escape(info['summary'])}</p>" if info.get("summary") else ""
    return (
        f'<header class="top"><div><h1>{escape(info["title"])} '
        f'<span class="version">{escape(info["version"])}</span></h1>{summary}</div>'
        f'<div class="links">{anchors}</div></header>'
    )


def _navigation(by_tag: dict[str, list[tuple[str, str, Object]]]) -> str:
    groups = []
    for tag, operations in by_tag.items():
        links = "".join(
            f'<li><a href="#op-{escape(each["operationId"])}">{_method(method)}'
            f"<span>{escape(each['summary'])}</span></a></li>"
            for _, method, each in operations
        )
        groups.append(f"<section><h2>{escape(tag)}</h2><ul>{links}</ul></section>")
    return f'<nav class="side" aria-label="Operations">{"".join(groups)}</nav>'


def _method(method: str) -> str:
    return f'<span class="method {method}">{method.upper()}</span>'


def _security(document: Object) -> str:
    schemes = document["components"].get("securitySchemes", {})
    items = "".join(_scheme(name, scheme) for name, scheme in schemes.items())
    if not items:
        return ""
    return f'<section class="auth"><h2>Authorization</h2><ul>{items}</ul></section>'


def _scheme(name: str, scheme: Object) -> str:
    data = escape(json.dumps({"id": name, **scheme}))
    return (
        f'<li data-scheme="{data}"><strong>{escape(name)}</strong> '
        f"<span>{escape(_where(scheme))}</span>{html_of(scheme.get('description', ''))}</li>"
    )


def _where(scheme: Object) -> str:
    if scheme["type"] == "http":
        return f"Authorization: {scheme['scheme'].capitalize()} …"
    if scheme["type"] == "apiKey":
        return f"{scheme['in']} {scheme['name']}"
    return str(scheme["type"])


def _sections(document: Object, by_tag: dict[str, list[tuple[str, str, Object]]]) -> Iterator[str]:
    descriptions = {tag["name"]: tag.get("description", "") for tag in document.get("tags", ())}
    for tag, operations in by_tag.items():
        articles = "".join(_operation(document, *each) for each in operations)
        yield (
            f'<section class="tag"><h2>{escape(tag)}</h2>{html_of(descriptions.get(tag, ""))}'
            f"{articles}</section>"
        )


def _operation(document: Object, path: str, method: str, operation: Object) -> str:
    shown = re.sub(r"(\{[^}]*\})", r"<b>\1</b>", escape(path))
    needs = " or ".join(name for each in operation.get("security", ()) for name in each)
    flags = f'<span class="flag">needs {escape(needs)}</span>' if needs else ""
    if operation.get("deprecated"):
        flags += '<span class="flag old">deprecated</span>'
    ident = escape(operation["operationId"])
    return (
        f'<details class="op" data-method="{method}" data-path="{escape(path)}">'
        f'<summary><h3>{_method(method)}<code class="path">{shown}</code>'
        f'<span class="what">{escape(operation["summary"])}</span></h3>{flags}</summary>'
        f'<div class="in" id="op-{ident}">{html_of(operation.get("description", ""))}'
        f"{_parameters(operation)}{_body(document, operation)}{_responses(document, operation)}"
        "</div></details>"
    )


def _parameters(operation: Object) -> str:
    rows = "".join(
        f'<tr><th scope="row"><code class="name">{escape(each["name"])}</code>{_flags(each)}</th>'
        f"<td>{each['in']}</td><td>{type_html(each['schema'])} {limits_html(each['schema'])}</td>"
        f"<td>{html_of(each.get('description', ''))}</td></tr>"
        for each in operation.get("parameters", ())
    )
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Name", "In", "Type", "Description"))
    return f"<h4>Parameters</h4><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _flags(parameter: Object) -> str:
    said = [name for name in ("required", "deprecated") if parameter.get(name)]
    return "".join(f' <span class="{name}">{name}</span>' for name in said)


def _body(document: Object, operation: Object) -> str:
    if "requestBody" not in operation:
        return ""
    body = resolved(document, operation["requestBody"])
    required = ' <span class="required">required</span>' if body.get("required") else ""
    return (
        f"<h4>Body{required}</h4>{html_of(body.get('description', ''))}"
        f"{_content(document, body['content'], 2)}"
    )


def _content(document: Object, content: Object, depth: int) -> str:
    """The media types, and the schema with an example; the first of them stands for all."""
    names = ", ".join(f"<code>{escape(name)}</code>" for name in content)
    media: Object = next(iter(content.values()), {})
    head = f'<p class="media">{names}</p>'
    if "schema" not in media:
        return head
    shown = media["example"] if "example" in media else example(document, media["schema"])
    text = escape(json.dumps(shown, indent=2, ensure_ascii=False, default=str))
    return (
        f'{head}<div class="io"><div>{schema_html(document, media["schema"], depth)}</div>'
        f'<pre class="example" tabindex="0" role="group" aria-label="Example">{text}</pre></div>'
    )


def _responses(document: Object, operation: Object) -> str:
    shown, others = [], []
    for status, response in operation["responses"].items():
        if "$ref" in response:
            others.append(_problem(status, resolved(document, response)))
        else:
            shown.append(_response(document, status, response))
    return f'<h4>Responses</h4>{"".join(shown)}<ul class="errors">{"".join(others)}</ul>'


def _response(document: Object, status: str, response: Object) -> str:
    headers = "".join(
        f'<li><code class="name">{escape(name)}</code> {html_of(each.get("description", ""))}</li>'
        for name, each in response.get("headers", {}).items()
    )
    listed = f'<ul class="fields headers">{headers}</ul>' if headers else ""
    content = _content(document, response["content"], 1) if "content" in response else ""
    said = f"{_status(status)} {escape(response['description'])}"
    return f'<div class="response"><p>{said}</p>{listed}{content}</div>'


def _problem(status: str, response: Object) -> str:
    """An error in one line: its schema stands once, below."""
    media: Object = next(iter(response.get("content", {}).values()), {})
    kind = type_html(media["schema"]) if "schema" in media else ""
    said = f"{_status(status)} {escape(response['description'])}"
    return f'<li>{said} <span class="type">{kind}</span></li>'


def _status(status: str) -> str:
    return f'<span class="status s{escape(status[0])}">{escape(status)}</span>'


def _schemas(document: Object) -> str:
    items = "".join(
        f'<details class="schema"><summary><h3>{escape(name)}</h3></summary>'
        f'<div class="in" id="{anchor(name)}">{html_of(schema.get("description", ""))}'
        f"{schema_html(document, schema, 0)}</div></details>"
        for name, schema in document["components"]["schemas"].items()
    )
    return f'<section class="schemas"><h2>Schemas</h2>{items}</section>' if items else ""
