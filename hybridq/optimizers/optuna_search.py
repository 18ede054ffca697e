"""Samplers of Optuna, asked and told one trial at a time."""

from __future__ import annotations

import math
import warnings
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from hybridq.errors import MissingExtraError
from hybridq.optimizers.base import Optimizer, Outcome

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler

    from hybridq.optimizers.driver import Driver, Vector

EXTRA = "optuna"


@dataclass(frozen=True)
class OptunaSearch(Optimizer):
    """What the samplers of Optuna share: the ask-and-tell loop.

    All rows of x0 are the first trials. A value that is not finite is told as a failed trial.
    The search never converges: `max_evaluations` ends it, by default 50 (n + 1).
    """

    needs_bounds: ClassVar[bool] = True
    joint_starts: ClassVar[bool] = True

    @abstractmethod
    def sampler(self, seed: int) -> BaseSampler:
        """A seeded sampler."""

    def default_budget(self, dimension: int) -> int:
        """Trials when the caller sets no limit: 50 (n + 1)."""
        return 50 * (dimension + 1)

    def run(
        self, driver: Driver, x0: Vector, bounds: Vector | None, rng: np.random.Generator
    ) -> Outcome:
        """See `Optimizer.run`."""
        import optuna

        assert bounds is not None
        width = len(str(x0.shape[1] - 1))
        names = [f"x{index:0{width}d}" for index in range(x0.shape[1])]
        space: dict[str, Any] = {
            name: optuna.distributions.FloatDistribution(float(low), float(high))
            for name, (low, high) in zip(names, bounds, strict=True)
        }
        seed = int(rng.integers(2**32))
        with _quiet_optuna():
            study = optuna.create_study(sampler=self.sampler(seed))
            for row in x0:
                study.enqueue_trial(dict(zip(names, row.tolist(), strict=True)))
            while True:
                driver.check()  # before the sampler thinks, which can take longer than we have
                trial = study.ask(space)
                value = driver.evaluate(np.array([trial.params[name] for name in names]))
                if math.isfinite(value):
                    study.tell(trial, value)
                else:
                    study.tell(trial, state=optuna.trial.TrialState.FAIL)


@contextmanager
def _quiet_optuna() -> Iterator[None]:
    """Within the block Optuna logs only errors; afterwards as before."""
    import optuna

    verbosity = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            yield
    finally:
        optuna.logging.set_verbosity(verbosity)


def _require(package: str, purpose: str) -> None:
    if find_spec(package) is None:
        raise MissingExtraError(package, EXTRA, purpose)


@dataclass(frozen=True)
class OptunaTpe(OptunaSearch):
    """Tree-structured Parzen estimator: samples where good trials are dense and bad ones rare.

    Prefer it for a small budget of dear or noisy evaluations without a good start; with a
    gradient, `l-bfgs` from several starts is far ahead.
    Cost: 1 evaluation a trial, and milliseconds of its own that grow with the number of trials.

    Args:
        startup: random trials before the model is used, x0 among them.
        multivariate: model the parameters jointly instead of one by one.
        candidates: points drawn from the model for each trial.

    Source: Bergstra et al. 2011, Algorithms for hyper-parameter optimization (NIPS 24);
    Watanabe 2023, arXiv:2304.11127.
    """

    name: ClassVar[str] = "optuna-tpe"
    summary: ClassVar[str] = "Optuna's Parzen trees; small budgets, noise, no start known"

    startup: int = 10
    multivariate: bool = True
    candidates: int = 24

    def __post_init__(self) -> None:
        self._require_count("startup", 0)
        self._require_count("candidates")

    def sampler(self, seed: int) -> BaseSampler:
        """See `OptunaSearch.sampler`."""
        from optuna.samplers import TPESampler

        return TPESampler(
            n_startup_trials=self.startup,
            multivariate=self.multivariate,
            n_ei_candidates=self.candidates,
            seed=seed,
        )


