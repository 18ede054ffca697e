"""Base of the optimizers that use samplers of Optuna."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from hybridq.core.arrays import Vector
from hybridq.core.errors import ParameterError, Setting
from hybridq.optimizers.base import Optimizer, Outcome
from hybridq.storage.database import connect, quiet_optuna, without_password
from hybridq.storage.optuna_storage import add_trial, open_study, translate_errors

if TYPE_CHECKING:
    from optuna import Study
    from optuna.samplers import BaseSampler

    from hybridq.optimizers.driver import Driver


@dataclass(frozen=True)
class OptunaSearch(Optimizer):
    """Base of Optuna's samplers: the loop of proposals and reports.

    All rows of x0 are the first trials. A value that is not finite is a failed trial. The search
    never converges: `max_evaluations` ends it, by default 50 (n + 1).

    With `storage`, processes that are started with the same storage and study name, on one machine
    or several, are parallel workers of one search: each proposes points given the trials of all.
    Give each its own seed, and compare their solutions: each is the best that its process
    evaluated. A process that joins a study with trials begins at the study's best point instead of
    x0, so a later process can also continue an earlier one. Such a search is not reproducible,
    since the order in which other processes finish is not.

    Args:
        batch: number of trials proposed together and evaluated in one call of ``values``. The
            sampler learns from a batch only when it is complete.
        storage: a database by URL (``"sqlite:///search.db"``, ``"postgresql://…"``) or a file that
            ends in .db or .log, see `hybridq.storage.database.connect`; None: in memory, for
            this search only.
        study_name: the study in the storage, created if it does not exist.
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
        import optuna

        assert bounds is not None
        width = len(str(x0.shape[1] - 1))
        names = [f"x{index:0{width}d}" for index in range(x0.shape[1])]
        space: dict[str, Any] = {
            name: optuna.distributions.FloatDistribution(float(low), float(high))
            for name, (low, high) in zip(names, bounds, strict=True)
        }
        seed = int(rng.integers(2**32))
        with quiet_optuna(), translate_errors(self.storage):
            sampler = self.build(seed)
            study, best = open_study(sampler, space, self.storage, self.study_name)
            if best is not None:
                driver.evaluate(np.array([best[name] for name in names]))
            for row in x0:
                start = dict(zip(names, row.tolist(), strict=True))
                if self.storage is None:
                    study.enqueue_trial(start)
                elif best is None:
                    # Not enqueued: two processes might get the same waiting trial.
                    add_trial(study, start, space, driver.evaluate(row))
            while True:
                driver.check()  # before the sampler computes, which can exceed the time limit
                self._one_batch(driver, study, space)

    def _one_batch(self, driver: Driver, study: Study, space: dict[str, Any]) -> None:
        """Propose, evaluate and report one batch, also if the search ends inside it."""
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
