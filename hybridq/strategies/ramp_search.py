"""A linear ramp tuned to the instance, then released."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hybridq.ansatz.angles import ramp_shape
from hybridq.strategies.affine import Affine
from hybridq.strategies.automatic import Start
from hybridq.strategies.base import Found, Task, steps

Vector = NDArray[np.float64]

MOST_FOR_TWO = 60  # evaluations that two slopes may take


def ramp_search(task: Task) -> Found:
    r"""The two slopes Δγ, Δβ of a linear ramp first, then all 2p angles from there.

    Prefer it for an unfamiliar problem at large depth, where no angles are known: the search over
    two numbers costs the same at every depth. It begins with the ramp, whatever the start.

    Source: Montañez-Barrera, Michielsen 2024, arXiv:2405.09169; Sack, Serbyn 2021,
    arXiv:2101.05742.
    """
    ansatz, p = task.ansatz, task.p
    objective = task.build(ansatz)
    shape = ramp_shape(p)
    ramp = ansatz.initial_point("ramp")
    slopes = np.array([ramp[p - 1] / shape[p - 1, 0], ramp[p] / shape[p, 1]])
    seen = Affine(objective, shape)
    first = task.search.run(
        seen,
        slopes[np.newaxis],
        seen.outward,
        searches_left=2,
        bounds=2.0 * ansatz.bounds[[0, -1]],
        at_most=MOST_FOR_TWO,
    )
    found, last = ramp if first is None else seen.outward(first.x), None
    if first is not None:
        points = task.with_random(found, ansatz)
        last = task.search.run(objective, points, np.asarray, bounds=ansatz.bounds)
    early = "" if last is not None else "only the ramp was tuned"
    done = (*steps("ramp", first), *steps(f"p = {p}", last))
    start = Start(found, "ramp", "its slopes tuned to this instance")
    return Found(task.search.summary(early), ansatz, objective, start, done)
