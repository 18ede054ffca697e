"""Random graphs."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable
from decimal import Decimal, localcontext
from functools import cache
from math import comb
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from hybridq.core.errors import ParameterError, ProblemError
from hybridq.core.limits import MOST_OF_A_STATE
from hybridq.experiments.problems.base import ProblemSection
from hybridq.experiments.problems.graphs import GraphSection, Nodes

if TYPE_CHECKING:
    import networkx as nx

_DRAWS = 1000  # attempts to draw a graph with edges, or a connected one
_PRECISION = 100  # decimal digits: differences of probabilities as small as p**33 matter
_EXACT = 200  # nodes up to which the probability of connection is summed
_NEVER = 1e-15  # smaller probabilities are not printed


class RandomGraphSection(GraphSection):
    """A random graph."""

    connected: bool = True
    """Draw again until the graph is connected."""

    @property
    def is_drawn(self) -> bool:
        """True if instances differ."""
        return True

    def draw(self, rng: np.random.Generator) -> nx.Graph[Any]:
        """Return the first draw with edges that is connected, if `connected` is set."""
        import networkx as nx

        for _ in range(_DRAWS):
            graph = self.draw_once(int(rng.integers(2**32)))
            if graph.number_of_edges() and (not self.connected or nx.is_connected(graph)):
                return graph
        wanted = "connected" if self.connected else "with edges"
        remedy = ", or allow others with connected: false" if self.connected else ""
        raise ProblemError(
            f"none of {_DRAWS} draws of {self.title()} was {wanted}: choose a denser graph{remedy}"
        )

    @abstractmethod
    def draw_once(self, seed: int) -> nx.Graph[Any]:
        """Return one random graph, connected or not."""


class RandomRegular(RandomGraphSection):
    """A random graph with equal degrees."""

    summary: ClassVar[str] = "random graph, every node of one degree"

    kind: Literal["random-regular"] = "random-regular"

    nodes: Nodes
    """Number of nodes."""

    degree: Annotated[int, Field(ge=1)] = 3
    """Edges of every node."""

    @model_validator(mode="after")
    def _exists(self) -> Self:
        if self.degree >= self.nodes:
            raise ValueError(
                f"degree: {self.degree} needs more than nodes: {self.nodes}: "
                f"give a degree below {self.nodes}"
            )
        if self.nodes * self.degree % 2:
            raise ValueError(
                f"nodes: {self.nodes} times degree: {self.degree} is odd, and every edge has two "
                "ends: give an even number of nodes, or an even degree"
            )
        if self.connected and self.degree == 1 and self.nodes > 2:
            raise ValueError(
                f"degree: 1 on {self.nodes} nodes gives pairs, which are not connected: "
                "give a larger degree, or connected: false"
            )
        return self

    @property
    def order(self) -> int:
        """See `GraphSection.order`."""
        return self.nodes

    @property
    def mean_edges(self) -> float:
        """See `GraphSection.mean_edges`."""
        return self.nodes * self.degree / 2

    def title(self) -> str:
        """See `GraphSection.title`."""
        return f"random {self.degree}-regular graph of {self.nodes} nodes"

    def draw_once(self, seed: int) -> nx.Graph[Any]:
        """See `RandomGraphSection.draw_once`."""
        import networkx as nx

        return nx.random_regular_graph(self.degree, self.nodes, seed=seed)


class ErdosRenyi(RandomGraphSection):
    """A random graph in which every pair of nodes is joined with one probability."""

    summary: ClassVar[str] = "random graph, every edge with one probability"

    kind: Literal["erdos-renyi"] = "erdos-renyi"

    nodes: Nodes
    """Number of nodes."""

    probability: Annotated[float, Field(gt=0, le=1)] = 0.5
    """Probability of each edge."""

    @property
    def order(self) -> int:
        """See `GraphSection.order`."""
        return self.nodes

    @property
    def mean_edges(self) -> float:
        """See `GraphSection.mean_edges`."""
        return self.probability * self.nodes * (self.nodes - 1) / 2

    def title(self) -> str:
        """See `GraphSection.title`."""
        return f"Erdős-Rényi graph of {self.nodes} nodes, probability {self.probability:g}"

    def check(self, base: Path, most: int | None = MOST_OF_A_STATE) -> None:
        """See `ProblemSection.check`: raise if 1000 draws are unlikely to suffice."""
        super().check(base, most)
        chance = chance_connected if self.connected else chance_of_an_edge
        found = chance(self.nodes, self.probability)
        if found * _DRAWS >= 1:
            return
        often = f"one draw of {1 / found:.2g}" if found > _NEVER else "practically no draw"
        wanted = "is connected" if self.connected else "has an edge"
        remedy = ", or allow others with connected: false" if self.connected else ""
        raise ParameterError(
            f"probability: {self.probability:g}: a graph of {self.nodes} nodes {wanted} in "
            f"{often}, and {_DRAWS} are made: give at least "
            f"{_least_probability(chance, self.nodes):.2g}{remedy}"
        )

    def draw_once(self, seed: int) -> nx.Graph[Any]:
        """See `RandomGraphSection.draw_once`."""
        import networkx as nx

        return nx.gnp_random_graph(self.nodes, self.probability, seed=seed)


@cache
def chance_connected(nodes: int, probability: float) -> float:
    r"""Return the probability that an Erdős-Rényi graph is connected.

    .. math:: C_n = 1 - \sum_{k=1}^{n-1} \binom{n-1}{k-1} C_k (1 - p)^{k (n - k)}

    where k is the size of the component of the first node. Beyond 200 nodes it is exp(−E), with
    the mean number E of nodes without an edge, to which it tends.

    Args:
        nodes: n, at least 1.
        probability: p of an edge, from 0 to 1.

    Source: Gilbert 1959, Ann. Math. Statist. 30, 1141; Erdős, Rényi 1959, Publ. Math. Debrecen 6,
    290.
    """
    if nodes > _EXACT:
        return math.exp(-nodes * (1 - probability) ** (nodes - 1))
    with localcontext() as context:
        context.prec = _PRECISION
        absent = 1 - Decimal(probability)
        chances: list[Decimal] = []
        for n in range(1, nodes + 1):
            parts = (
                comb(n - 1, k - 1) * chance * absent ** (k * (n - k))
                for k, chance in enumerate(chances, start=1)
            )
            chances.append(1 - sum(parts, Decimal(0)))
        return max(0.0, float(chances[-1]))  # below the precision a difference may be negative


def chance_of_an_edge(nodes: int, probability: float) -> float:
    """Return the probability of at least one edge, 1 - (1 - p)**(n (n - 1) / 2)."""
    return float(-np.expm1(comb(nodes, 2) * np.log1p(-probability))) if probability < 1 else 1.0


def _least_probability(chance: Callable[[int, float], float], nodes: int) -> float:
    """Return the least edge probability for one success in `_DRAWS`, rounded up."""
    low, high = 0.0, 1.0
    while high - low > 1e-3 * high:
        middle = (low + high) / 2
        low, high = (low, middle) if chance(nodes, middle) >= 1 / _DRAWS else (middle, high)
    unit = 10.0 ** (math.floor(math.log10(high)) - 1)
    return math.ceil(high / unit) * unit


RANDOM_GRAPHS: tuple[type[ProblemSection], ...] = (RandomRegular, ErdosRenyi)
