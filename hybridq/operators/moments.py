"""Particle number and spin of a state, from its amplitudes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Moments:
    """Particle numbers, S² (ħ²) and S_z (ħ) of a state of electrons.

    S² is None where the orbitals of the two spins differ and their overlaps are not known.
    """

    n_alpha: float
    n_beta: float
    s_squared: float | None
    s_z: float


def moments(
    basis: NDArray[np.int64],
    amplitudes: NDArray[Any],
    n_orbitals: int,
    *,
    same_orbitals: bool = True,
) -> Moments:
    r"""Return ⟨N_α⟩, ⟨N_β⟩, ⟨S²⟩ and ⟨S_z⟩ of a normalized state.

    The encoding is spin-blocked Jordan–Wigner.

    .. math:: S^2 = S_z^2 + S_z + S_- S_+, \qquad
        \langle S_- S_+ \rangle = \| S_+ \psi \|^2, \qquad
        S_+ = \sum_p a^\dagger_{p\alpha} a_{p\beta}

    Args:
        basis: basis states as indices, no two the same, shape (k,).
        amplitudes: their amplitudes, shape (k,); all others are zero.
        n_orbitals: m; orbital p is qubit p of spin α and qubit m + p of spin β.
        same_orbitals: whether orbital p is the same function for both spins; S² needs that.
    """
    held = np.abs(amplitudes) > 1e-14
    z, psi = basis[held].astype(np.int64), amplitudes[held]
    m = n_orbitals
    below = (1 << m) - 1
    alpha, beta = np.bitwise_count(z & below), np.bitwise_count(z >> m)
    weights = np.abs(psi) ** 2
    n_alpha, n_beta = float(weights @ alpha), float(weights @ beta)
    twice = alpha.astype(np.float64) - beta
    s_z = twice / 2.0
    s_squared = None
    if same_orbitals:
        s_squared = float(weights @ (s_z * s_z + s_z)) + _raised_norm(z, psi, m)
    return Moments(n_alpha, n_beta, s_squared, float(weights @ s_z))


def _raised_norm(z: NDArray[np.int64], psi: NDArray[Any], m: int) -> float:
    """Return ‖S₊ψ‖²."""
    targets, values = [], []
    for p in range(m):
        flip = 1 << p | 1 << (m + p)
        acts = z & flip == 1 << (m + p)
        # The string of a†_pα a_pβ: every mode between the two.
        between = ((1 << (m + p)) - 1) ^ ((1 << (p + 1)) - 1)
        odd = np.bitwise_count(z[acts] & between) & 1
        targets.append(z[acts] ^ flip)
        values.append(np.where(odd, -psi[acts], psi[acts]))
    distinct, where = np.unique(np.concatenate(targets), return_inverse=True)
    raised = np.zeros(len(distinct), dtype=psi.dtype)
    np.add.at(raised, where, np.concatenate(values))
    return float(np.vdot(raised, raised).real)
