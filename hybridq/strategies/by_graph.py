"""Choice of a strategy for problems beyond simulated states."""

from __future__ import annotations

import numpy as np

from hybridq import strategies
from hybridq.operators.ising import Ising
from hybridq.strategies.base import Strategy

# Runs of the study in experiments/gset: recursive QAOA on large grids of couplings of both signs,
# annealing elsewhere. On sparse random graphs annealing on correlations (Dupont, Oberoi, Sundar
# 2025, arXiv:2502.18570) gained, until annealing itself removed spins of few neighbours before.
_GRID_DEGREE, _GRID_SPINS = 4.5, 3_000
_GRID_TRIES, _GRID_POLISH = 40_000, 80_000_000  # spins of all contractions; flips of a polish
_CONTRACTIONS_A_SECOND = 2_000  # with polish and control: below, a time limit is too short for them


def strategy_for(ising: Ising, time_limit: float | None = None, p: int = 1) -> tuple[Strategy, str]:
    """Return the strategy for a problem without samples, and the reason in a clause.

    Args:
        ising: the cost, with terms of at most two spins.
        time_limit: seconds for the whole solve, or None.
        p: layers of the circuit.
    """
    n = ising.n_qubits
    mean = 2.0 * len(ising.pairs) / n
    if ising.linear.any():
        return strategies.Anneal(), "the cost has fields"
    sizes = np.abs(ising.couplings)
    alike = len(sizes) > 0 and float(np.ptp(sizes)) <= 1e-9 * float(sizes.max())
    both_signs = bool((ising.couplings > 0).any() and (ising.couplings < 0).any())
    if both_signs and alike and n >= _GRID_SPINS and mean <= _GRID_DEGREE:
        if p > 1:
            return strategies.Anneal(), "recursive QAOA, better on such grids, takes one layer"
        if time_limit is not None and n > _CONTRACTIONS_A_SECOND * time_limit:
            return (
                strategies.Anneal(),
                f"{time_limit:g} s are too short for recursive QAOA on {n:,} spins",
            )
        # The correlations of the best angle are the best here, and ties differ from try to try.
        tries = int(np.clip(_GRID_TRIES // n, 1, 3))
        strategy = strategies.Recursive(
            gamma_scales=(1.0,) * tries, polish=max(_GRID_POLISH // n, 2_000)
        )
        return strategy, f"large and sparse (mean degree {mean:.3g}), weights of both signs"
    return strategies.Anneal(), f"mean degree {mean:.3g}: annealing is the default for such graphs"
