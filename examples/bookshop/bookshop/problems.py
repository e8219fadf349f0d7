"""What can go wrong here, each with a code of its own."""

from restive import Conflict, FieldError, Unauthorized, UnprocessableContent


class LoginNeeded(Unauthorized):
    """There is no token, or not a good one."""

    code = "login_needed"
    detail = "Send a good token: Authorization: Bearer ..."

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"})


class AuthorHasBooks(Conflict):
    code = "author_has_books"
    detail = "The author has books."


class IsbnTaken(Conflict):
    code = "isbn_taken"
    detail = "Another book has this ISBN."


class Ordered(Conflict):
    code = "ordered"
    detail = "The book has been ordered."


class OutOfStock(Conflict):
    """There are not as many copies as were asked for; nothing was ordered."""

    code = "out_of_stock"
    book_id: int


def invalid(pointer: str, detail: str) -> UnprocessableContent:
    """Return what is only invalid in the light of what is stored."""
    return UnprocessableContent([FieldError(detail=detail, code="value", pointer=pointer)])
