"""Query strings: `a=1&b=2&a=3`, percent-encoded UTF-8 (WHATWG URL, 5.1)."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

from restive.errors import FieldError, MalformedInput


def parse_query(query: bytes) -> dict[str, list[str]]:
    """The parameters in order, each with all its values; "" for one without `=`.

    Raises MalformedInput for names and values that are not UTF-8.
    """
    result: dict[str, list[str]] = {}
    if not query:
        return result
    try:
        text = query.decode("ascii")
        plain = "%" not in text and "+" not in text
        for part in text.split("&"):
            if part:
                name, _, value = part.partition("=")
                if not plain:
                    name, value = _decoded(name), _decoded(value)
                values = result.get(name)
                if values is None:
                    result[name] = [value]
                else:
                    values.append(value)
    except UnicodeDecodeError:
        error = FieldError(
            detail="The query is not percent-encoded UTF-8.", code="encoding", location="query"
        )
        raise MalformedInput([error]) from None
    return result


def _decoded(text: str) -> str:
    return unquote_to_bytes(text.replace("+", " ")).decode("utf-8")
