"""Choice of the classical reference of a problem that is an integer program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hybridq.classical.baseline import ProgramBaseline
from hybridq.classical.choose import reference
from hybridq.classical.cpsat import cpsat_minimum, has_cpsat
from hybridq.classical.feasible import FEASIBLE_LIMIT, feasible_minimum, space_of
from hybridq.classical.milp import milp_minimum
from hybridq.core.errors import CapacityError
from hybridq.core.randomness import RandomLike
from hybridq.operators.feasible import FeasibleSpace

if TYPE_CHECKING:
    from hybridq.problems.base import BinaryProblem

_MOST_BRANCHES = 1 << 28
"""Assignments of the groups of a space that are searched for feasible ones."""

PROGRAM_SECONDS = 10.0  # of CP-SAT and HiGHS together, by default


def program_reference(
    problem: BinaryProblem, *, rng: RandomLike = None, time_limit: float | None = PROGRAM_SECONDS
) -> ProgramBaseline | None:
    """Return a classical answer, proven where possible.

    The methods are tried in this order: the minimum over the feasible states, if there are at most
    `FEASIBLE_LIMIT` of them; CP-SAT, if OR-Tools is installed; HiGHS; annealing with penalties.
    Without constraints it is `reference` of the cost. `exact` is True for proofs alone.

    Args:
        problem: one with a program; one without is searched by its states and its cost alone.
        rng: source of randomness, used by annealing only.
        time_limit: in seconds, shared by CP-SAT and HiGHS.

    Returns:
        the answer; None where no feasible assignment was found.

    Raises:
        ProblemError: it is proven that no assignment is feasible.
    """
    space = space_of(problem)
    if space is None:
        return _of_cost(problem, rng, proven=True)
    if is_countable(space) and space.count(FEASIBLE_LIMIT) <= FEASIBLE_LIMIT:
        return feasible_minimum(problem)
    program = problem.program
    if program is None:
        solvers: tuple[Callable[..., ProgramBaseline | None], ...] = ()
    else:
        solvers = (cpsat_minimum, milp_minimum) if has_cpsat() else (milp_minimum,)
    share = None if time_limit is None else time_limit / max(len(solvers), 1)
    found: list[ProgramBaseline] = []
    for solver in solvers:
        answer = solver(program, time_limit=share)
        if answer is not None:
            found.append(answer)
            if answer.exact:
                return answer
    if found:
        return _best(found, problem.sign)
    return None if problem.confined else _of_cost(problem, rng, proven=False)


def is_countable(space: FeasibleSpace) -> bool:
    """Return whether feasible states can be counted up to a limit in seconds.

    They can where they are a product; where zeros or ones complete every partial assignment; and
    where groups leave few assignments to be searched.
    """
    if space.is_product or space.is_monotone:
        return True
    groups = FeasibleSpace(space.n_qubits, (), space.groups, space.grid, space.chains)
    return groups.count() <= _MOST_BRANCHES


def _best(found: list[ProgramBaseline], sign: float) -> ProgramBaseline:
    """Return the answer of the best value, with the best bound."""
    best = min(found, key=lambda each: sign * each.value)
    bounds = [each.bound for each in found if each.bound is not None]
    if not bounds:
        return best
    bound = max(bounds, key=lambda each: sign * each)
    return replace(best, bound=bound, exact=best.exact or bound == best.value)


def _of_cost(problem: BinaryProblem, rng: RandomLike, *, proven: bool) -> ProgramBaseline | None:
    """Return the lowest cost that is found, None where it violates a constraint.

    Args:
        problem: without constraints, or with penalties.
        rng: source of randomness.
        proven: whether the lowest cost of all is the optimum.
    """
    try:
        classic = reference(problem.cost(), rng=rng)
    except CapacityError:
        return None
    if problem.violations(classic.bits):
        return None
    value = float(problem.value(classic.bits))
    exact = classic.exact and proven
    point = classic.bits.astype(np.int64)
    return ProgramBaseline(value, point, classic.method, exact, value if exact else None)
