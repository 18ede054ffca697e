"""Mixed-integer linear programming by HiGHS, which SciPy brings."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.classical.baseline import ProgramBaseline
from hybridq.classical.linearized import LinearizedProgram, count_products, linearized
from hybridq.core.errors import ProblemError
from hybridq.core.numbers import number
from hybridq.problems.programs.program import IntegerProgram

MILP_PRODUCTS = 20_000
"""Products above which the linearized program is not tried."""

_OPTIMAL, _INFEASIBLE = 0, 2  # statuses of scipy.optimize.milp
_RELATIVE = 1e-6  # feasibility tolerance of HiGHS
_LARGEST = 1e4  # coefficient of a scaled objective


def milp_minimum(
    program: IntegerProgram, *, time_limit: float | None = None
) -> ProgramBaseline | None:
    """Return the best assignment that HiGHS finds, with the bound that it proves.

    Products of variables are linearized over bits. `exact` is True only if HiGHS ends with the
    status optimal, at a gap of 0.

    Args:
        program: an integer program, minimized or maximized.
        time_limit: in seconds; none by default.

    Returns:
        the answer; None where no feasible assignment was found in the time, or the program has
        more than `MILP_PRODUCTS` products.

    Raises:
        ProblemError: HiGHS proves that no assignment is feasible.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    if count_products(program) > MILP_PRODUCTS:
        return None
    model = linearized(program)
    if len(model.products) > MILP_PRODUCTS:
        return None
    n, extra = model.n_variables, len(model.products)
    costs = np.zeros(model.n_columns)
    for index, value in model.objective.items():
        costs[index] = value
    matrix, low, high = _rows(model, costs)
    scale = _scale(model, costs)
    options: Any = {"mip_rel_gap": 0.0}
    if time_limit is not None:
        options["time_limit"] = float(time_limit)
    found = milp(
        scale * costs,
        integrality=np.concatenate([np.ones(n), np.zeros(extra)]),
        bounds=Bounds(
            np.concatenate([model.lower, np.zeros(extra)]),
            np.concatenate([model.upper, np.ones(extra)]),
        ),
        constraints=LinearConstraint(matrix, low, high) if len(low) else (),
        options=options,
    )
    if found.status == _INFEASIBLE:
        raise ProblemError(
            "no assignment is feasible (proven by integer programming)", remedy="correct the data"
        )
    point = None if found.x is None else model.variables(np.asarray(found.x))
    if point is None:
        return None
    value = float(program.values(point[np.newaxis])[0])
    exact = found.status == _OPTIMAL
    bound = value if exact else _bound(model, found.mip_dual_bound, scale, value)
    method = "integer programming (HiGHS)"
    return ProgramBaseline(value, point, method + stated(value, bound, exact), exact, bound)


def stated(value: float, bound: float | None, exact: bool) -> str:
    """Return the bound and the gap in words, empty where the value is proven."""
    if exact or bound is None:
        return ""
    gap = abs(value - bound) / max(abs(value), 1e-12)
    return f", bound {number(bound)} proven, gap {100.0 * gap:.3g} %"


def _scale(model: LinearizedProgram, costs: NDArray[np.float64]) -> float:
    """Return a factor of the objective, against HiGHS's absolute gap of 1e-6."""
    largest = float(np.abs(costs).max(initial=0.0))
    return 1.0 if model.is_integral or largest == 0.0 else _LARGEST / largest


def _bound(
    model: LinearizedProgram, dual: float | None, scale: float, value: float
) -> float | None:
    """Return a proven bound in the program's sense, the value at most."""
    if dual is None or not np.isfinite(dual):
        return None
    lowest = float(dual) / scale + model.constant
    if not model.is_integral:
        lowest -= _RELATIVE * max(1.0, abs(lowest))
    found = model.bound(lowest)
    sign = model.program.sign
    return sign * min(sign * found, sign * value)


def _rows(
    model: LinearizedProgram, costs: NDArray[np.float64]
) -> tuple[Any, NDArray[np.float64], NDArray[np.float64]]:
    """Return the constraints, those of products included, as a sparse matrix.

    A product in the objective alone needs one side: it falls or rises to the other by itself.
    """
    from scipy.sparse import coo_array

    rows: list[tuple[dict[int, float], float, float]] = []
    needed: set[int] = set()
    for terms, relation, bound in model.rows:
        needed.update(terms)
        low = bound if relation != "<=" else -np.inf
        high = bound if relation != ">=" else np.inf
        rows.append((terms, low, high))
    for place, key in enumerate(model.products, start=model.n_variables):
        both = place in needed
        if both or costs[place] < 0.0:
            rows += [({place: 1.0, factor: -1.0}, -np.inf, 0.0) for factor in key]
        if both or costs[place] > 0.0:
            rows.append(({place: 1.0, **dict.fromkeys(key, -1.0)}, 1.0 - len(key), np.inf))
    entries = [
        (row, column, value)
        for row, (terms, _, _) in enumerate(rows)
        for column, value in terms.items()
    ]
    lines, columns, values = (
        np.array(each) for each in (zip(*entries, strict=True) if entries else ((), (), ()))
    )
    matrix = coo_array(
        (values, (lines.astype(np.int64), columns.astype(np.int64))),
        shape=(len(rows), model.n_columns),
    ).tocsr()
    return matrix, np.array([low for _, low, _ in rows]), np.array([high for _, _, high in rows])
