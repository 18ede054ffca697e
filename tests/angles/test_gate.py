"""Gate and canary: error rates by simulation with fixed seeds; leaks up to isomorphism."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.angles.canary import CLIP, STAKES, Wealth
from hybridq.angles.gate import judge
from hybridq.ansatz.training_set import TrainingSet, instance_digest, shape_digest
from hybridq.core.errors import ParameterError

SPREAD = 0.02


def promoted(mean):
    """The share of 200 evaluations with 30 instances that pass."""
    rng = np.random.default_rng(7)
    draws = rng.normal(mean, SPREAD, (200, 30))
    return np.mean([judge(row).passed for row in draws])


def test_a_worse_version_hardly_ever_passes_and_a_better_one_mostly_does():
    assert promoted(-0.01) <= 0.05
    assert promoted(+0.01) >= 0.80


def test_the_gate_says_why_a_version_does_not_pass():
    few = judge([0.01] * 19)
    assert few.reasons == ("19 instances, at least 20 are needed",)
    assert judge([0.0] * 20).passed
    loss = judge([0.02] * 29 + [-0.06])
    assert loss.reasons == ("one instance loses 0.060, at most 0.05 is accepted",)
    worse = judge(np.linspace(-0.03, -0.001, 30))
    assert len(worse.reasons) == 2
    assert worse.p_worse == pytest.approx(2.0**-30)  # all 30 signs, exactly
    assert judge([-0.0005] * 30, margin=0.001).low == -0.0005
    assert judge([-1e-9] * 30).passed  # the tolerance of a search is not a loss
    for wrong in ([0.1], [0.1, float("nan")], [[0.1, 0.2]]):
        with pytest.raises(ParameterError, match="differences"):
            judge(wrong)


def rolled_back(mean, jobs, canaries=400):
    """The share of canaries whose test stops within that number of jobs."""
    rng = np.random.default_rng(7)
    draws = rng.normal(mean, SPREAD, (canaries, jobs)).clip(-CLIP, CLIP) / CLIP
    wealth = np.mean(
        [np.exp(np.cumsum(np.log1p(-stake * draws), axis=1)) for stake in STAKES], axis=0
    )
    return np.mean((wealth >= 20.0).any(axis=1))


def test_an_equal_canary_stays_and_a_worse_one_is_found_within_60_jobs():
    assert rolled_back(0.0, 1000) <= 0.05
    assert rolled_back(-0.02, 60) >= 0.95


def test_the_state_of_a_test_is_the_product_over_its_differences():
    state, product = Wealth(), np.ones(len(STAKES))
    for difference in (0.01, -0.04, -3.0, 0.02):
        state = Wealth.from_plain(state.after(difference).describe())
        product *= 1.0 - np.array(STAKES) * np.clip(difference / CLIP, -1.0, 1.0)
    assert state.value == pytest.approx(product.mean())
    assert (state.looks, state.total) == (4, pytest.approx(-3.01))


def test_relabelled_graphs_share_a_shape_and_cubic_graphs_do_not():
    graph = nx.random_regular_graph(3, 12, seed=1)
    for place, (_, _, data) in enumerate(graph.edges(data=True)):
        data["weight"] = 1.0 + 0.1 * place
    order = np.random.default_rng(2).permutation(12).tolist()
    moved = nx.Graph()
    moved.add_nodes_from(range(12))  # the order of nodes is that of qubits
    moved.add_edges_from((order[a], order[b], data) for a, b, data in graph.edges(data=True))
    first, second = hq.MaxCut(graph).ising, hq.MaxCut(moved).ising
    assert instance_digest(first) != instance_digest(second)
    assert shape_digest(first) == shape_digest(second)
    # All 5 connected cubic graphs of 8 nodes (OEIS A002851) have their own.
    shapes: dict[str, nx.Graph] = {}
    for seed in range(60):
        each = nx.random_regular_graph(3, 8, seed=seed)
        if nx.is_connected(each):
            known = shapes.setdefault(shape_digest(hq.MaxCut(each).ising), each)
            assert nx.is_isomorphic(known, each)
    assert len(shapes) == 5


def test_a_training_set_refuses_other_kinds_and_warns_out_of_range():
    cubic = hq.MaxCut(nx.petersen_graph()).ising
    training = TrainingSet.of([("maxcut", cubic)])
    assert TrainingSet.from_plain(training.describe()) == training
    assert training.check("maxcut", cubic) == []
    assert len(training.check("maxcut", hq.MaxCut(nx.complete_graph(6)).ising)) == 2
    with pytest.raises(ParameterError, match="learned on maxcut, and this is spin-glass"):
        training.check("spin-glass", cubic)
    signed = nx.petersen_graph()
    nx.set_edge_attributes(signed, -1.0, "weight")
    with pytest.raises(ParameterError, match="instance are negative"):
        training.check("maxcut", hq.MaxCut(signed).ising)
