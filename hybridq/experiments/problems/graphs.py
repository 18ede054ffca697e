"""Generated graphs of fixed structure, with optional random weights."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from hybridq.experiments.problems.base import ProblemSection
from hybridq.experiments.problems.limits import MOST_OF_A_STATE, check_generated, check_qubits
from hybridq.experiments.problems.sources import Source
from hybridq.experiments.records import Plain
from hybridq.experiments.seeds import derived
from hybridq.problems.maxcut import MaxCut

if TYPE_CHECKING:
    import networkx as nx

    from hybridq.problems.base import Problem

Weights = Literal["none", "uniform", "normal", "sign"]
Nodes = Annotated[int, Field(ge=2)]


class GraphSection(Source, ProblemSection):
    """A generated graph with nodes from 0; as a problem, its maximum cut."""

    shape: ClassVar[str] = "graph"
    short_form_of: ClassVar[str] = "maxcut"
    family: ClassVar[type[Problem]] = MaxCut
    over_bits: ClassVar[bool] = True

    weights: Weights = "none"
    """Of the edges: none (all 1), uniform in (0, 1], normal (standard), or sign (+1 or -1)."""

    @property
    def is_drawn(self) -> bool:
        """True if instances differ."""
        return self.weights != "none"

    def check(self, base: Path, most: int | None = MOST_OF_A_STATE) -> None:
        """See `ProblemSection.check`."""
        check_generated(self.order, self.mean_edges)
        check_qubits(self.order, most, f"a graph of {self.order} nodes")

    @property
    def mean_edges(self) -> float:
        """Number of edges, of a random graph on average."""
        return self.order * (self.order - 1) / 2

    def build(self, base: Path, seed: int, contents: Mapping[str, bytes]) -> Problem:
        """Return the maximum cut of the graph; see `ProblemSection.build`."""
        check_generated(self.order, self.mean_edges)
        return MaxCut(self.data(self.facts(base, seed)), name=self.instance_title())

    def data(self, facts: Plain) -> nx.Graph[Any]:
        """See `Source.data`."""
        import networkx as nx

        # The edges do not depend on the weights, so that kinds of weights can be compared on them.
        shape = {name: value for name, value in facts.items() if name != "weights"}
        drawn = self.draw(np.random.default_rng(derived("graph", shape)))
        pairs = sorted((min(edge), max(edge)) for edge in drawn.edges)
        values = _drawn_weights(self.weights, len(pairs), derived("weights", facts))
        graph: nx.Graph[Any] = nx.Graph()
        graph.add_nodes_from(range(len(drawn)))
        graph.add_weighted_edges_from((u, v, w) for (u, v), w in zip(pairs, values, strict=True))
        return graph

    @abstractmethod
    def draw(self, rng: np.random.Generator) -> nx.Graph[Any]:
        """Return a graph with nodes 0 … n − 1, without weights."""


class Complete(GraphSection):
    """A graph with all edges; with normal weights the Sherrington-Kirkpatrick model.

    Couplings are not divided by the root of the number of nodes, which changes no ratio.
    """

    summary: ClassVar[str] = "all edges; normal weights: the Sherrington-Kirkpatrick model"

    kind: Literal["complete"] = "complete"

    nodes: Nodes
    """Number of nodes."""

    weights: Weights = "normal"
    """Of the edges: none (all 1), uniform in (0, 1], normal (standard), or sign (+1 or -1)."""

    @property
    def order(self) -> int:
        """See `GraphSection.order`."""
        return self.nodes

    def title(self) -> str:
        """See `GraphSection.title`."""
        return f"complete graph of {self.nodes} nodes"

    def draw(self, rng: np.random.Generator) -> nx.Graph[Any]:
        """See `GraphSection.draw`."""
        import networkx as nx

        return nx.complete_graph(self.nodes)


class Ring(GraphSection):
    """A ring of nodes."""

    summary: ClassVar[str] = "ring, each node with two neighbours"

    kind: Literal["ring"] = "ring"

    nodes: Annotated[int, Field(ge=3)]
    """Number of nodes."""

    @property
    def order(self) -> int:
        """See `GraphSection.order`."""
        return self.nodes

    def title(self) -> str:
        """See `GraphSection.title`."""
        return f"ring of {self.nodes} nodes"

    @property
    def mean_edges(self) -> float:
        """See `GraphSection.mean_edges`."""
        return self.nodes

    def draw(self, rng: np.random.Generator) -> nx.Graph[Any]:
        """See `GraphSection.draw`."""
        import networkx as nx

        return nx.cycle_graph(self.nodes)


class LatticeGraph(GraphSection):
    """A square lattice; nodes are numbered row by row."""

    summary: ClassVar[str] = "square lattice, open or periodic"

    kind: Literal["lattice"] = "lattice"

    rows: Annotated[int, Field(ge=1)]
    """Number of rows."""

    columns: Annotated[int, Field(ge=1)]
    """Number of columns."""

    periodic: bool = False
    """Close it to a torus."""

    @model_validator(mode="after")
    def _exists(self) -> Self:
        if self.order < 2:
            raise ValueError("rows: 1 and columns: 1 leave no edge: give at least two nodes")
        if self.periodic and min(self.rows, self.columns) < 3:
            raise ValueError(
                f"rows: {self.rows} and columns: {self.columns} with periodic: true: a closed row "
                "needs at least 3 nodes; leave out periodic, or take kind: ring"
            )
        return self

    @property
    def order(self) -> int:
        """See `GraphSection.order`."""
        return self.rows * self.columns

    @property
    def mean_edges(self) -> float:
        """See `GraphSection.mean_edges`: at most two for each node."""
        return 2 * self.order

    def title(self) -> str:
        """See `GraphSection.title`."""
        return f"{'torus' if self.periodic else 'lattice'} of {self.rows} × {self.columns} nodes"

    def draw(self, rng: np.random.Generator) -> nx.Graph[Any]:
        """See `GraphSection.draw`."""
        import networkx as nx

        grid = nx.grid_2d_graph(self.rows, self.columns, periodic=self.periodic)
        return nx.relabel_nodes(grid, {(r, c): r * self.columns + c for r, c in grid})


def _drawn_weights(kind: Weights, count: int, seed: int) -> list[float]:
    rng = np.random.default_rng(seed)
    if kind == "uniform":
        values = 1.0 - rng.random(count)  # weight 0 is excluded: it would remove the edge
    elif kind == "normal":
        values = rng.standard_normal(count)
    elif kind == "sign":
        values = rng.choice([-1.0, 1.0], count)
    else:
        values = np.ones(count)
    return [float(value) for value in values]


GRAPHS: tuple[type[ProblemSection], ...] = (Complete, Ring, LatticeGraph)
