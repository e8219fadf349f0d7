"""A body of bad values costs little more than a good one of its size (loosely: machines differ)."""

from __future__ import annotations

import json
from decimal import Decimal
from time import process_time
from typing import Any
from uuid import UUID

import msgspec
import pydantic
import pytest

from restive.errors import MalformedInput, UnprocessableContent
from restive.values.body import json_reader, msgpack_reader
from restive.values.patch import Patch

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


PRIME = 2**61 - 1  # Python's hash of an integer is its remainder
SAME = 6_000


class Holder(msgspec.Struct):
    ids: set[UUID] = set()


class PydanticHolder(pydantic.BaseModel):
    ids: set[UUID] = set()


class Long(pydantic.BaseModel):
    xs: list[int]


def alike(made: int) -> list[Any]:
    return [PRIME * (number + 8) for number in range(made)]


def ids(made: int) -> list[str]:
    return [str(UUID(int=number)) for number in alike(made)]


def pairs(texts: Any) -> bytes:
    return msgspec.json.encode(dict.fromkeys(map(str, texts), 1))


FLOODS: dict[str, tuple[Any, Any]] = {
    "integers": (set[int], msgspec.json.encode(alike(SAME))),
    "integers, and a bad one": (list[frozenset[int]], msgspec.json.encode([[*alike(SAME), "x"]])),
    "keys": (dict[int, int], pairs(alike(SAME))),
    "decimals": (set[Decimal], msgspec.json.encode([f"{n}.0" for n in alike(SAME)])),
    "decimals as keys": (dict[Decimal, int], pairs(f"{n}e0" for n in alike(SAME))),
    "UUIDs": (set[UUID | None], msgspec.json.encode(ids(SAME))),
    "UUIDs in a member": (Holder, msgspec.json.encode({"ids": ids(SAME)})),
    "a model's": (PydanticHolder, msgspec.json.encode({"ids": ids(SAME)})),
    "a patch's": (Patch[Holder], msgspec.json.encode({"ids": ids(SAME)})),
}


@pytest.mark.parametrize("name", FLOODS)
def test_numbers_of_one_hash_are_refused(name: str) -> None:
    tp, data = FLOODS[name]
    read = json_reader(tp, depth=64)
    start = process_time()
    with pytest.raises(MalformedInput) as caught:
        read(data)
    assert "same hash" in caught.value.errors[0].detail
    assert process_time() - start < 0.8  # the sets would take seconds


def test_numbers_of_one_hash_behind_a_second_member_of_the_name() -> None:
    flood = msgspec.json.encode({"ids": ids(SAME)})
    data = flood[:-1] + b',"ids":[]}'
    start = process_time()
    assert json_reader(Holder, depth=64)(data) == Holder()
    assert process_time() - start < 0.8


def test_numbers_of_one_hash_in_message_pack() -> None:
    read = msgpack_reader(set[UUID], depth=64)
    for body in (ids(SAME), [UUID(text).bytes for text in ids(SAME)]):
        with pytest.raises(MalformedInput):
            read(msgspec.msgpack.encode(body))


@pytest.mark.parametrize("tp", [Any, int, dict[str, int], list[dict[str, Any]]])
def test_arrays_of_one_hash_as_names_in_message_pack(tp: Any) -> None:
    names = b"".join(b"\x92\x01" + msgspec.msgpack.encode(n) + b"\x01" for n in range(20_000))
    body = b"\x91\xdf" + (20_000).to_bytes(4, "big") + names
    with pytest.raises(MalformedInput):
        msgpack_reader(tp, depth=64)(body)


@pytest.mark.parametrize(
    ("tp", "value"),
    [
        (set[int], set(range(0, 10**9, 10**5))),
        (dict[int, int], {10**20 + number: number for number in range(2_000)}),
        (set[UUID], {UUID(int=(number + 1) * 3**70) for number in range(2_000)}),
        (set[Decimal], {Decimal(number) / 8 for number in range(2_000)}),
        (Holder, Holder({UUID(int=(number + 1) * 5**50) for number in range(2_000)})),
    ],
)
def test_large_sets_of_numbers_are_read(tp: Any, value: Any) -> None:
    assert json_reader(tp, depth=64)(msgspec.json.encode(value)) == value
    if tp != dict[int, int]:
        assert msgpack_reader(tp, depth=64)(msgspec.msgpack.encode(value)) == value


def test_the_cost_of_a_pydantic_model_of_bad_values() -> None:
    read = json_reader(Long, depth=64)
    bad = {"xs": ["a"] * 100_000}
    wrong = msgspec.json.encode(bad)
    with pytest.raises(UnprocessableContent) as caught:
        read(wrong)
    assert [error.detail for error in caught.value.errors] == ["The model has 100000 errors."]
    assert caught.value.errors[0].pointer == ""

    def by_pydantic(_data: bytes) -> None:
        try:
            Long.model_validate(bad)
        except ValueError:
            raise UnprocessableContent([]) from None

    assert best(read, wrong, 422) < 5 * best(by_pydantic, wrong, 422)
