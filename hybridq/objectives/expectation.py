"""The expectation value of a Hamiltonian."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from numpy.typing import ArrayLike, NDArray

from hybridq.circuits.spectra import frequencies
from hybridq.objectives.base import Objective, Vector
from hybridq.objectives.statistics import Mean, Statistic

if TYPE_CHECKING:
    from hybridq.circuits.instructions import Instruction


class Expectation(Objective):
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

    kind: ClassVar[str] = "expectation"
    label: ClassVar[str] = "expected {value}"

    @property
    def statistic(self) -> Statistic:
        """The mean."""
        return Mean()

    def __call__(self, x: ArrayLike) -> float:
        """The expectation value at `x`, shape (n_params,)."""
        return self._engine.expectation(x)

    def value_and_gradient(self, x: ArrayLike) -> tuple[float, Vector]:
        """The expectation value and its derivatives, shape (n_params,)."""
        return self._engine.expectation_and_gradient(x)

    def values(self, points: ArrayLike) -> Vector:
        """The expectation value at each row of `points`, shape (k, n_params) → (k,)."""
        return self._engine.expectations(points)

    @cached_property
    def frequencies(self) -> tuple[tuple[float, int] | None, ...]:
        """The fundamental frequency and the degree along each parameter; see `spectra`."""
        return frequencies(self.circuit)

    def operator_gradients(self, x: ArrayLike, operators: Sequence[Instruction]) -> Vector:
        """The slope of each of `operators` appended at `x`; see `Engine.operator_gradients`."""
        return self._engine.operator_gradients(x, operators)

    def deflate(self, weights: Sequence[float], snapshots: Sequence[NDArray[Any]]) -> None:
        """From now on measure H + Σ_i weights[i] |s_i⟩⟨s_i|, gradients included."""
        self._engine.deflate(weights, snapshots)
