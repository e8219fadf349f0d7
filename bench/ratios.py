"""The arithmetic: what is compared are the ratios within a round, and what is told their middle.

A machine has neighbours: the same program can cost a quarter more a minute later. Two programs
measured one after the other suffer alike, so a round's ratio holds where its numbers do not.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Spread:
    """The median of some values with the first and the third quartile."""

    median: float
    q1: float
    q3: float
    count: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """Return the spread of one or more `values`; quartiles are interpolated, ends included.

        Raises ValueError when there are none.
        """
        if not values:
            raise ValueError("there is no spread of no values")
        if len(values) == 1:
            return cls(values[0], values[0], values[0], 1)
        q1, median, q3 = statistics.quantiles(values, n=4, method="inclusive")
        return cls(median, q1, q3, len(values))


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Return ours / theirs of each round.

    Raises ValueError when the rounds are not as many, ZeroDivisionError when one of theirs is 0.
    """
    return [mine / yours for mine, yours in zip(ours, theirs, strict=True)]


def drift(values: Sequence[float]) -> float:
    """Return by how much the largest of `values` exceeds the smallest, as a share of that one."""
    return max(values) / min(values) - 1
