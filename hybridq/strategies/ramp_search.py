"""A linear ramp tuned to the instance, then released."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from hybridq.ansatz.angles import ramp_shape
from hybridq.core.checks import checked_count
from hybridq.strategies.automatic import Start
from hybridq.strategies.base import Strategy, StrategyResult, Task, single_step
from hybridq.strategies.coordinates import AffineMap, Reparametrized

Vector = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class RampSearch(Strategy):
    r"""Search the two slopes Δγ, Δβ of a linear ramp first, then all 2p angles.

    Prefer it for an unfamiliar problem at large depth, where no angles are known: the search over
    two numbers costs the same at every depth. It begins with the ramp, whatever the start.

    Args:
        slope_evaluations: the largest number of evaluations that the two slopes may take.

    Source: Montañez-Barrera, Michielsen 2024, arXiv:2405.09169; Sack, Serbyn 2021,
    arXiv:2101.05742.
    """

    name: ClassVar[str] = "ramp-search"
    summary: ClassVar[str] = "two slopes of a ramp first, then all; unknown problems"
    source: ClassVar[str] = "Montañez-Barrera, Michielsen 2024, arXiv:2405.09169"

    slope_evaluations: int = 60

    def __post_init__(self) -> None:
        checked_count("slope_evaluations", self.slope_evaluations)

    def run(self, task: Task) -> StrategyResult:
        """See `Strategy.run`."""
        ansatz, p = task.ansatz, task.p
        objective = task.build(ansatz)
        shape = ramp_shape(p)
        ramp = ansatz.initial_point("ramp")
        slopes = np.array([ramp[p - 1] / shape[p - 1, 0], ramp[p] / shape[p, 1]])
        view = Reparametrized(objective, AffineMap(shape))
        first = task.search.run(
            view,
            slopes[np.newaxis],
            view.outward,
            searches_left=2,
            bounds=2.0 * ansatz.bounds[[0, -1]],
            at_most=self.slope_evaluations,
        )
        found, last = ramp if first is None else view.outward(first.x), None
        if first is not None:
            points = task.with_random(found, ansatz)
            last = task.search.run(objective, points, np.asarray, bounds=ansatz.bounds)
        early = "" if last is not None else "only the ramp was tuned"
        done = (*single_step("ramp", first), *single_step(f"p = {p}", last))
        start = Start(found, "ramp", "its slopes tuned to this instance")
        return StrategyResult(task.search.summary(early), ansatz, objective, start, done)
