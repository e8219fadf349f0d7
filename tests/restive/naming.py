"""Names of parametrised tests that are the same in every process."""

import re


def plain(value: object) -> str:
    """The text of a value in ASCII, without its address."""
    text = re.sub(r" at 0x[0-9a-f]+", "", str(value))
    return text.encode("ascii", "backslashreplace").decode()
