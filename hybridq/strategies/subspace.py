"""Excited states by quantum subspace expansion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.ansatz.electrons import Electrons
from hybridq.ansatz.pools import POOLS
from hybridq.core import memory
from hybridq.core.errors import ParameterError, Setting
from hybridq.strategies.expansion import excitation_products, pauli_products
from hybridq.strategies.measured import amplitudes_of, basis_of, snapshot_of

if TYPE_CHECKING:
    from hybridq.objectives import ExpectationObjective
    from hybridq.problems.base import Problem

Snapshot = NDArray[Any]

# Unit vectors whose component orthogonal to the others is shorter than this are left out: that
# component would be mostly rounding.
INDEPENDENT = 1e-6


def expand(
    problem: Problem,
    objective: ExpectationObjective,
    ground: Snapshot,
    k: int,
    pool: str = "sd",
) -> tuple[NDArray[np.float64], list[Snapshot], dict[str, Any]]:
    r"""Return the lowest states in the span of ψ and :math:`O_j|\psi\rangle`.

    The O_j are the excitations of a pool and their adjoints for molecules, and the Pauli operators
    on one and two qubits for other Hamiltonians. The generalized eigenproblem
    :math:`H c = E S c` with :math:`H_{ij} = \langle\psi|O_i^\dagger H O_j|\psi\rangle` and
    :math:`S_{ij} = \langle\psi|O_i^\dagger O_j|\psi\rangle` is solved after vectors that depend on
    the others are left out. The energies are upper bounds to those of the same number.

    Args:
        problem: the question.
        objective: its energy.
        ground: ψ as a snapshot of the objective.
        k: number of states.
        pool: a name of `POOLS`, for molecules.

    Returns:
        energies, shape (k,); the states as snapshots; the size of the subspace as facts.

    Raises:
        ParameterError: the subspace has fewer than k dimensions.
        CapacityError: its vectors do not fit in memory.

    Source: McClean, Kimchi-Schwartz, Carter, de Jong 2017, arXiv:1603.05681.
    """
    import scipy.linalg

    basis, psi = basis_of(objective), amplitudes_of(objective, ground)
    n = problem.n_qubits
    facts: dict[str, Any] = {}
    if problem.particles is not None:
        operators = POOLS[pool](Electrons.of(problem))
        terms = dict.fromkeys(term for operator in operators for _, term in operator.terms)
        count = 2 * len(terms)
        vectors = excitation_products(basis, psi, list(terms))
        facts["pool"] = POOLS.canonical(pool)
    else:
        count = 3 * n + 9 * n * (n - 1) // 2
        vectors = pauli_products(basis, psi, n)
    memory.require(
        3 * (count + 1) * len(basis) * 16,
        f"a subspace of {count + 1:,} vectors of {len(basis):,} amplitudes",
        ("use a smaller ", Setting("pool"), " or ", Setting("method", "vqd")),
    )
    columns = [psi, *vectors]
    lengths = [float(np.linalg.norm(column)) for column in columns]
    kept = [c / length for c, length in zip(columns, lengths, strict=True) if length > INDEPENDENT]
    orthonormal, triangle, _ = scipy.linalg.qr(
        np.stack(kept, axis=1), mode="economic", pivoting=True
    )
    rank = int(np.sum(np.abs(np.diag(triangle)) > INDEPENDENT))
    if rank < k:
        raise ParameterError(
            argument="k",
            value=k,
            expected=f"at most {rank}, the dimension of the subspace",
            remedy=(
                "ask for fewer states, or choose a larger ",
                Setting("pool"),
                " or ",
                Setting("method", "vqd"),
            ),
        )
    frame = [snapshot_of(orthonormal[:, j], ground) for j in range(rank)]
    elements, _ = objective.matrix_elements(frame)
    energies, mixing = scipy.linalg.eigh(elements, subset_by_index=(0, k - 1))
    states = orthonormal[:, :rank] @ mixing
    facts |= {"vectors": count + 1, "dimension": rank}
    return energies, [snapshot_of(states[:, i], ground) for i in range(k)], facts
