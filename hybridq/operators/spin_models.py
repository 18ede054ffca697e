"""Model Hamiltonians on chains, rings, square lattices and any networkx graph.

A lattice is a number of sites (a chain; with ``periodic`` a ring), a pair (rows, columns), or a
graph. Site i is qubit i: along the chain, row by row, or in the graph's node order. The edge
attribute "weight" of a graph (1 where there is none) multiplies the coupling of that bond.
"""

from __future__ import annotations

from typing import TypeAlias

from hybridq.core.errors import ProblemError
from hybridq.operators import _lattice
from hybridq.operators._lattice import Lattice, lattice_graph
from hybridq.operators.hubbard import HubbardModel, fermi_hubbard
from hybridq.operators.pauli_sum import PauliSum

_Term: TypeAlias = tuple[str, tuple[int, ...], float]

__all__ = [
    "HubbardModel",
    "Lattice",
    "fermi_hubbard",
    "heisenberg",
    "lattice_graph",
    "tfim",
    "xxz",
]


def tfim(lattice: Lattice, *, h: float = 1.0, J: float = 1.0, periodic: bool = False) -> PauliSum:
    r"""Return the transverse-field Ising model.

    .. math:: H = -J\sum_{\langle ij\rangle} Z_iZ_j - h\sum_i X_i

    Args:
        lattice: sites in a chain, (rows, columns), or a graph.
        h: transverse field.
        J: coupling, ferromagnetic where positive.
        periodic: close the chain to a ring, the square lattice to a torus.

    Raises:
        ParameterError: `lattice` is not one, or a number is not finite.
        ProblemError: a graph that is not a lattice (see `lattice_graph`).

    The ring's ground state energy for J = 1 is :math:`-\sum_k \sqrt{1 + h^2 - 2h\cos k}` over
    :math:`k = (2m + 1)\pi/n`. Source: Pfeuty 1970, Ann. Phys. 57, 79.
    """
    _lattice.finite(h=h, J=J)
    bonds = _lattice.bonds(lattice_graph(lattice, periodic=periodic))
    terms: list[_Term] = [("X", (i,), -h) for i in range(bonds.n_sites)]
    return _sum(bonds, [("ZZ", -J)], terms)


def heisenberg(
    lattice: Lattice, *, J: float = 1.0, h: float = 0.0, periodic: bool = False
) -> PauliSum:
    r"""Return the Heisenberg model.

    .. math:: H = J\sum_{\langle ij\rangle}(XX + YY + ZZ)_{ij} - h\sum_i Z_i

    Pauli matrices, not spins ½: divide by 4 for :math:`J\,\vec S_i\cdot\vec S_j`.

    Args:
        lattice: sites in a chain, (rows, columns), or a graph, with at least one bond.
        J: coupling, antiferromagnetic where positive.
        h: field along z.
        periodic: close the chain to a ring, the square lattice to a torus.

    Raises:
        ParameterError: `lattice` is not one, or a number is not finite.
        ProblemError: no bonds, or a graph that is not a lattice (see `lattice_graph`).
    """
    return xxz(lattice, delta=1.0, J=J, h=h, periodic=periodic)


def xxz(
    lattice: Lattice,
    delta: float,
    *,
    J: float = 1.0,
    h: float = 0.0,
    periodic: bool = False,
) -> PauliSum:
    r"""Return the XXZ model.

    .. math:: H = J\sum_{\langle ij\rangle}(XX + YY + \Delta ZZ)_{ij} - h\sum_i Z_i

    Args:
        lattice: sites in a chain, (rows, columns), or a graph, with at least one bond.
        delta: Δ, the anisotropy; 1 is the Heisenberg model, 0 the XY model.
        J: coupling.
        h: field along z.
        periodic: close the chain to a ring, the square lattice to a torus.

    Raises:
        ParameterError: `lattice` is not one, or a number is not finite.
        ProblemError: no bonds, or a graph that is not a lattice (see `lattice_graph`).
    """
    _lattice.finite(delta=delta, J=J, h=h)
    bonds = _lattice.bonds(lattice_graph(lattice, periodic=periodic))
    if not len(bonds.pairs):
        raise ProblemError(
            f"the lattice of {bonds.n_sites} sites has no bonds, so no spins interact: "
            "give at least one bond"
        )
    terms: list[_Term] = [("Z", (i,), -h) for i in range(bonds.n_sites)]
    return _sum(bonds, [("XX", J), ("YY", J), ("ZZ", J * delta)], terms)


def _sum(
    bonds: _lattice.Bonds,
    couplings: list[tuple[str, float]],
    terms: list[_Term],
) -> PauliSum:
    """Return the simplified sum of one-site terms and couplings on all bonds."""
    for (i, j), weight in zip(bonds.pairs.tolist(), bonds.weights.tolist(), strict=True):
        terms += [(paulis, (i, j), coupling * weight) for paulis, coupling in couplings]
    return PauliSum.from_sparse(terms, bonds.n_sites).simplify()
