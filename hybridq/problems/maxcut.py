"""Maximum cut: split a graph's nodes in two so that the edges between the sides weigh most."""

from __future__ import annotations

import math
import os
from collections.abc import Hashable
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core.checks import is_real
from hybridq.core.errors import DimensionError, ParameterError, ProblemError
from hybridq.problems.base import BinaryProblem, Sense

if TYPE_CHECKING:
    import networkx as nx

    from hybridq.operators.ising import Ising
    from hybridq.operators.pauli_sum import PauliSum

_CHUNK_ELEMENTS = 1 << 22  # bounds the scratch memory of `values` to tens of MiB


class MaxCut(BinaryProblem):
    r"""The cut of largest weight in a graph.

    .. math:: C(z) = \sum_{(u,v)} w_{uv}\,(1 - Z_u Z_v)/2, \qquad H = -C.

    Args:
        graph: an undirected `networkx.Graph` without self-loops; the edge attribute ``weight``
            is any finite real number (negative and zero too) and 1 where it is absent. Labels
            are arbitrary; qubit q is the q-th node of ``graph.nodes``.
        name: what to call this instance; the graph's own name, or its size, by default.

    Attributes:
        graph: a frozen copy of the graph.
        nodes: node labels by qubit.
        edges: int64, shape (m, 2): the qubits of each edge, the smaller first, read-only.
        weights: float64, shape (m,), read-only.
        total_weight: the sum of all weights.

    Raises:
        ProblemError: no graph, directed, parallel edges, a self-loop, a weight that is not a
            finite number, no nodes or no edges.

    Source: Farhi, Goldstone, Gutmann 2014, arXiv:1411.4028.
    """

    kind: ClassVar[str] = "maxcut"
    sense: ClassVar[Sense] = "maximize"
    value_name: ClassVar[str] = "cut"

    def __init__(self, graph: nx.Graph[Any], *, name: str | None = None) -> None:
        _check_kind(graph)
        self.nodes: list[Hashable] = list(graph.nodes)
        self.edges, self.weights = _edge_arrays(graph, self.nodes)
        self.total_weight = float(self.weights.sum())
        self.graph = _frozen_copy(graph)
        own_name = graph.graph.get("name")
        self.name = str(name or own_name or f"graph of {len(self.nodes)} nodes")

    @classmethod
    def from_file(cls, path: str | os.PathLike[str], format: str | None = None) -> MaxCut:
        """The problem of the graph in a file, named after it; ``-`` is standard input.

        Args:
            path: the file's name, or ``-``.
            format: a name in `hybridq.problems.formats.GRAPH_FORMATS`; told from the content
                when None.

        Raises:
            FormatError: the file cannot be read.
            UnknownNameError: there is no such format.
        """
        from hybridq.problems.formats import read_graph

        return cls._named(read_graph(path, format), path)

    @classmethod
    def from_bytes(cls, data: bytes, *, source: str, format: str | None = None) -> MaxCut:
        """The problem of a file's content; as `from_file`, and `source` is the file's name.

        Raises:
            FormatError: it cannot be read.
            UnknownNameError: there is no such format.
        """
        from hybridq.problems.formats import parse_graph

        return cls._named(parse_graph(data, format=format, source=source), source)

    @classmethod
    def _named(cls, graph: nx.Graph[Any], path: str | os.PathLike[str]) -> MaxCut:
        """The problem of a graph from a file, under the graph's own name or the file's."""
        is_stream = os.fspath(path) == "-"
        stem = "standard input" if is_stream else os.path.basename(os.fspath(path))
        return cls(graph, name=graph.graph.get("name") or os.path.splitext(stem)[0])

    def __repr__(self) -> str:
        return (
            f"MaxCut({self.name!r}: {len(self.nodes)} nodes, {len(self.edges)} edges, "
            f"total weight {self.total_weight:g})"
        )

    @property
    def n_qubits(self) -> int:
        """Number of nodes."""
        return len(self.nodes)

    @cached_property
    def ising(self) -> Ising:
        """−C as an Ising energy: constant −W/2, couplings w/2, no fields."""
        from hybridq.operators.ising import Ising

        return Ising(
            self.n_qubits,
            -self.total_weight / 2,
            np.zeros(self.n_qubits),
            self.edges,
            self.weights / 2,
            (),
        )

    @cached_property
    def hamiltonian(self) -> PauliSum:
        """−C as a Pauli sum: Σ w/2 (Z_u Z_v − 1)."""
        return self.ising.to_pauli_sum()

    def value(self, bits: ArrayLike) -> float:
        """Weight of the edges between the two sides, for bits of shape (n_qubits,)."""
        return float(self.values(self._row(bits)[np.newaxis])[0])

    def values(self, bits: ArrayLike) -> NDArray[np.float64]:
        """Cut weights of many assignments.

        Args:
            bits: shape (k, n_qubits), values 0 and 1; entry q of a row is qubit q.

        Returns:
            float64, shape (k,).

        Raises:
            DimensionError: another shape.
            ParameterError: an entry is neither 0 nor 1.
        """
        rows = self._checked(bits, ndim=2)
        cuts = np.empty(len(rows))
        step = max(1, _CHUNK_ELEMENTS // len(self.edges))
        for start in range(0, len(rows), step):
            chunk = rows[start : start + step]
            differs = chunk[:, self.edges[:, 0]] != chunk[:, self.edges[:, 1]]
            # Row by row over contiguous memory, and no matrix product, so that one assignment
            # gives the same float alone and among others.
            gains = np.where(differs, self.weights, 0.0)
            cuts[start : start + step] = np.ascontiguousarray(gains).sum(axis=1)
        return cuts

    def decode(self, bits: ArrayLike) -> dict[Any, int]:
        """Side 0 or 1 of every node, by label, from bits of shape (n_qubits,)."""
        return dict(zip(self.nodes, self._row(bits).tolist(), strict=True))

    def sides(self, bits: ArrayLike) -> tuple[list[Any], list[Any]]:
        """The labels on side 0 and those on side 1, in node order."""
        sides: tuple[list[Any], list[Any]] = ([], [])
        for label, side in self.decode(bits).items():
            sides[side].append(label)
        return sides

    def cut_edges(self, bits: ArrayLike) -> list[tuple[Any, Any]]:
        """The edges between the two sides as pairs of labels."""
        row = self._row(bits)
        crossing = self.edges[row[self.edges[:, 0]] != row[self.edges[:, 1]]]
        return [(self.nodes[i], self.nodes[j]) for i, j in crossing.tolist()]

    def describe(self) -> dict[str, Any]:
        """Size, weights, degrees and shape of the graph.

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
            "weight_min": float(self.weights.min()),
            "weight_max": float(self.weights.max()),
            "degree_min": low,
            "degree_max": high,
            "regular_degree": low if low == high else None,
            "connected": bool(nx.is_connected(self.graph)),
            "bipartite": bool(nx.is_bipartite(self.graph)),
        }

    def _row(self, bits: ArrayLike) -> NDArray[np.uint8]:
        return self._checked(bits, ndim=1)

    def _checked(self, bits: ArrayLike, *, ndim: int) -> NDArray[np.uint8]:
        array = np.asarray(bits)
        if array.ndim != ndim or array.shape[-1] != self.n_qubits:
            wanted = f"({self.n_qubits},)" if ndim == 1 else f"(k, {self.n_qubits})"
            raise DimensionError(f"bits have shape {array.shape}: give shape {wanted}")
        if not ((array == 0) | (array == 1)).all():
            raise ParameterError("bits hold other values than 0 and 1: map spins s to (1 - s) / 2")
        return array.astype(np.uint8, copy=False)


def _check_kind(graph: object) -> None:
    """Refuse what is not an undirected simple graph with at least one edge."""
    import networkx as nx

    if not isinstance(graph, nx.Graph):
        raise ProblemError(
            f"MaxCut takes a networkx.Graph, got {type(graph).__name__}: "
            "build one with networkx, or read a file with MaxCut.from_file"
        )
    if graph.is_multigraph():
        raise ProblemError(
            f"the graph is a {type(graph).__name__} with parallel edges: "
            "merge them into one weight each (networkx.Graph)"
        )
    if graph.is_directed():
        raise ProblemError(
            "the graph is directed, a cut has no direction: convert it with graph.to_undirected()"
        )
    if graph.number_of_nodes() == 0:
        raise ProblemError("the graph has no nodes: there is nothing to cut")
    if graph.number_of_edges() == 0:
        raise ProblemError("the graph has no edges: every cut is 0, there is nothing to optimize")


def _edge_arrays(
    graph: nx.Graph[Any], nodes: list[Hashable]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Qubit pairs (smaller first) and weights in the graph's edge order, read-only."""
    index = {label: qubit for qubit, label in enumerate(nodes)}
    pairs: list[tuple[int, int]] = []
    weights: list[float] = []
    for u, v, weight in graph.edges(data="weight", default=1):
        i, j = index[u], index[v]
        if i == j:
            raise ProblemError(f"node {u!r} has an edge to itself, which no cut can cut: remove it")
        pairs.append((i, j) if i < j else (j, i))
        weights.append(_finite(weight, u, v))
    edges = np.array(pairs, dtype=np.int64)
    values = np.array(weights, dtype=np.float64)
    with np.errstate(over="ignore"):
        if not math.isfinite(float(np.abs(values).sum())):
            raise ProblemError("the weights add up to more than a float holds: scale them down")
    edges.flags.writeable = False
    values.flags.writeable = False
    return edges, values


def _finite(weight: object, u: Hashable, v: Hashable) -> float:
    """`weight` as a finite float."""
    if not is_real(weight):
        raise ProblemError(
            f"edge {u!r}-{v!r} has weight {weight!r}, which is no real number: give a finite number"
        )
    try:
        value = float(weight)
    except OverflowError:
        raise ProblemError(
            f"edge {u!r}-{v!r} has a weight too large for a float: scale the weights down"
        ) from None
    if not math.isfinite(value):
        raise ProblemError(
            f"edge {u!r}-{v!r} has weight {value}: give a finite number, or remove the edge"
        )
    return value


def _frozen_copy(graph: nx.Graph[Any]) -> nx.Graph[Any]:
    """A copy that cannot change under the cached Hamiltonian."""
    import networkx as nx

    return nx.freeze(graph.copy())
