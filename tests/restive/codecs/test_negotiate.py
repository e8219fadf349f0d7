"""Choosing among media types by Accept and Content-Type."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restive.codecs import negotiate
from restive.codecs.negotiate import Chooser, parse_media_type

JSON, PACK, HTML = "application/json", "application/msgpack", "text/html"
CHROME = (
    b"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8,"
    b"application/signed-exchange;v=b3;q=0.7"
)


@pytest.mark.parametrize(
    ("accept", "index"),
    [
        (None, 0),
        (b"", 0),
        (b"  ", 0),
        (b",", 0),
        (b"*/*", 0),
        (b"*", 0),
        (CHROME, 0),
        (b"application/*", 0),
        (b"application/json", 0),
        (b"Application/JSON", 0),
        (b"application/json; charset=utf-8", 0),
        (b"application/json;charset=utf-8, */*;q=0.1", 0),
        (b"application/msgpack", 1),
        (b"application/x-msgpack", 1),
        (b"application/vnd.msgpack;q=0.5", 1),
        (b"application/json;q=0.5, application/msgpack", 1),
        (b"application/json;q=0.5,application/msgpack;q=0.5", 0),
        (b"application/msgpack, application/json", 0),
        (b"application/json;q=0.1, application/*;q=0.5", 1),
        (b"application/json;q=0.1, */*", 1),
        (b"application/*;q=0.1, */*;q=0.9", 0),
        (b"application/json;q=0, */*", 1),
        (b"application/json;q=0.000, */*;q=.2", 1),
        (b"application/json;Q=0 , */*", 1),
        (b"application/json ; q=0 , */*", 1),
        (b"text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", 0),
        (b"text/html", None),
        (b"text/*", None),
        (b"application/xml, text/*", None),
        (b"*/*;q=0", None),
        (b"application/json;q=0", None),
        (b"application/json;q=0, application/msgpack;q=0", None),
        (b"*/json", None),
        (b"application/vnd.api+json", None),
        (b"application/json;profile=x", None),
        (b"application/json;profile=x, application/msgpack;q=0.1", 1),
        (b'application/json;charset="utf-8"', 0),
        (b'text/html;x="a,application/json,b", application/msgpack', 1),
        (b'text/html;x="a\\",b", application/msgpack', 1),
        (b"application/json;q=0.1;q=0.9, application/msgpack;q=0.5", 1),
        (b"application/json;;q=0.1;, application/msgpack;q=0.2", 1),
    ],
)
def test_accept(accept: bytes | None, index: int | None) -> None:
    chooser = Chooser([JSON, PACK])
    assert chooser.accept(accept) == index
    assert chooser.accept(accept) == index  # from the cache


@pytest.mark.parametrize(
    "element",
    [
        b"application",
        b"application/",
        b"/json",
        b"application/json/x",
        b"application json",
        b"appli(cation/json",
        b"application/json;q",
        b"application/json;q=",
        b"application/json;q=2",
        b"application/json;q=1.1",
        b"application/json;q=-1",
        b"application/json;q=0.1234",
        b"application/json;q=nan",
        b"application/json;q=1e0",
        b'application/json;q="',
        b"application/json;x=\xe9",
        "application/json;q=\u0660".encode(),
        b"application/json q=1",
    ],
)
def test_a_malformed_range_is_left_out(element: bytes) -> None:
    chooser = Chooser([JSON, PACK])
    assert chooser.accept(b"application/msgpack;q=0.1, " + element) == 1
    assert chooser.accept(element) == 0  # nothing well-formed is left: as if it were absent


def test_ties_go_to_the_servers_preference() -> None:
    header = b"application/json, text/html, application/msgpack"
    assert Chooser([PACK, HTML, JSON]).accept(header) == 0
    assert Chooser([HTML, JSON, PACK]).accept(b"*/*") == 0


def test_parameters_of_an_offer_are_matched() -> None:
    chooser = Chooser(["application/json;profile=a", "application/json;profile=b", JSON])
    assert chooser.accept(b"application/json;profile=b") == 1
    assert chooser.accept(b'application/json;profile="\\b"') == 1
    assert chooser.accept(b"application/json") == 0
    assert chooser.accept(b"application/json;q=0.2, application/json;profile=b;q=0.8") == 1


@pytest.mark.parametrize(
    ("content_type", "index"),
    [
        (b"application/json", 0),
        (b"APPLICATION/Json", 0),
        (b"application/json; charset=utf-8", 0),
        (b"application/json;charset=latin-1", 0),
        (b"application/json; garbage", 0),
        (b" application/json ", 0),
        (b"application/vnd.api+json", 0),
        (b"application/problem+json; a=b", 0),
        (b"application/msgpack", 1),
        (b"application/vnd.msgpack", 1),
        (b"application/x-msgpack", 1),
        (None, None),
        (b"", None),
        (b"json", None),
        (b"text/plain", None),
        (b"text/json", None),
        (b"text/x+json", None),
        (b"*/*", None),
        (b"application/*", None),
        (b"application/json, application/json", None),
        (b"application/jsonp", None),
        (b"application/x-www-form-urlencoded", None),
    ],
)
def test_content(content_type: bytes | None, index: int | None) -> None:
    chooser = Chooser([JSON, PACK])
    assert chooser.content(content_type) == index
    assert chooser.content(content_type) == index


def test_content_of_raw_bodies() -> None:
    assert Chooser(["application/octet-stream"]).content(None) == 0
    images = Chooser(["image/*", "image/png"])
    assert [images.content(b"image/png"), images.content(b"image/gif")] == [1, 0]
    assert images.content(b"text/plain") is None
    assert Chooser(["*/*"]).content(b"a/b") == 0


def test_one_kind_of_patch_is_not_taken_for_another() -> None:
    chooser = Chooser(["application/merge-patch+json", JSON])
    assert chooser.content(b"application/merge-patch+json") == 0
    assert chooser.content(b"application/json") == 1
    assert chooser.content(b"application/json-patch+json") is None


def test_an_offer_must_be_a_media_type() -> None:
    with pytest.raises(ValueError, match="'json' is not a media type"):
        Chooser(["json"])


def test_the_caches_stay_small() -> None:
    chooser = Chooser([JSON, PACK])
    for number in range(3 * negotiate.CACHED):
        assert chooser.accept(b"text/html, x/y%d, application/msgpack" % number) == 1
        assert chooser.content(b"application/json; x=%d" % number) == 0
    long = b"application/msgpack;x=" + b"a" * negotiate.LONGEST + b", application/msgpack"
    assert chooser.accept(long) == 1
    for cache in (chooser._accepted, chooser._sent):
        assert len(cache) <= negotiate.CACHED
        assert all(len(header or b"") <= negotiate.LONGEST for header in cache)


@pytest.mark.parametrize(
    "header",
    [
        b'a/b;x="' + b'\\"' * 16_000,
        b'"' * 32_001,
        b"," * 32_000,
        b"a/b;" * 8_000,
        b'a/b;x="y";' * 3_000,
        b"a/b," * 8_000,
        b" " * 32_000,
        b"a/b" + b" \t" * 16_000 + b"x",
        b"a/b" + b" ;\t" * 10_000 + b'"',
    ],
    ids=lambda header: repr(header[:12]),
)
def test_no_header_takes_long(header: bytes) -> None:
    chooser = Chooser([JSON, PACK])
    start = time.process_time()
    chooser.accept(header)
    chooser.content(header)
    assert time.process_time() - start < 0.25


TYPES = st.sampled_from(["a", "b", "*"])
PARAMETERS = st.dictionaries(st.sampled_from(["v", "w"]), st.sampled_from(["1", "2"]), max_size=2)
WEIGHTS = st.sampled_from(["", "0", "0.0", "0.3", "0.5", "0.777", "1", "1.0"])
Range = tuple[str, str, dict[str, str], str]


def is_range(media_range: Range) -> bool:
    return media_range[0] != "*" or media_range[1] == "*"


RANGES = st.tuples(TYPES, TYPES, PARAMETERS, WEIGHTS).filter(is_range)
OFFERS = st.tuples(st.sampled_from("ab"), st.sampled_from("ab"), PARAMETERS)


def written(kind: str, subtype: str, parameters: dict[str, str], weight: str = "") -> str:
    text = f"{kind}/{subtype}" + "".join(f"; {name}={parameters[name]}" for name in parameters)
    return text + (f";q={weight}" if weight else "")


def naive(offers: list[tuple[str, str, dict[str, str]]], ranges: list[Range]) -> int | None:
    """RFC 9110, 12.5.1, as it reads."""
    best: tuple[float, int] | None = None
    for index, (kind, subtype, parameters) in enumerate(offers):
        precedence, weight = -1, 0.0
        for range_kind, range_subtype, wanted, q in ranges:
            if range_kind not in (kind, "*") or range_subtype not in (subtype, "*"):
                continue
            if range_subtype != "*" and not all(
                parameters.get(name) == value for name, value in wanted.items()
            ):
                continue
            specific = [range_kind != "*", range_subtype != "*"].count(True) * 10
            specific += len(wanted) if range_subtype != "*" else 0
            if specific > precedence:
                precedence, weight = specific, float(q or "1")
        if weight > 0 and (best is None or weight > best[0]):
            best = (weight, index)
    return None if best is None else best[1]


@settings(deadline=None)
@given(
    st.lists(OFFERS, min_size=1, max_size=4),
    st.lists(RANGES, min_size=1, max_size=5),
    st.sampled_from([",", ", ", " , ", ",,"]),
)
def test_accept_is_what_the_rfc_says(
    offers: list[tuple[str, str, dict[str, str]]], ranges: list[Range], comma: str
) -> None:
    chooser = Chooser([written(*offer) for offer in offers])
    header = comma.join(written(*media_range) for media_range in ranges)
    assert chooser.accept(header.encode()) == naive(offers, ranges)


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_answered(header: bytes) -> None:
    chooser = Chooser([JSON, PACK])
    assert chooser.accept(header) in (0, 1, None)
    assert chooser.content(header) in (0, 1, None)


@settings(deadline=None)
@given(st.text('ab/;="\\, *q.01', max_size=40))
def test_a_well_formed_range_at_the_end_counts_whatever_precedes(junk: str) -> None:
    header = f"{junk},application/msgpack;q=1".encode()
    assert Chooser([HTML, PACK]).accept(header) is not None
    assert Chooser([PACK]).accept(header) == 0


@settings(deadline=None)
@given(st.text('ab/;="\\, *q.01', max_size=40))
def test_parsing_gives_a_weight_between_nothing_and_one(text: str) -> None:
    parsed = parse_media_type(text)
    if parsed is not None:
        assert 0 <= parsed.weight <= 1
        assert "q" not in parsed.parameters
