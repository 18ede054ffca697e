"""Restarts, landscapes and light cones as tasks: the same bits on any executor."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.classical import exact_minimum, local_search
from hybridq.core.errors import ParameterError
from hybridq.core.executors import open_mapper
from hybridq.objectives.landscape import scan_landscape
from hybridq.optimizers import minimize
from hybridq.strategies.recursive import Recursive
from tests.classical.ising_oracles import gset, random_ising
from tests.optimizers.optimizer_functions import rosenbrock

GRAPH = nx.random_regular_graph(3, 8, seed=2)


@pytest.fixture(scope="module")
def processes():
    with open_mapper("processes:2") as mapper:
        yield mapper


def himmelblau(x):
    """Return Himmelblau's function, which is 0 in four minima."""
    return float((x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2)


def test_starts_on_any_executor_end_in_the_best_of_their_minima(processes):
    starts = np.array([[3.5, -1.5], [0.0, 5.0], [-3.0, 3.0], [2.5, 2.5]])
    alone = [
        minimize(himmelblau, each, "nelder-mead", max_evaluations=100, rng=0) for each in starts
    ]
    ends = [each.value for each in alone]
    options = {"max_evaluations": 400, "rng": 0}
    seen = []
    found = [
        minimize(himmelblau, starts, "nelder-mead", executor=each, callback=seen.append, **options)
        for each in ("serial", "threads:2", processes)
    ]
    for each in found:
        assert each.value == min(ends)
        assert each.start == int(np.argmin(ends))
        np.testing.assert_array_equal(each.values, np.concatenate([one.values for one in alone]))
        assert each.values[each.best_evaluation] == each.value
        assert each.evaluations == sum(one.evaluations for one in alone)
        np.testing.assert_array_equal(each.x, found[0].x)
    assert sorted(record.start for record in seen) == sorted(3 * [0, 1, 2, 3])
    assert f"start {found[0].start + 1} of 4 is the best" in found[0].message


def test_starts_after_the_first_that_reaches_the_target_do_not_count():
    starts = np.array([[9.0, 9.0], [3.0, 2.0], [-2.805, 3.131]])
    found = minimize(
        himmelblau, starts, "nelder-mead", executor="serial", target=1e-3, max_evaluations=30, rng=0
    )
    assert (found.status, found.start, found.starts_begun) == ("target", 1, 2)


def test_a_callback_ends_the_search():
    found = minimize(
        rosenbrock, np.zeros((5, 2)), "nelder-mead", executor="serial", callback=lambda _: True
    )
    assert (found.status, found.starts_begun) == ("interrupted", 1)


def test_a_solve_has_the_same_bits_on_any_executor(processes):
    options = {"p": 2, "rng": 3, "restarts": 3, "kernels": "numpy", "shots": 64}
    here, there = (
        hq.solve(hq.MaxCut(GRAPH), executor=each, **options) for each in ("serial", processes)
    )
    assert replace(here.optimizer, message="") == replace(there.optimizer, message="")
    np.testing.assert_array_equal(here.parameters, there.parameters)
    np.testing.assert_array_equal(here.trace.values, there.trace.values)
    assert here.best == there.best


def test_rounds_of_many_starts_have_the_same_bits_on_any_executor(processes):
    options = {"p": 2, "rng": 3, "restarts": 5, "kernels": "numpy", "max_evaluations": 120}
    here, there = (
        hq.solve(hq.MaxCut(GRAPH), strategy="multistart", executor=each, **options)
        for each in ("serial", processes)
    )
    assert here.optimizer.evaluations <= 120
    np.testing.assert_array_equal(here.parameters, there.parameters)
    np.testing.assert_array_equal(here.trace.values, there.trace.values)
    assert max(here.trace.values) == pytest.approx(here.expectation, abs=1e-12)
    with pytest.raises(ParameterError, match="keep no time limit"):
        hq.solve(
            hq.MaxCut(GRAPH), strategy="multistart", executor="serial", time_limit=9, **options
        )


@pytest.mark.parametrize("sweeps", [0, 30])
def test_classical_searches_have_the_same_bits_on_any_executor(processes, sweeps):
    ising = gset("G11")
    here, there = (
        local_search(ising, restarts=48, sweeps=sweeps, rng=3, executor=each)
        for each in (None, processes)
    )
    assert here.method == there.method
    np.testing.assert_array_equal(here.bits, there.bits)


def test_contractions_have_the_same_bits_on_any_executor(processes):
    problem = hq.MaxCut(nx.random_regular_graph(3, 28, seed=1))
    options = {"strategy": Recursive(polish=20), "engine": "p1", "rng": 3}
    here, there = (hq.solve(problem, executor=each, **options) for each in ("serial", processes))
    assert here.best == there.best
    for one, other in zip(here.controls, there.controls, strict=True):
        assert (one.method, one.value) == (other.method, other.value)


def test_an_enumeration_in_processes_finds_the_minimum(processes):
    ising = random_ising(24, 4)
    expected = exact_minimum(ising, executor="serial")
    np.testing.assert_array_equal(exact_minimum(ising, executor=processes).bits, expected.bits)


def test_a_landscape_has_the_same_bits_on_any_executor(processes):
    qaoa = hq.QAOA(hq.MaxCut(GRAPH), 1)
    objective = hq.Expectation(qaoa, hq.MaxCut(GRAPH), engine=hq.engines.Diagonal(kernels="numpy"))
    expected = scan_landscape(objective, qaoa, points=7)
    for found, values in zip(
        scan_landscape(objective, qaoa, points=7, executor=processes), expected, strict=True
    ):
        np.testing.assert_array_equal(found, values)


def test_light_cones_have_the_same_bits_on_any_executor(processes):
    qaoa = hq.QAOA(hq.MaxCut(nx.random_regular_graph(3, 60, seed=1)), 2)
    point = [0.4, 0.6, 0.5, 0.2]
    engines = [
        hq.engines.LightCone(kernels="numpy", executor=each).bind(qaoa.circuit, qaoa.hamiltonian)
        for each in (None, processes)
    ]
    assert "with loops" in engines[0].info.reason
    assert len({engine.expectation(point) for engine in engines}) == 1
    (value, slopes), (other, others) = (each.expectation_and_gradient(point) for each in engines)
    assert value == other
    np.testing.assert_array_equal(slopes, others)


def test_what_cannot_be_sent_or_kept_is_refused():
    starts = np.zeros((2, 2))
    with pytest.raises(ParameterError, match=r"cannot be sent to workers: .*lambda"):
        minimize(lambda x: float(x @ x), starts, executor="serial")
    for name, value in (("time_limit", 5.0), ("journal", "file.log")):
        with pytest.raises(ParameterError, match=f"keep no {name.replace('_', ' ')}"):
            minimize(rosenbrock, starts, executor="serial", **{name: value})
    with pytest.raises(ParameterError, match="shots are drawn from one stream"):
        hq.solve(
            hq.MaxCut(GRAPH), p=1, restarts=1, objective_shots=50, executor="serial",
            kernels="numpy", rng=0,
        )  # fmt: skip
