"""Problems on the nodes of a graph: one qubit per node, checked in one place."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from hybridq.core.checks import is_real
from hybridq.core.errors import ProblemError
from hybridq.core.numbers import plural
from hybridq.problems.base import BinaryProblem

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True, eq=False, repr=False)
class GraphProblem(BinaryProblem):
    """A problem with one bit per node of an undirected graph; qubit q is node q.

    Args:
        graph: an undirected `networkx.Graph` without self-loops; the edge attribute ``weight`` is
            any finite real number and 1 where it is absent. Labels are arbitrary.
        name: the name of this instance; the graph's own name, or its size, by default.

    Raises:
        ProblemError: no graph, directed, parallel edges, a self-loop, a weight that is not a
            finite number, no nodes, or no edges where the family needs one.
    """

    reads: ClassVar[tuple[str, ...]] = ("graph",)
    noun: ClassVar[str] = "graph"
    item: ClassVar[str] = "node"
    needs_edges: ClassVar[bool] = True

    graph: nx.Graph[Any]
    name: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        _check_kind(self.graph, type(self).__name__, self.needs_edges)
        object.__setattr__(self, "graph", _frozen_copy(self.graph))
        own_name = self.name or self.graph.graph.get("name")
        object.__setattr__(self, "name", str(own_name or f"graph of {self.n_qubits} nodes"))
        _ = self._edge_arrays  # raises for weights that are not finite

    @classmethod
    def from_data(cls, data: Any, *, name: str, **options: Any) -> Self:
        """Return the problem of a graph, under the graph's own name where it has one."""
        return super().from_data(data, name=data.graph.get("name") or name, **options)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}: {self.size()})"

    @property
    def n_qubits(self) -> int:
        """Number of nodes."""
        return self.graph.number_of_nodes()

    @cached_property
    def nodes(self) -> list[Hashable]:
        """Node labels by qubit."""
        return list(self.graph.nodes)

    def labels(self) -> list[Hashable]:
        """Return the node labels by qubit."""
        return self.nodes

    @property
    def edges(self) -> NDArray[np.int64]:
        """The qubits of each edge, the smaller first, shape (m, 2), read-only."""
        return self._edge_arrays[0]

    @property
    def weights(self) -> NDArray[np.float64]:
        """The weight of each edge, shape (m,), read-only."""
        return self._edge_arrays[1]

    @cached_property
    def total_weight(self) -> float:
        """The sum of all edge weights."""
        return float(self.weights.sum())

    @cached_property
    def _edge_arrays(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        return _edge_arrays(self.graph, self.nodes)

    def size(self) -> str:
        """Return nodes and edges, such as ``"5 nodes, 6 edges"``."""
        n, m = self.n_qubits, len(self.edges)
        return f"{plural(n, 'node')}, {plural(m, 'edge')}"

    def describe(self) -> dict[str, Any]:
        """Return the size, the weights, the degrees and the shape of the graph.

        Returns:
            ``nodes``, ``edges``, ``total_weight``, ``absolute_weight`` (the sum of all |w|),
            ``weight_min``, ``weight_max``, ``degree_min``, ``degree_max``, ``regular_degree``
            (None unless all are equal), ``connected``, ``bipartite``.
        """
        return dict(self._facts)

    @cached_property
    def _facts(self) -> dict[str, Any]:
        import networkx as nx

        degrees = np.bincount(self.edges.ravel(), minlength=self.n_qubits)
        low, high = int(degrees.min()), int(degrees.max())
        return {
            "nodes": self.n_qubits,
            "edges": len(self.edges),
            "total_weight": self.total_weight,
            "absolute_weight": float(np.abs(self.weights).sum()),
            "weight_min": float(self.weights.min(initial=math.inf)),
            "weight_max": float(self.weights.max(initial=-math.inf)),
            "degree_min": low,
            "degree_max": high,
            "regular_degree": low if low == high else None,
            "connected": bool(nx.is_connected(self.graph)),
            "bipartite": bool(nx.is_bipartite(self.graph)),
        }


def finite_weight(weight: object, where: str) -> float:
    """Return `weight` as a float.

    Args:
        weight: an attribute of a node or an edge.
        where: the node or the edge, for the message.

    Raises:
        ProblemError: it is not a finite real number.
    """
    if not is_real(weight):
        raise ProblemError(
            f"{where} has weight {weight!r}, which is not a real number: give a finite number"
        )
    try:
        value = float(weight)
    except OverflowError:
        raise ProblemError(
            f"{where} has a weight too large for a float: scale the weights down"
        ) from None
    if not math.isfinite(value):
        raise ProblemError(f"{where} has weight {value}: give a finite number, or remove it")
    return value


def _check_kind(graph: object, family: str, needs_edges: bool) -> None:
    """Raise unless `graph` is an undirected simple graph, with edges if needed."""
    import networkx as nx

    if not isinstance(graph, nx.Graph):
        raise ProblemError(
            f"{family} takes a networkx.Graph, got {type(graph).__name__}: "
            f"build one with networkx, or read a file with {family}.from_file"
        )
    if graph.is_multigraph():
        raise ProblemError(
            f"the graph is a {type(graph).__name__} with parallel edges: "
            "merge them into one weight each (networkx.Graph)"
        )
    if graph.is_directed():
        raise ProblemError(
            f"the graph is directed, {family} takes an undirected one: "
            "convert it with graph.to_undirected()"
        )
    if graph.number_of_nodes() == 0:
        raise ProblemError("the graph has no nodes: give at least one")
    if needs_edges and graph.number_of_edges() == 0:
        raise ProblemError("the graph has no edges: nothing is left to optimize")


def _edge_arrays(
    graph: nx.Graph[Any], nodes: list[Hashable]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return qubit pairs, the smaller first, and weights in edge order, read-only."""
    index = {label: qubit for qubit, label in enumerate(nodes)}
    pairs: list[tuple[int, int]] = []
    weights: list[float] = []
    for u, v, weight in graph.edges(data="weight", default=1):
        i, j = index[u], index[v]
        if i == j:
            raise ProblemError(f"node {u!r} has an edge to itself: remove it")
        pairs.append((i, j) if i < j else (j, i))
        weights.append(finite_weight(weight, f"edge {u!r}-{v!r}"))
    edges = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    values = np.array(weights, dtype=np.float64)
    with np.errstate(over="ignore"):
        if not math.isfinite(float(np.abs(values).sum())):
            raise ProblemError("the weights add up to more than a float holds: scale them down")
    edges.flags.writeable = False
    values.flags.writeable = False
    return edges, values


def _frozen_copy(graph: nx.Graph[Any]) -> nx.Graph[Any]:
    """Return a copy that cannot change under the cached Hamiltonian."""
    import networkx as nx

    return nx.freeze(graph.copy())
