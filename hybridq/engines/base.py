"""Base of running engines: one circuit, one observable, checked points."""

from __future__ import annotations

from abc import ABC
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core import memory
from hybridq.core.arrays import as_floats
from hybridq.core.checks import checked_count
from hybridq.core.errors import DimensionError, ParameterError, Setting
from hybridq.engines.info import EngineInfo
from hybridq.engines.simulators import check_precision
from hybridq.operators.electronic import ElectronicHamiltonian
from hybridq.operators.ising import Ising
from hybridq.operators.pauli_sum import PauliSum

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit
    from hybridq.operators.sector import Sector
    from hybridq.problems.base import Problem

Vector = NDArray[np.float64]
Observable: TypeAlias = PauliSum | ElectronicHamiltonian
HamiltonianLike: TypeAlias = "Observable | Ising | Problem"
"""Anything with a Hamiltonian; see `as_observable`."""

_SHOT_BYTES = 40  # its index, sorted to be counted

PRECISIONS: dict[str, type[np.floating]] = {"double": np.float64, "single": np.float32}


class Engine(ABC):
    """One circuit and one observable, prepared for many evaluations.

    A subclass adds the methods of the capabilities that it has (`hybridq.engines.protocols`), and
    no others. All choices (memory layout, precision, threads) are made at construction, which
    refuses what cannot run before anything large is allocated. Results do not depend on the
    number of threads.

    Args:
        circuit: what runs.

    Attributes:
        name: the engine's plain name.
        holds_state: whether it has amplitudes or draws samples; an engine that does not computes
            expectation values alone.
        info: name, reason and precision, as results record them; set by the subclass.
        circuit: the circuit itself.
        n_qubits: width of the circuit.
        n_params: length of the parameter vector.
        precision: ``"double"`` or ``"single"``.
        sector: the particle numbers to which its states are confined, None for all basis states.
    """

    name: ClassVar[str]
    holds_state: ClassVar[bool] = True
    info: EngineInfo
    precision: str = "double"
    sector: Sector | None = None

    def __init__(self, circuit: Circuit) -> None:
        self.circuit = circuit
        self.n_qubits, self.n_params = circuit.n_qubits, circuit.n_params

    def __repr__(self) -> str:
        return (
            f"<{type(self).__name__}: {self.n_qubits} qubits, {self.n_params} parameters, "
            f"{self.precision} precision>"
        )

    def checked_point(self, x: ArrayLike) -> Vector:
        """Return `x` as a contiguous float64 vector.

        Raises:
            DimensionError: it has another length.
            ParameterError: it holds something other than finite real numbers.
        """
        point = self.shaped_point(x)
        if not np.isfinite(point).all():
            bad = int(np.flatnonzero(~np.isfinite(point))[0])
            raise ParameterError(
                f"parameter {bad} must be finite, got {point[bad]}", argument="x", value=point
            )
        return point

    def shaped_point(self, x: ArrayLike) -> Vector:
        """Return `x` as a contiguous float64 vector, without a check for infinities.

        Raises:
            DimensionError: it has another length.
            ParameterError: it holds something other than real numbers.
        """
        point = as_floats("x", x)
        if point.ndim == 0:  # a number, as the only parameter
            point = point.reshape(1)
        if point.shape != (self.n_params,):
            raise DimensionError(
                f"this circuit takes {self.n_params} parameters, "
                f"got an array of shape {point.shape}",
                argument="x",
                value=point,
            )
        return point

    def checked_points(self, points: ArrayLike) -> Vector:
        """Return `points` as a contiguous float64 array of shape (k, n_params).

        Raises:
            DimensionError: they have another shape.
            ParameterError: they hold something other than finite real numbers.
        """
        array = as_floats("points", points)
        if array.ndim != 2 or array.shape[1] != self.n_params:
            raise DimensionError(
                f"points must have shape (k, {self.n_params}), got an array of shape {array.shape}",
                argument="points",
                value=array,
            )
        if not np.isfinite(array).all():
            row = int(np.flatnonzero(~np.isfinite(array).all(axis=1))[0])
            raise ParameterError(
                f"points must be finite, got {array[row]} in row {row}",
                argument="points",
                value=array,
            )
        return array


