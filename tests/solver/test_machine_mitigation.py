"""Mitigation of what a machine measures: values, counts, refusals, resumption."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq import Circuit
from hybridq.backends import BudgetError, Compilation, Embedded, Ledger
from hybridq.backends.budget import Budget
from hybridq.core.errors import ParameterError
from hybridq.measurement import plan
from hybridq.mitigation import MITIGATIONS, Mitigation
from hybridq.mitigation.quasi import no_error
from hybridq.solver.machine import Machine
from hybridq.solver.machine_mitigation import Runs

PROBLEM = hq.MaxCut(nx.random_regular_graph(3, 6, seed=1))
ZZ = hq.PauliSum.from_labels({"ZZ": 1.0})
GATES, READOUT = "one_qubit=0.001,two_qubit=0.01", "readout=0.02/0.08"


@pytest.fixture
def solve(tmp_path: Path) -> Callable[..., hq.Result]:
    """A function that solves the graph on a noisy machine, with a ledger of its own."""

    def run(**options: Any) -> hq.Result:
        given = {
            "backend": f"embedded:{GATES},{READOUT}", "p": 1, "kernels": "numpy", "shots": 4000,
            "ledger": tmp_path / "ledger.db", "rng": 3,
        }  # fmt: skip
        return hq.solve(PROBLEM, **{**given, **options})

    return run


def with_noise(result: hq.Result, noise: str) -> float:
    """Return the mean of the result's circuit from the density engine."""
    engine = hq.engines.Density(noise)
    return -float(hq.Expectation(hq.QAOA(PROBLEM, p=1), PROBLEM, engine=engine)(result.parameters))


@pytest.mark.parametrize(
    ("mitigate", "kept"),
    [(None, GATES), ("twirled-readout", GATES), (MITIGATIONS["pec"](draws=40), "one_qubit=0")],
)
def test_what_a_mitigation_undoes_is_undone(
    mitigate: str | Mitigation | None, kept: str, solve: Callable[..., hq.Result]
) -> None:
    """The value is that of the density engine without these errors; five standard errors."""
    result = solve(mitigate=mitigate)
    info = result.execution
    assert info is not None
    assert info.mean is not None
    assert info.mitigated is not None
    assert info.mitigated_error is not None
    assert info.standard_error is not None
    assert result.expectation == info.mitigated
    assert abs(info.mitigated - with_noise(result, kept)) < 5 * info.mitigated_error
    whole = with_noise(result, f"{GATES},{READOUT}")
    assert abs(info.mean - whole) < 5 * info.standard_error
    assert info.mitigated_error > info.standard_error
    assert 2 <= info.executions <= 2 + info.mitigation_circuits
    again = solve(mitigate=mitigate)
    assert again.execution is not None
    assert (again.execution.executions, again.expectation) == (0, result.expectation)
    assert hq.Result.from_json(again.to_json()).execution == again.execution


def test_bounds_hold_the_value_without_noise(solve: Callable[..., hq.Result]) -> None:
    result = solve(mitigate="cvar-bounds")
    info = result.execution
    assert info is not None
    assert info.bounds is not None
    assert info.bounds[0] < with_noise(result, "one_qubit=0") < info.bounds[1]
    assert (info.mitigated, info.executions, result.expectation) == (None, 2, info.mean)


def test_none_leaves_the_mean_as_measured(solve: Callable[..., hq.Result]) -> None:
    result = solve(mitigate="none")
    assert result.execution is not None
    assert result.execution.mitigation == ""
    assert result.expectation == result.execution.mean


def test_an_energy_is_mitigated_and_counted(tmp_path: Path) -> None:
    """Post-selection on H2: the mean of shots with one electron of each spin."""
    molecule = hq.Molecule.from_file("problems/molecules/h2_sto3g.fcidump")
    found = {}
    for mitigate, grouping in (
        (None, "auto"),
        ("post-selection", "basis-rotation"),
        ("zne", "auto"),
    ):
        result = hq.solve(
            molecule, backend=Embedded("two_qubit=0.002,readout=0.01/0.02", shot_price=1.0), rng=1,
            kernels="numpy", ledger=":memory:", shots=4000, mitigate=mitigate, grouping=grouping,
        )  # fmt: skip
        info = result.execution
        assert info is not None
        assert info.mitigated is not None
        assert info.mean is not None
        assert result.expectation == info.mitigated
        assert result.trained == pytest.approx(-1.13730604, abs=1e-6)  # FCI in this basis
        assert abs(info.mitigated - result.trained) < abs(info.mean - result.trained)
        assert info.price == info.new_shots
        found[mitigate] = info
    assert found["zne"].executions == 3 * found["zne"].circuits + 1  # three scales and the canary


