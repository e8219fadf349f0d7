"""What a check is: a function that is given the running bookshop, and says what it found wrong.

A check passes when it returns, and fails when it raises Unmet. Checks run in the order in which
they are registered, group by group, against one database; each makes what it changes, so that none
depends on another.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from guide.suite.client import Shop

SECONDS = 120
GROUPS = ("contract", "http", "security", "documentation")
TITLES = {
    "contract": "The contract",
    "http": "HTTP correctness",
    "security": "Security",
    "documentation": "Documentation",
}


class Unmet(Exception):
    """The app did not do what the check asks for; the message says what it did instead.

    findings: where there are several, a line each; else the message alone.
    """

    def __init__(self, message: str, findings: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.findings = list(findings) or [message]


@dataclass(frozen=True)
class Check:
    """One check.

    id: `group.name`; stands in gaps.toml and in results, and never changes its meaning.
    title: what a good app does, as a sentence without its full stop.
    rule: where that is written: a section of an RFC, or of the contract.
    seconds: in which it has to be over.
    """

    id: str
    title: str
    rule: str
    run: "Callable[[Shop], None]"
    seconds: float = SECONDS

    @property
    def group(self) -> str:
        return self.id.partition(".")[0]


_REGISTRY: dict[str, Check] = {}


def check(
    name: str, title: str, rule: str = "contract", seconds: float = SECONDS
) -> "Callable[[Callable[[Shop], None]], Callable[[Shop], None]]":
    """Register the decorated function as the check `name`, and return it unchanged."""

    def register(function: "Callable[[Shop], None]") -> "Callable[[Shop], None]":
        if name in _REGISTRY or name.partition(".")[0] not in GROUPS:
            raise ValueError(f"check {name!r} exists already or is of no group of {GROUPS}")
        _REGISTRY[name] = Check(name, title, rule, function, seconds)
        return function

    return register


def registered() -> list[Check]:
    """Return all registered checks, group by group."""
    return sorted(_REGISTRY.values(), key=lambda each: GROUPS.index(each.group))


def expect(condition: object, found: str) -> None:
    """Raise Unmet with what was found, unless `condition` is true."""
    if not condition:
        raise Unmet(found)
