"""Energies on a machine: groups of terms in one batch, resumed without paying twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.backends import BackendError, Embedded, Ledger
from hybridq.core.errors import ParameterError
from hybridq.presentation.energies import number_facts
from hybridq.presentation.measured import with_error
from hybridq.presentation.sentences import caption

# Field and coupling that do not commute, so that two bases are measured.
TFIM = hq.PauliSum.from_sparse(
    [("ZZ", [0, 1], -1.0), ("ZZ", [1, 2], -1.0), *(("X", [q], -0.7) for q in range(3))], 3
)
NOISE = "one_qubit=0.002,two_qubit=0.02,readout=0.02/0.05"


def solve(**options: Any) -> hq.Result:
    given = {"ansatz": "hva", "layers": 2, "shots": 6000, "rng": 1, "ledger": ":memory:"}
    return hq.solve(TFIM, **{**given, **options})


def test_a_perfect_machine_measures_the_trained_energy() -> None:
    result = solve(backend="embedded")
    info = result.execution
    assert info is not None
    assert info.mean is not None
    assert info.standard_error is not None
    assert info.circuits == 2
    assert info.shots == 6000
    trained = hq.Expectation(result.circuit, TFIM)(np.zeros(0))
    assert result.trained == info.ideal == pytest.approx(trained)
    assert info.noisy == pytest.approx(trained, abs=1e-9)
    assert abs(info.mean - trained) < 5 * info.standard_error
    assert result.expectation == info.mean
    assert result.energy is not None
    title, detail = caption(result)
    measured = f"measured energy {with_error(info.mean, info.standard_error)} on embedded"
    assert title.endswith(measured)
    assert detail.startswith("Energy ")
    assert "without noise, error" in detail
    rows = dict(number_facts(result, result.energy))
    assert rows["Measured"] == with_error(info.mean, info.standard_error)
    assert "Without noise" in rows
    assert "Energy" not in rows


def test_the_predicted_energy_is_that_of_the_noisy_circuit() -> None:
    """Against the density engine on the circuits of the plan, readout included."""
    result = solve(backend=f"embedded:{NOISE}")
    info = result.execution
    assert info is not None
    assert info.noisy is not None
    assert info.mean is not None
    assert info.standard_error is not None
    plan = hq.measurement.plan(
        TFIM, result.circuit, None, shots=6000
    )  # the same as of the solve: groupings are deterministic
    engine = hq.engines.Density(NOISE)
    total = plan.constant
    for group, circuit in zip(plan.groups, plan.circuits, strict=True):
        total += engine.bind(circuit, group.diagonal).expectation(np.zeros(0))
    assert info.noisy == pytest.approx(total, abs=1e-9)
    assert abs(info.mean - info.noisy) < 5 * info.standard_error
    assert info.noisy > info.ideal


def test_a_repeated_solve_submits_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    planned = solve(backend="embedded", ledger=path, rng=None, dry_run=True).execution
    first = solve(backend="embedded", ledger=path, rng=None)
    assert planned is not None
    assert first.execution is not None
    assert (planned.executions, first.execution.executions) == (3, 3)  # with the canary
    again = solve(backend="embedded", ledger=path, rng=first.seed).execution
    assert again is not None
    assert (again.executions, again.mean) == (0, first.execution.mean)
    with Ledger(path) as ledger:
        assert sum(each.executions for each in ledger.batches()) == 3


def test_circuits_that_grow_and_other_circuits_for_bits_are_refused() -> None:
    molecule = hq.Molecule.from_file("problems/molecules/h2_sto3g.fcidump")
    with pytest.raises(ParameterError, match="circuits of a fixed form"):
        hq.solve(molecule, ansatz="adapt", backend="embedded", ledger=":memory:")
    with pytest.raises(ParameterError, match="runs QAOA of problems over bits"):
        hq.solve(
            hq.MaxCut(nx.path_graph(3)),
            ansatz="hardware-efficient",
            backend="embedded",
            ledger=":memory:",
        )


def test_a_machine_that_is_too_narrow_is_refused_before_training() -> None:
    evaluated: list[Any] = []
    with pytest.raises(BackendError, match="3 qubits, and embedded has 2"):
        solve(backend=Embedded(qubits=2), callback=evaluated.append)
    assert evaluated == []
