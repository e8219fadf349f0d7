"""Text as typed values."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

from restive.values.codes import CODES
from restive.values.scalars import BadValue, text_reader, texts_reader

from .models import Book, Color, Level

KEY = "12345678-1234-5678-1234-567812345678"


class Forgiving(Enum):
    ON = "on"

    @classmethod
    def _missing_(cls, value: object) -> Forgiving | None:
        return cls.ON if value == "yes" else None


class Zero(IntEnum):
    NONE = 0


@pytest.mark.parametrize(
    ("tp", "text", "value"),
    [
        (str, "", ""),
        (str, "null", "null"),
        (str, "\0é", "\0é"),
        (int, "0", 0),
        (int, "-7", -7),
        (int, "007", 7),
        (int, "9" * 4300, 10**4300 - 1),
        (int | None, "7", 7),
        (int | msgspec.UnsetType, "7", 7),
        (float, "1.5", 1.5),
        (float, "-1e3", -1000.0),
        (float, "7", 7.0),
        (bool, "true", True),
        (bool, "0", False),
        (Decimal, "1.10", Decimal("1.10")),
        (Decimal, "-3", Decimal(-3)),
        (UUID, KEY, UUID(KEY)),
        (UUID, KEY.upper(), UUID(KEY)),
        (date, "2024-02-29", date(2024, 2, 29)),
        (datetime, "2024-01-02T03:04:05Z", datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (datetime, "2024-01-02t03:04:05.5z", datetime(2024, 1, 2, 3, 4, 5, 500_000, tzinfo=UTC)),
        (Annotated[datetime, Meta(tz=False)], "2024-01-02T03:04:05", datetime(2024, 1, 2, 3, 4, 5)),
        (time, "03:04:05", time(3, 4, 5)),
        (timedelta, "P1DT12H", timedelta(days=1, hours=12)),
        (Color, "red", Color.RED),
        (Level, "2", Level.HIGH),
        (Level, "02", Level.HIGH),
        (Zero, "0", Zero.NONE),
        (Forgiving, "yes", Forgiving.ON),
        (Literal["a", "b"], "b", "b"),
        (Literal[1, 2], "2", 2),
        (Literal["a", 0, None], "0", 0),
        (int | str, "7", 7),
        (str | int, "7", 7),
        (int | str, "x", "x"),
        (float | int, "7", 7),
        (float | int, "7.5", 7.5),
        (bool | int, "1", 1),
        (bool | int, "true", True),
        (Annotated[int, Meta(ge=1, le=9)], "9", 9),
        (Annotated[int, Meta(ge=1)] | None, "9", 9),
        (Annotated[int | None, Meta(ge=1)], "9", 9),
        (Annotated[str, Meta(pattern="^[a-z]+$")], "abc", "abc"),
        (Annotated[float, Meta(gt=0, lt=1)], "0.5", 0.5),
    ],
)
def test_text_that_is_a_value(tp: Any, text: str, value: Any) -> None:
    found = text_reader(tp)(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("tp", "text", "code"),
    [
        *[
            (int, text, "type")
            for text in ("", "+1", "1_0", " 1", "1\n", "1.0", "0x1", "\u0663", "null")
        ],
        *[
            (float, text, "type")
            for text in ("", "nan", "Infinity", "1_0", ".5", "5.", "1e", " 1", "\u0661")
        ],
        (float, "1e999", "too_large"),
        *[(bool, text, "type") for text in ("", "True", "yes", "2", "on")],
        *[
            (Decimal, text, "format")
            for text in ("", "NaN", "1e5", "1_0", "+1", "Infinity", "\u0663")
        ],
        *[
            (UUID, text, "format")
            for text in ("", KEY.replace("-", ""), f"{{{KEY}}}", f"urn:uuid:{KEY}", KEY[:-1])
        ],
        *[(date, text, "format") for text in ("", "2024-1-2", "20240102", "2023-02-29", '2024"')],
        *[
            (datetime, text, "format")
            for text in (
                "",
                "2024-01-02",
                "2024-01-02T03:04:05",
                "2024-01-02 03:04:05Z",
                "2024-01-02T03:04Z",
                "2024-01-02T03:04:05+0100",
                "2024-13-02T03:04:05Z",
                "1704164645",
            )
        ],
        (Annotated[datetime, Meta(tz=False)], "2024-01-02T03:04:05Z", "format"),
        (time, "3:04", "format"),
        (timedelta, "3600", "format"),
        (timedelta, "P", "format"),
        (Color, "RED", "not_one_of"),
        (Level, "3", "not_one_of"),
        (Level, "", "not_one_of"),
        (Level, "9" * 5000, "not_one_of"),
        (Literal["a", 1], "2", "not_one_of"),
        (Literal["a", None], "null", "not_one_of"),
        (int | bool, "x", "type"),
        (int | Color, "x", "not_one_of"),
        (Annotated[int, Meta(ge=1)], "0", "too_small"),
        (Annotated[int, Meta(gt=1)], "1", "too_small"),
        (Annotated[int, Meta(le=1)], "2", "too_large"),
        (Annotated[int, Meta(lt=1)], "1", "too_large"),
        (Annotated[int, Meta(multiple_of=5)], "6", "multiple_of"),
        (Annotated[str, Meta(min_length=2)], "a", "too_short"),
        (Annotated[str, Meta(max_length=2)], "abc", "too_long"),
        (Annotated[str, Meta(pattern="^[^\0]*$")], "a\0", "pattern"),
        (Annotated[int, Meta(ge=1)] | None, "0", "too_small"),
        (Annotated[int | None, Meta(ge=1)], "0", "too_small"),
    ],
)
def test_text_that_is_none(tp: Any, text: str, code: str) -> None:
    with pytest.raises(BadValue) as caught:
        text_reader(tp)(text)
    assert caught.value.code == code
    assert code in CODES
    assert not caught.value.malformed
    assert caught.value.detail.endswith(".")


@pytest.mark.parametrize("tp", [int, int | None, int | bool, Annotated[int, Meta(ge=0)]])
@pytest.mark.parametrize("sign", ["", "-"])
def test_integers_that_are_too_long_cannot_be_parsed(tp: Any, sign: str) -> None:
    with pytest.raises(BadValue, match="4300 digits") as caught:
        text_reader(tp)(sign + "9" * 4301)
    assert caught.value.malformed
    assert caught.value.code == "out_of_range"


def test_what_was_expected_and_meant() -> None:
    with pytest.raises(BadValue) as caught:
        text_reader(Color)("gren")
    assert caught.value.expected == "'red', 'green' or 'blue'"
    assert caught.value.did_you_mean == ["green"]
    with pytest.raises(BadValue) as caught:
        text_reader(int | bool)("x")
    assert caught.value.detail == "Expected an integer or boolean."


@pytest.mark.parametrize(
    ("tp", "texts", "value"),
    [
        (list[int], ["1", "2"], [1, 2]),
        (list[int], [], []),
        (list[str] | None, ["a"], ["a"]),
        (set[int], ["1", "1"], {1}),
        (frozenset[Color], ["red"], frozenset({Color.RED})),
        (tuple[int, ...], ["1", "2"], (1, 2)),
        (Annotated[list[int], Meta(min_length=1, max_length=2)], ["1"], [1]),
    ],
)
def test_several_texts(tp: Any, texts: list[str], value: Any) -> None:
    assert texts_reader(tp)(texts) == value


def test_several_texts_of_which_one_is_bad() -> None:
    with pytest.raises(BadValue) as caught:
        texts_reader(list[int])(["1", "x", "y"])
    assert caught.value.detail == "Value 2: Expected an integer."
    with pytest.raises(BadValue) as caught:
        texts_reader(Annotated[list[int], Meta(max_length=1)])(["1", "2"])
    assert caught.value.code == "too_long"


@pytest.mark.parametrize("tp", [bytes, Book, list[int], dict[str, int], Any])
def test_what_no_text_can_be(tp: Any) -> None:
    with pytest.raises(TypeError):
        text_reader(tp)


@pytest.mark.parametrize("tp", [int, list[Book], tuple[int, int], list])
def test_what_no_texts_can_be(tp: Any) -> None:
    with pytest.raises(TypeError):
        texts_reader(tp)


SCALARS = {
    int: st.integers(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    str: st.text(),
    UUID: st.uuids(),
    date: st.dates(),
    datetime: st.datetimes(timezones=st.just(UTC)),
    time: st.times(),
    timedelta: st.timedeltas(min_value=timedelta(0)),
}


@pytest.mark.parametrize("tp", SCALARS)
@given(data=st.data())
def test_what_is_written_can_be_read(tp: Any, data: st.DataObject) -> None:
    value = data.draw(SCALARS[tp])
    text = msgspec.to_builtins(value)
    assert text_reader(tp)(text if isinstance(text, str) else repr(text)) == value


READERS = [text_reader(tp) for tp in (*SCALARS, bool, Decimal, Color, Level, int | str, int | None)]


@given(st.one_of(st.text(), st.from_regex(r"[-+0-9eE.:TZP]+", fullmatch=True)))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in READERS:
        try:
            read(text)
        except BadValue as error:
            assert error.code in CODES  # noqa: PT017
