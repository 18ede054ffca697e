"""Constraint programming by CP-SAT of OR-Tools, where it is installed."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np

from hybridq.classical.baseline import ProgramBaseline
from hybridq.classical.linearized import (
    LinearizedProgram,
    count_products,
    linearized,
    whole_scale,
)
from hybridq.classical.milp import stated
from hybridq.core.errors import MissingExtraError, ProblemError
from hybridq.problems.programs.program import IntegerProgram

CPSAT_PRODUCTS = 100_000
"""Products above which a program is not tried."""


@cache
def has_cpsat() -> bool:
    """Return whether OR-Tools is installed; it is not imported."""
    return find_spec("ortools") is not None


def cpsat_minimum(
    program: IntegerProgram, *, time_limit: float | None = None, seed: int = 0
) -> ProgramBaseline | None:
    """Return the best assignment that CP-SAT finds, with the bound that it proves.

    The search takes one thread, and numbers are scaled to integers: CP-SAT knows no others.

    Args:
        program: an integer program, minimized or maximized.
        time_limit: in seconds; none by default.
        seed: of the search.

    Returns:
        the answer; None where no feasible assignment was found in the time, or the program has
        numbers other than short decimals, or more than `CPSAT_PRODUCTS` products.

    Raises:
        ProblemError: CP-SAT proves that no assignment is feasible.
        MissingExtraError: OR-Tools is not installed.
    """
    if not has_cpsat():
        raise MissingExtraError("ortools", "classical", "CP-SAT")
    from ortools.sat.python import cp_model

    if count_products(program) > CPSAT_PRODUCTS:
        return None
    linear = linearized(program)
    scale = whole_scale([*linear.objective.values(), linear.constant])
    if scale is None or len(linear.products) > CPSAT_PRODUCTS:
        return None
    model, columns = _model(linear, cp_model)
    if model is None:
        return None
    model.minimize(_sum(linear.objective, columns, scale, cp_model))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    if time_limit is not None:
        solver.parameters.max_time_in_seconds = float(time_limit)
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        raise ProblemError(
            "no assignment is feasible (proven by CP-SAT)", remedy="correct the data"
        )
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    point = linear.variables(np.array([float(solver.value(each)) for each in columns]))
    if point is None:
        return None
    value = float(program.values(point[np.newaxis])[0])
    exact = status == cp_model.OPTIMAL
    lowest = solver.best_objective_bound / scale + linear.constant
    bound = value if exact else linear.bound(lowest)
    return ProgramBaseline(value, point, f"CP-SAT{stated(value, bound, exact)}", exact, bound)


def _sum(terms: dict[int, float], columns: list[Any], scale: int, cp_model: Any) -> Any:
    """Return a scaled sum of columns."""
    chosen = [columns[index] for index in terms]
    return cp_model.LinearExpr.weighted_sum(chosen, [round(v * scale) for v in terms.values()])


def _model(linear: LinearizedProgram, cp_model: Any) -> tuple[Any, list[Any]]:
    """Return model and columns, no model where numbers do not scale."""
    model = cp_model.CpModel()
    columns = [
        model.new_int_var(int(low), int(high), f"x{index}")
        if (low, high) != (0, 1)
        else model.new_bool_var(f"x{index}")
        for index, (low, high) in enumerate(zip(linear.lower, linear.upper, strict=True))
    ]
    for key in linear.products:
        product = model.new_bool_var("")
        factors = [columns[index] for index in key]
        model.add_bool_and(factors).only_enforce_if(product)
        model.add_bool_or([product, *(factor.negated() for factor in factors)])
        columns.append(product)
    for terms, relation, bound in linear.rows:
        scale = whole_scale([*terms.values(), bound])
        if scale is None:
            return None, columns
        left, right = _sum(terms, columns, scale, cp_model), round(bound * scale)
        if relation == "==":
            model.add(left == right)
        elif relation == "<=":
            model.add(left <= right)
        else:
            model.add(left >= right)
    return model, columns
