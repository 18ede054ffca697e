"""Paired evaluation of learned angles on held-out instances."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.angles.evaluations import AUTO, check_held_out
from hybridq.angles.gate import judge
from hybridq.angles.versions import MARGIN
from hybridq.ansatz.learned_angles import LearnedAngles
from hybridq.ansatz.qaoa import QAOA
from hybridq.ansatz.training_set import instance_digest, shape_digest
from hybridq.classical.choose import reference
from hybridq.core.errors import DimensionError, ParameterError
from hybridq.core.versions import versions
from hybridq.objectives import Expectation
from hybridq.problems.base import Problem
from hybridq.strategies.automatic import named_start
from hybridq.strategies.base import Task
from hybridq.strategies.direct import Direct
from hybridq.strategies.rescaled import energy_unit
from hybridq.strategies.shared_search import SharedSearch

Plain = dict[str, Any]

BUDGET = 20
"""Evaluations of the search after the start."""

_AUTO_EVALUATIONS = 40  # enough that "auto" compares its candidates


def evaluate_angles(
    candidate: LearnedAngles,
    baseline: LearnedAngles | None,
    problems: Sequence[Problem],
    *,
    budget: int = BUDGET,
    margin: float = MARGIN,
    report: Callable[[int], None] | None = None,
) -> Plain:
    r"""Return a paired evaluation of a version, with the verdict of the gate.

    On each instance the energies of both starts are computed, without the guard, and those that
    L-BFGS reaches from them after `budget` evaluations. Both sets of differences

    .. math:: d = (E(\text{baseline}) - E(\text{candidate})) / |E_\text{reference}|

    have to pass `gate.judge`.

    Args:
        candidate: a registered version.
        baseline: another one, or None for the start ``"auto"``.
        problems: held-out instances.
        budget: evaluations of each search, at least 1.
        margin: loss of the mean that the gate accepts.
        report: called with the number of instances that are done.

    Returns:
        plain values: ``version``, ``baseline``, ``budget``, ``passed``, ``verdicts`` at the start
        and after the search, ``instances`` with their energies, ``versions`` of the libraries.

    Raises:
        ParameterError: fewer than two instances, another family or sign of weights than in
            training, or an optimum of energy 0.
        GateError: an instance may have been trained on, or training instances are unknown.
        CapacityError: an instance is too large for states, or for a classical reference.
    """
    if len(problems) < 2:
        raise ParameterError(argument="problems", value=len(problems), expected="at least two")
    compared = [candidate] if baseline is None else [candidate, baseline]
    rows: list[Plain] = []
    for problem in problems:
        ising = QAOA(problem.hamiltonian, candidate.p).ising
        for each in compared:
            if each.training is not None:
                each.training.check(problem.kind, ising)
        rows.append(
            {
                "name": problem.name,
                "spins": ising.n_qubits,
                "digest": instance_digest(ising),
                "shape": shape_digest(ising),
            }
        )
    check_held_out(compared, rows)
    for number, (problem, row) in enumerate(zip(problems, rows, strict=True), start=1):
        row |= _energies(problem, candidate, baseline, budget)
        if report is not None:
            report(number)
    verdicts = {
        place: judge(
            [
                (row["baseline"][place] - row["candidate"][place]) / abs(row["reference"])
                for row in rows
            ],
            margin=margin,
        )
        for place in ("start", "end")
    }
    assert candidate.model is not None
    return {
        "version": candidate.model.version,
        "digest": candidate.model.digest,
        "baseline": AUTO if baseline is None or baseline.model is None else baseline.model.version,
        "budget": budget,
        "passed": all(verdict.passed for verdict in verdicts.values()),
        "verdicts": {place: verdict.describe() for place, verdict in verdicts.items()},
        "instances": rows,
        "versions": versions(),
    }


def _energies(
    problem: Problem,
    candidate: LearnedAngles,
    baseline: LearnedAngles | None,
    budget: int,
) -> Plain:
    """Return the energies of one instance: reference, and start and end of both sides.

    Raises:
        ParameterError: the reference is 0, so that ratios to it do not exist.
    """
    ansatz = QAOA(problem.hamiltonian, candidate.p)
    lowest = float(reference(ansatz.ising, rng=0).energy)
    if lowest == 0.0:
        raise ParameterError(
            f"the instance {problem.name} has an optimum of energy 0, of which no ratio exists",
            argument="problems",
            remedy="leave it out",
        )
    points = {
        "candidate": candidate.angles(ansatz.ising, candidate.p),
        "baseline": _auto(ansatz)
        if baseline is None
        else baseline.angles(ansatz.ising, candidate.p),
    }
    return {
        "reference": lowest,
        **{side: _searched(ansatz, x, budget) for side, x in points.items()},
    }


def _auto(ansatz: QAOA) -> NDArray[np.float64]:
    """Return the start `auto`."""
    objective = Expectation().bind(ansatz, ansatz.hamiltonian)
    search = SharedSearch("l-bfgs", unit=energy_unit(ansatz), max_evaluations=_AUTO_EVALUATIONS)
    return named_start(ansatz, "auto", objective, search, np.asarray).x


def _searched(ansatz: QAOA, x: NDArray[np.float64], budget: int) -> Plain:
    """Return the energies at a point and after the search from it."""
    search = SharedSearch("l-bfgs", unit=energy_unit(ansatz), max_evaluations=budget)
    task = Task(
        ansatz,
        lambda circuit: Expectation().bind(circuit, ansatz.hamiltonian),
        search,
        x,
    )
    solution = Direct().run(task).solution
    if solution.status == "interrupted":
        raise KeyboardInterrupt
    start = float(solution.values[0])
    if not (np.isfinite(start) and np.isfinite(solution.value)):
        raise DimensionError("the energies of an instance are not finite", argument="problems")
    return {"start": start, "end": float(solution.value), "evaluations": solution.evaluations}
