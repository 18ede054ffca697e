"""Layerwise growth: each new layer alone, then all layers together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hybridq.ansatz.qaoa import QAOA
from hybridq.strategies.base import Step, Task
from hybridq.strategies.coordinates import AffineMap, Reparametrized, pad_layers
from hybridq.strategies.ladder import Ladder, Rung

Vector = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Layerwise(Ladder):
    """Search two angles at a time, the layers below frozen; then all 2p angles.

    Prefer it where evaluations are few or noisy: a search over two angles needs little. Alone it
    saturates after a few layers, hence the search over all at the end.

    Source: Campos, Rabinovich, Akshay, Biamonte 2021, arXiv:2104.10296; Skolik, McClean, Mohseni,
    van der Smagt, Leib 2021, arXiv:2006.14904.
    """

    name: ClassVar[str] = "layerwise"
    summary: ClassVar[str] = "one new layer at a time, then all; few or noisy shots"
    source: ClassVar[str] = "Campos et al. 2021, arXiv:2104.10296"

    def rung(self, task: Task) -> Rung:
        """See `Ladder.rung`."""

        def search(ansatz: QAOA, objective: Any, x: Vector) -> tuple[Vector, Step] | None:
            depth, before = ansatz.p, len(x) // 2
            left = task.p - depth + 2
            frozen = pad_layers(x, depth)
            if before == depth:
                view = Reparametrized(objective, AffineMap(np.eye(2 * depth)))
                points = task.with_random(x, ansatz)
            else:
                # Two zeros would be a stationary point: start from the layer below, half its mixer.
                newest = np.eye(2 * depth)[:, [depth - 1, 2 * depth - 1]]
                view = Reparametrized(objective, AffineMap(newest, frozen))
                points = np.array([[x[before - 1], x[-1] / 2.0]])
            solution = task.search.run(
                view,
                points,
                lambda y: pad_layers(view.outward(y), task.p),
                searches_left=left,
                bounds=ansatz.bounds[[0, -1]] if before < depth else ansatz.bounds,
                tolerance=self.tolerance(task, 0),
            )
            if solution is None:
                return None
            found, value = view.outward(solution.x), solution.value
            evaluations = solution.evaluations
            best = task.search.best
            if before < depth and best is not None and best[0] < value:
                found, value = frozen, best[0]  # a layer that only hurts stays out
            if depth == task.p:
                last = task.search.run(
                    objective, found[np.newaxis], np.asarray, bounds=ansatz.bounds
                )
                if last is not None:
                    return last.x, Step(
                        f"p = {depth}, all layers",
                        last.value,
                        evaluations + last.evaluations,
                        depth=depth,
                    )
            return found, Step(f"p = {depth}", value, evaluations, depth=depth)

        return search
