"""Travelling salesman: lengths, tours, and matrices that allow none."""

from __future__ import annotations

import json
import math
from itertools import permutations
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.core.errors import ProblemError
from hybridq.problems.instance_data import DistanceData
from hybridq.testing.problems import check_problem

FOUR = [[0, 10, 15, 20], [10, 0, 35, 25], [15, 35, 0, 30], [20, 25, 30, 0]]
THREE = [[0, 48, 91], [48, 0, 63], [91, 63, 0]]
FOLDER = Path(__file__).parents[2] / "problems" / "tsp"


def _rows(n: int) -> np.ndarray:
    return (np.arange(1 << n)[:, np.newaxis] >> np.arange(n) & 1).astype(np.uint8)


def _length(distances: object, tour: tuple[int, ...]) -> float:
    ways = np.array(distances, dtype=float)
    return float(sum(ways[a, b] for a, b in zip(tour, tour[1:] + tour[:1], strict=True)))


def _shortest(distances: object) -> float:
    rest = permutations(range(1, len(np.array(distances))))
    return min(_length(distances, (0, *each)) for each in rest)


def _bits(tour: tuple[int, ...], fixed: bool = True) -> np.ndarray:
    n = len(tour)
    grid = np.zeros((n, n), dtype=np.uint8)
    grid[list(tour), range(n)] = 1
    return grid[int(fixed) :, int(fixed) :].ravel()


def test_qiskit_three_cities() -> None:
    """Qiskit's tutorial 06 with penalty 1213: offset 7581, energy −7379, length 202."""
    problem = hq.TravelingSalesman(THREE, fix_start=False, penalty=1213)
    ising = problem.cost()
    assert ising.constant == 7581.0
    assert ising.linear[:3].tolist() == [-1282.5] * 3
    energies = ising.energies(_rows(9))
    assert energies.min() - ising.constant == -7379.0
    assert energies.min() == 202.0


def test_four_cities() -> None:
    """The tour lengths of six orders; the optimum 80 is that of research on fixed angles."""
    problem = hq.TravelingSalesman(FOUR)
    assert problem.n_qubits == 9
    for order in permutations((1, 2, 3)):
        assert problem.value(_bits((0, *order))) == _length(FOUR, (0, *order))
    lengths = sorted(_length(FOUR, (0, *order)) for order in permutations((1, 2, 3)))
    assert lengths == [80, 80, 95, 95, 95, 95]
    assert min(problem.values(problem.space.bits())) == 80.0
    energies = problem.cost().energies(_rows(9))
    ground = _rows(9)[energies == energies.min()]
    assert {tuple(row) for row in ground.tolist()} == {
        tuple(_bits((0, *order)).tolist())
        for order in permutations((1, 2, 3))
        if _length(FOUR, (0, *order)) == 80
    }


@pytest.mark.parametrize("file", ["three_cities.json", "four_cities.json", "burma_7.json"])
def test_bundled_instances(file: str) -> None:
    optimum = {"three_cities.json": 202, "four_cities.json": 80, "burma_7.json": 2378}[file]
    data = json.loads((FOLDER / file).read_text())
    assert _shortest(data["distances"]) == optimum
    problem = hq.TravelingSalesman(data["distances"], data.get("cities"), data.get("coordinates"))
    assert problem.values(problem.space.bits()).min() == optimum


def _geo(one: tuple[float, float], other: tuple[float, float]) -> int:
    """Return the distance of TSPLIB's type GEO, from degrees and minutes."""

    def radians(x: float) -> float:
        return 3.141592 * (int(x) + 5 * (x - int(x)) / 3) / 180

    (a, b), (c, d) = map(radians, one), map(radians, other)
    q1, q2, q3 = math.cos(b - d), math.cos(a - c), math.cos(a + c)
    return int(6378.388 * math.acos(0.5 * ((1 + q1) * q2 - (1 - q1) * q3)) + 1)


def test_burma_7_is_the_beginning_of_burma14() -> None:
    text = (FOLDER / "burma14.tsp").read_text().split("NODE_COORD_SECTION")[1].split("EOF")[0]
    points = [tuple(map(float, line.split()[1:])) for line in text.strip().splitlines()]
    ways = [
        [_geo(a, b) if i != j else 0 for j, b in enumerate(points)] for i, a in enumerate(points)
    ]
    assert json.loads((FOLDER / "burma_7.json").read_text())["distances"] == [
        row[:7] for row in ways[:7]
    ]
    assert _held_karp(ways) == 3323  # TSPLIB


