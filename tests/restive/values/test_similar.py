"""Suggestions for names that do not exist."""

import time

import pytest

from restive.values.similar import LONGEST, MOST, did_you_mean

NAMES = ["name", "title", "author_id", "limit", "description", "sort"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("tittle", ["title"]),
        ("Titel", ["title"]),
        ("TITLE", ["title"]),
        ("author-id", ["author_id"]),
        ("authorid", ["author_id"]),
        ("sort_by", ["sort"]),
        ("descripton", ["description"]),
        ("page", []),
        ("x", []),
        ("", []),
    ],
)
def test_suggestions(name: str, expected: list[str]) -> None:
    assert did_you_mean(name, NAMES) == expected


def test_at_most_three_the_likest_first() -> None:
    assert did_you_mean("name", ["names", "nam", "Name"])[0] == "Name"
    assert len(did_you_mean("name", ["names", "named", "namer", "nam", "name1"])) == 3


def test_work_is_bound() -> None:
    assert did_you_mean("a" * (LONGEST + 1), ["a" * (LONGEST + 1)]) == []
    assert did_you_mean("a" * LONGEST, ["a" * (LONGEST + 1)]) == []
    candidates = [f"{'x' * 50}{number}" for number in range(10 * MOST)]
    start = time.process_time()
    assert len(did_you_mean("x" * LONGEST, iter(candidates))) == 3
    assert time.process_time() - start < 0.5


def test_hyphens_are_underscores() -> None:
    assert did_you_mean("a-b", ["a_b"]) == ["a_b"]
