"""The convergence panel: sign, label and reference by what was minimized."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.plots.style import new_axes
from hybridq.presentation.panels import PANELS

EDGES = 6
RING = hq.MaxCut(nx.cycle_graph(EDGES))


def plot_search(result):
    """The convergence panel alone."""
    ax = new_axes(None)
    PANELS["convergence"].draw(result, ax)
    return ax


def best_line(ax):
    (line,) = (line for line in ax.lines if line.get_label() == "best so far")
    return np.asarray(line.get_ydata(), dtype=float)


def labels(ax):
    return [str(line.get_label()) for line in ax.lines]


def solved(objective, **options):
    return hq.solve(RING, p=2, objective=objective, initial="ramp", rng=1, **options)


def test_the_expected_cut_rises_towards_the_reference():
    result = solved("expectation")
    ax = plot_search(result)
    assert ax.get_ylabel() == "expected cut"
    assert best_line(ax)[-1] == pytest.approx(result.expectation)
    assert f"classical reference: {EDGES}" in labels(ax)


def test_cvar_is_a_cut_too():
    result = solved("cvar", alpha=0.5)
    ax = plot_search(result)
    assert ax.get_ylabel() == "CVaR of the cut, best 50 %"
    line = best_line(ax)
    assert (np.diff(line) >= 0).all()
    assert 0 < line[-1] <= EDGES
    assert line[-1] == pytest.approx(result.objective["value"])
    assert f"classical reference: {EDGES}" in labels(ax)


def test_the_gibbs_objective_falls_and_has_no_reference():
    result = solved("gibbs", eta=1.0)
    ax = plot_search(result)
    assert ax.get_ylabel() == "Gibbs objective, lower is better"
    line = best_line(ax)
    assert (np.diff(line) <= 0).all()
    assert line[-1] == pytest.approx(result.objective["value"])
    # -log<exp(C)> lies between minus the largest cut and minus the mean one.
    assert -EDGES <= line[-1] <= -result.expectation
    assert not any("reference" in label for label in labels(ax))


def test_the_probability_of_an_optimum_rises_within_0_and_1():
    result = solved("success-probability")
    ax = plot_search(result)
    assert ax.get_ylabel() == "probability of an optimum"
    line = best_line(ax)
    assert (np.diff(line) >= 0).all()
    assert line[-1] == pytest.approx(-result.objective["value"])
    assert 0 <= line[0] <= line[-1] <= 1


def test_estimates_say_so():
    result = solved("expectation", objective_shots=64, max_evaluations=10)
    assert plot_search(result).get_ylabel() == "expected cut, from 64 shots"


def test_the_figure_of_an_energy_draws_the_objective_where_it_is_no_exact_energy():
    hamiltonian = hq.PauliSum.from_labels({"ZZI": 1.0, "IZZ": 1.0, "ZII": 0.5})
    options = {"ansatz": "hardware-efficient", "layers": 1, "rng": 1, "max_evaluations": 20}
    for objective, label in {
        "gibbs": "Gibbs objective, lower is better",
        "success-probability": "probability of an optimum",
        "cvar": "CVaR of the energy, best 20 %",
    }.items():
        figure = hq.solve(hamiltonian, objective=objective, **options).figure()
        assert figure.axes[0].get_ylabel() == label
    shots = hq.solve(hamiltonian, objective_shots=32, **options).figure()
    assert shots.axes[0].get_ylabel() == "expected energy, from 32 shots"


def test_one_evaluation_has_one_tick():
    result = solved("expectation")
    single = replace(result, trace=replace(result.trace, values=result.trace.values[:1]))
    ax = plot_search(single)
    low, high = ax.get_xlim()
    assert [tick for tick in ax.get_xticks() if low <= tick <= high] == [1.0]
