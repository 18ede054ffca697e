"""INTERP: angles of depth p + 1 from those of depth p by interpolation."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.ansatz.qaoa import QAOA
from hybridq.strategies.affine import padded
from hybridq.strategies.base import Found, Step, Task
from hybridq.strategies.ladder import climb, rough_tolerance

Vector = NDArray[np.float64]


def interpolated(x: Vector) -> Vector:
    r"""A start for one more layer, shape (2p,) → (2p + 2,).

    .. math:: \gamma'_i = \frac{i - 1}{p}\,\gamma_{i-1} + \frac{p - i + 1}{p}\,\gamma_i,
              \qquad i = 1 \dots p + 1,\ \gamma_0 = \gamma_{p+1} = 0,

    and the same for β.

    Source: Zhou, Wang, Choi, Pichler, Lukin 2020, arXiv:1812.01041, appendix B.
    """
    p = len(x) // 2
    before = np.arange(p + 1) / p
    halves = np.asarray(x, dtype=np.float64).reshape(2, p)
    zero = np.zeros((2, 1))
    shifted = np.concatenate([zero, halves], axis=1)
    current = np.concatenate([halves, zero], axis=1)
    return (before * shifted + (1.0 - before) * current).ravel()


def interp(task: Task) -> Found:
    """p = 1, 2, …, each depth searched from the interpolated angles of the one before.

    Source: Zhou, Wang, Choi, Pichler, Lukin 2020, arXiv:1812.01041.
    """

    def rung(ansatz: QAOA, objective: Any, x: Vector) -> tuple[Vector, Step] | None:
        depth = ansatz.p
        grown = len(x) < 2 * depth
        starts = interpolated(x)[np.newaxis] if grown else task.with_random(x, ansatz)
        solution = task.search.run(
            objective,
            starts,
            lambda point: padded(point, task.p),
            searches_left=task.p - depth + 1,
            bounds=ansatz.bounds,
            tolerance=rough_tolerance(task, depth),
        )
        if solution is None:
            return None
        return solution.x, Step(f"p = {depth}", solution.value, solution.evaluations, depth=depth)

    return climb(task, rung)
