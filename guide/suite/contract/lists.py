"""Reading the shop: filters, search, sort and pages, held against the data that was loaded.

These run first, while the data is as it was loaded.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from guide.suite.check import check, expect
from guide.suite.client import REFUSED, STAFF, Shop, json_of, refuses, tell

Row = dict[str, Any]


@check("contract.health", "GET /health says that the app is up")
def health(shop: Shop) -> None:
    expect(shop.call("getHealth").status_code == 200, "the app says that it is not well")


@check("contract.author-read", "An author is read by id")
def author_read(shop: Shop) -> None:
    for author in (shop.data.authors[0], shop.data.authors[-1]):
        found = shop.ask("getAuthor", author["id"])
        expect(found == author, f"GET /authors/{author['id']}: {found} instead of {author}")


@check("contract.book-read", "A book is read by id, with its author's name")
def book_read(shop: Shop) -> None:
    for book in (shop.data.books[0], shop.data.books[-1]):
        found = shop.ask("getBook", book["id"])
        author = shop.data.author(book["author_id"])
        same = ("id", "title", "isbn", "price", "year", "format", "stock", "description")
        expect(
            [found[name] for name in same] == [book[name] for name in same],
            f"GET /books/{book['id']}: {found} instead of {book}",
        )
        expect(found["author"] == {"id": author["id"], "name": author["name"]}, f"author: {found}")


@check("contract.not-found", "An author or a book that is not there is 404")
def not_found(shop: Shop) -> None:
    shop.ask("getAuthor", 1), shop.ask("getBook", 1)
    for operation in ("getAuthor", "getBook", "getCover"):
        response = shop.call(operation, 999_999)
        expect(response.status_code == 404, f"{operation} of 999999 answered {tell(response)}")


@check("contract.id-not-a-number", "An id that is not a number is 404 or refused")
def id_not_a_number(shop: Shop) -> None:
    shop.ask("getBook", 1)
    for path in ("/books/abc", "/authors/1x", "/books/1.5", "/books/-1", "/books/0"):
        status = shop.get(path).status_code
        expect(status in (404, *REFUSED), f"GET {path} answered {status}")


@check("contract.list-pages", "Pages follow each other without hole or overlap")
def list_pages(shop: Shop) -> None:
    seen: list[int] = []
    for page in (1, 2, 3):
        body = shop.ask("listBooks", params={"page": page, "per_page": 100})
        expect((body["page"], body["per_page"]) == (page, 100), f"page {page}: {_frame(body)}")
        expect(body["total"] == len(shop.data.books), f"total {body['total']}")
        seen += [book["id"] for book in body["items"]]
    expect(len(seen) == 300, f"{len(seen)} books on three pages of 100")
    expect(len(set(seen)) == 300, "a book is on two pages")


@check("contract.list-defaults", "A page holds 20 rows unless asked otherwise")
def list_defaults(shop: Shop) -> None:
    for operation in ("listAuthors", "listBooks"):
        body = shop.ask(operation)
        expect((body["page"], body["per_page"]) == (1, 20), f"{operation}: {_frame(body)}")
        expect(len(body["items"]) == 20, f"{operation}: {len(body['items'])} items")


@check("contract.list-last-page", "The last page holds the rest, and past it is nothing")
def list_last_page(shop: Shop) -> None:
    count = len(shop.data.authors)
    last = -(-count // 30)
    body = shop.ask("listAuthors", params={"page": last, "per_page": 30})
    expect(len(body["items"]) == count - 30 * (last - 1), f"{len(body['items'])} on the last page")
    response = shop.call("listAuthors", params={"page": last + 1, "per_page": 30})
    past = response.status_code == 404 or not json_of(response)["items"]
    expect(past, f"past the last page: {tell(response)}")


@check("contract.list-sizes", "A page of none, or of more than 100, is not to be had")
def list_sizes(shop: Shop) -> None:
    for value in ("0", "-1", "x"):
        refuses(shop.call("listBooks", params={"per_page": value}), "per_page")
    response = shop.call("listBooks", params={"per_page": 101})
    if response.status_code in REFUSED:
        refuses(response, "per_page")
    else:
        items = len(json_of(response)["items"])
        expect(items == 100, f"per_page=101 gave {items} items")


@check("contract.list-page-numbers", "A page that is no number from 1 on is refused or 404")
def list_page_numbers(shop: Shop) -> None:
    shop.ask("listBooks", params={"page": 1})
    for value in ("0", "-1", "x", "1.5"):
        status = shop.call("listBooks", params={"page": value}).status_code
        expect(status in (404, *REFUSED), f"page={value} answered {status}")


@check("contract.filter-author", "Books are filtered by author")
def filter_author(shop: Shop) -> None:
    wanted = [book for book in shop.data.books if book["author_id"] == 7]
    _gives(shop, {"author_id": 7}, wanted)
    _gives(shop, {"author_id": 999_999}, [])


@check("contract.filter-price", "Books are filtered by price, bounds included")
def filter_price(shop: Shop) -> None:
    low, high = "9.99", shop.data.books[10]["price"]
    low, high = sorted((low, high), key=Decimal)
    books = shop.data.books
    _gives(shop, {"price_min": high}, _where(books, lambda price: price >= Decimal(high)))
    _gives(shop, {"price_max": low}, _where(books, lambda price: price <= Decimal(low)))
    between = _where(books, lambda price: Decimal(low) <= price <= Decimal(high))
    _gives(shop, {"price_min": low, "price_max": high}, between)
    _gives(
        shop, {"price_min": high, "price_max": high}, _where(books, lambda p: p == Decimal(high))
    )


@check("contract.filter-refused", "Filters of a wrong type or range are refused by name")
def filter_refused(shop: Shop) -> None:
    for name in ("author_id", "price_min", "price_max"):
        for value in ("x", "-1"):
            refuses(shop.call("listBooks", params={name: value}), name)
    refuses(shop.call("listBooks", params={"price_min": "nan"}), "price_min")


@check("contract.search-books", "Books are found by title and by author's name, in any case")
def search_books(shop: Shop) -> None:
    for text in ("WAR", "austen", "the "):
        wanted = _found(shop, text)
        expect(wanted, f"the data has no book for {text!r}")
        _gives(shop, {"q": text}, wanted)


@check("contract.search-authors", "Authors are found by name")
def search_authors(shop: Shop) -> None:
    wanted = [author for author in shop.data.authors if "jo" in author["name"].lower()]
    body = shop.ask("listAuthors", params={"q": "jo", "per_page": 100})
    found = sorted(author["id"] for author in body["items"])
    expect(found == [author["id"] for author in wanted], f"q=jo found {body['total']} authors")


@check("contract.search-is-text", "Search takes % and _ as themselves")
def search_is_text(shop: Shop) -> None:
    book = shop.new_book(title="100% _Wool_ \\ or more")
    for text in ("%", "_", "0% _w", "\\ o"):
        _gives(shop, {"q": text}, [book])
    _gives(shop, {"q": "a%e"}, [])
    shop.call("deleteBook", book["id"], by=STAFF)


@check("contract.search-length", "A search text of more than 100 characters is refused")
def search_length(shop: Shop) -> None:
    for operation in ("listBooks", "listAuthors"):
        refuses(shop.call(operation, params={"q": "x" * 101}), "q")
        shop.call(operation, params={"q": "x" * 100})


@check("contract.filters-together", "Filters, search and sort work together")
def filters_together(shop: Shop) -> None:
    wanted = [book for book in _found(shop, "the") if Decimal("10") <= Decimal(book["price"]) <= 15]
    expect(len(wanted) > 20, "the data has too few such books")
    params = {"q": "the", "price_min": "10", "price_max": "15", "sort": "-price"}
    _gives(shop, params, wanted)
    second = shop.ask("listBooks", params={**params, "page": 2, "per_page": 10})
    found = [book["id"] for book in second["items"]]
    expect(found == [book["id"] for book in _sorted(wanted, "-price")[10:20]], f"page 2: {found}")


@check("contract.sort-books", "Books are sorted by price and year, both ways, ties by id")
def sort_books(shop: Shop) -> None:
    for sort in ("price", "-price", "year", "-year"):
        body = shop.ask("listBooks", params={"sort": sort, "per_page": 100})
        wanted = [book["id"] for book in _sorted(shop.data.books, sort)[:100]]
        found = [book["id"] for book in body["items"]]
        expect(found == wanted, f"sort={sort} begins {found[:5]} instead of {wanted[:5]}")


@check("contract.sort-titles", "Books are sorted by title, both ways")
def sort_titles(shop: Shop) -> None:
    # How a database collates letters is its own; sorting one author's ASCII titles is not.
    for sort, author in (("title", 1), ("-title", 1)):
        params = {"sort": sort, "author_id": author, "per_page": 100}
        found = [book["title"] for book in shop.ask("listBooks", params=params)["items"]]
        count = sum(book["author_id"] == author for book in shop.data.books)
        expect(len(found) == count, f"author {author} has {count} books, {len(found)} are listed")
        wanted = sorted(found, key=_letters, reverse=sort.startswith("-"))
        expect(list(map(_letters, found)) == list(map(_letters, wanted)), f"sort={sort}: {found}")


@check("contract.sort-authors", "Authors are sorted by year of birth, both ways, ties by id")
def sort_authors(shop: Shop) -> None:
    born = [author for author in shop.data.authors if author["born"] is not None]
    for sort in ("born", "-born"):
        items: list[Row] = []
        for page in (1, 2, 3, 4):
            params = {"sort": sort, "page": page, "per_page": 100}
            response = shop.call("listAuthors", params=params)
            items += json_of(response)["items"] if response.status_code == 200 else []
        # Whether unknown years come first or last is the database's choice.
        found = [author["id"] for author in items if author["born"] is not None]
        expect(found == [a["id"] for a in _sorted(born, sort)], f"sort={sort}: {found[:8]} ...")


@check("contract.sort-refused", "A sort that is not offered is refused by name")
def sort_refused(shop: Shop) -> None:
    for operation, value in (("listBooks", "stock"), ("listBooks", "--price"), ("listAuthors", "")):
        response = shop.call(operation, params={"sort": value})
        if value or response.status_code != 200:  # an empty parameter may count as none
            refuses(response, "sort")


def _gives(shop: Shop, params: Row, wanted: list[Row]) -> None:
    """Check that listing books with `params` gives exactly `wanted`, counted and, if few, each."""
    response = shop.call("listBooks", params={**params, "per_page": 100})
    expect(response.status_code == 200, f"books with {params} answered {tell(response)}")
    body = json_of(response)
    expect(body["total"] == len(wanted), f"{params}: total {body['total']}, not {len(wanted)}")
    ids = {book["id"] for book in body["items"]}
    expect(ids <= {book["id"] for book in wanted}, f"{params}: a book that does not match")
    expect(len(ids) == min(100, len(wanted)), f"{params}: {len(ids)} items")


def _found(shop: Shop, text: str) -> list[Row]:
    """Return the books that a search for `text` finds."""
    authors = {each["id"] for each in shop.data.authors if text.lower() in each["name"].lower()}
    return [
        book
        for book in shop.data.books
        if text.lower() in book["title"].lower() or book["author_id"] in authors
    ]


def _where(books: list[Row], test: Callable[[Decimal], bool]) -> list[Row]:
    return [book for book in books if test(Decimal(book["price"]))]


def _sorted(rows: list[Row], sort: str) -> list[Row]:
    """Return `rows` by the contract's `sort`, ties by rising id."""
    name = sort.removeprefix("-")
    by_id = sorted(rows, key=lambda row: row["id"])

    def key(row: Row) -> Any:
        return Decimal(row[name]) if name == "price" else row[name]

    return sorted(by_id, key=key, reverse=sort.startswith("-"))


def _letters(title: str) -> str:
    return "".join(letter for letter in title.lower() if letter.isalnum())


def _frame(body: Row) -> Row:
    return {name: value for name, value in body.items() if name != "items"}
