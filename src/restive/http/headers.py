"""Header fields: what came (`Headers`) and what goes out (`ResponseHeaders`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, MutableMapping

RawHeaders = list[tuple[bytes, bytes]]

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
# Visible characters, obs-text, space and tab (RFC 9110, 5.5); everything else could end the field.
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*\Z")


def checked_field(name: str, value: str) -> tuple[str, str]:
    """The pair, its name in lower case.

    Raises ValueError when the name is no token or the value holds a control character, CR or LF
    (RFC 9110, 5.5), or a character that ISO-8859-1 does not have.
    """
    if not _TOKEN.match(name):
        raise ValueError(f"{name!r} is not a header field's name")
    if not _VALUE.match(value):
        # SECURITY: a CR or LF here would let a value become a header or a whole answer.
        raise ValueError(f"the value of header {name!r} holds characters that no field may hold")
    return name.lower(), value.strip(" \t")


def parse_head(head: bytes) -> RawHeaders:
    """The fields of a head that a parser found well-formed, names in lower case.

    head: the request line and the fields, each ended by CRLF, the empty line included.
    """
    fields = []
    for line in head.split(b"\r\n")[1:]:
        if line:
            name, _, value = line.partition(b":")
            fields.append((name.lower(), value.strip(b" \t")))
    return fields


class Headers(Mapping[str, str]):
    """The fields of a request. Names in any case; several fields of one name are joined by ", "."""

    __slots__ = ("_raw",)

    def __init__(self, raw: RawHeaders) -> None:
        self._raw = raw

    def get_all(self, name: str) -> list[str]:
        """The values of each field of that name, in the order they came."""
        key = name.lower().encode("latin-1", "replace")
        return [value.decode("latin-1") for field, value in self._raw if field == key]

    def __getitem__(self, name: str) -> str:
        values = self.get_all(name)
        if not values:
            raise KeyError(name)
        return values[0] if len(values) == 1 else ", ".join(values)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name.decode("latin-1") for name, _ in self._raw))

    def __len__(self) -> int:
        return len({name for name, _ in self._raw})

    def __repr__(self) -> str:
        return f"Headers({dict(self)!r})"


class ResponseHeaders(MutableMapping[str, str]):
    """The fields of an answer. Setting replaces, `add` appends; each is checked when it is set."""

    __slots__ = ("fields",)

    def __init__(self, fields: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> None:
        pairs = fields.items() if isinstance(fields, Mapping) else fields
        self.fields = [checked_field(name, value) for name, value in pairs]

    def add(self, name: str, value: str) -> None:
        """Append a field, beside those of that name."""
        self.fields.append(checked_field(name, value))

    def __getitem__(self, name: str) -> str:
        key = name.lower()
        for field, value in self.fields:
            if field == key:
                return value
        raise KeyError(name)

    def __setitem__(self, name: str, value: str) -> None:
        field = checked_field(name, value)
        self.fields = [pair for pair in self.fields if pair[0] != field[0]]
        self.fields.append(field)

    def __delitem__(self, name: str) -> None:
        key = name.lower()
        kept = [pair for pair in self.fields if pair[0] != key]
        if len(kept) == len(self.fields):
            raise KeyError(name)
        self.fields = kept

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for name, _ in self.fields))

    def __len__(self) -> int:
        return len({name for name, _ in self.fields})

    def __repr__(self) -> str:
        return f"ResponseHeaders({self.fields!r})"
