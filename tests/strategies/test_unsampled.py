"""Strategies that answer from expectation values: bits, values, controls and refusals."""

from __future__ import annotations

import itertools
from typing import Any

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.classical import exact_minimum
from hybridq.core.clock import Deadline
from hybridq.core.errors import ParameterError
from hybridq.core.mapper import Mapper
from hybridq.operators.ising import Ising
from hybridq.strategies import divide
from hybridq.strategies.divide import Divide, merged_pieces
from hybridq.strategies.recursive import Recursive
from hybridq.strategies.rounding import Round

NAMES = ("recursive", "precondition", "round", "divide", "anneal")


def ring_of_cliques() -> hq.MaxCut:
    return hq.MaxCut(nx.ring_of_cliques(4, 4))


def spin_glass(n: int, seed: int, *, fields: bool) -> Ising:
    rng = np.random.default_rng(seed)
    pairs = np.array([(i, j) for i in range(n) for j in range(i) if rng.random() < 0.4])
    linear = rng.normal(size=n) if fields else np.zeros(n)
    return Ising(n, 0.5, linear, pairs, rng.choice([-1.0, 1.0], len(pairs)))


@pytest.mark.parametrize("name", NAMES)
def test_the_value_is_that_of_the_bits_on_the_problem_itself(name: str) -> None:
    problem = ring_of_cliques()
    result = hq.solve(problem, strategy=name, p=1, kernels="numpy", rng=3)
    best = result.best
    assert best is not None
    assert best.value == problem.value(problem.checked_row(best.bits))
    assert best.method
    assert result.samples is None
    assert result.trace.sample_values is None
    assert result.ansatz["strategy"] == name
    assert result.reference is not None
    assert best.value <= result.reference.value
    for control in result.controls:
        assert control.value <= result.reference.value
    again = hq.Result.from_json(result.to_json())
    assert again.controls == result.controls
    assert again.best == best


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("fields", [False, True])
def test_small_spin_glasses_are_solved_well(name: str, fields: bool) -> None:
    ising = spin_glass(14, 2, fields=fields)
    problem = hq.Polynomial.from_ising(ising)
    result = hq.solve(problem, strategy=name, p=1, kernels="numpy", rng=1)
    lowest = exact_minimum(ising).energy
    assert result.best is not None
    assert lowest - 1e-9 <= result.best.value <= 0.6 * lowest


def test_expectations_are_exact_and_the_same_as_those_of_the_plain_search() -> None:
    problem = ring_of_cliques()
    plain = hq.solve(problem, p=1, kernels="numpy", rng=3)
    other = hq.solve(problem, p=1, strategy="precondition", kernels="numpy", rng=3)
    assert other.expectation == pytest.approx(plain.expectation, abs=1e-6)


def test_recursive_takes_one_layer_and_refuses_what_it_cannot_read() -> None:
    with pytest.raises(ParameterError, match="p must be 1, got 2"):
        hq.solve(ring_of_cliques(), strategy="recursive", p=2, kernels="numpy")
    cubic = hq.PauliSum.from_labels({"ZZZ": 1.0})
    for name in NAMES:
        with pytest.raises(ParameterError, match="terms of 3"):
            hq.solve(cubic, ansatz="qaoa", strategy=name, p=1, kernels="numpy")


@pytest.mark.parametrize("scales", [(), (0.0,), (-1.0,), ("a",), (float("nan"),)])
def test_bad_scales_of_recursive_are_refused(scales: tuple[object, ...]) -> None:
    with pytest.raises(ParameterError, match="gamma_scales must be numbers > 0"):
        Recursive(gamma_scales=scales)  # type: ignore[arg-type]


def test_options_are_checked_before_any_work() -> None:
    with pytest.raises(ParameterError, match="piece"):
        Divide(piece=25)
    with pytest.raises(ParameterError, match="vectors"):
        Round(vectors=0)


