"""Tables that couple the spins of qubits to total spins, weight by weight."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


def strings_of(n: int, weight: int) -> NDArray[np.int64]:
    """Return the bit strings of n bits with that many ones, ascending as integers."""
    found = [sum(1 << bit for bit in bits) for bits in combinations(range(n), weight)]
    return np.sort(np.array(found, dtype=np.int64))


@dataclass(frozen=True)
class Coupling:
    r"""Rotations from the bit strings of one weight to states of definite total spin.

    Qubits are added one by one: spin j of the first ones and the next spin ½ make j ± ½,

    .. math:: |j + ½, M\rangle = c\,|j, M - ½\rangle|1\rangle + s\,|j, M + ½\rangle|0\rangle,
              \qquad c^2 = \frac{j + M + ½}{2j + 1}

    and j − ½ the orthogonal one. The path of steps up (1) and down (0) labels a multiplet.

    Attributes:
        first, second: positions of each rotation in order, int64: |1⟩ and |0⟩ before it, up and
            down after it.
        cos, sin: c and s of each rotation.
        paths: the path at each position in the end.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    cos: Vector
    sin: Vector
    paths: NDArray[np.int64]


def coupling(n: int, weight: int) -> Coupling:
    """Return the rotations for the strings of n bits with that many ones, ascending."""
    labels = strings_of(n, weight)
    place = np.full(1 << n, -1, dtype=np.int64)
    steps: list[tuple[NDArray[np.int64], NDArray[np.int64], Vector, Vector]] = []
    for t in range(n):
        bit = np.int64(1 << t)
        place[labels] = np.arange(len(labels))
        partner = place[labels ^ bit]
        ones = (labels & bit) != 0
        up = np.flatnonzero(ones & (partner >= 0))
        # Twice the spin of the first t qubits, and twice M of the first t + 1.
        path = labels[up] & (bit - 1)
        spin = 2 * np.bitwise_count(path).astype(np.int64) - t
        m = 2 * (weight - np.bitwise_count(labels[up] >> (t + 1)).astype(np.int64)) - (t + 1)
        cos = np.sqrt((spin + m + 1) / (2.0 * (spin + 1)))
        sin = np.sqrt((spin - m + 1) / (2.0 * (spin + 1)))
        steps.append((up, partner[up], cos, sin))
        place[labels] = -1
        labels = np.where(~ones & (partner < 0), labels | bit, labels)
    first, second, cos, sin = (np.concatenate(each) for each in zip(*steps, strict=True))
    return Coupling(first, second, cos, sin, labels)


def paths_of(n: int) -> NDArray[np.int64]:
    """Return the paths of n steps with spins >= 0, by final spin, then ascending."""
    paths = np.zeros(1, dtype=np.int64)
    for t in range(n):
        spin = 2 * np.bitwise_count(paths).astype(np.int64) - t
        paths = np.concatenate([paths[spin > 0], paths | (1 << t)])
    spin = 2 * np.bitwise_count(paths).astype(np.int64) - n
    return paths[np.lexsort((paths, spin))]


def pair_hops(low: int, high: int, m: int, weight: int) -> tuple[NDArray[np.int64], Vector]:
    r"""Return A for two coupled spins at a fixed sum of their components.

    .. math:: A = \sum_{i \ne j} \sigma^+_i \sigma^-_j = S^2 - M^2 + M - k

    Args:
        low, high: twice the two spins.
        m: twice M.
        weight: k.

    Returns:
        twice the components of the first spin, ascending, and A, shape (d, d).
    """
    components = np.arange(max(-low, m - high), min(low, m + high) + 1, 2)
    components = components[(components + low) % 2 == 0] if len(components) else components
    a, b = components / 2.0, (m - components) / 2.0
    total = m / 2.0
    j, i = low / 2.0, high / 2.0
    diagonal = j * (j + 1) + i * (i + 1) + 2.0 * a * b - total**2 + total - weight
    matrix = np.diag(diagonal)
    if len(a) > 1:
        raised = np.sqrt(j * (j + 1) - a[:-1] * (a[:-1] + 1))
        lowered = np.sqrt(i * (i + 1) - b[:-1] * (b[:-1] - 1))
        matrix += np.diag(raised * lowered, 1) + np.diag(raised * lowered, -1)
    return components, matrix
