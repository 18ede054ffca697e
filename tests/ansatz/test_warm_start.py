"""Warm-started QAOA: the product state, its mixer, and QAOA as the unbiased case."""

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.ansatz.warm_start import probabilities_of_bits
from hybridq.core.errors import DimensionError, ParameterError

PROBLEM = hq.MaxCut(nx.cycle_graph(5))


def test_half_everywhere_is_standard_qaoa():
    hamiltonian = PROBLEM.hamiltonian
    warm = hq.WarmStartQAOA(hamiltonian, 2, np.full(5, 0.5))
    x = np.array([0.3, 0.8, 0.5, 0.2])
    standard = hq.Expectation(hq.QAOA(hamiltonian, 2), hamiltonian)(x)
    assert hq.Expectation(warm, hamiltonian)(x) == pytest.approx(standard, abs=1e-12)


def test_without_angles_each_qubit_is_one_with_its_probability():
    probabilities = np.array([0.1, 0.25, 0.5, 0.75, 0.9])
    warm = hq.WarmStartQAOA(PROBLEM.hamiltonian, 1, probabilities)
    weights = np.abs(hq.Expectation(warm, PROBLEM.hamiltonian).state(np.zeros(2))) ** 2
    for q, c in enumerate(probabilities):
        ones = (np.arange(32) >> q & 1).astype(bool)
        assert weights[ones].sum() == pytest.approx(c)


def test_the_mixer_leaves_the_initial_state_alone():
    """Egger, Mareček, Woerner 2021, arXiv:2009.10955: the initial state is its ground state."""
    warm = hq.WarmStartQAOA(PROBLEM.hamiltonian, 1, np.array([0.1, 0.25, 0.5, 0.75, 0.9]))
    objective = hq.Expectation(warm, PROBLEM.hamiltonian)
    overlap = np.vdot(objective.state([0.0, 0.0]), objective.state([0.0, 0.7]))
    assert overlap == pytest.approx(np.exp(1j * 0.7 * 5), abs=1e-12)


def test_bits_become_probabilities_near_them():
    assert probabilities_of_bits([0, 1, 1]).tolist() == [0.25, 0.75, 0.75]
    assert probabilities_of_bits([0, 1], 0.5).tolist() == [0.5, 0.5]
    for epsilon in (0.0, -1, 0.6, float("nan")):
        with pytest.raises(ParameterError, match="above 0 and at most"):
            probabilities_of_bits([0, 1], epsilon)


def test_bad_probabilities_are_refused():
    with pytest.raises(DimensionError, match=r"must have shape \(5,\), got \(4,\)"):
        hq.WarmStartQAOA(PROBLEM.hamiltonian, 1, np.full(4, 0.5))
    for bad in (0.0, 1.0, float("nan")):
        with pytest.raises(ParameterError, match="must be above 0 and below 1, got"):
            hq.WarmStartQAOA(PROBLEM.hamiltonian, 1, np.array([0.5, 0.5, bad, 0.5, 0.5]))
