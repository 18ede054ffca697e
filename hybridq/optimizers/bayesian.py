"""Bayesian optimization of angles from few values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from hybridq.core.arrays import Vector
from hybridq.optimizers.base import Optimizer, Outcome
from hybridq.optimizers.solution import Reason

if TYPE_CHECKING:
    import numpy as np

    from hybridq.optimizers.driver import Driver

IN_A_ROW = 5  # expected gains below the error before the search ends


@dataclass(frozen=True)
class Bayesian(Optimizer):
    r"""Bayesian optimization by a Gaussian process of the angles.

    A Gaussian process with periodic kernels predicts the objective from all values so far. Each
    further point has the largest expected gain over the best point, given the noise of the values;
    see `GaussianProcess` and `ExpectedGain`. The periods are those that the objective declares. The
    noise of values from shots is their standard error, other noise is estimated from the values.
    The search ends when one more value, even one without noise, is expected to gain less than a
    tenth of the standard error of a value, five times in a row, or while all values are equal: that
    many more may still gain, but each little. From shots the result is the point of the lowest
    mean, which is measured once more, as also at the end of the budget.

    All rows of x0 are among the first points.

    Prefer it where circuit executions are dear and parameters few, up to about ten: values from a
    machine or from shots, from a start that is not known to be good. With exact values and
    gradients `l-bfgs` takes fewer seconds, and with many parameters `spsa` fewer values.
    Cost: 1 evaluation per point, and the model's 0.02 seconds at 50 values to 0.2 at 400;
    by default 25 (n + 1) points.

    Args:
        tolerance: expected gain at which the search ends, in standard errors of a value, which are
            known or estimated; None: the search never ends by itself.
        startup: number of points before the model is used, x0 included; the others form a Latin
            hypercube.
        batch: number of points chosen together, each as if those before it had their expected
            values, and evaluated together.

    Source: Frazier, Powell, Dayanik 2009, doi:10.1287/ijoc.1080.0314 (gain); Rasmussen and Williams
    2006 (model); Tibaldi et al. 2023, arXiv:2209.03824 (Bayesian optimization of QAOA).
    """

    name: ClassVar[str] = "bayesian"
    summary: ClassVar[str] = "Gaussian process of the angles; few and dear evaluations, shots"
    cost: ClassVar[str] = "1"
    most_evaluations: ClassVar[int] = 200  # tens of milliseconds pass between two
    source: ClassVar[str] = "Frazier, Powell, Dayanik 2009, doi:10.1287/ijoc.1080.0314"
    needs_bounds: ClassVar[bool] = True
    joint_starts: ClassVar[bool] = True

    tolerance: float | None = 0.1
    startup: int = 5
    batch: int = 1

    def __post_init__(self) -> None:
        self._require_positive("tolerance")
        self._require_count("startup")
        self._require_count("batch")

    def memory_needed(self, dimension: int) -> int:
        """See `Optimizer.memory_needed`: the random points, and their cosines and sines."""
        from hybridq.optimizers.expected_gain import CANDIDATES, NEAR

        return 8 * 5 * (CANDIDATES + NEAR) * dimension

    def default_budget(self, dimension: int) -> int:
        """Return the number of points without a limit: 25 (n + 1)."""
        return 25 * (dimension + 1)

    def run(
        self, driver: Driver, x0: Vector, bounds: Vector | None, rng: np.random.Generator
    ) -> Outcome:
        """See `Optimizer.run`."""
        from hybridq.optimizers.bayesian_model import Model  # SciPy takes long to load

        assert bounds is not None
        model = Model(driver, bounds, rng)
        model.evaluate(x0)
        if len(x0) < self.startup:
            model.evaluate(model.spread(self.startup - len(x0)))
        below = 0
        while True:
            driver.check()  # before the model computes, which can exceed the time limit
            if driver.from_shots and driver.remaining == 1 and model.has_values:
                model.settle()
                continue
            left = driver.remaining - driver.from_shots  # one for the point of the lowest mean
            points, gain, error = model.proposed(min(self.batch, max(left, 1)))
            is_small = model.is_constant or gain < (self.tolerance or 0.0) * error
            below = below + 1 if is_small and self.tolerance is not None else 0
            if below < IN_A_ROW:
                model.evaluate(points)
                continue
            if driver.from_shots:
                model.settle()
            message = (
                f"one more value is expected to gain {gain:.2g}, and the standard error of a value "
                f"is {error:.2g}"
                if not model.is_constant
                else f"all {driver.evaluations} values are equal"
            )
            return Outcome(True, message, Reason.SHOT_NOISE if driver.from_shots else None)
