"""Compiled sweeps of the mixing method for the semidefinite relaxation.

Kernels take arrays and numbers only.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hybridq.core.jit import jit


@jit()
def mix_in_place(starts: Any, targets: Any, weights: Any, vectors: Any, sweeps: int) -> float:
    """Run sweeps that set each unit vector to -g_i / |g_i|, with g_i = sum_j J_ij v_j.

    That is the minimum of the energy over v_i while all others stay. A spin without couplings,
    or with g_i = 0, keeps its vector.

    Args:
        starts, targets, weights: the couplings in compressed rows.
        vectors: unit vectors, float64 (n, k), C-contiguous; updated.
        sweeps: number of sweeps over all spins, at least 1.

    Returns:
        the energy that the last sweep gained.
    """
    n, rank = vectors.shape
    pull = np.empty(rank)
    gained = 0.0
    for _ in range(sweeps):
        gained = 0.0
        for i in range(n):
            first, last = starts[i], starts[i + 1]
            if first == last:
                continue
            pull[:] = 0.0
            for edge in range(first, last):
                weight, j = weights[edge], targets[edge]
                for q in range(rank):
                    pull[q] += weight * vectors[j, q]
            square, before = 0.0, 0.0
            for q in range(rank):
                square += pull[q] * pull[q]
                before += pull[q] * vectors[i, q]
            if square > 0.0:
                norm = np.sqrt(square)
                scale = -1.0 / norm
                for q in range(rank):
                    vectors[i, q] = scale * pull[q]
                gained += before + norm
    return gained


@jit()
def pulls(starts: Any, targets: Any, weights: Any, vectors: Any, norms: Any) -> float:
    """Compute |g_i| of every spin, and return the energy sum_{i<j} J_ij v_i v_j.

    Args:
        starts, targets, weights: the couplings in compressed rows.
        vectors: unit vectors, float64 (n, k).
        norms: overwritten with |g_i|, float64 (n,).
    """
    n, rank = vectors.shape
    pull = np.empty(rank)
    energy = 0.0
    for i in range(n):
        pull[:] = 0.0
        for edge in range(starts[i], starts[i + 1]):
            weight, j = weights[edge], targets[edge]
            for q in range(rank):
                pull[q] += weight * vectors[j, q]
        square, along = 0.0, 0.0
        for q in range(rank):
            square += pull[q] * pull[q]
            along += pull[q] * vectors[i, q]
        norms[i] = np.sqrt(square)
        energy += 0.5 * along
    return energy
