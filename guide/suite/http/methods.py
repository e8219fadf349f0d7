"""Methods: HEAD and OPTIONS where there is GET, and what is said of methods that are not there."""

from guide.suite.check import check, expect
from guide.suite.client import ANN, STAFF, Shop, json_of, tell

COLLECTION = {"GET", "POST"}
ITEM = {"GET", "PATCH", "DELETE"}
COVER = {"GET", "PUT"}
RESOURCES = {"/books": COLLECTION, "/books/1": ITEM, "/books/1/cover": COVER, "/orders": COLLECTION}


@check("http.head", "HEAD answers as GET does, without a body", "RFC 9110, 9.3.2")
def head(shop: Shop) -> None:
    for path in ("/books/1", "/books?per_page=3", "/authors/1", "/health"):
        got, asked = shop.get(path), shop.request("HEAD", path)
        expect(asked.status_code == got.status_code, f"HEAD {path} answered {asked.status_code}")
        expect(not asked.content, f"HEAD {path} has a body")
        kinds = [answer.headers.get("Content-Type") for answer in (asked, got)]
        expect(kinds[0] == kinds[1], f"HEAD {path} is {kinds[0]}, GET {kinds[1]}")
        # RFC 9110, 8.6: the length may be left out; if it is told, it is that of GET.
        length, size = asked.headers.get("Content-Length"), str(len(got.content))
        expect(length in (None, size), f"HEAD {path} says {length} bytes, GET has {size}")
    for by, wanted in ((None, 401), (ANN, 200)):
        status = shop.request("HEAD", "/me", by=by).status_code
        expect(status == wanted, f"HEAD /me by {by or 'nobody'} answered {status}")


@check("http.options", "OPTIONS answers with what is allowed", "RFC 9110, 9.3.7")
def options(shop: Shop) -> None:
    for path, methods in RESOURCES.items():
        response = shop.request("OPTIONS", path, by=STAFF)
        expect(response.status_code in (200, 204), f"OPTIONS {path} answered {tell(response)}")
        allowed = _allowed(response.headers.get("Allow", ""))
        expect(
            methods <= allowed,
            f"OPTIONS {path} allows {sorted(allowed)}, not all of {sorted(methods)}",
        )


@check("http.method-not-allowed", "A method that is not there is 405", "RFC 9110, 15.5.6")
def method_not_allowed(shop: Shop) -> None:
    for method, path in (
        ("DELETE", "/books"),
        ("PUT", "/authors"),
        ("POST", "/books/1"),
        ("DELETE", "/me"),
        ("GET", "/auth/token"),
        ("POST", "/health"),
        ("TRACE", "/books"),
    ):
        # By one who may do anything: to others 401 or 403 may well come first.
        response = shop.request(method, path, by=STAFF)
        expect(response.status_code == 405, f"{method} {path} answered {tell(response)}")


@check("http.allow", "405 lists exactly the methods that are there", "RFC 9110, 10.2.1")
def allow(shop: Shop) -> None:
    for path, methods in RESOURCES.items():
        response = shop.request("TRACE", path, by=STAFF)
        allowed = _allowed(response.headers.get("Allow", ""))
        found = f"TRACE {path} answered {response.status_code}, Allow {sorted(allowed)}"
        found += f", not {sorted(methods)}"
        expect(response.status_code == 405, found)
        expect(allowed - {"HEAD", "OPTIONS"} == methods, found)


@check("http.unknown-method", "A method that nobody knows is 405 or 501", "RFC 9110, 9.1")
def unknown_method(shop: Shop) -> None:
    response = shop.request("BREW", "/books", by=STAFF)
    expect(response.status_code in (405, 501), f"BREW /books answered {tell(response)}")


@check("http.unknown-path", "A path that is not there is 404, whatever the method")
def unknown_path(shop: Shop) -> None:
    for method in ("GET", "POST", "DELETE", "HEAD"):
        response = shop.request(method, "/nothing/here")
        expect(response.status_code == 404, f"{method} /nothing/here answered {tell(response)}")


@check("http.error-json", "404 and 405 of the framework's own are JSON objects as all errors are")
def error_json(shop: Shop) -> None:
    for response in (shop.get("/nothing/here"), shop.delete("/books", by=STAFF)):
        expect(response.status_code in (404, 405), f"an error answered {tell(response)}")
        expect(isinstance(json_of(response), dict), f"the error is {tell(response)}")


@check("http.no-content", "204 has no body and no length", "RFC 9110, 8.6")
def no_content(shop: Shop) -> None:
    author = shop.new_author()["id"]
    response = shop.delete(f"/authors/{author}", by=STAFF)
    expect(response.status_code == 204, f"DELETE answered {tell(response)}")
    expect(not response.content, "204 has a body")
    length = response.headers.get("Content-Length")
    expect(length is None, f"204 has Content-Length: {length}")


@check("http.date", "Answers carry the date", "RFC 9110, 6.6.1")
def date(shop: Shop) -> None:
    for response in (shop.get("/books/1"), shop.get("/nothing/here")):
        expect("Date" in response.headers, f"{tell(response)} has no Date")


def _allowed(header: str) -> set[str]:
    return {method.strip().upper() for method in header.split(",") if method.strip()}