def as_observable(hamiltonian: HamiltonianLike) -> Observable:
    """Return the operator that engines measure.

    Args:
        hamiltonian: a `PauliSum` or an `ElectronicHamiltonian`, returned as it is; an `Ising`
            energy; or a problem, for its own Hamiltonian.

    Raises:
        ParameterError: it is none of these.
    """
    if isinstance(hamiltonian, PauliSum | ElectronicHamiltonian):
        return hamiltonian
    if isinstance(hamiltonian, Ising):
        return hamiltonian.to_pauli_sum()
    from hybridq.problems.base import Problem

    if isinstance(hamiltonian, Problem):
        return hamiltonian.observable
    raise ParameterError(
        argument="hamiltonian",
        value=hamiltonian,
        expected="a PauliSum, an Ising, an ElectronicHamiltonian or a problem",
    )


def as_pauli_sum(observable: Observable) -> PauliSum:
    """Return the observable on qubits; an electronic Hamiltonian by Jordan and Wigner."""
    return observable if isinstance(observable, PauliSum) else observable.pauli_sum


def check_widths(circuit: Circuit, observable: Observable) -> None:
    """Raise unless circuit and observable have the same number of qubits.

    Raises:
        DimensionError: they differ.
    """
    if circuit.n_qubits != observable.n_qubits:
        raise DimensionError(
            f"the circuit has {circuit.n_qubits} qubits and the observable "
            f"{observable.n_qubits}: the widths must agree",
            argument="observable",
        )


def check_hermitian(pauli: PauliSum) -> None:
    """Raise if expectation values of the observable are complex, beyond rounding.

    Raises:
        ParameterError: it is not hermitian.
    """
    if not pauli.is_hermitian(1e-10 * max(1.0, pauli.one_norm)):
        raise ParameterError(
            "the observable is not hermitian: its values would be complex", argument="hamiltonian"
        )


def checked_precision(precision: str) -> type[np.floating]:
    """Return the real dtype of ``"double"`` or ``"single"``.

    Raises:
        ParameterError: any other name.
    """
    check_precision(precision)
    return PRECISIONS[precision]


def checked_shots(shots: int, argument: str = "shots") -> int:
    """Return `shots` as an int.

    Args:
        shots: number of measurements.
        argument: the argument that holds it, for messages.

    Raises:
        ParameterError: it is not an integer >= 1.
        CapacityError: the measured indices do not fit in memory.
    """
    count = checked_count(argument, shots)
    memory.require(_SHOT_BYTES * count, (Setting(argument, count),), "take fewer shots")
    return count


def checked_threads(threads: int | None) -> int:
    """Return the number of threads to use: all cores by default.

    Raises:
        ParameterError: fewer than 1, or more than the process may use.
    """
    from hybridq.engines.kernels.team import most_threads

    most = most_threads()
    if threads is None:
        return most
    count = checked_count("threads", threads)
    if count > most:
        raise ParameterError(
            argument="threads",
            value=threads,
            expected=f"at most {most}",
            remedy="this process may not use more cores",
        )
    return count


def drawn_indices(
    probabilities: Vector, shots: int, generator: np.random.Generator
) -> NDArray[np.int64]:
    """Return indices drawn by `probabilities`, ascending; they are overwritten."""
    cumulative = np.cumsum(probabilities, out=probabilities)
    draws = np.sort(generator.random(shots)) * cumulative[-1]
    drawn = np.searchsorted(cumulative, draws, side="right")
    return np.minimum(drawn, len(cumulative) - 1).astype(np.int64)


def counted_bits(
    samples: NDArray[Any], n_qubits: int
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return distinct measured bit rows, ordered by basis index, and their counts.

    Args:
        samples: what `SupportsSampling.sample` returned.
        n_qubits: width of the circuit.

    Returns:
        bits, uint8, shape (k, n_qubits), qubit 0 first, and counts, shape (k,).
    """
    if samples.ndim == 2:  # rows of bits: the last qubit is the highest bit of the index
        rows, counts = np.unique(samples[:, ::-1], axis=0, return_counts=True)
        return np.ascontiguousarray(rows[:, ::-1], dtype=np.uint8), counts
    indices, counts = np.unique(samples, return_counts=True)
    little_endian = indices.astype("<u8").view(np.uint8).reshape(-1, 8)
    return np.unpackbits(little_endian, axis=1, count=n_qubits, bitorder="little"), counts


def checked_weights(weights: ArrayLike, count: int) -> NDArray[np.float64]:
    """Return weights of simulated states, float64, shape (count,).

    Raises:
        DimensionError: another shape.
    """
    values = np.ascontiguousarray(weights, dtype=np.float64)
    if values.shape != (count,):
        raise DimensionError(
            f"weights must have shape ({count},), one for each of {count} states, got shape "
            f"{values.shape}",
            argument="weights",
        )
    return values
