"""From a good start every optimizer ends no worse, and those without gradients still gain."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.core.errors import MissingExtraError
from hybridq.optimizers import OPTIMIZERS, minimize
from hybridq.strategies.rescaled import energy_unit, search_angles


def _is_installed(name):
    try:
        OPTIMIZERS[name]().prepare()
    except MissingExtraError:
        return False
    return True


INSTALLED = [name for name in OPTIMIZERS if _is_installed(name)]
every_optimizer = pytest.mark.parametrize("method", INSTALLED)

# Samplers take some ten milliseconds for each point.
QUICK_BUDGET, FULL_BUDGET = 60, 500


def _few(method):
    return 8 if method.startswith("optuna") or method == "bayesian" else QUICK_BUDGET


def cuts(count=8):
    """Graphs of 6 to 10 nodes, half of them weighted, in units from 1 to 100; p = 1 to 4."""
    for k in range(count):
        n, draws = 6 + k % 5, np.random.default_rng(k)
        graph = (
            nx.random_regular_graph(3, n + n % 2, seed=k)
            if k % 2
            else nx.gnp_random_graph(n, 0.5, seed=100 + k)
        )
        if k % 4 >= 2:
            for u, v in graph.edges:
                graph[u][v]["weight"] = float(draws.uniform(0.2, 2.0)) * 10 ** (k % 3)
        yield hq.MaxCut(graph), 1 + k % 4


def energies():
    """7 spin models of 3 and 4 qubits with circuits of 6 to 24 parameters."""
    for n in (3, 4):
        model = hq.spin_models.tfim(n, h=0.5 + 0.3 * n)
        yield model, hq.HardwareEfficient(n, layers=1, rotations=("ry",))
        yield model, hq.HardwareEfficient(n, layers=2)
        yield hq.spin_models.heisenberg(n), hq.HardwareEfficient(n, layers=1)
    yield hq.spin_models.tfim(4, h=1.0, periodic=True), hq.HardwareEfficient(4, layers=1)


def searched_cuts(method, budget, count=8):
    """Values at the start and at the end of a search from `auto`, in the units of each cost."""
    for problem, p in cuts(count):
        ansatz = hq.QAOA(problem, p=p)
        objective = hq.Expectation(ansatz, problem.observable)
        if method == "rotosolve" and not all(w and w[1] <= 64 for w in objective.frequencies):
            continue  # weights without a common measure
        start = ansatz.into_bounds(ansatz.initial_point("auto"))
        bounds = ansatz.bounds if OPTIMIZERS[method].needs_bounds else None
        solution = search_angles(
            objective, energy_unit(ansatz), start[np.newaxis], method, bounds, None,
            max_evaluations=budget, rng=1,
        )  # fmt: skip
        yield float(objective(start)), solution


def searched_energies(method, budget):
    for model, ansatz in energies():
        objective = hq.Expectation(ansatz, model)
        start = ansatz.initial_point(None, 1)
        box = np.tile([-np.pi, np.pi], (ansatz.n_params, 1))
        start = np.clip(start, box[:, 0], box[:, 1])
        solution = minimize(
            objective, start, method, max_evaluations=budget, rng=1,
            bounds=box if OPTIMIZERS[method].needs_bounds else None,
        )  # fmt: skip
        yield float(objective(start)), solution


def check_no_loss(pairs):
    for start, solution in pairs:
        # The start is among the points; in another place of the period it rounds differently.
        assert solution.value <= start + 1e-9 * (1.0 + abs(start))


@every_optimizer
def test_no_optimizer_ends_above_a_good_start_of_qaoa(method):
    check_no_loss(searched_cuts(method, _few(method)))


@every_optimizer
def test_no_optimizer_ends_above_the_start_of_an_energy(method):
    check_no_loss(searched_energies(method, _few(method)))


@pytest.mark.parametrize("method", ["spsa", "qn-spsa", "cobyla", "adam", "l-bfgs"])
@pytest.mark.parametrize("searched", [searched_cuts, searched_energies])
def test_local_optimizers_gain_on_good_starts(method, searched):
    pairs = list(searched(method, QUICK_BUDGET))
    gains = [solution.value < start - 1e-6 * abs(start) for start, solution in pairs]
    assert sum(gains) >= 0.75 * len(pairs)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["spsa", "qn-spsa"])
def test_with_many_evaluations_spsa_comes_near_what_a_gradient_finds(method):
    shares = [
        (start - found.value) / (start - best.value)
        for (start, found), (_, best) in zip(
            searched_cuts(method, FULL_BUDGET, 20), searched_cuts("l-bfgs", 2000, 20), strict=True
        )
    ]
    assert np.median(shares) > 0.95
    assert min(shares) > 0.3
