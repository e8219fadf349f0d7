"""The guide's data is always the same, and all of it fits the guide's contract."""

import hashlib
import json
import re
import runpy
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from guide.seed import generate as seed

SHA256 = "efb2b93cf116d482a32638b1cfa5ab78e7c2405a455f6ed7d187cc1645555717"
FORMATS = {"hardcover", "paperback", "ebook", "audiobook"}
MEMBERS = {
    "users": {"id", "username", "password", "email", "full_name", "is_staff"},
    "authors": {"id", "name", "born", "died", "bio"},
    "books": {
        *("id", "title", "author_id", "isbn", "price"),
        *("year", "format", "stock", "description", "created_at"),
    },
    "orders": {"id", "user_id", "created_at", "lines"},
}
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def data() -> dict[str, Rows]:
    """What an app reads: the file's bytes, parsed."""
    loaded: dict[str, Rows] = json.loads(seed.as_bytes(seed.generate()))
    return loaded


def test_the_bytes_are_always_the_same() -> None:
    first, second = (seed.as_bytes(seed.generate()) for _ in range(2))
    assert first == second
    assert hashlib.sha256(first).hexdigest() == SHA256


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> object:
    """The exit status of `python -m guide.seed` with these arguments."""
    monkeypatch.setattr(sys, "argv", ["guide.seed", *arguments])
    with pytest.raises(SystemExit) as stopped:
        runpy.run_module("guide.seed", run_name="__main__")
    return stopped.value.code


def test_the_command_writes_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "data.json"
    assert run(monkeypatch, str(out)) == 0
    assert hashlib.sha256(out.read_bytes()).hexdigest() == SHA256


def test_the_command_needs_one_path(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch) == 2
    assert "usage:" in capsys.readouterr().err


def test_sizes(data: dict[str, Rows]) -> None:
    assert 190 <= len(data["authors"]) <= 230
    assert 2300 <= len(data["books"]) <= 2800
    assert len(data["orders"]) == 1000
    assert Counter(user["is_staff"] for user in data["users"]) == {True: 2, False: 12}


@pytest.mark.parametrize("kind", MEMBERS)
def test_members_and_ids(data: dict[str, Rows], kind: str) -> None:
    assert all(row.keys() == MEMBERS[kind] for row in data[kind])
    assert [row["id"] for row in data[kind]] == list(range(1, len(data[kind]) + 1))


def test_users(data: dict[str, Rows]) -> None:
    users = data["users"]
    for member in ("username", "password", "email", "full_name"):
        assert len({user[member] for user in users}) == len(users)
        assert all(user[member].strip() for user in users)
    assert all(user["email"] == f"{user['username']}@example.com" for user in users)
    assert [user["username"] for user in users if user["is_staff"]] == ["librarian", "keeper"]


def test_authors(data: dict[str, Rows]) -> None:
    names = [author["name"] for author in data["authors"]]
    assert len(set(names)) == len(names)
    for author in data["authors"]:
        assert author["name"] == author["name"].strip()
        assert 1 <= len(author["name"]) <= 200
        assert len(author["bio"]) <= 2000
        years = [year for year in (author["born"], author["died"]) if year is not None]
        assert years == sorted(years)
        assert all(-3000 <= year <= 2100 for year in years)


def test_books(data: dict[str, Rows]) -> None:
    for book in data["books"]:
        assert book["title"] == book["title"].strip()
        assert 1 <= len(book["title"]) <= 300
        assert -3000 <= book["year"] <= 2100
        assert book["format"] in FORMATS
        assert 0 <= book["stock"] <= 200
        assert len(book["description"]) <= 5000
        assert re.fullmatch(r"[0-9]{1,4}\.[0-9]{2}", book["price"])
        assert 3 <= float(book["price"]) <= 80


def test_isbns(data: dict[str, Rows]) -> None:
    isbns = [book["isbn"] for book in data["books"]]
    assert len(set(isbns)) == len(isbns)
    for isbn in isbns:
        assert re.fullmatch(r"97[89][0-9]{10}", isbn)
        digits = [int(digit) for digit in isbn]
        assert (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0


def test_check_digit_of_a_known_isbn() -> None:
    assert seed.check_digit("978030640615") == "7"


def test_every_title_has_two_to_four_editions_each_in_another_format(
    data: dict[str, Rows],
) -> None:
    formats: dict[tuple[int, str], list[str]] = {}
    for book in data["books"]:
        formats.setdefault((book["author_id"], book["title"]), []).append(book["format"])
    assert len(formats) == len(seed.read_catalogue())
    assert all(2 <= len(names) <= 4 for names in formats.values())
    assert all(len(set(names)) == len(names) for names in formats.values())


def test_some_books_are_sold_out(data: dict[str, Rows]) -> None:
    sold_out = sum(book["stock"] == 0 for book in data["books"])
    assert 0.02 < sold_out / len(data["books"]) < 0.04


def test_every_author_has_books_and_every_book_an_author(data: dict[str, Rows]) -> None:
    ids = {author["id"] for author in data["authors"]}
    assert {book["author_id"] for book in data["books"]} == ids


def test_only_customers_order_and_each_does(data: dict[str, Rows]) -> None:
    customers = {user["id"] for user in data["users"] if not user["is_staff"]}
    assert {order["user_id"] for order in data["orders"]} == customers


def test_order_lines(data: dict[str, Rows]) -> None:
    prices = {book["id"]: book["price"] for book in data["books"]}
    for order in data["orders"]:
        assert 1 <= len(order["lines"]) <= 4
        assert len({line["book_id"] for line in order["lines"]}) == len(order["lines"])
        for line in order["lines"]:
            assert line.keys() == {"book_id", "quantity", "unit_price"}
            assert 1 <= line["quantity"] <= 3
            assert line["unit_price"] == prices[line["book_id"]]


def test_some_books_are_ordered_by_nobody(data: dict[str, Rows]) -> None:
    ordered = {line["book_id"] for order in data["orders"] for line in order["lines"]}
    assert len(data["books"]) - len(ordered) >= 50
    assert not any(book_id % seed.UNSOLD_EVERY == 0 for book_id in ordered)


@pytest.mark.parametrize(
    ("kind", "since", "until"),
    [("books", "2025-01-01", "2026-01-01"), ("orders", "2026-01-01", "2026-11-01")],
)
def test_a_greater_id_is_later(data: dict[str, Rows], kind: str, since: str, until: str) -> None:
    times = [row["created_at"] for row in data[kind]]
    assert all(MOMENT.fullmatch(time) and datetime.fromisoformat(time) for time in times)
    assert times == sorted(set(times))
    assert since < times[0]
    assert times[-1] < until


def test_the_catalogue_names_no_title_twice_and_none_before_its_author() -> None:
    works = seed.read_catalogue()
    assert 650 <= len(works) <= 750
    assert len({(work.author, work.title) for work in works}) == len(works)
    assert len({(work.author, work.born, work.died) for work in works}) == len(
        {work.author for work in works}
    )
    assert all(work.born is None or work.born < work.year for work in works)
    assert all(2 <= count <= 8 for count in Counter(work.author for work in works).values())


@pytest.mark.parametrize(
    ("born", "died", "bio"),
    [
        (1775, 1817, "Born 1775. Died 1817."),
        (-70, -19, "Born 70 BCE. Died 19 BCE."),
        (1949, None, "Born 1949."),
        (None, None, ""),
    ],
)
def test_bio(born: int | None, died: int | None, bio: str) -> None:
    assert seed.bio(born, died) == bio
