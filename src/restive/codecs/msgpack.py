"""MessagePack (https://msgpack.org; its media type is registered as `application/vnd.msgpack`)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from restive.codecs.base import Codec, composed
from restive.values.body import msgpack_reader
from restive.values.hooks import enc_hook

_PACK = msgspec.msgpack.Encoder(enc_hook=enc_hook).encode
_KEPT = (bytes, bytearray, memoryview, datetime)


def _encode(value: Any) -> bytes:
    try:
        return _PACK(value)
    except OverflowError:
        return _PACK(_held(msgspec.to_builtins(value, builtin_types=_KEPT, enc_hook=enc_hook)))


def _held(value: Any) -> Any:
    """`value`, of builtins, with texts for what MessagePack cannot hold."""
    if isinstance(value, dict):
        return {_held(key): _held(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_held(item) for item in value]
    try:
        _PACK(value)
    except OverflowError:
        return msgspec.json.encode(value).decode().strip('"')
    return value


class _MessagePack:
    """Written like JSON, but `bytes` as they are, aware datetimes as MessagePack's timestamps.

    NaN and the infinities stay what they are. Integers beyond 64 bits become texts, and so do times
    before the year 1 or after 9999 in UTC.
    """

    media_types = ("application/msgpack", "application/vnd.msgpack", "application/x-msgpack")

    def encoder(self, tp: Any) -> Callable[[Any], bytes]:
        """See `Codec`."""
        return composed(tp, _encode)

    def reader(self, tp: Any, *, depth: int) -> Callable[[bytes], Any]:
        """See `Codec`."""
        return msgpack_reader(tp, depth=depth)


MSGPACK: Codec = _MessagePack()
