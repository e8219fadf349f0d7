"""Every rule on every field of a body: a bad value is refused by name, a good one taken."""

from typing import Any

from guide.suite.check import check, expect
from guide.suite.client import ANN, STAFF, Shop, json_of, refuses, tell

Values = dict[str, list[Any]]

BAD_AUTHOR: Values = {
    "name": ["", "   ", "x" * 201, None, ["x"]],
    "born": [-3001, 2101, "soon", 1.5, [1]],
    "died": [-3001, 2101, "late", {}],
    "bio": ["x" * 2001, None, {}],
}
GOOD_AUTHOR: Values = {
    "name": ["x" * 200, "Ngũgĩ wa Thiong'o", "夏目漱石"],
    "born": [-3000, 2100, 0, None],
    "died": [None],
    "bio": ["x" * 2000, ""],
}
BAD_BOOK: Values = {
    "title": ["", " \t ", "x" * 301, None, {}],
    "author_id": [0, -1, None, "x", 1.5, [1]],
    "isbn": ["", "123", "9990000000000", "97800000000000", "978000000000x", None, 5],
    "price": [0, "0.00", -1, "-1.00", 10000, "10000.00", 1.999, "1.999", "x", "", None, [1]],
    "year": [-3001, 2101, None, "x", 1.5],
    "format": ["scroll", "", "Paperback", None, 1],
    "stock": [-1, 1_000_001, None, "x", 1.5],
    "description": ["x" * 5001, None, []],
}
GOOD_BOOK: Values = {
    "title": ["x" * 300, "🙂 Ünïcødé"],
    "price": [0.01, "0.01", 9999.99, "9999.99", 5, "5", "5.1"],
    "year": [-3000, 2100, 0],
    "format": ["hardcover", "paperback", "ebook", "audiobook"],
    "stock": [0, 1_000_000],
    "description": ["x" * 5000, ""],
}
BAD_ACCOUNT: Values = {
    "email": ["", "nobody", "a@b@c", "a b@example.com", None, 5, "x" * 250 + "@example.com"],
    "full_name": ["", "x" * 201, None, []],
}


@check("contract.author-fields", "Each bad value of an author's field is refused by its name")
def author_fields(shop: Shop) -> None:
    author = shop.new_author()["id"]
    for field, values in BAD_AUTHOR.items():
        for value in values:
            body = {"name": "Somebody", field: value}
            refuses(shop.call("createAuthor", by=STAFF, json=body), field)
            refuses(shop.call("updateAuthor", author, by=STAFF, json={field: value}), field)


@check("contract.author-fields-taken", "Each good value of an author's field is taken")
def author_fields_taken(shop: Shop) -> None:
    for field, values in GOOD_AUTHOR.items():
        for value in values:
            body = {"name": "Somebody", field: value}
            response = shop.call("createAuthor", by=STAFF, json=body)
            expect(response.status_code == 201, f"{field}={value!r} answered {tell(response)}")
            stored = json_of(response)[field]
            expect(stored == value, f"{field}={value!r} was stored as {stored!r}")


@check("contract.author-died-before-born", "Nobody dies before they are born: died is named")
def died_before_born(shop: Shop) -> None:
    body = {"name": "Merlin", "born": 1900, "died": 1899}
    refuses(shop.call("createAuthor", by=STAFF, json=body), "died")
    author = shop.new_author(born=1797, died=1851)["id"]
    # The other year is the stored one.
    refuses(shop.call("updateAuthor", author, by=STAFF, json={"died": 1796}), "died")
    refuses(shop.call("updateAuthor", author, by=STAFF, json={"born": 1852}), "died")
    same = shop.call("updateAuthor", author, by=STAFF, json={"born": 1851})
    expect(same.status_code == 200, f"born and died in one year answered {tell(same)}")


@check("contract.book-fields", "Each bad value of a book's field is refused by its name")
def book_fields(shop: Shop) -> None:
    book = shop.new_book()["id"]
    for field, values in BAD_BOOK.items():
        for value in values:
            body = shop.book_body(**{field: value})
            refuses(shop.call("createBook", by=STAFF, json=body), field)
            refuses(shop.call("updateBook", book, by=STAFF, json={field: value}), field)


@check("contract.book-fields-taken", "Each good value of a book's field is taken")
def book_fields_taken(shop: Shop) -> None:
    for field, values in GOOD_BOOK.items():
        for value in values:
            body = shop.book_body(**{field: value})
            response = shop.call("createBook", by=STAFF, json=body)
            expect(response.status_code == 201, f"{field}={value!r} answered {tell(response)}")


@check("contract.required-fields", "Each required field that is missing is named")
def required_fields(shop: Shop) -> None:
    for field in ("title", "author_id", "isbn", "price", "year", "format"):
        body = shop.book_body()
        del body[field]
        refuses(shop.call("createBook", by=STAFF, json=body), field)
    refuses(shop.call("createAuthor", by=STAFF, json={}), "name")
    refuses(shop.call("createOrder", by=ANN, json={}), "lines")
    for field in ("username", "password"):
        body = {"username": ANN, "password": "x"}
        del body[field]
        refuses(shop.call("createToken", json=body), field)


@check("contract.all-errors", "All fields at fault are named at once")
def all_errors(shop: Shop) -> None:
    body = shop.book_body(title="", price=-1, year="x", format="scroll")
    refuses(shop.call("createBook", by=STAFF, json=body), "title", "price", "year", "format")


@check("contract.account-fields", "Each bad value of the account's fields is refused by its name")
def account_fields(shop: Shop) -> None:
    for field, values in BAD_ACCOUNT.items():
        for value in values:
            refuses(shop.call("updateMe", by=ANN, json={field: value}), field)


@check("contract.order-fields", "Each bad line of an order is refused and names its field")
def order_fields(shop: Shop) -> None:
    bad: list[Any] = [[], None, "x", {}, [{"book_id": 1, "quantity": 1}] * 51]
    for lines in bad:
        refuses(shop.call("createOrder", by=ANN, json={"lines": lines}), "lines")
    for quantity in (0, -1, 101, "x", None, 1.5):
        body = {"lines": [{"book_id": 1, "quantity": quantity}]}
        refuses(shop.call("createOrder", by=ANN, json=body), "quantity")
    for book in (0, -1, None, "x", 999_999):
        body = {"lines": [{"book_id": book, "quantity": 1}]}
        refuses(shop.call("createOrder", by=ANN, json=body), "book_id")
