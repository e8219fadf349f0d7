"""Media types of bodies: what is taken, and 415 for what is not."""

import json

from guide.suite.check import check, expect
from guide.suite.client import STAFF, Shop, json_of, media_type, png, tell


@check("http.unsupported-type", "A body that says it is not JSON is 415", "RFC 9110, 15.5.16")
def unsupported_type(shop: Shop) -> None:
    for kind in ("text/plain", "application/xml", "application/x-www-form-urlencoded"):
        content = json.dumps({"name": "Mary Shelley"})
        headers = {"Content-Type": kind}
        response = shop.post("/authors", by=STAFF, content=content, headers=headers)
        expect(response.status_code == 415, f"POST of {kind} answered {tell(response)}")


@check(
    "http.unsupported-type-stores-nothing", "A body that says it is not JSON is not taken as JSON"
)
def unsupported_type_stores_nothing(shop: Shop) -> None:
    for kind in ("text/plain", "text/plain;charset=UTF-8", "multipart/form-data; boundary=x"):
        content = json.dumps({"name": "Mary Shelley"})
        headers = {"Content-Type": kind}
        response = shop.post("/authors", by=STAFF, content=content, headers=headers)
        found = f"POST of {kind} answered {tell(response)}"
        expect(400 <= response.status_code < 500, found)


@check(
    "http.type-spelling",
    "Media types are compared without case, parameters aside",
    "RFC 9110, 8.3.1",
)
def type_spelling(shop: Shop) -> None:
    content = json.dumps({"name": "Mary Shelley"})
    for kind in ("application/json; charset=utf-8", "Application/JSON", "application/json;x=y"):
        headers = {"Content-Type": kind}
        response = shop.post("/authors", by=STAFF, content=content, headers=headers)
        expect(response.status_code == 201, f"POST of {kind} answered {tell(response)}")
    book = shop.new_book()["id"]
    for kind in ("Image/PNG", "image/png; x=y"):
        headers = {"Content-Type": kind}
        response = shop.put(f"/books/{book}/cover", by=STAFF, content=png(), headers=headers)
        expect(response.status_code == 204, f"PUT of {kind} answered {tell(response)}")


@check("http.no-type", "A body of no type is taken as JSON or refused, not a failure")
def no_type(shop: Shop) -> None:
    for content in (b'{"name": "Mary Shelley"}', b"\xff\xfe\x00binary"):
        response = shop.post("/authors", by=STAFF, content=content)
        found = f"POST of {content[:12]!r} without a type answered {tell(response)}"
        expect(response.status_code in (201, 400, 415, 422), found)


@check("http.accept-any", "JSON is given to those who accept anything")
def accept_any(shop: Shop) -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    for accept in ("*/*", "application/*", "application/json", browser):
        response = shop.get("/books/1", headers={"Accept": accept})
        kind = media_type(response)
        expect(response.status_code == 200, f"Accept: {accept} answered {tell(response)}")
        if "html" not in accept or kind != "text/html":
            expect(json_of(response)["id"] == 1, f"Accept: {accept} gave {tell(response)}")


@check("http.json-utf8", "JSON is UTF-8 without a byte order mark", "RFC 8259, 8.1")
def json_utf8(shop: Shop) -> None:
    author = shop.new_author(name="Ивáн 夏 📚")["id"]
    content = shop.get(f"/authors/{author}").content
    expect(not content.startswith(b"\xef\xbb\xbf"), "it begins with a byte order mark")
    name = json.loads(content.decode())["name"]
    expect(name == "Ивáн 夏 📚", f"the name came back as {name!r}")
