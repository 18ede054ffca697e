"""What printing a result and a solution shows."""

from __future__ import annotations

import networkx as nx
import numpy as np

import hybridq as hq
from hybridq.optimizers import minimize


def test_a_result_prints_the_facts_and_not_the_arrays() -> None:
    # A ring of four at p = 1: expected cut 3 of 4 (Farhi, Goldstone, Gutmann 2014).
    result = hq.solve(hq.MaxCut(nx.cycle_graph(4), name="ring"), p=1, rng=7)
    first, second, third = str(result).splitlines()
    assert first == "ring: best cut 4, expected cut 3"
    assert second.startswith("classical: 4 (")
    assert second.endswith("optimal); ratios: best 1, expected 0.75")
    assert third.startswith("l-bfgs, ")
    assert third.endswith("converged, seed 7")
    assert repr(result) == "Result('ring': best=4, expectation=3, reference=4, seed=7)"


def test_a_solution_does_not_print_every_value() -> None:
    solution = minimize(lambda x: float(x @ x), np.ones(2), method="nelder-mead")
    text = repr(solution)
    assert solution.values.size > 20
    assert "values=" not in text
    assert "evaluations=" in text
