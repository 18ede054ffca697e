"""Base of the optimizers that use samplers of Optuna."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from hybridq.core.arrays import Vector
from hybridq.core.errors import ParameterError, Setting
from hybridq.optimizers.base import Optimizer, Outcome
from hybridq.optimizers.capabilities import Units
from hybridq.storage.database import connect, quiet_optuna, without_password
from hybridq.storage.optuna_storage import (
    NOT_FINITE,
    Params,
    add_trial,
    fail_trial,
    open_study,
    translate_errors,
)

if TYPE_CHECKING:
    from optuna import Study
    from optuna.samplers import BaseSampler
    from optuna.trial import Trial

    from hybridq.optimizers.driver import Driver


@dataclass(frozen=True)
class OptunaSearch(Optimizer):
    """Base of Optuna's samplers: the loop of proposals and reports.

    All rows of x0 are the first trials. In place of a value that is not finite the sampler gets a
    penalty, worse than every value of the search. The search never converges: `max_evaluations`
    ends it, by default 50 (n + 1).

    With `storage`, processes that are started with the same storage and study name, on one machine
    or several, are parallel workers of one search: each proposes points given the trials of all.
    `max_evaluations` is the budget of each process, and the study has the trials of all of them.
    Compare their solutions: each is the best that its process evaluated. A process that joins a
    study with trials begins at the study's best point instead of x0, so a later process can also
    continue an earlier one. The processes may have the same seed: all but the first draw from it
    and from the number of their first trial. Such a search is not reproducible, since the order in
    which other processes finish is not.

    A study in a storage has the parameters by their names, such as ``gamma_1``, and the value that
    is minimized, both in the user's units; the attribute ``not_finite`` marks a trial with a
    penalty. Its attribute ``hybridq`` has digests of the problem and the circuit: a search of
    another problem is refused.

    Args:
        batch: number of trials proposed together and evaluated in one call of ``values``. The
            sampler learns from a batch only when it is complete.
        storage: a database by URL (``"sqlite:///search.db"``, ``"postgresql://…"``) or a file that
            ends in .db or .log, see `hybridq.storage.database.connect`; None: in memory, for
            this search only.
        study_name: the study in the storage, created if it does not exist; processes share its
            trials, and `max_evaluations` counts those of one process.
    """

    cost: ClassVar[str] = "1"
    most_evaluations: ClassVar[int] = 150  # tens of milliseconds pass between two
    needs_bounds: ClassVar[bool] = True
    joint_starts: ClassVar[bool] = True

    batch: int = 1
    storage: str | None = None
    study_name: str | None = None

    def __post_init__(self) -> None:
        self._require_count("batch")
        for name in ("storage", "study_name"):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, str) or not value.strip()):
                raise ParameterError(argument=name, value=value, expected="a non-empty string")
        if (self.storage is None) != (self.study_name is None):
            lacking = "study_name" if self.study_name is None else "storage"
            raise ParameterError(
                f"{self.name}: {lacking} is missing",
                argument=lacking,
                remedy=(
                    "give both ", Setting("storage"), " and ", Setting("study_name"),
                    ", the study in it that the processes share",
                ),
            )  # fmt: skip

    @abstractmethod
    def build(self, seed: int) -> BaseSampler:
        """Return a sampler seeded by `seed`."""

    @property
    def is_shared(self) -> bool:
        """True if the study is in a storage, where other processes can join it."""
        return self.storage is not None

    def prepare(self) -> None:
        """See `Optimizer.prepare`; also raise if the storage cannot be reached."""
        if self.storage is not None:
            connect(self.storage)

    def changed_options(self) -> dict[str, Any]:
        """See `Optimizer.changed_options`; the storage without its password."""
        options = super().changed_options()
        if self.storage is not None:
            options["storage"] = without_password(self.storage)
        return options

    def default_budget(self, dimension: int) -> int:
        """Return the number of trials without a limit: 50 (n + 1)."""
        return 50 * (dimension + 1)

    def run(
        self, driver: Driver, x0: Vector, bounds: Vector | None, rng: np.random.Generator
    ) -> Outcome:
        """See `Optimizer.run`."""
        assert bounds is not None
        seed = int(rng.integers(2**32))
        with quiet_optuna(), translate_errors(self.storage):
            if self.storage is None:
                self._search_alone(_Space(driver, bounds, hidden=True), x0, seed)
            else:
                self._search_together(_Space(driver, bounds), x0, seed)
        raise AssertionError("unreachable: the driver ends the loop")

    def _search_alone(self, space: _Space, x0: Vector, seed: int) -> None:
        """Search with a study in memory."""
        study, _ = open_study(self.build(seed), space.distributions, None, None)
        for row in x0:
            study.enqueue_trial(space.params(row))
        while True:
            space.driver.check()  # before the sampler computes, which can exceed the time limit
            self._one_batch(space, study)

    def _search_together(self, space: _Space, x0: Vector, seed: int) -> None:
        """Search with a study in the storage, where other processes may search too."""
        driver = space.driver
        study, best = open_study(
            self.build(seed), space.distributions, self.storage, self.study_name,
            _facts(driver.identity),
        )  # fmt: skip
        if best is not None:
            driver.evaluate(space.point(best))
        else:
            for row in x0:
                # Not enqueued: two processes might get the same waiting trial.
                value = driver.value(row)
                finite = math.isfinite(driver.history[-1])
                add_trial(
                    study, space.params(row), space.distributions, space.natural(value),
                    is_finite=finite,
                )  # fmt: skip
        driver.check()
        first = study.ask()
        # Numbers of trials are unique, so that no two processes of one seed draw the same points.
        if best is not None or first.number != len(x0):
            study.sampler = self.build(_seed_of_worker(seed, first.number))
        self._one_batch(space, study, first)
        while True:
            driver.check()
            self._one_batch(space, study)

    def _one_batch(self, space: _Space, study: Study, first: Trial | None = None) -> None:
        """Propose, evaluate and report one batch, also if the search ends inside it.

        Args:
            space: of the search.
            study: which proposes.
            first: a trial that was begun without its parameters.
        """
        driver = space.driver
        trials = [] if first is None else [space.proposed(first)]
        more = min(self.batch, driver.remaining) - len(trials)
        trials += [space.proposed(study.ask()) for _ in range(more)]
        points = np.array([space.point(trial.params) for trial in trials])
        before = driver.evaluations
        try:
            if len(points) == 1:
                driver.evaluate(points[0])
            else:
                driver.values(points)
        finally:
            values = driver.history[before:].tolist()
            for trial, value in zip(trials, values, strict=False):
                if not math.isfinite(value):
                    trial.set_user_attr(NOT_FINITE, True)
                    value = driver.penalty()
                study.tell(trial, space.natural(value))
            for trial in trials[len(values) :]:
                fail_trial(study, trial)


class _Space:
    """Points of a search as parameters of a study.

    Args:
        driver: of the search.
        bounds: shape (n, 2).
        hidden: no user reads the study: it has the numbers of the search as they are.

    Attributes:
        distributions: of each parameter by name.
    """

    def __init__(self, driver: Driver, bounds: Vector, *, hidden: bool = False) -> None:
        import optuna

        n = driver.dimension
        width = len(str(n - 1))
        self.driver = driver
        self._units = (
            Units(tuple(f"x{index:0{width}d}" for index in range(n)), np.ones(n))
            if hidden
            else driver.units
        )
        box = bounds * self._units.scales[:, np.newaxis]
        self.distributions: dict[str, Any] = {
            name: optuna.distributions.FloatDistribution(float(low), float(high))
            for name, (low, high) in zip(self._units.names, box, strict=True)
        }

    def proposed(self, trial: Trial) -> Trial:
        """Return a trial of which the sampler has chosen the parameters."""
        for name, wanted in self.distributions.items():
            trial.suggest_float(name, wanted.low, wanted.high)
        return trial

    def params(self, x: Vector) -> Params:
        """Return a point of the search as parameters by name."""
        return dict(zip(self._units.names, (x * self._units.scales).tolist(), strict=True))

    def point(self, params: Params) -> Vector:
        """Return the point of parameters by name."""
        return np.array([params[name] for name in self._units.names]) / self._units.scales

    def natural(self, value: float) -> float:
        """Return a value of the search in the user's unit."""
        return value * self._units.value


def _seed_of_worker(seed: int, number: int) -> int:
    """Return the seed of the process whose first proposal is the trial of that number."""
    return int(np.random.SeedSequence([seed, number]).generate_state(1)[0])


def _facts(identity: Any) -> dict[str, Any] | None:
    """Return what decides the values of a study, None for a function without identity.

    Engines agree on the values, and each process has its own random numbers.
    """
    if not isinstance(identity, Mapping):
        return None
    names = {"hamiltonian": "problem", "kind": "objective"}
    left_out = ("engine", "precision", "engine_options", "seed")
    facts = {
        names.get(str(key), str(key)): value
        for key, value in identity.items()
        if key not in left_out
    }
    # The problem first: a circuit of QAOA has the problem in it.
    return {key: facts[key] for key in sorted(facts, key=lambda key: key != "problem")}
