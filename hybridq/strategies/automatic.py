"""Where a QAOA search begins: a start by name, or the best of those that could suit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.ansatz.automatic_start import choose_start
from hybridq.ansatz.qaoa import INITIAL_POINTS, QAOA
from hybridq.errors import ParameterError
from hybridq.randomness import RandomLike

if TYPE_CHECKING:
    from hybridq.strategies.shared_search import SharedSearch, Show

Vector = NDArray[np.float64]

CANDIDATES = ("ramp", "transfer", "sk", "fixed-angles")
# The candidates are only compared where that takes a small part of the budget.
WORTH = 10


@dataclass(frozen=True)
class Start:
    """Angles to begin with, what to call them, and why they were picked."""

    x: Vector
    name: str
    reason: str = ""


def named_start(
    ansatz: QAOA,
    name: str,
    objective: Any,
    search: SharedSearch,
    show: Show,
    rng: RandomLike = None,
) -> Start:
    """The start of that name; for ``"auto"`` the chosen one, under its own name.

    ``"auto"`` evaluates the ramp, the median, the Sherrington–Kirkpatrick and, where tabulated,
    the fixed angles and takes the lowest, so it never begins worse than the ramp. Where these few
    evaluations are more than a tenth of the budget, `choose_start` picks by graph and depth alone.

    Raises:
        UnknownNameError: no start of that name.
        ParameterError: it has no angles for this depth.
    """
    chosen = INITIAL_POINTS.canonical(name)
    if chosen != "auto":
        return Start(ansatz.initial_point(chosen, rng), chosen)
    candidates = _candidates(ansatz)
    likely, why = choose_start(ansatz.ising, ansatz.p)
    if search.remaining < WORTH * len(candidates):
        return Start(ansatz.initial_point(likely), likely, why)
    row = search.probe(objective, np.array(list(candidates.values())), show)
    if row is None:
        return Start(ansatz.initial_point(likely), likely, why)
    best = list(candidates)[row]
    compared = f"the lowest of {', '.join(candidates)} at p = {ansatz.p}"
    return Start(candidates[best], best, f"{why}; {compared}" if best == likely else compared)


def _candidates(ansatz: QAOA) -> dict[str, Vector]:
    found = {}
    for name in CANDIDATES:
        try:
            found[name] = ansatz.initial_point(name)
        except ParameterError:  # fixed angles are not tabulated for every depth
            continue
    return found
