"""Running engine for any circuit: the full statevector, gates by bit masks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import Angle, Excitation, Instruction, PauliRotation
from hybridq.core.errors import DimensionError, EngineError
from hybridq.core.randomness import RandomLike, as_generator
from hybridq.engines.base import (
    Observable,
    Vector,
    as_pauli_sum,
    check_hermitian,
    checked_shots,
)
from hybridq.engines.exact import State, WholeStateEngine
from hybridq.engines.kernels.emit import CHUNK_BITS, VECTOR_BYTES
from hybridq.engines.kernels.team import Team
from hybridq.engines.statevector.kernels.factors import fill_coefs, fold_gradient
from hybridq.engines.statevector.kernels.gates import GateSpace
from hybridq.engines.statevector.kernels.sweeps import (
    APPLY_TERMS,
    BACKWARD,
    FORWARD,
    Plan,
    overlap,
    prepare,
    scale,
    sweep,
)
from hybridq.engines.statevector.program import compile_circuit, factor_arrays, lower
from hybridq.engines.statevector.schedule import Item, group_terms, schedule

GROUPS = 32
THREADED_BITS = 13  # below, a pass is too short to share


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

    Raises:
        DimensionError: circuit and observable differ in width.
        EngineError: an excitation is a sum of transitions that do not commute.
        CapacityError: the state does not fit in the memory that is free.
        ParameterError: the observable is not hermitian, precision unknown or threads < 1.
    """

    name: ClassVar[str] = "statevector"

    def __init__(
        self,
        circuit: Circuit,
        observable: Observable,
        *,
        precision: str = "double",
        threads: int | None = None,
    ) -> None:
        super().__init__(circuit, observable, precision, threads)
        pauli = as_pauli_sum(observable)
        check_hermitian(pauli)
        self._pauli = pauli
        self._require_width()
        # Vectors and chunks take at least 64 amplitudes: idle qubits fill up small states.
        self._bits = max(self.n_qubits, CHUNK_BITS)
        self._require_state(2 * self._dtype.itemsize << self._bits)
        self._program = compile_circuit(circuit)
        self._constant, self._groups = group_terms(pauli)
        if self._bits < THREADED_BITS:
            self._threads = 1
        self._team = Team(self._threads)
        self._penalties: list[tuple[float, State]] = []
        self._coefs = np.zeros((max(self._slots, 1), 16))
        many = "" if self._threads == 1 else f"; {self._threads} threads"
        self._set_info(f"any circuit, all {1 << self.n_qubits:,} amplitudes{many}", self._threads)

    # What is prepared once: plans, working arrays, states.

    @property
    def _slots(self) -> int:
        """The number of operations; each has a slot in the arrays `_coefs` and `_sums`."""
        return len(self._program.operations)

    @property
    def _operations(self) -> list[Item]:
        """The operations of the circuit with their slots."""
        return list(enumerate(self._program.operations))

    @cached_property
    def _measuring(self) -> Plan:
        """The passes of the circuit and the observable, whose slots come last."""
        groups = enumerate(self._groups, start=self._slots)
        return schedule([*self._operations, *groups], self._bits)

    @cached_property
    def _forward(self) -> Plan:
        """The passes of the circuit."""
        return schedule(self._operations, self._bits)

    @cached_property
    def _backward(self) -> Plan:
        """The passes of the circuit in reverse, for the adjoint method."""
        return schedule(self._operations[::-1], self._bits)

    @cached_property
    def _weighing(self) -> Plan:
        """The passes of a product with the observable."""
        groups = list(enumerate(self._groups, start=self._slots))
        return schedule(groups, self._bits, free=True)

    @cached_property
    def _signs(self) -> State:
        """The signs (−1)^{a·b} for all a and b of one chunk."""
        size = np.arange(1 << CHUNK_BITS)
        parity = np.bitwise_count(size[:, None] & size[None, :]) & 1
        return np.where(parity, -1.0, 1.0).astype(self._dtype)

    @cached_property
    def _spaces(self) -> GateSpace:
        """Working arrays, with a leading axis of threads."""
        plans = (self._measuring, self._forward, self._backward, self._weighing)
        copied = [plan.local_bits[plan.local_bits > plan.run_bits] for plan in plans]
        bits = max((int(b) for part in copied for b in part), default=1)
        lanes = max(VECTOR_BYTES // self._dtype.itemsize, 1)
        most = max(int(plan.local_bits.max(initial=CHUNK_BITS)) for plan in plans)
        threads, chunks = self._threads, 1 << (most - CHUNK_BITS)
        return GateSpace(
            blocks=np.empty((threads, 4, 1 << bits), self._dtype),
            vectors=np.empty((threads, 8 * lanes), self._dtype),
            sums=np.empty((threads, 8 * lanes), self._dtype),
            chunk=np.empty((threads, 1 << CHUNK_BITS), self._dtype),
            spare=np.empty((threads, 1 << most), self._dtype),
            low=np.empty((threads, 2 << CHUNK_BITS), self._dtype),
            high=np.empty((threads, 2 * chunks), self._dtype),
            chunk_sums=np.empty((threads, chunks)),
            signs=self._signs,
        )

    @cached_property
    def _sums(self) -> Vector:
        """Partial sums by group and slot."""
        blocks = 1 << max(self._bits - 1, 0)
        return np.zeros((min(GROUPS, blocks), max(self._slots + len(self._groups), 1), 8))

    def _new_state(self) -> State:
        """Return an uninitialized state array."""
        return np.empty((2, 1 << self._bits), self._dtype)

    # The work.

    def _sweep(self, mode: int, ket: State, bra: State, plan: Plan) -> None:
        """Run the passes of a plan."""
        self._team.run(
            sweep, mode, ket, bra, self._bits, plan, self._coefs, self._spaces, self._sums
        )

    def _evolve(self, point: Vector, plan: Plan) -> State:
        """Run a plan that begins with the circuit; return the state in array 0."""
        ket = self._state(0)
        fill_coefs(self._program.factors, point, self._coefs)
        self._team.run(prepare, ket, 0)
        self._sweep(FORWARD, ket, ket, plan)
        return ket

    def _overlap(self, bra: State, ket: State) -> complex:
        """Return ⟨bra|ket⟩."""
        partial = np.empty((min(GROUPS, ket.shape[1]), 2))
        return complex(*self._team.run(overlap, bra, ket, partial))

    def _weigh(self, ket: State) -> State:
        """Return H|ket⟩ in array 1, the constant and the penalties included."""
        bra = self._state(1)
        self._team.run(scale, bra, ket, self._constant)
        self._sweep(APPLY_TERMS, ket, bra, self._weighing)
        for weight, other in self._penalties:
            amplitude = weight * self._overlap(other, ket)
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
        self._sums[:, self._slots :] = 0.0
        ket = self._evolve(point, self._measuring)
        value = self._constant + float(self._sums[:, self._slots :, 0].sum(axis=0).sum())
        for weight, other in self._penalties:
            value += weight * abs(self._overlap(other, ket)) ** 2
        return value

    def expectation_and_gradient(self, x: ArrayLike) -> tuple[float, Vector]:
        """Return ⟨H⟩ and its derivatives by the adjoint method, with two states in memory.

        Source: Jones, Gacon 2020, arXiv:2009.02823.
        """
        point = self.checked_point(x)
        with self._lock:
            ket = self._evolve(point, self._forward)
            return self._pulled_back(point, ket, self._weigh(ket))

    def _pulled_back(self, point: Vector, ket: State, bra: State) -> tuple[float, Vector]:
        """Return Re⟨bra|ket⟩ and its derivatives, where bra is an operator times ket."""
        gradient = np.empty(self.n_params)
        value = self._overlap(bra, ket).real
        self._sums[:] = 0.0
        self._sweep(BACKWARD, ket, bra, self._backward)
        fold_gradient(self._program.factors, point, self._sums.sum(axis=0), gradient)
        return float(value), gradient

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
            ket = self._evolve(point, self._forward)[:, : 1 << self.n_qubits]
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
            ket = self._evolve(point, self._forward)[:, : 1 << self.n_qubits]
            probabilities = ket[0].astype(np.float64) ** 2
            probabilities += ket[1].astype(np.float64) ** 2
        cumulative = np.cumsum(probabilities, out=probabilities)
        draws = np.sort(generator.random(shots)) * cumulative[-1]
        drawn = np.searchsorted(cumulative, draws, side="right")
        return np.minimum(drawn, len(cumulative) - 1).astype(np.int64)

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
            ket = self._evolve(point, self._forward)[:, : 1 << self.n_qubits].astype(np.float64)
        return ket[0] ** 2 + ket[1] ** 2

    def weighted_expectation(self, x: ArrayLike, weights: ArrayLike) -> tuple[float, Vector]:
        """Return Σ_z weights[z] p_z(x) and its derivatives; see `SupportsWeights`."""
        point = self.checked_point(x)
        values = np.ascontiguousarray(weights, dtype=np.float64)
        if values.shape != (1 << self.n_qubits,):
            raise DimensionError(
                f"weights must have shape ({1 << self.n_qubits},), one for each of "
                f"{1 << self.n_qubits} states, got shape {values.shape}",
                argument="weights",
            )
        with self._lock:
            ket, bra = self._evolve(point, self._forward), self._state(1)
            bra[:] = 0.0
            bra[:, : len(values)] = ket[:, : len(values)] * values
            return self._pulled_back(point, ket, bra)

    # Further operators, and states of other circuits.

    def operator_gradients(self, x: ArrayLike, operators: Sequence[Instruction]) -> Vector:
        """Return d⟨H⟩/dθ at θ = 0 of each operator appended at `x`, shape (operators,)."""
        point = self.checked_point(x)
        with self._lock:
            ket = self._evolve(point, self._forward)
            bra = self._weigh(ket)
            return np.array([self._derivative(ket, bra, operator) for operator in operators])

    def _derivative(self, ket: State, bra: State, operator: Instruction) -> float:
        """Return d⟨H⟩/dθ at θ = 0 of one operator, from the state and its product with H."""
        operations = lower(_at_zero(operator), 0)
        factors = factor_arrays(operations)
        coefs = np.zeros((len(operations), 16))
        sums = np.zeros((self._sums.shape[0], len(operations), 8))
        gradient = np.zeros(1)
        fill_coefs(factors, gradient, coefs)
        plan = schedule(list(enumerate(operations)), self._bits, free=True)
        self._team.run(sweep, BACKWARD, ket, bra, self._bits, plan, coefs, self._spaces, sums)
        fold_gradient(factors, np.zeros(1), sums.sum(axis=0), gradient)
        return float(gradient[0])

    def snapshot(self, x: ArrayLike) -> NDArray[Any]:
        """Return the real and imaginary parts of the state, shape (2, amplitudes)."""
        point = self.checked_point(x)
        with self._lock:
            return self._evolve(point, self._forward).copy()

    def deflate(self, weights: Sequence[float], snapshots: Sequence[NDArray[Any]]) -> None:
        """Add penalties on known states to the observable; see `SupportsDeflation`."""
        self._penalties = [
            (float(weight), self._checked_snapshot(snapshot))
            for weight, snapshot in zip(weights, snapshots, strict=True)
        ]

    def _checked_snapshot(self, snapshot: NDArray[Any]) -> State:
        """Return a snapshot in the engine's dtype."""
        state = np.ascontiguousarray(snapshot, self._dtype)
        if state.shape != (2, 1 << self._bits):
            raise DimensionError(
                f"a snapshot of this engine has shape (2, {1 << self._bits}), got {state.shape}",
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
                    h[row, column] = self._overlap(bra, product)
                    s[row, column] = self._overlap(bra, ket)
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
