"""The pages as HTML: complete, escaped, small; and the values they show."""

import json
import re
import sys
import time
from html.parser import HTMLParser
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import example as also
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from msgspec import Meta

from restive.openapi import Info, build
from restive.openapi.examples import example
from restive.openapi.markdown import html_of
from restive.openapi.page import CONTENT_SECURITY_POLICY, asset, page_html
from restive.openapi.swagger import swagger_document, swagger_file, swagger_files, swagger_page
from tests.restive.openapi.sample import (
    INFO,
    OPERATIONS,
    SEARCH,
    Book,
    Page,
    answer,
    body,
    operation,
    param,
)

VOID = {"meta", "link", "input", "br"}
EVIL = "</style><script>alert(1)</script><img src=x onerror=alert(1)>\"'`&"


class Reader(HTMLParser):
    """Collects elements and text; raises AssertionError where tags do not match."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


def page(document: dict[str, Any], swagger_url: str | None = None) -> str:
    return page_html(document, openapi_url="/openapi.json", assets="/docs", swagger_url=swagger_url)


def test_everything_is_on_the_page() -> None:
    document = build([*OPERATIONS, SEARCH], INFO)
    reader = read(page(document, "/docs/swagger"))
    ids = [attributes["id"] for _, attributes in reader.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for item in document["paths"].values():
        for each in item.values():
            assert f"op-{each['operationId']}" in ids
    for name in document["components"]["schemas"]:
        assert f"schema-{name}" in ids
    links = {str(attributes["href"]) for tag, attributes in reader.tags if tag == "a"}
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    assert {"/openapi.json", "/openapi.yaml", "/docs/swagger"} <= links
    text = " ".join("".join(reader.text).split())
    for said in (
        "Bookshop",
        "1.2.0",
        "What is on the shelves.",
        "As on the cover.",
        "Where it is.",
    ):
        assert said in text
    assert "There are not enough copies left." in text
    assert "Internal" not in text


def test_the_page_needs_no_weaker_policy() -> None:
    reader = read(page(build(OPERATIONS, INFO)))
    for tag, attributes in reader.tags:
        assert "style" not in attributes, tag
        assert not [name for name in attributes if name.startswith("on")], tag
        assert tag != "style"
        if tag == "script":
            assert str(attributes["src"]).startswith("/docs/")
    assert "unsafe" not in CONTENT_SECURITY_POLICY


def test_text_stays_text_wherever_it_stands() -> None:
    evil = msgspec.defstruct(EVIL, [("x", Annotated[str, Meta(description=EVIL)])])
    info = Info(
        title=EVIL,
        version=EVIL,
        summary=EVIL,
        description=EVIL,
        tags={EVIL: EVIL},
        security_schemes={EVIL: {"type": "http", "scheme": EVIL, "description": EVIL}},
        servers=(f"/{EVIL}",),
    )
    options: dict[str, Any] = {
        "id": EVIL,
        "summary": EVIL,
        "description": EVIL,
        "tags": (EVIL,),
        "security": (EVIL,),
        "params": (param(EVIL, str, description=EVIL, default=EVIL, example=EVIL),),
        "body": body(evil, (EVIL,), description=EVIL),
        "responses": (answer(200, evil, description=EVIL, headers={EVIL: EVIL}),),
    }
    harmless = [tag for tag, _ in read(page(build(OPERATIONS, INFO))).tags]
    html = page(build([operation("GET", f"/a/{EVIL}", "x", **options)], info))
    reader = read(html)
    assert {tag for tag, _ in reader.tags} <= {*harmless, "h4"}
    assert "<script>alert" not in html
    assert EVIL in "".join(reader.text)
    assert not [name for _, found in reader.tags for name in found if name.startswith("on")]


def test_300_operations_make_a_page_of_reasonable_size() -> None:
    operations = [
        operation(
            method,
            f"/things{number}/{{id}}",
            f"{method.lower()}_{number}",
            tags=(f"tag{number % 10}",),
            params=(param("id", int, "path"), param("limit", int, default=5)),
            body=body(Book) if method == "POST" else None,
            responses=(answer(200, Page[Book]),),
        )
        for number in range(150)
        for method in ("GET", "POST")
    ]
    document = build(operations, INFO)
    start = time.process_time()
    html = page(document)
    assert time.process_time() - start < 2
    assert len(html) < 2_500_000


def test_script_and_style_are_small() -> None:
    files = [asset("restive.css"), asset("restive.js")]
    assert sum(len(data) for data, _ in files) <= 60_000
    assert [kind for _, kind in files] == [
        "text/css; charset=utf-8",
        "text/javascript; charset=utf-8",
    ]


def test_operations_without_a_tag_come_last() -> None:
    plain = operation("GET", "/health", "health", responses=(answer(200, str),))
    html = page(build([plain, *OPERATIONS], INFO))
    assert html.index("<h2>editions</h2>") < html.index("<h2>Other</h2>")


@pytest.mark.parametrize(
    ("server", "base"),
    [("/api/", "/api"), ("https://a.test/api", ""), ("//a.test", ""), ("", "")],
)
def test_requests_go_to_this_origin(server: str, base: str) -> None:
    servers = (server,) if server else ()
    html = page(build(OPERATIONS, Info(servers=servers)))
    assert f'data-base="{base}"' in html


# -- examples -----------------------------------------------------------------------------------


def test_examples_fit_their_schemas() -> None:
    document = build([*OPERATIONS, SEARCH], INFO)
    for name, schema in document["components"]["schemas"].items():
        value = example(document, schema)
        found = list(Draft202012Validator({**schema, **document}).iter_errors(value))
        assert found == [], name


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "integer", "minimum": 3}, 3),
        ({"type": "integer", "maximum": -2}, -2),
        ({"type": "string", "minLength": 8}, "string.."),
        ({"type": "string", "maxLength": 3}, "str"),
        ({"type": ["string", "null"], "format": "date"}, "2026-01-31"),
        ({"type": "string", "default": "x", "examples": ["y"]}, "x"),
        ({"enum": ["a", "b"]}, "a"),
        ({"type": "array", "prefixItems": [{"const": 1}, {"type": "boolean"}]}, [1, True]),
        ({"type": "object", "additionalProperties": {"type": "number"}}, {"name": 1.5}),
        ({"anyOf": [{"type": "null"}, {"type": "string"}]}, None),
        ({}, None),
    ],
)
def test_an_example_is_the_simplest_that_fits(schema: dict[str, Any], value: Any) -> None:
    assert example({}, schema) == value


def test_an_example_of_what_holds_itself_ends() -> None:
    tree = {"type": "object", "properties": {"left": {"$ref": "#/components/schemas/Tree"}}}
    tree["properties"] |= {  # type: ignore[operator]
        "all": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
        "up": {"anyOf": [{"$ref": "#/components/schemas/Tree"}, {"type": "null"}]},
        "by": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Tree"}},
    }
    document = {"components": {"schemas": {"Tree": tree}}}
    value = example(document, {"$ref": "#/components/schemas/Tree"})
    assert value == {"all": [], "up": None, "by": {}}


# -- Markdown -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        ("a\nb\n\nc", "<p>a\nb</p><p>c</p>"),
        ("`a*b*` **c** *d*", "<p><code>a*b*</code> <strong>c</strong> <em>d</em></p>"),
        ("2 * 3 * 4", "<p>2 * 3 * 4</p>"),
        ("- a\n- `b`\n  c", "<ul><li>a</li><li><code>b</code>\n  c</li></ul>"),
        ("1. a\n2. b", "<ul><li>a</li><li>b</li></ul>"),
        ("## Title", "<p><strong>Title</strong></p>"),
        ("x\n```py\n<a>\n```\ny", "<p>x</p><pre><code>&lt;a&gt;\n</code></pre><p>y</p>"),
        ("```\nopen", "<pre><code>open</code></pre>"),
        ("[a](https://b.test/c)", '<p><a href="https://b.test/c">a</a></p>'),
        ("[a](javascript:alert(1))", "<p>[a](javascript:alert(1))</p>"),
        ("[a](//b.test)", "<p>[a](//b.test)</p>"),
        ('[a](/b"onclick=1)', '<p><a href="/b&quot;onclick=1">a</a></p>'),
        ("<b>a</b>", "<p>&lt;b&gt;a&lt;/b&gt;</p>"),
    ],
)
def test_markdown(text: str, html: str) -> None:
    assert html_of(text) == html


@given(st.text(alphabet="a*`[]()<>&\"'#-~ \n/:1.", max_size=60))
@also(EVIL)
def test_no_text_becomes_an_element(text: str) -> None:
    reader = read(html_of(text))
    assert {tag for tag, _ in reader.tags} <= {
        *("p", "ul", "li", "code", "pre", "strong", "em", "a")
    }
    for _, attributes in reader.tags:
        assert set(attributes) <= {"href"}
        assert re.match("https?://|/|#", attributes.get("href") or "/")


# -- Swagger UI ---------------------------------------------------------------------------------


def test_swagger_gets_a_document_without_query_routes() -> None:
    lonely = operation("QUERY", "/only", "only", responses=(answer(204),))
    document = build([*OPERATIONS, SEARCH, lonely], INFO)
    before = json.dumps(document)
    reduced, left_out = swagger_document(document)
    assert (reduced["openapi"], left_out) == ("3.1.1", 2)
    assert "query" not in reduced["paths"]["/books"]
    assert "/only" not in reduced["paths"]
    assert json.dumps(document) == before
    plain = build(OPERATIONS, INFO)
    assert swagger_document(plain) == (plain, 0)


def test_the_swagger_page() -> None:
    html = swagger_page("Shop", openapi_url="/o.json", assets="/docs/swagger", left_out=2)
    reader = read(html)
    assert "Left out here: 2 QUERY operations." in "".join(reader.text)
    assert ("meta", {"charset": "utf-8"}) in reader.tags
    names = {
        str(attributes.get("src") or attributes.get("href")).rpartition("/")[2]
        for tag, attributes in reader.tags
        if tag in ("script", "link")
    }
    files = swagger_files()
    assert names - {"data:,", ","} == set(files)
    for name, kind in files.items():
        assert swagger_file(name)
        assert kind.startswith("text/")
    with pytest.raises(KeyError):
        swagger_file("../page.py")
    assert "Left out" not in swagger_page("Shop", openapi_url="/o.json", assets="/a")


def test_without_the_extra_the_page_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "swagger_ui_bundle", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    html = swagger_page("Shop", openapi_url="/o.json", assets="/docs/swagger")
    assert "pip install 'restive[swagger]'" in html
    assert "<script" not in html
    assert swagger_files() == {}
