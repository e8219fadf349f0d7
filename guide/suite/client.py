"""The running bookshop as the checks see it: requests by anybody, answers by the contract."""

import itertools
import json
import random
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

import httpx2

from guide.contract import Contract
from guide.errors import ContractError
from guide.suite import wire
from guide.suite.check import Unmet, expect

Response = httpx2.Response

STAFF = "librarian"
ANN, BEN = "ada", "grace"  # two customers
REFUSED = (400, 422)
REQUEST_SECONDS = 10
LARGEST = 20_000_000  # bytes of an answer; no good one has more


@dataclass(frozen=True)
class Data:
    """The rows that the app was filled with (see RULES.md)."""

    users: list[dict[str, Any]]
    authors: list[dict[str, Any]]
    books: list[dict[str, Any]]
    orders: list[dict[str, Any]]

    def user(self, username: str) -> dict[str, Any]:
        return next(user for user in self.users if user["username"] == username)

    def author(self, id: int) -> dict[str, Any]:
        return self.authors[id - 1]


class Shop:
    """One running app.

    url: where it listens.
    secret_key: signs its tokens; for checks of tokens that only a holder of the key could make.
    contract: the contract, or why there is none; checks that need it are then not run.
    data: what it was filled with.
    """

    def __init__(
        self, url: str, secret_key: str, contract: Contract | ContractError, data: Data
    ) -> None:
        self.url = url
        self.secret_key = secret_key
        self.data = data
        self._contract = contract
        self._tokens: dict[str, str] = {}
        # No pool: that a server closes a connection must fail no other check.
        self._client = httpx2.Client(
            base_url=url,
            timeout=REQUEST_SECONDS,
            limits=httpx2.Limits(max_keepalive_connections=0),
            trust_env=False,  # no proxy is between the suite and the app
        )
        self._isbns = self._unused_isbns()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    @property
    def contract(self) -> Contract:
        if isinstance(self._contract, ContractError):
            raise self._contract
        return self._contract

    # Requests

    def request(self, method: str, path: str, *, by: str | None = None, **options: Any) -> Response:
        """Send a request and return the answer, whatever it is.

        by: the user whose token goes along; nobody's by default.
        options: httpx's: params, json, content, headers.
        """
        headers = dict(options.pop("headers", None) or {})
        if by is not None:
            headers["Authorization"] = f"Bearer {self.token(by)}"
        with self._client.stream(method, path, headers=headers, **options) as response:
            body = bytearray()
            for part in response.iter_raw():
                body += part
                expect(
                    len(body) <= LARGEST, f"{method} {path[:80]} gives more than {LARGEST} bytes"
                )
            return Response(
                response.status_code,
                headers=response.headers,
                content=bytes(body),
                request=response.request,
            )

    def get(self, path: str, **options: Any) -> Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> Response:
        return self.request("POST", path, **options)

    def patch(self, path: str, **options: Any) -> Response:
        return self.request("PATCH", path, **options)

    def put(self, path: str, **options: Any) -> Response:
        return self.request("PUT", path, **options)

    def delete(self, path: str, **options: Any) -> Response:
        return self.request("DELETE", path, **options)

    def wire(self, data: bytes, **options: Any) -> "wire.Answer":
        """Send `data` as it is on a connection of its own and return the first answer."""
        return wire.exchange(self.url, data, **options)

    @contextmanager
    def many(self) -> Iterator[Callable[..., Response]]:
        """Yield a `request` for use by several threads at once."""
        with httpx2.Client(base_url=self.url, timeout=30, trust_env=False) as client:
            yield client.request

    def call(self, operation: str, id: int | None = None, **options: Any) -> Response:
        """Call an operation of the contract, and hold the answer against it.

        Raises Unmet when its status, media type, a required header or body is not in the contract.
        """
        which = self.contract.operations[operation]
        path = which.path.replace("{id}", str(id))
        response = self.request(which.method, path, **options)
        self.conforms(operation, response)
        return response

    def ask(self, operation: str, id: int | None = None, **options: Any) -> Any:
        """Call an operation that has to succeed, and return the JSON of its answer."""
        response = self.call(operation, id, **options)
        expect(response.is_success, f"{requested(response)} answered {tell(response)}")
        return json_of(response)

    def conforms(self, operation: str, response: Response) -> None:
        """Raise Unmet unless the contract has this answer for `operation`."""
        which = self.contract.operations[operation]
        status = str(response.status_code)
        answers = which.definition["responses"]
        expect(status in answers, f"{which} answered {tell(response)}, not in the contract")
        answer = self.contract.resolve(answers[status])
        for name, header in answer.get("headers", {}).items():
            required = self.contract.resolve(header).get("required", False)
            expect(
                name in response.headers or not required, f"{which} {status} has no {name} header"
            )
        content = answer.get("content", {})
        if not content:
            expect(not response.content, f"{which} {status} has a body")
            return
        kind = media_type(response)
        if any(each.startswith("image/") for each in content):
            expect(kind in content, f"{which} {status} is {kind!r}")
            return
        body = json_of(response)
        errors = self.contract.schema_errors(content["application/json"].get("schema", {}), body)
        expect(not errors, f"{which} {status} is not as in the contract: {'; '.join(errors[:3])}")

    # People and things

    def token(self, username: str) -> str:
        """Return a token of `username`, from one login for all checks."""
        if username not in self._tokens:
            password = self.data.user(username)["password"]
            response = self.post("/auth/token", json={"username": username, "password": password})
            expect(response.status_code == 200, f"login of {username} answered {tell(response)}")
            self._tokens[username] = json_of(response)["access_token"]
        return self._tokens[username]

    def isbn(self) -> str:
        """Return an ISBN that no book has."""
        return next(self._isbns)

    def new_book(self, **fields: Any) -> dict[str, Any]:
        """Add a book and return it."""
        response = self.post("/books", by=STAFF, json=self.book_body(**fields))
        expect(response.status_code == 201, f"POST /books answered {tell(response)}")
        book: dict[str, Any] = json_of(response)
        return book

    def new_author(self, **fields: Any) -> dict[str, Any]:
        """Add an author and return them."""
        response = self.post("/authors", by=STAFF, json={"name": "Mary Shelley", **fields})
        expect(response.status_code == 201, f"POST /authors answered {tell(response)}")
        author: dict[str, Any] = json_of(response)
        return author

    def book_body(self, **fields: Any) -> dict[str, Any]:
        """Return a good body for POST /books, changed by `fields`."""
        body = {
            "title": "The Last Man",
            "author_id": 1,
            "isbn": self.isbn(),
            "price": "12.50",
            "year": 1826,
            "format": "paperback",
            "stock": 5,
        }
        return body | fields

    def new_cover(self, size: int = 0, colour: int = 0) -> tuple[int, bytes]:
        """Add a book with a PNG cover; return its id and the image."""
        book, image = self.new_book()["id"], png(size, colour)
        response = self.put(f"/books/{book}/cover", by=STAFF, content=image, headers=PNG)
        expect(response.status_code == 204, f"PUT /books/{book}/cover: {tell(response)}")
        return book, image

    def _unused_isbns(self) -> Iterator[str]:
        taken = {book["isbn"] for book in self.data.books}
        # Started at random: a check that runs again on the same database meets no ISBN of its own.
        for number in itertools.count(random.randrange(10**8)):  # noqa: S311 - not a secret
            digits = f"9791{number:08d}"
            odd, even = sum(map(int, digits[::2])), sum(map(int, digits[1::2]))
            isbn = f"{digits}{-(odd + 3 * even) % 10}"
            if isbn not in taken:
                yield isbn