@dataclass(frozen=True)
class OptunaCmaEs(OptunaSearch):
    """CMA-ES: a normal distribution that learns the shape of the valley.

    Prefer it for five to a hundred correlated parameters, noisy values and a budget of at least
    some hundred evaluations. It begins in the middle of the bounds, with a sixth of their width
    as standard deviation: x0 is only tried first, so put the bounds around it. Needs the package
    cmaes; with a single parameter Optuna draws at random instead.
    Cost: 1 evaluation a trial, 4 + 3 ln(n) trials a generation.

    Args:
        population: trials in a generation; None is 4 + 3 ln(n).

    Source: Hansen 2016, arXiv:1604.00772.
    """

    name: ClassVar[str] = "optuna-cmaes"
    summary: ClassVar[str] = "Optuna's CMA-ES; correlated parameters, noise (needs cmaes)"

    population: int | None = None

    def __post_init__(self) -> None:
        if self.population is not None:
            self._require_count("population", 2)

    def prepare(self) -> None:
        """See `Optimizer.prepare`."""
        _require("cmaes", "the optimizer optuna-cmaes")

    def sampler(self, seed: int) -> BaseSampler:
        """See `OptunaSearch.sampler`."""
        from optuna.samplers import CmaEsSampler

        return CmaEsSampler(
            popsize=self.population,
            warn_independent_sampling=False,
            seed=seed,
        )


@dataclass(frozen=True)
class OptunaQmc(OptunaSearch):
    """Quasi-random search: scrambled Sobol points, which fill the bounds evenly.

    Prefer it to `optuna-random` always, and to others to map an unknown landscape.
    Cost: 1 evaluation a trial.

    Source: Bergstra and Bengio 2012, Random search for hyper-parameter optimization (JMLR 13).
    """

    name: ClassVar[str] = "optuna-qmc"
    summary: ClassVar[str] = "Sobol points that fill the bounds evenly; a map, a baseline"

    def sampler(self, seed: int) -> BaseSampler:
        """See `OptunaSearch.sampler`."""
        from optuna.samplers import QMCSampler

        return QMCSampler(scramble=True, seed=seed, warn_independent_sampling=False)


@dataclass(frozen=True)
class OptunaRandom(OptunaSearch):
    """Uniformly random points within the bounds.

    Prefer it as the baseline that any other method has to beat.
    Cost: 1 evaluation a trial.

    Source: Bergstra and Bengio 2012, Random search for hyper-parameter optimization (JMLR 13).
    """

    name: ClassVar[str] = "optuna-random"
    summary: ClassVar[str] = "uniformly random points; the baseline for all others"

    def sampler(self, seed: int) -> BaseSampler:
        """See `OptunaSearch.sampler`."""
        from optuna.samplers import RandomSampler

        return RandomSampler(seed=seed)


@dataclass(frozen=True)
class OptunaGp(OptunaSearch):
    """Bayesian optimization with a Gaussian process.

    Prefer it for fewer than about twenty parameters when one evaluation takes longer than the
    model, which is up to a second. Needs PyTorch.
    Cost: 1 evaluation a trial; by default 10 (n + 1) trials.

    Args:
        startup: random trials before the model is used, x0 among them.
        deterministic: the values carry no noise.

    Source: Rasmussen and Williams, Gaussian Processes for Machine Learning (2006).
    """

    name: ClassVar[str] = "optuna-gp"
    summary: ClassVar[str] = "Optuna's Gaussian process; very dear evaluations (needs torch)"

    startup: int = 10
    deterministic: bool = True

    def __post_init__(self) -> None:
        self._require_count("startup")

    def default_budget(self, dimension: int) -> int:
        """Trials when the caller sets no limit: 10 (n + 1)."""
        return 10 * (dimension + 1)

    def prepare(self) -> None:
        """See `Optimizer.prepare`."""
        _require("torch", "the optimizer optuna-gp")

    def sampler(self, seed: int) -> BaseSampler:
        """See `OptunaSearch.sampler`."""
        from optuna.samplers import GPSampler

        return GPSampler(
            n_startup_trials=self.startup,
            deterministic_objective=self.deterministic,
            warn_independent_sampling=False,
            seed=seed,
        )
