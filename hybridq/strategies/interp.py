"""INTERP: angles of depth p + 1 from those of depth p by interpolation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hybridq.ansatz.given_angles import interpolated
from hybridq.ansatz.qaoa import QAOA
from hybridq.strategies.base import Step, Task
from hybridq.strategies.coordinates import pad_layers
from hybridq.strategies.ladder import Ladder, Rung

Vector = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Interp(Ladder):
    """Search p = 1, 2, …, each depth from the interpolated angles of the one before.

    Prefer it at large depth, where it is the surest strategy.

    Source: Zhou, Wang, Choi, Pichler, Lukin 2020, arXiv:1812.01041.
    """

    name: ClassVar[str] = "interp"
    summary: ClassVar[str] = "layer by layer, angles interpolated; the surest at depth"
    source: ClassVar[str] = "Zhou et al. 2020, arXiv:1812.01041"

    def rung(self, task: Task) -> Rung:
        """See `Ladder.rung`."""

        def search(ansatz: QAOA, objective: Any, x: Vector) -> tuple[Vector, Step] | None:
            depth = ansatz.p
            grown = len(x) < 2 * depth
            starts = interpolated(x)[np.newaxis] if grown else task.with_random(x, ansatz)
            solution = task.search.run(
                objective,
                starts,
                lambda point: pad_layers(point, task.p),
                searches_left=task.p - depth + 1,
                bounds=ansatz.bounds,
                tolerance=self.tolerance(task, depth),
            )
            if solution is None:
                return None
            step = Step(f"p = {depth}", solution.value, solution.evaluations, depth=depth)
            return solution.x, step

        return search