def test_pieces_are_connected_small_and_cover_all_spins() -> None:
    graph = nx.random_regular_graph(3, 200, seed=4)
    ising = hq.MaxCut(graph).cost()
    pieces = merged_pieces(ising, 12)
    assert pieces.shape == (200,)
    assert set(pieces) == set(range(pieces.max() + 1))
    assert np.bincount(pieces).max() <= 12
    assert np.bincount(pieces).mean() > 5
    nodes = np.array(list(graph.nodes))
    for number in range(pieces.max() + 1):
        assert nx.is_connected(graph.subgraph(nodes[pieces == number].tolist()))


def test_division_with_exact_pieces_keeps_every_coupling() -> None:
    # Two triangles joined by one edge: pieces of three nodes, then their flips.
    graph = nx.disjoint_union(nx.complete_graph(3), nx.complete_graph(3))
    graph.add_edge(0, 3)
    ising = hq.MaxCut(graph).cost()
    bits, count = divide._Pieces(3, Deadline()).divided(
        ising, lambda part: exact_minimum(part).bits
    )
    assert float(ising.energies(bits)) == -5.0  # two edges of each triangle, and the bridge
    assert count == 3


@pytest.mark.parametrize("name", ["anneal", "precondition", "recursive", "round", "divide"])
def test_an_answer_that_a_time_limit_cut_short_says_so(name: str) -> None:
    problem = hq.MaxCut(nx.random_regular_graph(3, 2_000, seed=3))
    result = hq.solve(problem, strategy=name, p=1, time_limit=1e-3, rng=7)
    assert result.best is not None
    method = f"single flips, as the time limit leaves none for {name}, ended early"
    assert result.best.method == method
    assert result.best.classical
    assert problem.value(problem.checked_row(result.best.bits)) == result.best.value > 1_500
    assert result.controls == ()
    assert result.reference is not None
    assert result.reference.method.endswith(", ended early")
    # No relaxation fits in the time: the bound is the number of edges.
    assert (result.reference.bound, result.reference.bound_failure) == (3_000, 0.0)


def test_a_cut_of_which_the_optimum_is_known_is_not_annealed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from hybridq.strategies import anneal

    def annealed(*_: Any, **__: Any) -> None:
        raise AssertionError("annealing began")

    monkeypatch.setattr(anneal, "annealed", annealed)
    result = hq.solve(hq.MaxCut(nx.grid_2d_graph(30, 40)), rng=1)
    assert result.best is not None
    assert result.reference is not None
    assert result.best.value == result.reference.value == 30 * 39 + 29 * 40
    assert result.reference.exact
    assert result.best.classical


def test_a_graph_beyond_simulation_has_an_answer_a_bound_and_a_reason() -> None:
    graph = nx.random_regular_graph(3, 120, seed=1)
    problem = hq.MaxCut(graph)
    result = hq.solve(problem, rng=7)
    assert result.engine.name == "p1"
    assert result.ansatz["p"] == 1
    assert result.ansatz["strategy"] == "anneal"
    assert "annealing" in result.ansatz["strategy_reason"]
    assert result.best is not None
    assert result.reference is not None
    assert result.reference.bound is not None
    assert result.best.value <= result.reference.bound
    assert result.best.value >= 0.98 * result.reference.value
    # Triangle-free cubic graphs reach 0.6925 of the edges at p = 1: Farhi, Goldstone, Gutmann.
    assert 0.66 * 180 <= result.expectation <= 0.6925 * 180
    text = str(result)
    assert "best cut" in text
    screen = hq.solve(problem, rng=7)
    assert screen.best == result.best or screen.best.bits == result.best.bits  # type: ignore[union-attr]


def test_ctrl_c_keeps_the_contractions_so_far() -> None:
    from hybridq.classical import contraction as module

    problem = hq.MaxCut(nx.random_regular_graph(3, 80, seed=1))
    first = module._Graph.remove
    calls = []

    def interrupted(graph: module._Graph, count: int) -> int:
        calls.append(count)  # of all contractions, which run in threads
        if len(calls) >= 5:
            raise KeyboardInterrupt
        return first(graph, count)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module._Graph, "remove", interrupted)
        result = hq.solve(problem, strategy="recursive", p=1, engine="p1", rng=1)
    assert result.best is not None
    assert "of 80 spins contracted" in result.best.method
    assert result.controls == ()
    assert result.best.value > 80


