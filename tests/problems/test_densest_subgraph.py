"""Densest subgraph and largest cover by k nodes: brute force, published values, bad input."""

from __future__ import annotations

from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.core.errors import ParameterError, UnknownNameError
from hybridq.problems.densest_subgraph import DensestSubgraph
from hybridq.testing import check_problem
from tests.problems.graph_families import all_bits, graphs, ground_states

#: Graph of the cost tests of JuliQAOA (survey, section 3.4).
JULIQAOA = [(1, 2), (1, 4), (2, 3), (2, 5), (3, 5), (4, 5)]


def _weight(graph: nx.Graph, nodes: set[str], counts: str) -> float:
    enough = 2 if counts == "inside" else 1
    return sum(
        w
        for u, v, w in graph.edges(data="weight", default=1)
        if (u in nodes) + (v in nodes) >= enough
    )


@settings(max_examples=40, deadline=None)
@given(
    graphs(most=7, weights=st.integers(-3, 6).map(float)),
    st.integers(1, 3),
    st.sampled_from(["inside", "touched"]),
)
def test_ground_states_are_the_best_choices(graph: nx.Graph, size: int, counts: str) -> None:
    weights = {nodes: _weight(graph, set(nodes), counts) for nodes in combinations(graph, size)}
    best = max(weights.values())
    problem = DensestSubgraph(graph, size, counts=counts)
    lowest, rows = ground_states(problem)
    assert -lowest == pytest.approx(best)
    chosen = {tuple(node for node, bit in problem.decode(row).items() if bit) for row in rows}
    assert chosen == {nodes for nodes, weight in weights.items() if weight == best}


def test_published_values_of_juliqaoa() -> None:
    """Densest {2, 3, 5} = 3; covers {1, 3, 5} = 6 and {2, 3} = 4."""
    inside = DensestSubgraph(JULIQAOA, 3)
    lowest, rows = ground_states(inside)
    assert (lowest, len(rows)) == (pytest.approx(-3.0), 1)
    assert inside.answer(rows[0])[0].entries == (2, 3, 5)
    touched = DensestSubgraph(JULIQAOA, 3, counts="touched")
    assert ground_states(touched)[0] == pytest.approx(-6.0)
    values = [
        touched.value([int(node in nodes) for node in touched.nodes])  # type: ignore[arg-type]
        for nodes in ({1, 3, 5}, {2, 3})
    ]
    assert values == [6.0, 4.0]


def test_five_nodes_of_petersen_have_5_edges() -> None:
    """Survey, section 6: the 12 circles of length 5."""
    problem = DensestSubgraph(nx.petersen_graph(), 5)
    lowest, rows = ground_states(problem)
    assert (lowest, len(rows)) == (pytest.approx(-5.0), 12)
    assert problem.space is not None
    assert problem.space.count() == 252  # C(10, 5)


def test_half_of_the_nodes_by_default_and_size_is_an_option() -> None:
    problem = DensestSubgraph(nx.cycle_graph(5))
    assert problem.size() == "5 nodes, 5 edges, choose 2"
    assert problem.violations(np.ones(5, dtype=np.uint8)) == ("2 nodes chosen (by 3)",)
    assert [option.name for option in DensestSubgraph.options()][:1] == ["size"]
    made = DensestSubgraph.from_data(nx.cycle_graph(5), name="ring", size=3)
    assert (made.chosen, made.name) == (3, "ring")
    with pytest.raises(UnknownNameError, match="did you mean 'size'"):
        DensestSubgraph.from_data(nx.cycle_graph(5), name="ring", sise=3)


@pytest.mark.parametrize("counts", ["inside", "touched"])
def test_instances_keep_the_contract(counts: str) -> None:
    check_problem(DensestSubgraph(JULIQAOA, 2, counts=counts))


def test_a_set_and_its_picture() -> None:
    problem = DensestSubgraph(JULIQAOA, 3)
    row = all_bits(5)[0b00111]
    shown = {each.title: each.entries for each in problem.answer(row)}
    assert shown == {"Chosen nodes": (1, 2, 4), "Edges inside": ("2 of 6",)}
    assert problem.picture_title(row) == "3 nodes with edges of weight 2 inside"


@pytest.mark.parametrize("size", [0, 6, 2.5, True])
def test_sizes_out_of_range_are_refused(size: object) -> None:
    with pytest.raises(ParameterError, match="size must be an integer from 1 to 5"):
        DensestSubgraph(nx.cycle_graph(5), size)  # type: ignore[arg-type]


def test_edges_count_inside_or_touched() -> None:
    with pytest.raises(ParameterError, match="counts must be 'inside' or 'touched'"):
        DensestSubgraph(nx.cycle_graph(5), 2, counts="all")