PNG = {"Content-Type": "image/png"}


def png(size: int = 0, colour: int = 0) -> bytes:
    """Return a PNG image of one grey pixel, filled up to `size` bytes by a text chunk."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + kind + data + checksum

    head = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", bytes([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]))
    tail = chunk(b"IDAT", zlib.compress(bytes([0, colour]))) + chunk(b"IEND", b"")
    filling = size - len(head) - len(tail) - 12
    text = chunk(b"tEXt", b"Comment\0".ljust(filling, b"x")) if filling >= 8 else b""
    return head + text + tail


# Reading answers


def media_type(response: Response) -> str:
    """Return the answer's media type without parameters, in lower case."""
    return response.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def json_of(response: Response) -> Any:
    """Return the answer's JSON; raise Unmet when it is none, or says that it is none."""
    kind = media_type(response)
    said = kind == "application/json" or re.fullmatch(r"application/[^/]+\+json", kind)
    expect(said, f"{requested(response)} answered {tell(response)} as {kind or 'nothing'!r}")
    try:
        return json.loads(response.content)
    except ValueError as error:
        raise Unmet(f"{requested(response)} answered what is not JSON: {error}") from error


def tell(response: Response) -> str:
    """Return the status and the beginning of the body, for a message."""
    start = response.content[:160].decode("utf-8", "replace").replace("\n", " ")
    return f"{response.status_code} {start}".strip()


def requested(response: Response) -> str:
    """Return method and path of what was asked, for a message."""
    request = response.request
    return f"{request.method} {request.url.raw_path.decode()[:80]}"


def refuses(response: Response, *fields: str) -> None:
    """Raise Unmet unless the answer is 400 or 422 and names each of `fields`."""
    status = response.status_code
    expect(status in REFUSED, f"{requested(response)} answered {tell(response)}, not 400 or 422")
    body = json_of(response)
    sent = _sent(response)
    for field in fields:
        expect(
            names(body, field, sent),
            f"{requested(response)}: the error does not name {field!r}: {tell(response)}",
        )


def names(body: Any, field: str, sent: Any = None) -> bool:
    """Return whether `body` names `field`: as a key, in a location, or as a message's first word.

    sent: the body of the request; a copy of it in the answer, or of the field's value, names
        nothing.
    """
    if isinstance(body, str):
        return _names(body, field)
    if isinstance(body, list):
        return body != sent and any(names(each, field, sent) for each in body)
    if not isinstance(body, dict) or _copies(body, sent):
        return False
    copied = isinstance(sent, dict) and field in sent and body.get(field) == sent[field]
    return (field in body and not copied) or any(names(each, field, sent) for each in body.values())


def _names(text: str, field: str) -> bool:
    """Return whether a text is a location with `field` in it, or a message that begins with it."""
    word = rf"(?<!\w){re.escape(field)}(?!\w)"
    location = re.fullmatch(r"[\w.\-/\[\]$#]+", text) and re.search(word, text)
    return bool(location or re.match(rf"[\"'`]?{word}", text))


def _copies(body: dict[str, Any], sent: Any) -> bool:
    """Return whether `body` is what was sent, or that and more."""
    return (
        isinstance(sent, dict)
        and len(sent) > 1
        and all(body.get(name) == value for name, value in sent.items())
    )


def _sent(response: Response) -> Any:
    try:
        return json.loads(response.request.content)
    except ValueError:
        return None
