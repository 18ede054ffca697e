"""Solves that end at a saddle point: a continued search, or a larger circuit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from hybridq.ansatz.ucc import UCCSD
from hybridq.classical.exact_energies import ExactEnergies
from hybridq.optimizers.capabilities import Capability, member
from hybridq.solver.exact import lowest_energy
from hybridq.solver.settings import SolveSettings, Vector, unless_interrupted
from hybridq.strategies.saddle import (
    NEGATIVE,
    STEP,
    is_suspicious,
    lowest_curvature,
    off_saddle,
)

if TYPE_CHECKING:
    from hybridq.objectives import Objective
    from hybridq.operators.sector import Sector
    from hybridq.optimizers import Solution
    from hybridq.problems.base import Problem


def without_saddle(
    problem: Problem,
    ansatz: Any,
    objective: Objective,
    solution: Solution,
    search: Callable[..., Solution],
    settings: SolveSettings,
    sector: Sector | None,
    wanted: bool | None,
) -> tuple[Solution, dict[str, Any]]:
    """Return the search continued off saddle points, and facts for the ansatz.

    The fact ``lower_without_symmetry`` is True where excitations that UCCSD leaves out by
    symmetry lower the energy.

    Args:
        problem: the question.
        ansatz: the circuit that was searched.
        objective: its energy.
        solution: where the search ended.
        search: searches on from some points within limits.
        settings: of the solve.
        sector: the particle numbers asked for.
        wanted: whether the exact energy is wanted; see `hybridq.solve`.
    """
    exact = _known(problem, sector, wanted)

    def further(start: Vector, spent: int) -> Solution | None:
        limits: dict[str, Any] = {"max_evaluations": None, "time_limit": None}
        if settings.max_evaluations is not None:
            limits["max_evaluations"] = settings.max_evaluations - spent
        if settings.time_limit is not None:
            limits["time_limit"] = settings.time_limit - settings.seconds
        if any(limit is not None and limit <= 0 for limit in limits.values()):
            return None
        return search(start, **limits)

    found = unless_interrupted(
        lambda: off_saddle(objective, solution, problem, exact, further, settings.streams[1])
    )
    ended = solution if found is None else found
    lower = unless_interrupted(lambda: _left_out(problem, ansatz, ended, settings, exact))
    return ended, {"lower_without_symmetry": True} if lower else {}


def _known(problem: Problem, sector: Sector | None, wanted: bool | None) -> float | None:
    """Return the exact energy where it takes moments."""
    if wanted is False:
        return None

    def diagonalize() -> ExactEnergies:
        return lowest_energy(problem.observable, sector, None)

    exact = unless_interrupted(diagonalize)
    return None if exact is None or not len(exact.values) else float(exact.values[0])


def _left_out(
    problem: Problem, ansatz: Any, solution: Solution, settings: SolveSettings, exact: float | None
) -> bool:
    """Return whether the energy falls along excitations that symmetry leaves out."""
    if not isinstance(ansatz, UCCSD) or not ansatz.symmetry:
        return False
    if not is_suspicious(problem, solution, exact):
        return False
    whole = replace(ansatz, symmetry=False)
    if whole.n_params == ansatz.n_params:
        return False
    energy = settings.objective.bind(whole, problem.observable, engine=settings.engine)
    if energy.engine.precision != "double" or member(energy, Capability.GRADIENT) is None:
        return False
    x = _embedded(ansatz, whole, solution.x)
    curvature, direction = lowest_curvature(energy, x)
    if curvature >= NEGATIVE:
        return False
    return bool(min(energy(x + s * STEP * direction) for s in (1, -1)) < solution.value)


def _embedded(part: UCCSD, whole: UCCSD, x: Vector) -> Vector:
    """Return the parameters of `whole` for the state of `part`."""
    angles = dict(zip(part.excitations, part.parameter_of, strict=True))
    own, size = part.n_params // part.repetitions, whole.n_params // whole.repetitions
    found = np.zeros(whole.n_params)
    for excitation, parameter in zip(whole.excitations, whole.parameter_of, strict=True):
        if excitation in angles:
            for repetition in range(part.repetitions):
                found[repetition * size + parameter] = x[repetition * own + angles[excitation]]
    return found
