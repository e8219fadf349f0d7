"""The checks of the group documentation, on documents and apps that are good or bad on purpose."""

import copy
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

import guide.suite.documentation
from guide.contract import Contract, load_contract
from guide.suite.check import Unmet, registered
from guide.suite.client import STAFF, Data, Shop
from guide.suite.documentation import drift
from guide.suite.documentation.document import Document
from guide.suite.documentation.page import loads

CHECKS = {each.id: each for each in registered() if each.group == "documentation"}
STATIC = sorted(id for id in CHECKS if "drift" not in id)
DRIFT = sorted(id for id in CHECKS if "drift" in id)
CONTRACT = load_contract()
GOOD_PAGE = '<script src="/ui.js"></script><script>show({url: "/openapi.json"})</script>'
DATA = Data([{"username": STAFF, "password": "secret"}], [], [], [])

Edit = Callable[[dict[str, Any]], Any]


class Handler(BaseHTTPRequestHandler):
    """Answers with a status, headers and a body: those that `answer` returns."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        raise NotImplementedError

    def log_message(self, *_: object) -> None:
        """Keep the tests' output clean."""

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, headers, content = self.answer(self.command, self.path.partition("?")[0], body)
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            if status != 204 or name != "Content-Length":
                self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


@contextmanager
def running(handler: type[Handler], contract: Contract = CONTRACT) -> Iterator[Shop]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        with Shop(f"http://127.0.0.1:{server.server_port}", "", contract, DATA) as shop:
            yield shop
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def serving(document: object, page: str = GOOD_PAGE) -> type[Handler]:
    """Return an app that has nothing but `document` and `page`."""
    files = {
        "/openapi.json": ("application/json", json.dumps(document).encode()),
        "/docs": ("text/html; charset=utf-8", page.encode()),
        "/ui.js": ("text/javascript", b"function show() {}"),
    }

    class Files(Handler):
        def answer(self, _: str, path: str, __: bytes) -> tuple[int, dict[str, str], bytes]:
            if path not in files:
                return 404, {}, b""
            kind, content = files[path]
            return 200, {"Content-Type": kind}, content

    return Files


def found(id: str, shop: Shop) -> str:
    """Return what the check says; empty when it passes."""
    try:
        CHECKS[id].run(shop)
    except Unmet as unmet:
        return str(unmet)
    return ""


def good() -> dict[str, Any]:
    return copy.deepcopy(CONTRACT.document)


# The document


def test_group_has_its_checks() -> None:
    assert guide.suite.documentation.__all__
    assert len(STATIC) == 14
    assert len(DRIFT) == 10


@pytest.mark.parametrize("id", STATIC)
def test_the_contract_itself_is_a_good_document(id: str) -> None:
    with running(serving(good())) as shop:
        assert found(id, shop) == ""


@pytest.mark.parametrize("id", STATIC)
def test_no_check_passes_on_an_empty_document(id: str) -> None:
    with running(serving({}, page="")) as shop:
        assert found(id, shop) or id in ("documentation.served", "documentation.page-offline")


