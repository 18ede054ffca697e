"""What all objectives share: an ansatz, a Hamiltonian, and the engine that runs the circuits."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.circuits.circuit import Circuit
from hybridq.circuits.digest import digest
from hybridq.core.errors import DimensionError, EngineError, ParameterError
from hybridq.core.randomness import RandomLike
from hybridq.engines.base import check_observable
from hybridq.engines.choose import choose_engine
from hybridq.engines.info import EngineInfo

if TYPE_CHECKING:
    from hybridq.ansatz.base import Ansatz
    from hybridq.ansatz.qaoa import QAOA
    from hybridq.engines.base import Engine, Observable
    from hybridq.objectives.statistics import Statistic
    from hybridq.operators.sector import Sector

Vector = NDArray[np.float64]


class Objective(ABC):
    """A number to minimize, computed exactly from the state that an ansatz prepares.

    Args:
        ansatz: prepares the state: a `Circuit`, or what has a `circuit`.
        hamiltonian: what is measured, hermitian.
        engine: an engine's name, or ``"auto"``.
        precision: ``"double"`` or ``"single"``.
        threads: how many threads the engine uses; all by default.

    Attributes:
        kind: the name in `OBJECTIVES`.
        options: the names of further arguments.
        is_energy: whether values are in the Hamiltonian's unit; else they are pure numbers.
        label: words for the number that is shown, with ``{value}`` for the name of the value.
        is_probability: True if minus the value is a probability, which is shown instead.

    Raises:
        ParameterError: what is given is no ansatz, or nothing to measure.
        DimensionError: ansatz and Hamiltonian differ in width.
        EngineError: no engine can run this circuit.
        CapacityError: the state does not fit in memory.
    """

    kind: ClassVar[str]
    options: ClassVar[tuple[str, ...]] = ()
    is_energy: ClassVar[bool] = True
    label: ClassVar[str] = "objective"
    is_probability: ClassVar[bool] = False

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
        self.circuit = circuit
        self.hamiltonian = hamiltonian
        self.n_params = ansatz.n_params
        self._precision, self._threads = precision, threads
        self._engine = self._choose(engine)

    def _choose(self, name: str) -> Engine:
        return self.simulator_of(self.circuit, name)

    def simulator_of(self, circuit: Circuit, name: str = "auto") -> Engine:
        """Another circuit's engine, set up as this objective's own."""
        return choose_engine(
            circuit, self.hamiltonian, name=name, precision=self._precision, threads=self._threads
        )

    @classmethod
    def shown_sign(cls, sign: float) -> float:
        """Return the factor from the minimized value to the one that is shown.

        Args:
            sign: of the problem, for values in its unit.
        """
        if cls.is_energy:
            return sign
        return -1.0 if cls.is_probability else 1.0

    @property
    def engine(self) -> EngineInfo:
        """Which engine runs the circuits, and why."""
        return self._engine.info

    @property
    def simulator(self) -> Engine:
        """The engine itself."""
        return self._engine

    @property
    @abstractmethod
    def statistic(self) -> Statistic:
        """The function of the measured values' distribution that is minimized."""

    @abstractmethod
    def __call__(self, x: ArrayLike) -> float:
        """The value at `x`, shape (n_params,)."""

    @abstractmethod
    def value_and_gradient(self, x: ArrayLike) -> tuple[float, Vector]:
        """The value and its derivatives, shape (n_params,)."""

    def values(self, points: ArrayLike) -> Vector:
        """The value at each row of `points`, shape (k, n_params) → (k,)."""
        return np.array([self(row) for row in self._engine.checked_points(points)])

    def describe(self) -> dict[str, Any]:
        """Name and options, as plain values."""
        return {"kind": self.kind, **{name: getattr(self, name) for name in self.options}}

    @property
    def identity(self) -> dict[str, Any]:
        """What is computed and how, so that a journal of another objective is refused."""
        return {
            **self.describe(),
            "circuit": digest(self.circuit),
            "hamiltonian": digest(self.hamiltonian),
            "engine": self.engine.name,
            "precision": self._precision,
        }

    # What else may be asked of the state.

    def expectation(self, x: ArrayLike) -> float:
        """⟨H⟩ at `x`, whatever is minimized."""
        return self._engine.expectation(x)

    def state(self, x: ArrayLike) -> NDArray[np.complexfloating]:
        """The state vector, shape (2**n,), qubit 0 the lowest bit of the index."""
        return self._engine.state(x)

    def fidelity(self, x: ArrayLike, y: ArrayLike) -> float:
        """|⟨ψ(x)|ψ(y)⟩|²."""
        return self._engine.fidelity(x, y)

    def metric(self, x: ArrayLike, blocks: str | None = None) -> Vector:
        """The Fubini–Study metric of the states, shape (n_params, n_params).

        See `Engine.metric`.
        """
        return self._engine.metric(x, blocks)

    @property
    def sector(self) -> Sector | None:
        """The sector that the engine works in, None where it keeps every basis state."""
        return getattr(self._engine, "sector", None)

    def snapshot(self, x: ArrayLike) -> NDArray[Any]:
        """The state at `x` over the basis states of `sector`, in ascending order; a copy."""
        return self._engine.snapshot(x)

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
        return sampled_bits(self._engine, x, shots, rng)

    def sample(self, x: ArrayLike, shots: int, rng: RandomLike = None) -> dict[str, int]:
        """Counts by bitstring, qubit 0 written first, of `shots` measurements at `x`."""
        bits, counts = self.sample_bits(x, shots, rng)
        letters = np.ascontiguousarray(bits + ord("0"))
        strings = letters.view(f"S{bits.shape[1]}").ravel().astype(str)
        return dict(zip(strings.tolist(), counts.tolist(), strict=True))


def sampled_bits(
    engine: Engine, x: ArrayLike, shots: int, rng: RandomLike
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Distinct measured bit rows by basis index, and how often each was seen."""
    indices, counts = np.unique(engine.sample(x, shots, rng), return_counts=True)
    little_endian = indices.astype("<u8").view(np.uint8).reshape(-1, 8)
    return np.unpackbits(little_endian, axis=1, count=engine.n_qubits, bitorder="little"), counts
