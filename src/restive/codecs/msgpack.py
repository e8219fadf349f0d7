"""MessagePack (https://msgpack.org; its media type is registered as `application/vnd.msgpack`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from restive.codecs.base import Codec, composed
from restive.values.body import msgpack_reader
from restive.values.hooks import enc_hook

_ENCODE = msgspec.msgpack.Encoder(enc_hook=enc_hook).encode


class _MessagePack:
    """Written like JSON, but `bytes` as they are, aware datetimes as MessagePack's timestamps.

    NaN and the infinities stay what they are.
    """

    media_types = ("application/msgpack", "application/vnd.msgpack", "application/x-msgpack")

    def encoder(self, tp: Any) -> Callable[[Any], bytes]:
        """See `Codec`."""
        return composed(tp, _ENCODE)

    def reader(self, tp: Any, *, depth: int) -> Callable[[bytes], Any]:
        """See `Codec`."""
        return msgpack_reader(tp, depth=depth)


MSGPACK: Codec = _MessagePack()
