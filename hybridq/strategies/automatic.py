"""Starts of a QAOA search: by name, or the best of those that could suit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.ansatz.automatic_start import choose_start, similar_start
from hybridq.ansatz.qaoa import INITIAL_POINTS, QAOA
from hybridq.core.randomness import RandomLike

if TYPE_CHECKING:
    from hybridq.strategies.shared_search import Embedding, SharedSearch

Vector = NDArray[np.float64]

# Candidates are only compared where that takes a small part of the budget.
WORTH = 10


@dataclass(frozen=True)
class Start:
    """Angles to begin with, their name, and the reason for the choice."""

    x: Vector
    name: str
    reason: str = ""


def named_start(
    ansatz: QAOA,
    name: str,
    objective: Any,
    search: SharedSearch,
    embed: Embedding,
    rng: RandomLike = None,
) -> Start:
    """Return the start of that name, for ``"auto"`` the chosen one.

    ``"auto"`` evaluates the ramp and the `similar_start` and takes the lower, so it never begins
    worse than the ramp. Where two evaluations are more than a tenth of the budget, `choose_start`
    picks by graph and depth alone. It prefers tabulated fixed angles, which begin a little lower;
    searched on, they ended in a worse minimum on 2 of 25 small 3-regular graphs at p = 4. Tables
    are for the X mixer: other mixers have the ramp, and the sweep where they start in one state.

    Raises:
        UnknownNameError: no start has that name.
        ParameterError: it has no angles for this depth.
    """
    chosen = INITIAL_POINTS.canonical(name)
    if chosen != "auto":
        return Start(ansatz.initial_point(chosen, rng), chosen)
    if not ansatz.mixer.has_tables:
        return _tableless(ansatz, objective, search, embed)
    if search.remaining < WORTH * 2:
        likely, why = choose_start(ansatz.ising, ansatz.p)
        return Start(ansatz.initial_point(likely), likely, why)
    likely, why = similar_start(ansatz.ising)
    points = np.array([ansatz.initial_point(likely), ansatz.initial_point("ramp")])
    if search.probe(objective, points, embed) == 1:
        return Start(points[1], "ramp", f"better here than {likely} at p = {ansatz.p}")
    return Start(points[0], likely, why)


def _tableless(ansatz: QAOA, objective: Any, search: SharedSearch, embed: Embedding) -> Start:
    """Return the ramp or the sweep, for a mixer without tables."""
    if not ansatz.can_sweep:
        return Start(ansatz.initial_point("ramp"), "ramp", "tables of angles are for the X mixer")
    points = np.array([ansatz.initial_point("sweep"), ansatz.initial_point("ramp")])
    if search.remaining >= WORTH * 2 and search.probe(objective, points, embed) == 1:
        return Start(points[1], "ramp", f"better here than a sweep at p = {ansatz.p}")
    return Start(points[0], "sweep", "the circuit begins in one assignment")
