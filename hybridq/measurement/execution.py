"""Execution of measurement plans: on simulators, or by any callable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.circuit import Circuit
from hybridq.core import memory
from hybridq.core.errors import DimensionError, ParameterError
from hybridq.core.randomness import RandomLike, as_generator
from hybridq.engines.base import drawn_indices
from hybridq.engines.choose import AUTO, EngineLike, choose_engine
from hybridq.engines.protocols import SupportsSampling
from hybridq.measurement.allocation import LEAST_SHOTS, best_division
from hybridq.measurement.base import State
from hybridq.measurement.plans import Estimate, Plan, VarianceSource
from hybridq.operators.pauli_sum import PauliSum

Bits: TypeAlias = NDArray[np.uint8]

Execute: TypeAlias = Callable[[Sequence[Circuit], Sequence[int]], Sequence[Bits]]
"""Runs circuits: ``execute(circuits, shots)`` returns the bits measured by each circuit.

One number of shots for each circuit; one array of shape (shots, n_qubits), uint8, for each, column
i = qubit i, or the measured qubit i of a `PlacedCircuit`. Circuits have no free parameters.
"""

PILOT = 0.1
"""Share of the shots of a pilot run."""


def executor(engine: EngineLike = AUTO, rng: RandomLike = None) -> Execute:
    """Return a callable that runs circuits on a simulator; see `Execute`.

    Args:
        engine: ``"auto"``, a name of `ENGINES` or a configured engine, also one with noise.
        rng: source of the shots.
    """
    generator = as_generator(rng)

    def execute(circuits: Sequence[Circuit], shots: Sequence[int]) -> list[Bits]:
        found = []
        for circuit, count in zip(circuits, shots, strict=True):
            running = choose_engine(
                circuit, PauliSum.zero(circuit.n_qubits), engine=engine, needs=(SupportsSampling,)
            )
            assert isinstance(running, SupportsSampling)
            samples = running.sample(np.zeros(0), int(count), generator)
            found.append(as_bits(samples, circuit.n_qubits))
        return found

    return execute


def measure(plan: Plan, execute: Execute) -> Estimate:
    """Return the value that a plan measures, with its standard error.

    A plan whose variances are not known from a state first spends a tenth of its shots on a pilot
    run, and divides the others by the variances that this finds. The pilot's shots are not part of
    the estimate, which they would bias, but are counted.

    Args:
        plan: with the circuit that prepares the state.
        execute: see `Execute`.

    Raises:
        ParameterError: the plan does not know the circuit.
        DimensionError: `execute` returned other numbers of circuits, shots or qubits.
    """
    if plan.preparation is None:
        raise ParameterError(
            "the plan does not know the circuit that prepares the state",
            argument="plan",
            remedy="make it with the circuit, or run plan.circuits after it and call plan.estimate",
        )
    spent = 0
    least = LEAST_SHOTS * len(plan.groups)
    trial = max(int(PILOT * plan.total_shots), least)
    if plan.source is VarianceSource.MIXED and plan.total_shots - trial >= least:
        spent = trial
        bits = run_circuits(execute, plan.circuits, best_division(spent, plan.variances).tolist())
        plan = plan.refined(bits).with_shots(plan.total_shots - spent)
    found = plan.estimate(run_circuits(execute, plan.circuits, plan.shots.tolist()))
    return Estimate(found.value, found.standard_error, found.shots + spent)


def run_circuits(execute: Execute, circuits: Sequence[Circuit], shots: Sequence[int]) -> list[Bits]:
    """Return the bits of each circuit, checked.

    Raises:
        DimensionError: `execute` returned other numbers of circuits, shots or qubits.
    """
    found = [np.asarray(each) for each in execute(circuits, shots)]
    expected = [
        (count, len(circuit.measured)) for circuit, count in zip(circuits, shots, strict=True)
    ]
    if [each.shape for each in found] != expected:
        raise DimensionError(
            argument="execute",
            value=f"shapes {[each.shape for each in found]}",
            expected=f"a function that returns arrays of shapes {expected}",
        )
    return found


def sampled(plan: Plan, state: State, rng: RandomLike = None) -> list[Bits]:
    """Return bits drawn from a statevector for each group of a plan.

    Args:
        plan: its groups and shots.
        state: shape (2**n_qubits,).
        rng: source of the shots.

    Raises:
        CapacityError: a copy of the state does not fit in memory.
    """
    from hybridq.engines.statevector.plain import evolved  # loads the compiler

    generator = as_generator(rng)
    most, n = int(plan.shots.max(initial=0)), len(state).bit_length() - 1
    needed = 80 * len(state) + 32 * most + n * plan.total_shots
    memory.require(needed, f"{plan.total_shots:,} shots on {n} qubits", "take fewer shots")
    found = []
    for group, shots in zip(plan.groups, plan.shots.tolist(), strict=True):
        rotated = evolved(group.rotation, state)
        chances = rotated.real**2 + rotated.imag**2
        found.append(as_bits(drawn_indices(chances, shots, generator), group.rotation.n_qubits))
    return found


def as_bits(samples: NDArray[np.integer], n_qubits: int) -> Bits:
    """Return what `SupportsSampling.sample` returned as rows of bits, uint8."""
    if samples.ndim == 2:
        return samples.astype(np.uint8, copy=False)
    little_endian = samples.astype("<u8").view(np.uint8).reshape(-1, 8)
    return np.unpackbits(little_endian, axis=1, count=n_qubits, bitorder="little")
