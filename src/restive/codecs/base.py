"""What a codec is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol


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


def composed(
    encode: Callable[[Any], bytes], exact: Callable[[Any], Any] | None
) -> Callable[[Any], bytes]:
    """`encode` after `exact`; `encode` itself where there is nothing to be done before."""
    if exact is None:
        return encode

    def encode_exact(value: Any) -> bytes:
        return encode(exact(value))

    return encode_exact