def _schema(name: str, member: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda document: document["components"]["schemas"][name]["properties"][member]


BAD: list[tuple[str, Edit, str]] = [
    ("valid", lambda d: d.update(openapi="2.0"), "OpenAPI '2.0'"),
    ("valid", lambda d: d["info"].pop("title"), r"\$.info: .title. is a required property$"),
    ("valid", lambda d: d["info"].update(version=""), "info has no version"),
    ("valid", lambda d: d["paths"]["/me"]["get"].update(responses=[]), r"\$\.paths\[?.*/me"),
    ("valid", lambda d: d["components"]["schemas"].pop("Money"), "Money"),
    ("operations", lambda d: d["paths"].pop("/me"), "^not documented: GET /me, PATCH /me$"),
    ("operations", lambda d: d.update(servers=[{"url": "/v1"}]), "GET /health"),
    ("operation-ids", lambda d: d["paths"]["/me"]["get"].pop("operationId"), "GET /me has no id"),
    (
        "operation-ids",
        lambda d: d["paths"]["/me"]["get"].update(operationId="listBooks"),
        "'listBooks' is the id of 2",
    ),
    ("summaries", lambda d: d["paths"]["/me"]["get"].pop("summary"), "GET /me has neither"),
    ("security", lambda d: d["paths"]["/me"]["get"].pop("security"), "GET /me .* for no token"),
    (
        "security",
        lambda d: d["paths"]["/books"]["get"].update(security=[{"bearer": []}]),
        r"GET /books \(public\) asks for token",
    ),
    (
        "security",
        lambda d: d["components"]["securitySchemes"]["bearer"].update(scheme="basic"),
        "'bearer' is no token",
    ),
    (
        "query-parameters",
        lambda d: d["paths"]["/orders"]["get"].pop("parameters"),
        "GET /orders has no parameter 'page'",
    ),
    (
        "query-limits",
        lambda d: d["components"]["parameters"]["PerPage"]["schema"].pop("maximum"),
        "GET /authors: 'per_page' has no limits",
    ),
    (
        "query-limits",
        lambda d: d["paths"]["/authors"]["get"]["parameters"][1]["schema"].pop("enum"),
        "GET /authors: 'sort'",
    ),
    (
        "query-limits",
        lambda d: d["paths"]["/authors"]["get"]["parameters"][1]["schema"].update(enum=["name"]),
        "GET /authors: 'sort'",
    ),
    (
        "request-bodies",
        lambda d: d["paths"]["/books/{id}/cover"]["put"]["requestBody"]["content"].popitem(),
        "^PUT /books/{id}/cover takes no image/jpeg$",
    ),
    (
        "request-bodies",
        lambda d: d["components"]["schemas"]["BookNew"]["required"].remove("isbn"),
        "^POST /books does not require isbn$",
    ),
    (
        "request-bodies",
        lambda d: d["components"]["schemas"]["OrderLineNew"].pop("properties"),
        "POST /orders has no member lines.book_id",
    ),
    ("body-limits", lambda d: _schema("BookNew", "title")(d).pop("maxLength"), "'title' is not"),
    ("body-limits", lambda d: d["components"]["schemas"]["Isbn"].pop("pattern"), "'isbn' is not"),
    (
        "body-limits",
        lambda d: _schema("OrderLineNew", "quantity")(d).update(maximum=1000),
        "POST /orders: 'quantity' is not 1 to 100",
    ),
    (
        "body-limits",
        lambda d: d["components"]["schemas"].update(MoneyIn={"type": "number"}),
        "'price' is not 0.01 to 9999.99",
    ),
    (
        "response-schemas",
        lambda d: d["components"]["schemas"].update(Book={"type": "object"}),
        "GET /books 200 has no member items.id",
    ),
    (
        "response-schemas",
        lambda d: d["paths"]["/me"]["get"]["responses"].pop("200"),
        "GET /me 200 is no application/json",
    ),
    (
        "error-responses",
        lambda d: [d["paths"]["/me"]["patch"]["responses"].pop(each) for each in ("400", "422")],
        "^PATCH /me has no 400 or 422$",
    ),
    (
        "error-responses",
        lambda d: d["paths"]["/books/{id}/cover"]["put"]["responses"].pop("413"),
        "^PUT /books/{id}/cover has no 413$",
    ),
]


@pytest.mark.parametrize(("name", "edit", "says"), BAD)
def test_a_fault_is_found(name: str, edit: Edit, says: str) -> None:
    document = good()
    edit(document)
    with running(serving(document)) as shop, pytest.raises(Unmet, match=says):
        CHECKS[f"documentation.{name}"].run(shop)


SAME: list[tuple[str, Edit]] = [
    # Other words for the same thing.
    ("operations", lambda d: d["paths"].update({"/books/{book}": d["paths"].pop("/books/{id}")})),
    ("security", lambda d: d["paths"]["/books"]["get"].update(security=[{"bearer": []}, {}])),
    (
        "query-limits",
        lambda d: d["components"]["parameters"]["PerPage"].update(
            schema={"type": "integer"}, description="Never more than 100."
        ),
    ),
    ("body-limits", lambda d: _schema("BookNew", "title")(d).update(allOf=[{"maxLength": 300}])),
    (
        "body-limits",
        lambda d: d["components"]["schemas"].update(
            MoneyIn={"type": "string", "description": "From 0.01 to 9999.99."}
        ),
    ),
    (
        "response-schemas",
        lambda d: d["components"]["schemas"].update(
            Author={"allOf": [d["components"]["schemas"]["Author"]]}
        ),
    ),
]


@pytest.mark.parametrize(("name", "edit"), SAME)
def test_another_form_of_the_same_is_taken(name: str, edit: Edit) -> None:
    document = good()
    edit(document)
    with running(serving(document)) as shop:
        assert found(f"documentation.{name}", shop) == ""


def test_the_path_of_the_server_belongs_to_the_operations() -> None:
    paths = {path.removeprefix("/books"): item for path, item in good()["paths"].items()}
    document = Document({"servers": [{"url": "http://there/books/"}], "paths": paths})
    assert document.find(CONTRACT.operations["getCover"])
    assert document.find(CONTRACT.operations["getMe"]) is None


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        ("#/components/schemas/None", "which is not there"),
        ("other.json#/x", "outside of itself"),
        ("#/x", "refers to itself"),
    ],
)
def test_references_that_lead_nowhere(reference: str, says: str) -> None:
    with pytest.raises(Unmet, match=says):
        Document({"x": {"$ref": "#/x"}}).resolve({"$ref": reference})


