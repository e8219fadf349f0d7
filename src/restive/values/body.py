"""Reading a request's body: JSON and MessagePack as the declared type.

    400 MalformedInput        it cannot be parsed: empty, not UTF-8, wrong syntax, nested too deep,
                              numbers out of range, lone surrogates, NaN
    422 UnprocessableContent  it was parsed and is not valid; `errors` are all there are, up to 100

Both at once are 400. The good path is one `decode`; all else happens once that has failed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any, get_args

import msgspec

from restive.errors import FieldError, MalformedInput, UnprocessableContent
from restive.values.coerce import coercer
from restive.values.decimals import has_decimals, json_may_be_odd, msgpack_may_be_odd
from restive.values.depth import is_bounded, json_too_deep, value_too_deep
from restive.values.hooks import dec_hook
from restive.values.patch import patch_maker
from restive.values.types import bare, has_patch, readable
from restive.values.walk import collect

Reader = Callable[[bytes], Any]

DEEPEST = 200  # what the interpreter's stack certainly holds
BOM = b"\xef\xbb\xbf"
# Floats of 32 and 64 bits whose exponent is all ones; it may also be part of a text.
ODD_FLOAT = re.compile(rb"\xca[\x7f\xff][\x80-\xff]|\xcb[\x7f\xff][\xf0-\xff]", re.DOTALL).search
NO_CONTAINERS = bytes(set(range(256)) - {*range(0x80, 0xA0), 0xDC, 0xDD, 0xDE, 0xDF})


@dataclass(frozen=True, slots=True)
class Format:
    """What differs between JSON and MessagePack.

    decoder: of a type. parse: to dicts, lists and scalars; raises MalformedInput. exact: the same
    with every fractional number as a Decimal. may_be_odd: see `values.decimals`.
    """

    decoder: Callable[[Any], Callable[[bytes], Any]]
    parse: Callable[[bytes], Any]
    exact: Callable[[bytes], Any]
    may_be_odd: Callable[[bytes], bool]
    str_keys: bool


def json_reader(tp: Any, *, depth: int) -> Reader:
    """A function that reads a JSON body as `tp`.

    depth: how deep arrays and objects may be nested, at most 200; ValueError above. Raises
    UnsupportedType for types that cannot be read.
    """
    plain = _checked(tp, depth)
    decode, slowly = _decoders(JSON, plain)
    # PERF: msgspec checks what it keeps; members that the type skips are for us to look at.
    bounded = is_bounded(plain, skipping=True)

    def read(data: bytes) -> Any:
        if not bounded and json_too_deep(data, depth):
            raise _too_deep(depth)
        if not data.isascii():
            _check_utf8(data)
        try:
            return decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            if bounded and json_too_deep(data, depth):
                raise _too_deep(depth) from None
            return slowly(data)

    return _finite(JSON, plain, read, slowly)


def msgpack_reader(tp: Any, *, depth: int) -> Reader:
    """A function that reads a MessagePack body as `tp`, by the same rules where they apply.

    What stands in members that the type skips is not looked at: it may be nested deeper.
    """
    plain = _checked(tp, depth)
    decode, slowly = _decoders(MSGPACK, plain)
    bounded = is_bounded(plain, skipping=False)

    def read(data: bytes) -> Any:
        many = not bounded and len(data.translate(None, NO_CONTAINERS)) > depth
        if many and value_too_deep(_unpacked(data), depth):
            raise _too_deep(depth)
        if ODD_FLOAT(data) and not _all_finite(_unpacked(data)):
            raise malformed("NaN and infinities are not taken.")
        try:
            return decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return slowly(data)

    return _finite(MSGPACK, plain, read, slowly)


def _checked(tp: Any, depth: int) -> Any:
    if not 0 < depth <= DEEPEST:
        raise ValueError(f"a depth of {depth} is not between 1 and {DEEPEST}")
    return readable(tp)


def _decoders(format: Format, tp: Any) -> tuple[Reader, Reader]:
    """What reads a right body, and what reads any."""
    if not has_patch(tp):
        return format.decoder(tp), partial(_read_slowly, format, tp)
    inner = get_args(bare(tp))[0]
    make = patch_maker(inner, str_keys=format.str_keys)
    parse = format.exact if has_decimals(inner) else format.parse

    def read(data: bytes) -> Any:
        return make(parse(data))

    return read, read


def _finite(format: Format, tp: Any, read: Reader, slowly: Reader) -> Reader:
    """`read`, and for a type with Decimals, `slowly` where one may be NaN."""
    if has_patch(tp) or not has_decimals(tp):
        return read

    def read_finite(data: bytes) -> Any:
        value = read(data)
        return slowly(data) if format.may_be_odd(data) else value

    return read_finite


def _read_slowly(format: Format, tp: Any, data: bytes) -> Any:
    """`data` once more, without a type first: to tell 400 from 422, and to find all errors.

    It is right after all where there is nothing but numbers such as `1.0`, or where the first of
    two members of one name was wrong.
    """
    value = format.exact(data) if has_decimals(tp) else format.parse(data)
    if mend := coercer(tp):
        value = mend([value])[0]
    errors, truncated = collect(tp, value, str_keys=format.str_keys)
    if errors:
        raise UnprocessableContent(errors, truncated=truncated)
    return msgspec.convert(value, tp, str_keys=format.str_keys, dec_hook=dec_hook)


def malformed(detail: str, code: str = "malformed") -> MalformedInput:
    return MalformedInput([FieldError(detail=detail, code=code, pointer="")])


def _too_deep(depth: int) -> MalformedInput:
    return malformed(f"Arrays and objects are nested deeper than {depth}.", "too_deep")


def _not_utf8() -> MalformedInput:
    return malformed("The text is not UTF-8.", "encoding")


# -- JSON --------------------------------------------------------------------------------------


def _json_decoder(tp: Any) -> Callable[[bytes], Any]:
    return msgspec.json.Decoder(tp, dec_hook=dec_hook).decode


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
    decoder=_json_decoder,
    parse=_json_parser(msgspec.json.Decoder().decode),
    exact=_json_parser(msgspec.json.Decoder(float_hook=Decimal).decode),
    may_be_odd=json_may_be_odd,
    str_keys=True,
)


# -- MessagePack -------------------------------------------------------------------------------


def _msgpack_decoder(tp: Any) -> Callable[[bytes], Any]:
    return msgspec.msgpack.Decoder(tp, dec_hook=dec_hook).decode


_unpack = msgspec.msgpack.Decoder().decode


def _unpacked(data: bytes) -> Any:
    try:
        return _unpack(data)
    except UnicodeDecodeError:
        raise _not_utf8() from None
    except RecursionError:
        raise _too_deep(DEEPEST) from None
    except msgspec.DecodeError as error:
        if not data:
            raise malformed("A MessagePack body is required.", "empty") from None
        raise malformed(f"{error}.") from None


def _all_finite(value: Any) -> bool:
    """Whether there is no NaN and no infinity in a decoded value."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if type(item) is float and not math.isfinite(item):
            return False
        if type(item) is dict:
            waiting.extend(item.values())
        elif type(item) in (list, tuple):
            waiting.extend(item)
    return True


MSGPACK = Format(
    decoder=_msgpack_decoder,
    parse=_unpacked,
    exact=_unpacked,
    may_be_odd=msgpack_may_be_odd,
    str_keys=False,
)
