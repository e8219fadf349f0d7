"""The Cookie field (RFC 6265, 5.4)."""

from __future__ import annotations

from collections.abc import Iterable


def parse_cookies(fields: Iterable[str]) -> dict[str, str]:
    """Names to values, as they were sent but for quotes around a value; the first of a name rules.

    What has no `=` is not a cookie and is left out.
    """
    cookies: dict[str, str] = {}
    for field in fields:
        for part in field.split(";"):
            name, equals, value = part.strip(" \t").partition("=")
            if equals and name:
                value = value.strip(" \t")
                if len(value) > 1 and value[0] == value[-1] == '"':
                    value = value[1:-1]
                cookies.setdefault(name.strip(" \t"), value)
    return cookies