def test_a_schema_that_holds_itself_can_be_read() -> None:
    tree = {"allOf": [{"$ref": "#/tree"}], "properties": {"left": {"$ref": "#/tree"}}}
    document = Document({"tree": tree})
    assert set(document.properties({"$ref": "#/tree"})) == {"left"}


def test_schemas_of_openapi_3_0_are_read_as_such() -> None:
    schema = {"type": "integer", "nullable": True, "minimum": 0, "exclusiveMinimum": True}
    document = Document({"openapi": "3.0.3"})
    assert [document.accepts(schema, value) for value in (None, 1, 0)] == [True, True, False]


# The page


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ('<script src="https://cdn.example/ui.js"></script>', "loads https://cdn.example/ui.js$"),
        ('<link rel="stylesheet" href="//cdn.example/ui.css">', "loads http://cdn.example/ui.css$"),
        ('<img src="/logo.png">', "loads /logo.png, which answers 404$"),
        ('<script>import x from "https://cdn.example/x.mjs"</script>', "https://cdn.example/x.mjs"),
    ],
)
def test_what_a_page_cannot_load_offline(page: str, says: str) -> None:
    with running(serving(good(), page=page)) as shop:
        with pytest.raises(Unmet, match=says):
            CHECKS["documentation.page-offline"].run(shop)
        assert "neither names" in found("documentation.page", shop)


def test_links_that_are_not_loaded_do_not_count() -> None:
    assert loads('<link rel="canonical" href="https://x"><a href="https://y">y</a>') == []


# Drift


THING = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {"id": {"type": "integer"}, "name": {"type": "string"}},
}
NEW = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string", "maxLength": 20}},
}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _answers(good: str, *others: str, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    first = {"description": "Good.", **({"content": _json(schema)} if schema else {})}
    content = _json({"type": "object"})
    return {good: first} | {each: {"description": "Bad.", "content": content} for each in others}


SECURED: dict[str, Any] = {"security": [{"bearer": []}]}
THINGS: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Things", "version": "1"},
    "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
    "paths": {
        "/things": {
            "post": {
                **SECURED,
                "operationId": "createThing",
                "requestBody": {"required": True, "content": _json(NEW)},
                "responses": _answers("201", "400", "401", schema=THING),
            }
        },
        "/things/{id}": {
            "parameters": [
                {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
            ],
            "get": {
                "operationId": "getThing",
                "responses": _answers("200", "400", "404", schema=THING),
            },
            "delete": {
                **SECURED,
                "operationId": "deleteThing",
                "responses": _answers("204", "400", "401", "404"),
            },
        },
    },
}


class Things(Handler):
    """An app that does what THINGS says."""

    things: ClassVar[dict[int, dict[str, Any]]]
    counter: ClassVar[list[int]]
    document: ClassVar[dict[str, Any]] = THINGS

    def __init_subclass__(cls) -> None:
        cls.things, cls.counter = {}, [0]

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        status, headers, value = self.route(method, path, body)
        if value is None:
            return status, headers, b""
        return status, {"Content-Type": "application/json", **headers}, json.dumps(value).encode()

    def route(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, str], Any]:
        if path == "/openapi.json":
            return 200, {}, self.document
        if path == "/auth/token":
            return 200, {}, {"access_token": "good"}
        place = "/things/{id}" if path.startswith("/things/") else path
        methods = {"/things": ("POST",), "/things/{id}": ("GET", "DELETE")}.get(place, ())
        if not methods:
            return 404, {}, {}
        if method not in methods:
            return 405, {"Allow": ", ".join(methods)}, {}
        if method != "GET" and self.headers.get("Authorization") != "Bearer good":
            return 401, {"WWW-Authenticate": "Bearer"}, {}
        return self.create(body) if method == "POST" else self.one(method, path)

    def create(self, body: bytes) -> tuple[int, dict[str, str], Any]:
        try:
            name = json.loads(body)["name"]
        except (ValueError, KeyError, TypeError):
            return 400, {}, {}
        if not isinstance(name, str) or len(name) > 20:
            return 400, {}, {}
        self.counter[0] += 1
        thing = {"id": self.counter[0], "name": name}
        self.things[self.counter[0]] = thing
        return 201, {}, thing

    def one(self, method: str, path: str) -> tuple[int, dict[str, str], Any]:
        digits = path.removeprefix("/things/").removeprefix("-")
        if not digits.isdecimal():
            return 400, {}, {}
        id = int(path.removeprefix("/things/"))
        if id not in self.things:
            return 404, {}, {}
        thing = self.things[id]
        if method == "DELETE":
            del self.things[id]
            return 204, {}, None
        return 200, {}, thing