def _held_karp(ways: list[list[int]]) -> float:
    """Return the length of the shortest tour by dynamic programming over sets of cities."""
    n = len(ways) - 1
    d = np.array(ways, dtype=float)
    best = np.full((1 << n, n), np.inf)
    for city in range(n):
        best[1 << city, city] = d[0, city + 1]
    for chosen in range(1, 1 << n):
        reach = (best[chosen][:, np.newaxis] + d[1:, 1:]).min(axis=0)
        for city in range(n):
            if not chosen >> city & 1:
                after = chosen | 1 << city
                best[after, city] = min(best[after, city], reach[city])
    return float((best[-1] + d[1:, 0]).min())


@pytest.mark.parametrize("encoding", ["one-hot", "domain-wall", "binary"])
def test_every_encoding_has_all_tours(encoding: str) -> None:
    problem = hq.TravelingSalesman(FOUR, encoding=encoding)
    assert sorted(problem.values(problem.space.bits())) == [80, 80, 95, 95, 95, 95]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(0, 9), min_size=16, max_size=16),
    st.booleans(),
    st.sampled_from([None, "domain-wall"]),
)
def test_ground_states_are_the_shortest_tours(
    numbers: list[int], symmetric: bool, encoding: str | None
) -> None:
    ways = np.array(numbers, dtype=float).reshape(4, 4)
    if symmetric:
        ways = np.triu(ways) + np.triu(ways).T
    np.fill_diagonal(ways, 0)
    problem = hq.TravelingSalesman(ways, encoding=encoding)
    rows = _rows(problem.n_qubits)
    energies = problem.cost().energies(rows)
    ground = rows[energies < energies.min() + 1e-6]
    assert not problem.violation_counts(ground).any()
    assert energies.min() == pytest.approx(_shortest(ways))


def test_the_fixed_start_loses_nothing() -> None:
    rng = np.random.default_rng(3)
    ways = rng.integers(1, 30, (5, 5)).astype(float)  # not symmetric
    fixed, free = hq.TravelingSalesman(ways), hq.TravelingSalesman(ways, fix_start=False)
    assert (fixed.n_qubits, free.n_qubits) == (16, 25)
    lengths = fixed.values(fixed.space.bits())
    assert len(lengths) == math.factorial(4)
    assert lengths.min() == free.values(free.space.bits()).min() == _shortest(ways)
    for order in permutations(range(5)):
        assert free.value(_bits(order, fixed=False)) == _length(ways, order)
    assert "16 qubits instead of 25" in str(fixed.notes)
    assert not free.notes


def test_infeasible_bits_have_the_value_of_the_polynomial() -> None:
    """Two cities at position 2 and none at position 3: 0→1, 0→2, 3→0."""
    problem = hq.TravelingSalesman(FOUR)
    bits = np.zeros((3, 3), dtype=np.uint8)
    bits[0, 0] = bits[1, 0] = bits[2, 2] = 1
    assert problem.value(bits.ravel()) == 10 + 15 + 20
    assert sorted(problem.violations(bits.ravel())) == [
        "position 2 has one city (by 1)",
        "position 3 has one city (by 1)",
    ]
    tour, _ = problem.answer(bits.ravel())
    assert tour.entries == ("0", "1 and 2", "no city", "3")


def test_answers_begin_with_the_first_city() -> None:
    problem = hq.TravelingSalesman(FOUR, ["A", "B", "C", "D"], fix_start=False)
    tour, length = problem.answer(_bits((2, 0, 1, 3), fixed=False))
    assert tour.entries == ("A", "B", "D", "C")
    assert length.entries == ("80",)
    assert problem.decode(_bits((2, 0, 1, 3), fixed=False))["C at 1"] == 1


@pytest.mark.parametrize("fix_start", [True, False])
def test_missing_ways_are_not_taken(fix_start: bool) -> None:
    graph = nx.cycle_graph(["a", "b", "c", "d"])
    nx.set_edge_attributes(graph, 2, "weight")
    graph.add_edge("a", "c", weight=1)
    problem = hq.TravelingSalesman(graph, fix_start=fix_start)
    assert problem.missing == [(1, 3), (3, 1)]
    assert problem.mixers[0] == "grover"
    assert problem.space.dim == (2 if fix_start else 8)
    assert problem.values(problem.space.bits()).tolist() == [8.0] * problem.space.dim
    wrong = problem.violations(_bits((0, 1, 3, 2), fixed=fix_start))
    assert wrong == ("no way leads from b to d (at position 3) (by 1)",)
    if fix_start:
        check_problem(problem)


