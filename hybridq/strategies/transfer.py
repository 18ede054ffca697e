"""Angles learned on some instances, as a start on others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from hybridq.ansatz.angle_tables import phase_unit
from hybridq.ansatz.learned_angles import LearnedAngles
from hybridq.ansatz.qaoa import QAOA
from hybridq.ansatz.training_set import TrainingSet
from hybridq.objectives import Expectation
from hybridq.strategies.base import Task
from hybridq.strategies.interp import Interp
from hybridq.strategies.report import problem_digest
from hybridq.strategies.rescaled import energy_unit
from hybridq.strategies.shared_search import SharedSearch

if TYPE_CHECKING:
    from hybridq.operators.ising import Ising
    from hybridq.optimizers import Solution
    from hybridq.problems.base import Problem
    from hybridq.storage.journal import Journal

TOLERANCE = 1e-6
EVALUATIONS_A_LAYER = 200


def learn_angles(
    problems: Iterable[Problem],
    p: int,
    *,
    name: str,
    source: str = "",
    callback: Callable[[Solution], Any] | None = None,
    journal: Journal | None = None,
) -> LearnedAngles:
    """Return the median of the best angles of `problems` at `p` layers.

    They are a start for instances like these. Each is searched by INTERP and L-BFGS, which keeps
    all of them in the same one of the equivalent minima.

    Args:
        problems: problems over bits, small or of the same kind as those to come.
        p: layers.
        name: the name of the angles.
        source: the origin of the problems.
        callback: called with the search of each problem at its end.
        journal: answers evaluations that were made before a kill, and records new ones.

    Raises:
        ParameterError: no problems, or a Hamiltonian that is not diagonal.
        FormatError: the journal is of other problems or of another number of layers.
        KeyboardInterrupt: Ctrl-C; angles that are half searched are not learned.

    Source: Lotshaw, Humble, Herrman, Ostrowski, Siopsis 2021, arXiv:2102.06813.
    """
    found: list[tuple[Ising, np.ndarray]] = []
    kinds = []
    if journal is not None:
        problems = list(problems)
        journal.begin({"learned": [problem_digest(each) for each in problems], "p": p})
    for problem in problems:
        ansatz = QAOA(problem.hamiltonian, p)
        # A median needs the same one of equivalent angles: within half a period of the first.
        near = np.zeros(2 * p)
        if found:
            ising, first = found[0]
            near = np.concatenate(
                [first[:p] * phase_unit(ansatz.ising) / phase_unit(ising), first[p:]]
            )
        solution = _search(ansatz, journal)
        if callback is not None:
            callback(solution)
        found.append((ansatz.ising, ansatz.reduced(solution.x, near)))
        kinds.append((problem.kind, ansatz.ising))
    learned = LearnedAngles.median_of(name, found, source)
    return replace(learned, training=TrainingSet.of(kinds))


def _search(ansatz: QAOA, journal: Journal | None) -> Solution:
    """Return the search for the best angles of one instance."""
    search = SharedSearch(
        "l-bfgs",
        unit=energy_unit(ansatz),
        max_evaluations=EVALUATIONS_A_LAYER * ansatz.p,
        tolerance=TOLERANCE,
        rng=np.random.default_rng(0),  # which L-BFGS does not use, but a journal compares
        journal=journal,
    )
    hamiltonian = ansatz.hamiltonian
    task = Task(
        ansatz, lambda circuit: Expectation().bind(circuit, hamiltonian), search, "transfer"
    )
    solution = Interp().run(task).solution
    if solution.status == "interrupted":
        raise KeyboardInterrupt
    return solution
