"""Input meant to do harm: it is data, wherever it arrives."""

from guide.suite.check import check, expect
from guide.suite.client import ANN, PNG, STAFF, Shop, json_of, media_type, png, tell

SQL = (
    "' OR '1'='1",
    "1; DROP TABLE books; --",
    "x' UNION SELECT password FROM users --",
    '"',
    "\\'",
)
SCRIPT = "<script>alert(1)</script>"


@check("security.sql-search", "SQL in a search is text that no book has")
def sql_search(shop: Shop) -> None:
    for text in SQL:
        response = shop.get("/books", params={"q": text})
        expect(response.status_code == 200, f"q={text!r} answered {tell(response)}")
        total = json_of(response)["total"]
        wanted = sum(text in book["title"] for book in shop.data.books)
        expect(total == wanted, f"q={text!r} found {total} books")


@check("security.sql-parameters", "SQL in other parameters is refused")
def sql_parameters(shop: Shop) -> None:
    for name in ("sort", "author_id", "price_min", "page", "per_page"):
        for text in SQL[:3]:
            response = shop.get("/books", params={name: text})
            found = f"{name}={text!r} answered {tell(response)}"
            expect(response.status_code in (400, 404, 422), found)
    for path in ("/books/1%20OR%201=1", "/books/1'", "/orders/1%20OR%201=1"):
        response = shop.get(path, by=ANN)
        expect(response.status_code in (400, 404, 422), f"GET {path} answered {tell(response)}")


@check("security.stored-text", "Harmful text is stored and given back as it is, as JSON")
def stored_text(shop: Shop) -> None:
    for text in (*SQL, SCRIPT, "{{7*7}}", "%s%n", "${jndi:ldap://x}", "../../etc/passwd"):
        author = shop.new_author(name=text)
        response = shop.get(f"/authors/{author['id']}", headers={"Accept": "text/html, */*;q=0.1"})
        if media_type(response) == "text/html":
            # A page for people is fine, as long as it holds the text as text.
            expect(SCRIPT not in response.text, f"the page runs {SCRIPT}")
        else:
            expect(json_of(response)["name"] == text, f"{text!r} came back as {tell(response)}")


@check("security.reflected-text", "Harmful text in a path or query never comes back as HTML")
def reflected_text(shop: Shop) -> None:
    for path in (f"/nothing/{SCRIPT}", f"/books?sort={SCRIPT}", f"/books/{SCRIPT}"):
        for accept in ("*/*", "text/html"):
            response = shop.get(path, headers={"Accept": accept})
            told = f"GET {path} with Accept: {accept} answered {tell(response)}"
            html = media_type(response) == "text/html"
            expect(not html or SCRIPT not in response.text, told)


@check("security.header-injection", "Line breaks in input never become headers")
def header_injection(shop: Shop) -> None:
    harm = "x\r\nX-Injected: 1"
    responses = (
        shop.get("/books", params={"sort": harm, "q": harm}),
        shop.get("/books/%0d%0aX-Injected:%201"),
        shop.get("/nothing%0d%0aX-Injected:%201"),
        shop.post("/authors", by=STAFF, json={"name": harm}),
    )
    for response in responses:
        expect("X-Injected" not in response.headers, "a header was injected")
        expect(response.status_code < 500, f"it answered {tell(response)}")
    written = responses[-1].status_code
    expect(written in (201, 400, 422), f"POST /authors answered {tell(responses[-1])}")


@check("security.path-traversal", "No path leads out of the folder of covers")
def path_traversal(shop: Shop) -> None:
    for id in ("..%2f..%2f..%2fetc%2fpasswd", "....//....//etc/passwd", "1%2f..%2f2", "1.png"):
        for response in (
            shop.get(f"/books/{id}/cover"),
            shop.put(f"/books/{id}/cover", by=STAFF, content=png(), headers=PNG),
        ):
            status = response.status_code
            expect(status in (400, 404, 405, 422), f"/books/{id}/cover answered {tell(response)}")


@check("security.negative-quantity", "No order adds to the stock or lowers a bill")
def negative_quantity(shop: Shop) -> None:
    book = shop.new_book(stock=5)
    for quantity in (-1, 0, -(2**63), 2**63, 0.5, "1e1", True):
        lines = [{"book_id": book["id"], "quantity": quantity}]
        status = shop.post("/orders", by=ANN, json={"lines": lines}).status_code
        # True is 1 to some, and "1e1" is 10: more than there is.
        fine = (400, 422, 409) if quantity == "1e1" else (400, 422)
        expect(status in fine or (quantity is True and status == 201), f"{quantity!r}: {status}")
    stock = json_of(shop.get(f"/books/{book['id']}"))["stock"]
    expect(stock in (4, 5), f"the stock is {stock}")
