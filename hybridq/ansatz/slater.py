"""Slater determinants: electrons in given orbitals, prepared by Givens rotations."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.instructions import Angle, Excitation, Gate, Instruction, Transition

TOLERANCE = 1e-14  # radians; smaller rotations are rounding


def slater_determinant(orbitals: NDArray[np.float64], first_mode: int = 0) -> list[Instruction]:
    r"""Return instructions that prepare a Slater determinant, up to a sign.

    .. math:: \prod_i \Bigl(\sum_j Q_{ij} a_j^\dagger\Bigr) |0\rangle

    X gates on the first N modes, then at most N(m − N) rotations between neighbouring modes. Any
    other orthonormal basis of the same orbitals gives the same state.

    Args:
        orbitals: Q, orthonormal rows, shape (N, m).
        first_mode: the mode of column 0; the m modes are contiguous.

    Source: Jiang, Sung, Kechedzhi, Smelyanskiy, Boixo 2018, arXiv:1711.05395.
    """
    n, m = orbitals.shape
    # Rows may be mixed freely: make row i end at column m − n + i.
    mixing = np.linalg.qr(orbitals[:, m - n :][:, ::-1])[0].T[::-1]
    rows = mixing @ orbitals
    rotations: list[Instruction] = []
    for i in range(n):
        for j in range(m - n + i, i, -1):  # rotate column j into column j − 1
            theta = float(np.arctan2(rows[i, j], rows[i, j - 1]))
            if abs(theta) < TOLERANCE:
                continue
            c, s = np.cos(theta), np.sin(theta)
            left, right = rows[:, j - 1].copy(), rows[:, j].copy()
            rows[:, j - 1], rows[:, j] = c * left + s * right, c * right - s * left
            hop = Transition((first_mode + j,), (first_mode + j - 1,))
            rotations.append(Excitation(((1.0, hop),), Angle(theta)))
    filled = [Gate("x", (first_mode + i,)) for i in range(n)]
    return [*filled, *reversed(rotations)]
