"""Base of the embedded simulators: precision, threads, states, geometry."""

from __future__ import annotations

import threading
from abc import abstractmethod
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.circuits.circuit import Circuit
from hybridq.core import memory
from hybridq.core.errors import Setting, Text
from hybridq.core.limits import MOST_OF_A_STATE
from hybridq.engines.base import (
    Engine,
    Observable,
    Vector,
    check_widths,
    checked_precision,
    checked_threads,
)
from hybridq.engines.config import too_wide
from hybridq.engines.info import EngineInfo
from hybridq.engines.metric import Geometry

State = NDArray[np.floating[Any]]


class ExactEngine(Engine):
    """A simulator of pure states.

    Args:
        circuit: what runs.
        observable: what is measured, hermitian.
        precision: ``"double"`` or ``"single"``.
        threads: the number of threads; all cores by default.
        kernels: ``"compiled"`` or ``"numpy"``.

    Raises:
        DimensionError: circuit and observable differ in width.
        ParameterError: an unknown precision, or a number of threads that the process has not.
    """

    def __init__(
        self,
        circuit: Circuit,
        observable: Observable,
        precision: str,
        threads: int | None,
        kernels: str,
    ) -> None:
        super().__init__(circuit)
        self.kernels = kernels
        self._dtype, self.precision = np.dtype(checked_precision(precision)), precision
        self._threads = checked_threads(threads)
        check_widths(circuit, observable)
        self._lock = threading.Lock()  # the working arrays serve one evaluation at a time

    compiling_seconds: ClassVar[float]
    """About how long the kernels for one kind of circuit compile, on a slow core."""

    @abstractmethod
    def is_compiled(self) -> bool:
        """Return whether this machine has compiled the kernels for this circuit."""

    @abstractmethod
    def plain_seconds(self) -> float:
        """Return about how long NumPy takes for a value and its gradient, on a slow core."""

    @abstractmethod
    def state(self, x: ArrayLike) -> NDArray[np.complexfloating]:
        """Return the statevector, shape (2**n_qubits,), qubit 0 the lowest bit."""

    @abstractmethod
    def expectation(self, x: ArrayLike) -> float:
        """Return ⟨H⟩ at the parameters `x`, shape (n_params,)."""

    def expectations(self, points: ArrayLike) -> Vector:
        """Return ⟨H⟩ at each row of `points`, shape (k, n_params) → (k,)."""
        rows = self.checked_points(points)
        return np.array([self.expectation(row) for row in rows], dtype=np.float64)

    def amplitudes(self, x: ArrayLike) -> NDArray[Any]:
        """Return a copy of the state on the basis states that are kept, shape (k,)."""
        return self.state(x)

    def metric(self, x: ArrayLike, blocks: str | None = None) -> Vector:
        r"""Return the Fubini–Study metric at `x`, symmetric, shape (n_params, n_params).

        .. math:: G_{ij} = \mathrm{Re}\,\langle\partial_i\psi|\partial_j\psi\rangle
                  - \langle\partial_i\psi|\psi\rangle\langle\psi|\partial_j\psi\rangle

        so that :math:`|\langle\psi(x)|\psi(x + d)\rangle|^2 = 1 - d^T G d + O(d^3)`; the quantum
        Fisher information is 4 G. Each parameter costs one state for a rotation, two for an
        excitation and 8 at most; all derivatives are held in memory. Exact for rotations,
        excitations and other parameters of up to 8 frequencies; elsewhere by differences, with a
        relative error of about 1e-12 (1e-5 in single precision).

        Args:
            x: the parameters, shape (n_params,).
            blocks: ``"layers"`` for the blocks of parameters in the same layer of the circuit
                alone, which take less memory; the other entries are then 0.

        Raises:
            CapacityError: the derivatives do not fit in memory.
            ParameterError: another value of `blocks`.

        Source: Stokes, Izaac, Killoran, Carleo 2020, arXiv:1909.02108.
        """
        return self._geometry.metric(self, self.checked_point(x), blocks)

    @cached_property
    def _geometry(self) -> Geometry:
        """The spectra and layers of the circuit's parameters."""
        return Geometry(self.circuit)

    def fidelity(self, x: ArrayLike, y: ArrayLike) -> float:
        """Return |⟨ψ(x)|ψ(y)⟩|², at the cost of two states."""
        here, there = (self.amplitudes(point) for point in (x, y))
        return float(abs(np.vdot(here, there)) ** 2)

    def require(self, needed: int, what: str) -> None:
        """Raise unless `needed` bytes of memory are free.

        Raises:
            CapacityError: they are not.
        """
        remedy: Text = "use fewer qubits"
        if self.precision == "double":
            remedy = ("use ", Setting("precision", "single"), " or fewer qubits")
        memory.require(needed, f"n_qubits={self.n_qubits}: {what}", remedy)

    def _set_info(self, reason: str, threads: int) -> None:
        """Record why this engine fits, and its number of threads."""
        self.info = EngineInfo(self.name, reason, self.precision, threads, self.kernels)


class WholeStateEngine(ExactEngine):
    """A simulator of states as arrays of real and imaginary parts, made on first use.

    Class attributes:
        MOST_QUBITS: the width that it accepts at most.
    """

    MOST_QUBITS: ClassVar[int] = MOST_OF_A_STATE

    _state_bytes = 0

    @cached_property
    def _states(self) -> list[State]:
        """The arrays that were made."""
        return []

    def _require_width(self) -> None:
        """Raise for widths that do not fit in the memory of any machine.

        Raises:
            CapacityError: more than `MOST_QUBITS` qubits.
        """
        if self.n_qubits > self.MOST_QUBITS:
            raise too_wide(self.name, self.n_qubits, self.MOST_QUBITS)

    def _require_state(self, state_bytes: int, further: int = 0) -> None:
        """Raise unless a state of `state_bytes` and `further` bytes fit in memory."""
        self._state_bytes = state_bytes
        self.require(state_bytes + further, "the state")

    @abstractmethod
    def _new_state(self) -> State:
        """Return an uninitialized state array."""

    def _state(self, number: int) -> State:
        """Return state array `number` (0 the ket, 1 the bra), made on first use."""
        # Memory that was asked for and not yet touched still counts as free: require all at once.
        missing = number + 1 - len(self._states)
        if missing > 0:
            what = "the gradient's two states" if number else "the state"
            self.require(missing * self._state_bytes, what)
        while len(self._states) <= number:
            self._states.append(self._new_state())
        return self._states[number]
