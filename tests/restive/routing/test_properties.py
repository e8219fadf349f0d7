"""The matcher against a naive one, which tries every template in the order of specificity."""

from contextlib import suppress
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restive.routing import PATH, PLAIN, BadPath, Matcher, Param, Table, Template, build_path

METHODS = ["GET", "PUT", "DELETE"]
SEGMENTS = ["a", "b", "1", "{#}", "{#:int}", "{#:date}", "a{#}", "{#}a", "a{#:int}", "{#:str}"]
Declared = list[tuple[str, Template]]


@st.composite
def templates(draw: st.DrawFn) -> Template:
    parts = draw(st.lists(st.sampled_from(SEGMENTS), max_size=4))
    parts += draw(st.sampled_from([[], [], [""], ["{#:path}"]])) or ([] if parts else [""])
    letters = draw(st.permutations("uvwxyz"))
    named = [part.replace("#", letters[i]) for i, part in enumerate(parts)]
    return Template.parse("/" + "/".join(named))


declared = st.lists(st.tuples(st.sampled_from(METHODS), templates()), max_size=14)
PIECES = ["a", "b", "1", "11", "aa", "a1", "1a", "", "z", "2024-01-02", "%61", "%2F", "a%2Fb", "é"]
paths = st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map(lambda p: "/" + "/".join(p))


def build(routes: Declared) -> tuple[Matcher[Template], Declared]:
    """The matcher over the routes that do not conflict, and those routes."""
    probe: Table[Template] = Table()
    table: Table[Template] = Table()
    kept: Declared = []
    for method, template in routes:
        before = len(probe.mistakes())
        probe.add(method, template, template, "Route")
        if len(probe.mistakes()) == before:
            table.add(method, template, template, "Route")
            kept.append((method, template))
    return table.freeze(), kept


def rank(segment: str | Param) -> tuple[float, ...]:
    if isinstance(segment, str):
        return (0,)
    literal = len(segment.prefix + segment.suffix)
    if segment.convertor is PATH:
        return (4,)
    kind = 1 if segment.convertor is PLAIN else 0
    place = (segment.rank, -len(segment.suffix)) if kind == 0 else (0, -len(segment.suffix))
    return (1, -literal, kind, *place) if literal else (2, kind, *place)


def take(segment: str | Param, text: str) -> Any:
    """The value (None for static text); ValueError when it does not fit."""
    if isinstance(segment, str):
        if segment != text:
            raise ValueError(text)
        return None
    inner = text.removeprefix(segment.prefix)
    inner = inner.removesuffix(segment.suffix) if segment.suffix else inner
    if not inner or segment.prefix + inner + segment.suffix != text:
        raise ValueError(text)
    return segment.convertor.parse(inner)


def fits(template: Template, path: str) -> dict[str, Any] | None:
    """The values by name, or None when the template does not match."""
    texts = [unquote(text) for text in path[1:].split("/")]
    last = template.segments[-1]
    if isinstance(last, Param) and last.convertor is PATH:
        cut = len(template.segments) - 1
        if len(texts) <= cut:
            return None
        rest = "/".join(texts[cut:])
        if rest.startswith("/") or "\0" in rest:
            return None
        head = Template("", template.segments[:-1])
        values = fits_all(head, texts[:cut])
        return None if values is None else {**values, last.name: rest}
    return fits_all(template, texts)


def fits_all(template: Template, texts: list[str]) -> dict[str, Any] | None:
    if len(texts) != len(template.segments):
        return None
    values = {}
    for segment, text in zip(template.segments, texts, strict=True):
        try:
            value = take(segment, text)
        except ValueError:
            return None
        if isinstance(segment, Param):
            values[segment.name] = value
    return values


def naive(
    routes: Declared, method: str, path: str
) -> tuple[Template, dict[str, Any] | None] | None:
    for declared_method, template in sorted(routes, key=lambda r: [rank(s) for s in r[1].segments]):
        values = fits(template, path)
        if declared_method == method and values is not None:
            return template, values or None
    return None


@settings(max_examples=200)
@given(declared, st.lists(paths, min_size=1, max_size=8))
def test_as_the_naive_matcher(routes: Declared, wanted: list[str]) -> None:
    found, kept = build(routes)
    for path in wanted:
        for method in METHODS:
            assert found.find(method, path) == naive(kept, method, path)
        union = {method for method, template in kept if fits(template, path) is not None}
        assert found.allowed(path) == tuple(sorted(union))


@given(declared, st.randoms(), paths)
def test_the_order_of_declaration_decides_nothing(routes: Declared, random: Any, path: str) -> None:
    found, kept = build(routes)
    shuffled = list(kept)
    random.shuffle(shuffled)
    again, _ = build(shuffled)
    for method in METHODS:
        assert again.find(method, path) == found.find(method, path)


@given(declared)
def test_every_route_without_conflict_can_be_reached(routes: Declared) -> None:
    found, kept = build(routes)
    for method, template in kept:
        values: dict[str, Any] = {}
        for param in template.params:
            unlike = {"integer": 77, "date": "1999-09-09"}
            schema = param.convertor.schema
            # An empty segment is what only the rest of a path takes.
            plain = "q//q" if param.convertor is PATH else "qq"
            values[param.name] = unlike.get(schema.get("format", schema["type"]), plain)
        hit = found.find(method, build_path(template, values).replace("%2F", "/"))
        assert hit is not None
        assert hit[0] is template


@given(declared, st.text() | st.text("/%.2eEfFaC019\ud800", max_size=12).map(lambda t: "/" + t))
def test_any_text_is_matched_or_a_bad_path(routes: Declared, path: str) -> None:
    found, _ = build(routes)
    with suppress(BadPath):  # nothing else may come out
        found.find("GET", path)
    with suppress(BadPath):
        found.find_other_slash("GET", path)
    try:
        allowed = found.allowed(path)
    except BadPath:
        if path.startswith("/"):
            with pytest.raises(BadPath):
                found.find("GET", path)
    else:
        for method in METHODS:
            assert (found.find(method, path) is not None) == (method in allowed)
