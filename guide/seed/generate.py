"""Makes the guide's data: real authors and titles, and everything else invented.

`catalogue.csv` holds names, years of life, titles and years of first publication (for some plays
and ancient works, of first performance or completion); those are real. Editions, ISBNs,
prices, stocks, accounts and orders are invented: an ISBN here has a valid check digit and means
nothing else, though one may happen to be somebody's.

The outcome is the same, byte for byte, on every supported Python and machine.
"""

import csv
import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

SEED = 20261122
CATALOGUE = Path(__file__).with_name("catalogue.csv")

T = TypeVar("T")
Row = dict[str, Any]
Data = dict[str, list[Row]]


class Work(NamedTuple):
    """One title of the catalogue."""

    author: str
    born: int | None
    died: int | None
    title: str
    year: int


class Kind(NamedTuple):
    """A format: its prices in cents, and how it is described."""

    cheapest: int
    dearest: int
    description: str


KINDS = {
    "hardcover": Kind(1800, 8000, "Hardcover edition."),
    "paperback": Kind(700, 2600, "Paperback edition."),
    "ebook": Kind(300, 1500, "Electronic edition."),
    "audiobook": Kind(1000, 4200, "Unabridged reading."),
}
ENDINGS = (0, 50, 90, 95, 99)

STAFF = (
    ("librarian", "Callimachus of Cyrene", "librarian-shelves-books"),
    ("keeper", "Zenodotus of Ephesus", "keeper-counts-scrolls"),
)
# People long dead: nobody alive finds an account in their name.
CUSTOMERS = (
    ("ada", "Ada Lovelace", "ada-reads-books"),
    ("grace", "Grace Hopper", "grace-reads-compilers"),
    ("alan", "Alan Turing", "alan-reads-tapes"),
    ("emmy", "Emmy Noether", "emmy-reads-rings"),
    ("kurt", "Kurt Gödel", "kurt-reads-proofs"),
    ("sofya", "Sofya Kovalevskaya", "sofya-reads-tops"),
    ("srinivasa", "Srinivasa Ramanujan", "srinivasa-reads-series"),
    ("hypatia", "Hypatia of Alexandria", "hypatia-reads-cones"),
    ("omar", "Omar Khayyám", "omar-reads-cubics"),
    ("leonhard", "Leonhard Euler", "leonhard-reads-bridges"),
    ("sophie", "Sophie Germain", "sophie-reads-primes"),
    ("rene", "René Descartes", "rene-reads-curves"),
)

BOOKS_SINCE = datetime(2025, 1, 1, tzinfo=UTC)
BOOKS_UNTIL = datetime(2026, 1, 1, tzinfo=UTC)
ORDERS_SINCE = datetime(2026, 1, 1, tzinfo=UTC)
ORDERS_UNTIL = datetime(2026, 11, 1, tzinfo=UTC)
ORDERS = 1000
SOLD_OUT_PERCENT = 3
UNSOLD_EVERY = 40
"""Books whose id is a multiple of this are ordered by nobody, so that they can be deleted."""


class Dice:
    """Choices that come out the same on every version of Python."""

    def __init__(self, seed: int) -> None:
        # Only random() is promised to repeat across versions, so everything is made from it.
        self._random = random.Random(seed).random  # noqa: S311 - repeatable, not secret

    def below(self, end: int) -> int:
        """Any of 0 .. end - 1."""
        return int(self._random() * end)

    def between(self, first: int, last: int) -> int:
        """Any of first .. last, both included."""
        return first + self.below(last - first + 1)

    def chance(self, percent: int) -> bool:
        """True in so many cases of a hundred."""
        return self.below(100) < percent

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in some other order."""
        left = list(items)
        return [left.pop(self.below(len(left))) for _ in items]

    def some(self, items: Sequence[T], count: int) -> list[T]:
        """`count` different items, in any order."""
        places: list[int] = []
        while len(places) < count:
            place = self.below(len(items))
            if place not in places:
                places.append(place)
        return [items[place] for place in places]


def read_catalogue() -> list[Work]:
    """Every title of the catalogue, in the order of the file."""
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        return [
            Work(
                author=row["author"],
                born=optional_year(row["born"]),
                died=optional_year(row["died"]),
                title=row["title"],
                year=int(row["year"]),
            )
            for row in csv.DictReader(file)
        ]


def optional_year(text: str) -> int | None:
    """The year, or None for an empty field."""
    return int(text) if text else None


def check_digit(twelve: str) -> str:
    """The last digit of the ISBN-13 that begins with these twelve."""
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(twelve))
    return str(-weighted % 10)


def isbns(dice: Dice, count: int) -> list[str]:
    """So many different invented ISBN-13s with valid check digits."""
    made: dict[str, None] = {}  # a set would forget the order
    while len(made) < count:
        twelve = f"97{dice.between(8, 9)}{dice.below(10**9):09}"
        made[twelve + check_digit(twelve)] = None
    return list(made)


def money(cents: int) -> str:
    """The amount as the contract writes it."""
    return f"{cents // 100}.{cents % 100:02}"


def price(dice: Dice, kind: Kind) -> str:
    """A price in the format's range: most with an ending that shops like, some with any."""
    cents = dice.between(kind.cheapest, kind.dearest)
    if dice.chance(80):
        cents = cents // 100 * 100 + ENDINGS[dice.below(len(ENDINGS))]
    return money(min(cents, kind.dearest))


