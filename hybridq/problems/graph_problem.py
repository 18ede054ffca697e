"""Problems on the nodes of a graph: one qubit per node, checked in one place."""

from __future__ import annotations

import math
import os
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import ProblemError, Text
from hybridq.core.numbers import plural
from hybridq.problems.base import BinaryProblem
from hybridq.problems.formats._graphs import ORIGIN, EdgeArrays
from hybridq.problems.graph_data import finite_weight, simple_graph
from hybridq.problems.graph_input import as_graph, from_matrix

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True, eq=False, repr=False)
class GraphProblem(BinaryProblem):
    """A problem with one bit per node of an undirected graph; qubit q is node q.

    Args:
        graph: an undirected `networkx.Graph` without self-loops; a symmetric matrix of weights
            (NumPy, or sparse of SciPy); or a list of edges (u, v) or (u, v, weight). The edge
            attribute ``weight`` is any finite real number and 1 where it is absent. Labels are
            arbitrary.
        weight: the attribute that holds the weights, none for weight 1 everywhere; by default
            weight, as long as no other attribute holds numbers.
        parallel: parallel edges: sum adds up their weights, once counts equal ones once; by
            default they are refused.
        name: the name of this instance; the graph's own name, or its size, by default.

    Raises:
        ProblemError: no graph, directed, parallel edges, a self-loop, a weight that is not a
            finite number, attributes that may be the weight, no nodes, or no edges where the
            family needs one.
        ParameterError: no such attribute, or another value of `parallel`.
    """

    reads: ClassVar[tuple[str, ...]] = ("graph",)
    noun: ClassVar[str] = "graph"
    item: ClassVar[str] = "node"
    needs_edges: ClassVar[bool] = True
    #: The attributes of ``"edge"`` or ``"node"`` are the weights of the family.
    weighs: ClassVar[str] = "edge"
    #: True for a family that takes directed graphs as well.
    takes_directed: ClassVar[bool] = False

    graph: nx.Graph[Any]
    weight: str | None = field(default=None, kw_only=True)
    parallel: str | None = field(default=None, kw_only=True)
    name: str = field(default="", kw_only=True)
    weight_name: str | None = field(default=None, init=False)
    """Attribute that the weights come from, None where all are 1."""
    reading_notes: tuple[str, ...] = field(default=(), init=False)
    """Remarks on the weights and on parallel edges."""

    def __post_init__(self) -> None:
        family = type(self).__name__
        given = as_graph(self.graph, family)
        _check_kind(given, self.needs_edges)
        made = simple_graph(
            given,
            weight=self.weight,
            parallel=self.parallel,
            of=self.weighs,
            directed=self.takes_directed,
        )
        object.__setattr__(self, "graph", _frozen(made.graph))
        object.__setattr__(self, "weight_name", made.weight)
        object.__setattr__(self, "reading_notes", made.notes)
        own_name = self.name or self.graph.graph.get("name")
        object.__setattr__(self, "name", str(own_name or f"graph of {self.n_nodes} nodes"))
        if made.arrays is not None:
            self.__dict__["_edge_arrays"] = made.arrays
        _ = self._edge_arrays  # raises for weights that are not finite

    @classmethod
    def from_matrix(
        cls,
        matrix: Any,
        labels: Sequence[Hashable] | None = None,
        *,
        name: str = "",
        **options: Any,
    ) -> Self:
        """Return the problem of a symmetric matrix of weights; an entry 0 joins no nodes.

        Args:
            matrix: shape (n, n), a NumPy array, nested lists, or a SciPy sparse matrix or array.
            labels: of the nodes; 0 to n − 1 by default.
            name: of this instance.
            options: of the family.

        Raises:
            ProblemError: not square, not symmetric, or a value on the diagonal.
        """
        return super().from_data(from_matrix(matrix, labels), name=name, **options)

    @classmethod
    def from_data(cls, data: Any, *, name: str, **options: Any) -> Self:
        """Return the problem of a graph, under the graph's own name where it has one."""
        return super().from_data(data, name=data.graph.get("name") or name, **options)

    @classmethod
    def _named(cls, data: Any, path: str | os.PathLike[str], options: dict[str, Any]) -> Self:
        """Return the problem of a graph from a file, which no other problem has."""
        if ORIGIN in data.graph:
            data.graph[ORIGIN] = replace(data.graph[ORIGIN], fresh=True)
        return super()._named(data, path, options)

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return self.graph.number_of_nodes()

    @property
    def n_qubits(self) -> int:
        """One qubit per node."""
        return self.n_nodes

    @cached_property
    def nodes(self) -> list[Hashable]:
        """Node labels by qubit."""
        return list(self.graph.nodes)

    @property
    def notes(self) -> tuple[Text, ...]:
        """Remarks on the weights and on parallel edges."""
        return self.reading_notes

    def labels(self) -> Sequence[Any]:
        """Return the node labels by qubit."""
        return self.nodes

    @property
    def is_directed(self) -> bool:
        """True if edges lead from their first node to their second."""
        return bool(self.graph.is_directed())

    @property
    def edges(self) -> NDArray[np.int64]:
        """The qubits of each edge, shape (m, 2), read-only.

        The smaller one comes first, in a directed graph the tail.
        """
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
    def _edge_arrays(self) -> EdgeArrays:
        return _edge_arrays(self.graph, self.nodes)

    def size(self) -> str:
        """Return nodes and edges, such as ``"5 nodes, 6 edges"``."""
        n, m = self.n_nodes, len(self.edges)
        return f"{plural(n, 'node')}, {plural(m, 'directed edge' if self.is_directed else 'edge')}"

    def describe(self) -> dict[str, Any]:
        """Return the size, the weights, the degrees and the shape of the graph.

        Returns:
            ``nodes``, ``edges``, ``total_weight``, ``absolute_weight`` (the sum of all |w|),
            ``weight_min``, ``weight_max``, ``degree_min``, ``degree_max``, ``regular_degree``
            (None unless all are equal), ``connected``, ``bipartite``; of a directed graph
            ``directed``, and the others without regard to directions.
        """
        return dict(self._facts)

    @cached_property
    def _facts(self) -> dict[str, Any]:
        degrees = np.bincount(self.edges.ravel(), minlength=self.n_nodes)
        low, high = int(degrees.min()), int(degrees.max())
        parts, halves = _component_counts(self.n_nodes, self.edges)
        return {
            **({"directed": True} if self.is_directed else {}),
            "nodes": self.n_nodes,
            "edges": len(self.edges),
            "total_weight": self.total_weight,
            "absolute_weight": float(np.abs(self.weights).sum()),
            "weight_min": float(self.weights.min(initial=math.inf)),
            "weight_max": float(self.weights.max(initial=-math.inf)),
            "degree_min": low,
            "degree_max": high,
            "regular_degree": low if low == high else None,
            "connected": parts == 1,
            "bipartite": halves == 2 * parts,
        }


