"""The reference page and Swagger UI in Chromium, under their strict Content-Security-Policy."""

import json
import shlex
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from restive.openapi import build, document_bytes
from restive.openapi.page import CONTENT_SECURITY_POLICY, asset, page_html
from restive.openapi.swagger import swagger_document, swagger_file, swagger_files, swagger_page
from tests.restive.openapi.sample import INFO, OPERATIONS, SEARCH, answer, operation, param

Files = dict[str, tuple[bytes, str]]
HTML = "text/html; charset=utf-8"


def docs_files(document: dict[str, Any]) -> Files:
    html = page_html(document, openapi_url="/openapi.json", assets="/docs", swagger_url=None)
    return {
        "/docs": (html.encode(), HTML),
        "/openapi.json": (document_bytes(document), "application/json"),
        "/docs/restive.css": asset("restive.css"),
        "/docs/restive.js": asset("restive.js"),
    }


@contextmanager
def served(files: Files) -> Iterator[str]:
    """The address of a server that gives `files`, and echoes every other request as JSON."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            path = self.path.partition("?")[0]
            if path in files:
                data, kind = files[path]
            else:
                told: dict[str, object] = {
                    "method": self.command,
                    "path": self.path,
                    "body": body.decode(),
                }
                told["headers"] = {name.lower(): value for name, value in self.headers.items()}
                data, kind = json.dumps(told).encode(), "application/json"
            self.send_response(200 if path in files else 409)
            self.send_header("content-type", kind)
            self.send_header("content-security-policy", CONTENT_SECURITY_POLICY)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_QUERY = answer

        def log_message(self, *_args: Any) -> None:
            """The test's output is for the tests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(docs_files(build([*OPERATIONS, SEARCH], INFO))) as found:
        yield found


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The page; at its end nothing may have been said on the console or asked of anybody else."""
    opened = browser.new_page(viewport={"width": 1200, "height": 900})
    said: list[str] = []
    asked: list[str] = []
    # An answer of 409 is what the echo gives; Chromium notes it.
    opened.on("console", lambda it: said.append(it.text) if "409" not in it.text else None)
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(f"{address}/docs")
    yield opened
    opened.close()
    assert said == []
    assert [url for url in asked if not url.startswith((address, "data:"))] == []


def form_of(page: Page, name: str) -> Locator:
    """The form of an operation, opened as a reader would."""
    page.locator(f"nav a[href='#op-{name}']").click()
    inside = page.locator(f"#op-{name}")
    inside.get_by_role("button", name="Try it").click()
    return inside.locator("form")


def sent(form: Locator) -> dict[str, Any]:
    """What the server got after Send."""
    form.get_by_role("button", name="Send").click()
    body = form.get_by_role("group", name="Body")
    expect(body).to_be_visible()
    told: dict[str, Any] = json.loads(body.inner_text())
    return told


def test_the_filter_works_by_keyboard(page: Page) -> None:
    page.keyboard.press("/")
    expect(page.get_by_label("Filter operations")).to_be_focused()
    page.keyboard.type("delete book")
    expect(page.locator(".side li:visible")).to_have_count(1)
    expect(page.locator(".op:visible")).to_have_count(1)
    expect(page.locator(".side section:visible")).to_have_count(1)
    page.keyboard.type("xyz")
    expect(page.get_by_text("No operation matches.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".op:visible")).to_have_count(8)


def test_a_link_opens_what_it_points_to(page: Page, address: str) -> None:
    inside = page.locator("#op-read_book")
    expect(inside).to_be_hidden()
    page.locator("nav a[href='#op-read_book']").focus()
    page.keyboard.press("Enter")
    expect(inside).to_be_visible()
    expect(page.locator(".op", has=inside).locator("> summary")).to_be_focused()
    page.keyboard.press("Enter")
    expect(inside).to_be_hidden()
    page.goto(f"{address}/docs#schema-Author")
    expect(page.locator("#schema-Author")).to_be_visible()


def test_the_first_stop_of_the_tab_key_skips_the_navigation(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the operations")).to_be_focused()


def test_a_request_is_sent_as_the_form_says(page: Page) -> None:
    form = form_of(page, "list_books")
    form.get_by_label("limit").fill("5")
    form.get_by_label("tag").fill("new & used\nold")
    form.get_by_label("x-trace").fill("a b")
    told = sent(form)
    assert told["method"] == "GET"
    assert told["path"] == "/books?limit=5&tag=new%20%26%20used&tag=old"
    assert told["headers"]["x-trace"] == "a b"
    expect(form.locator(".sum")).to_contain_text("409 Conflict")
    expect(form.locator(".sum")).to_contain_text("ms")
    expect(form.get_by_role("group", name="Headers")).to_contain_text("content-security-policy")


def test_the_body_starts_with_the_example_and_the_path_is_filled_in(page: Page) -> None:
    form = form_of(page, "change_book")
    form.get_by_label("id").fill("7/8")
    told = sent(form)
    assert (told["method"], told["path"]) == ("PATCH", "/books/7%2F8")
    assert told["headers"]["content-type"] == "application/merge-patch+json"
    assert json.loads(told["body"])["author"]["name"] == "Ursula K. Le Guin"
    form.get_by_label("Content-Type").select_option("application/json")
    form.get_by_role("textbox", name="Body").fill('{"title": "It\'s"}')
    assert sent(form)["headers"]["content-type"] == "application/json"


def test_query_and_files_can_be_sent(page: Page) -> None:
    assert sent(form_of(page, "search_books"))["method"] == "QUERY"
    form = form_of(page, "put_cover")
    form.get_by_label("id").fill("1")
    form.locator("input[type=file]").set_input_files(
        {"name": "c.png", "mimeType": "image/png", "buffer": b"pixels"}
    )
    told = sent(form)
    assert told["body"] == "pixels"
    assert told["headers"]["content-type"] == "image/png"
    assert "--data-binary @c.png" in form.get_by_role("group", name="curl").inner_text()


def test_a_required_parameter_is_asked_for(page: Page) -> None:
    form = form_of(page, "read_book")
    form.get_by_role("button", name="Send").click()
    expect(form.get_by_label("id")).to_be_focused()
    expect(form.locator(".answer")).to_be_empty()


def test_the_token_goes_to_the_server_and_nowhere_else(page: Page) -> None:
    page.get_by_label("token").fill("s3cret")
    form = form_of(page, "create_book")
    assert sent(form)["headers"]["authorization"] == "Bearer s3cret"
    curl = form.get_by_role("group", name="curl").inner_text()
    assert "s3cret" not in curl
    assert '-H "authorization: Bearer $TOKEN"' in curl
    assert "authorization" not in sent(form_of(page, "list_books"))["headers"]
    stored = "[localStorage.length, sessionStorage.length, document.cookie]"
    assert page.evaluate(stored) == [0, 0, ""]
    page.reload()
    expect(page.get_by_label("token")).to_have_value("")


def test_curl_says_the_same_to_a_shell(page: Page, address: str) -> None:
    form = form_of(page, "create_book")
    text = '{"title": "It\'s $5 `now` \\\\ \\"so\\""}'
    form.get_by_role("textbox", name="Body").fill(text)
    sent(form)
    words = shlex.split(form.get_by_role("group", name="curl").inner_text())
    assert words == [
        *("curl", "-i", "-X", "POST", f"{address}/books"),
        *("-H", "content-type: application/json", "--data-binary", text),
    ]


def test_a_server_that_is_gone_is_told(browser: Browser) -> None:
    page = browser.new_page()
    with served(docs_files(build(OPERATIONS, INFO))) as found:
        page.goto(f"{found}/docs")
        send = form_of(page, "list_books").get_by_role("button", name="Send")
        expect(send).to_be_visible()
    send.click()
    expect(page.locator("#op-list_books .sum")).to_contain_text("Not sent:")
    page.close()


def test_it_reads_without_scripts(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/docs")
    expect(page.get_by_label("Filter operations")).to_have_count(0)
    page.locator(".op > summary").first.click()
    inside = page.locator("#op-list_books")
    expect(inside).to_contain_text("All books, newest first.")
    expect(inside.get_by_role("row")).to_have_count(6)
    expect(inside.get_by_role("button", name="Try it")).to_have_count(0)
    expect(inside.get_by_role("group", name="Example")).to_contain_text("Ursula K. Le Guin")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 400])
def test_it_fits_and_axe_finds_nothing(
    browser: Browser, address: str, scheme: Any, width: int
) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto(f"{address}/docs")
    sent(form_of(page, "create_book"))
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # axe leaves out what content-visibility skips.
    page.evaluate(
        "document.querySelectorAll('.op, .schema').forEach("
        "(each) => { each.style.contentVisibility = 'visible'; })"
    )
    violations = [
        f"{each['id']} ({each['impact']}): {each['nodes'][0]['html'][:200]}"
        for each in Axe().run(page).response["violations"]
    ]
    assert violations == []
    context.close()


def test_300_operations_do_not_slow_it_down(browser: Browser) -> None:
    operations = [
        operation(
            "GET",
            f"/things{number}/{{id}}",
            f"get_{number}",
            tags=(f"tag{number % 10}",),
            params=(param("id", int, "path"),),
            responses=(answer(200, dict[str, int]),),
        )
        for number in range(300)
    ]
    page = browser.new_page()
    with served(docs_files(build(operations, INFO))) as found:
        page.goto(f"{found}/docs")
        loaded = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
        assert page.evaluate(loaded) < 3000
        took = page.evaluate(
            """() => {
                const box = document.querySelector("#filter");
                const start = performance.now();
                box.value = "things299";
                box.dispatchEvent(new Event("input"));
                document.body.offsetHeight;
                return performance.now() - start;
            }"""
        )
        assert took < 300
        expect(page.locator(".op:visible")).to_have_count(1)
    page.close()


def test_swagger_ui_runs_under_the_same_policy(browser: Browser) -> None:
    files = swagger_files()
    if not files:
        pytest.skip("needs the extra restive[swagger]")
    document, left_out = swagger_document(build([*OPERATIONS, SEARCH], INFO))
    html = swagger_page("Shop", openapi_url="/o.json", assets="/docs/swagger", left_out=left_out)
    routes: Files = {
        f"/docs/swagger/{name}": (swagger_file(name), kind) for name, kind in files.items()
    }
    routes["/docs/swagger"] = (html.encode(), HTML)
    routes["/o.json"] = (document_bytes(document), "application/json")
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda it: said.append(it.text) if "409" not in it.text else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    with served(routes) as found:
        page.goto(f"{found}/docs/swagger")
        expect(page.locator(".opblock")).to_have_count(7)
        expect(page.get_by_text("Left out here: 1 QUERY operation.")).to_be_visible()
        listed = page.locator("#operations-books-list_books")
        listed.click()
        listed.get_by_role("button", name="Try it out").click()
        listed.get_by_role("button", name="Execute").click()
        expect(listed.locator(".responses-table.live-responses-table")).to_contain_text("/books?")
    assert said == []
    page.close()
