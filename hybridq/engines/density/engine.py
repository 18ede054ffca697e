"""Running engine for circuits with noise: the density matrix in the Pauli basis."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.circuits.circuit import Circuit
from hybridq.core import memory
from hybridq.core.arrays import aligned
from hybridq.core.errors import CapacityError, EngineError, Setting
from hybridq.core.randomness import RandomLike, as_generator
from hybridq.engines.base import (
    Engine,
    Observable,
    Vector,
    as_pauli_sum,
    check_hermitian,
    check_widths,
    checked_shots,
    checked_threads,
    checked_weights,
    drawn_indices,
)
from hybridq.engines.correlations import mean_spins, measured_pairs
from hybridq.engines.density import measured
from hybridq.engines.density.program import compile_gates
from hybridq.engines.density.runners import CompiledRunner, PlainRunner, Runner
from hybridq.engines.info import EngineInfo
from hybridq.engines.noisy_gates import noisy_gates
from hybridq.engines.simulators import COMPILED, NUMPY
from hybridq.noise import NoiseModel

MOST_QUBITS = 14


class DensityEngine(Engine):
    r"""Exact simulation of a circuit with noise after every gate.

    The density matrix is its Pauli vector :math:`\mathrm{tr}(P\rho)`, 4^n real numbers. Gates on
    the same one or two qubits that follow each other, with their channels, are one sparse real
    matrix and one sweep. Gradients pull the observable back through the adjoint channels; states
    on the way are undone, or kept where a channel cannot be undone without losing digits.
    Expectation values are those that a measurement estimates, errors of the readout included.

    Args:
        circuit: the circuit, on |0…0⟩.
        observable: what is measured, hermitian.
        noise: the noise model.
        threads: the number of threads; all cores by default.
        kernels: ``"compiled"``, or ``"numpy"`` for the slow twin that needs no compiling.

    Raises:
        DimensionError: circuit and observable differ in width, or the model has other qubits.
        EngineError: an instruction has no exact gates, or a correlated readout an observable with
            X or Y terms.
        CapacityError: more than 14 qubits, or the density matrix does not fit in memory.
        ParameterError: the observable is not hermitian, or threads < 1.
    """

    name: ClassVar[str] = "density"

    def __init__(
        self,
        circuit: Circuit,
        observable: Observable,
        *,
        noise: NoiseModel,
        threads: int | None = None,
        kernels: str = COMPILED,
    ) -> None:
        super().__init__(circuit)
        self.kernels = kernels
        count = checked_threads(threads)
        check_widths(circuit, observable)
        if self.n_qubits > MOST_QUBITS:
            raise CapacityError(
                f"{self.n_qubits} qubits are too many for a density matrix: the limit of the "
                f"{self.name} engine is {MOST_QUBITS} qubits, 4^n numbers",
                argument="n_qubits",
                value=self.n_qubits,
                remedy=("use ", Setting("engine", "trajectories"), " or a smaller problem"),
            )
        self._require(1, "the density matrix")
        self._pauli = as_pauli_sum(observable)
        check_hermitian(self._pauli)
        self._readouts = noise.readouts(self.n_qubits)
        self._weights = self._observed()
        self._program = compile_gates(self.n_qubits, noisy_gates(circuit, noise))
        self._runner: Runner = (
            PlainRunner() if kernels == NUMPY else CompiledRunner(self.n_qubits, count)
        )
        self._lock = threading.Lock()  # one evaluation at a time uses the state
        reason = f"noise after every gate, a density matrix of {4**self.n_qubits:,} real numbers"
        self.info = EngineInfo(
            self.name, reason, self.precision, self._runner.threads, kernels, noise.describe()
        )

    def _require(self, states: int, what: str) -> None:
        """Raise unless so many density matrices fit in memory.

        Raises:
            CapacityError: they do not.
        """
        needed = states * 8 << 2 * self.n_qubits
        memory.require(needed, f"n_qubits={self.n_qubits}: {what}", "use fewer qubits")

    def _observed(self) -> measured.Weights:
        """Return the weights of the observable."""
        if self._pauli.is_diagonal and self._readouts:
            return measured.diagonal_weights(self._pauli.diagonal(), self._readouts)
        return measured.pauli_weights(self._pauli, self._readouts)

    @cached_property
    def _state(self) -> Vector:
        """The working Pauli vector."""
        return aligned(1 << 2 * self.n_qubits)

    def _evolve(self, x: Vector, kept: dict[int, Vector] | None = None) -> Vector:
        """Return the Pauli vector at `x`; leave copies of kept states in `kept`."""
        state = self._state
        state[:] = 0.0
        state[0] = 1.0
        for qubit in range(self.n_qubits):  # |0⟩⟨0| = (I + Z)/2 on each qubit
            size = 1 << 2 * qubit
            state[3 * size : 4 * size] = state[:size]
        for number, block in enumerate(self._program.blocks):
            if kept is not None and number in self._program.kept:
                kept[number] = state.copy()
            self._runner.forward(state, block, x)
        return state

    def expectation(self, x: ArrayLike) -> float:
        """Return ⟨H⟩ at the parameters `x`, shape (n_params,)."""
        point = self.checked_point(x)
        places, weights = self._weights
        with self._lock:
            return float(weights @ self._evolve(point)[places])

    def expectations(self, points: ArrayLike) -> Vector:
        """Return ⟨H⟩ at each row of `points`, shape (k, n_params) → (k,)."""
        rows = self.checked_points(points)
        return np.array([self.expectation(row) for row in rows], dtype=np.float64)

    def expectation_and_gradient(self, x: ArrayLike) -> tuple[float, Vector]:
        """Return ⟨H⟩ and its derivatives, by one sweep back through the adjoint channels.

        Raises:
            CapacityError: the states that have to be kept do not fit in memory.
        """
        return self._pulled_back(self.checked_point(x), self._weights)

    def _pulled_back(self, x: Vector, observed: measured.Weights) -> tuple[float, Vector]:
        """Return the weighted sum of expectation values and its derivatives."""
        self._require(1 + len(self._program.kept), "the gradient's matrices")
        places, weights = observed
        gradient = np.zeros(self.n_params)
        kept: dict[int, Vector] = {}
        with self._lock:
            state = self._evolve(x, kept)
            value = float(weights @ state[places])
            bra = np.zeros(len(state))
            bra[places] = weights
            for number in reversed(range(len(self._program.blocks))):
                block = self._program.blocks[number]
                undo = number not in kept
                if not undo:
                    state[:] = kept.pop(number)
                sums = self._runner.backward(state, bra, block, x, undo=undo)
                block.add_slopes(x, sums, gradient)
        return value, gradient

    def energies(self) -> Vector:
        """Return the diagonal of the observable, shape (2**n_qubits,).

        Raises:
            EngineError: the observable is not diagonal.
        """
        if not self._pauli.is_diagonal:
            raise EngineError(
                "the observable is not diagonal, so basis states have no values",
                argument="hamiltonian",
            )
        return self._pauli.diagonal()

    def probabilities(self, x: ArrayLike) -> Vector:
        """Return the probability of reading each basis state, shape (2**n_qubits,)."""
        point = self.checked_point(x)
        with self._lock:
            return measured.probabilities(self._evolve(point), self._readouts)

    def sample(self, x: ArrayLike, shots: int, rng: RandomLike = None) -> NDArray[np.int64]:
        """Return `shots` basis states as they are read, as indices, shape (shots,)."""
        shots = checked_shots(shots)
        return drawn_indices(self.probabilities(x), shots, as_generator(rng))

    def weighted_expectation(self, x: ArrayLike, weights: ArrayLike) -> tuple[float, Vector]:
        """Return Σ_z weights[z] p_z(x) and its derivatives; see `SupportsWeights`."""
        point = self.checked_point(x)
        values = checked_weights(weights, 1 << self.n_qubits)
        return self._pulled_back(point, measured.diagonal_weights(values, self._readouts))

    def correlations(self, x: ArrayLike, pairs: ArrayLike | None = None) -> tuple[Vector, Vector]:
        """Return ⟨Z_i⟩ and ⟨Z_iZ_j⟩ as they are read; see `SupportsCorrelations`."""
        chosen = measured_pairs(self._pauli, pairs)
        z, zz = mean_spins(self.probabilities(x), self.n_qubits)
        return z, zz[chosen[:, 0], chosen[:, 1]]
