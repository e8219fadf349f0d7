"""Conflicts, found when the table is made, with both places."""

import pytest

from restive.errors import BuildError, Mistake
from restive.routing import CONVERTORS, PLAIN, Table, Template


def table(*routes: tuple[str, str]) -> Table[int]:
    made: Table[int] = Table()
    registry = {**CONVERTORS, "any": PLAIN}
    for line, (method, text) in enumerate(routes, start=1):
        where = f"Route '{method} {text}' (shop:f{line}, shop.py:{line})"
        made.add(method, Template.parse(text, registry), line, where)
    return made


def test_duplicates_are_reported_with_both_places() -> None:
    made = table(("GET", "/a/{x}"), ("PUT", "/a/{x}"), ("GET", "/a/{x}"))
    assert made.mistakes() == [
        Mistake(
            "route-duplicate",
            "Route 'GET /a/{x}' (shop:f3, shop.py:3)",
            "the same method and path are declared already,"
            " by Route 'GET /a/{x}' (shop:f1, shop.py:1)",
            "Remove one of them, or change its path or its method",
        )
    ]


@pytest.mark.parametrize("text", ["/a/{y}", "/a/{x:str}", "/a/{y:any}"])
def test_shadowed_routes_are_reported_with_both_places(text: str) -> None:
    assert table(("GET", "/a/{x}"), ("GET", text)).mistakes() == [
        Mistake(
            "route-shadowed",
            f"Route 'GET {text}' (shop:f2, shop.py:2)",
            "it can never be reached, because Route 'GET /a/{x}' (shop:f1, shop.py:1) has the same"
            " method and matches the same paths, whatever the parameters are called",
            "Remove one of them, or tell them apart by text or by a convertor, as in '{id:int}'",
        )
    ]


def test_routes_that_differ_are_no_mistake() -> None:
    made = table(
        ("GET", "/a/{x}"),
        ("PUT", "/a/{y}"),
        ("GET", "/a/{x:int}"),
        ("GET", "/a/{x}/"),
        ("GET", "/a/{x}.json"),
        ("GET", "/a/{x:path}"),
        ("GET", "/a/x"),
        ("GET", "/A/x"),
    )
    assert made.mistakes() == []
    assert made.freeze().find("GET", "/a/1") == (3, {"x": 1})


def test_freezing_with_mistakes_raises_them_all() -> None:
    made = table(("GET", "/a"), ("GET", "/a"), ("GET", "/{x}"), ("GET", "/{y}"))
    with pytest.raises(BuildError) as caught:
        made.freeze()
    assert [mistake.code for mistake in caught.value.mistakes] == [
        "route-duplicate",
        "route-shadowed",
    ]


def test_a_matcher_does_not_change_when_the_table_does() -> None:
    made = table(("GET", "/a"))
    found = made.freeze()
    made.add("GET", Template.parse("/b"), 2, "Route 'GET /b'")
    assert found.find("GET", "/b") is None
    assert made.freeze().find("GET", "/b") == (2, None)