def rfc3339(moment: datetime) -> str:
    """The moment in UTC, to the second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def moments(dice: Dice, since: datetime, until: datetime, count: int) -> list[str]:
    """So many rising moments, spread over the time from `since` to before `until`."""
    seconds = int((until - since).total_seconds()) // count
    return [
        rfc3339(since + timedelta(seconds=seconds * place + dice.below(seconds)))
        for place in range(count)
    ]


def users() -> list[Row]:
    """The accounts, staff first."""
    people = [(person, True) for person in STAFF] + [(person, False) for person in CUSTOMERS]
    return [
        {
            "id": number,
            "username": username,
            "password": password,
            "email": f"{username}@example.com",
            "full_name": full_name,
            "is_staff": is_staff,
        }
        for number, ((username, full_name, password), is_staff) in enumerate(people, 1)
    ]


def spoken_year(year: int) -> str:
    """The year as a reader expects it, without a minus sign."""
    return str(year) if year > 0 else f"{-year} BCE"


def bio(born: int | None, died: int | None) -> str:
    """What the two years say, as sentences; empty when there are none."""
    sentences = []
    if born is not None:
        sentences.append(f"Born {spoken_year(born)}.")
    if died is not None:
        sentences.append(f"Died {spoken_year(died)}.")
    return " ".join(sentences)


def authors(works: Sequence[Work]) -> list[Row]:
    """Every author of the catalogue once, in the order of their first titles."""
    first_works: dict[str, Work] = {}
    for work in works:
        first_works.setdefault(work.author, work)
    return [
        {
            "id": number,
            "name": work.author,
            "born": work.born,
            "died": work.died,
            "bio": bio(work.born, work.died),
        }
        for number, work in enumerate(first_works.values(), 1)
    ]


def editions(dice: Dice, works: Sequence[Work]) -> list[tuple[Work, str]]:
    """Each title in some of the formats, two at least and most often four; all mixed up."""
    chosen = [
        (work, name)
        for work in works
        for name in dice.some(tuple(KINDS), (2, 3, 4, 4, 4, 4)[dice.below(6)])
    ]
    return dice.shuffled(chosen)


def description(dice: Dice, work: Work, kind: Kind) -> str:
    """A neutral sentence or two, or, for one book in ten, nothing."""
    if dice.chance(10):
        return ""
    if dice.chance(50):
        return kind.description
    return f"{kind.description} First published {spoken_year(work.year)}."


def books(dice: Dice, works: Sequence[Work], author_ids: dict[str, int]) -> list[Row]:
    """The editions, each later than the one before it."""
    chosen = editions(dice, works)
    numbers = isbns(dice, len(chosen))
    times = moments(dice, BOOKS_SINCE, BOOKS_UNTIL, len(chosen))
    return [
        {
            "id": number,
            "title": work.title,
            "author_id": author_ids[work.author],
            "isbn": isbn,
            "price": price(dice, KINDS[name]),
            "year": work.year,
            "format": name,
            "stock": 0 if dice.chance(SOLD_OUT_PERCENT) else dice.between(1, 200),
            "description": description(dice, work, KINDS[name]),
            "created_at": time,
        }
        for number, ((work, name), isbn, time) in enumerate(
            zip(chosen, numbers, times, strict=True), 1
        )
    ]


def lines(dice: Dice, sold: Sequence[Row]) -> list[Row]:
    """One to four lines of an order, each of another book."""
    return [
        {"book_id": book["id"], "quantity": dice.between(1, 3), "unit_price": book["price"]}
        for book in dice.some(sold, dice.between(1, 4))
    ]


def orders(dice: Dice, customers: Sequence[Row], stocked: Sequence[Row]) -> list[Row]:
    """The customers' orders, each later than the one before it."""
    sold = [book for book in stocked if book["id"] % UNSOLD_EVERY]
    return [
        {
            "id": number,
            "user_id": customers[dice.below(len(customers))]["id"],
            "created_at": time,
            "lines": lines(dice, sold),
        }
        for number, time in enumerate(moments(dice, ORDERS_SINCE, ORDERS_UNTIL, ORDERS), 1)
    ]


def generate() -> Data:
    """The whole data file, as the rules of the guide describe it."""
    dice = Dice(SEED)
    works = read_catalogue()
    all_users = users()
    all_authors = authors(works)
    all_books = books(dice, works, {author["name"]: author["id"] for author in all_authors})
    customers = [user for user in all_users if not user["is_staff"]]
    return {
        "users": all_users,
        "authors": all_authors,
        "books": all_books,
        "orders": orders(dice, customers, all_books),
    }


def as_bytes(data: Data) -> bytes:
    """The data as JSON in UTF-8, ending in a line feed."""
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()
