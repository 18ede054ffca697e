"""Samplers of Optuna, with defaults that suit circuits."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, ClassVar

from hybridq.core.errors import MissingExtraError, ParameterError, Setting
from hybridq.core.registry import Registry
from hybridq.optimizers.base import PERMISSION
from hybridq.optimizers.optuna_search import OptunaSearch

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler


def _refuse_unpickling(optimizer: OptunaSearch, allowed: bool) -> None:
    """Raise for a sampler that would unpickle data from a shared storage.

    Raises:
        ParameterError: the search has a storage, and unpickling is not allowed.
    """
    if optimizer.storage is not None and not allowed:
        raise ParameterError(
            (
                f"{optimizer.name}: ",
                Setting("unpickle"),
                " must be true with a storage, got "
                "false: this sampler unpickles its state from there, which runs any code that "
                "another user of the storage put into it",
            ),
            argument="unpickle",
            remedy=(
                "use optuna-tpe, which stores plain numbers, or set ",
                Setting("unpickle", True),
                " for a storage that only you can write to",
            ),
        )


def _require(package: str, extra: str, purpose: str) -> None:
    if find_spec(package) is None:
        raise MissingExtraError(package, extra, purpose)


@dataclass(frozen=True)
class OptunaTPE(OptunaSearch):
    """Tree-structured Parzen estimator: samples near good trials.

    Prefer it for a small budget of expensive or noisy evaluations without a good start; with a
    gradient, `l-bfgs` from several starts is far better.
    Cost: 1 evaluation per trial, and milliseconds that grow with the number of trials.

    Args:
        batch, storage, study_name: see `OptunaSearch`.
        startup: number of random trials before the model is used, x0 included.
        multivariate: model the parameters jointly instead of one by one.
        candidates: number of points drawn from the model for each trial.

    Source: Bergstra et al. 2011, Algorithms for hyper-parameter optimization (NIPS 24);
    Watanabe 2023, arXiv:2304.11127.
    """

    name: ClassVar[str] = "optuna-tpe"
    summary: ClassVar[str] = "Optuna's Parzen trees; small budgets, noise, no start known"
    source: ClassVar[str] = "Optuna; Bergstra et al. 2011, NIPS 24; Watanabe 2023, arXiv:2304.11127"

    startup: int = 10
    multivariate: bool = True
    candidates: int = 24

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require_count("startup", 0)
        self._require_count("candidates")
        self._require_flag("multivariate")

    def memory_needed(self, dimension: int) -> int:
        """See `Optimizer.memory_needed`: candidates and their densities."""
        return 16 * 8 * self.candidates * dimension

    def build(self, seed: int) -> BaseSampler:
        """See `OptunaSearch.build`."""
        from optuna.samplers import TPESampler

        return TPESampler(
            n_startup_trials=self.startup,
            multivariate=self.multivariate,
            n_ei_candidates=self.candidates,
            seed=seed,
        )


@dataclass(frozen=True)
class OptunaCMAES(OptunaSearch):
    """CMA-ES: a normal distribution adapted to the landscape.

    Prefer it for five to a hundred correlated parameters, noisy values and a budget of at least
    some hundred evaluations. It begins in the middle of the bounds, with a sixth of their width
    as standard deviation: x0 is only the first trial, so centre the bounds on it. Needs the
    package cmaes; with a single parameter Optuna draws at random instead.
    Cost: 1 evaluation per trial, 4 + 3 ln(n) trials per generation.

    Args:
        batch, storage, study_name: see `OptunaSearch`.
        population: number of trials in a generation; None is 4 + 3 ln(n).
        unpickle: allow a storage, from which the sampler's state is unpickled: any user who can
            write there can run code here.

    Source: Hansen 2016, arXiv:1604.00772.
    """

    name: ClassVar[str] = "optuna-cmaes"
    summary: ClassVar[str] = "Optuna's CMA-ES; correlated parameters, noise (needs cmaes)"
    source: ClassVar[str] = "Optuna and cmaes; Hansen 2016, arXiv:1604.00772"
    matrices: ClassVar[int] = 3

    population: int | None = None
    unpickle: bool = field(default=False, metadata=PERMISSION)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.population is not None:
            self._require_count("population", 2)
        self._require_flag("unpickle")
        _refuse_unpickling(self, self.unpickle)

    def prepare(self) -> None:
        """See `Optimizer.prepare`."""
        super().prepare()
        _require("cmaes", "optuna", "the optimizer optuna-cmaes")

    def build(self, seed: int) -> BaseSampler:
        """See `OptunaSearch.build`."""
        from optuna.samplers import CmaEsSampler

        return CmaEsSampler(
            popsize=self.population,
            warn_independent_sampling=False,
            seed=seed,
        )


@dataclass(frozen=True)
class OptunaQMC(OptunaSearch):
    """Quasi-random search: scrambled Sobol points that fill the bounds evenly.

    Prefer it to `optuna-random` always, and to other methods to map an unknown landscape.
    Cost: 1 evaluation per trial.

    Args:
        batch, storage, study_name: see `OptunaSearch`.

    Source: Bergstra and Bengio 2012, Random search for hyper-parameter optimization (JMLR 13).
    """

    name: ClassVar[str] = "optuna-qmc"
    summary: ClassVar[str] = "Sobol points that fill the bounds evenly; a map, a baseline"
    source: ClassVar[str] = "Optuna; Bergstra and Bengio 2012 (JMLR 13)"

    def build(self, seed: int) -> BaseSampler:
        """See `OptunaSearch.build`."""
        from optuna.samplers import QMCSampler

        return QMCSampler(scramble=True, seed=seed, warn_independent_sampling=False)


@dataclass(frozen=True)
class OptunaRandom(OptunaSearch):
    """Uniformly random points within the bounds.

    Prefer it as a baseline for other methods.
    Cost: 1 evaluation per trial.

    Args:
        batch, storage, study_name: see `OptunaSearch`.

    Source: Bergstra and Bengio 2012, Random search for hyper-parameter optimization (JMLR 13).
    """

    name: ClassVar[str] = "optuna-random"
    summary: ClassVar[str] = "uniformly random points; the baseline for all others"
    source: ClassVar[str] = "Optuna; Bergstra and Bengio 2012 (JMLR 13)"

    def build(self, seed: int) -> BaseSampler:
        """See `OptunaSearch.build`."""
        from optuna.samplers import RandomSampler

        return RandomSampler(seed=seed)


@dataclass(frozen=True)
class OptunaGP(OptunaSearch):
    """Bayesian optimization with a Gaussian process.

    Prefer it for fewer than about twenty parameters when one evaluation takes longer than the
    model, which is up to a second. Needs PyTorch.
    Cost: 1 evaluation per trial; by default 10 (n + 1) trials.

    Args:
        batch, storage, study_name: see `OptunaSearch`.
        startup: number of random trials before the model is used, x0 included.
        deterministic: the values have no noise.

    Source: Rasmussen and Williams, Gaussian Processes for Machine Learning (2006).
    """

    name: ClassVar[str] = "optuna-gp"
    summary: ClassVar[str] = "Optuna's Gaussian process; very expensive evaluations (needs torch)"
    source: ClassVar[str] = "Optuna and PyTorch; Rasmussen and Williams 2006"

    startup: int = 10
    deterministic: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require_count("startup")
        self._require_flag("deterministic")

    def default_budget(self, dimension: int) -> int:
        """Return the number of trials without a limit: 10 (n + 1)."""
        return 10 * (dimension + 1)

    def prepare(self) -> None:
        """See `Optimizer.prepare`."""
        super().prepare()
        _require("torch", "gp", "the optimizer optuna-gp")

    def build(self, seed: int) -> BaseSampler:
        """See `OptunaSearch.build`."""
        from optuna.samplers import GPSampler

        return GPSampler(
            n_startup_trials=self.startup,
            deterministic_objective=self.deterministic,
            warn_independent_sampling=False,
            seed=seed,
        )


PRESETS: dict[str, type[OptunaSearch]] = {
    "tpe": OptunaTPE,
    "cmaes": OptunaCMAES,
    "qmc": OptunaQMC,
    "random": OptunaRandom,
    "gp": OptunaGP,
}


@dataclass(frozen=True)
class OptunaSampler(OptunaSearch):
    """Any sampler of Optuna for continuous parameters, by name.

    Prefer it for samplers that have no entry of their own, such as the genetic NSGA-II or those
    of a later Optuna; the entries such as `optuna-tpe` take options.
    Cost: 1 evaluation per trial.

    Args:
        batch, storage, study_name: see `OptunaSearch`.
        sampler: a class of ``optuna.samplers``, with or without the word Sampler, in any case:
            ``"TPESampler"``, ``"nsgaii"``.
        unpickle: allow a storage for samplers that unpickle their state from it (CMA-ES): any
            user who can write there can run code here.

    Source: Akiba, Sano, Yanase, Ohta, Koyama 2019, arXiv:1907.10902.
    """

    name: ClassVar[str] = "optuna"
    summary: ClassVar[str] = "any sampler of Optuna, by its name"
    source: ClassVar[str] = "Optuna; Akiba et al. 2019, arXiv:1907.10902"

    sampler: str = "tpe"
    unpickle: bool = field(default=False, metadata=PERMISSION)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require_flag("unpickle")
        if not isinstance(self.sampler, str):
            raise ParameterError(argument="sampler", value=self.sampler, expected="a name")

    def prepare(self) -> None:
        """See `Optimizer.prepare`; also raise for an unknown sampler."""
        self._sampler_factory()
        super().prepare()

    def build(self, seed: int) -> BaseSampler:
        """See `OptunaSearch.build`."""
        return self._sampler_factory()(seed)

    def _sampler_factory(self) -> Callable[[int], BaseSampler]:
        """Return the function that makes the sampler from a seed."""
        import optuna.samplers

        classes = {
            _normalized(name): entry
            for name, entry in vars(optuna.samplers).items()
            if name.endswith("Sampler") and _is_usable(entry)
        }
        known = Registry("sampler", {name: name for name in [*classes, *PRESETS]})
        name = known[_normalized(self.sampler)]
        if name in PRESETS:
            preset = PRESETS[name]()
            if "unpickle" in preset.option_names():
                _refuse_unpickling(self, self.unpickle)
            preset.prepare()
            return preset.build
        if _unpickles(classes[name]):
            _refuse_unpickling(self, self.unpickle)
        return lambda seed: classes[name](seed=seed)


def _unpickles(sampler: type[Any]) -> bool:
    """Return whether the module of a sampler uses pickle."""
    return hasattr(sys.modules.get(sampler.__module__), "pickle")


def _normalized(name: str) -> str:
    """Return a name in lower case without hyphens and the word Sampler."""
    return name.strip().lower().replace("-", "").replace("_", "").removesuffix("sampler")


def _is_usable(entry: Any) -> bool:
    """Return whether a sampler needs only a seed and takes real parameters."""
    if inspect.isabstract(entry) or entry.__name__ == "BruteForceSampler":
        return False
    parameters = inspect.signature(entry).parameters.values()
    return "seed" in {parameter.name for parameter in parameters} and all(
        parameter.default is not parameter.empty for parameter in parameters
    )