def test_one_way_streets() -> None:
    graph = nx.DiGraph()
    graph.add_weighted_edges_from([(0, 1, 1), (1, 2, 1), (2, 0, 1), (0, 2, 5), (2, 1, 5)])
    problem = hq.TravelingSalesman(graph)
    assert not problem.is_symmetric
    assert problem.values(problem.space.bits()).tolist() == [3.0]


INF = np.inf


@pytest.mark.parametrize(
    ("distances", "message"),
    [
        ([[0, 1], [1, 0]], "at least three cities, got 2"),
        ([[0, 1, 2], [1, 0, 3]], "square matrix"),
        ("far", "square matrix"),
        ([[0, 1, np.nan], [1, 0, 1], [1, 1, 0]], "from 0 to 2 is nan"),
        ([[0, 1, 2], [-1, 0, 1], [1, 1, 0]], "from 1 to 0 is -1"),
        (
            [[0, 1, INF], [1, 0, INF], [INF, INF, 0]],
            r"no closed tour .* \(proven\).*no way leads from 2",
        ),
        ([[0, INF, 1], [1, 0, 1], [1, INF, 0]], "no way leads to 1"),
        ([[0, 1, INF], [1, 0, 1], [INF, 1, 0]], "only one other city has a way to or from 0, 2"),
    ],
)
def test_what_allows_no_tour_is_refused(distances: object, message: str) -> None:
    with pytest.raises(ProblemError, match=message):
        hq.TravelingSalesman(distances)


def test_separated_cities_are_named() -> None:
    with pytest.raises(ProblemError, match="no round trip joins a, b, c with the other"):
        hq.TravelingSalesman(
            nx.relabel_nodes(
                nx.disjoint_union(nx.complete_graph(3), nx.complete_graph(3)),
                dict(enumerate("abcdef")),
            )
        )
    bow_tie = nx.Graph([("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("d", "e"), ("e", "c")])
    with pytest.raises(ProblemError, match="passes through c"):
        hq.TravelingSalesman(bow_tie)


def test_a_graph_without_a_closed_tour_is_refused() -> None:
    """The Petersen graph is 2-connected and has no Hamiltonian cycle (Petersen 1898)."""
    with pytest.raises(ProblemError, match=r"proven.*all orders of the cities were tried"):
        hq.TravelingSalesman(nx.petersen_graph())
    assert hq.TravelingSalesman(nx.dodecahedral_graph()).n_qubits == 19 * 19


def test_labels_and_coordinates_are_checked() -> None:
    with pytest.raises(ProblemError, match="two cities are called 'A'"):
        hq.TravelingSalesman(FOUR, ["A", "B", "A", "C"])
    with pytest.raises(ProblemError, match="4 rows of distances need as many cities, got 2"):
        hq.TravelingSalesman(FOUR, ["A", "B"])
    with pytest.raises(ProblemError, match=r"shape \(4, 2\)"):
        hq.TravelingSalesman(FOUR, coordinates=[[0, 0]])


def test_data_of_formats() -> None:
    data = DistanceData(np.array(FOUR, dtype=float), ("A", "B", "C", "D"))
    assert hq.TravelingSalesman.from_data(data, name="x").labels()[0] == "B at 2"
    graph = nx.complete_graph(4)
    assert hq.TravelingSalesman.from_data(graph, name="x", fix_start=False).n_qubits == 16
    option = {each.name for each in hq.TravelingSalesman.options()}
    assert option == {"fix_start", "penalty", "encoding", "inequalities"}


def test_benchmark_size_is_built() -> None:
    ways = np.random.default_rng(1).integers(1, 100, (30, 30))
    problem = hq.TravelingSalesman(ways)
    assert problem.n_qubits == 29 * 29
    assert problem.space.count(10**9) == 10**9 + 1


@pytest.mark.parametrize(
    ("angles", "expected"),
    [((0.05, 0.4), 85.384381305098), ((0.05, 0.08, 0.5, 0.3), 80.916530199653)],
)
def test_energies_at_fixed_angles(angles: tuple[float, ...], expected: float) -> None:
    """Transpositions on the six tours of the four cities, from an independent calculation."""
    problem = hq.TravelingSalesman(FOUR)
    circuit = hq.QAOA(problem, p=len(angles) // 2, mixer="transposition")
    found = hq.Expectation(circuit, problem, engine="subspace")(np.array(angles))
    assert found == pytest.approx(expected, abs=1e-10)
