"""Multi-angle QAOA from the best standard one."""

from __future__ import annotations

import numpy as np

from hybridq.ansatz.mixers import require_x_mixer
from hybridq.ansatz.multi_angle import MultiAngleQAOA
from hybridq.strategies.base import Found, Task, steps

# On symmetric graphs the best standard angles are near a saddle of all angles; starts beside it
# fall off. Of 0.01 to 0.6 radians, 0.1 to 0.3 did best on 3-regular graphs at p = 1 and 2.
NUDGE = 0.2
NUDGED_STARTS = 3


def multi_angle(task: Task) -> Found:
    """QAOA first, with at most half of the budget; then every term and qubit on its own.

    The second search begins at the QAOA it found and at three points beside it.

    Prefer it where circuits must be shallow: it reaches at p = 1 what QAOA needs several layers
    for, with p (terms + qubits) angles instead of 2p. Never worse than the QAOA it begins with.

    Source: Herrman, Lotshaw, Ostrowski, Humble, Siopsis 2022, arXiv:2109.11455.
    """
    require_x_mixer("multi-angle", task.ansatz.mixer)
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
        nudges = task.rng.normal(0.0, NUDGE, (NUDGED_STARTS, wide.n_params))
        starts = np.vstack([best, best + nudges])
        found = search.run(objective, starts, np.asarray, bounds=wide.bounds, gammas=0)
    early = "" if found is not None else "only the standard QAOA was searched"
    done = (
        *steps(f"QAOA, p = {task.p}", plain),
        *steps(f"multi-angle, p = {task.p}", found),
    )
    return Found(search.summary(early), wide, objective, start, done)
