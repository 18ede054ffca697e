"""Running one circuit once: its state, outcomes, samples and expectation values."""

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
    as_pauli_sum,
    check_hermitian,
    check_observable,
    checked_shots,
)
from hybridq.engines.choose import choose_engine
from hybridq.engines.statevector.small import MOST_QUBITS, small_state
from hybridq.operators.pauli_sum import PauliSum

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit
    from hybridq.engines.base import Engine, Observable

Values = Mapping[str, float] | ArrayLike

_CAPACITY = memory.capacity("running the circuit", "use fewer qubits")


@_CAPACITY
def state(circuit: Circuit, x: Values | None = None) -> NDArray[np.complexfloating]:
    """The state vector at `x`, shape (2**n_qubits,), complex128."""
    point = full_vector(x, circuit.parameters)
    small = _small(circuit, point)
    return _engine(circuit).state(point) if small is None else small


@_CAPACITY
def probabilities(
    circuit: Circuit, qubits: Sequence[int] | None = None, x: Values | None = None
) -> Vector:
    """The probability of each outcome on `qubits`, shape (2**k,), ``qubits[0]`` the lowest bit."""
    where = _measured(circuit, qubits)
    amplitudes = state(circuit, x)
    memory.require(
        8 * amplitudes.size, f"the probabilities on {circuit.n_qubits} qubits", "use fewer qubits"
    )
    outcomes: Vector = amplitudes.real**2 + amplitudes.imag**2
    # Axis a of the tensor is qubit n - 1 - a; qubits that nobody looks at are summed over.
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
    """Counts by bitstring of `shots` measurements of `qubits`, written in that order.

    Strings are ordered by their index, ``qubits[0]`` the lowest bit.
    """
    where = _measured(circuit, qubits)
    point = full_vector(x, circuit.parameters)
    small = _small(circuit, point)
    if small is None:
        indices = _engine(circuit).sample(point, shots, rng)
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
def expectation(circuit: Circuit, observable: Observable, x: Values | None = None) -> float:
    """The expectation value of `observable` at `x`."""
    check_observable(observable)
    if observable.n_qubits != circuit.n_qubits:
        raise DimensionError(
            f"an observable of {observable.n_qubits} qubits in a circuit of {circuit.n_qubits}: "
            "the widths must agree"
        )
    point = full_vector(x, circuit.parameters)
    small = _small(circuit, point)
    if small is None:
        return float(choose_engine(circuit, observable).expectation(point))
    pauli = as_pauli_sum(observable)
    check_hermitian(pauli)
    matrix = pauli.to_matrix()
    return float(np.vdot(small, matrix @ small).real)


def _small(circuit: Circuit, point: Vector) -> NDArray[np.complexfloating] | None:
    """The state of few qubits, which no compiled engine is worth waking for; else None."""
    if circuit.n_qubits > MOST_QUBITS:
        return None
    try:
        return small_state(circuit, point)
    except EngineError:  # an excitation that only the sector engine knows
        return None


def _engine(circuit: Circuit) -> Engine:
    """The engine for a circuit of which nothing is measured but bits.

    Engines are made for an observable; a circuit's own cost is the one that keeps the diagonal
    engine open for it.
    """
    phases = (step for step in circuit.instructions if isinstance(step, DiagonalPhase))
    first = next(phases, None)
    observable = PauliSum.zero(circuit.n_qubits) if first is None else first.hamiltonian
    return choose_engine(circuit, observable)


def _measured(circuit: Circuit, qubits: Sequence[int] | None) -> tuple[int, ...]:
    where = circuit.checked_qubits(range(circuit.n_qubits) if qubits is None else qubits)
    if not where:
        raise DimensionError("no qubit to measure: name at least one, or leave qubits out")
    return where
