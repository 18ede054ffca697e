"""Global searches of SciPy: basin hopping, differential evolution, dual annealing.

Each finishes with, or consists of, local searches by L-BFGS-B, which use the objective's gradient
if it has one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from hybridq.core.arrays import Vector
from hybridq.optimizers.base import Optimizer, Outcome
from hybridq.optimizers.scipy_call import budget_options, outcome_of, quiet, run_scipy
from hybridq.optimizers.solution import Reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from hybridq.optimizers.driver import Driver


def _local_search(
    driver: Driver, bounds: Vector | None, tolerance: float | None
) -> Callable[..., Any]:
    """Return L-BFGS-B on the driver as a custom method of `scipy.optimize.minimize`.

    SciPy's global searches pass on the function without its gradient.
    """

    def search(_function: object, x0: Vector, **_settings: object) -> Any:
        limit = budget_options(driver)
        return run_scipy(
            driver,
            "L-BFGS-B",
            x0,
            bounds,
            gradient=True,
            tolerance=tolerance,
            options={"maxiter": limit, "maxfun": limit},
        )

    return search


@dataclass(frozen=True)
class BasinHopping(Optimizer):
    """Basin hopping: local searches from randomly displaced minima.

    Prefer it for smooth values with many local minima and a gradient, if a good start is known;
    without one, compare it with a multistart of `l-bfgs`.
    Cost: one local search (tens of evaluations with gradient) per hop.

    Args:
        tolerance: of the local searches, as for `l-bfgs`.
        hops: number of jumps.
        temperature: typical difference between neighbouring minima; worse ones are accepted
            with probability exp(-difference / temperature).
        step: largest jump along each axis, in radians for angles; adapted during the search.

    Source: Wales and Doye 1997, arXiv:cond-mat/9803344.
    """

    name: ClassVar[str] = "basin-hopping"
    summary: ClassVar[str] = "local searches joined by random jumps; many local minima"
    cost: ClassVar[str] = "tens"
    source: ClassVar[str] = "SciPy; Wales and Doye 1997, arXiv:cond-mat/9803344"
    uses_gradient: ClassVar[bool] = True

    tolerance: float | None = None
    hops: int = 100
    temperature: float = 1.0
    step: float = 0.5

    def __post_init__(self) -> None:
        self._require_positive("tolerance", "temperature", "step")
        self._require_count("hops")

    def run(
        self, driver: Driver, x0: Vector, bounds: Vector | None, rng: np.random.Generator
    ) -> Outcome:
        """See `Optimizer.run`."""
        from scipy.optimize import basinhopping

        search: Any = basinhopping
        with quiet():
            search(
                driver.value,
                x0,
                niter=self.hops,
                T=self.temperature,
                take_step=_Jump(self.step, bounds, rng),
                minimizer_kwargs={"method": _local_search(driver, bounds, self.tolerance)},
                seed=rng,
            )
        return Outcome(True, f"all {self.hops} hops are done", Reason.ALL_HOPS)


class _Jump:
    """Uniform jump within the bounds; SciPy adapts the attribute `stepsize`."""

    def __init__(self, stepsize: float, bounds: Vector | None, rng: np.random.Generator) -> None:
        self.stepsize = stepsize
        self._bounds = bounds
        self._rng = rng

    def __call__(self, x: Vector) -> Vector:
        jumped = x + self._rng.uniform(-self.stepsize, self.stepsize, x.shape)
        if self._bounds is None:
            return jumped
        return np.clip(jumped, self._bounds[:, 0], self._bounds[:, 1])


@dataclass(frozen=True)
class DifferentialEvolution(Optimizer):
    """Differential evolution: mutation by differences of population members.

    Prefer it for up to about twenty parameters without a good start, when evaluations are cheap;
    a whole generation is evaluated by one call of ``objective.values``. The first population is
    all rows of x0 and a Latin hypercube.
    Cost: population x n evaluations per generation.

    Args:
        tolerance: converged if the spread of the population's values is below this, relative to
            their mean (0.01).
        population: number of members per parameter.
        recombination: probability that a mutated parameter is used.
        polish: finish with L-BFGS-B from the best member.

    Source: Storn and Price 1997, doi:10.1023/A:1008202821328.
    """

    name: ClassVar[str] = "differential-evolution"
    summary: ClassVar[str] = "evolving population; cheap evaluations, no start known"
    cost: ClassVar[str] = "15 n"
    source: ClassVar[str] = "SciPy; Storn and Price 1997, doi:10.1023/A:1008202821328"
    uses_gradient: ClassVar[bool] = True
    needs_bounds: ClassVar[bool] = True
    joint_starts: ClassVar[bool] = True

    tolerance: float | None = None
    population: int = 15
    recombination: float = 0.7
    polish: bool = True

    def __post_init__(self) -> None:
        self._require_positive("tolerance")
        self._require_within("recombination", 0.0, 1.0)
        self._require_count("population")
        self._require_flag("polish")

    def memory_needed(self, dimension: int) -> int:
        """See `Optimizer.memory_needed`: the population, its trials and their energies."""
        return 5 * 8 * self.population * dimension**2

    def run(
        self, driver: Driver, x0: Vector, bounds: Vector | None, rng: np.random.Generator
    ) -> Outcome:
        """See `Optimizer.run`."""
        from scipy.optimize import Bounds, differential_evolution

        assert bounds is not None
        search: Any = differential_evolution
        members = max(5, self.population * x0.shape[1], len(x0))
        with quiet():
            result = search(
                lambda columns: driver.values(columns.T),
                Bounds(bounds[:, 0], bounds[:, 1]),
                maxiter=budget_options(driver),
                init=_first_population(members, x0, bounds, rng),
                tol=0.01 if self.tolerance is None else self.tolerance,
                atol=1e-6,  # the relative test alone never passes at a minimum of zero
                recombination=self.recombination,
                polish=False,  # SciPy's own polishing does not use the gradient
                updating="deferred",
                vectorized=True,
                seed=rng,
            )
        if self.polish and driver.best is not None:
            _local_search(driver, bounds, None)(None, driver.best.x)
        return outcome_of(result)


def _first_population(
    members: int, starts: Vector, bounds: Vector, rng: np.random.Generator
) -> Vector:
    """Return the starts and a Latin hypercube, shape (members, n)."""
    dimension = bounds.shape[0]
    cells = rng.permuted(np.tile(np.arange(members)[:, None], (1, dimension)), axis=0)
    unit = (cells + rng.random((members, dimension))) / members
    population: Vector = bounds[:, 0] + unit * (bounds[:, 1] - bounds[:, 0])
    population[: len(starts)] = starts
    return population


@dataclass(frozen=True)
class DualAnnealing(Optimizer):
    """Dual annealing: generalized simulated annealing with local searches.

    Prefer it for rugged values with many local minima and a large budget. It never converges:
    the budget or the time limit ends it.
    Cost: 2 n evaluations per iteration, and occasional local searches.

    Args:
        local_search: improve the accepted points by L-BFGS-B.
        initial_temperature: higher values cross higher barriers.
        visit: shape of the jumps, between 1 and 3; higher values jump farther.

    Source: Xiang, Sun, Fan, Gong 1997, doi:10.1016/S0375-9601(97)00474-X.
    """

    name: ClassVar[str] = "dual-annealing"
    summary: ClassVar[str] = "annealing with local searches; rugged, large budget"
    cost: ClassVar[str] = "2 n"
    source: ClassVar[str] = "SciPy; Xiang et al. 1997, doi:10.1016/S0375-9601(97)00474-X"
    uses_gradient: ClassVar[bool] = True
    needs_bounds: ClassVar[bool] = True

    local_search: bool = True
    initial_temperature: float = 5230.0
    visit: float = 2.62

    def __post_init__(self) -> None:
        self._require_within("initial_temperature", 0.01, 5e4)
        self._require_within("visit", 1.0, 3.0)
        self._require_flag("local_search")

    def run(
        self, driver: Driver, x0: Vector, bounds: Vector | None, rng: np.random.Generator
    ) -> Outcome:
        """See `Optimizer.run`."""
        from scipy.optimize import dual_annealing

        assert bounds is not None
        search: Any = dual_annealing
        with quiet():
            result = search(
                driver.value,
                [(float(low), float(high)) for low, high in bounds],
                maxiter=budget_options(driver),
                initial_temp=self.initial_temperature,
                visit=self.visit,
                minimizer_kwargs={"method": _local_search(driver, bounds, None)},
                no_local_search=not self.local_search,
                seed=rng,
                x0=x0,
            )
        return Outcome(bool(result.success), str(result.message[0]).strip().rstrip("."))
