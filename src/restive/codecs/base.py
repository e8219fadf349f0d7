"""What a codec is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, get_origin

from restive.values.cache import by_type
from restive.values.output import check, exact
from restive.values.types import bare

_BUILT_IN = frozenset({bool, bytes, dict, float, frozenset, int, list, set, str, tuple})


class Codec(Protocol):
    """One format. Its functions are made once for each type, when the app is built."""

    @property
    def media_types(self) -> tuple[str, ...]:
        """What it is known by; the first is what is sent."""

    def encoder(self, tp: Any) -> Callable[[Any], bytes]:
        """A function that writes what `tp` declares, and no more.

        It raises OutputError for a value that cannot be brought to its type, TypeError or
        NotImplementedError for one that the format cannot hold, UnicodeEncodeError for lone
        surrogates.
        """

    def reader(self, tp: Any, *, depth: int) -> Callable[[bytes], Any]:
        """A function that makes a `tp` of a body, nested no deeper than `depth`.

        It raises MalformedInput for what cannot be parsed, UnprocessableContent for what is not
        valid, with all errors.
        """


@by_type
def composed(tp: Any, encode: Callable[[Any], bytes]) -> Callable[[Any], bytes]:
    """`encode` after what lets out only what `tp` declares; `encode` itself for `Any`."""
    only = exact(tp)
    if only is not None:

        def encode_exact(value: Any) -> bytes:
            return encode(only(value))

        return encode_exact
    kind = bare(tp)
    cls = get_origin(kind) or kind
    if cls not in _BUILT_IN:
        return encode
    judge = check(tp)

    def encode_plain(value: Any) -> bytes:
        # SECURITY: a Struct where a dict or a text is declared would leave with all its fields.
        if value.__class__ is not cls:
            judge(value)
        return encode(value)

    return encode_plain
