"""The Fermi–Hubbard model and its parts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from hybridq.operators import _lattice
from hybridq.operators._lattice import Bonds, Lattice, lattice_graph
from hybridq.operators.fermion import FermionSum, number_operator
from hybridq.operators.pauli_sum import PauliSum

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True, eq=False)
class HubbardModel:
    r"""Electrons that hop along the bonds of a graph and repel each other on its sites.

    .. math:: H = -t \sum_{\langle ij\rangle\sigma} w_{ij}
        (a^\dagger_{i\sigma} a_{j\sigma} + a^\dagger_{j\sigma} a_{i\sigma})
        + U \sum_i n_{i\alpha} n_{i\beta} - \mu \sum_{i\sigma} n_{i\sigma}

    Modes are spin-blocked: site i of spin α is mode i, of spin β mode n_sites + i.

    Args:
        graph: sites and bonds; site i is the i-th node, an edge attribute "weight" is w (else 1).
        t: hopping.
        U: repulsion of two electrons on a site.
        mu: chemical potential; U/2 puts a bipartite lattice at half filling.

    Raises:
        ParameterError: a number that is not finite.
        ProblemError: a graph that is not a lattice (see `lattice_graph`).
    """

    graph: nx.Graph[Any]
    t: float = 1.0
    U: float = 4.0
    mu: float = 0.0

    def __post_init__(self) -> None:
        _lattice.finite(t=self.t, U=self.U, mu=self.mu)
        _lattice.bonds(lattice_graph(self.graph))

    @property
    def n_sites(self) -> int:
        """Number of sites."""
        return len(self.graph)

    @property
    def n_qubits(self) -> int:
        """Number of qubits, two per site."""
        return 2 * self.n_sites

    @cached_property
    def bonds(self) -> Bonds:
        """The pairs of sites and their weights w."""
        return _lattice.bonds(self.graph)

    @cached_property
    def hopping(self) -> FermionSum:
        """The part with t."""
        terms: dict[tuple[tuple[int, int], ...], complex] = {}
        for (i, j), w in zip(self.bonds.pairs.tolist(), self.bonds.weights.tolist(), strict=True):
            for shift in (0, self.n_sites):
                for p, q in ((i, j), (j, i)):
                    terms[((p + shift, 1), (q + shift, 0))] = -self.t * w
        return FermionSum(self.n_qubits, terms)

    @cached_property
    def onsite(self) -> FermionSum:
        """The parts with U and μ, diagonal in the occupations."""
        n = self.n_sites
        pairs = (((((i, 1), (i, 0), (n + i, 1), (n + i, 0)), self.U)) for i in range(n))
        return FermionSum.from_terms(2 * n, pairs) - self.mu * number_operator(2 * n)

    @cached_property
    def hamiltonian(self) -> PauliSum:
        """The whole model on 2 n_sites qubits by Jordan–Wigner."""
        return self.to_pauli_sum()

    def to_pauli_sum(self, mapping: str = "jordan-wigner") -> PauliSum:
        """Return the whole model, mode j encoded by `mapping` (a name in `MAPPINGS`)."""
        return (self.hopping + self.onsite).to_pauli_sum(mapping)


def fermi_hubbard(
    lattice: Lattice,
    *,
    t: float = 1.0,
    U: float = 4.0,
    mu: float = 0.0,
    periodic: bool = False,
) -> HubbardModel:
    """Return the Fermi–Hubbard model on a lattice; its Pauli sum is ``.hamiltonian``.

    Args:
        lattice: sites in a chain, (rows, columns), or a graph.
        t: hopping.
        U: repulsion of two electrons on a site.
        mu: chemical potential.
        periodic: close the chain to a ring, the square lattice to a torus.

    Raises:
        ParameterError: a lattice or a number of no meaning.
        ProblemError: a graph that is not a lattice (see `lattice_graph`).
    """
    return HubbardModel(lattice_graph(lattice, periodic=periodic), t, U, mu)
