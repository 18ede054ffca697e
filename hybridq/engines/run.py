"""Single runs of a circuit: state, probabilities, samples and expectation values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.circuits.instructions import DiagonalPhase
from hybridq.circuits.parameters import Vector, full_vector
from hybridq.core import memory
from hybridq.core.errors import DimensionError, EngineError
from hybridq.core.randomness import RandomLike, as_generator
from hybridq.engines.base import (
    HamiltonianLike,
    as_observable,
    as_pauli_sum,
    check_hermitian,
    check_widths,
    checked_shots,
)
from hybridq.engines.choose import choose_engine
from hybridq.engines.protocols import SupportsExpectation, SupportsSampling, SupportsState
from hybridq.engines.statevector.plain import MOST_QUBITS, small_state
from hybridq.operators.pauli_sum import PauliSum

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit

Values = Mapping[str, float] | ArrayLike

_CAPACITY = memory.capacity("running the circuit", "use fewer qubits")


@_CAPACITY
def state(circuit: Circuit, x: Values | None = None) -> NDArray[np.complexfloating]:
    """Return the statevector at `x`, shape (2**n_qubits,), complex128."""
    point = full_vector(x, circuit.parameters)
    small = _small(circuit, point)
    if small is not None:
        return small
    engine = choose_engine(circuit, own_observable(circuit), needs=(SupportsState,))
    assert isinstance(engine, SupportsState)
    return engine.state(point)


@_CAPACITY
def probabilities(
    circuit: Circuit, qubits: Sequence[int] | None = None, x: Values | None = None
) -> Vector:
    """Return probabilities of outcomes, shape (2**k,), qubits[0] the lowest bit."""
    where = _measured(circuit, qubits)
    amplitudes = state(circuit, x)
    memory.require(
        8 * amplitudes.size, f"the probabilities on {circuit.n_qubits} qubits", "use fewer qubits"
    )
    outcomes: Vector = amplitudes.real**2 + amplitudes.imag**2
    # Axis a of the tensor is qubit n - 1 - a; qubits that are not measured are summed over.
    n = circuit.n_qubits
    unseen = tuple(n - 1 - qubit for qubit in range(n) if qubit not in where)
    marginal = outcomes.reshape((2,) * n).sum(axis=unseen)
    ascending = sorted(where)
    axes = [len(where) - 1 - ascending.index(qubit) for qubit in reversed(where)]
    return np.ascontiguousarray(marginal.transpose(axes)).reshape(-1)


@_CAPACITY
def sample(
    circuit: Circuit,
    shots: int,
    rng: RandomLike = None,
    x: Values | None = None,
    qubits: Sequence[int] | None = None,
) -> dict[str, int]:
    """Return counts by bitstring of `shots` measurements of `qubits`, in their order.

    Strings are ordered by their index, ``qubits[0]`` the lowest bit.
    """
    where = _measured(circuit, qubits)
    point = full_vector(x, circuit.parameters)
    small = _small(circuit, point)
    if small is None:
        engine = choose_engine(circuit, own_observable(circuit), needs=(SupportsSampling,))
        assert isinstance(engine, SupportsSampling)
        indices = engine.sample(point, shots, rng)
    else:
        chances = np.abs(small) ** 2
        drawn = as_generator(rng).multinomial(checked_shots(shots), chances / chances.sum())
        indices = np.repeat(np.arange(len(chances)), drawn)
    chosen = np.zeros_like(indices)
    for place, qubit in enumerate(where):
        chosen |= (indices >> qubit & 1) << place
    values, counts = np.unique(chosen, return_counts=True)
    width = len(where)
    return {
        f"{value:0{width}b}"[::-1]: count
        for value, count in zip(values.tolist(), counts.tolist(), strict=True)
    }


@_CAPACITY
def expectation(circuit: Circuit, observable: HamiltonianLike, x: Values | None = None) -> float:
    """Return the expectation value of `observable` at `x`."""
    measured = as_observable(observable)
    check_widths(circuit, measured)
    point = full_vector(x, circuit.parameters)
    small = _small(circuit, point)
    if small is None:
        engine = choose_engine(circuit, measured, needs=(SupportsExpectation,))
        assert isinstance(engine, SupportsExpectation)
        return float(engine.expectation(point))
    pauli = as_pauli_sum(measured)
    check_hermitian(pauli)
    matrix = pauli.to_matrix()
    return float(np.vdot(small, matrix @ small).real)


def _small(circuit: Circuit, point: Vector) -> NDArray[np.complexfloating] | None:
    """Return the state of a small circuit, None where a compiled engine is faster."""
    if circuit.n_qubits > MOST_QUBITS:
        return None
    try:
        return small_state(circuit, point)
    except EngineError:  # an excitation or a mixer that only one engine takes
        return None


def own_observable(circuit: Circuit) -> PauliSum:
    """Return the observable to choose an engine by, where only bits are measured.

    It is the circuit's own cost, so that the diagonal engine can be chosen.
    """
    phases = (step for step in circuit.instructions if isinstance(step, DiagonalPhase))
    first = next(phases, None)
    return PauliSum.zero(circuit.n_qubits) if first is None else first.hamiltonian


def _measured(circuit: Circuit, qubits: Sequence[int] | None) -> tuple[int, ...]:
    """Return the qubits to measure, all of them for None."""
    where = circuit.checked_qubits(range(circuit.n_qubits) if qubits is None else qubits)
    if not where:
        raise DimensionError(
            "no qubit to measure",
            argument="qubits",
            remedy="name at least one or leave it out",
        )
    return where
