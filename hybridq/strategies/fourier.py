"""FOURIER: a ladder on the amplitudes of a sine and a cosine series."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.ansatz.qaoa import QAOA
from hybridq.strategies.affine import Affine, padded
from hybridq.strategies.base import Found, Step, Task
from hybridq.strategies.ladder import climb, rough_tolerance

Vector = NDArray[np.float64]


def fourier_matrix(p: int) -> Vector:
    r"""The matrix from amplitudes (u, v) to angles (γ, β), shape (2p, 2p).

    .. math:: \gamma_i = \sum_{k=1}^{p} u_k \sin\!\big((k - \tfrac12)(i - \tfrac12)\tfrac{\pi}{p}
              \big), \qquad
              \beta_i = \sum_{k=1}^{p} v_k \cos\!\big((k - \tfrac12)(i - \tfrac12)\tfrac{\pi}{p}
              \big)

    Source: Zhou, Wang, Choi, Pichler, Lukin 2020, arXiv:1812.01041, equation (8).
    """
    half = np.arange(p) + 0.5
    phase = np.outer(half, half) * np.pi / p
    matrix = np.zeros((2 * p, 2 * p))
    matrix[:p, :p] = np.sin(phase)
    matrix[p:, p:] = np.cos(phase)
    return matrix


def fourier(task: Task) -> Found:
    """p = 1, 2, …, each depth searched over the amplitudes, the new frequency from 0.

    Prefer it to INTERP at large depths, where smooth angles matter.

    Source: Zhou, Wang, Choi, Pichler, Lukin 2020, arXiv:1812.01041, FOURIER[∞, 0].
    """

    def rung(ansatz: QAOA, objective: Any, x: Vector) -> tuple[Vector, Step] | None:
        depth, before = ansatz.p, len(x) // 2
        points = task.with_random(x, ansatz) if before == depth else x[np.newaxis]
        amplitudes = np.linalg.solve(fourier_matrix(before), points.T).T
        seen = Affine(objective, fourier_matrix(depth))
        solution = task.search.run(
            seen,
            padded(amplitudes, depth),
            lambda y: padded(seen.outward(y), task.p),
            searches_left=task.p - depth + 1,
            bounds=ansatz.bounds,
            tolerance=rough_tolerance(task, depth),
        )
        if solution is None:
            return None
        found = seen.outward(solution.x)
        return found, Step(f"p = {depth}", solution.value, solution.evaluations)

    return climb(task, rung)
