"""Random small integer programs."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from hybridq.problems.programs import Constraint, IntegerProgram, Variable

_NUMBERS = st.integers(-4, 4)


@st.composite
def programs(draw: st.DrawFn, *, integers: bool = True, most: int = 4) -> IntegerProgram:
    """Return a program of 2 to `most` variables and up to three constraints."""
    n = draw(st.integers(2, most))
    variables = []
    for index in range(n):
        low, span = (draw(st.integers(-2, 1)), draw(st.integers(0, 3))) if integers else (0, 1)
        variables.append(Variable(f"x{index}", low, low + span))
    monomials = [(), *((i,) for i in range(n)), *((i, j) for i in range(n) for j in range(i, n))]
    keys = draw(st.lists(st.sampled_from(monomials), max_size=6, unique=True))
    if n > 2 and draw(st.booleans()):
        keys.append((0, 1, 2))
    objective = {key: float(draw(_NUMBERS)) for key in keys}
    constraints = []
    for number in range(draw(st.integers(0, 3))):
        members = draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=n, unique=True))
        coefficients = draw(
            st.one_of(
                st.just([1.0] * len(members)),
                st.lists(
                    st.integers(-3, 3).map(float), min_size=len(members), max_size=len(members)
                ),
            )
        )
        terms = dict(zip([(i,) for i in sorted(members)], coefficients, strict=True))
        relation = draw(st.sampled_from(["<=", ">=", "=="]))
        constraints.append(Constraint(f"c{number}", terms, relation, draw(st.integers(-3, 5))))
    sense = draw(st.sampled_from(["minimize", "maximize"]))
    return IntegerProgram(tuple(variables), objective, tuple(constraints), sense)


def assignments(program: IntegerProgram) -> NDArray[np.int64]:
    """Return all values within the bounds, one row each."""
    ranges = [range(each.lower, each.upper + 1) for each in program.variables]
    return np.array(list(product(*ranges)), dtype=np.int64)


def optima(program: IntegerProgram) -> tuple[float | None, set[tuple[int, ...]]]:
    """Return the best objective of a feasible assignment and all of its assignments.

    Written out term by term, without the package's evaluation.
    """
    best, found = None, set()
    for row in assignments(program).tolist():
        if not all(_holds(each, row) for each in program.constraints):
            continue
        value = sum(
            coefficient * float(np.prod([row[i] for i in key], initial=1.0))
            for key, coefficient in program.objective.items()
        )
        signed = program.sign * value
        if best is None or signed < best - 1e-9:
            best, found = signed, {tuple(row)}
        elif abs(signed - best) <= 1e-9:
            found.add(tuple(row))
    return (None if best is None else program.sign * best), found


def _holds(constraint: Constraint, row: list[int]) -> bool:
    left = sum(c * float(np.prod([row[i] for i in key])) for key, c in constraint.terms.items())
    if constraint.relation == "==":
        return abs(left - constraint.bound) < 1e-9
    over = left - constraint.bound
    return (over if constraint.relation == "<=" else -over) < 1e-9