def test_a_dry_run_counts_further_circuits_and_the_budget_holds_them(
    solve: Callable[..., hq.Result], tmp_path: Path
) -> None:
    planned = solve(mitigate="zne", dry_run=True).execution
    assert planned is not None
    assert (planned.executions, planned.mitigation_circuits) == (5, 3)
    with pytest.raises(BudgetError, match="5 executions"):
        solve(mitigate="zne", max_executions=4)
    with Ledger(tmp_path / "ledger.db") as ledger:
        assert ledger.batches() == []
    run = solve(mitigate="zne", max_executions=5).execution
    assert run is not None
    assert run.executions == 4  # the smallest scale is the circuit of the answer


def test_equal_circuits_of_a_mitigation_have_shots_of_their_own(tmp_path: Path) -> None:
    backend = Embedded()
    circuit = Circuit(3).h(0).h(1).h(2)
    with Ledger(tmp_path / "ledger.db") as ledger:
        machine = Machine(backend, backend.connect(), ledger, Budget(), False)
        runs = Runs(machine, lambda text: None)
        first, second = runs([circuit, circuit], [300, 200])
        (third,) = runs([circuit], [100])
        assert [len(each) for each in (first, second, third)] == [300, 200, 100]
        assert not np.array_equal(first[:100], third)
        assert not np.array_equal(first[:200], second)
        again = Runs(machine, lambda text: None)([circuit] * 3, [300, 200, 100])
    for old, new in zip((first, second, third), again, strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize(
    ("name", "layouts", "gates", "words"),
    [
        ("twirled-readout", [(0, 1), (1, 0)], [1, 1], "on different qubits"),
        ("readout", [(0, 1), (1, 0)], [1, 1], "on different qubits"),
        ("zne", [(0, 1), (1, 0)], [1, 3], "on different qubits"),
        ("zne", [(0, 1), (0, 1)], [1, 1], "removes folded gates"),
        ("cvar-bounds", [(0, 1), (0, 1)], [1, 1], "noise must be a NoiseModel"),
        ("pec", [(0, 1), (0, 1)], [1, 1], "noise must be a NoiseModel"),
    ],
)
def test_machines_on_which_a_mitigation_fails_are_refused(
    name: str, layouts: list[tuple[int, ...]], gates: list[int], words: str
) -> None:
    """A compiler that treats the first circuit otherwise than all others."""
    seen: dict[str, int] = {}

    def compiler(circuit: Circuit) -> Compilation:
        number = min(seen.setdefault(circuit.to_qasm(3), len(seen)), 1)
        return Compilation(5, gates[number], layout=layouts[number])

    measurement = plan(ZZ, Circuit(2).h(0).cx(0, 1), shots=100)
    with pytest.raises(ParameterError, match=words):
        MITIGATIONS[name]().cost_on(measurement, compiler)


@pytest.mark.parametrize("name", ["zne", "readout", "twirled-readout"])
def test_circuits_that_a_service_compiles_again_are_not_compared(name: str) -> None:
    measurement = plan(ZZ, Circuit(2).h(0).cx(0, 1), shots=100)
    with pytest.raises(ParameterError, match="service compiles each of them again"):
        MITIGATIONS[name]().cost_on(
            measurement, lambda circuit: Compilation(2, 1, compiled_again=True)
        )


def test_the_share_without_error_counts_relaxation_and_waiting() -> None:
    """With c = exp(−t/T2) and γ = 1 − exp(−t/T1), the Choi matrix of relaxation to |0⟩ allows
    α = (1 − γ − c²)/(2 − γ − 2c); without dephasing beyond that of T1 there is no such part."""
    t1, t2, time = 50.0, 30.0, 4.0
    gamma, c = 1 - np.exp(-time / t1), np.exp(-time / t2)
    alpha = (1 - gamma - c**2) / (2 - gamma - 2 * c)
    relaxing = hq.noise.thermal_relaxation(t1=t1, t2=t2, time=time)
    circuit = Circuit(2).h(0).h(0).h(1)
    found = no_error(circuit, hq.NoiseModel(one_qubit=relaxing))
    assert found == pytest.approx(alpha**3, rel=1e-9)
    damping = hq.NoiseModel(one_qubit=hq.noise.amplitude_damping(0.1))
    assert no_error(circuit, damping) == 0.0
    pauli = hq.NoiseModel(one_qubit=hq.noise.depolarizing(0.04))
    assert no_error(circuit, pauli) == pytest.approx(0.97**3)
    waiting = hq.NoiseModel(
        idle=(hq.noise.Idle(t1=t1, t2=t2),), one_qubit_time=time, one_qubit=relaxing
    )
    assert no_error(circuit, waiting) == pytest.approx(alpha**4, rel=1e-9)  # qubit 1 waits once
    with pytest.raises(ParameterError, match="noise of gates only"):
        MITIGATIONS["pec"]().cost(plan(ZZ, circuit, shots=100), waiting)
