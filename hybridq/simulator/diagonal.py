"""The engine for QAOA and every other circuit of one diagonal cost and X mixers."""

from __future__ import annotations

import threading
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq import memory
from hybridq.ansatz.circuit import Circuit
from hybridq.errors import CapacityError, EngineError
from hybridq.operators.ising import Ising
from hybridq.operators.pauli_sum import PauliSum
from hybridq.randomness import RandomLike, as_generator
from hybridq.result import EngineInfo
from hybridq.simulator import workspace
from hybridq.simulator.cost import build_cost, plan_cost
from hybridq.simulator.engine import (
    Engine,
    Vector,
    checked_precision,
    checked_shots,
    checked_threads,
)
from hybridq.simulator.kernels.adjoint import pass_gradient
from hybridq.simulator.kernels.block import (
    block_energies,
    block_energy,
    block_evolve,
    block_gradient,
)
from hybridq.simulator.kernels.passes import pass_evolve
from hybridq.simulator.kernels.sampling import draw_in_strips, strip_probabilities
from hybridq.simulator.kernels.team import Team
from hybridq.simulator.layers import read_layers

MOST_BITS = 33
SAMPLING_STRIP_BITS = 12


class DiagonalEngine(Engine):
    """Exact simulation of |+…+⟩, then p times e^{−iγH} and e^{iβΣX}, measuring the same H.

    The state lives in the frame where mixers are real rotations, on half the amplitudes where
    the cost is spin-flip symmetric; see `hybridq.simulator.kernels`.

    Args:
        circuit: Hadamard gates on all qubits, then layers of a phase and a mixer.
        observable: the cost in the phases, again.
        precision: ``"double"`` or ``"single"``.
        threads: how many threads to use; all by default.

    Raises:
        EngineError: the circuit has another form, or measures another operator.
        CapacityError: the state does not fit in the memory that is free.
        ParameterError: precision unknown or threads < 1.
    """

    name: ClassVar[str] = "diagonal"

    def __init__(
        self,
        circuit: Circuit,
        observable: PauliSum,
        *,
        precision: str = "double",
        threads: int | None = None,
    ) -> None:
        self._dtype = checked_precision(precision)
        self._threads = checked_threads(threads)
        self._layers = read_layers(circuit)
        cost = self._layers.hamiltonian
        if cost is not observable and not cost.isclose(observable):
            raise EngineError(
                "the diagonal engine measures the cost of the circuit's own phases; "
                "the observable is another operator"
            )
        self.n_qubits = circuit.n_qubits
        self.n_params = circuit.n_params
        self._check_width(precision)
        plan = plan_cost(Ising.from_pauli_sum(cost))
        self._bits, self._symmetric = plan.bits, plan.symmetric
        self._state_bytes = 2 * np.dtype(self._dtype).itemsize << plan.bits
        self._require(self._state_bytes + plan.stored_bytes, "the state", precision)
        self._precision = precision
        self._cost = build_cost(plan)
        self._plain = self._layers.is_plain
        self._states: list[NDArray[np.floating[Any]]] = []
        self._batch: tuple[Any, Any] | None = None
        self._lock = threading.Lock()  # the working arrays serve one evaluation at a time
        self._team = Team(self._threads)
        levels = max(len(self._cost.levels), 1) if len(self._cost.numbers) else 1
        if plan.bits <= workspace.ONE_BLOCK_BITS:
            self._grid = None
            self._block = workspace.block_space(plan.bits, levels, self._dtype, self._threads)
            self._space = workspace.one_thread(self._block)
            where = "one block"
        else:
            self._grid = workspace.choose_grid(plan.bits, plan.symmetric)
            self._tables = workspace.tables(self._grid, levels, self._dtype)
            self._passes = workspace.pass_space(self._grid, self._dtype, self._threads)
            where = f"{self._threads} thread{'s' if self._threads > 1 else ''}"
        self.info = EngineInfo(
            name=self.name,
            reason=f"phases of a diagonal cost and X mixers; {plan.reason}; {where}",
            precision=precision,
        )

    def _check_width(self, precision: str) -> None:
        if self.n_qubits > MOST_BITS:
            free = memory.available_bytes()
            have = f"; {free / 2**30:.3g} GiB are free" if free else ""
            raise CapacityError(
                f"{self.n_qubits} qubits are too many to simulate exactly: the diagonal engine's "
                f"limit is {MOST_BITS} qubits, which take 64 GiB in single precision{have}. "
                "Use a smaller graph"
            )

    def _require(self, needed: int, what: str, precision: str) -> None:
        remedy = "use fewer qubits"
        if precision == "double":
            remedy = "use precision='single' or fewer qubits"
        memory.require(needed, f"n_qubits={self.n_qubits}: {what}", remedy)

    def _state(self, number: int) -> NDArray[np.floating[Any]]:
        """State array `number` (0 the ket, 1 the bra), shape (2, 2**bits), made on first use."""
        while len(self._states) <= number:
            if self._states:
                self._require(self._state_bytes, "the gradient's second state", self._precision)
            self._states.append(np.empty((2, 1 << self._bits), self._dtype))
        return self._states[number]

    def _angles(self, x: ArrayLike) -> Vector:
        point = self.checked_point(x)
        return point if self._plain else self._layers.matrix @ point + self._layers.offset

    def expectation(self, x: ArrayLike) -> float:
        """⟨H⟩ at the parameters `x`, shape (n_params,)."""
        angles = self._angles(x)
        with self._lock:
            ket = self._state(0)
            if self._grid is None:
                return float(
                    block_energy(
                        ket[0], ket[1], self._bits, self._symmetric, angles, self._cost,
                        self._space,
                    )
                )  # fmt: skip
            value, _, _ = self._team.run(
                pass_evolve,
                ket[0],
                ket[1],
                self._grid,
                angles,
                self._cost,
                self._tables,
                self._passes,
                True,
            )
            return float(value)

    def expectation_and_gradient(self, x: ArrayLike) -> tuple[float, Vector]:
        """⟨H⟩ and its derivatives by the adjoint method, for two states of memory.

        Source: Jones, Gacon 2020, arXiv:2009.02823.
        """
        angles = self._angles(x)
        gradient = np.empty(len(angles))
        with self._lock:
            ket, bra = self._state(0), self._state(1)
            if self._grid is None:
                value = block_gradient(
                    ket[0], ket[1], bra[0], bra[1], self._bits, self._symmetric, angles,
                    self._cost, self._space, gradient,
                )  # fmt: skip
            else:
                value = self._team.run(
                    pass_gradient, ket, bra, self._grid, angles, self._cost, self._tables,
                    self._passes, np.empty(4), gradient,
                )  # fmt: skip
        if not self._plain:
            gradient = self._layers.matrix.T @ gradient
        return float(value), gradient

    def expectations(self, points: ArrayLike) -> Vector:
        """⟨H⟩ at each row of `points`: small states one a thread, large ones one by one."""
        rows = self.checked_points(points)
        if self._grid is not None or len(rows) < 2:
            return np.array([self.expectation(row) for row in rows])
        if not self._plain:
            rows = rows @ self._layers.matrix.T + self._layers.offset
        values = np.empty(len(rows))
        with self._lock:
            if self._batch is None:
                shape = (self._threads, 2, 1 << self._bits)
                self._batch = np.empty(shape, self._dtype), self._block
            states, spaces = self._batch
            self._team.run(
                block_energies,
                states,
                self._bits,
                self._symmetric,
                rows,
                self._cost,
                spaces,
                values,
            )
        return values

    def _evolve(self, angles: Vector) -> tuple[NDArray[np.floating[Any]], bool]:
        """The final state in the frame, and whether all bits are flipped; hold the lock."""
        ket = self._state(0)
        if self._grid is None:
            flipped = block_evolve(
                ket[0], ket[1], self._bits, self._symmetric, angles, self._cost, self._space
            )
        else:
            _, flipped, _ = self._team.run(
                pass_evolve,
                ket[0],
                ket[1],
                self._grid,
                angles,
                self._cost,
                self._tables,
                self._passes,
                True,
            )
        return ket, bool(flipped)

    def state(self, x: ArrayLike) -> NDArray[np.complexfloating]:
        """The state vector, global phase included, shape (2**n_qubits,), complex.

        Raises:
            CapacityError: the full vector does not fit in the memory that is free.
        """
        angles = self._angles(x)
        dtype = np.result_type(self._dtype, np.complex64)
        self._require(
            3 * np.dtype(dtype).itemsize << self.n_qubits, "the full state", self._precision
        )
        with self._lock:
            ket, flipped = self._evolve(angles)
            frame = ket[0] + 1j * ket[1]
        set_bits = np.bitwise_count(np.arange(1 << self._bits, dtype=np.uint64))
        state = frame * np.array([1, -1j, -1, 1j], dtype=dtype)[set_bits % 4]
        if flipped:
            state = state[::-1]
        if self._symmetric:
            state = np.concatenate([state, state[::-1]]) / np.sqrt(2.0)
        betas = angles[len(angles) // 2 :]
        # Each quarter turn that a mixer's angle was reduced by is a factor of i a qubit.
        turns = np.rint((betas - np.arctan(_reduced_tangent(betas))) / (np.pi / 2)).sum()
        return (state * 1j ** int(turns * self.n_qubits % 4)).astype(dtype)

    def sample(self, x: ArrayLike, shots: int, rng: RandomLike = None) -> NDArray[np.int64]:
        """`shots` measured basis states as indices, shape (shots,), in no particular order."""
        shots = checked_shots(shots)
        angles = self._angles(x)
        generator = as_generator(rng)
        strip_bits = min(SAMPLING_STRIP_BITS, self._bits)
        probabilities = np.empty(1 << (self._bits - strip_bits))
        indices = np.empty(shots, dtype=np.int64)
        with self._lock:
            ket, flipped = self._evolve(angles)
            self._team.run(strip_probabilities, ket[0], ket[1], strip_bits, probabilities)
            counts = generator.multinomial(shots, probabilities / probabilities.sum())
            starts = np.concatenate([[0], np.cumsum(counts)])
            strips = np.repeat(np.arange(len(counts)), counts)
            positions = np.sort(strips + generator.random(shots))
            self._team.run(
                draw_in_strips, ket[0], ket[1], strip_bits, probabilities, starts, positions,
                indices,
            )  # fmt: skip
        if flipped:
            indices ^= (1 << self._bits) - 1
        if self._symmetric:
            # Either of the two states that one amplitude stands for, with equal probability.
            indices ^= generator.integers(0, 2, shots) * ((1 << self.n_qubits) - 1)
        return indices


def _reduced_tangent(betas: Vector) -> Vector:
    tangent = np.tan(betas)
    with np.errstate(divide="ignore"):
        return np.where(np.abs(tangent) > 1.0, -1.0 / tangent, tangent)
