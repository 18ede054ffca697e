"""Ising problems without frustration, solved by one graph traversal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hybridq.classical import _couplings
from hybridq.classical.baseline import Baseline

if TYPE_CHECKING:
    from hybridq.operators.ising import Ising


def unfrustrated_minimum(ising: Ising) -> Baseline | None:
    """Return the state that satisfies every term, None if there is none.

    Its energy is constant - sum |h| - sum |J|.

    Such a state is a proven minimum, since every term is at its minimum. It exists if every cycle
    is balanced (Harary), for example for the max-cut of a bipartite graph with positive weights; a
    linear term counts as a coupling to one more spin that is up. The time is linear in the number
    of terms. Also None for terms of more than two spins.

    Source: F. Harary, Michigan Math. J. 2, 143 (1953).
    """
    if ising.higher:
        return None
    n = ising.n_qubits
    starts, targets, weights = (array.tolist() for array in _couplings.neighbours(ising))
    fields = np.asarray(ising.linear).tolist()
    spins = [-1 if field > 0 else 1 if field < 0 else 0 for field in fields]
    walk = [i for i in range(n) if spins[i]]
    # Spins determined by fields come first; only spins not connected to them are free to choose.
    for root in (-1, *range(n)):
        if root >= 0 and not spins[root]:
            spins[root] = 1
            walk.append(root)
        while walk:
            i = walk.pop()
            for edge in range(starts[i], starts[i + 1]):
                j, favoured = targets[edge], -spins[i] if weights[edge] > 0 else spins[i]
                if not spins[j]:
                    spins[j] = favoured
                    walk.append(j)
                elif spins[j] != favoured:
                    return None
    bits = np.array([spin < 0 for spin in spins], dtype=np.uint8)
    return Baseline.from_bits(ising, bits, method="every term satisfied at once", exact=True)
