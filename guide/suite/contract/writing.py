"""Staff write authors and books."""

from guide.suite.check import check, expect
from guide.suite.client import STAFF, Shop, json_of, refuses, tell


@check("contract.author-create", "Staff add an author: 201, Location, and the author is there")
def author_create(shop: Shop) -> None:
    body = {"name": "Karel Čapek", "born": 1890, "died": 1938, "bio": "Wrote R.U.R."}
    response = shop.call("createAuthor", by=STAFF, json=body)
    expect(response.status_code == 201, f"POST /authors answered {tell(response)}")
    author = json_of(response)
    expect({**body, "id": author["id"]} == author, f"POST /authors gave {author}")
    again = json_of(shop.get(response.headers["Location"]))
    expect(again == author, f"GET {response.headers['Location']} gave {again}")


@check("contract.author-defaults", "What an author's body leaves out is null, or empty")
def author_defaults(shop: Shop) -> None:
    author = shop.ask("createAuthor", by=STAFF, json={"name": "Anonymous"})
    rest = {name: author[name] for name in ("born", "died", "bio")}
    expect(rest == {"born": None, "died": None, "bio": ""}, f"defaults: {rest}")


@check("contract.author-change", "PATCH changes what it names, and null empties it")
def author_change(shop: Shop) -> None:
    author = shop.new_author(born=1797, died=1851, bio="Wrote Frankenstein.")
    changed = shop.call("updateAuthor", author["id"], by=STAFF, json={"died": None})
    wanted = {**author, "died": None}
    expect(json_of(changed) == wanted, f"PATCH gave {tell(changed)} instead of {wanted}")
    expect(json_of(shop.get(f"/authors/{author['id']}")) == wanted, "PATCH was not stored")
    empty = shop.call("updateAuthor", author["id"], by=STAFF, json={})
    expect(json_of(empty) == wanted, f"an empty PATCH changed the author: {tell(empty)}")


@check("contract.author-delete", "An author without books is deleted, another is a conflict")
def author_delete(shop: Shop) -> None:
    author = shop.new_author()["id"]
    book = shop.new_book(author_id=author)["id"]
    kept = shop.call("deleteAuthor", author, by=STAFF)
    expect(kept.status_code == 409, f"DELETE of an author with a book answered {tell(kept)}")
    expect(shop.get(f"/books/{book}").status_code == 200, "and the book is gone")
    shop.call("deleteBook", book, by=STAFF)
    gone = shop.call("deleteAuthor", author, by=STAFF)
    expect(gone.status_code == 204, f"DELETE /authors/{author} answered {tell(gone)}")
    again = shop.call("deleteAuthor", author, by=STAFF)
    expect(again.status_code == 404, f"a second DELETE answered {tell(again)}")


@check("contract.book-create", "Staff add a book: 201, Location, and the book is there")
def book_create(shop: Shop) -> None:
    body = shop.book_body(price="7.5", description="Třetí vydání 📚")
    response = shop.call("createBook", by=STAFF, json=body)
    expect(response.status_code == 201, f"POST /books answered {tell(response)}")
    book = json_of(response)
    expect(book["price"] == "7.50", f"price is {book['price']!r}")
    expect(book["author"]["id"] == 1, f"author is {book['author']}")
    for name in ("title", "isbn", "year", "format", "stock", "description"):
        expect(book[name] == body[name], f"{name} is {book[name]!r}")
    again = json_of(shop.get(response.headers["Location"]))
    expect(again == book, f"GET {response.headers['Location']} gave {again}")


@check("contract.book-defaults", "What a book's body leaves out has its default")
def book_defaults(shop: Shop) -> None:
    body = shop.book_body()
    del body["stock"]
    book = shop.ask("createBook", by=STAFF, json=body)
    expect((book["stock"], book["description"]) == (0, ""), f"defaults: {book}")


@check("contract.book-change", "PATCH changes what it names and keeps the rest")
def book_change(shop: Shop) -> None:
    book = shop.new_book()
    changes = {"price": 3.99, "stock": 0, "author_id": 2}
    response = shop.call("updateBook", book["id"], by=STAFF, json=changes)
    changed = json_of(response)
    author = {"id": 2, "name": shop.data.author(2)["name"]}
    wanted = {**book, "price": "3.99", "stock": 0, "author": author}
    expect(changed == wanted, f"PATCH gave {tell(response)} instead of {wanted}")
    expect(json_of(shop.get(f"/books/{book['id']}")) == wanted, "PATCH was not stored")


@check("contract.book-delete", "A book that nobody ordered is deleted, another is a conflict")
def book_delete(shop: Shop) -> None:
    book = shop.new_book()["id"]
    gone = shop.call("deleteBook", book, by=STAFF)
    expect(gone.status_code == 204, f"DELETE /books/{book} answered {tell(gone)}")
    after = shop.call("getBook", book)
    expect(after.status_code == 404, f"the deleted book answered {tell(after)}")
    ordered = shop.data.orders[0]["lines"][0]["book_id"]
    kept = shop.call("deleteBook", ordered, by=STAFF)
    expect(kept.status_code == 409, f"DELETE of an ordered book answered {tell(kept)}")


@check("contract.isbn-taken", "An ISBN that is taken is a conflict, on POST and on PATCH")
def isbn_taken(shop: Shop) -> None:
    taken, other = shop.new_book(), shop.new_book()
    for response in (
        shop.call("createBook", by=STAFF, json=shop.book_body(isbn=taken["isbn"])),
        shop.call("updateBook", other["id"], by=STAFF, json={"isbn": taken["isbn"]}),
    ):
        expect(response.status_code == 409, f"a taken ISBN answered {tell(response)}")
    same = shop.call("updateBook", taken["id"], by=STAFF, json={"isbn": taken["isbn"]})
    expect(same.status_code == 200, f"a PATCH with its own ISBN answered {tell(same)}")


@check("contract.unknown-author", "A book of nobody is refused and names author_id")
def unknown_author(shop: Shop) -> None:
    refuses(shop.call("createBook", by=STAFF, json=shop.book_body(author_id=999_999)), "author_id")
    book = shop.new_book()["id"]
    refuses(shop.call("updateBook", book, by=STAFF, json={"author_id": 999_999}), "author_id")


@check("contract.write-not-found", "Writing what is not there is 404")
def write_not_found(shop: Shop) -> None:
    for operation, body in (
        ("updateAuthor", {"name": "Nobody"}),
        ("updateBook", {"title": "Nothing"}),
        ("deleteAuthor", None),
        ("deleteBook", None),
    ):
        options = {} if body is None else {"json": body}
        response = shop.call(operation, 999_999, by=STAFF, **options)
        expect(response.status_code == 404, f"{operation} answered {tell(response)}")
