"""What the load is made of: six operations of the contract and a mix of them, as bytes.

Each request carries the ten headers that a browser sends: frameworks that look at headers only when
asked, and those that always do, are both judged on what really comes.
"""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from guide.suite.client import ANN, STAFF, Data, Shop

BROWSER = {
    "Host": "127.0.0.1",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Accept": "application/json, text/plain, */*",
    "Accept-Language": "en-US,en;q=0.8,cs;q=0.5",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Origin": "http://127.0.0.1",
    "Connection": "keep-alive",
    "Sec-Fetch-Dest": "empty",
    "Sec-Fetch-Mode": "cors",
    "Sec-Fetch-Site": "same-origin",
}
# Words that titles have, and some that none has.
WORDS = ("the", "war", "night", "love", "house", "king", "zzz", "sea", "garden", "time")


@dataclass(frozen=True)
class Operation:
    """A kind of request.

    share: of the mix, in per cent; all shares make 100.
    status: of the right answer.
    """

    key: str
    title: str
    request: str
    share: int
    status: tuple[int, ...]


OPERATIONS = (
    Operation("read", "Read one book", "GET /books/{id}", 45, (200,)),
    Operation("list", "A page of 20 books with authors", "GET /books?page=", 20, (200,)),
    Operation("search", "Search, filter and sort", "GET /books?q=&price_max=&sort=", 10, (200,)),
    Operation("account", "Check a token, read the account", "GET /me", 15, (200,)),
    Operation("order", "Order two books", "POST /orders", 5, (201,)),
    Operation("refused", "Refuse a body of four faults", "POST /books", 5, (400, 422)),
)
MIX = "mix"
TITLES = {each.key: each.title for each in OPERATIONS} | {MIX: "All six, mixed"}


class Traffic:
    """Makes requests for one running app, by a fixed seed: the same sequence for every app."""

    def __init__(self, shop: Shop, seed: int = 1) -> None:
        self._random = random.Random(seed)  # noqa: S311 - not a secret
        self._data = shop.data
        self._ann, self._staff = shop.token(ANN), shop.token(STAFF)
        self._make: Mapping[str, Callable[[], bytes]] = {
            "read": self._read,
            "list": self._list,
            "search": self._search,
            "account": self._account,
            "order": self._order,
            "refused": self._refused,
        }
        self._stocked = _well_stocked(self._data)

    def requests(self, operation: str, count: int) -> list[bytes]:
        """Return `count` requests of `operation`, a key of OPERATIONS or MIX."""
        if operation == MIX:
            keys = [each.key for each in OPERATIONS]
            shares = [each.share for each in OPERATIONS]
            return [self._make[key]() for key in self._random.choices(keys, shares, k=count)]
        return [self._make[operation]() for _ in range(count)]

    def _read(self) -> bytes:
        return request("GET", f"/books/{self._random.randint(1, len(self._data.books))}")

    def _list(self) -> bytes:
        return request("GET", f"/books?page={self._random.randint(1, 50)}")

    def _search(self) -> bytes:
        word, price = self._random.choice(WORDS), self._random.randint(5, 40)
        return request("GET", f"/books?q={word}&price_max={price}&sort=-price")

    def _account(self) -> bytes:
        return request("GET", "/me", token=self._ann)

    def _order(self) -> bytes:
        chosen = self._random.sample(self._stocked, 2)
        lines = [{"book_id": book, "quantity": 1} for book in chosen]
        return request("POST", "/orders", {"lines": lines}, self._ann)

    def _refused(self) -> bytes:
        body = {"title": "", "author_id": 1, "isbn": "123", "price": -1, "year": 1, "format": "x"}
        return request("POST", "/books", body, self._staff)


def request(method: str, target: str, body: Any = None, token: str = "") -> bytes:
    """Return a request as bytes, with a browser's headers."""
    fields = dict(BROWSER)
    content = b"" if body is None else json.dumps(body).encode()
    if body is not None:
        fields |= {"Content-Type": "application/json", "Content-Length": str(len(content))}
    if token:
        fields["Authorization"] = f"Bearer {token}"
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode() + content


def _well_stocked(data: Data) -> list[int]:
    """Return the ids of the books that there are most of: no run may sell them out."""
    books = sorted(data.books, key=lambda book: -book["stock"])
    return [book["id"] for book in books[:400]]
