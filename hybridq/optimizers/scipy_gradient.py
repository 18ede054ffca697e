"""Local searches of SciPy that use gradients.

All of them use the objective's `value_and_gradient`. An objective without it is refused unless
`difference_step` is set: then SciPy takes forward differences, n more evaluations for each
gradient, all of them counted. Noise in the values is amplified by the inverse of the step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from hybridq.core.arrays import Vector
from hybridq.optimizers.base import FiniteDifferences, Outcome
from hybridq.optimizers.capabilities import Capability
from hybridq.optimizers.scipy_call import budget_options, outcome_of, run_scipy

if TYPE_CHECKING:
    import numpy as np

    from hybridq.optimizers.driver import Driver


@dataclass(frozen=True)
class GradientMethod(FiniteDifferences):
    """Base of the gradient methods of SciPy.

    Args:
        tolerance: SciPy's `tol` for the method, each method's own default if None.
        difference_step: step of forward differences, for an objective without a gradient; about
            1e-8 where values are exact to rounding. None refuses such an objective.
    """

    uses_gradient: ClassVar[bool] = True
    needs: ClassVar[tuple[Capability, ...]] = (Capability.GRADIENT,)
    cost: ClassVar[str] = "1-2"
    scipy_name: ClassVar[str]

    tolerance: float | None = None
    difference_step: float | None = None

    def __post_init__(self) -> None:
        self._require_positive("tolerance", "difference_step")

    def run(
        self, driver: Driver, x0: Vector, bounds: Vector | None, rng: np.random.Generator
    ) -> Outcome:
        """See `Optimizer.run`."""
        options = self._limits(driver)
        if self.difference_step is not None and not driver.has_gradient:
            key = "finite_diff_rel_step" if self.scipy_name == "trust-constr" else "eps"
            options[key] = self.difference_step
        return outcome_of(
            run_scipy(
                driver,
                self.scipy_name,
                x0,
                bounds,
                gradient=True,
                tolerance=self.tolerance,
                options=options,
            )
        )

    def _limits(self, driver: Driver) -> dict[str, Any]:
        """Return options of SciPy beyond the driver's limits."""
        return {"maxiter": budget_options(driver)}


@dataclass(frozen=True)
class LBFGS(GradientMethod):
    """L-BFGS-B: limited-memory quasi-Newton method with bounds.

    Prefer it whenever the objective is smooth and has a gradient; the first choice for QAOA and
    VQE on an exact simulator.
    Cost: 1 to 2 evaluations with gradient per iteration; n + 1 times that without a gradient.

    Args:
        tolerance: converged below this relative decrease (2e-9) or largest derivative (1e-5).
        difference_step: see `GradientMethod`.
        memory: number of past steps in the model.

    Source: Byrd, Lu, Nocedal, Zhu 1995, doi:10.1137/0916069.
    """

    name: ClassVar[str] = "l-bfgs"
    summary: ClassVar[str] = "quasi-Newton with bounds; the first choice with a gradient"
    source: ClassVar[str] = "SciPy; Byrd, Lu, Nocedal, Zhu 1995, doi:10.1137/0916069"
    scipy_name: ClassVar[str] = "L-BFGS-B"

    memory: int = 10

    def __post_init__(self) -> None:
        GradientMethod.__post_init__(self)
        self._require_count("memory")

    def memory_needed(self, dimension: int) -> int:
        """See `Optimizer.memory_needed`: step and gradient pairs, their products."""
        return 8 * (2 * self.memory * dimension + 11 * self.memory**2)

    def _limits(self, driver: Driver) -> dict[str, Any]:
        limit = budget_options(driver)
        return {"maxiter": limit, "maxfun": limit, "maxcor": self.memory}


@dataclass(frozen=True)
class BFGS(GradientMethod):
    """BFGS: quasi-Newton method with the full n x n inverse Hessian.

    Prefer it to `l-bfgs` for up to about a hundred parameters without bounds, where it sometimes
    needs fewer iterations.
    Cost: 1 to 2 evaluations with gradient per iteration.

    Args:
        tolerance: converged if no derivative is larger (1e-5).
        difference_step: see `GradientMethod`.

    Source: Nocedal and Wright, Numerical Optimization (2006), chapter 6.
    """

    name: ClassVar[str] = "bfgs"
    summary: ClassVar[str] = "quasi-Newton with the full matrix; no bounds"
    takes_bounds: ClassVar[bool] = False
    source: ClassVar[str] = "SciPy; Nocedal and Wright, Numerical Optimization (2006), chapter 6"
    scipy_name: ClassVar[str] = "BFGS"
    matrices: ClassVar[int] = 4