def _component_counts(n: int, edges: NDArray[np.int64]) -> tuple[int, int]:
    """Return the numbers of connected components of a graph and of its double cover.

    The cover has two copies of each node, and edges between different copies: a component falls
    apart there if it is bipartite.

    Args:
        n: number of nodes.
        edges: pairs of nodes, shape (m, 2); directions do not matter.
    """
    import scipy.sparse
    from scipy.sparse.csgraph import connected_components

    one, other = edges.reshape(-1, 2).T
    single = scipy.sparse.coo_matrix((np.ones(len(one)), (one, other)), shape=(n, n))
    rows, columns = np.concatenate([one, one + n]), np.concatenate([other + n, other])
    cover = scipy.sparse.coo_matrix((np.ones(len(rows)), (rows, columns)), shape=(2 * n, 2 * n))
    parts, _ = connected_components(single, directed=False)
    halves, _ = connected_components(cover, directed=False)
    return int(parts), int(halves)


def _check_kind(graph: nx.Graph[Any], needs_edges: bool) -> None:
    """Raise unless `graph` has nodes, and edges if needed."""
    if graph.number_of_nodes() == 0:
        raise ProblemError("the graph has no nodes: give at least one")
    if needs_edges and graph.number_of_edges() == 0:
        raise ProblemError("the graph has no edges: nothing is left to optimize")


def _edge_arrays(graph: nx.Graph[Any], nodes: list[Hashable]) -> EdgeArrays:
    """Return qubit pairs and weights in edge order; see `GraphProblem.edges`."""
    index = {label: qubit for qubit, label in enumerate(nodes)}
    listed: list[tuple[Any, Any, Any]] = list(graph.edges(data="weight", default=1))
    ends = [(index[u], index[v]) for u, v, _ in listed]
    edges = np.array(ends, dtype=np.int64).reshape(-1, 2)
    loops = edges[:, 0] == edges[:, 1]
    if loops.any():
        raise ProblemError(
            f"node {listed[int(np.argmax(loops))][0]!r} has an edge to itself: remove it"
        )
    if not graph.is_directed():
        edges.sort(axis=1)
    weights: list[float] = [weight for _, _, weight in listed]
    if not set(map(type, weights)) <= {int, float} or not _all_finite(weights):
        weights = [finite_weight(weight, f"edge {u!r}-{v!r}") for u, v, weight in listed]
    values = np.array(weights, dtype=np.float64)
    with np.errstate(over="ignore"):
        if not math.isfinite(float(np.abs(values).sum())):
            raise ProblemError("the weights add up to more than a float holds: scale them down")
    edges.flags.writeable = False
    values.flags.writeable = False
    return edges, values


def _all_finite(numbers: Sequence[float]) -> bool:
    """Return whether all numbers fit in floats, and are finite."""
    try:
        return bool(np.isfinite(np.array(numbers, dtype=np.float64)).all())
    except OverflowError:
        return False


def _frozen(graph: nx.Graph[Any]) -> nx.Graph[Any]:
    """Return a graph that cannot change under the cached Hamiltonian."""
    import networkx as nx

    return nx.freeze(graph)