def test_an_app_that_keeps_to_its_document_passes() -> None:
    class Faithful(Things):
        pass

    with running(Faithful) as shop:
        assert {id: found(id, shop) for id in DRIFT} == dict.fromkeys(DRIFT, "")
        assert all(drift.run_of(shop).exercised(name) for name in drift.CHECKS)


def test_an_app_that_drifted_fails_where_it_did() -> None:
    class Faulty(Things):
        def one(self, method: str, path: str) -> tuple[int, dict[str, str], Any]:
            status, headers, value = super().one(method, path)
            if status == 404 and method == "DELETE":
                return 500, headers, value
            return status, headers, {"id": "one"} if status == 200 else value

    with running(Faulty) as shop:
        outcome = {id: found(id, shop) for id in DRIFT}
    schema = outcome.pop("documentation.drift-response-schema-conformance")
    assert schema.startswith("GET /things/{id}: Response violates schema: ")
    server = outcome.pop("documentation.drift-not-a-server-error")
    assert server.startswith("DELETE /things/{id}: Server error")
    status = outcome.pop("documentation.drift-status-code-conformance")
    assert status.startswith("DELETE /things/{id}: Undocumented status code: Received: 500")
    assert set(outcome.values()) == {""}


def test_a_document_that_cannot_be_read_fails_every_drift_check() -> None:
    class Broken(Things):
        document: ClassVar[dict[str, Any]] = {"no": "document"}

    with running(Broken) as shop:
        said = {found(id, shop) for id in DRIFT}
    assert len(said) == 1
    assert said.pop().startswith("schemathesis did not run: ")


@pytest.mark.parametrize("id", DRIFT)
def test_a_run_that_made_no_requests_passes_no_drift_check(
    id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drift, "_run", lambda _: drift.read_events([]))
    with running(serving(good())) as shop:
        assert "schemathesis made no request" in found(id, shop)


def test_a_run_that_does_not_end_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(Things):
        pass

    monkeypatch.setattr(drift, "SECONDS", 0.01)
    with running(Slow) as shop:
        assert "had not ended" in found("documentation.drift-ignored-auth", shop)


def test_a_request_without_an_answer_is_told() -> None:
    event = {"label": "GET /x", "value": {"type": "ReadTimeout", "message": "..."}}
    run = drift.read_events([("NonFatalError", event)])
    assert run.errors == ["GET /x: no answer (ReadTimeout)"]


@pytest.mark.parametrize(("path", "count"), [("/books/{id}/cover", 0), ("/books/{id}", 1)])
def test_a_new_book_may_lack_a_cover_and_nothing_else(path: str, count: int) -> None:
    failure = {
        "operation": "POST /books",
        "title": "Created resource not found",
        "message": f"404 for what was created.\n\nNot available with: `GET {path}`\n\nMore.",
    }
    name = "ensure_resource_availability"
    result = {"name": name, "status": "failure", "failure_info": {"failure": failure}}
    event = {"recorder": {"checks": {"case": [result]}}}
    lines = drift.read_events([("ScenarioFinished", event)]).tell(name)
    assert len(lines) == count
    assert all(line.endswith("Not available with: `GET /books/{id}`") for line in lines)


@pytest.mark.parametrize("page", ['<a href="/none/openapi.json">', "openapi.json"])
def test_a_page_must_show_a_document_that_is_there(page: str) -> None:
    with running(serving(good(), page=page)) as shop:
        assert "neither names" in found("documentation.page", shop)
