from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.core.errors import DimensionError, FormatError, ParameterError, ProblemError
from hybridq.problems import PROBLEMS, MaxCut
from tests.problems.maxcut_exact import all_cuts


def all_bits(n: int) -> np.ndarray:
    return ((np.arange(2**n)[:, None] >> np.arange(n)) & 1).astype(np.uint8)


@st.composite
def weighted_graphs(draw: st.DrawFn, max_nodes: int = 7) -> nx.Graph:
    labels = draw(
        st.lists(
            st.integers(-5, 20) | st.text(max_size=3) | st.tuples(st.integers(0, 3), st.text("ab")),
            min_size=2,
            max_size=max_nodes,
            unique=True,
        )
    )
    pairs = [(u, v) for i, u in enumerate(labels) for v in labels[:i]]
    chosen = draw(st.lists(st.sampled_from(pairs), min_size=1, unique=True))
    graph = nx.Graph()
    graph.add_nodes_from(labels)
    for u, v in chosen:
        graph.add_edge(u, v, weight=draw(st.floats(-100, 100) | st.integers(-9, 9)))
    return graph


@settings(deadline=None, max_examples=60)
@given(weighted_graphs())
def test_hamiltonian_diagonal_is_minus_the_cut_of_every_bitstring(graph: nx.Graph) -> None:
    problem = MaxCut(graph)
    bits = all_bits(problem.n_qubits)
    expected = [
        sum(
            w
            for u, v, w in graph.edges(data="weight")
            if row[list(graph).index(u)] != row[list(graph).index(v)]
        )
        for row in bits
    ]
    np.testing.assert_allclose(problem.values(bits), expected, atol=1e-11)
    np.testing.assert_allclose(-problem.hamiltonian.diagonal(), expected, atol=1e-11)


def test_published_cuts_and_offsets() -> None:
    """Glover, Kochenberger, Du, arXiv:1811.11538: 5. Qiskit's tutorial 06: the offset −2.5."""
    glover = MaxCut([(1, 2), (1, 3), (2, 4), (3, 4), (3, 5), (4, 5)])
    rows = (np.arange(32)[:, np.newaxis] >> np.arange(5) & 1).astype(np.uint8)
    assert glover.values(rows).max() == 5 == -glover.cost().energies(rows).min()
    qiskit = MaxCut([(0, 1), (0, 2), (0, 3), (1, 2), (2, 3)])
    assert qiskit.cost().constant == -2.5


def test_values_agree_with_an_enumeration_that_shares_nothing() -> None:
    graph = nx.gnp_random_graph(11, 0.5, seed=3)
    for k, (_, _, data) in enumerate(graph.edges(data=True)):
        data["weight"] = (k * 7) % 11 - 4
    problem = MaxCut(graph)
    np.testing.assert_array_equal(problem.values(all_bits(11))[: 2**10], all_cuts(graph))


def test_value_equals_the_cut_size_of_networkx_and_ignores_the_name_of_the_sides() -> None:
    graph = nx.les_miserables_graph()
    problem = MaxCut(graph)
    bits = np.random.default_rng(1).integers(0, 2, problem.n_qubits).astype(np.uint8)
    side = [label for label, bit in zip(graph, bits, strict=True) if bit]
    assert problem.value(bits) == nx.cut_size(graph, side, weight="weight")
    assert problem.value(1 - bits) == problem.value(bits)


def test_one_assignment_has_the_same_float_alone_and_among_many() -> None:
    rng = np.random.default_rng(5)
    graph = nx.gnp_random_graph(40, 0.5, seed=5)
    for _, _, data in graph.edges(data=True):
        data["weight"] = rng.normal()
    problem = MaxCut(graph)
    bits = rng.integers(0, 2, (50, 40)).astype(np.uint8)
    assert problem.values(bits).tolist() == [problem.value(row) for row in bits]


def test_values_of_more_rows_than_one_chunk_are_the_values_of_the_rows() -> None:
    problem = MaxCut(nx.complete_graph(300))
    heads = np.arange(0, 300, 3)
    bits = (np.arange(300)[None, :] < heads[:, None]).astype(np.uint8)
    np.testing.assert_array_equal(problem.values(bits), heads * (300 - heads))


def test_answers_speak_in_labels_in_node_order() -> None:
    graph = nx.Graph()
    graph.add_nodes_from(["lonely", ("a", 1), 3])
    graph.add_edge(3, ("a", 1), weight=-2.5)
    problem = MaxCut(graph, name="odd")
    assert problem.nodes == ["lonely", ("a", 1), 3]
    assert problem.edges.tolist() == [[1, 2]]
    assert problem.decode([0, 1, 0]) == {"lonely": 0, ("a", 1): 1, 3: 0}
    assert problem.sides([0, 1, 0]) == (["lonely", 3], [("a", 1)])
    assert problem.cut_edges([0, 1, 0]) == [(("a", 1), 3)]
    assert problem.cut_edges([1, 0, 0]) == []
    assert problem.value([0, 1, 0]) == -2.5
    assert problem.name == "odd"


