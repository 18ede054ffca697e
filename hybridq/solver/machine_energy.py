"""Energies on a machine: the groups of terms of a trained circuit in one batch."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from hybridq.backends.base import Compilation, Execution
from hybridq.backends.prediction import predicted
from hybridq.measurement import Plan, plan
from hybridq.measurement.registry import AUTO
from hybridq.presentation.machine import MachineInfo
from hybridq.solver.machine import planned, spent
from hybridq.solver.machine_mitigation import Runs, mitigating, together

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit
    from hybridq.problems.base import Problem
    from hybridq.solver.machine import Machine
    from hybridq.solver.settings import SolveSettings


def measure_energy(
    machine: Machine,
    problem: Problem,
    circuit: Circuit,
    settings: SolveSettings,
    x: Any,
    ideal: float,
) -> MachineInfo:
    """Measure the energy of a trained circuit; return mean, error and costs.

    Terms are grouped as `hybridq.measurement.plan` chooses, and the shots divided by the standard
    deviations of the simulated state.

    Args:
        machine: that runs it.
        problem: with a Hamiltonian.
        circuit: that was trained.
        settings: shots of all groups together.
        x: the trained parameters.
        ideal: energy of a perfect machine.

    Raises:
        ParameterError: fewer than two shots for each group.
    """
    settings.announce("planning the measurement")
    asked = settings.measurement
    target = None if asked is None else asked.target_error
    measurement = plan(
        problem.observable,
        circuit,
        np.asarray(x),
        grouping=AUTO if asked is None else asked.grouping,
        target_error=target,
        shots=settings.shots if target is None else None,
    )
    runs = [
        Execution(each, (), shots)
        for each, shots in zip(measurement.circuits, measurement.shots.tolist(), strict=True)
    ]
    compiled = [machine.connection.compile(each) for each in measurement.circuits]
    settings.announce("predicting")
    info = planned(machine, runs, _widest(compiled), problem.sign * ideal)
    info = replace(info, **_prediction(measurement, compiled, problem.sign))
    correcting = mitigating(machine, problem, measurement, settings, alone=True)
    if correcting is not None:
        info = correcting.foreseen(info)
        machine.check_counts(info)
    if machine.dry_run:
        return info
    outcomes, known = [], []
    mean = error = None
    if correcting is None or correcting.mitigation.reads_plan:
        outcome = machine.run(runs, settings.announce)
        found = measurement.estimate(outcome.bits)
        mean, error = problem.sign * found.value, found.standard_error
        known = list(zip(runs, outcome.bits, strict=True))
        outcomes.append(outcome)
        machine = machine.after(outcome)
    facts: dict[str, Any] = {}
    if correcting is not None:
        running = Runs(machine, settings.announce, known)
        facts = correcting.run(running, problem.sign, settings.streams[2])
        outcomes += running.outcomes
    return replace(spent(info, together(outcomes), mean, error), **facts)


def _widest(compiled: list[Compilation]) -> Compilation:
    """Return the compilation with the most two-qubit gates, and the least success."""
    most = max(compiled, key=lambda each: (each.two_qubit_gates, each.depth))
    known = [each.success for each in compiled if each.success is not None]
    least = min(known) if len(known) == len(compiled) else None
    return replace(most, success=least)


def _prediction(measurement: Plan, compiled: list[Compilation], sign: float) -> dict[str, Any]:
    """Return the fields of the predicted energy; none where a group has none."""
    total, variance, methods = measurement.constant, 0.0, set()
    for group, each in zip(measurement.groups, compiled, strict=True):
        found = predicted(each, (), group.diagonal, share=1.0 / len(compiled))
        if found is None:
            return {}
        total += found.value
        variance += found.error**2
        methods.add(found.method)
    return {
        "noisy": sign * total,
        "noisy_error": variance**0.5,
        "prediction": ", ".join(sorted(methods)),
    }
