"""What every way of solving shares: the caller's wishes, and what a result says of the run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from hybridq.core.checks import checked_count, is_whole
from hybridq.core.clock import work_seconds
from hybridq.core.limits import MOST_RESTARTS
from hybridq.core.randomness import RandomLike, as_generator
from hybridq.engines.base import checked_precision, checked_shots
from hybridq.optimizers import Journal, Optimizer, Record, Solution
from hybridq.optimizers.adam import Adam
from hybridq.optimizers.checks import check_repeatable
from hybridq.optimizers.choice import chosen_optimizer
from hybridq.presentation import OptimizerInfo
from hybridq.solver.goal import checked_goal

Vector: TypeAlias = NDArray[np.float64]
Stage: TypeAlias = Callable[[str], None]
T = TypeVar("T")

DEFAULT_OPTIMIZER = "l-bfgs"
FROM_SHOTS_LEARNING_RATE = 0.03  # small enough to keep what a good start has


@dataclass(frozen=True, eq=False)
class Wishes:
    """How to search, checked at birth; `hybridq.solve` explains each field.

    Five independent streams of random numbers are made from `rng`: for the starts, the search,
    the samples, the classical reference and the objective's shots.

    Raises:
        UnknownNameError: no optimizer of that name.
        ParameterError: a value makes no sense.
    """

    optimizer: str | Optimizer | None = None
    restarts: int | None = None
    max_evaluations: int | None = None
    time_limit: float | None = None
    shots: int = 1024
    precision: str = "double"
    engine: str = "auto"
    threads: int | None = None
    strategy: str | None = None
    objective: str = "expectation"
    alpha: float | None = None
    eta: float | None = None
    objective_shots: int | None = None
    rng: RandomLike = None
    callback: Callable[[Record], Any] | None = None
    stage: Stage | None = None
    journal: Journal | None = None
    seed: int | None = field(init=False)
    method: str = field(init=False)
    configured: Optimizer = field(init=False)
    streams: tuple[np.random.Generator, ...] = field(init=False)
    began: float = field(init=False)

    def __post_init__(self) -> None:
        self._set("began", work_seconds())
        self._set("seed", int(self.rng) if is_whole(self.rng) else None)
        self._set("streams", tuple(as_generator(self.rng).spawn(5)))
        options = {"alpha": self.alpha, "eta": self.eta}
        self._set("objective", checked_goal(self.objective, options, self.objective_shots))
        optimizer = chosen_optimizer(self.optimizer or default_optimizer(self.objective_shots))
        self._set("method", optimizer.name)
        self._set("configured", optimizer)
        self._set("shots", checked_shots(self.shots))
        checked_precision(self.precision)
        if self.restarts is not None:
            checked_count("restarts", self.restarts, at_least=0, at_most=MOST_RESTARTS)
        if self.journal is not None:
            check_repeatable(optimizer)
        optimizer.prepare()  # a package or a storage out of reach is told before any work

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)

    def say(self, text: str) -> None:
        """Tell the caller what is being done now."""
        if self.stage is not None:
            self.stage(text)

    @property
    def simulation(self) -> dict[str, Any]:
        """The keywords of `Expectation`."""
        return {"engine": self.engine, "precision": self.precision, "threads": self.threads}

    @property
    def seconds(self) -> float:
        """Time since the solve began, without compiling (see `hybridq.core.clock`)."""
        return work_seconds() - self.began


def default_optimizer(objective_shots: int | None) -> str | Optimizer:
    """The optimizer for those who name none.

    With exact values L-BFGS; from shots Adam along gradients estimated from two values each, which
    did best in the study in ``experiments/outer_loop``.
    """
    if objective_shots is None:
        return DEFAULT_OPTIMIZER
    return Adam(learning_rate=FROM_SHOTS_LEARNING_RATE)


def optimizer_info(solution: Solution, wishes: Wishes) -> OptimizerInfo:
    """How the search went."""
    return OptimizerInfo(
        method=solution.method,
        evaluations=solution.evaluations,
        status=solution.status,
        message=solution.message,
        options=wishes.configured.changed_options(),
        reason="" if solution.reason is None else solution.reason.value,
    )


def unless_interrupted(work: Callable[[], T]) -> T | None:
    """What `work` returns, or None on Ctrl-C: the answer that is there already is not lost."""
    try:
        return work()
    except KeyboardInterrupt:
        return None
