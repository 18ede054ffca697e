"""Excited states by quantum subspace expansion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.ansatz.electrons import Electrons
from hybridq.ansatz.pools import POOLS
from hybridq.core import memory
from hybridq.core.errors import Setting
from hybridq.objectives import Expectation
from hybridq.operators.sector import Sector
from hybridq.strategies.candidates import Candidate, candidates_of
from hybridq.strategies.expansion import excitation_products, pauli_products
from hybridq.strategies.measured import amplitudes_of, basis_of, snapshot_of
from hybridq.strategies.search import search_energy
from hybridq.strategies.sectors import diagonal_in, hopping_circuit
from hybridq.strategies.starts import first_points

if TYPE_CHECKING:
    from hybridq.objectives import ExpectationObjective
    from hybridq.optimizers import Optimizer, Solution
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
    sector: Sector | None = None,
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
        k: number of states; fewer where the subspace has fewer dimensions.
        pool: a name of `POOLS`, for molecules.
        sector: leave out the parts of the products outside; None keeps them.

    Returns:
        energies, ascending; the states as snapshots; the size of the subspace as facts.

    Raises:
        CapacityError: its vectors do not fit in memory.

    Source: McClean, Kimchi-Schwartz, Carter, de Jong 2017, arXiv:1603.05681.
    """
    import scipy.linalg

    basis, psi = basis_of(objective), amplitudes_of(objective, ground)
    width = len(basis)
    if sector is not None and sector.dim < width:
        basis = sector.basis()
        psi = psi[basis]

    def snapshot(vector: NDArray[Any]) -> Snapshot:
        if len(vector) < width:
            vector, part = np.zeros(width, dtype=vector.dtype), vector
            vector[basis] = part
        return snapshot_of(vector, ground)

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
    frame = [snapshot(orthonormal[:, j]) for j in range(rank)]
    elements, _ = objective.matrix_elements(frame)
    energies, mixing = scipy.linalg.eigh(elements, subset_by_index=(0, min(k, rank) - 1))
    states = orthonormal[:, :rank] @ mixing
    facts |= {"vectors": count + 1, "dimension": rank}
    return energies, [snapshot(state) for state in states.T], facts


def subspace_states(
    problem: Problem,
    objective: ExpectationObjective,
    ground: Solution,
    sector: Sector | None,
    k: int,
    pool: str = "sd",
) -> tuple[list[Candidate], dict[str, Any]]:
    """Return the lowest states of `expand` about the end of a search, and facts.

    Args:
        problem: the question.
        objective: its energy.
        ground: the search.
        sector: see `expand`.
        k: number of states.
        pool: a name of `POOLS`, for molecules.
    """
    snapshot = objective.snapshot(ground.x)
    _, snapshots, facts = expand(problem, objective, snapshot, k, pool, sector)
    status = "interrupted" if ground.status == "interrupted" else "diagonalized"
    facts["evaluations"] = ground.evaluations
    return candidates_of(objective, snapshots, status=status), facts


@dataclass(frozen=True, eq=False)
class SectorSearch:
    """Searches of sectors that the first circuit does not reach.

    Args:
        problem: a Hamiltonian that conserves the numbers of ones.
        optimizer: of each search.
        binding: arguments of `Expectation.bind`.
        limits: arguments of `search_energy`.
    """

    problem: Problem
    optimizer: Optimizer
    binding: dict[str, Any]
    limits: dict[str, Any]

    def states(
        self, sector: Sector, k: int, rng: np.random.Generator
    ) -> tuple[list[Candidate], dict[str, Any]]:
        """Return the `k` lowest states of a sector that a search finds, and facts."""
        hamiltonian = self.problem.hamiltonian
        if sector.dim == 1:
            energy = float(diagonal_in(hamiltonian, sector)[0])
            return [Candidate(energy)], {"vectors": 1, "dimension": 1, "evaluations": 0}
        circuit = hopping_circuit(hamiltonian, sector)
        objective = Expectation().bind(circuit, self.problem.observable, **self.binding)
        starts = first_points(circuit, "auto", None, rng).points
        found = search_energy(
            objective, starts, self.optimizer, self.problem, rng=rng.spawn(1)[0], **self.limits
        )
        return subspace_states(self.problem, objective, found, sector, k)
