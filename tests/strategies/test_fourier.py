"""FOURIER[∞, R]: the ladder on amplitudes and the searches beside it."""

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.strategies.fourier import STRENGTH, _amplitudes, _perturbed, fourier_matrix
from tests.strategies.test_qaoa_strategies import searched, weighted_graph

P = 4


def signed_graph(seed):
    graph, rng = nx.gnp_random_graph(8, 0.6, seed=seed), np.random.default_rng(seed)
    for u, v in graph.edges:
        graph.edges[u, v]["weight"] = float(rng.normal())
    return graph


def test_amplitudes_are_those_of_the_series():
    """Zhou et al. 2020, arXiv:1812.01041, equation (8), term by term."""
    p, rng = 5, np.random.default_rng(0)
    u, v = rng.normal(size=(2, p))
    gamma = [
        sum(u[k - 1] * np.sin((k - 0.5) * (i - 0.5) * np.pi / p) for k in range(1, p + 1))
        for i in range(1, p + 1)
    ]
    beta = [
        sum(v[k - 1] * np.cos((k - 0.5) * (i - 0.5) * np.pi / p) for k in range(1, p + 1))
        for i in range(1, p + 1)
    ]
    x = np.array(gamma + beta)
    np.testing.assert_allclose(fourier_matrix(p) @ np.concatenate([u, v]), x, atol=1e-13)
    np.testing.assert_allclose(_amplitudes(x), np.concatenate([u, v]), atol=1e-12)


def test_perturbations_have_the_spread_of_the_paper():
    amplitudes = np.array([1.0, -0.5, 0.0])
    drawn = _perturbed(amplitudes, 20_000, np.random.default_rng(1))
    np.testing.assert_allclose(drawn.mean(axis=0), amplitudes, atol=0.02)
    np.testing.assert_allclose(drawn.std(axis=0), STRENGTH * abs(amplitudes), rtol=0.02)


@pytest.mark.parametrize("graph", [weighted_graph(), signed_graph(1), signed_graph(2)])
def test_no_depth_ends_worse_with_perturbations_than_without(graph):
    problem = hq.MaxCut(graph)
    settings = {"p": P, "initial": "ramp", "max_evaluations": 20_000}
    plain, _ = searched(problem, "fourier", restarts=0, **settings)
    rich, _ = searched(problem, "fourier", restarts=5, **settings)
    assert [step.label for step in rich.steps] == [f"p = {p}" for p in range(1, P + 1)]
    for with_them, without in zip(rich.steps, plain.steps, strict=True):
        assert with_them.value <= without.value + 1e-12
        assert with_them.evaluations > without.evaluations
    assert rich.solution.value <= plain.solution.value + 1e-12


def test_perturbations_leave_a_poor_minimum():
    problem = hq.MaxCut(signed_graph(3))
    settings = {"p": P, "initial": [0.5, -0.9], "max_evaluations": 20_000}
    plain, _ = searched(problem, "fourier", restarts=0, **settings)
    rich, _ = searched(problem, "fourier", restarts=10, **settings)
    assert rich.solution.value < plain.solution.value - 0.01


def test_none_are_made_by_default():
    problem = hq.MaxCut(weighted_graph())
    default, _ = searched(problem, "fourier")
    none, _ = searched(problem, "fourier", restarts=0)
    assert default.solution.evaluations == none.solution.evaluations


@pytest.mark.parametrize("most", [20, 60, 200])
def test_all_searches_share_the_budget(most):
    problem = hq.MaxCut(weighted_graph())
    found, records = searched(problem, "fourier", p=P, restarts=6, max_evaluations=most)
    assert found.solution.evaluations == len(records) <= most
    assert sum(step.evaluations for step in found.steps) <= most
    # Each depth gets its part: the last one is reached.
    assert found.steps[-1].label == f"p = {P}"


def test_the_ending_told_is_that_of_the_search_that_found_the_best():
    result = hq.solve(
        hq.MaxCut(weighted_graph()), p=3, strategy="fourier", restarts=10, max_evaluations=120
    )
    assert result.optimizer.status == "converged"
