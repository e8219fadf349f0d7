"""A body of bad values costs little more than a good one of its size (loosely: machines differ)."""

from __future__ import annotations

import json
from time import process_time
from typing import Any

import msgspec
import pytest

from restive.errors import UnprocessableContent
from restive.values.body import json_reader

MOST = 15  # where 5 is meant: other work on the machine, its collector, and the size of its caches


class Owner(msgspec.Struct):
    name: str
    number: int


class Thing(msgspec.Struct):
    number: int
    title: str
    price: float
    tags: list[str]
    owner: Owner


class Tree(msgspec.Struct):
    value: int
    children: list[Tree] = []


def thing(number: int, /, **changes: Any) -> dict[str, Any]:
    owner = {"name": "Jane Doe", "number": number}
    return {
        "number": number,
        "title": "Some title",
        "price": 1.5,
        "tags": ["a"],
        "owner": owner,
        **changes,
    }


def best(read: Any, data: bytes, status: int) -> float:
    times = []
    for _ in range(3):
        start = process_time()
        try:
            read(data)
        except UnprocessableContent as error:
            assert status == error.status  # noqa: PT017
        else:
            assert status == 200
        times.append(process_time() - start)
    return min(times)


def nested(leaves: list[Any]) -> dict[str, Any]:
    tree: dict[str, Any] = {"value": 1, "children": leaves}
    for _ in range(28):
        tree = {"value": 1, "children": [tree, {"value": 2}]}
    return tree


THINGS = [thing(number) for number in range(8_000)]
LEAVES = [{"value": 1}] * 60_000
NUMBERS = {str(number): 1 for number in range(90_000)}
CASES: dict[str, tuple[Any, Any, Any]] = {
    "all bad": (list[Thing], THINGS, [thing(n, number="x") for n in range(8_000)]),
    "the last bad": (list[Thing], THINGS, [*THINGS, thing(0, owner={})]),
    "some bad": (
        list[Thing],
        THINGS,
        [thing(n, **({"tags": [1]} if n % 90 == 89 else {})) for n in range(8_000)],
    ),
    "all mended, one bad": (
        list[Thing],
        THINGS,
        [*(thing(n, number=1.0) for n in range(8_000)), thing(0, owner={})],
    ),
    "all incomplete": (list[Thing], THINGS, [{"number": n} for n in range(50_000)]),
    "the deepest bad": (Tree, nested(LEAVES), nested([*LEAVES, {"value": "x"}])),
    "one member bad": (dict[str, int], NUMBERS, {**NUMBERS, "x": "x"}),
    "one name bad": (dict[int, int], NUMBERS, {**NUMBERS, "x": 1}),
}


@pytest.mark.parametrize("name", CASES)
def test_the_cost_of_bad_values(name: str) -> None:
    tp, good, bad = CASES[name]
    read = json_reader(tp, depth=64)
    right, wrong = json.dumps(good).encode(), json.dumps(bad).encode()
    assert best(read, wrong, 422) / len(wrong) < MOST * best(read, right, 200) / len(right)
