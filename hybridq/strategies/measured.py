"""States as amplitudes over basis states, with particle number and spin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.operators.moments import Moments, moments

if TYPE_CHECKING:
    from hybridq.objectives import ExactObjective
    from hybridq.problems.base import Problem

Amplitudes = NDArray[Any]


def basis_of(objective: ExactObjective) -> NDArray[np.int64]:
    """Return the basis states that the objective's engine keeps, ascending."""
    sector = objective.sector
    return np.arange(1 << objective.circuit.n_qubits) if sector is None else sector.basis()


def amplitudes_of(objective: ExactObjective, snapshot: NDArray[Any]) -> Amplitudes:
    """Return the amplitudes of a snapshot over `basis_of(objective)`."""
    if snapshot.ndim == 1:
        return snapshot
    # Real and imaginary parts, with room for qubits that idle.
    real, imaginary = snapshot[:, : 1 << objective.circuit.n_qubits]
    return real + 1j * imaginary


def snapshot_of(amplitudes: Amplitudes, like: NDArray[Any]) -> NDArray[Any]:
    """Return amplitudes in the layout of the snapshot `like`."""
    if like.ndim == 1:
        return np.ascontiguousarray(amplitudes)
    snapshot = np.zeros_like(like)
    snapshot[0, : len(amplitudes)], snapshot[1, : len(amplitudes)] = (
        amplitudes.real,
        amplitudes.imag,
    )
    return snapshot


def electron_moments(
    problem: Problem, objective: ExactObjective, snapshot: NDArray[Any]
) -> Moments | None:
    """Return particle number and spin of a snapshot; None without electrons."""
    m = problem.n_orbitals
    if m is None:
        return None
    electronic = problem.electronic
    return moments(
        basis_of(objective),
        amplitudes_of(objective, snapshot),
        m,
        same_orbitals=electronic is None or electronic.is_restricted,
    )
