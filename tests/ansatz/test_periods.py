"""Angles within one period prepare the same state up to a global phase."""

from __future__ import annotations

import dataclasses

import networkx as nx
import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.ansatz.multi_angle import MultiAngleQAOA
from hybridq.ansatz.warm_start import WarmStartQAOA
from tests.ansatz.mixers.test_mixers import FITTING, OneHot, random_ising


def overlap(ansatz, x, y):
    return abs(np.vdot(ansatz.circuit.state(x), ansatz.circuit.state(y)))


def dense_probabilities(energies, angles):
    """Probabilities of QAOA by dense matrix exponentials."""
    n, p = int(np.log2(len(energies))), len(angles) // 2
    mixer = np.zeros((2**n, 2**n))
    for q in range(n):
        flipped = np.arange(2**n) ^ (1 << q)
        mixer[np.arange(2**n), flipped] -= 1.0
    state = np.full(2**n, 2.0 ** (-n / 2), dtype=complex)
    for gamma, beta in zip(angles[:p], angles[p:], strict=True):
        state = scipy.linalg.expm(-1j * beta * mixer) @ (np.exp(-1j * gamma * energies) * state)
    return abs(state) ** 2


def cut_energies(graph):
    """−cut of every assignment, bit q of the index is qubit q."""
    rows = np.arange(2 ** len(graph))
    cuts = sum(
        data.get("weight", 1.0) * (((rows >> u) ^ (rows >> v)) & 1)
        for u, v, data in graph.edges(data=True)
    )
    return -np.asarray(cuts, dtype=float)


FAR = [100.05, -9.3, -4.116, 7.9]


@pytest.mark.parametrize("weights", [(1, 1, 1, 1, 1), (2, 4, 6, 2, 8), (3, 1, 2, 5, 1)])
def test_a_solve_reports_angles_within_their_period(weights):
    graph = nx.Graph()
    edges = [(0, 1), (1, 2), (2, 3), (3, 0), (0, 2)]
    graph.add_nodes_from(range(4))
    graph.add_weighted_edges_from((u, v, w) for (u, v), w in zip(edges, weights, strict=True))
    result = hq.solve(
        hq.MaxCut(graph), p=2, initial=FAR, optimizer="cobyla", max_evaluations=1, rng=1
    )
    found = result.parameters
    # Levels are multiples of the greatest common divisor of the weights; β has π/2 in a cut.
    half = np.pi / np.gcd.reduce(weights)
    assert (np.abs(found[:2]) <= half + 1e-12).all()
    assert (np.abs(found[2:]) <= np.pi / 4 + 1e-12).all()
    energies = cut_energies(graph)
    expected = dense_probabilities(energies, FAR)
    np.testing.assert_allclose(dense_probabilities(energies, found), expected, atol=1e-11)
    assert result.expectation == pytest.approx(-float(expected @ energies), abs=1e-9)
    again = hq.solve(hq.MaxCut(graph), p=2, initial=found, optimizer="cobyla", max_evaluations=1)
    assert again.expectation == pytest.approx(result.expectation, abs=1e-9)
    assert (again.parameters == found).all()


def test_without_a_common_step_gamma_stays():
    graph = nx.Graph()
    graph.add_weighted_edges_from([(0, 1, 0.37), (1, 2, np.sqrt(2)), (2, 0, 1.0)])
    result = hq.solve(
        hq.MaxCut(graph), p=2, initial=FAR, optimizer="cobyla", max_evaluations=1, rng=1
    )
    assert result.parameters[:2].tolist() == FAR[:2]
    assert (np.abs(result.parameters[2:]) <= np.pi / 4).all()
    energies = cut_energies(graph)
    np.testing.assert_allclose(
        dense_probabilities(energies, result.parameters),
        dense_probabilities(energies, FAR),
        atol=1e-11,
    )


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.booleans(), st.booleans())
def test_reduced_angles_prepare_the_same_state(seed, fields, integer):
    ansatz = hq.QAOA(random_ising(4, seed, fields=fields, integer=integer).to_pauli_sum(), 2)
    x = np.random.default_rng(seed).uniform(-20, 20, 4)
    found = ansatz.reduced(x)
    assert (np.abs(found) <= ansatz.periods / 2 + 1e-9).all()
    assert overlap(ansatz, x, found) == pytest.approx(1.0, abs=1e-9)
    np.testing.assert_array_equal(ansatz.reduced(found), found)


@pytest.mark.parametrize("name", FITTING)
def test_every_mixer_knows_its_period(name):
    class Whole(OneHot):
        def __init__(self):
            self.ising = random_ising(6, 2, integer=True)

    ansatz = hq.QAOA(Whole(), 2, mixer=name)
    x = np.array([13.1, -14.0, 29.1, -17.3])
    assert overlap(ansatz, x, ansatz.reduced(x)) == pytest.approx(1.0, abs=1e-9)
    assert dataclasses.replace(ansatz, p=3).periods.shape == (6,)


def test_other_circuits_of_qaoa_know_theirs():
    problem = hq.MaxCut(nx.complete_graph(4))
    draws = np.random.default_rng(3)
    for ansatz in (
        MultiAngleQAOA(problem, 2),
        WarmStartQAOA(problem, 2, [0.2, 0.7, 0.5, 0.4]),
    ):
        x = draws.uniform(-30, 30, ansatz.n_params)
        found = ansatz.reduced(x)
        assert (np.abs(found) <= np.pi).all()
        assert overlap(ansatz, x, found) == pytest.approx(1.0, abs=1e-9)


def test_circuits_without_known_periods_keep_their_parameters():
    ansatz = hq.HardwareEfficient(2, layers=1)
    x = np.linspace(-40, 40, ansatz.n_params)
    np.testing.assert_array_equal(ansatz.reduced(x), x)
