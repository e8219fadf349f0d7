"""All checks of the suite. Importing this module registers them."""

from collections.abc import Collection, Sequence

from guide.suite import contract, documentation, http, security
from guide.suite.check import Check, registered

__all__ = ["contract", "documentation", "http", "security"]


def checks(groups: Collection[str] = ()) -> Sequence[Check]:
    """Return the checks of `groups`, or of all groups, in the order in which they run."""
    return [check for check in registered() if not groups or check.group in groups]


def may_be_gaps() -> set[str]:
    """Return the ids of the checks for which a gap may be declared: all but the contract's."""
    return {check.id for check in registered() if check.group != "contract"}
