"""Layers by the known errors of a machine, and predictions that are bounded in work."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.backends import prediction
from hybridq.backends.compiled import as_written
from hybridq.presentation.answers import report
from hybridq.solver import default_depth

PROBLEM = hq.MaxCut(nx.random_regular_graph(3, 6, seed=1))
NOISE = "two_qubit=0.05,readout=0.02/0.02"


def solved(noise: str = NOISE, **options: Any) -> hq.Result:
    given = {"kernels": "numpy", "ledger": ":memory:", "dry_run": True, "rng": 1}
    return hq.solve(PROBLEM, backend=f"embedded:{noise}", **{**given, **options})


def test_layers_are_added_while_the_mean_with_noise_improves() -> None:
    """Held against searches of each depth, with noise on the density engine at their angles."""
    result = solved()
    info = result.execution
    assert info is not None
    noisy = []
    for p in range(1, len(info.layers) + 1):
        x = hq.solve(PROBLEM, p=p, kernels="numpy", rng=1).parameters
        engine = hq.engines.Density(NOISE)
        noisy.append(-hq.Expectation(hq.QAOA(PROBLEM, p=p), PROBLEM, engine=engine)(x))
    assert [each.value for each in info.layers] == pytest.approx(noisy, abs=1e-3)
    assert len(noisy) < 6  # the default without noise
    assert np.argmax(noisy) == len(noisy) - 2  # the last one falls, and ends the search
    assert result.ansatz["p"] == info.best_layers == len(noisy) - 1
    assert any(
        "predict a worse mean for more layers" in str(each) for each in report(result).remarks
    )


def test_layers_asked_for_are_kept_and_better_ones_named() -> None:
    result = solved(p=5)
    best = solved().execution
    assert result.ansatz["p"] == 5
    assert result.execution is not None
    assert best is not None
    assert result.execution.best_layers == best.best_layers
    (remark,) = (each for each in report(result).remarks if "better mean" in str(each))
    assert f"value={best.best_layers}" in str(remark)


def test_a_machine_without_known_errors_has_the_usual_layers() -> None:
    result = hq.solve(
        PROBLEM, backend="embedded", kernels="numpy", ledger=":memory:", dry_run=True, rng=1
    )
    assert result.ansatz["p"] == default_depth(6)
    assert result.execution is not None
    assert result.execution.layers == ()


def test_depths_are_compared_by_predictions_of_one_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work for records of one layer only: the first value is replaced by a rough one too."""
    monkeypatch.setattr(prediction, "_EXACT_QUBITS", 0)
    monkeypatch.setattr(prediction, "_WORK", 2 * 8 * (9 + 6) * 2**6 + 1.0)
    info = solved().execution
    assert info is not None
    compiled = [as_written(hq.QAOA(PROBLEM, p=p).circuit, model()) for p in (1, 2)]
    for layers, each in zip(info.layers, compiled, strict=False):
        x = hq.solve(PROBLEM, p=layers.p, kernels="numpy", rng=1).parameters
        ideal = -hq.Expectation(hq.QAOA(PROBLEM, p=layers.p), PROBLEM)(x)
        assert each.success is not None
        mean = PROBLEM.graph.number_of_edges() / 2
        expected = each.success * ideal + (1 - each.success) * mean
        assert layers.value == pytest.approx(expected, abs=1e-4)
    assert len(info.layers) >= 2


def model() -> hq.NoiseModel:
    found = hq.NoiseModel.resolved(NOISE)
    assert isinstance(found, hq.NoiseModel)
    return found


def test_records_predict_what_the_density_matrix_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Relaxation is no mixture of Paulis; five standard errors. Then it is too much work."""
    relaxing = hq.noise.thermal_relaxation(t1=50.0, t2=30.0, time=1.0)
    noise = hq.NoiseModel(two_qubit=hq.noise.depolarizing(0.02), one_qubit=relaxing)
    compiled = as_written(hq.QAOA(PROBLEM, p=2).circuit, noise)
    x, energy = [0.4, 0.6, 0.5, 0.3], PROBLEM.cost().to_pauli_sum()
    exact = prediction.predicted(compiled, x, energy)
    assert exact is not None
    assert exact.error == 0.0
    monkeypatch.setattr(prediction, "_EXACT_QUBITS", 0)
    found = prediction.predicted(compiled, x, energy)
    assert found is not None
    gained = abs(exact.value - PROBLEM.cost().constant)
    assert 0.0 < found.error < 0.02 * gained
    assert abs(found.value - exact.value) < 5 * found.error
    monkeypatch.setattr(prediction, "_WORK", 1.0)
    rough = prediction.predicted(compiled, x, energy, ideal=-6.0)
    assert rough is not None
    assert compiled.success is not None
    mean = -PROBLEM.graph.number_of_edges() / 2
    assert rough.value == pytest.approx(compiled.success * -6.0 + (1 - compiled.success) * mean)
    assert rough.rough
    assert "share of runs without any error" in rough.method
    assert prediction.predicted(compiled, x, energy) is None
