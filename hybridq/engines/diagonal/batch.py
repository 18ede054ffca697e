"""Batches of points of small circuits, a point in each lane of a vector."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hybridq.core.arrays import aligned
from hybridq.engines.diagonal.cost import CostPlan, quadratic_in_bits
from hybridq.engines.diagonal.kernels.lanes import (
    LANES,
    LISTED,
    PRODUCTS,
    WHOLE,
    LaneCost,
    LaneSpace,
    lane_energies,
)
from hybridq.engines.kernels.team import Team
from hybridq.operators.ising import Ising

BATCH_BITS = 15
"""States of up to this many bits; larger ones leave the second-level cache, and gain little."""

FEWEST_POINTS = max(LANES // 2, 2)
"""Below this, one point after the other is faster."""

Vector = NDArray[np.float64]


class Batch:
    """Energies of a circuit at many points.

    A value depends on its own point alone, not on the others nor on the number of threads.

    Args:
        plan: the cost and the simulated bits, at most `BATCH_BITS`.
        team: the threads; the points are shared among them.
    """

    def __init__(self, plan: CostPlan, team: Team) -> None:
        self._bits, self._symmetric, self._team = plan.bits, plan.symmetric, team
        self._cost = lane_cost(plan.ising)
        self._spaces = _spaces(self._cost, team.threads)

    def energies(self, rows: Vector) -> Vector:
        """Return the expectation value at each row of angles, shape (k, 2p) → (k,), k > 0."""
        values = np.empty(len(rows))
        self._team.run(
            lane_energies, self._bits, self._symmetric, rows, self._cost, self._spaces, values
        )
        return values


def lane_cost(ising: Ising) -> LaneCost:
    """Return the representation of a cost whose phases take the fewest operations."""
    bits = ising.n_qubits
    costs = ising.to_pauli_sum().diagonal()
    linear, pairs = np.zeros(bits), np.zeros((bits, bits))
    lowest = float(costs.min())
    levels = lowest + np.arange(round(float(costs.max()) - lowest) + 1, dtype=np.float64)
    if ising.is_integer and len(levels) <= len(costs):
        kind, numbers = WHOLE, np.rint(costs - lowest)
    elif ising.is_quadratic:
        kind, numbers = PRODUCTS, np.arange(len(costs))
        constant, linear, pairs = quadratic_in_bits(ising)
        levels = np.array([constant])
    else:
        kind = LISTED
        levels, numbers = np.unique(costs, return_inverse=True)
    ones = np.bitwise_count(np.arange(len(costs) // 2, dtype=np.uint64))
    signs = 1.0 - 2.0 * (ones % 2)
    return LaneCost(kind, numbers.astype(np.int32), levels, linear, pairs, costs, signs)


def _spaces(cost: LaneCost, threads: int) -> LaneSpace:
    """Return working arrays with a leading axis of threads."""
    size, bits = len(cost.costs), len(cost.linear)
    phases = size if cost.kind == PRODUCTS else len(cost.levels)
    factors = aligned((threads, 2, LANES * bits * bits))
    factors[:, 0], factors[:, 1] = 1.0, 0.0
    return LaneSpace(
        state=aligned((threads, 2, LANES * size)),
        phases=aligned((threads, 2, LANES * phases)),
        factors=factors,
        lane=aligned((threads, 4, LANES)),
        turn=aligned((threads, 2, LANES)),
    )
