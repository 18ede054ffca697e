"""Spin glasses: random couplings between spins, their energy as low as possible."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from hybridq.core.checks import checked_count
from hybridq.core.errors import ProblemError, Text
from hybridq.core.numbers import number
from hybridq.core.randomness import RandomLike, as_generator
from hybridq.problems.base import AnswerRow, Bits, Sense
from hybridq.problems.graph_data import finite_weight
from hybridq.problems.graph_problem import GraphProblem
from hybridq.problems.instance_data import PolynomialData
from hybridq.problems.programs.polynomial import merged

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.axes import Axes

    from hybridq.operators.ising import Ising


@dataclass(frozen=True, eq=False, repr=False)
class SpinGlass(GraphProblem):
    r"""The ground state of spins with couplings J and fields h.

    .. math:: H = -\sum_{(u,v)} J_{uv} s_u s_v - \sum_u h_u s_u, \qquad s_u = \pm 1

    A coupling J > 0 favours equal spins. It is the edge attribute ``weight``, 1 where absent; h is
    the node attribute ``field``, 0 where absent. A polynomial of spins, as files of Ising models
    hold it, is the energy itself: J and h are minus its coefficients. Bit 0 is the spin +1.

    Args:
        graph: an undirected `networkx.Graph` without self-loops.
        weight: the edge attribute that holds the couplings J, none for J = 1 everywhere; by
            default weight, as long as no other attribute holds numbers.
        parallel: parallel edges: sum adds up their couplings, once counts equal ones once; by
            default they are refused.
        name: the name of this instance; the graph's own name, or its size, by default.

    Raises:
        ProblemError: the graph cannot be read as one, a coupling or field is not finite, or there
            are none.

    Source: Sherrington, Kirkpatrick 1975, Phys. Rev. Lett. 35, 1792.
    """

    kind: ClassVar[str] = "spin-glass"
    summary: ClassVar[str] = "Find spins of lowest energy under random couplings."
    qubits: ClassVar[str] = "one qubit a spin"
    examples: ClassVar[tuple[str, ...]] = ("couplings.csv", "ising.json --p 4 --plot spins.png")
    sense: ClassVar[Sense] = "minimize"
    value_name: ClassVar[str] = "energy"
    reads: ClassVar[tuple[str, ...]] = ("graph", "polynomial")
    item: ClassVar[str] = "spin"
    needs_edges: ClassVar[bool] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        _ = self.offset  # raises for a number that is not finite
        if not (self.fields.any() or len(self.edges)):
            raise ProblemError(
                "the spins have neither couplings nor fields: nothing is left to optimize"
            )

    @classmethod
    def from_data(cls, data: Any, *, name: str, **options: Any) -> Self:
        """Return the problem of couplings, or of a polynomial of spins.

        Raises:
            ProblemError: the polynomial is of bits, is maximized, or has larger products.
        """
        graph = _graph_of(data) if isinstance(data, PolynomialData) else data
        return super().from_data(graph, name=name, **options)

    @classmethod
    def sk(cls, n: int, rng: RandomLike = None, *, name: str = "") -> Self:
        """Return a Sherrington–Kirkpatrick model.

        All pairs are coupled, with J of the normal law of variance 1/n. The ground energy per spin
        tends to −0.7632 for large n (Parisi).

        Args:
            n: the number of spins, at least 2.
            rng: a generator, a seed or None.
            name: of this instance.
        """
        import networkx as nx

        n = checked_count("n", n, at_least=2)
        graph: nx.Graph[Any] = nx.complete_graph(n)
        values = as_generator(rng).normal(scale=n**-0.5, size=graph.number_of_edges())
        _set_couplings(graph, values)
        return cls(graph, name=name or f"SK model of {n} spins")

    @classmethod
    def plus_minus_j(
        cls, graph: nx.Graph[Any] | tuple[int, ...], rng: RandomLike = None, *, name: str = ""
    ) -> Self:
        """Return a model with J = +1 or −1, equally likely, on each edge.

        Args:
            graph: a graph, or the lengths of a periodic lattice such as ``(4, 4)``.
            rng: a generator, a seed or None.
            name: of this instance.

        Raises:
            ProblemError: a length of the lattice is not an integer of at least 2.
        """
        made = _lattice(graph) if isinstance(graph, tuple) else graph.copy()
        values = 1 - 2 * as_generator(rng).integers(2, size=made.number_of_edges())
        _set_couplings(made, values)
        return cls(made, name=name or f"±J model of {made.number_of_nodes()} spins")

    @cached_property
    def fields(self) -> NDArray[np.float64]:
        """The field h of each spin, shape (n_qubits,)."""
        given = self.graph.nodes(data="field", default=0)
        return np.array([finite_weight(h, f"the field of node {label!r}") for label, h in given])

    @cached_property
    def offset(self) -> float:
        """The constant that a polynomial adds to the energy."""
        return finite_weight(self.graph.graph.get("offset", 0.0), "the offset")

    def cost(self) -> Ising:
        """Return offset − Σ J s s − Σ h s."""
        from hybridq.operators.ising import Ising

        return Ising(self.n_qubits, self.offset, -self.fields, self.edges, -self.weights)

    def _bonds(self, bits: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Return J s s of each edge for every row, shape (k, edges)."""
        spins = 1.0 - 2.0 * self.checked_rows(bits)
        bonds: NDArray[np.float64] = (
            spins[:, self.edges[:, 0]] * spins[:, self.edges[:, 1]] * self.weights
        )
        return bonds

    def value(self, bits: Bits) -> float:
        """Return the energy of an assignment."""
        return float(self.values(self.checked_row(bits)[np.newaxis])[0])

    def values(self, bits: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Return the energy of every row, shape (k,)."""
        spins = 1.0 - 2.0 * self.checked_rows(bits)
        found: NDArray[np.float64] = self.offset - self._bonds(bits).sum(axis=1)
        return found - spins @ self.fields

    def describe(self) -> dict[str, Any]:
        """Return facts about the graph, the number of fields, and the offset."""
        extra = {"fields": int(np.count_nonzero(self.fields)), "offset": self.offset}
        return {**super().describe(), **extra}

    @property
    def notes(self) -> tuple[Text, ...]:
        """Remarks on the reading of the graph, and on signs."""
        sign = "a positive coupling favours equal spins; bit 0 is the spin +1, bit 1 the spin −1"
        found = [*self.reading_notes, sign]
        if not self.fields.any():
            found.append("without fields, flipping all spins leaves the energy as it is")
        return tuple(found)

    def answer(self, bits: Bits) -> tuple[AnswerRow, ...]:
        """Return the spins of each sign, the energy per spin, and the bonds not satisfied."""
        spins = self.decode(bits)
        broken = int((self._bonds(self.checked_row(bits)[np.newaxis])[0] < 0.0).sum())
        return (
            AnswerRow("Spins +1", tuple(label for label, bit in spins.items() if not bit)),
            AnswerRow("Spins −1", tuple(label for label, bit in spins.items() if bit)),
            AnswerRow("Energy per spin", (number(self.value(bits) / self.n_qubits),)),
            AnswerRow("Bonds not satisfied", (f"{broken} of {len(self.edges)}",)),
        )

    def draw(self, ax: Axes, bits: Bits) -> None:
        """Draw the graph with the spins of each sign."""
        from hybridq.plots.cut import plot_cut

        plot_cut(
            self.graph,
            self.decode(bits),
            ax,
            title="The spins of lowest energy",
            sides=("spin +1", "spin −1"),
            edges=("antiparallel bond", "parallel bond"),
        )


def _graph_of(data: PolynomialData) -> nx.Graph[Any]:
    """Return the graph of couplings of a polynomial of spins.

    Raises:
        ProblemError: bits, a larger product, or an energy that is maximized.
    """
    import networkx as nx

    if not data.spins or data.sense == "maximize":
        what = "is of bits" if not data.spins else "is maximized"
        raise ProblemError(
            f"the polynomial {what}, and a spin glass has an energy of spins",
            remedy="read it as the family polynomial",
        )
    graph: nx.Graph[Any] = nx.Graph()
    graph.add_nodes_from(data.names)
    for key, value in merged((key, value) for value, key in data.terms).items():
        spins = [data.names[i] for i in key]
        if len(set(key)) < len(key) or len(key) > 2:
            raise ProblemError(
                f"the polynomial has the product {' '.join(spins)}, and a spin glass has products "
                "of two spins",
                remedy="read it as the family polynomial",
            )
        if not key:
            graph.graph["offset"] = value
        elif len(key) == 1:
            graph.nodes[spins[0]]["field"] = -value
        else:
            graph.add_edge(*spins, weight=-value)
    return graph


def _set_couplings(graph: nx.Graph[Any], values: NDArray[Any]) -> None:
    """Write one coupling to each edge, in order."""
    for (u, v), value in zip(graph.edges, values.tolist(), strict=True):
        graph[u][v]["weight"] = value


def _lattice(lengths: tuple[int, ...]) -> nx.Graph[Any]:
    """Return a periodic lattice with nodes named by their coordinates."""
    import networkx as nx

    for length in lengths:
        checked_count("graph", length, at_least=2)
    if not lengths:
        raise ProblemError("the lattice has no lengths: give some, such as (4, 4)")
    grid: nx.Graph[Any] = nx.grid_graph(dim=list(reversed(lengths)), periodic=True)
    names = {
        node: ",".join(map(str, node)) if isinstance(node, tuple) else str(node) for node in grid
    }
    return nx.relabel_nodes(grid, names)
