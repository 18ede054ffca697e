"""Every mixer that a family on graphs names fits its instances and keeps to their space."""

from __future__ import annotations

from collections.abc import Callable

import networkx as nx
import pytest

import hybridq as hq
from hybridq.problems import IndependentSet
from hybridq.problems.base import BinaryProblem
from hybridq.problems.bisection import Bisection
from hybridq.problems.clique import Clique
from hybridq.problems.coloring import Coloring
from hybridq.problems.communities import Communities
from hybridq.problems.densest_subgraph import DensestSubgraph
from hybridq.problems.max_k_cut import MaxKCut
from hybridq.problems.vertex_cover import VertexCover

RING, PATH = nx.cycle_graph(5), nx.path_graph(4)
MAKERS: dict[str, Callable[[], BinaryProblem]] = {
    "max-3-cut": lambda: MaxKCut(PATH),
    "max-2-cut": lambda: MaxKCut(PATH, 2),
    "max-3-cut, domain wall": lambda: MaxKCut(PATH, encoding="domain-wall"),
    "max-3-cut, binary": lambda: MaxKCut(PATH, encoding="binary"),
    "max-4-cut, binary": lambda: MaxKCut(PATH, 4, encoding="binary"),
    "coloring": lambda: Coloring(RING),
    "coloring, restricted": lambda: Coloring(nx.complete_graph(4)),
    "coloring, two": lambda: Coloring(RING, 2),
    "bisection": lambda: Bisection(PATH),
    "bisection, odd": lambda: Bisection(RING),
    "bisection, three parts": lambda: Bisection(PATH, 3),
    "densest": lambda: DensestSubgraph(RING),
    "communities": lambda: Communities(RING),
    "communities, three": lambda: Communities(PATH, 3),
    "clique": lambda: Clique(RING),
    "cover": lambda: VertexCover(RING),
    "independent set": lambda: IndependentSet(RING),
}


@pytest.mark.parametrize("name", MAKERS)
def test_named_mixers_fit(name: str) -> None:
    problem = MAKERS[name]()
    space = problem.space
    for mixer in problem.mixers:
        ansatz = hq.QAOA(problem, p=1, mixer=mixer)
        assert ansatz.mixer.kind == mixer
        if mixer != "x":
            assert space is not None
            value = hq.Expectation(ansatz, problem, engine="subspace")([0.3, 0.4])
            signed = problem.sign * problem.values(space.bits())
            assert signed.min() - 1e-9 <= value <= signed.max() + 1e-9


@pytest.mark.parametrize("name", MAKERS)
def test_the_first_mixer_moves_between_feasible_states(name: str) -> None:
    """A mixer whose hops all leave the space would leave the mean of its start as it is."""
    problem = MAKERS[name]()
    value = hq.Expectation(hq.QAOA(problem, p=2), problem)
    # The first phase acts on a basis state for bit-flip mixers, and does nothing.
    assert value([0.0, 0.0, 0.4, 0.3]) != pytest.approx(value([0.0, 0.7, 0.4, 0.3]), abs=1e-6)
