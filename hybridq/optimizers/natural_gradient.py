"""Quantum natural gradient: the steepest descent in the space of states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import ParameterError
from hybridq.optimizers.base import Optimizer, Outcome
from hybridq.core.blas import one_blas_thread
from hybridq.optimizers.perturbation import clipped
from hybridq.optimizers.scipy_call import LINE_SEARCH_ADVICE, ROUNDING_GRADIENT

if TYPE_CHECKING:
    from hybridq.optimizers.driver import Driver, Vector

DECREASE = 1e-4  # the part of the decrease along a straight line that a step has to reach
GROWTH = 1.5
SHORTEST = 1e-12


@dataclass(frozen=True)
class NaturalGradient(Optimizer):
    r"""Quantum natural gradient, with a line search.

    .. math:: x_{k+1} = x_k - \eta_k\, (G(x_k) + \lambda I)^{-1}\, \nabla f(x_k)

    G is the Fubini–Study metric of the states. The step η is halved until the value falls by
    enough, and grows by half after each success. With G exact this follows imaginary-time
    evolution as far as the circuit can (arXiv:1912.08854).

    Prefer it to `l-bfgs` where plain gradients stall: on plateaus, in deep circuits whose
    parameters are redundant, for ground states of spin models. The objective must offer
    ``metric(x, blocks)``, and values without noise.
    Cost: 1 to 2 evaluations with gradient and 1 metric an iteration; from a simulator the metric
    is about one state for each rotation, two for each excitation, and n² inner products.

    Args:
        tolerance: ends when no derivative is larger (1e-5).
        learning_rate: η_0; for energies half a step of imaginary time, in 1 / energy.
        regularization: λ, beside entries of G of at most 1/4 a rotation.
        blocks: ``"full"``, or ``"layers"`` for G between parameters of the same layer alone:
            less memory in a simulator, and on a device no ancilla.
        difference_step: step of forward differences, for an objective without a gradient.

    Source: Stokes, Izaac, Killoran, Carleo 2020, arXiv:1909.02108.
    """

    name: ClassVar[str] = "natural-gradient"
    summary: ClassVar[str] = "descent in the space of states; plateaus, redundant parameters"
    cost: ClassVar[str] = "1-2, 1 metric"
    uses_gradient: ClassVar[bool] = True
    needs: ClassVar[tuple[str, ...]] = ("value_and_gradient", "metric")

    tolerance: float = 1e-5
    learning_rate: float = 0.1
    regularization: float = 1e-4
    blocks: str = "full"
    difference_step: float | None = None

    def __post_init__(self) -> None:
        self._require_positive("tolerance", "learning_rate", "regularization", "difference_step")
        if self.blocks not in ("full", "layers"):
            raise ParameterError(
                f"{self.name}: blocks={self.blocks!r} is unknown: choose 'full' or 'layers'"
            )

    def missing(self, objective: object) -> list[str]:
        """See `Optimizer.missing`."""
        lacking = super().missing(objective)
        if self.difference_step is not None:
            lacking = [name for name in lacking if name != "value_and_gradient"]
        return lacking

    def run(
        self, driver: Driver, x0: Vector, bounds: Vector | None, rng: np.random.Generator
    ) -> Outcome:
        """See `Optimizer.run`."""
        with one_blas_thread():
            return self._descend(driver, x0, bounds)

    def _descend(self, driver: Driver, x0: Vector, bounds: Vector | None) -> Outcome:
        x, rate = x0.copy(), self.learning_rate
        value, gradient = self._look(driver, x)
        while True:
            free = _free(x, gradient, bounds)
            if abs(gradient[free]).max(initial=0.0) <= self.tolerance:
                return Outcome(True)
            direction = self._direction(driver, x, gradient, free)
            while True:
                moved = clipped(x - rate * direction, bounds)
                there, slope = self._look(driver, moved)
                if there <= value + DECREASE * float(gradient @ (moved - x)):
                    break
                rate /= 2.0
                if rate * float(abs(direction).max()) < SHORTEST:
                    level = float(abs(gradient[free]).max())
                    if level <= ROUNDING_GRADIENT * (1.0 + abs(value)):
                        return Outcome(True, "no step lowers the value beyond rounding")
                    return Outcome(False, LINE_SEARCH_ADVICE)
            x, value, gradient = moved, there, slope
            rate *= GROWTH

    def _look(self, driver: Driver, x: Vector) -> tuple[float, Vector]:
        """Value and gradient at `x`."""
        if driver.has_gradient:
            return driver.value_and_gradient(x)
        step = self.difference_step
        assert step is not None
        value = driver.value(x)
        return value, (driver.values(x + step * np.eye(len(x))) - value) / step

    def _direction(
        self, driver: Driver, x: Vector, gradient: Vector, free: NDArray[np.bool_]
    ) -> Vector:
        """(G + λI)⁻¹ times the gradient, among the parameters that the bounds leave free."""
        metric = driver.metric(x, None if self.blocks == "full" else self.blocks)
        direction = np.zeros_like(x)
        part = metric[np.ix_(free, free)] + self.regularization * np.eye(int(free.sum()))
        direction[free] = np.linalg.solve(part, gradient[free])
        return direction


def _free(x: Vector, gradient: Vector, bounds: Vector | None) -> NDArray[np.bool_]:
    """Which parameters a descent can move, bool, shape (n,)."""
    if bounds is None:
        return np.ones(len(x), dtype=bool)
    stuck = ((x <= bounds[:, 0]) & (gradient > 0.0)) | ((x >= bounds[:, 1]) & (gradient < 0.0))
    return np.logical_not(stuck)
