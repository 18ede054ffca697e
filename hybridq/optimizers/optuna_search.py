"""Samplers of Optuna, asked and told a batch of trials at a time."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from hybridq.core.errors import ParameterError
from hybridq.optimizers.base import Optimizer, Outcome
from hybridq.storage.database import connect, quiet_optuna, without_password
from hybridq.storage.optuna_storage import add_trial, open_study, told_of_failures

if TYPE_CHECKING:
    from optuna import Study
    from optuna.samplers import BaseSampler

    from hybridq.optimizers.driver import Driver, Vector


@dataclass(frozen=True)
class OptunaSearch(Optimizer):
    """What the samplers of Optuna share: the ask-and-tell loop.

    All rows of x0 are the first trials. A value that is not finite is told as a failed trial.
    The search never converges: `max_evaluations` ends it, by default 50 (n + 1).

    With `storage`, processes that are started with the same storage and study name, on one machine
    or several, are parallel workers of one search: each asks what to try given the trials of all.
    Give each its own seed, and compare their solutions: each is the best that its process
    evaluated. A process that joins a study with trials begins at the study's best point instead of
    x0, so that a later one can also go on where an earlier one ended. Such a search is not
    reproducible, since the order in which others finish is not.

    Args:
        batch: trials asked for together; the objective gets them in one call of ``values``. The
            sampler learns from a batch only when all of it is done.
        storage: a database by URL (``"sqlite:///search.db"``, ``"postgresql://…"``) or a file that
            ends in .db or .log, see `hybridq.storage.database.connect`; None: in memory, for
            this search alone.
        study_name: the study in the storage, made if it is not there.
    """

    cost: ClassVar[str] = "1"
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
                raise ParameterError(f"{self.name}: {name}={value!r} must be a text")
        if (self.storage is None) != (self.study_name is None):
            lacking = "study_name" if self.study_name is None else "storage"
            raise ParameterError(
                f"{self.name}: {lacking} is missing: a search is shared by a storage and the name "
                "of a study in it"
            )

    @abstractmethod
    def build(self, seed: int) -> BaseSampler:
        """A seeded sampler."""

    @property
    def repeatable(self) -> bool:
        """Whether nobody else has a part in the search."""
        return self.storage is None

    def prepare(self) -> None:
        """See `Optimizer.prepare`; a storage out of reach is told here as well."""
        if self.storage is not None:
            connect(self.storage)

    def changed_options(self) -> dict[str, Any]:
        """See `Optimizer.changed_options`; without the storage's password."""
        options = super().changed_options()
        if self.storage is not None:
            options["storage"] = without_password(self.storage)
        return options

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
        with quiet_optuna(), told_of_failures(self.storage):
            sampler = self.build(seed)
            study, best = open_study(sampler, space, self.storage, self.study_name)
            if best is not None:
                driver.evaluate(np.array([best[name] for name in names]))
            for row in x0:
                start = dict(zip(names, row.tolist(), strict=True))
                if self.storage is None:
                    study.enqueue_trial(start)
                elif best is None:
                    # Not queued: two processes may be handed the same waiting trial.
                    add_trial(study, start, space, driver.evaluate(row))
            while True:
                driver.check()  # before the sampler thinks, which can take longer than we have
                self._one_batch(driver, study, space)

    def _one_batch(self, driver: Driver, study: Study, space: dict[str, Any]) -> None:
        """Ask, evaluate and tell; what was evaluated is told even where the search then ends."""
        from optuna.trial import TrialState

        trials = [study.ask(space) for _ in range(min(self.batch, driver.remaining))]
        points = np.array([[trial.params[name] for name in space] for trial in trials])
        before = driver.evaluations
        try:
            if len(points) == 1:
                driver.evaluate(points[0])
            else:
                driver.values(points)
        finally:
            values = driver.history[before:].tolist()
            for trial, value in zip(trials, values + [np.nan] * len(trials), strict=False):
                if np.isfinite(value):
                    study.tell(trial, value)
                else:
                    study.tell(trial, state=TrialState.FAIL)
