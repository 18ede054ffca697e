"""Quantum natural gradient: steepest descent in the space of states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from hybridq.core.arrays import Vector
from hybridq.core.blas import one_blas_thread
from hybridq.optimizers.base import FiniteDifferences, Outcome
from hybridq.optimizers.capabilities import Capability
from hybridq.optimizers.descent import descend

if TYPE_CHECKING:
    from hybridq.optimizers.driver import Driver


@dataclass(frozen=True)
class NaturalGradient(FiniteDifferences):
    r"""Quantum natural gradient, with a line search.

    .. math:: x_{k+1} = x_k - \eta_k\, (G(x_k) + \lambda I)^{-1}\, \nabla f(x_k)

    G is the Fubini–Study metric of the states. The step η is halved until the value decreases
    sufficiently, and grows by half after each success. With G exact this follows imaginary-time
    evolution as far as the circuit can (arXiv:1912.08854).

    Prefer it to `l-bfgs` where plain gradients stall: on plateaus, in deep circuits whose
    parameters are redundant, for ground states of spin models. The objective must offer
    ``metric(x, blocks)`` and values without noise.
    Cost: 1 to 2 evaluations with gradient and 1 metric per iteration; on a simulator the metric
    takes about one state for each rotation, two for each excitation, and n² inner products.

    Args:
        tolerance: converged if no derivative is larger.
        learning_rate: η_0; for energies half a step of imaginary time, in 1 / energy.
        regularization: λ; for comparison, a rotation contributes at most 1/4 to G.
        blocks: ``"full"``, or ``"layers"`` for G between parameters of the same layer only: less
            memory in a simulator, and no ancilla on a device.
        difference_step: step of forward differences, for an objective without a gradient.

    Source: Stokes, Izaac, Killoran, Carleo 2020, arXiv:1909.02108.
    """

    name: ClassVar[str] = "natural-gradient"
    summary: ClassVar[str] = "descent in the space of states; plateaus, redundant parameters"
    cost: ClassVar[str] = "1-2, 1 metric"
    source: ClassVar[str] = "Stokes, Izaac, Killoran, Carleo 2020, arXiv:1909.02108"
    uses_gradient: ClassVar[bool] = True
    needs: ClassVar[tuple[Capability, ...]] = (Capability.GRADIENT, Capability.METRIC)

    tolerance: float = 1e-5
    learning_rate: float = 0.1
    regularization: float = 1e-4
    blocks: str = "full"
    difference_step: float | None = None

    def __post_init__(self) -> None:
        self._require_positive("tolerance", "learning_rate", "regularization", "difference_step")
        self._require_choice("blocks", ("full", "layers"))

    def run(
        self, driver: Driver, x0: Vector, bounds: Vector | None, rng: np.random.Generator
    ) -> Outcome:
        """See `Optimizer.run`."""
        with one_blas_thread():
            return descend(
                driver,
                x0,
                bounds,
                rate=self.learning_rate,
                tolerance=self.tolerance,
                difference_step=self.difference_step,
                direction=lambda x, gradient, free: self._direction(driver, x, gradient, free),
            )

    def _direction(
        self, driver: Driver, x: Vector, gradient: Vector, free: NDArray[np.bool_]
    ) -> Vector:
        """Return (G + λI)⁻¹ times the gradient, restricted to free parameters."""
        metric = driver.metric(x, None if self.blocks == "full" else self.blocks)
        direction = np.zeros_like(x)
        part = metric[np.ix_(free, free)] + self.regularization * np.eye(int(free.sum()))
        direction[free] = np.linalg.solve(part, gradient[free])
        return direction
