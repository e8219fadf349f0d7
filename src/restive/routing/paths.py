"""The raw path of a request: split, decoded, and refused where it could mean two things.

The rules: split on "/" first and decode afterwards, so that `%2F` never makes a segment; decode
once, as UTF-8; no dot segments in any spelling.
"""

import re
from urllib.parse import quote, unquote_to_bytes

# RFC 3986 section 3.3: what a segment may hold unencoded, besides the unreserved characters that
# quote() always keeps.
_SEGMENT_SAFE = "!$&'()*+,;=:@"
_MALFORMED = re.compile("%(?![0-9A-Fa-f]{2})")


class BadPath(ValueError):
    """The path of a request cannot be read. The text says why and may be shown to the client."""


def split_path(path: str) -> list[str]:
    """Decoded segments of a raw path: "/a/b%2Fc" gives `["", "a", "b/c"]`.

    Raises `BadPath` for broken percent-encoding, for what is not UTF-8, and for a "." or ".."
    segment, percent-encoded or not.
    """
    segments = path.split("/")
    if "%" in path or not path.isascii():
        segments = [_decode(segment) for segment in segments]
    # SECURITY: looked for after decoding, and inside of segments too: "a%2F..%2Fb" as a file name
    # would climb just as "a/../b" does.
    for segment in segments:
        if has_dot_segment(segment):
            raise BadPath("The path has a '.' or '..' segment.")
    return segments


def has_dot_segment(text: str) -> bool:
    """Whether "." or ".." stands in the decoded text between slashes, or alone."""
    return "." in text and any(piece in {".", ".."} for piece in text.split("/"))


def quote_segment(text: str) -> str:
    """One segment, percent-encoded as UTF-8, slashes too. `ValueError` for a lone surrogate."""
    return quote(text, safe=_SEGMENT_SAFE)


def quote_path(text: str) -> str:
    """Several segments: as `quote_segment`, but slashes separate."""
    return quote(text, safe=_SEGMENT_SAFE + "/")


def _decode(segment: str) -> str:
    if _MALFORMED.search(segment):
        raise BadPath("The path has a '%' without two hexadecimal digits after it.")
    try:
        return unquote_to_bytes(segment).decode()
    except UnicodeError as error:
        raise BadPath("The path is not valid UTF-8.") from error
