"""Solves on a machine: trained by simulation, executed once, resumed without paying twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.backends import (
    BackendError,
    BudgetError,
    Compilation,
    Embedded,
    Ledger,
    PendingError,
)
from hybridq.backends.compiled import as_written
from hybridq.backends.embedded import EmbeddedConnection
from hybridq.core.errors import ParameterError

GRAPH = nx.random_regular_graph(3, 8, seed=1)
NOISE = "one_qubit=0.001,two_qubit=0.01,readout=0.01/0.04"


@pytest.fixture
def solve(tmp_path: Path) -> Callable[..., hq.Result]:
    """A function that solves the graph on a machine, with a ledger of its own."""

    def run(**options: Any) -> hq.Result:
        given = {"p": 1, "kernels": "numpy", "ledger": tmp_path / "ledger.db", "shots": 2000}
        return hq.solve(hq.MaxCut(GRAPH), **{**given, **options})

    return run


def test_the_measured_mean_is_that_of_the_noisy_circuit(solve: Callable[..., hq.Result]) -> None:
    result = solve(backend=f"embedded:{NOISE}", rng=3, mitigate="none")
    info = result.execution
    assert info is not None
    assert info.noisy is not None
    engine = hq.engines.Density(NOISE)
    problem = hq.MaxCut(GRAPH)
    noisy = -hq.Expectation(hq.QAOA(problem, p=1), problem, engine=engine)(result.parameters)
    perfect = -hq.Expectation(hq.QAOA(problem, p=1), problem)(result.parameters)
    assert info.noisy == pytest.approx(noisy, abs=1e-9)
    assert info.ideal == pytest.approx(perfect, abs=1e-9)
    assert info.mean == result.expectation
    assert info.standard_error is not None
    assert abs(result.expectation - noisy) < 5 * info.standard_error
    counts = result.counts
    assert sum(counts.values()) == 2000
    cuts = [
        sum(bits[u] != bits[v] for u, v in GRAPH.edges)
        for bits, n in counts.items()
        for _ in [n] * n
    ]
    assert result.expectation == pytest.approx(np.mean(cuts))
    assert info.standard_error == pytest.approx(np.std(cuts, ddof=1) / np.sqrt(2000))


def test_a_repeated_solve_submits_nothing(solve: Callable[..., hq.Result]) -> None:
    first, second = (solve(backend="embedded", rng=3) for _ in range(2))
    assert first.execution is not None
    assert second.execution is not None
    assert (first.execution.executions, second.execution.executions) == (2, 0)
    assert second.execution.reused == 2000
    assert second.counts == first.counts
    again = hq.Result.from_json(second.to_json())
    assert again.execution == second.execution


def test_a_dry_run_submits_nothing_and_fixes_the_angles(
    solve: Callable[..., hq.Result], tmp_path: Path
) -> None:
    planned = solve(backend=Embedded(NOISE, shot_price=0.01), dry_run=True)
    info = planned.execution
    assert info is not None
    assert (info.submitted, info.mean, planned.best) == (False, None, None)
    assert (info.executions, info.two_qubit_gates) == (2, GRAPH.number_of_edges())
    assert info.price == pytest.approx(0.01 * 2100)  # with 100 shots of the canary
    assert planned.expectation == info.noisy
    with Ledger(tmp_path / "ledger.db") as ledger:
        assert ledger.batches() == []
    run = solve(backend=Embedded(NOISE, shot_price=0.01))
    np.testing.assert_array_equal(run.parameters, planned.parameters)
    assert run.seed == planned.seed
    known = solve(backend=Embedded(NOISE, shot_price=0.01), dry_run=True, rng=run.seed).execution
    assert known is not None
    assert (known.executions, known.reused, known.price) == (0, 2000, 0.0)


def test_results_that_come_by_hand_continue_the_same_solve(
    solve: Callable[..., hq.Result], tmp_path: Path
) -> None:
    folder = f"folder:{tmp_path / 'jobs'}"
    for _ in range(2):  # without a seed, the ledger knows the angles of the first call
        with pytest.raises(PendingError) as caught:
            solve(backend=folder)
    (job,) = (tmp_path / "jobs").iterdir()
    assert caught.value.jobs == (job.name,)
    counts = [{"11110000": 100}, {"01010101": 1500, "00000000": 500}]
    (job / "counts.json").write_text(json.dumps(counts))
    result = solve(backend=folder)
    cut = sum((u + v) % 2 for u, v in GRAPH.edges)
    assert result.expectation == pytest.approx(0.75 * cut)
    assert result.best is not None
    assert result.best.value == cut


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"max_shots": 100}, BudgetError, "more than max_shots=100"),
        ({"backend": Embedded(qubits=7)}, BackendError, "8 qubits, and embedded has 7"),
        ({"backend": None}, ParameterError, "ledger is an option of runs on a machine"),
        ({"strategy": "anneal"}, ParameterError, "a machine runs the circuit of QAOA"),
        ({"strategy": "recursive"}, ParameterError, "a machine runs the circuit of QAOA"),
    ],
)
def test_runs_that_cannot_be_are_refused_before_training(
    options: dict[str, Any],
    error: type[Exception],
    words: str,
    solve: Callable[..., hq.Result],
    tmp_path: Path,
) -> None:
    evaluated: list[Any] = []
    with pytest.raises(error, match=words):
        solve(**{"backend": "embedded", "callback": evaluated.append, **options})
    assert evaluated == []
    if options.get("backend", 0) is not None:
        with Ledger(tmp_path / "ledger.db") as ledger:
            assert ledger.batches() == []


def test_a_graph_beyond_states_is_trained_in_closed_form(tmp_path: Path) -> None:
    """Forty qubits: no simulator of states has a part in it."""
    graph = nx.circular_ladder_graph(20)
    planned = hq.solve(
        hq.MaxCut(graph), backend="folder", dry_run=True, ledger=":memory:", rng=1, p=1
    )
    info = planned.execution
    assert info is not None
    assert planned.engine.name in ("p1", "lightcone")
    # The best mean of one layer on a 3-regular graph without triangles (Wang, Hadfield, Jiang,
    # Rieffel 2018, arXiv:1706.02998): 1/2 + 1/(3 sqrt 3) of the edges.
    assert info.ideal == pytest.approx(60 * (0.5 + 1 / (3 * np.sqrt(3))), rel=1e-5)


OVER = hq.NoiseModel(rules=(hq.noise.rule(hq.noise.over_rotation(0.3), gates=("rzz",)),))


def test_angles_are_refined_where_the_predicted_gain_exceeds_the_error_bar(
    solve: Callable[..., hq.Result],
) -> None:
    """On a machine that turns too far, the angle that it needs is smaller by the same factor."""
    result, plain = (solve(backend=Embedded(OVER), rng=3, refine=on) for on in (True, False))
    info = result.execution
    assert info is not None
    assert plain.execution is not None
    assert info.refinement.startswith("refined once")
    assert info.executions == 3  # the canary and two batches
    gamma, beta = plain.parameters
    np.testing.assert_allclose(result.parameters, [gamma / 1.3, beta], atol=1e-3)
    assert info.mean is not None
    assert info.standard_error is not None
    assert abs(info.mean - plain.execution.ideal) < 5 * info.standard_error
    again = solve(backend=Embedded(OVER), rng=3, refine=True).execution
    assert again is not None
    assert (again.executions, again.mean) == (0, info.mean)


def test_a_refinement_within_the_error_bar_or_beyond_the_budget_is_left_out(
    solve: Callable[..., hq.Result],
) -> None:
    small = solve(backend=f"embedded:{NOISE}", rng=3, refine=True).execution
    assert small is not None
    assert "within the standard error" in small.refinement
    assert small.executions == 2
    short = solve(backend=Embedded(OVER), rng=3, refine=True, max_executions=2).execution
    assert short is not None
    assert "budget is too small" in short.refinement
    assert short.executions == 2


class _Misdescribed(EmbeddedConnection):
    """A machine with other errors than it reports."""

    def compile(self, circuit: hq.Circuit) -> Compilation:
        return as_written(circuit, OVER)


class Misdescribed(Embedded):
    def connect(self) -> EmbeddedConnection:
        return _Misdescribed(self)


def test_angles_are_not_refined_by_a_model_that_the_machine_contradicts(
    solve: Callable[..., hq.Result],
) -> None:
    info = solve(backend=Misdescribed("two_qubit=0.1"), rng=3, refine=True).execution
    assert info is not None
    assert "standard errors away from the predicted one" in info.refinement
    assert info.executions == 2


def test_training_with_noise_predicts_the_machine_without_noise_all_the_same(
    solve: Callable[..., hq.Result],
) -> None:
    problem = hq.MaxCut(GRAPH)
    result = solve(backend="embedded", noise="two_qubit=0.05", rng=3)
    perfect = -hq.Expectation(hq.QAOA(problem, p=1), problem)(result.parameters)
    assert result.execution is not None
    assert result.execution.ideal == pytest.approx(perfect, abs=1e-9)
