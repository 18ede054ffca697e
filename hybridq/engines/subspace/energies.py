"""Values of a diagonal Hamiltonian on lists of states."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hybridq.core import memory
from hybridq.engines.base import Vector
from hybridq.engines.kernels.team import Team
from hybridq.engines.subspace.kernels.energies import quadratic_values
from hybridq.operators.feasible import unpacked
from hybridq.operators.ising import Ising

_CHUNK = 1 << 16
_MOST_DENSE = 4096  # qubits of a matrix of couplings


def energies_on(words: NDArray[np.uint64], ising: Ising, team: Team | None = None) -> Vector:
    """Return the energy of each state, float64, shape (dim,).

    Args:
        words: the states, shape (dim, words).
        ising: the energy.
        team: threads for the compiled kernel; None for NumPy.
    """
    memory.require(8 * len(words), f"the energies of {len(words):,} states", "use fewer qubits")
    values = np.empty(len(words))
    if team is None or not ising.is_quadratic or ising.n_qubits > _MOST_DENSE:
        for start in range(0, len(words), _CHUNK):
            part = unpacked(words[start : start + _CHUNK], ising.n_qubits)
            values[start : start + _CHUNK] = ising.energies(part)
        return values
    n = ising.n_qubits
    terms, offset = ising.to_qubo()
    linear, pairs = np.zeros(n), np.zeros((n, n))
    for key, value in terms.items():
        if len(key) == 1:
            linear[key[0]] = value
        else:
            pairs[key] = pairs[key[::-1]] = value
    team.run(quadratic_values, words, offset, linear, pairs, values)
    return values


def levels_of(values: Vector) -> tuple[Vector, NDArray[np.unsignedinteger]] | None:
    """Return distinct values and the level of each state, None for too many."""
    sample = np.unique(values[:: max(len(values) // 4096, 1)])
    if len(sample) > 1024:
        return None
    distinct, level = np.unique(values, return_inverse=True)
    if len(distinct) > 1 << 16 or 4 * len(distinct) > len(values):
        return None
    return distinct, level.astype(np.uint16 if len(distinct) > 256 else np.uint8)
