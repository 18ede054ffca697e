"""Warm starts: QAOA from a classical relaxation or from a cut."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.ansatz.learned_angles import LearnedAngles
from hybridq.ansatz.mixers import require_x_mixer
from hybridq.ansatz.warm_start import WarmStartQAOA, probabilities_of_bits
from hybridq.classical import local_search
from hybridq.strategies.automatic import Start
from hybridq.strategies.base import Found, Task, steps
from hybridq.strategies.relaxation import planar_relaxation

Vector = NDArray[np.float64]

EPSILON = 0.25  # of the paper, for a start from a cut
CUT_RESTARTS, CUT_SWEEPS = 4, 100


def warm_start(task: Task) -> Found:
    """From the planar relaxation: c = (1 − s)/2, no nearer than 1/4 to 0 and 1.

    Prefer it at few layers, where it begins far above what they could reach; with many layers
    the plain start comes as far. What it finds depends on the classical answer.

    Source: Egger, Mareček, Woerner 2021, arXiv:2009.10955; for planar relaxations Tate, Farhadi,
    Herold, Mohler, Gupta 2023, arXiv:2010.14021.
    """
    spins, _ = planar_relaxation(task.ansatz.ising, task.rng)
    probabilities = np.clip((1.0 - spins) / 2.0, EPSILON, 1.0 - EPSILON)
    return _search(task, probabilities, "the planar relaxation")


def warm_start_from_cut(task: Task) -> Found:
    """From a good assignment by simulated annealing: c = 1/4 where a bit is 0, 3/4 where it is 1.

    Source: Egger, Mareček, Woerner 2021, arXiv:2009.10955, section 3.
    """
    ising = task.ansatz.ising
    answer = local_search(ising, restarts=CUT_RESTARTS, sweeps=CUT_SWEEPS, rng=task.rng)
    return _search(task, probabilities_of_bits(answer.bits, EPSILON), f"a cut by {answer.method}")


def _search(task: Task, probabilities: Vector, source: str) -> Found:
    require_x_mixer("warm-start", task.ansatz.mixer)
    ansatz = WarmStartQAOA(task.ansatz.hamiltonian, task.p, probabilities)
    objective = task.build(ansatz)
    first, second, name = _first_points(ansatz, task.initial)
    others = [ansatz.initial_point("random", task.rng) for _ in range(task.restarts or 0)]
    starts = np.array([first, *([] if second is None else [second]), *others])
    solution = task.search.run(objective, starts, np.asarray, bounds=ansatz.bounds)
    return Found(
        task.search.summary(),
        ansatz,
        objective,
        Start(first, name, f"the product state comes from {source}"),
        steps(f"p = {task.p}", solution),
    )


def _first_points(
    ansatz: WarmStartQAOA, initial: str | ArrayLike | LearnedAngles
) -> tuple[Vector, Vector | None, str]:
    """The first start, a second beside it, and the name of the first."""
    if isinstance(initial, LearnedAngles):
        return initial.angles(ansatz.standard.ising, ansatz.p), None, initial.name
    if not isinstance(initial, str):
        return ansatz.initial_point(initial), None, "given angles"
    if initial.strip().lower() == "auto":
        return ansatz.initial_point("gentle-ramp"), ansatz.initial_point("ramp"), "gentle-ramp"
    return ansatz.standard.initial_point(initial), None, initial