def test_a_limit_below_one_expectation_value_is_refused() -> None:
    grid = nx.grid_2d_graph(20, 20, periodic=True)
    rng = np.random.default_rng(0)
    nx.set_edge_attributes(grid, {edge: int(rng.choice([-1, 1])) for edge in grid.edges}, "weight")
    with pytest.raises(ParameterError, match="one expectation value of 3 layers takes about"):
        hq.solve(hq.MaxCut(grid), p=3, time_limit=1e-3, rng=1)


@pytest.mark.parametrize("name", ["anneal", "precondition", "recursive", "divide"])
def test_an_interrupted_strategy_answers_with_the_best_so_far(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if Ctrl-C were pressed after some results of threads, or some pieces.
    problem = hq.MaxCut(nx.random_regular_graph(20, 60, seed=3))
    owner, method = (divide.Divide, "_sampled") if name == "divide" else (Mapper, "_ended")
    count, original = itertools.count(), getattr(owner, method)
    last = 0 if name == "recursive" else 2  # its contractions are over in milliseconds

    def interrupted(*args: Any) -> Any:
        if next(count) == last:
            raise KeyboardInterrupt
        return original(*args)

    monkeypatch.setattr(owner, method, interrupted)
    said: list[str] = []
    found = hq.solve(problem, strategy=name, rng=1, stage=said.append)
    assert found.best is not None
    assert found.best.method is not None
    assert "ended early" in found.best.method
    assert problem.value(problem.checked_row(found.best.bits)) == found.best.value > 60
    assert {"annealing", "annealing on correlations", "contracting", "pieces"} & set(said)


def _wide(seed: int) -> nx.Graph:
    """Return a cubic graph whose weights have both signs and twelve orders of magnitude."""
    graph, rng = nx.random_regular_graph(3, 60, seed=seed), np.random.default_rng(seed)
    for edge in graph.edges:
        graph.edges[edge]["weight"] = float(rng.choice([-1, 1]) * 10.0 ** rng.uniform(-6, 6))
    return graph


def _with_isolated() -> nx.Graph:
    graph = nx.random_regular_graph(4, 50, seed=2)
    graph.add_nodes_from(range(50, 60))
    return graph


ODD = {
    "hubs": lambda: nx.barabasi_albert_graph(80, 2, seed=1),
    "pieces": lambda: nx.disjoint_union_all(
        [
            *(nx.random_regular_graph(4, 40, seed=seed) for seed in (1, 2)),
            nx.cycle_graph(7),
            nx.path_graph(5),
        ]
    ),
    "isolated nodes": _with_isolated,
    # In a complete graph of four nodes, contracting an edge makes couplings that cancel.
    "couplings that cancel": lambda: nx.compose_all(
        nx.complete_graph(range(3 * k, 3 * k + 4)) for k in range(14)
    ),
    "wide weights of both signs": lambda: _wide(3),
}


@pytest.mark.parametrize("graph", ODD)
@pytest.mark.parametrize("name", ["recursive", "round", "divide"])
def test_odd_graphs_have_cuts_below_their_bounds(name: str, graph: str) -> None:
    problem = hq.MaxCut(ODD[graph]())
    result = hq.solve(problem, strategy=name, p=1, engine="p1", rng=3)
    assert result.best is not None
    assert result.reference is not None
    assert result.reference.bound is not None
    found = problem.value(problem.checked_row(result.best.bits))
    assert result.best.value == pytest.approx(found, rel=1e-12)
    assert result.best.value <= result.reference.bound * (1.0 + 1e-9)
    assert result.best.value >= 0.8 * result.reference.value
    assert result.expectation <= result.reference.bound


@pytest.mark.parametrize("weight", [1e160, 1e-160])
def test_weights_whose_squares_no_float_holds_are_refused(weight: float) -> None:
    graph = nx.cycle_graph(5)
    nx.set_edge_attributes(graph, weight, "weight")
    with pytest.raises(ParameterError, match=r"largest coefficient of the cost is 5e.*: scale"):
        hq.QAOA(hq.MaxCut(graph))
