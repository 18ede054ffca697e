"""Running engine for any circuit: the full statevector, gates by bit masks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import Angle, Excitation, Instruction, PauliRotation
from hybridq.core.arrays import aligned
from hybridq.core.emit import CHUNK_BITS
from hybridq.core.errors import DimensionError, EngineError
from hybridq.core.jit import is_compiled
from hybridq.core.randomness import RandomLike, as_generator
from hybridq.engines.base import (
    Observable,
    Vector,
    as_pauli_sum,
    check_hermitian,
    checked_shots,
    checked_weights,
    drawn_indices,
)
from hybridq.engines.correlations import mean_spins, measured_pairs
from hybridq.engines.exact import State, WholeStateEngine
from hybridq.engines.simulators import COMPILED, NUMPY
from hybridq.engines.statevector.kernels.sweeps import sweep
from hybridq.engines.statevector.plain import PlainRunner
from hybridq.engines.statevector.plain_steps import merged
from hybridq.engines.statevector.program import Program, compile_circuit
from hybridq.engines.statevector.sweeper import Sweeper


class Runner(Protocol):
    """A way to run a circuit; states have the shape (2, 2**bits): re and im.

    Attributes:
        bits: qubits of a state, some of them idle perhaps.
        threads: the number of threads.
    """

    bits: int
    threads: int

    def evolve(self, ket: State, point: Vector) -> None:
        """Leave the state at `point` in `ket`."""

    def energy(self, ket: State, point: Vector) -> float:
        """Leave the state at `point` in `ket`; return ⟨H⟩."""

    def overlap(self, bra: State, ket: State) -> complex:
        """Return ⟨bra|ket⟩."""

    def weigh(self, ket: State, bra: State) -> None:
        """Write H|ket⟩ to `bra`."""

    def pull_back(self, ket: State, bra: State, point: Vector) -> Vector:
        """Return the derivatives of Re⟨bra|ket⟩ where bra is an operator times ket."""

    def derivative(self, ket: State, bra: State, operator: Instruction) -> float:
        """Return d⟨H⟩/dθ at θ = 0 of one more operator, its angle x[0]; bra is H|ket⟩."""


class StatevectorEngine(WholeStateEngine):
    """Exact simulation of any circuit, all 2^n amplitudes.

    One-qubit gates that follow each other are one matrix; operations are taken in passes over
    blocks that stay in a core's cache (`schedule`); terms of the observable that flip the same
    bits share one pass over the state; gradients are by the adjoint method.

    Args:
        circuit: the circuit, on |0…0⟩.
        observable: what is measured, hermitian.
        precision: ``"double"`` or ``"single"``.
        threads: the number of threads; all cores by default.
        kernels: ``"compiled"``, or ``"numpy"`` for the slow twin that needs no compiling.

    Raises:
        DimensionError: circuit and observable differ in width.
        EngineError: an excitation is a sum of transitions that do not commute.
        CapacityError: the state does not fit in the memory that is free.
        ParameterError: the observable is not hermitian, precision unknown or threads < 1.
    """

    name: ClassVar[str] = "statevector"
    compiling_seconds: ClassVar[float] = 12.0

    def __init__(
        self,
        circuit: Circuit,
        observable: Observable,
        *,
        precision: str = "double",
        threads: int | None = None,
        kernels: str = COMPILED,
    ) -> None:
        super().__init__(circuit, observable, precision, threads, kernels)
        pauli = as_pauli_sum(observable)
        check_hermitian(pauli)
        self._pauli = pauli
        self._require_width()
        self._require_state(2 * self._dtype.itemsize << max(self.n_qubits, CHUNK_BITS))
        self._runner: Runner = self._new_runner(compile_circuit(circuit))
        self._penalties: list[tuple[float, State]] = []
        many = "" if self._runner.threads == 1 else f"; {self._runner.threads} threads"
        self._set_info(
            f"any circuit, all {1 << self.n_qubits:,} amplitudes{many}", self._runner.threads
        )

    def _new_runner(self, program: Program) -> Runner:
        """Return the runner of the circuit: compiled, or NumPy."""
        if self.kernels == NUMPY:
            return PlainRunner(program, self._pauli, self._dtype)
        return Sweeper(program, self._pauli, self._dtype, self._threads)

    def is_compiled(self) -> bool:
        """Return whether this machine has compiled the kernels for this circuit."""
        return is_compiled(sweep, (1, self._dtype.name))

    def plain_seconds(self) -> float:
        """Return about how long NumPy takes for a value and its gradient, on a slow core."""
        flips = len(np.unique(self._pauli.x_masks, axis=0))
        size = 1 << self.n_qubits
        steps = len(merged(compile_circuit(self.circuit)))
        return steps * (1.5e-4 + 3e-8 * size) + 2e-8 * flips * size

    def _new_state(self) -> State:
        """Return an uninitialized state array."""
        return aligned((2, 1 << self._runner.bits), self._dtype)

    def _evolve(self, point: Vector) -> State:
        """Return the state at `point`, in array 0."""
        ket = self._state(0)
        self._runner.evolve(ket, point)
        return ket

    def _weigh(self, ket: State) -> State:
        """Return H|ket⟩ in array 1, the penalties included."""
        bra = self._state(1)
        self._runner.weigh(ket, bra)
        for weight, other in self._penalties:
            amplitude = weight * self._runner.overlap(other, ket)
            bra[0] += amplitude.real * other[0] - amplitude.imag * other[1]
            bra[1] += amplitude.real * other[1] + amplitude.imag * other[0]
        return bra

    def expectation(self, x: ArrayLike) -> float:
        """Return ⟨H⟩ at the parameters `x`, shape (n_params,)."""
        point = self.checked_point(x)
        with self._lock:
            return self._energy(point)

    def _energy(self, point: Vector) -> float:
        """Return ⟨H⟩ at `point`, deflation included."""
        ket = self._state(0)
        value = self._runner.energy(ket, point)
        for weight, other in self._penalties:
            value += weight * abs(self._runner.overlap(other, ket)) ** 2
        return value

    def expectation_and_gradient(self, x: ArrayLike) -> tuple[float, Vector]:
        """Return ⟨H⟩ and its derivatives by the adjoint method, with two states in memory.

        Source: Jones, Gacon 2020, arXiv:2009.02823.
        """
        point = self.checked_point(x)
        with self._lock:
            ket = self._evolve(point)
            return self._pulled_back(point, ket, self._weigh(ket))

    def _pulled_back(self, point: Vector, ket: State, bra: State) -> tuple[float, Vector]:
        """Return Re⟨bra|ket⟩ and its derivatives, where bra is an operator times ket."""
        value = self._runner.overlap(bra, ket).real
        return float(value), self._runner.pull_back(ket, bra, point)

    def expectations(self, points: ArrayLike) -> Vector:
        """Return ⟨H⟩ at each row of `points`, shape (k, n_params) → (k,)."""
        rows = self.checked_points(points)
        with self._lock:
            return np.array([self._energy(row) for row in rows])

    def state(self, x: ArrayLike) -> NDArray[np.complexfloating]:
        """Return the statevector, global phase included, shape (2**n_qubits,), complex."""
        point = self.checked_point(x)
        dtype = np.result_type(self._dtype, np.complex64)
        self.require(dtype.itemsize << self.n_qubits, "the full state vector")
        with self._lock:
            ket = self._evolve(point)[:, : 1 << self.n_qubits]
            state = np.empty(ket.shape[1], dtype)
            state.real, state.imag = ket
        return state

    def sample(self, x: ArrayLike, shots: int, rng: RandomLike = None) -> NDArray[np.int64]:
        """Return `shots` measured basis states as indices, shape (shots,), in any order."""
        shots = checked_shots(shots)
        point = self.checked_point(x)
        generator = as_generator(rng)
        self.require(8 << self.n_qubits, "the probabilities")
        with self._lock:
            ket = self._evolve(point)[:, : 1 << self.n_qubits]
            probabilities = ket[0].astype(np.float64) ** 2
            probabilities += ket[1].astype(np.float64) ** 2
        return drawn_indices(probabilities, shots, generator)

    def energies(self) -> Vector:
        """Return the diagonal of the observable, shape (2**n_qubits,)."""
        if not self._pauli.is_diagonal:
            raise EngineError(
                "the observable is not diagonal, so basis states have no values",
                argument="hamiltonian",
            )
        self.require(16 << self.n_qubits, "the list of all values")
        return self._pauli.diagonal()

    def probabilities(self, x: ArrayLike) -> Vector:
        """Return the probability of each basis state, shape (2**n_qubits,), float64."""
        point = self.checked_point(x)
        self.require(16 << self.n_qubits, "the probabilities")
        with self._lock:
            ket = self._evolve(point)[:, : 1 << self.n_qubits].astype(np.float64)
        return ket[0] ** 2 + ket[1] ** 2

    def weighted_expectation(self, x: ArrayLike, weights: ArrayLike) -> tuple[float, Vector]:
        """Return Σ_z weights[z] p_z(x) and its derivatives; see `SupportsWeights`."""
        point = self.checked_point(x)
        values = checked_weights(weights, 1 << self.n_qubits)
        with self._lock:
            ket, bra = self._evolve(point), self._state(1)
            bra[:] = 0.0
            bra[:, : len(values)] = ket[:, : len(values)] * values
            return self._pulled_back(point, ket, bra)

    def correlations(self, x: ArrayLike, pairs: ArrayLike | None = None) -> tuple[Vector, Vector]:
        """Return ⟨Z_i⟩ and ⟨Z_iZ_j⟩; see `SupportsCorrelations`."""
        chosen = measured_pairs(self._pauli, pairs)
        z, zz = mean_spins(self.probabilities(x), self.n_qubits)
        return z, zz[chosen[:, 0], chosen[:, 1]]

    # Further operators, and states of other circuits.

    def operator_gradients(self, x: ArrayLike, operators: Sequence[Instruction]) -> Vector:
        """Return d⟨H⟩/dθ at θ = 0 of each operator appended at `x`, shape (operators,)."""
        point = self.checked_point(x)
        with self._lock:
            ket = self._evolve(point)
            bra = self._weigh(ket)
            return np.array(
                [self._runner.derivative(ket, bra, _at_zero(operator)) for operator in operators]
            )

    def snapshot(self, x: ArrayLike) -> NDArray[Any]:
        """Return the real and imaginary parts of the state, shape (2, amplitudes)."""
        point = self.checked_point(x)
        with self._lock:
            return self._evolve(point).copy()

    def deflate(self, weights: Sequence[float], snapshots: Sequence[NDArray[Any]]) -> None:
        """Add penalties on known states to the observable; see `SupportsDeflation`."""
        self._penalties = [
            (float(weight), self._checked_snapshot(snapshot))
            for weight, snapshot in zip(weights, snapshots, strict=True)
        ]

    def _checked_snapshot(self, snapshot: NDArray[Any]) -> State:
        """Return a snapshot in the engine's dtype."""
        state = np.ascontiguousarray(snapshot, self._dtype)
        shape = 2, 1 << self._runner.bits
        if state.shape != shape:
            raise DimensionError(
                f"a snapshot of this engine has shape {shape}, got {state.shape}",
                argument="snapshots",
            )
        return state

    def matrix_elements(
        self, snapshots: Sequence[NDArray[Any]]
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return ⟨s_i|H|s_j⟩ and ⟨s_i|s_j⟩, without any deflation."""
        states = [self._checked_snapshot(snapshot) for snapshot in snapshots]
        kept, self._penalties = self._penalties, []
        size = len(states)
        h, s = np.empty((size, size), complex), np.empty((size, size), complex)
        with self._lock:
            for column, ket in enumerate(states):
                product = self._weigh(ket)
                for row, bra in enumerate(states):
                    h[row, column] = self._runner.overlap(bra, product)
                    s[row, column] = self._runner.overlap(bra, ket)
        self._penalties = kept
        return h, s


def _at_zero(operator: Instruction) -> Instruction:
    """Return the operator with the angle 1 · x[0]."""
    if not isinstance(operator, Excitation | PauliRotation):
        raise EngineError(
            argument="operators",
            value=type(operator).__name__,
            expected="Pauli rotations and excitations",
        )
    return replace(operator, angle=Angle(parameter=0))
