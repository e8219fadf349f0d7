"""JSON (RFC 8259)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from restive.codecs.base import Codec, composed
from restive.values.body import json_reader
from restive.values.hooks import enc_hook

_ENCODE = msgspec.json.Encoder(enc_hook=enc_hook).encode


class _Json:
    """Written in UTF-8 without spaces, fields in the order of their declaration.

    `Decimal` and `UUID` become strings, `datetime`, `date` and `time` RFC 3339, `timedelta` ISO
    8601, `bytes` base64, an Enum its value. NaN and the infinities, which JSON lacks, become null.
    """

    media_types = ("application/json",)

    def encoder(self, tp: Any) -> Callable[[Any], bytes]:
        """See `Codec`."""
        return composed(tp, _ENCODE)

    def reader(self, tp: Any, *, depth: int) -> Callable[[bytes], Any]:
        """See `Codec`."""
        return json_reader(tp, depth=depth)


JSON: Codec = _Json()
