"""Spin glasses: signs, generators, ground states known in closed form."""

from __future__ import annotations

from itertools import product

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.core.errors import HybridqError, ProblemError
from hybridq.problems.instance_data import PolynomialData
from hybridq.testing import check_problem


def _least(problem: hq.SpinGlass) -> tuple[float, int]:
    """Least energy and its number of states, from H = −Σ J s s − Σ h s written out."""
    energies = []
    for spins in product((1, -1), repeat=problem.n_nodes):
        of = dict(zip(problem.graph.nodes, spins, strict=True))
        energy = -sum(d.get("weight", 1) * of[u] * of[v] for u, v, d in problem.graph.edges.data())
        energy -= sum(d.get("field", 0) * of[u] for u, d in problem.graph.nodes.data())
        bits = [(1 - s) // 2 for s in spins]
        assert problem.value(bits) == pytest.approx(energy)
        energies.append(energy)
    return min(energies), int(np.isclose(energies, min(energies)).sum())


@pytest.mark.parametrize("n", [3, 4, 5, 8])
def test_a_ring_is_frustrated_by_an_odd_number_of_negative_couplings(n: int) -> None:
    ring = nx.cycle_graph(n)
    nx.set_edge_attributes(ring, 1, "weight")
    assert _least(hq.SpinGlass(ring)) == (-n, 2)
    ring[0][1]["weight"] = -1
    assert _least(hq.SpinGlass(ring)) == (-(n - 2), 2 * n)


def test_a_positive_coupling_favours_equal_spins() -> None:
    problem = hq.SpinGlass([("a", "b", 2.0)])
    assert problem.value("00") == -2.0 == problem.value("11")
    assert problem.value("01") == 2.0
    assert problem.answer("01")[3].entries == ("1 of 1",)


def test_fields_alone_are_a_spin_glass() -> None:
    data = PolynomialData(("a", "b", "c"), ((1.0, (0,)), (-2.0, (1,)), (0.5, (2,))), spins=True)
    problem = hq.SpinGlass.from_data(data, name="fields")
    assert _least(problem) == (-3.5, 1)
    assert problem.value("101") == -3.5
    with pytest.raises(ProblemError, match="neither couplings nor fields"):
        hq.SpinGlass(nx.empty_graph(3))


def test_a_tree_satisfies_every_bond() -> None:
    tree = hq.SpinGlass.plus_minus_j(nx.balanced_tree(2, 2), rng=3)
    assert set(tree.weights) == {1.0, -1.0}
    assert _least(tree) == (-6.0, 2)


def test_generators_follow_their_law() -> None:
    glass = hq.SpinGlass.sk(200, rng=1)
    assert len(glass.edges) == 200 * 199 // 2
    assert glass.weights.std() == pytest.approx(200**-0.5, rel=0.02)
    assert abs(glass.weights.mean()) < 3 * 200**-0.5 / len(glass.edges) ** 0.5
    lattice = hq.SpinGlass.plus_minus_j((3, 4), rng=1)
    assert (lattice.n_nodes, len(lattice.edges)) == (12, 24)
    assert list(lattice.nodes)[:2] == ["0,0", "0,1"]
    assert len(hq.SpinGlass.plus_minus_j((5,), rng=1).edges) == 5
    again = hq.SpinGlass.plus_minus_j((3, 4), rng=1)
    assert (again.weights == lattice.weights).all()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(-3, 3), min_size=10, max_size=10), st.integers(-2, 2))
def test_a_polynomial_of_spins_is_the_energy(numbers, offset) -> None:
    """The signs of a file of an Ising model are those of the energy."""
    pairs = [(i, j) for i in range(4) for j in range(i)]
    terms = [
        (float(offset), ()),
        *((float(h), (i,)) for i, h in enumerate(numbers[:4])),
        *((float(c), pair) for c, pair in zip([1, *numbers[5:]], pairs, strict=True)),
    ]
    data = PolynomialData(tuple("abcd"), tuple(terms), spins=True)
    glass = hq.SpinGlass.from_data(data, name="ising")
    polynomial = hq.Polynomial(data)
    for bits in product((0, 1), repeat=4):
        assert glass.value(bits) == pytest.approx(polynomial.value(bits))
        assert glass.cost().energies(bits) == pytest.approx(glass.value(bits))


def test_fields_and_couplings_may_be_named() -> None:
    graph = nx.Graph([("a", "b", {"coupling": -1.5})])
    graph.nodes["a"]["field"] = 0.5
    problem = hq.SpinGlass(graph, weight="coupling")
    assert problem.value("00") == 1.5 - 0.5
    check_problem(problem)
    assert not any("flipping all spins" in str(note) for note in problem.notes)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (PolynomialData(("a", "b"), ((1.0, (0, 1)),)), "is of bits"),
        (PolynomialData(("a", "b", "c"), ((1.0, (0, 1, 2)),), spins=True), "the product a b c"),
        (PolynomialData(("a", "b"), ((1.0, (0, 1)),), True, "maximize"), "is maximized"),
        (PolynomialData(("a", "b"), ((1.0, ()),), spins=True), "neither couplings nor"),
    ],
)
def test_other_polynomials_are_refused(data, message) -> None:
    with pytest.raises(ProblemError, match=message):
        hq.SpinGlass.from_data(data, name="x")


def test_bad_sizes_and_fields_are_refused() -> None:
    graph = nx.Graph([(0, 1)])
    graph.nodes[0]["field"] = float("nan")
    with pytest.raises(HybridqError, match="field of node 0"):
        hq.SpinGlass(graph)
    for make in (lambda: hq.SpinGlass.sk(1), lambda: hq.SpinGlass.plus_minus_j((1, 3))):
        with pytest.raises(HybridqError, match="integer >= 2"):
            make()
