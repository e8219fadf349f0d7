"""JSON and MessagePack: what is written, and that it can be read."""

import enum
import math
import uuid
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from restive.codecs.base import Codec
from restive.codecs.json import JSON
from restive.codecs.msgpack import MSGPACK
from restive.errors import MalformedInput, UnprocessableContent
from restive.values.output import OutputError

CODECS = pytest.mark.parametrize("codec", [JSON, MSGPACK], ids=["json", "msgpack"])


class Owner(Struct):
    name: str


class Spy(Owner):
    hidden: str = "hunter2"


class Book(Struct, rename="camel", omit_defaults=True):
    book_id: int
    owner: Owner
    tags: list[str] = []


class Colour(enum.Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("tp", "value", "text"),
    [
        (None, None, "null"),
        (int, 2**64, "18446744073709551616"),
        (float, 1.0, "1.0"),
        (float, math.nan, "null"),
        (list[float], [math.inf, -math.inf], "[null,null]"),
        (Decimal, Decimal("1.10"), '"1.10"'),
        (datetime, datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC), '"2020-01-02T03:04:05Z"'),
        (date, date(2020, 1, 2), '"2020-01-02"'),
        (time, time(3, 4), '"03:04:00"'),
        (timedelta, timedelta(minutes=1), '"PT60S"'),
        (bytes, b"\x00\x01", '"AAE="'),
        (uuid.UUID, uuid.UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        (Colour, Colour.RED, '"red"'),
        (str, "é\u2028</script>", '"é\u2028</script>"'),
        (dict[int, str], {1: "a"}, '{"1":"a"}'),
        (Book, Book(1, Spy("a")), '{"bookId":1,"owner":{"name":"a"}}'),
        (list[Book] | None, None, "null"),
    ],
    ids=str,
)
def test_json(tp: Any, value: Any, text: str) -> None:
    assert JSON.encoder(tp)(value) == text.encode()


def test_message_pack_keeps_bytes_and_nan() -> None:
    encode = MSGPACK.encoder(dict[str, Any])
    found = msgspec.msgpack.decode(encode({"b": b"\x00", "n": math.nan}))
    assert found["b"] == b"\x00"
    assert math.isnan(found["n"])


def test_media_types() -> None:
    assert JSON.media_types == ("application/json",)
    assert MSGPACK.media_types[0] == "application/msgpack"
    assert {"application/vnd.msgpack", "application/x-msgpack"} < set(MSGPACK.media_types)


@CODECS
@pytest.mark.parametrize(
    ("tp", "value"),
    [
        (Book, Book(1, Owner("a"), ["x"])),
        (list[Book], [Book(1, Owner("a")), Book(2, Owner("b"))]),
        (dict[str, date], {"a": date(2020, 1, 1)}),
        (tuple[int, str] | None, (1, "a")),
        (Decimal, Decimal("1.10")),
    ],
    ids=str,
)
def test_what_is_written_can_be_read(codec: Codec, tp: Any, value: Any) -> None:
    assert codec.reader(tp, depth=64)(codec.encoder(tp)(value)) == value


@CODECS
def test_reading_tells_malformed_from_invalid(codec: Codec) -> None:
    read = codec.reader(Book, depth=64)
    with pytest.raises(MalformedInput):
        read(codec.encoder(Any)({"bookId": 1})[:-1])
    with pytest.raises(UnprocessableContent) as caught:
        read(codec.encoder(Any)({"bookId": "x", "owner": {}}))
    assert [error.pointer for error in caught.value.errors] == ["/bookId", "/owner/name"]


@CODECS
def test_reading_is_bound_in_depth(codec: Codec) -> None:
    nested: Any = 1
    for _ in range(5):
        nested = [nested]
    body = codec.encoder(Any)(nested)
    assert codec.reader(Any, depth=5)(body) == nested
    with pytest.raises(MalformedInput):
        codec.reader(Any, depth=4)(body)


@CODECS
def test_what_cannot_be_written_is_an_error(codec: Codec) -> None:
    with pytest.raises(OutputError):
        codec.encoder(list[Book])([Book(1, Owner("a")), object()])
    with pytest.raises((TypeError, NotImplementedError)):
        codec.encoder(Any)(object())
    with pytest.raises(UnicodeEncodeError):
        codec.encoder(str)("\ud800")


def test_where_anything_is_declared_the_encoder_is_bare() -> None:
    assert type(JSON.encoder(Any)).__name__ == "builtin_function_or_method"


BIG = 2**64
EARLY = datetime.fromisoformat("0001-01-01T00:00:00+14:00")
NOW = datetime(2030, 1, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tp", "value", "sent"),
    [
        (int, BIG, str(BIG)),
        (list[int], [1, BIG, -BIG], [1, str(BIG), str(-BIG)]),
        (dict[int, bytes], {BIG: b"x", 1: b"y"}, {str(BIG): b"x", 1: b"y"}),
        (datetime, EARLY, "0001-01-01T00:00:00+14:00"),
        (Any, {"a": (EARLY, NOW, b"x")}, {"a": ["0001-01-01T00:00:00+14:00", NOW, b"x"]}),
        (Owner, Owner(BIG), {"name": str(BIG)}),  # type: ignore[arg-type]
    ],
)
def test_message_pack_has_texts_for_what_it_cannot_hold(tp: Any, value: Any, sent: Any) -> None:
    assert msgspec.msgpack.decode(MSGPACK.encoder(tp)(value)) == sent


ODD_BODIES = [
    b"\x81\xa1a\xd4\x05\x00",  # an extension type
    b"\x81\xa1a\x91\xc7\x00\x05",
    b"\x81\xc0\x02",  # null, true, an array as names
    b"\x81\xc3\x02",
    b"\x81\xa1a\x81\x92\x01\x02\x02",
]


@pytest.mark.parametrize("tp", [Any, dict, dict[str, Any], list[Any] | dict[Any, Any]])
@pytest.mark.parametrize("body", ODD_BODIES)
def test_message_pack_that_json_could_not_hold_is_malformed(tp: Any, body: bytes) -> None:
    with pytest.raises(MalformedInput) as caught:
        MSGPACK.reader(tp, depth=64)(body)
    assert "no extension types" in caught.value.errors[0].detail


def test_message_pack_keeps_times_and_numbers_as_names() -> None:
    value = {"a": NOW, "b": {1: b"x"}}
    assert MSGPACK.reader(Any, depth=64)(MSGPACK.encoder(Any)(value)) == value


@CODECS
@pytest.mark.parametrize("kind", [dict[str, str], list[int], str, int])
def test_a_struct_does_not_leave_as_a_built_in_type(codec: Codec, kind: Any) -> None:
    class Secret(msgspec.Struct):
        password: str

    with pytest.raises(OutputError):
        codec.encoder(kind)(Secret("x"))
