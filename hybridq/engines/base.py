"""What every engine promises: expectation values, gradients, states and samples of one circuit."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core import memory
from hybridq.core.checks import checked_count
from hybridq.core.errors import DimensionError, EngineError, ParameterError
from hybridq.core.randomness import RandomLike
from hybridq.engines.info import EngineInfo
from hybridq.engines.metric import Geometry, amplitudes
from hybridq.operators.electronic import ElectronicHamiltonian
from hybridq.operators.pauli_sum import PauliSum

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit
    from hybridq.circuits.instructions import Instruction

Vector = NDArray[np.float64]
Observable: TypeAlias = PauliSum | ElectronicHamiltonian

_BYTES_OF_A_SHOT = 40  # its index, sorted to be counted

PRECISIONS: dict[str, type[np.floating]] = {"double": np.float64, "single": np.float32}


class Engine(ABC):
    """One circuit and one observable, made ready to be evaluated many times.

    All choices (memory layout, precision, threads) are made at construction, which refuses what
    cannot be run before anything large is allocated. Results do not depend on the number of
    threads.

    Attributes:
        name: the engine's plain name.
        info: which engine this is and why it fits.
        n_qubits: width of the circuit.
        n_params: length of the parameter vector.
        precision: ``"double"`` or ``"single"``.
        circuit: the circuit itself.
    """

    name: ClassVar[str]
    info: EngineInfo
    circuit: Circuit
    n_qubits: int
    n_params: int
    precision: str

    @abstractmethod
    def expectation(self, x: ArrayLike) -> float:
        """⟨H⟩ at the parameters `x`, shape (n_params,)."""

    @abstractmethod
    def expectation_and_gradient(self, x: ArrayLike) -> tuple[float, Vector]:
        """⟨H⟩ and its derivative by each parameter, shape (n_params,)."""

    @abstractmethod
    def expectations(self, points: ArrayLike) -> Vector:
        """⟨H⟩ at each row of `points`, shape (k, n_params) → (k,)."""

    @abstractmethod
    def state(self, x: ArrayLike) -> NDArray[np.complexfloating]:
        """The state vector, shape (2**n_qubits,), qubit 0 the lowest bit of the index."""

    @abstractmethod
    def sample(self, x: ArrayLike, shots: int, rng: RandomLike = None) -> NDArray[np.int64]:
        """`shots` measured basis states as indices, in no particular order."""

    def energies(self) -> Vector:
        """The values of a diagonal observable, in the order of `probabilities`; float64.

        Raises:
            EngineError: the observable is not diagonal, or the engine cannot list its values.
        """
        raise EngineError(f"the {self.name} engine lists no values of its observable")

    def probabilities(self, x: ArrayLike) -> Vector:
        """The probability of each entry of `energies` at `x`, float64; they sum to 1."""
        raise EngineError(f"the {self.name} engine lists no probabilities")

    def weighted_expectation(self, x: ArrayLike, weights: ArrayLike) -> tuple[float, Vector]:
        """Σ_z weights[z] p_z(x) and its derivatives, in the order of `probabilities`.

        What a function of the distribution needs beside `probabilities`: its derivative by the
        probabilities is the weights.
        """
        raise EngineError(f"the {self.name} engine measures no weights of one's own")

    def metric(self, x: ArrayLike, blocks: str | None = None) -> Vector:
        r"""The Fubini–Study metric at `x`, shape (n_params, n_params), symmetric and positive.

        .. math:: G_{ij} = \mathrm{Re}\,\langle\partial_i\psi|\partial_j\psi\rangle
                  - \langle\partial_i\psi|\psi\rangle\langle\psi|\partial_j\psi\rangle

        so that :math:`|\langle\psi(x)|\psi(x + d)\rangle|^2 = 1 - d^T G d + O(d^3)`; the quantum
        Fisher information is 4 G. Costs one state a rotation, two an excitation, 8 at most for
        each parameter, and memory for all of the derivatives. Exact for rotations, excitations
        and other parameters of up to 8 frequencies; elsewhere by differences, with a relative
        error of about 1e-12 (1e-5 in single precision).

        Args:
            x: the parameters, shape (n_params,).
            blocks: ``"layers"`` for the blocks of parameters in the same layer of the circuit
                alone, which take less memory; the other entries are then 0.

        Raises:
            CapacityError: the derivatives do not fit in memory.
            ParameterError: another word for `blocks`.

        Source: Stokes, Izaac, Killoran, Carleo 2020, arXiv:1909.02108.
        """
        return self._geometry.metric(self, self.checked_point(x), blocks)

    @cached_property
    def _geometry(self) -> Geometry:
        return Geometry(self.circuit)

    def fidelity(self, x: ArrayLike, y: ArrayLike) -> float:
        """|⟨ψ(x)|ψ(y)⟩|², at the cost of two states."""
        here, there = (amplitudes(self, self.checked_point(point)) for point in (x, y))
        return float(abs(np.vdot(here, there)) ** 2)

    def operator_gradients(self, x: ArrayLike, operators: Sequence[Instruction]) -> Vector:
        """d⟨H⟩/dθ at θ = 0 of each operator appended to the circuit at `x`, shape (operators,).

        Each operator is a `PauliRotation` or an `Excitation`; its own angle is not looked at. All
        of them share one state and one product with H (ADAPT-VQE, arXiv:1812.11173).

        Raises:
            EngineError: this engine cannot, or an operator does not fit it.
        """
        raise EngineError(f"the {self.name} engine gives no gradients of operators to append")

    def snapshot(self, x: ArrayLike) -> NDArray[Any]:
        """The state at `x` in this engine's own layout, a copy, for `deflate` and `overlaps`.

        Engines of the same kind, width and (where they have one) sector share the layout.
        """
        raise EngineError(f"the {self.name} engine gives no snapshots of its state")

    def deflate(self, weights: Sequence[float], snapshots: Sequence[NDArray[Any]]) -> None:
        """From now on measure H + Σ_i weights[i] |s_i⟩⟨s_i|, gradients included.

        Source: Higgott, Wang, Brierley 2019, arXiv:1805.08138.
        """
        raise EngineError(f"the {self.name} engine cannot deflate states")

    def matrix_elements(
        self, snapshots: Sequence[NDArray[Any]]
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """⟨s_i|H|s_j⟩ and ⟨s_i|s_j⟩, without any deflation; both of shape (k, k)."""
        raise EngineError(f"the {self.name} engine gives no matrix elements")

    def require(self, needed: int, what: str) -> None:
        """Refuse what does not fit in the memory that is free.

        Raises:
            CapacityError: `needed` bytes are more than there are.
        """
        single = "precision='single' or " if self.precision == "double" else ""
        memory.require(needed, f"n_qubits={self.n_qubits}: {what}", f"use {single}fewer qubits")

    def checked_point(self, x: ArrayLike) -> Vector:
        """`x` as a contiguous float64 vector.

        Raises:
            DimensionError: it has another length.
            ParameterError: it has entries that are not finite.
        """
        point = self.shaped_point(x)
        if not np.isfinite(point).all():
            bad = int(np.flatnonzero(~np.isfinite(point))[0])
            raise ParameterError(f"parameter {bad} is {point[bad]}: give finite numbers")
        return point

    def shaped_point(self, x: ArrayLike) -> Vector:
        """`x` as a contiguous float64 vector, its numbers unseen.

        Raises:
            DimensionError: it has another length.
            ParameterError: it holds something else than real numbers.
        """
        point = _as_floats(x)
        if point.shape != (self.n_params,):
            raise DimensionError(
                f"this circuit takes {self.n_params} parameters, "
                f"got an array of shape {point.shape}"
            )
        return point

    def checked_points(self, points: ArrayLike) -> Vector:
        """`points` as a contiguous float64 array of shape (k, n_params), checked likewise."""
        array = _as_floats(points)
        if array.ndim != 2 or array.shape[1] != self.n_params:
            raise DimensionError(
                f"expected points of shape (k, {self.n_params}), "
                f"got an array of shape {array.shape}"
            )
        if not np.isfinite(array).all():
            row = int(np.flatnonzero(~np.isfinite(array).all(axis=1))[0])
            raise ParameterError(f"row {row} of the points has entries that are not finite")
        return array


def _as_floats(values: ArrayLike) -> Vector:
    try:
        return np.ascontiguousarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ParameterError(f"parameters must be real numbers: {error}") from error


def check_observable(observable: object) -> None:
    """Refuse what engines cannot measure.

    Raises:
        ParameterError: it is neither a `PauliSum` nor an `ElectronicHamiltonian`.
    """
    if not isinstance(observable, PauliSum | ElectronicHamiltonian):
        raise ParameterError(
            f"a {type(observable).__name__} cannot be measured: give a PauliSum or an "
            "ElectronicHamiltonian, of a problem its .hamiltonian"
        )


def as_pauli_sum(observable: Observable) -> PauliSum:
    """The observable on qubits; an electronic Hamiltonian by Jordan and Wigner."""
    return observable if isinstance(observable, PauliSum) else observable.pauli_sum


def check_hermitian(pauli: PauliSum) -> None:
    """Refuse an observable whose values would be complex, beyond rounding.

    Raises:
        ParameterError: it is not hermitian.
    """
    if not pauli.is_hermitian(1e-10 * max(1.0, pauli.one_norm)):
        raise ParameterError("the observable is not hermitian: its values would be complex")


def checked_precision(precision: str) -> type[np.floating]:
    """The real dtype behind ``"double"`` or ``"single"``.

    Raises:
        ParameterError: any other name.
    """
    if precision not in PRECISIONS:
        raise ParameterError(f"precision={precision!r} is unknown: choose 'double' or 'single'")
    return PRECISIONS[precision]


def checked_shots(shots: int) -> int:
    """`shots` as an int.

    Raises:
        ParameterError: it is no positive whole number.
        CapacityError: the measured indices do not fit in memory.
    """
    count = checked_count("shots", shots)
    memory.require(_BYTES_OF_A_SHOT * count, f"shots={count:,}", "take fewer shots")
    return count


def checked_threads(threads: int | None) -> int:
    """The number of threads to use: all that there are, by default.

    Raises:
        ParameterError: fewer than 1 or more than the process may use.
    """
    from hybridq.engines.kernels.team import most_threads

    most = most_threads()
    if threads is None:
        return most
    count = checked_count("threads", threads)
    if count > most:
        raise ParameterError(f"threads={threads}: this process has {most}, use at most that many")
    return count
