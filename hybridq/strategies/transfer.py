"""Angles learned on some instances, as a start on others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from hybridq.ansatz.learned_angles import LearnedAngles
from hybridq.ansatz.qaoa import QAOA
from hybridq.objectives import Expectation
from hybridq.strategies.base import Task
from hybridq.strategies.interp import Interp
from hybridq.strategies.rescaled import energy_unit
from hybridq.strategies.shared_search import SharedSearch

if TYPE_CHECKING:
    from hybridq.problems.base import Problem

TOLERANCE = 1e-6
EVALUATIONS_A_LAYER = 200


def learn_angles(
    problems: Iterable[Problem], p: int, *, name: str, source: str = ""
) -> LearnedAngles:
    """Return the median of the best angles of `problems` at `p` layers.

    They are a start for instances like these. Each is searched by INTERP and L-BFGS, which keeps
    all of them in the same one of the equivalent minima.

    Args:
        problems: problems over bits, small or of the same kind as those to come.
        p: layers.
        name: the name of the angles.
        source: the origin of the problems.

    Raises:
        ParameterError: no problems, or a Hamiltonian that is not diagonal.
        KeyboardInterrupt: Ctrl-C; angles that are half searched are not learned.

    Source: Lotshaw, Humble, Herrman, Ostrowski, Siopsis 2021, arXiv:2102.06813.
    """
    found = []
    for problem in problems:
        ansatz = QAOA(problem.hamiltonian, p)
        found.append((ansatz.ising, _best_angles(ansatz)))
    return LearnedAngles.median_of(name, found, source)


def _best_angles(ansatz: QAOA) -> np.ndarray:
    """Return the best angles of one instance."""
    search = SharedSearch(
        "l-bfgs",
        unit=energy_unit(ansatz),
        max_evaluations=EVALUATIONS_A_LAYER * ansatz.p,
        tolerance=TOLERANCE,
    )
    hamiltonian = ansatz.hamiltonian
    task = Task(
        ansatz, lambda circuit: Expectation().bind(circuit, hamiltonian), search, "transfer"
    )
    solution = Interp().run(task).solution
    if solution.status == "interrupted":
        raise KeyboardInterrupt
    return solution.x
