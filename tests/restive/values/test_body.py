"""Bodies: what is read, what is 400, what is 422 and with which errors."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import msgspec
import pytest
from msgspec import Meta

from restive.errors import FieldError, InvalidInput, MalformedInput, UnprocessableContent
from restive.values.body import json_reader, msgpack_reader
from restive.values.codes import CODES
from restive.values.patch import Patch
from restive.values.types import UnsupportedType

from .models import (
    AttrsBook,
    Author,
    Book,
    Circle,
    Color,
    DataBook,
    Everything,
    Group,
    Level,
    Page,
    Point,
    PydanticBook,
    Row,
    StrictEvent,
    TypedBook,
)

BOOK = {"bookId": 1, "title": "T"}
NAN = float("nan")


def read(tp: Any, body: Any, depth: int = 64) -> Any:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return json_reader(tp, depth=depth)(data)


def errors_of(tp: Any, body: Any, reader: Any = read) -> list[FieldError]:
    with pytest.raises(UnprocessableContent) as caught:
        reader(tp, body)
    assert all(error.code in CODES for error in caught.value.errors)
    return caught.value.errors


def places(tp: Any, body: Any, reader: Any = read) -> list[tuple[str | None, str]]:
    return [(error.pointer, error.code) for error in errors_of(tp, body, reader)]


def refusal(tp: Any, body: bytes, depth: int = 64) -> FieldError:
    with pytest.raises(MalformedInput) as caught:
        read(tp, body, depth)
    (error,) = caught.value.errors
    assert error.pointer == ""
    return error


@pytest.mark.parametrize(
    ("tp", "body", "value"),
    [
        (Book, {**BOOK, "color": "blue"}, Book(book_id=1, title="T", color=Color.BLUE)),
        (DataBook, {"book_id": 1, "title": "T", "extra": 1}, DataBook(1, "T")),
        (TypedBook, {"book_id": 1, "title": "T"}, {"book_id": 1, "title": "T"}),
        (AttrsBook, {"book_id": 1, "title": "T"}, AttrsBook(1, "T")),
        (PydanticBook, BOOK, PydanticBook(bookId=1, title="T")),
        (list[PydanticBook] | None, [BOOK], [PydanticBook(bookId=1, title="T")]),
        (
            StrictEvent,
            {"day": "2024-01-02", "seats": 3},
            StrictEvent(day=date(2024, 1, 2), seats=3),
        ),
        (Page[Author], {"items": [{"name": "A"}]}, Page([Author("A")])),
        (Circle | Group, {"type": "circle", "radius": 2}, Circle(2)),
        (dict[int, str], {"1": "a"}, {1: "a"}),
        (int | None, None, None),
        (list[Any], [1.0, {"a": None}], [1.0, {"a": None}]),
        (
            Decimal,
            b"1.10000000000000000000000000000001",
            Decimal("1.10000000000000000000000000000001"),
        ),
        (dict[str, int], b'{"a": 1, "a": 2}', {"a": 2}),
        (dict[str, int], b'{"a": "x", "a": 2}', {"a": 2}),
    ],
)
def test_what_is_right_is_read(tp: Any, body: Any, value: Any) -> None:
    assert read(tp, body) == value


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"{", "malformed"),
        (b'{"name": "A"', "malformed"),
        (b'{"name": "A"}}', "malformed"),
        (b"{'name': 'A'}", "malformed"),
        (b'{"name": NaN}', "malformed"),
        (b'{"skipped": Infinity, "name": "A"}', "malformed"),
        (b'{"name": "\xff"}', "encoding"),
        (b'{"skipped": "\xff", "name": "A"}', "encoding"),
        (b'{"\xed\xa0\x80": 1, "name": "A"}', "encoding"),
        (b'\xef\xbb\xbf{"name": "A"}', "encoding"),
        ('{"name": "A"}'.encode("utf-16"), "encoding"),
        (b'{"name": "\\ud800"}', "malformed"),
        (b'{"name": "\\udc00\\ud800"}', "malformed"),
        (b'{"skipped": "\\ud800", "name": "A"}', "malformed"),
        (b'{"name": "A", "born": ' + b"9" * 5000 + b"}", "out_of_range"),
        (b'{"name": "A", "born": -' + b"9" * 5000 + b"}", "out_of_range"),
        (b'{"name": "A", "born": 1e999}', "out_of_range"),
        (b'{"name": 1, "skipped": "\\ud800"}', "malformed"),
        (b'{"name": 1, "born": ' + b"9" * 5000 + b"}", "out_of_range"),
    ],
)
def test_what_cannot_be_parsed_is_400(body: bytes, code: str) -> None:
    error = refusal(Author, body)
    assert error.code == code
    assert error.detail.endswith(".")


@pytest.mark.parametrize("tp", [Any, Author, Book, list[Everything], PydanticBook, Circle | Group])
def test_depth_is_400_whatever_the_type(tp: Any) -> None:
    for opening, closing in ((b"[", b"]"), (b'{"a":', b"}")):
        assert refusal(tp, opening * 65 + b"1" + closing * 65).code == "too_deep"
        assert refusal(tp, opening * 100_000).code in ("too_deep", "malformed")
    skipped = b'{"name": "A", "skipped": ' + b"[" * 64 + b"]" * 64 + b"}"
    assert refusal(Author, skipped).code == "too_deep"


def test_depth_counts_brackets_outside_texts_only() -> None:
    deep: Any = []
    for _ in range(63):
        deep = [deep]
    assert read(Any, deep) == deep
    assert refusal(Any, json.dumps([deep]).encode()).code == "too_deep"
    wide = [[{"a": ["]" * 99, '\\"[[[', "\\", '"']}] for _ in range(99)]
    assert read(Any, wide, depth=5) == wide
    assert refusal(Any, json.dumps(wide).encode(), depth=3).code == "too_deep"
    closing = ["]]]", [["]", "\\\\", [["]", [["}"]]]]]]]
    assert read(Any, closing, depth=7) == closing
    assert refusal(Any, json.dumps(closing).encode(), depth=5).code == "too_deep"


@pytest.mark.parametrize("depth", [0, -1, 201])
def test_a_depth_that_cannot_be(depth: int) -> None:
    with pytest.raises(ValueError, match="between 1 and 200"):
        json_reader(Any, depth=depth)


def test_a_type_that_cannot_be_read_fails_at_once() -> None:
    with pytest.raises(UnsupportedType):
        json_reader(object, depth=64)


def test_every_error_is_listed() -> None:
    body = {
        "bookId": 0,
        "titel": "x",
        "price": [],
        "author": {"name": 1, "born": "x"},
        "tags": [1, "a", 2],
        "color": "gren",
        "published": "2024-02-30",
        "stock": {"a": 1, "b/~": "x"},
        "sequels": [{**BOOK, "title": "refused"}, {**BOOK, "title": ""}, 3, BOOK],
    }
    found = errors_of(Book, body)
    assert [(error.pointer, error.code) for error in found] == [
        ("/bookId", "too_small"),
        ("/price", "type"),
        ("/author/name", "type"),
        ("/author/born", "type"),
        ("/tags/0", "type"),
        ("/tags/2", "type"),
        ("/color", "not_one_of"),
        ("/published", "format"),
        ("/stock/b~1~0", "type"),
        ("/sequels/0", "value"),
        ("/sequels/1/title", "too_short"),
        ("/sequels/2", "type"),
        ("/title", "missing"),
        ("/titel", "unknown_field"),
    ]
    by_place = {error.pointer: error for error in found}
    assert by_place["/bookId"].detail == "Expected at least 1."
    assert by_place["/author/born"].detail == "Expected an integer or null, got string."
    assert by_place["/color"].expected == "'red', 'green' or 'blue'"
    assert by_place["/color"].did_you_mean == ["green"]
    assert by_place["/sequels/0"].detail == "This title is refused."
    assert by_place["/title"].did_you_mean == ["titel"]
    assert by_place["/titel"].did_you_mean == ["title"]


@pytest.mark.parametrize(
    ("tp", "body", "expected"),
    [
        (Book, [], [("", "type")]),
        (Book, None, [("", "type")]),
        (Book, {}, [("/bookId", "missing"), ("/title", "missing")]),
        (
            DataBook,
            {"author": {}},
            [("/author/name", "missing"), ("/book_id", "missing"), ("/title", "missing")],
        ),
        (
            TypedBook,
            {"book_id": "x", "tags": [1]},
            [("/book_id", "type"), ("/tags/0", "type"), ("/title", "missing")],
        ),
        (AttrsBook, {"book_id": "x"}, [("/book_id", "type"), ("/title", "missing")]),
        (AttrsBook, {"book_id": 0, "title": "T"}, [("", "value")]),
        (Page[int], {"items": ["x", 1, "y"]}, [("/items/0", "type"), ("/items/2", "type")]),
        (list[list[int]], [[1], ["x"], 3], [("/1/0", "type"), ("/2", "type")]),
        (dict[int, int], {"a": 1, "2": "x"}, [("/a", "type"), ("/2", "type")]),
        (dict[str, list[int]], {"a": ["x"], "b": [1]}, [("/a/0", "type")]),
        (tuple[int, str], ["x", 1], [("/0", "type"), ("/1", "type")]),
        (tuple[int, str], [1], [("", "too_short")]),
        (tuple[int, str], ["x", "y", 1], [("/0", "type"), ("", "too_long")]),
        (Point, ["x", "y"], [("/0", "type"), ("/1", "type")]),
        (Row, ["x", 1], [("/0", "type"), ("/1", "type")]),
        (set[int], [1, "x"], [("/1", "type")]),
        (Circle | Group, 3, [("", "type")]),
        (Circle | Group, {"radius": 1}, [("/type", "missing")]),
        (Circle | Group, {"type": "circel"}, [("/type", "not_one_of")]),
        (Circle | Group, {"type": {}}, [("/type", "not_one_of")]),
        (Circle, {"type": "group", "radius": 1}, [("/type", "not_one_of")]),
        (
            Group,
            {
                "parts": [
                    {"type": "circle", "radius": "x"},
                    {"type": "group", "name": 1},
                    {"type": "x"},
                ]
            },
            [
                ("/parts/0/radius", "type"),
                ("/parts/1/name", "type"),
                ("/parts/2/type", "not_one_of"),
                ("/name", "missing"),
            ],
        ),
        (int | list[str], [1], [("/0", "type")]),
        (int | list[str], {}, [("", "type")]),
        (int | None, "x", [("", "type")]),
        (bool, 1, [("", "type")]),
        (int, 1.5, [("", "type")]),
        (int, 1e300, [("", "type")]),
        (Level, 3, [("", "not_one_of")]),
        (bytes, "?", [("", "format")]),
        (Annotated[list[int], Meta(min_length=2)], ["x"], [("", "too_short"), ("/0", "type")]),
        (
            Annotated[dict[str, int], Meta(max_length=1)],
            {"a": 1, "b": "x"},
            [("", "too_long"), ("/b", "type")],
        ),
        (dict[Annotated[str, Meta(max_length=1)], int], {"ab": 1}, [("/ab", "too_long")]),
        (Annotated[str, Meta(pattern="^a$")], "b", [("", "pattern")]),
        (Annotated[str, Meta(pattern="it's")], "b", [("", "pattern")]),
        (Annotated[float, Meta(multiple_of=0.5)], 0.3, [("", "multiple_of")]),
        (Annotated[int, Meta(lt=5)], 5, [("", "too_large")]),
        (
            PydanticBook,
            {"bookId": 0, "titel": "T", "author": {}, "choice": ["x"]},
            [
                ("/bookId", "too_small"),
                ("/title", "missing"),
                ("/author/name", "missing"),
                ("/choice", "type"),
                ("/choice/0", "type"),
                ("/titel", "unknown_field"),
            ],
        ),
        (PydanticBook, {"bookId": 1, "title": "refused"}, [("", "value")]),
        (PydanticBook, 3, [("", "type")]),
        (
            dict[str, PydanticBook | None],
            {"a": None, "b": {}},
            [("/b/bookId", "missing"), ("/b/title", "missing")],
        ),
        (StrictEvent, {"day": "x", "seats": "1"}, [("/day", "format"), ("/seats", "type")]),
    ],
)
def test_what_is_not_valid_is_422(tp: Any, body: Any, expected: list[tuple[str, str]]) -> None:
    assert places(tp, body) == expected


def test_values_are_not_shown_back() -> None:
    for error in errors_of(Everything, {"color": "s3cret", "integer": "s3cret", "key": "s3cret"}):
        assert "s3cret" not in str(error)


def test_at_most_a_hundred_errors() -> None:
    with pytest.raises(UnprocessableContent) as caught:
        read(list[int], ["x"] * 100)
    assert len(caught.value.errors) == 100
    assert not hasattr(caught.value, "truncated")
    with pytest.raises(UnprocessableContent) as caught:
        read(list[int], [1, *["x"] * 101])
    assert [error.pointer for error in caught.value.errors] == [f"/{n}" for n in range(1, 101)]
    assert caught.value.truncated


def test_errors_far_apart() -> None:
    body = ["x" if n % 1000 == 700 else n for n in range(20_000)]
    assert places(list[int], body) == [(f"/{n}", "type") for n in range(700, 20_000, 1000)]
    named = {f"k{n}": value for n, value in enumerate(body)}
    assert places(dict[str, int], named) == [(f"/k{n}", "type") for n in range(700, 20_000, 1000)]


def test_names_that_look_like_paths() -> None:
    class Odd(msgspec.Struct, rename={"a": "a.b", "b": "a", "c": "x[0]", "d": " - at `$"}):
        a: int
        b: Author
        c: list[int]
        d: int

    body = {"a.b": "x", "a": {"b": 1, "name": 1}, "x[0]": [1, "x"], " - at `$": "x"}
    assert places(Odd, body) == [
        ("/a.b", "type"),
        ("/a/name", "type"),
        ("/x[0]/1", "type"),
        ("/ - at `$", "type"),
    ]
    assert places(dict[str, Odd], {".a": body})[1] == ("/.a/a/name", "type")


@pytest.mark.parametrize(
    ("tp", "body", "value"),
    [
        (int, b"1.0", 1),
        (int, b"-0.0", 0),
        (int, b"1e2", 100),
        (int, b"9007199254740992.0", 2**53),
        (Level, b"1.0", Level.LOW),
        (int | str, b"1.0", 1),
        (int | float, b"1.0", 1.0),
        (float, b"1.0", 1.0),
        (Any, b"1.0", 1.0),
        (list[int | None], b"[1.0, null, 2]", [1, None, 2]),
        (dict[str, int], b'{"a": 1.0}', {"a": 1}),
        (tuple[str, int], b'["a", 1.0]', ("a", 1)),
        (Point, b"[1.0, 2.0]", Point(1, 2)),
        (Row, b"[1.0]", Row(1)),
        (Circle | Group, b'{"type": "circle", "radius": 2.0}', Circle(2)),
        (
            DataBook,
            b'{"book_id": 1.0, "title": "T", "author": {"name": "A", "born": 2.0}}',
            DataBook(1, "T", author=Author("A", 2)),
        ),
        (Page[int], b'{"items": [1.0], "total": 1.0}', Page([1], 1)),
        (PydanticBook, b'{"bookId": 1.0, "title": "T"}', PydanticBook(bookId=1, title="T")),
        (
            Everything,
            b'{"integer": 1.0, "number": 1.5, "money": 1.10000000000000000000001, "anything": '
            b'[1.5], "again": [{"integer": 2.0, "table": {"1": [3.0]}}]}',
            Everything(
                1,
                1.5,
                money=Decimal("1.10000000000000000000001"),
                anything=[1.5],
                again=[Everything(2, table={1: [3]})],
            ),
        ),
    ],
)
def test_numbers_with_a_zero_fraction_are_integers(tp: Any, body: bytes, value: Any) -> None:
    found = read(tp, body)
    assert found == value
    assert type(found) is type(value)


def test_the_types_of_mended_numbers() -> None:
    found = read(Everything, b'{"integer": 1.0, "number": 2, "anything": 1.0, "money": 1.0}')
    assert [type(v) for v in (found.integer, found.number, found.anything, found.money)] == [
        int,
        float,
        float,
        Decimal,
    ]


@pytest.mark.parametrize("body", [b"9007199254740994.0", b"1e300", b"1.5", b"-1e-7"])
def test_floats_that_do_not_hold_an_integer(body: bytes) -> None:
    assert places(int, body) == [("", "type")]
    assert places(list[int], b"[1.0, " + body + b"]") == [("/1", "type")]


@pytest.mark.parametrize(
    "text",
    [
        '"NaN"',
        '"nan123"',
        '"sNaN"',
        '"-Infinity"',
        '"inf"',
        '" NaN "',
        '"\\u004eaN"',
        '"N_a_N"',
        '"\\tNaN\\n"',
        '"\\u00a0inf"',
        '"\u00a0inf\u00a0"',
        '"1e1000"',
        '"-1E+99999"',
        '"1e-1000"',
        '"1.5e\\u0031000"',
        "1e1000",
        "1.5E-1000",
        '"1e\u0661000"',
        '"1_0e1_000"',
    ],
)
def test_decimals_are_finite(text: str) -> None:
    assert places(Decimal, text.encode()) == [("", "format")]
    body = f'{{"number": 1.5, "again": [{{"text": "nan", "money": {text}}}]}}'
    assert places(Everything, body.encode()) == [("/again/0/money", "format")]


@pytest.mark.parametrize(
    "text", ["1e999", '"1e999"', '"1e-999"', '"1_000.5"', '"\\u0031"', '"\u0661"', "0e0", "-1.5e5"]
)
def test_decimals_that_only_look_odd(text: str) -> None:
    assert read(Decimal, text.encode()) == Decimal(json.loads(text, parse_float=Decimal))
    body = f'{{"text": "information", "data": "bmFu", "money": {text}}}'
    assert read(Everything, body.encode()).money == read(Decimal, text.encode())


def test_what_the_types_own_code_raises_is_not_swallowed() -> None:
    class Broken(msgspec.Struct):
        name: str

        def __post_init__(self) -> None:
            raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        read(Broken, {"name": "A"})

    class Endless(msgspec.Struct):
        name: str

        def __post_init__(self) -> None:
            self.__post_init__()

    with pytest.raises(RecursionError):
        read(Endless, {"name": "A"})
    with pytest.raises(RecursionError):
        msgpack_reader(Endless, depth=64)(msgspec.msgpack.encode({"name": "A"}))


# -- MessagePack -------------------------------------------------------------------------------


def unpack(tp: Any, body: Any, depth: int = 64) -> Any:
    data = body if isinstance(body, bytes) else msgspec.msgpack.encode(body)
    return msgpack_reader(tp, depth=depth)(data)


@pytest.mark.parametrize(
    ("tp", "body", "value"),
    [
        (Book, {**BOOK, "price": "1.5"}, Book(book_id=1, title="T", price=Decimal("1.5"))),
        (PydanticBook, BOOK, PydanticBook(bookId=1, title="T")),
        (dict[int, int], {1: 1.0}, {1: 1}),
        (list[Any], [1.0], [1.0]),
        (
            Everything,
            {"integer": 1.0, "data": b"\xcb\x7f\xf8", "money": 1.5},
            Everything(1, data=b"\xcb\x7f\xf8", money=Decimal("1.5")),
        ),
    ],
)
def test_messagepack_is_read(tp: Any, body: Any, value: Any) -> None:
    assert unpack(tp, body) == value


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty"),
        (b"\x81", "malformed"),
        (b"\x81\xa4name\xa1A\x01", "malformed"),
        (b"\x81\xa4name\xa1\xff", "encoding"),
        (b"\xdd\x7f\xff\xff\xff", "malformed"),
        (b"\x82\xa4name\xa1A\xa1x" + b"\x91" * 100_000, "too_deep"),
        (msgspec.msgpack.encode({"name": "A", "x": NAN}), "malformed"),
        (msgspec.msgpack.encode({"name": "A", "x": [float("-inf")]}), "malformed"),
        (b"\x82\xa4name\xa1A\xa1x\xca\x7f\x80\x00\x00", "malformed"),
    ],
)
def test_messagepack_that_cannot_be_parsed_is_400(body: bytes, code: str) -> None:
    with pytest.raises(MalformedInput) as caught:
        unpack(Author, body)
    assert [error.code for error in caught.value.errors] == [code]


@pytest.mark.parametrize("tp", [Any, Everything, list[Any]])
def test_messagepack_has_a_depth_too(tp: Any) -> None:
    with pytest.raises(MalformedInput) as caught:
        unpack(tp, b"\x91" * 65 + b"\x01")
    assert caught.value.errors[0].code == "too_deep"
    assert unpack(Any, b"\x91" * 64 + b"\x01")[0]
    assert unpack(Any, [[]] * 99, depth=2) == [[]] * 99


def test_messagepack_lists_every_error() -> None:
    body = {"bookId": "x", "price": "NaN", "sequels": [{}], "stock": {"a": "x"}}
    assert places(Book, body, unpack) == [
        ("/bookId", "type"),
        ("/price", "format"),
        ("/sequels/0/bookId", "missing"),
        ("/sequels/0/title", "missing"),
        ("/stock/a", "type"),
        ("/title", "missing"),
    ]


def test_messagepack_names_that_are_no_texts() -> None:
    assert ("/1", "unknown_field") in places(Patch[Book], {1: 2}, unpack)
    assert places(Author, {1: 2, "nam": 3}, unpack) == [("/name", "missing")]
    assert places(dict[str, int], {1: 2}, unpack) == [("/1", "type")]


def test_both_at_once_is_400() -> None:
    with pytest.raises(InvalidInput) as caught:
        read(Book, b'{"bookId": "x", "title": "\\ud800"}')
    assert caught.value.status == 400
