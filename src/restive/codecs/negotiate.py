"""Which of the offered media types a request wants (RFC 9110, 12.5.1), and which it sends (8.3).

A header that was seen before costs one look-up in a dict.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

CACHED = 256  # headers remembered; all are forgotten when one more comes
LONGEST = 512  # bytes of a header that is remembered
MOST = 100  # ranges of one header that are looked at
ALIASES = {
    ("application", "vnd.msgpack"): ("application", "msgpack"),
    ("application", "x-msgpack"): ("application", "msgpack"),
}

_NAME = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]++"
_QUOTED = r'"(?:[^"\\]|\\.)*+"'
# SECURITY: possessive (`++`), so that no header makes the matching go back.
_ELEMENT = re.compile(rf'(?:[^,"]|{_QUOTED})++')
_RANGE = re.compile(rf"({_NAME})/({_NAME})")
_PARAMETER = re.compile(rf"[ \t]*+;[ \t]*+(?:({_NAME})=({_NAME}|{_QUOTED}))?")
_WEIGHT = re.compile(r"(?:0(?:\.\d{0,3})?|\.\d{1,3}|1(?:\.0{0,3})?)\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class MediaType:
    """A media type or range, in lower case. parameters: without `q`, which is the weight."""

    type: str
    subtype: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    weight: float = 1.0

    def covers(self, other: MediaType) -> int:
        """How specific a match it is for `other`: 0 for none, more for a closer one."""
        if self.type == "*":
            return 1 if self.subtype == "*" else 0
        if self.type != other.type:
            return 0
        if self.subtype == "*":
            return 2
        if self.subtype != other.subtype or not self.parameters.items() <= other.parameters.items():
            return 0
        return 3 + len(self.parameters)


def parse_media_type(text: str) -> MediaType | None:
    """One media type or range with its parameters; None where it is malformed.

    A lone `*` is `*/*`, as some clients have it. `charset` is left out: JSON has none, and texts
    are answered in UTF-8. A weight is at most 1, with up to three digits. The unregistered names of
    MessagePack become `application/msgpack`.
    """
    text = text.strip(" \t").lower()
    if text == "*" or text.startswith("*;"):
        text = "*/" + text
    start = _RANGE.match(text)
    if start is None:
        return None
    parameters: dict[str, str] = {}
    end = start.end()
    while end < len(text):
        found = _PARAMETER.match(text, end)
        if found is None:
            return None
        end = found.end()
        if found[1]:
            parameters.setdefault(found[1], _unquoted(found[2]))
    parameters.pop("charset", None)
    weight = parameters.pop("q", "1")
    if not _WEIGHT.match(weight):
        return None
    name = (start[1], start[2])
    return MediaType(*ALIASES.get(name, name), parameters, float(weight))


def parse_accept(text: str) -> Iterator[MediaType]:
    """The ranges of an Accept field, of the first 100 elements those that are well-formed."""
    for element in islice(_ELEMENT.finditer(text), MOST):
        media_range = parse_media_type(element[0])
        if media_range is not None:
            yield media_range


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value


class Chooser:
    """Chooses among media types; the server prefers them in the order given.

    media_types: offers; for `content` they may be ranges (`image/*`).
    """

    def __init__(self, media_types: Sequence[str]) -> None:
        self.media_types = tuple(media_types)
        self._offers = tuple(_offer(text) for text in media_types)
        self._accepted: dict[bytes | None, int | None] = {}
        self._sent: dict[bytes | None, int | None] = {}

    def accept(self, header: bytes | None) -> int | None:
        """The index of the offer that an Accept field wants most; None where it takes none (406).

        header: several fields are joined by ", ". The closest range that covers an offer gives its
        weight, `q=0` refuses it, and of equals the first offer is taken. A header that is absent,
        empty, or has no well-formed range, takes anything: 0.
        """
        try:
            return self._accepted[header]
        except KeyError:
            return _remember(self._accepted, header, self._choose(header))

    def content(self, header: bytes | None) -> int | None:
        """The index of the offer that a Content-Type field names; None where there is none (415).

        Parameters do not count. Of several offers that match, the closest is taken. Where no offer
        is a `+json` itself, `application/json` takes `application/<anything>+json`. An absent
        header means `application/octet-stream` (RFC 9110, 8.3).
        """
        try:
            return self._sent[header]
        except KeyError:
            return _remember(self._sent, header, self._find(header))

    def _choose(self, header: bytes | None) -> int | None:
        ranges = list(parse_accept((header or b"").decode("latin-1")))
        if not ranges:
            return 0
        weights = [_weight(offer, ranges) for offer in self._offers]
        best = max(weights, default=0.0)
        return weights.index(best) if best > 0 else None

    def _find(self, header: bytes | None) -> int | None:
        # SECURITY: pages of other sites can send bodies without a Content-Type unasked (no
        # preflight), so an absent one must not pass for JSON.
        text = "application/octet-stream" if header is None else header.decode("latin-1")
        sent = parse_media_type(text.partition(";")[0])
        if sent is None or "*" in (sent.type, sent.subtype):
            return None
        bare = [MediaType(offer.type, offer.subtype) for offer in self._offers]
        fits = [offer.covers(sent) for offer in bare]
        best = max(fits, default=0)
        if best:
            return fits.index(best)
        if not sent.subtype.endswith("+json") or any("+json" in offer.subtype for offer in bare):
            return None  # among kinds of patches, an unknown one is not taken for another
        json = MediaType(sent.type, "json")
        return bare.index(json) if json in bare else None


def _offer(text: str) -> MediaType:
    offer = parse_media_type(text)
    if offer is None:
        raise ValueError(f"{text!r} is not a media type")
    return offer


def _weight(offer: MediaType, ranges: list[MediaType]) -> float:
    """The weight of the most specific range that covers the offer; of equals the first's."""
    closest = max(ranges, key=lambda media_range: media_range.covers(offer))
    return closest.weight if closest.covers(offer) else 0.0


def _remember(
    cache: dict[bytes | None, int | None], header: bytes | None, index: int | None
) -> int | None:
    # SECURITY: clients choose the keys, so neither their number nor their length may grow.
    if header is None or len(header) <= LONGEST:
        if len(cache) >= CACHED:
            cache.clear()
        cache[header] = index
    return index
