"""The expectation value of a Hamiltonian."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from numpy.typing import ArrayLike, NDArray

from hybridq.engines.choose import AUTO, EngineLike
from hybridq.engines.protocols import (
    SupportsDeflation,
    SupportsExpectation,
    SupportsGradient,
    SupportsOperatorGradients,
    lacking,
)
from hybridq.objectives.base import ExactObjective, Vector
from hybridq.objectives.config import AnsatzLike, Binding, ObjectiveConfig, configured
from hybridq.objectives.statistics import Weigh

if TYPE_CHECKING:
    from hybridq.circuits.instructions import Instruction
    from hybridq.engines.base import HamiltonianLike


@configured
class Expectation(ObjectiveConfig):
    """The expectation value ⟨H⟩ of a Hamiltonian, diagonal or not.

    See `ObjectiveConfig` for the arguments: ``Expectation(ansatz, hamiltonian, engine="auto")``
    returns an `ExpectationObjective`.
    """

    kind: ClassVar[str] = "expectation"
    label: ClassVar[str] = "expected {value}"
    summary: ClassVar[str] = "The mean of the measured values: the usual objective."
    is_linear: ClassVar[bool] = True
    needs: ClassVar[tuple[type, ...]] = (SupportsExpectation,)
    needs_diagonal: ClassVar[bool] = False

    def at(self, values: Vector, probabilities: Vector) -> tuple[float, Weigh]:
        """Return the mean, whose weights are the values themselves."""
        return float(values @ probabilities), lambda energies: energies

    def bind(
        self,
        ansatz: AnsatzLike,
        hamiltonian: HamiltonianLike,
        *,
        engine: EngineLike = AUTO,
        precision: str | None = None,
        threads: int | None = None,
    ) -> ExpectationObjective:
        """Return the expectation value as a function of the parameters."""
        bound = super().bind(
            ansatz, hamiltonian, engine=engine, precision=precision, threads=threads
        )
        assert isinstance(bound, ExpectationObjective)
        return bound

    def evaluator(self, binding: Binding) -> ExpectationObjective:
        """Return the exact objective, with gradients where the engine has them."""
        if isinstance(binding.engine, SupportsGradient):
            return DifferentiableExpectation(binding)
        return ExpectationObjective(binding)


class ExpectationObjective(ExactObjective):
    """An expectation value as a function of the parameters.

    Raises:
        EngineError: the engine gives samples only.
    """

    def __init__(self, binding: Binding) -> None:
        super().__init__(binding)
        engine = binding.engine
        if not isinstance(engine, SupportsExpectation):
            raise lacking(engine.name, SupportsExpectation)
        self._engine: SupportsExpectation = engine

    def __call__(self, x: ArrayLike) -> float:
        """Return the expectation value at `x`, shape (n_params,)."""
        return self._engine.expectation(x)

    def values(self, points: ArrayLike) -> Vector:
        """Return ⟨H⟩ at each row of `points`, shape (k, n_params) → (k,)."""
        return self._engine.expectations(points)

    def operator_gradients(self, x: ArrayLike, operators: Sequence[Instruction]) -> Vector:
        """Return the slope of each operator appended at `x`.

        See `SupportsOperatorGradients`.
        """
        engine = self.binding.engine
        if not isinstance(engine, SupportsOperatorGradients):
            raise lacking(engine.name, SupportsOperatorGradients)
        return engine.operator_gradients(x, operators)

    def deflate(self, weights: Sequence[float], snapshots: Sequence[NDArray[Any]]) -> None:
        """Measure H + Σ_i weights[i] |s_i⟩⟨s_i| in later calls, gradients included."""
        engine = self.binding.engine
        if not isinstance(engine, SupportsDeflation):
            raise lacking(engine.name, SupportsDeflation)
        engine.deflate(weights, snapshots)


class DifferentiableExpectation(ExpectationObjective):
    """An expectation value with its gradient."""

    _engine: SupportsGradient

    def value_and_gradient(self, x: ArrayLike) -> tuple[float, Vector]:
        """Return the expectation value and its derivatives, shape (n_params,)."""
        return self._engine.expectation_and_gradient(x)