@dataclass(frozen=True)
class ConjugateGradient(GradientMethod):
    """Nonlinear conjugate gradients (Polak-Ribière).

    Prefer it only if thousands of parameters make even the memory of `l-bfgs` too large.
    Cost: 2 to 3 evaluations with gradient per iteration.

    Args:
        tolerance: converged if no derivative is larger (1e-5).
        difference_step: see `GradientMethod`.

    Source: Nocedal and Wright, Numerical Optimization (2006), section 5.2.
    """

    name: ClassVar[str] = "cg"
    summary: ClassVar[str] = "conjugate gradients; very many parameters, no bounds"
    cost: ClassVar[str] = "2-3"
    takes_bounds: ClassVar[bool] = False
    source: ClassVar[str] = "SciPy; Nocedal and Wright, Numerical Optimization (2006), section 5.2"
    scipy_name: ClassVar[str] = "CG"


@dataclass(frozen=True)
class SLSQP(GradientMethod):
    """SLSQP: sequential quadratic programming.

    Prefer it for up to about fifty parameters: it often needs the fewest evaluations of all, but
    each step solves an n x n system.
    Cost: 1 to 2 evaluations with gradient per iteration.

    Args:
        tolerance: converged if the value changes by less (1e-6).
        difference_step: see `GradientMethod`.

    Source: Kraft 1988, DFVLR-FB 88-28.
    """

    name: ClassVar[str] = "slsqp"
    summary: ClassVar[str] = "sequential quadratic programming; few parameters, few evaluations"
    source: ClassVar[str] = "SciPy; Kraft 1988, DFVLR-FB 88-28"
    scipy_name: ClassVar[str] = "SLSQP"
    matrices: ClassVar[int] = 12


@dataclass(frozen=True)
class TNC(GradientMethod):
    """TNC: truncated Newton method with bounds.

    Prefer it to `l-bfgs` only for badly scaled problems with bounds; it takes more evaluations.
    Cost: several evaluations with gradient per iteration.

    Args:
        tolerance: converged if the value or the point changes by less, or the projected gradient
            is smaller (1e-8).
        difference_step: see `GradientMethod`.

    Source: Nash 1984, doi:10.1137/0721052.
    """

    name: ClassVar[str] = "tnc"
    summary: ClassVar[str] = "truncated Newton with bounds; badly scaled problems"
    cost: ClassVar[str] = "several"
    source: ClassVar[str] = "SciPy; Nash 1984, doi:10.1137/0721052"
    scipy_name: ClassVar[str] = "TNC"

    def _limits(self, driver: Driver) -> dict[str, Any]:
        return {"maxfun": budget_options(driver)}


@dataclass(frozen=True)
class TrustConstr(GradientMethod):
    """Trust-region interior-point search with a BFGS model of the Hessian.

    Prefer it if a line search fails; its own arithmetic costs milliseconds per iteration.
    Cost: 1 evaluation with gradient per iteration.

    Args:
        tolerance: converged below this trust radius or largest derivative (1e-8).
        difference_step: step of finite differences relative to each parameter, for an objective
            without a gradient. None refuses such an objective.
        initial_step: the initial trust radius, in radians for angles.

    Source: Byrd, Hribar, Nocedal 1999, doi:10.1137/S1052623497325107.
    """

    name: ClassVar[str] = "trust-constr"
    summary: ClassVar[str] = "trust region with gradient; robust and slow"
    cost: ClassVar[str] = "1"
    source: ClassVar[str] = "SciPy; Byrd, Hribar, Nocedal 1999, doi:10.1137/S1052623497325107"
    scipy_name: ClassVar[str] = "trust-constr"
    matrices: ClassVar[int] = 3

    initial_step: float = 0.1

    def __post_init__(self) -> None:
        GradientMethod.__post_init__(self)
        self._require_positive("initial_step")

    def _limits(self, driver: Driver) -> dict[str, Any]:
        return {"maxiter": budget_options(driver), "initial_tr_radius": self.initial_step}
