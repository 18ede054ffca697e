"""Starts of a QAOA search: by name, or the best of those that could suit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.ansatz.automatic_start import choose_start, similar_start
from hybridq.ansatz.qaoa import INITIAL_POINTS, QAOA
from hybridq.core.randomness import RandomLike

if TYPE_CHECKING:
    from hybridq.ansatz.learned_angles import LearnedAngles
    from hybridq.strategies.shared_search import Embedding, SharedSearch

Vector = NDArray[np.float64]

# Candidates are only compared where that takes a small part of the budget.
WORTH = 10


@dataclass(frozen=True)
class Start:
    """Start of a search.

    Attributes:
        x: the angles.
        name: their name.
        reason: of the choice.
        automatic: whether ``"auto"`` chose it.
        guard: comparison of the version of a model with ``"auto"``, plain values; empty without
            a model.
    """

    x: Vector
    name: str
    reason: str = ""
    automatic: bool = False
    guard: Mapping[str, Any] = field(default_factory=dict)


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
    candidates = _candidates(ansatz, search.remaining)
    if len(candidates) > 1:
        values = search.values(objective, np.array([each.x for each in candidates]), embed)
        return candidates[0 if values is None else _lowest(values)]
    return candidates[0]


def guarded_start(
    ansatz: QAOA,
    learned: LearnedAngles,
    objective: Any,
    search: SharedSearch,
    embed: Embedding,
) -> Start:
    """Return the better start of a model's version and ``"auto"``.

    All are evaluated once: one evaluation more than ``"auto"`` takes, two where a canary compares
    the version with another. Where the budget does not suffice, ``"auto"`` is taken. So the search
    never begins worse than without the model.

    Args:
        ansatz: the circuit.
        learned: a registered version.
        objective: of the circuit.
        search: evaluates.
        embed: maps angles to the parameters of the circuit that was asked for.
    """
    assert learned.model is not None
    rivals = [learned] if learned.control is None else [learned, learned.control]
    candidates = _candidates(ansatz, search.remaining)
    points = [each.angles(ansatz.ising, ansatz.p) for each in rivals]
    values = search.values(objective, np.array(points + [each.x for each in candidates]), embed)
    facts: dict[str, Any] = dict(vars(learned.model))
    if values is None:
        start = candidates[0]
        why = f"too few evaluations to compare {learned.model} with it"
        return replace(start, reason=why, guard={**facts, "kept": "auto"})
    own, others = values[: len(rivals)], values[len(rivals) :]
    facts |= {"energy": float(own[0]), "auto": float(others[_lowest(others)])}
    if learned.control is not None and learned.control.model is not None:
        facts["control"] = {**vars(learned.control.model), "energy": float(own[1])}
    best = _lowest(own)
    if not own[best] < others[_lowest(others)]:  # NaN is no better
        start = candidates[_lowest(others)]
        why = f"better here than {learned.model} at p = {ansatz.p}"
        return replace(start, reason=why, guard={**facts, "kept": "auto"})
    chosen = rivals[best]
    why = f"the median of {chosen.instances} instances, mean degree {chosen.degree:g}"
    kept = "model" if best == 0 else "control"
    return Start(points[best], str(chosen.model), why, guard={**facts, "kept": kept})


def _candidates(ansatz: QAOA, remaining: int) -> list[Start]:
    """Return the starts of which ``"auto"`` takes the lowest, the likely one first."""
    if not ansatz.mixer.has_tables:
        if not ansatz.can_sweep:
            return [_start(ansatz, "ramp", "tables of angles are for the X mixer")]
        likely, why = "sweep", "the circuit begins in one assignment"
        if remaining < WORTH * 2:
            return [_start(ansatz, likely, why)]
        other = "a sweep"
    elif remaining < WORTH * 2:
        return [_start(ansatz, *choose_start(ansatz.ising, ansatz.p))]
    else:
        likely, why = similar_start(ansatz.ising)
        other = likely
    better = f"better here than {other} at p = {ansatz.p}"
    return [_start(ansatz, likely, why), _start(ansatz, "ramp", better)]


def _start(ansatz: QAOA, name: str, why: str) -> Start:
    return Start(ansatz.initial_point(name), name, why, automatic=True)


def _lowest(values: Vector) -> int:
    """Return the place of the lowest finite value, 0 if none is finite."""
    return int(np.argmin(np.where(np.isfinite(values), values, np.inf)))