def test_describe_tells_the_shape_of_the_graph() -> None:
    ring = nx.cycle_graph(6)
    ring.edges[0, 1]["weight"] = -3
    assert MaxCut(ring).describe() == {
        "nodes": 6,
        "edges": 6,
        "total_weight": 2.0,
        "absolute_weight": 8.0,
        "weight_min": -3.0,
        "weight_max": 1.0,
        "degree_min": 2,
        "degree_max": 2,
        "regular_degree": 2,
        "connected": True,
        "bipartite": True,
    }
    star = nx.star_graph(3)
    star.add_node("isolated")
    facts = MaxCut(star).describe()
    assert (facts["degree_min"], facts["degree_max"], facts["regular_degree"]) == (0, 3, None)
    assert facts["connected"] is False


def test_a_later_change_of_the_graph_does_not_reach_the_problem() -> None:
    graph = nx.path_graph(3)
    problem = MaxCut(graph)
    graph.add_edge(0, 2)
    assert problem.graph.number_of_edges() == 2
    with pytest.raises(nx.NetworkXError):
        problem.graph.add_edge(0, 2)
    with pytest.raises(ValueError, match="read-only"):
        problem.weights[0] = 2


def test_weights_of_all_real_number_types_are_taken() -> None:
    graph = nx.Graph()
    graph.add_edge(0, 1, weight=Fraction(1, 4))
    graph.add_edge(1, 2, weight=np.float32(0.5))
    graph.add_edge(2, 3, weight=np.int64(-2))
    graph.add_edge(3, 4)
    assert MaxCut(graph).weights.tolist() == [0.25, 0.5, -2.0, 1.0]


def graph_with(weight: object) -> nx.Graph:
    graph = nx.Graph()
    graph.add_edge("a", "b", weight=weight)
    return graph


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (graph_with("heavy"), "'a'-'b' has weight 'heavy', which is not a real number"),
        (graph_with(None), "not a real number"),
        (graph_with(True), "not a real number"),
        (graph_with(1j), "not a real number"),
        (graph_with(Decimal(1)), "not a real number"),
        (graph_with(math.nan), "weight nan"),
        (graph_with(-math.inf), "weight -inf"),
        (graph_with(10**400), "too large for a float"),
        (nx.MultiGraph([(0, 1), (0, 1)]), "edge 0-1 is listed twice.*parallel=.sum."),
        (nx.MultiDiGraph([(0, 1), (0, 1)]), "edge 0-1 is listed twice.*parallel=.sum."),
        (nx.Graph([(0, 1), (7, 7)]), "node 7 has an edge to itself"),
        (nx.Graph(), "no nodes"),
        (nx.empty_graph(3), "no edges"),
        ("graph.json", "takes a networkx.Graph, .*, got str"),
        (np.eye(2), "the diagonal is 1.0"),
        (np.ones((2, 3)), "square"),
        (np.array([[0, 1], [2, 0]]), "not symmetric"),
        ([[0, 1], [1, 0]], "edges or a matrix"),
        ([(0, 1, 2.0), (1, 2)], "has no weight"),
    ],
)
def test_what_is_no_simple_weighted_graph_is_refused(graph: object, message: str) -> None:
    with pytest.raises(ProblemError, match=message) as caught:
        MaxCut(graph)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_weights_whose_sum_overflows_are_refused() -> None:
    graph = nx.Graph()
    graph.add_edge(0, 1, weight=1.5e308)
    graph.add_edge(1, 2, weight=1.5e308)
    with pytest.raises(ProblemError, match="scale them down"):
        MaxCut(graph)


def test_bits_of_the_wrong_shape_or_value_are_refused() -> None:
    problem = MaxCut(nx.path_graph(3))
    with pytest.raises(DimensionError, match=r"shape \(3,\), got \(2,\)"):
        problem.value([0, 1])
    with pytest.raises(DimensionError, match=r"\(k, 3\)"):
        problem.values([0, 1, 0])
    with pytest.raises(ParameterError, match="spins"):
        problem.value([1, -1, 1])


def test_the_family_is_found_by_name() -> None:
    assert PROBLEMS["MaxCut"] is MaxCut
    problem = MaxCut(nx.path_graph(2))
    assert (problem.kind, problem.sense, problem.value_name) == ("maxcut", "maximize", "cut")
    assert problem.sign == -1.0


def test_a_problem_from_a_file_is_named_after_it(tmp_path) -> None:
    path = tmp_path / "two.rings.edgelist"
    path.write_text("a b 2\nb c 1\n")
    problem = MaxCut.from_file(path)
    assert (problem.name, problem.total_weight) == ("two.rings", 3.0)
    with pytest.raises(FormatError):
        MaxCut.from_file(path, format="json")


def test_a_sparse_graph_of_5000_nodes_becomes_one_term_an_edge_and_a_constant() -> None:
    problem = MaxCut(nx.random_regular_graph(5, 5000, seed=1))
    hamiltonian = problem.hamiltonian
    assert len(hamiltonian) == 12_500 + 1
    bits = np.random.default_rng(2).integers(0, 2, (3, 5000)).astype(np.uint8)
    np.testing.assert_allclose(hamiltonian.diagonal_at(bits), -problem.values(bits), rtol=1e-12)
