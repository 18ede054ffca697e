"""What the outer loop minimizes: functions of the parameter vector alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.ansatz.circuit import Circuit
from hybridq.errors import DimensionError, EngineError, ParameterError
from hybridq.randomness import RandomLike
from hybridq.result import EngineInfo
from hybridq.simulator.choose import choose_engine
from hybridq.simulator.engine import check_observable

if TYPE_CHECKING:
    from hybridq.ansatz.base import Ansatz
    from hybridq.ansatz.instructions import Instruction
    from hybridq.ansatz.qaoa import QAOA
    from hybridq.operators.sector import Sector
    from hybridq.simulator.engine import Observable

Vector = NDArray[np.float64]


class Expectation:
    """The expectation value of a Hamiltonian in the state that an ansatz prepares.

    Args:
        ansatz: prepares the state: a `Circuit`, or what has a `circuit`.
        hamiltonian: what is measured, hermitian.
        engine: an engine's name, or ``"auto"``.
        precision: ``"double"`` or ``"single"``.
        threads: how many threads the engine uses; all by default.

    Raises:
        ParameterError: what is given is no ansatz, or nothing to measure.
        DimensionError: ansatz and Hamiltonian differ in width.
        EngineError: no engine can run this circuit.
        CapacityError: the state does not fit in memory.
    """

    def __init__(
        self,
        ansatz: Circuit | Ansatz | QAOA,
        hamiltonian: Observable,
        *,
        engine: str = "auto",
        precision: str = "double",
        threads: int | None = None,
    ) -> None:
        check_observable(hamiltonian)
        circuit = ansatz if isinstance(ansatz, Circuit) else getattr(ansatz, "circuit", None)
        if not isinstance(circuit, Circuit):
            raise ParameterError(
                f"{ansatz!r:.60} prepares no state: give a Circuit or an ansatz such as UCCSD"
            )
        if ansatz.n_qubits != hamiltonian.n_qubits:
            raise DimensionError(
                f"the ansatz has {ansatz.n_qubits} qubits and the Hamiltonian "
                f"{hamiltonian.n_qubits}: the widths must agree"
            )
        self.ansatz = ansatz
        self.hamiltonian = hamiltonian
        self.n_params = ansatz.n_params
        self._engine = choose_engine(
            circuit, hamiltonian, name=engine, precision=precision, threads=threads
        )

    @property
    def engine(self) -> EngineInfo:
        """Which engine runs the circuits, and why."""
        return self._engine.info

    def __call__(self, x: ArrayLike) -> float:
        """The expectation value at `x`, shape (n_params,)."""
        return self._engine.expectation(x)

    def value_and_gradient(self, x: ArrayLike) -> tuple[float, Vector]:
        """The expectation value and its derivatives, shape (n_params,)."""
        return self._engine.expectation_and_gradient(x)

    def values(self, points: ArrayLike) -> Vector:
        """The expectation value at each row of `points`, shape (k, n_params) → (k,)."""
        return self._engine.expectations(points)

    def state(self, x: ArrayLike) -> NDArray[np.complexfloating]:
        """The state vector, shape (2**n,), qubit 0 the lowest bit of the index."""
        return self._engine.state(x)

    @property
    def sector(self) -> Sector | None:
        """The sector that the engine works in, None where it keeps every basis state."""
        return getattr(self._engine, "sector", None)

    def operator_gradients(self, x: ArrayLike, operators: Sequence[Instruction]) -> Vector:
        """The slope of each of `operators` appended at `x`; see `Engine.operator_gradients`."""
        return self._engine.operator_gradients(x, operators)

    def snapshot(self, x: ArrayLike) -> NDArray[Any]:
        """The state at `x` over the basis states of `sector`, in ascending order; a copy."""
        return self._engine.snapshot(x)

    def deflate(self, weights: Sequence[float], snapshots: Sequence[NDArray[Any]]) -> None:
        """From now on measure H + Σ_i weights[i] |s_i⟩⟨s_i|, gradients included."""
        self._engine.deflate(weights, snapshots)

    def matrix_elements(
        self, snapshots: Sequence[NDArray[Any]]
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """⟨s_i|H|s_j⟩ and ⟨s_i|s_j⟩, without any deflation; both of shape (k, k)."""
        return self._engine.matrix_elements(snapshots)

    def distribution(self, x: ArrayLike) -> tuple[Vector, Vector]:
        """The values of a whole-numbered cost, ascending, and the exact probability of each.

        Raises:
            EngineError: the engine offers no exact distribution.
            ParameterError: the values do not differ by whole numbers.
        """
        distribution = getattr(self._engine, "distribution", None)
        if distribution is None:
            raise EngineError(f"the {self._engine.name} engine offers no exact distribution")
        return distribution(x)

    def sample_bits(
        self, x: ArrayLike, shots: int, rng: RandomLike = None
    ) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """Distinct measured bit rows, shape (k, n), and how often each was seen, shape (k,).

        Rows are ordered by basis index.
        """
        indices, counts = np.unique(self._engine.sample(x, shots, rng), return_counts=True)
        n = self._engine.n_qubits
        little_endian = indices.astype("<u8").view(np.uint8).reshape(-1, 8)
        return np.unpackbits(little_endian, axis=1, count=n, bitorder="little"), counts

    def sample(self, x: ArrayLike, shots: int, rng: RandomLike = None) -> dict[str, int]:
        """Counts by bitstring, qubit 0 written first, of `shots` measurements at `x`."""
        bits, counts = self.sample_bits(x, shots, rng)
        letters = np.ascontiguousarray(bits + ord("0"))
        strings = letters.view(f"S{bits.shape[1]}").ravel().astype(str)
        return dict(zip(strings.tolist(), counts.tolist(), strict=True))
