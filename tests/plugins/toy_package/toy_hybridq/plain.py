"""A strategy: one search from the start asked for."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hybridq.strategies.base import Strategy, StrategyResult, single_step


@dataclass(frozen=True, kw_only=True)
class ToyPlain(Strategy):
    """One search, and no further start."""

    name: ClassVar[str] = "toy-plain"
    summary: ClassVar[str] = "one search from the start"

    def run(self, task):
        """See `Strategy.run`."""
        ansatz = task.ansatz
        objective = task.build(ansatz)
        start = task.start(ansatz, objective)
        found = task.search.run(objective, start.x[np.newaxis], np.asarray, bounds=ansatz.bounds)
        steps = single_step("toy search", found)
        return StrategyResult(task.search.summary(), ansatz, objective, start, steps)
