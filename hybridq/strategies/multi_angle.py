"""Multi-angle QAOA from the best standard one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hybridq.ansatz.mixers import require_x_mixer
from hybridq.ansatz.multi_angle import MultiAngleQAOA
from hybridq.ansatz.qaoa import QAOA
from hybridq.core.checks import checked_count, checked_positive
from hybridq.core.limits import MOST_RESTARTS
from hybridq.strategies.base import Strategy, StrategyResult, Task, single_step


@dataclass(frozen=True, kw_only=True)
class MultiAngle(Strategy):
    """Search QAOA first, then an angle for every term and qubit.

    The first search takes at most half of the budget. The second begins at the QAOA it found and
    at a few points near it: on symmetric graphs the best standard angles are near a saddle of all
    angles.

    Prefer it where circuits must be shallow: it reaches at p = 1 what QAOA needs several layers
    for, with p (terms + qubits) angles instead of 2p. Never worse than the QAOA it begins with.

    Args:
        nudge: standard deviation of the points near the standard angles, in radians. Of 0.01 to
            0.6, 0.1 to 0.3 did best on 3-regular graphs at p = 1 and 2.
        nudged_starts: number of such points.

    Source: Herrman, Lotshaw, Ostrowski, Humble, Siopsis 2022, arXiv:2109.11455.
    """

    name: ClassVar[str] = "multi-angle"
    summary: ClassVar[str] = "an angle for every term and qubit; shallow circuits"
    source: ClassVar[str] = "Herrman et al. 2022, arXiv:2109.11455"
    has_own_circuits: ClassVar[bool] = True

    nudge: float = 0.2
    nudged_starts: int = 3

    def __post_init__(self) -> None:
        checked_positive("nudge", self.nudge)
        checked_count("nudged_starts", self.nudged_starts, at_least=0, at_most=MOST_RESTARTS)

    def check_ansatz(self, ansatz: QAOA) -> None:
        """See `Strategy.check_ansatz`."""
        require_x_mixer(self.name, ansatz.mixer)

    def run(self, task: Task) -> StrategyResult:
        """See `Strategy.run`."""
        self.check_ansatz(task.ansatz)
        search, standard = task.search, task.build(task.ansatz)
        wide = MultiAngleQAOA(task.ansatz.hamiltonian, task.p)
        start = task.start(task.ansatz, standard, wide.from_standard)
        plain = search.run(
            standard,
            task.with_random(start.x, task.ansatz),
            wide.from_standard,
            searches_left=2,
            bounds=task.ansatz.bounds,
        )
        objective, found = task.build(wide), None
        if plain is not None:
            best = wide.from_standard(plain.x)
            nudges = task.rng.normal(0.0, self.nudge, (self.nudged_starts, wide.n_params))
            starts = np.vstack([best, best + nudges])
            found = search.run(objective, starts, np.asarray, bounds=wide.bounds, gammas=0)
        early = "" if found is not None else "only the standard QAOA was searched"
        done = (
            *single_step(f"QAOA, p = {task.p}", plain),
            *single_step(f"multi-angle, p = {task.p}", found),
        )
        return StrategyResult(search.summary(early), wide, objective, start, done)
