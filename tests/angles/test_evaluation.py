"""Paired evaluations: energies of an independent calculation, leaks refused before any search."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.angles.evaluations import GateError
from hybridq.ansatz.learned_angles import ModelVersion
from hybridq.core.errors import ParameterError
from hybridq.solver.angle_evaluation import evaluate_angles
from tests.angles.angle_samples import cubic, learned

HELD_OUT = [cubic(seed, nodes=10) for seed in range(30, 52)]


@pytest.fixture(scope="module")
def good():
    """Learned angles, as version 1."""
    angles = hq.learn_angles([cubic(seed) for seed in range(3)], 1, name="cubic")
    return replace(angles, model=ModelVersion("cubic", 1, "0" * 64))


@pytest.fixture(scope="module")
def worse(good):
    """Angles that are a fifth too small, as version 2."""
    return replace(good, schedule=0.8 * good.schedule, model=ModelVersion("cubic", 2, "1" * 64))


def one_layer_cut(graph, gamma, beta):
    """The expected cut of one layer for H = -cut and M = -ΣX on an unweighted graph.

    Wang, Hadfield, Jiang, Rieffel, Phys. Rev. A 97, 022304 (2018), eq. (14), where γ and β have
    the factor 1/2 in the phase and none in the mixer.
    """
    total = 0.0
    for u, v in graph.edges:
        d, e = graph.degree(u) - 1, graph.degree(v) - 1
        f = len(list(nx.common_neighbors(graph, u, v)))
        c = np.cos(gamma)
        first = 0.25 * np.sin(4 * beta) * np.sin(gamma) * (c**d + c**e)
        second = 0.25 * np.sin(2 * beta) ** 2 * c ** (d + e - 2 * f) * (1 - np.cos(2 * gamma) ** f)
        total += 0.5 + first - second
    return total


def test_the_energies_are_those_of_the_closed_form_and_the_verdict_follows(good, worse):
    found = evaluate_angles(good, worse, HELD_OUT, budget=5)
    assert (found["version"], found["baseline"], found["passed"]) == (1, 2, True)
    for problem, row in zip(HELD_OUT, found["instances"], strict=True):
        for side, each in (("candidate", good), ("baseline", worse)):
            gamma, beta = each.angles(problem.ising)
            cut = one_layer_cut(problem.graph, gamma, beta)
            assert row[side]["start"] == pytest.approx(-cut, rel=1e-9)
            assert row[side]["end"] <= row[side]["start"]
    turned = evaluate_angles(worse, good, HELD_OUT, budget=5)
    assert not turned["passed"]
    start, other = found["verdicts"]["start"], turned["verdicts"]["start"]
    assert start["mean"] == pytest.approx(-other["mean"])
    assert any("signed-rank" in reason for reason in other["reasons"])


def test_leaks_other_kinds_and_unknown_training_sets_are_refused(good):
    graph = nx.relabel_nodes(cubic(0).graph, {node: (3 * node + 1) % 8 for node in range(8)})
    moved = nx.Graph()
    moved.add_nodes_from(range(8))
    moved.add_edges_from(graph.edges)
    with pytest.raises(GateError, match="may be isomorphic"):
        evaluate_angles(good, None, [*HELD_OUT, hq.MaxCut(moved)])
    with pytest.raises(GateError, match="must differ"):
        evaluate_angles(good, None, [*HELD_OUT, HELD_OUT[0]])
    with pytest.raises(ParameterError, match="learned on maxcut"):
        evaluate_angles(good, None, [*HELD_OUT, hq.SpinGlass(nx.petersen_graph())])
    with pytest.raises(ParameterError, match="at least two"):
        evaluate_angles(good, None, HELD_OUT[:1])
    unknown = replace(good, training=replace(learned().training, digests=()))
    with pytest.raises(GateError, match="does not name its training"):
        evaluate_angles(unknown, None, HELD_OUT)
