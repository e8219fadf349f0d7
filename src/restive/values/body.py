"""Reading a request's body: JSON and MessagePack as the declared type.

    400 MalformedInput        it cannot be parsed: empty, not UTF-8, wrong syntax, nested too deep,
                              numbers out of range, lone surrogates, NaN
    422 UnprocessableContent  it was parsed and is not valid; `errors` are all there are, up to 100

Both at once are 400. The good path is one `decode`; all else happens once that has failed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, get_args

import msgspec

from restive.errors import FieldError, MalformedInput, UnprocessableContent
from restive.values.cache import by_type
from restive.values.depth import is_bounded, json_too_deep, value_too_deep
from restive.values.hashes import SHORT, has_numbers_hashed, is_crowded
from restive.values.hooks import dec_hook
from restive.values.mend import decimals_taken, has_decimals, is_sound
from restive.values.patch import patch_maker
from restive.values.types import bare, has_patch, readable
from restive.values.walk import collect, node_of

Reader = Callable[[bytes], Any]

DEEPEST = 200  # what the interpreter's stack certainly holds
BOM = b"\xef\xbb\xbf"
# Floats of 32 and 64 bits whose exponent is all ones; it may also be part of a text.
ODD_FLOAT = re.compile(rb"\xca[\x7f\xff][\x80-\xff]|\xcb[\x7f\xff][\xf0-\xff]", re.DOTALL).search
ARRAYS = {*range(0x90, 0xA0), 0xDC, 0xDD}
CONTAINERS = {*range(0x80, 0x90), 0xDE, 0xDF} | ARRAYS
NO_CONTAINERS = bytes(set(range(256)) - CONTAINERS)
NO_ARRAYS = bytes(set(range(256)) - ARRAYS)
LARGE = 1000  # bytes, or arrays: fewer cannot take long, whatever is made of them


@dataclass(frozen=True, slots=True)
class Format:
    """What differs between JSON and MessagePack.

    decoder: a class. parse: to dicts, lists and scalars; raises MalformedInput. exact: the same
    with every fractional number as a Decimal.
    """

    decoder: Any
    parse: Callable[[bytes], Any]
    exact: Callable[[bytes], Any]
    str_keys: bool


@by_type
def json_reader(tp: Any, *, depth: int) -> Reader:
    """A function that reads a JSON body as `tp`.

    depth: how deep arrays and objects may be nested, at most 200; ValueError above. Raises
    UnsupportedType for types that cannot be read.
    """
    decode, slowly = _decoders(JSON, _checked(tp, depth))

    def read(data: bytes) -> Any:
        if json_too_deep(data, depth):
            raise _too_deep(depth)
        if not data.isascii():
            _check_utf8(data)  # msgspec checks what it keeps, and not what it skips
        try:
            return decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return slowly(data)

    return read


@by_type
def msgpack_reader(tp: Any, *, depth: int) -> Reader:
    """A function that reads a MessagePack body as `tp`, by the same rules where they apply.

    What stands in members that the type skips is not looked at: it may be nested deeper. Elsewhere
    there are no extension types but timestamps, and names are texts or numbers.
    """
    plain = _checked(tp, depth)
    decode, slowly = _decoders(MSGPACK, plain)
    bounded = is_bounded(plain)

    def read(data: bytes) -> Any:
        if not bounded:
            value = _unpacked(data)
            many = len(data.translate(None, NO_CONTAINERS)) > depth
            if many and value_too_deep(value, depth):
                raise _too_deep(depth)
            if not _fits_json(value):
                raise malformed(ODD)
        if ODD_FLOAT(data) and not is_sound(_unpacked(data)):
            raise malformed("NaN and infinities are not taken.")
        try:
            return decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return slowly(data)

    return read


def _checked(tp: Any, depth: int) -> Any:
    if not 0 < depth <= DEEPEST:
        raise ValueError(f"a depth of {depth} is not between 1 and {DEEPEST}")
    return readable(tp)


def _decoders(format: Format, tp: Any) -> tuple[Reader, Reader]:
    """What reads a right body, and what reads any.

    The second parses without a type first, to tell 400 from 422, and to find all errors. The body
    is right after all where there is nothing but numbers such as `1.0`, or where the first of two
    members of one name was wrong.
    """
    inner = get_args(bare(tp))[0] if has_patch(tp) else tp
    make = patch_maker(inner, str_keys=format.str_keys) if has_patch(tp) else None
    node, decimals, hashed = node_of(inner), has_decimals(inner), has_numbers_hashed(inner)
    parse = format.exact if decimals else format.parse

    def slowly(data: bytes) -> Any:
        value = parse(data)
        if hashed and len(data) > SHORT and is_crowded(value):
            raise malformed("Too many of the numbers have the same hash.")
        if node.mends:
            value = node.mend([value])[0]
        if make is not None:
            return make(value)
        errors, truncated = collect(tp, value, str_keys=format.str_keys)
        if errors:
            raise UnprocessableContent(errors, truncated=truncated)
        return msgspec.convert(value, tp, str_keys=format.str_keys, dec_hook=dec_hook)

    decode = slowly if make else format.decoder(tp, dec_hook=dec_hook).decode
    if make or not (decimals or hashed):
        return decode, slowly

    def decode_checked(data: bytes) -> Any:
        if hashed and len(data) > SHORT:
            return slowly(data)  # of two members of one name it sees the same one as `is_crowded`
        value = decode(data)
        return value if not decimals or decimals_taken(value) else slowly(data)

    return decode_checked, slowly


def malformed(detail: str, code: str = "malformed") -> MalformedInput:
    return MalformedInput([FieldError(detail=detail, code=code, pointer="")])


def _too_deep(depth: int) -> MalformedInput:
    return malformed(f"Arrays and objects are nested deeper than {depth}.", "too_deep")


def _not_utf8() -> MalformedInput:
    return malformed("The text is not UTF-8.", "encoding")


# -- JSON --------------------------------------------------------------------------------------


def _json_parser(decode: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    def parse(data: bytes) -> Any:
        try:
            return decode(data)
        except UnicodeDecodeError:
            raise _not_utf8() from None
        except msgspec.ValidationError:
            raise malformed("A number is out of range.", "out_of_range") from None
        except msgspec.DecodeError as error:
            raise _syntax_error(data, str(error)) from None

    return parse


def _syntax_error(data: bytes, message: str) -> MalformedInput:
    if not data.strip():
        return malformed("A JSON body is required.", "empty")
    if data.startswith(BOM):
        return malformed("JSON must not begin with a byte order mark.", "encoding")
    if "truncated" in message:
        return malformed("The JSON ends too early.")
    return malformed(f"{message}.")


def _check_utf8(data: bytes) -> None:
    try:
        data.decode()
    except UnicodeDecodeError:
        raise _not_utf8() from None


JSON = Format(
    decoder=msgspec.json.Decoder,
    parse=_json_parser(msgspec.json.Decoder().decode),
    exact=_json_parser(msgspec.json.Decoder(float_hook=Decimal).decode),
    str_keys=True,
)


# -- MessagePack -------------------------------------------------------------------------------


ODD = "Only what JSON could hold is taken: texts and numbers as names, no extension types."
_unpack = msgspec.msgpack.Decoder().decode
_one_level = msgspec.msgpack.Decoder(
    dict[str | int | float | bool | None, msgspec.Raw] | list[msgspec.Raw]
).decode


def _check_names(data: bytes) -> None:
    """Raises ValidationError where a large object may have arrays as names."""
    level: list[Any] = [data]
    for _ in range(DEEPEST):
        found = [_one_level(part) for part in level if memoryview(part)[0] in CONTAINERS]
        inside = (each.values() if type(each) is dict else each for each in found)
        level = [item for items in inside for item in items if len(item) > LARGE]
        if not level:
            return
    raise _too_deep(DEEPEST)


def _fits_json(value: Any) -> bool:
    try:
        msgspec.json.encode(value)
    except TypeError:
        return False
    return True


def _unpacked(data: bytes) -> Any:
    try:
        # SECURITY: arrays that are names are hashed, and integers in them can be made to collide.
        if len(data.translate(None, NO_ARRAYS)) > LARGE:
            _check_names(data)
        return _unpack(data)
    except UnicodeDecodeError:
        raise _not_utf8() from None
    except RecursionError:
        raise _too_deep(DEEPEST) from None
    except msgspec.ValidationError:
        raise malformed(ODD) from None
    except msgspec.DecodeError as error:
        if not data:
            raise malformed("A MessagePack body is required.", "empty") from None
        raise malformed(f"{error}.") from None


MSGPACK = Format(
    decoder=msgspec.msgpack.Decoder,
    parse=_unpacked,
    exact=_unpacked,
    str_keys=False,
)
