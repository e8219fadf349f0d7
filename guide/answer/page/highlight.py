"""Python source with keywords, strings and comments marked, by the standard library's tokens."""

import io
import keyword
import tokenize
from collections.abc import Callable, Iterator

# f-strings are tokens of their own from Python 3.12 on.
_STRINGS = {tokenize.STRING} | {
    getattr(tokenize, name)
    for name in ("FSTRING_START", "FSTRING_MIDDLE", "FSTRING_END")
    if hasattr(tokenize, name)
}


def highlighted(source: str, h: Callable[[str], str]) -> str:
    """Return `source` as HTML; without marks where it cannot be read as Python."""
    try:
        marks = list(_marks(source))
    except (tokenize.TokenError, SyntaxError, ValueError):
        return h(source)
    starts = [0]
    for line in io.StringIO(source):  # as tokens count lines: by line feeds alone
        starts.append(starts[-1] + len(line))
    parts, done = [], 0
    for kind, (row, column), (end_row, end_column) in marks:
        # Tokens inside f-strings may overlap by a brace; the text must not be said twice.
        start = max(done, starts[row - 1] + column)
        end = max(start, starts[end_row - 1] + end_column)
        parts.append(h(source[done:start]))
        parts.append(f'<span class="{kind}">{h(source[start:end])}</span>')
        done = end
    return "".join(parts) + h(source[done:])


def _marks(source: str) -> Iterator[tuple[str, tuple[int, int], tuple[int, int]]]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield "c", token.start, token.end
        elif token.type in _STRINGS:
            yield "s", token.start, token.end
        elif token.type == tokenize.NAME and keyword.iskeyword(token.string):
            yield "k", token.start, token.end
