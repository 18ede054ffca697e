"""Chains, rings, square lattices and any graph as sites and bonds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hybridq.core import memory
from hybridq.core.checks import is_finite, is_whole
from hybridq.core.errors import ParameterError, ProblemError, Setting

if TYPE_CHECKING:
    import networkx as nx

Lattice: TypeAlias = "int | tuple[int, int] | nx.Graph[Any]"


@dataclass(frozen=True, eq=False)
class Bonds:
    """The bonds of a lattice.

    Args:
        n_sites: number of sites; site i is the i-th node of the graph.
        pairs: sites of each bond, shape (bonds, 2), int64.
        weights: what multiplies the coupling of each bond, shape (bonds,).
    """

    n_sites: int
    pairs: NDArray[np.int64]
    weights: NDArray[np.float64]


def lattice_graph(lattice: Lattice, *, periodic: bool = False) -> nx.Graph[Any]:
    """Return the graph of a chain, a square lattice (rows, columns) or a graph.

    Args:
        lattice: a number of sites in a row, numbered 0 … n - 1; a pair (rows, columns), with
            nodes (row, column) numbered row by row; or a graph, which is returned as it is.
        periodic: close the chain to a ring, or the square lattice to a torus.

    Raises:
        ParameterError: it is none of these, or too short to be closed.
        ProblemError: a directed graph or multigraph, a graph without nodes, a self-loop.
    """
    import networkx as nx

    if isinstance(lattice, nx.Graph):
        return _checked_graph(lattice, periodic)
    shape = lattice if isinstance(lattice, tuple) else (lattice,)
    if len(shape) not in (1, 2) or not all(_is_count(length) for length in shape):
        raise ParameterError(
            argument="lattice",
            value=lattice,
            expected="a number of sites, a pair (rows, columns) or a networkx graph",
        )
    if periodic and min(shape) < 3:
        raise ParameterError(
            (
                Setting("lattice", lattice),
                " must have at least 3 sites in each closed row with ",
                Setting("periodic", True),
                ", since 2 sites would have their bond twice",
            ),
            argument="lattice",
            value=lattice,
            remedy="give a graph with weights instead",
        )
    # Python objects of a site and its bonds in networkx.
    memory.require(1500 * math.prod(shape), f"a lattice of shape {shape}", "use fewer sites")
    if len(shape) == 2:
        return nx.grid_2d_graph(*shape, periodic=periodic)
    return nx.cycle_graph(shape[0]) if periodic else nx.path_graph(shape[0])


def _checked_graph(graph: nx.Graph[Any], periodic: bool) -> nx.Graph[Any]:
    if periodic:
        raise ParameterError(
            (
                Setting("periodic", True),
                " is for chains and square lattices: a graph has its own bonds",
            ),
            argument="periodic",
        )
    if graph.is_directed() or graph.is_multigraph():
        raise ProblemError(
            f"a {type(graph).__name__} is not a lattice: give an undirected networkx.Graph"
        )
    if not graph:
        raise ProblemError("the graph has no nodes: give at least one site")
    loop = next((node for node in graph if graph.has_edge(node, node)), None)
    if loop is not None:
        raise ProblemError(f"node {loop!r} has a bond to itself: remove it")
    return graph


def _is_count(length: object) -> bool:
    return is_whole(length) and length >= 1


def bonds(graph: nx.Graph[Any]) -> Bonds:
    """Return the bonds of a lattice's graph, with edge attribute "weight" or 1.

    Raises:
        ProblemError: a weight that is not a finite number.
    """
    index = {node: site for site, node in enumerate(graph)}
    pairs, weights = [], []
    for a, b, weight in graph.edges(data="weight", default=1.0):
        if not isinstance(weight, int | float | np.number) or not np.isfinite(weight):
            raise ProblemError(f"bond {a!r} - {b!r} has weight {weight!r}: give a finite number")
        pairs.append(sorted((index[a], index[b])))
        weights.append(float(weight))
    return Bonds(
        len(index),
        np.array(pairs, dtype=np.int64).reshape(-1, 2),
        np.array(weights, dtype=np.float64),
    )


def finite(**numbers: float) -> None:
    """Raise if a coupling is not a finite real number.

    Raises:
        ParameterError: one is not; it is named.
    """
    for name, value in numbers.items():
        if not is_finite(value):
            raise ParameterError(argument=name, value=value, expected="a finite real number")
