"""Local searches of SciPy without gradients: Nelder-Mead, Powell, COBYLA, COBYQA."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from hybridq.core.arrays import Vector
from hybridq.optimizers.base import Optimizer, Outcome
from hybridq.optimizers.scipy_call import budget_options, first_simplex, outcome_of, run_scipy

if TYPE_CHECKING:
    from hybridq.optimizers.driver import Driver


@dataclass(frozen=True)
class NelderMead(Optimizer):
    """Nelder-Mead simplex search.

    Prefer it for up to about ten parameters and values that are noisy or not smooth; `cobyla`
    approaches the minimum in fewer evaluations, `l-bfgs` is far better with a gradient.
    Cost: n + 1 evaluations to begin, then 1 or 2 per iteration.

    Args:
        tolerance: converged if the simplex and its values both span less (1e-4).
        initial_step: length of the first simplex along each axis, in radians for angles.
        adaptive: coefficients that depend on n, better beyond about ten parameters.

    Source: Nelder and Mead 1965, doi:10.1093/comjnl/7.4.308; Gao and Han 2012 for `adaptive`,
    doi:10.1007/s10589-010-9329-3.
    """

    name: ClassVar[str] = "nelder-mead"
    summary: ClassVar[str] = "simplex search; robust, few parameters, no gradient"
    cost: ClassVar[str] = "1-2"
    source: ClassVar[str] = "SciPy; Nelder and Mead 1965, doi:10.1093/comjnl/7.4.308"
    matrices: ClassVar[int] = 3

    tolerance: float | None = None
    initial_step: float = 0.1
    adaptive: bool = False

    def __post_init__(self) -> None:
        self._require_positive("tolerance", "initial_step")
        self._require_flag("adaptive")

    def run(
        self, driver: Driver, x0: Vector, bounds: Vector | None, rng: np.random.Generator
    ) -> Outcome:
        """See `Optimizer.run`."""
        limit = budget_options(driver)
        options = {
            "maxiter": limit,
            "maxfev": limit,
            "adaptive": self.adaptive,
            "initial_simplex": first_simplex(x0, self.initial_step, bounds),
        }
        return outcome_of(
            run_scipy(driver, "Nelder-Mead", x0, bounds, tolerance=self.tolerance, options=options)
        )


@dataclass(frozen=True)
class Powell(Optimizer):
    """Powell's method: line minimizations along conjugate directions.

    Prefer it for smooth noiseless values whose parameters are only weakly coupled.
    Cost: about 10 to 40 evaluations per direction, so 10 n to 40 n per iteration.

    Args:
        tolerance: relative tolerance of the point and of the value (1e-4).
        initial_step: scale of the first line searches, in radians for angles.

    Source: Powell 1964, doi:10.1093/comjnl/7.2.155.
    """

    name: ClassVar[str] = "powell"
    summary: ClassVar[str] = "line searches along conjugate directions; smooth, no gradient"
    cost: ClassVar[str] = "10 n - 40 n"
    source: ClassVar[str] = "SciPy; Powell 1964, doi:10.1093/comjnl/7.2.155"
    matrices: ClassVar[int] = 2

    tolerance: float | None = None
    initial_step: float = 0.1

    def __post_init__(self) -> None:
        self._require_positive("tolerance", "initial_step")

    def run(
        self, driver: Driver, x0: Vector, bounds: Vector | None, rng: np.random.Generator
    ) -> Outcome:
        """See `Optimizer.run`."""
        limit = budget_options(driver)
        options = {
            "maxiter": limit,
            "maxfev": limit,
            "direc": self.initial_step * np.eye(len(x0)),
        }
        return outcome_of(
            run_scipy(driver, "Powell", x0, bounds, tolerance=self.tolerance, options=options)
        )


@dataclass(frozen=True)
class COBYLA(Optimizer):
    """COBYLA: linear models on a simplex in a shrinking trust region.

    Prefer it for expensive or noisy evaluations without a gradient: it makes good
    progress in few evaluations, but converges slowly at the end. `cobyqa` is more accurate for
    smooth values.
    Cost: n + 1 evaluations to begin, then 1 per iteration; SciPy's own arithmetic adds about half
    a millisecond to each.

    Args:
        tolerance: the final trust radius (1e-4).
        initial_step: the initial trust radius, in radians for angles.

    Source: Powell 1994, doi:10.1007/978-94-015-8330-5_4; Zhang 2023 (PRIMA),
    doi:10.5281/zenodo.8052654.
    """

    name: ClassVar[str] = "cobyla"
    summary: ClassVar[str] = "linear models in a trust region; few evaluations, tolerates noise"
    cost: ClassVar[str] = "1"
    source: ClassVar[str] = "SciPy; Powell 1994, doi:10.1007/978-94-015-8330-5_4"
    matrices: ClassVar[int] = 4

    tolerance: float | None = None
    initial_step: float = 0.1

    def __post_init__(self) -> None:
        self._require_positive("tolerance", "initial_step")

    def run(
        self, driver: Driver, x0: Vector, bounds: Vector | None, rng: np.random.Generator
    ) -> Outcome:
        """See `Optimizer.run`."""
        options: dict[str, Any] = {
            "maxiter": budget_options(driver),
            "rhobeg": max(self.initial_step, self.tolerance or 0.0),
        }
        return outcome_of(
            run_scipy(driver, "COBYLA", x0, bounds, tolerance=self.tolerance, options=options)
        )


@dataclass(frozen=True)
class COBYQA(Optimizer):
    """COBYQA: quadratic models by interpolation in a trust region.

    Prefer it to `cobyla` for smooth noiseless values of up to a few tens of parameters; its own
    arithmetic costs milliseconds per iteration.
    Cost: 2 n + 1 evaluations to begin, then 1 per iteration.

    Args:
        tolerance: the final trust radius (1e-6).
        initial_step: the initial trust radius, in radians for angles.

    Source: Ragonneau 2022, PhD thesis, Hong Kong Polytechnic University, https://www.cobyqa.com.
    """

    name: ClassVar[str] = "cobyqa"
    summary: ClassVar[str] = "quadratic models in a trust region; smooth, no gradient"
    cost: ClassVar[str] = "1"
    source: ClassVar[str] = "SciPy; Ragonneau 2022, https://www.cobyqa.com"
    matrices: ClassVar[int] = 8

    tolerance: float | None = None
    initial_step: float = 0.1

    def __post_init__(self) -> None:
        self._require_positive("tolerance", "initial_step")

    def run(
        self, driver: Driver, x0: Vector, bounds: Vector | None, rng: np.random.Generator
    ) -> Outcome:
        """See `Optimizer.run`."""
        limit = budget_options(driver)
        options: dict[str, Any] = {
            "maxfev": limit,
            "maxiter": limit,
            "initial_tr_radius": max(self.initial_step, self.tolerance or 0.0),
        }
        return outcome_of(
            run_scipy(driver, "COBYQA", x0, bounds, tolerance=self.tolerance, options=options)
        )
