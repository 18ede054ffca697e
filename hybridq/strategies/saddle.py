"""Saddle points of an energy: stationary points that are not minima.

A search with gradients stops where the gradient vanishes, also where the second derivatives are
negative: symmetric starts have such points. Their curvature is found from differences of
gradients, and a small displacement along it lets the search continue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.core.numbers import plural
from hybridq.core.randomness import as_generator
from hybridq.objectives import ExactObjective
from hybridq.optimizers.capabilities import Capability, member
from hybridq.optimizers.solution import Reason, Solution
from hybridq.presentation.numbers import CHEMICAL_ACCURACY
from hybridq.strategies.search import energy_scale

if TYPE_CHECKING:
    from hybridq.objectives import Objective
    from hybridq.problems.base import Problem

Vector = NDArray[np.float64]

#: Curvature per square radian, in units of energy, that counts as negative.
NEGATIVE = -1e-4
#: Length of a step off a saddle point, in radians.
STEP = 0.1
_DIFFERENCE = 1e-5  # radians between gradients
_MOST_PARAMETERS = 200  # up to which all second derivatives are computed
_MOST_STEPS = 3
_NOISE = 0.01  # of the step, in all directions
_TIE = 1e-6
_NO_GAIN = 1e-9  # of the unit: a search that gained less stayed at its start


def lowest_curvature(objective: Any, x: Vector) -> tuple[float, Vector]:
    """Return the lowest second derivative at a point, and its unit direction.

    For up to 200 parameters from the whole matrix of second derivatives, which takes n gradients;
    beyond, from products with it. A direction that an iteration did not find in time has
    curvature 0.

    Args:
        objective: with ``value_and_gradient``.
        x: the point, shape (n,).
    """
    n = len(x)
    _, here = objective.value_and_gradient(x)

    def product(v: Vector) -> Vector:
        v = np.ravel(v)
        _, there = objective.value_and_gradient(x + _DIFFERENCE * v)
        return np.asarray((there - here) / _DIFFERENCE)

    if n <= _MOST_PARAMETERS:
        matrix = np.array([product(unit) for unit in np.eye(n)])
        values, vectors = np.linalg.eigh((matrix + matrix.T) / 2.0)
        return float(values[0]), _oriented(vectors[:, 0])
    from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh

    operator = LinearOperator((n, n), matvec=product, dtype=np.float64)
    start = as_generator(0).standard_normal(n)
    try:
        lowest, found = eigsh(operator, k=1, which="SA", v0=start, tol=1e-2, maxiter=20)
    except ArpackNoConvergence:
        return 0.0, np.zeros(n)
    return float(lowest[0]), _oriented(found[:, 0])


def lowest_step(here: float, there: Iterable[tuple[float, float]]) -> tuple[int, float] | None:
    """Return the step of negative curvature that lowers an energy most.

    Args:
        here: the energy at a stationary point.
        there: the energies after a step of `STEP` and of −`STEP` in each direction.

    Returns:
        index and step, None where no direction has a negative curvature. Directions that are
        equal up to rounding count as one, the first.
    """
    found: tuple[int, float] | None = None
    gained = 0.0
    for index, (ahead, behind) in enumerate(there):
        gain = here - min(ahead, behind)
        if (ahead + behind - 2.0 * here) / STEP**2 < NEGATIVE and gain > gained * (1.0 + _TIE):
            found, gained = (index, STEP if ahead <= behind else -STEP), gain
    return found


def _oriented(vector: Vector) -> Vector:
    """Return a vector with its largest entry positive."""
    return np.asarray(vector * np.sign(vector[np.argmax(np.abs(vector))]))


def is_suspicious(problem: Problem, solution: Solution, exact: float | None) -> bool:
    """Return whether a converged search may have ended at a saddle point.

    It may where it ended at its start, or far above an exact energy.
    """
    if solution.status != "converged" or not np.isfinite(solution.value):
        return False
    unit, _ = energy_scale(problem)
    if exact is not None:
        return solution.value - exact > CHEMICAL_ACCURACY * unit
    return bool(solution.values.max() - solution.value <= _NO_GAIN * unit)


def off_saddle(
    objective: Objective,
    solution: Solution,
    problem: Problem,
    exact: float | None,
    search: Callable[[Vector, int], Solution | None],
    rng: np.random.Generator,
) -> Solution:
    """Return a search continued off the saddle points that it ended at.

    A search that did not end at one is returned as it is, and nothing is drawn from `rng`. The
    gradients that decide this are not counted as evaluations.

    Args:
        objective: the energy that was minimized.
        solution: where the search ended.
        problem: the question.
        exact: the exact energy, where it is known.
        search: continues from a start, shape (1, n), after a number of evaluations; None where
            the budget is used up.
        rng: for displacements.
    """
    if not isinstance(objective, ExactObjective) or objective.engine.precision != "double":
        return solution
    if member(objective, Capability.GRADIENT) is None:
        return solution
    unit, _ = energy_scale(problem)
    for _ in range(_MOST_STEPS):
        if not is_suspicious(problem, solution, exact):
            return solution
        curvature, direction = lowest_curvature(objective, solution.x)
        if curvature >= NEGATIVE * unit:
            return solution
        (own,) = rng.spawn(1)
        noise = own.normal(0.0, _NOISE * STEP, len(solution.x))
        start = solution.x + STEP * direction + noise
        further = search(start[np.newaxis], solution.evaluations)
        if further is None:
            return _at_saddle(solution)
        joined = continued(solution, further)
        if further.value >= solution.value - _NO_GAIN * unit:
            return _at_saddle(joined)
        solution = joined
    return solution


def continued(first: Solution, further: Solution) -> Solution:
    """Return two searches as one, the second of which began off a saddle point."""
    lower = further.value < first.value
    best = further if lower else first
    offset = first.evaluations if lower else 0
    spent = plural(first.evaluations, "evaluation")
    reason = further.reason
    if lower and further.status == "converged":
        reason = Reason.OFF_SADDLE
    return replace(
        best,
        evaluations=first.evaluations + further.evaluations,
        gradients=first.gradients + further.gradients,
        metrics=first.metrics + further.metrics,
        fidelities=first.fidelities + further.fidelities,
        values=np.concatenate([first.values, further.values]),
        best_evaluation=best.best_evaluation + offset,
        start=first.start,
        starts_begun=first.starts_begun,
        seconds=first.seconds + further.seconds,
        not_finite=first.not_finite + further.not_finite,
        status=further.status,
        reason=reason,
        message=f"left a saddle point after {spent}; {further.message}",
    )


def _at_saddle(solution: Solution) -> Solution:
    """Return a solution that says that it is at a saddle point."""
    text = f"{solution.message}; this is a saddle point, and no lower point near it was found"
    return replace(solution, reason=Reason.SADDLE, message=text)
