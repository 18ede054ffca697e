r"""Sequential test of a canary, valid at every look.

The null hypothesis is that the candidate is not worse: the mean of each difference d_t of ratios is
at least zero, whatever came before. Differences are clipped to ±0.1. For each stake λ

.. math:: W_t(\lambda) = \prod_{s \le t} \left(1 - \lambda \frac{d_s}{0.1}\right)

is then a supermartingale, and so is the mean over several stakes. By Ville's inequality it reaches
20 with a probability of at most 1/20, in any number of looks: a canary that stops there rolls a
version that is not worse back in at most 5 % of all canaries. A t-test that is looked at again and
again has no such bound.

Source: Waudby-Smith, Ramdas 2024, J. R. Stat. Soc. B 86, 1, arXiv:2010.09686 (betting); Ville 1939.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

CLIP = 0.1
"""Largest difference of ratios that one search counts for."""

LIMIT = 20.0
"""Wealth at which the candidate is rolled back: 1 / 0.05."""

STAKES = (0.1, 0.3, 0.6, 0.9)
"""Stakes λ, of which the mean wealth counts."""


@dataclass(frozen=True)
class Wealth:
    """State of the test after some differences.

    Args:
        looks: number of differences.
        total: their sum, before clipping.
        logarithms: of the wealth of each stake.
    """

    looks: int = 0
    total: float = 0.0
    logarithms: tuple[float, ...] = field(default=(0.0,) * len(STAKES))

    def after(self, difference: float) -> Wealth:
        """Return the state after one more difference, candidate minus control."""
        clipped = min(max(difference, -CLIP), CLIP) / CLIP
        grown = (
            old + math.log1p(-stake * clipped)
            for old, stake in zip(self.logarithms, STAKES, strict=True)
        )
        return Wealth(self.looks + 1, self.total + difference, tuple(grown))

    @property
    def value(self) -> float:
        """Mean wealth, 1 at the beginning."""
        return math.fsum(math.exp(each) for each in self.logarithms) / len(STAKES)

    @property
    def rejects(self) -> bool:
        """True if the candidate is worse, at the level of 5 %."""
        return self.value >= LIMIT

    def describe(self) -> dict[str, Any]:
        """Return plain values for JSON, of which `from_plain` makes the state."""
        return {"looks": self.looks, "total": self.total, "logarithms": list(self.logarithms)}

    @classmethod
    def from_plain(cls, facts: dict[str, Any]) -> Wealth:
        """Return the state that `describe` wrote."""
        return cls(facts["looks"], facts["total"], tuple(facts["logarithms"]))
