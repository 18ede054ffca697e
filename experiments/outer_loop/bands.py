"""Means over instances with bootstrap bands, from the searches that were made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

DRAWS = 2000
RATIO, CHANCE = 0, 1


@dataclass(frozen=True)
class Band:
    """A mean and its 95 % bootstrap interval; arrays of one shape."""

    mean: Array
    low: Array
    high: Array

    def text(self, form: str = ".4f") -> str:
        return f"{self.mean:{form}} [{self.low:{form}}, {self.high:{form}}]"


def band(values: Array, instances: Iterable[int]) -> Band:
    """The mean over the first axis; instances are drawn, with all that was measured on them.

    Args:
        values: shape (k, …).
        instances: which instance each row belongs to, length k.
    """
    values = np.asarray(values, dtype=np.float64)
    names, place = np.unique(np.fromiter(instances, dtype=np.int64), return_inverse=True)
    sums = np.zeros((len(names), *values.shape[1:]))
    np.add.at(sums, place, values)
    counts = np.bincount(place)
    drawn = np.random.default_rng(0).multinomial(
        len(names), np.full(len(names), 1.0 / len(names)), size=DRAWS
    )
    weights = (drawn @ counts).reshape(-1, *[1] * (values.ndim - 1))
    means = np.tensordot(drawn, sums, axes=1) / weights
    low, high = np.quantile(means, (0.025, 0.975), axis=0)
    return Band(values.mean(axis=0), low, high)


Circuit = tuple[int, int]


def joined(by_budget: dict[int, dict[str, Any]], checkpoints: Sequence[int]) -> dict[str, Any]:
    """Searches of one method with several budgets as one row.

    At each checkpoint stands what the largest budget that fits has come to; before the smallest
    budget, where that search stood.
    """
    whole = by_budget[max(by_budget)]
    if len(by_budget) == 1:
        return whole
    at = []
    for place, mark in enumerate(checkpoints):
        fitting = [budget for budget in by_budget if budget <= mark]
        source = by_budget[max(fitting) if fitting else min(by_budget)]["at"]
        at.append(source[min(place, len(source) - 1)])
    return {**whole, "at": at}


class Searches:
    """All searches, by mode, method and start, and each by instance and depth.

    Args:
        rows: as they are stored.
        checkpoints: the executions that belong to the entries of ``at``.
    """

    def __init__(self, rows: Iterable[dict[str, Any]], checkpoints: Sequence[int]) -> None:
        budgets: dict[tuple[str, str, str], dict[Circuit, dict[int, dict[str, Any]]]] = {}
        for row in rows:
            if "at" in row:
                key = (row["mode"], row["method"], row["start"])
                circuit = (row["instance"], row["p"])
                budgets.setdefault(key, {}).setdefault(circuit, {})[row["budget"]] = row
        self._found = {
            key: {circuit: joined(each, checkpoints) for circuit, each in found.items()}
            for key, found in budgets.items()
        }

    def of(self, mode: str, method: str, start: str, **only: Any) -> dict[Circuit, dict[str, Any]]:
        """The rows by instance and depth; `only` those with these values, such as ``n=12``."""
        found = self._found.get((mode, method, start), {})
        return {
            circuit: row
            for circuit, row in found.items()
            if all(row[name] == value for name, value in only.items())
        }

    def band(self, mode: str, method: str, start: str, **only: Any) -> Band | None:
        """Ratio and chance at each checkpoint, shape (checkpoints, 2)."""
        rows = self.of(mode, method, start, **only)
        return self.band_of(rows) if rows else None

    @staticmethod
    def band_of(rows: dict[Circuit, dict[str, Any]]) -> Band:
        return band(np.array([row["at"] for row in rows.values()]), [c[0] for c in rows])

    def difference(
        self, one: tuple[str, str, str], other: tuple[str, str, str], **only: Any
    ) -> Band | None:
        """One minus other, each of (mode, method, start), on the circuits that both have."""
        first, second = self.of(*one, **only), self.of(*other, **only)
        both = [circuit for circuit in first if circuit in second]
        if not both:
            return None
        change = [np.subtract(first[c]["at"], second[c]["at"]) for c in both]
        return band(np.array(change), [circuit[0] for circuit in both])

    def best(self, mode: str) -> dict[Circuit, float]:
        """The highest ratio that any search of this mode ended with on each circuit."""
        highest: dict[Circuit, float] = {}
        for (its_mode, _, _), rows in self._found.items():
            if its_mode == mode:
                for circuit, row in rows.items():
                    highest[circuit] = max(highest.get(circuit, 0.0), row["at"][-1][RATIO])
        return highest
