"""Running engine for QAOA and other circuits of one diagonal cost and X mixers."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.circuits.circuit import Circuit
from hybridq.core.jit import is_compiled
from hybridq.core.randomness import RandomLike, as_generator
from hybridq.engines.base import (
    Observable,
    Vector,
    checked_shots,
    checked_weights,
)
from hybridq.engines.correlations import mean_spins, measured_pairs
from hybridq.engines.diagonal import workspace
from hybridq.engines.diagonal.batch import BATCH_BITS, FEWEST_POINTS, Batch
from hybridq.engines.diagonal.cost import CostPlan, build_cost, plan_cost, whole_levels
from hybridq.engines.diagonal.kernels.adjoint import pass_gradient
from hybridq.engines.diagonal.kernels.block import block_gradient
from hybridq.engines.diagonal.plain import PLAIN_BYTES, PlainRunner
from hybridq.engines.diagonal.runners import (
    ManyPasses,
    OneBlock,
    Runner,
    State,
    amplitudes,
    new_state,
)
from hybridq.engines.exact import WholeStateEngine
from hybridq.engines.kernels.team import Team
from hybridq.engines.layers import check_measured, read_layers
from hybridq.engines.simulators import COMPILED, NUMPY
from hybridq.operators.ising import Ising


class DiagonalEngine(WholeStateEngine):
    """Exact simulation of |+…+⟩ under layers e^{−iγH}, e^{iβΣX}; the observable is H.

    The state lives in the frame where mixers are real rotations, on half the amplitudes where
    the cost is spin-flip symmetric; see `hybridq.engines.diagonal.kernels`.

    Args:
        circuit: Hadamard gates on all qubits, then layers of a phase and a mixer.
        observable: the cost in the phases, again.
        precision: ``"double"`` or ``"single"``.
        threads: the number of threads; all cores by default.
        kernels: ``"compiled"``, or ``"numpy"`` for the slow twin that needs no compiling.

    Raises:
        EngineError: the circuit has another form, or the observable is another operator.
        CapacityError: the state does not fit in the memory that is free.
        DimensionError: circuit and observable differ in width.
        ParameterError: an unknown precision or threads < 1.
    """

    name: ClassVar[str] = "diagonal"
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
        self._team = Team(self._threads)
        self._layers = read_layers(circuit, self.name)
        hamiltonian = self._layers.hamiltonian
        check_measured(hamiltonian, observable, self.name)
        self._require_width()
        plan = plan_cost(Ising.from_pauli_sum(hamiltonian))
        self._plan = plan
        self._bits, self._symmetric, self._ising = plan.bits, plan.symmetric, plan.ising
        further = PLAIN_BYTES << plan.bits if kernels == NUMPY else plan.stored_bytes
        self._require_state(2 * self._dtype.itemsize << plan.bits, further)
        self._runner = self._new_runner(plan)
        storage = "cost stored" if self.kernels == NUMPY else plan.storage
        parts = ["phases of a diagonal cost and X mixers", plan.share, storage, self._runner.where]
        self._set_info("; ".join(filter(None, parts)), self._runner.threads)

    def _new_runner(self, plan: CostPlan) -> Runner:
        """Return the runner for the cost: NumPy, one block, or passes over memory."""
        if self.kernels == NUMPY:
            return PlainRunner(plan, self._dtype, self._threads)
        kind = OneBlock if plan.bits <= workspace.ONE_BLOCK_BITS else ManyPasses
        return kind(plan.bits, plan.symmetric, build_cost(plan), self._dtype, self._team)

    def is_compiled(self) -> bool:
        """Return whether this machine has compiled the kernels for this circuit."""
        kernel = block_gradient if self._bits <= workspace.ONE_BLOCK_BITS else pass_gradient
        return is_compiled(kernel, (0, self._dtype.name))

    def plain_seconds(self) -> float:
        """Return about how long NumPy takes for a value and its gradient, on a slow core."""
        return self._layers.p * (2e-4 + 1.2e-7 * (1 << self._bits))

    def _new_state(self) -> State:
        """Return an uninitialized state array."""
        return new_state(self._runner, self._bits, self._dtype)

    def _angles(self, x: ArrayLike, *, check: bool = True) -> Vector:
        """Return the angles γ_1 … γ_p, β_1 … β_p at the parameters `x`."""
        point = self.checked_point(x) if check else self.shaped_point(x)
        return self._layers.angles(point)

    def expectation(self, x: ArrayLike) -> float:
        """Return ⟨H⟩ at the parameters `x`, shape (n_params,)."""
        # A check of a few numbers costs as much as a layer of a small state, so there it is made
        # afterwards: what is not finite comes out as not finite.
        angles = self._angles(x, check=self._bits > workspace.ONE_BLOCK_BITS)
        with self._lock:
            value = float(self._runner.energy(self._state(0), angles))
        if not math.isfinite(value):
            self.checked_point(x)
        return value

    def expectation_and_gradient(self, x: ArrayLike) -> tuple[float, Vector]:
        """Return ⟨H⟩ and its derivatives by the adjoint method, with two states in memory.

        Source: Jones, Gacon 2020, arXiv:2009.02823.
        """
        angles = self._angles(x)
        gradient = np.empty(len(angles))
        with self._lock:
            value = self._runner.gradient(self._state(0), self._state(1), angles, gradient)
        return float(value), self._layers.slopes(gradient)

    def expectations(self, points: ArrayLike) -> Vector:
        """Return ⟨H⟩ at each row of `points`, shape (k, n_params) → (k,).

        Small states run a vector of points at a time, in double precision. From
        `batch.FEWEST_POINTS` rows on a value depends on its own row alone; it may differ from
        `expectation` by rounding.
        """
        rows = self.checked_points(points)
        if not self._layers.is_plain:
            rows = rows @ self._layers.matrix.T + self._layers.offset
        with self._lock:
            if self._batch is not None and len(rows) >= FEWEST_POINTS:
                return self._batch.energies(rows)
            return np.array([self._runner.energy(self._state(0), row) for row in rows])

    @cached_property
    def _batch(self) -> Batch | None:
        """The runner of many points of a small state; None where the state is large."""
        small = self.kernels == COMPILED and self._bits <= BATCH_BITS
        return Batch(self._plan, self._team) if small else None

    def state(self, x: ArrayLike) -> NDArray[np.complexfloating]:
        """Return the statevector, global phase included, shape (2**n_qubits,), complex.

        Raises:
            CapacityError: the full vector does not fit in the memory that is free.
        """
        angles = self._angles(x)
        dtype = np.result_type(self._dtype, np.complex64)
        self.require(3 * dtype.itemsize << self.n_qubits, "the full state vector")
        with self._lock:
            ket = self._state(0)
            flipped = self._runner.evolve(ket, angles)
            re, im = amplitudes(self._runner, ket)
            frame = re + 1j * im
        ones = np.bitwise_count(np.arange(1 << self._bits, dtype=np.uint64))
        state = frame * np.array([1, -1j, -1, 1j], dtype=dtype)[ones % 4]
        if flipped:
            state = state[::-1]
        if self._symmetric:
            state = np.concatenate([state, state[::-1]]) / np.sqrt(2.0)
        if self._runner.drops_quarters:
            quarters = _quarter_rotations(angles[len(angles) // 2 :])
            state = state * 1j ** int(quarters * self.n_qubits % 4)
        return state.astype(dtype, copy=False)

    def sample(self, x: ArrayLike, shots: int, rng: RandomLike = None) -> NDArray[np.int64]:
        """Return `shots` measured basis states as indices, shape (shots,), in any order."""
        shots = checked_shots(shots)
        angles = self._angles(x)
        generator = as_generator(rng)
        with self._lock:
            ket = self._state(0)
            flipped = self._runner.evolve(ket, angles)
            indices = self._runner.draw(ket, shots, generator)
        if flipped:
            indices ^= (1 << self._bits) - 1
        if self._symmetric:
            # Either of the two states that one amplitude represents, with equal probability.
            indices ^= generator.integers(0, 2, shots) * ((1 << self.n_qubits) - 1)
        return indices

    def energies(self) -> Vector:
        """Return the cost of each simulated state, shape (2**bits,); half where symmetric."""
        self.require(16 << self._bits, "the list of all values")
        return self._ising.to_pauli_sum().diagonal()

    def probabilities(self, x: ArrayLike) -> Vector:
        """Return the probability of each entry of `energies`, float64."""
        angles = self._angles(x)
        self.require(16 << self._bits, "the list of all probabilities")
        with self._lock:
            ket = self._state(0)
            flipped = self._runner.evolve(ket, angles)
            re, im = amplitudes(self._runner, ket)
            found = re.astype(np.float64) ** 2 + im.astype(np.float64) ** 2
        return found[::-1] if flipped else found

    def weighted_expectation(self, x: ArrayLike, weights: ArrayLike) -> tuple[float, Vector]:
        """Return Σ_z weights[z] p_z(x) and its derivatives; see `SupportsWeights`."""
        angles = self._angles(x)
        values = checked_weights(weights, 1 << self._bits)
        gradient = np.empty(len(angles))
        with self._lock:
            value = self._runner.gradient(self._state(0), self._state(1), angles, gradient, values)
        return float(value), self._layers.slopes(gradient)

    def correlations(self, x: ArrayLike, pairs: ArrayLike | None = None) -> tuple[Vector, Vector]:
        """Return ⟨Z_i⟩ and ⟨Z_iZ_j⟩; see `SupportsCorrelations`."""
        chosen = measured_pairs(self._layers.hamiltonian, pairs)
        z, zz = mean_spins(self.probabilities(x), self._bits)
        if self._symmetric:
            # The last spin is +1 in the states that are kept, and z its product with the others.
            zz = np.block([[zz, z[:, None]], [z, np.ones(1)]])
            z = np.zeros(self.n_qubits)
        return z, zz[chosen[:, 0], chosen[:, 1]]

    def distribution(self, x: ArrayLike) -> tuple[Vector, Vector]:
        """Return the exact distribution of a cost whose values differ by integers.

        Returns:
            values that can occur, ascending, and the probability of each; shapes (k,).

        Raises:
            ParameterError: the values do not differ by integers, or are too many to list.
        """
        angles = self._angles(x)
        lowest, bins = whole_levels(self._ising)
        with self._lock:
            probabilities = self._runner.histogram(self._state(0), angles, lowest, bins)
        values: Vector = lowest + np.arange(len(probabilities), dtype=np.float64)
        seen = probabilities > 0.0
        return values[seen], probabilities[seen]


def _quarter_rotations(betas: Vector) -> Any:
    """Return the total of quarter rotations that the kernels took off the mixers.

    Each is a factor i per qubit.
    """
    tangent = np.tan(betas)
    with np.errstate(divide="ignore"):
        reduced = np.where(np.abs(tangent) > 1.0, -1.0 / tangent, tangent)
    return np.rint((betas - np.arctan(reduced)) / (np.pi / 2)).sum()
