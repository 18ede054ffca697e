"""Quadratic programs of qiskit-optimization as programs and polynomials, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hybridq.core.errors import ParameterError, ProblemError
from hybridq.core.extras import load_extra
from hybridq.problems.instance_data import PolynomialData
from hybridq.problems.programs.interop._builder import Builder
from hybridq.problems.programs.polynomial import Monomial, degree, merged
from hybridq.problems.programs.program import IntegerProgram

_PLUS_MINUS = -2.0  # of a spin s = 1 - 2 x


def from_qiskit(program: Any) -> IntegerProgram:
    """Return a `QuadraticProgram` of qiskit-optimization.

    Raises:
        ProblemError: continuous variables, or one without bounds.
        ParameterError: another object.
    """
    builder = Builder("the QuadraticProgram")
    try:
        variables, objective = list(program.variables), program.objective
        rows = [(each, False) for each in program.linear_constraints]
        rows += [(each, True) for each in program.quadratic_constraints]
    except AttributeError:
        raise ParameterError(
            argument="program", value=program, expected="a QuadraticProgram of Qiskit"
        ) from None
    for index, each in enumerate(variables):
        low, high = float(each.lowerbound), float(each.upperbound)
        builder.variable(index, each.name, each.vartype.name, low, high)
    constant = [(float(objective.constant), ())] if objective.constant else []
    builder.objective([*constant, *_of_qiskit(objective, quadratic=True)])
    for each, quadratic in rows:
        terms = _of_qiskit(each, quadratic=quadratic)
        builder.constrain(each.name, terms, each.sense.label, float(each.rhs))
    return builder.finish("maximize" if objective.sense.name == "MAXIMIZE" else "minimize")


def _of_qiskit(holder: Any, *, quadratic: bool) -> list[tuple[float, tuple[Any, ...]]]:
    """Return coefficients and indices of the terms of an objective or a constraint."""
    found = [(float(value), (index,)) for index, value in holder.linear.to_dict().items()]
    if quadratic:
        pairs = holder.quadratic.to_dict().items()
        found += [(float(value), tuple(pair)) for pair, value in pairs]
    return found


def to_qiskit(data: IntegerProgram | PolynomialData) -> Any:
    """Return a program or a polynomial as a `QuadraticProgram` of qiskit-optimization.

    Spins s become bits x with s = 1 - 2x, as they are qubits here.

    Raises:
        ProblemError: products of three and more.
        ParameterError: another object.
        MissingExtraError: qiskit-optimization is not installed.
    """
    if isinstance(data, PolynomialData):
        data = _binary(data)
    if not isinstance(data, IntegerProgram):
        raise ParameterError(
            argument="data", value=data, expected="an IntegerProgram or PolynomialData"
        )
    package = load_extra("qiskit_optimization", "qiskit-optimization", "to_qiskit")
    made = package.QuadraticProgram(data.name)
    for each in data.variables:
        if each.is_binary:
            made.binary_var(each.name)
        else:
            made.integer_var(each.lower, each.upper, each.name)
    set_objective = made.maximize if data.sense == "maximize" else made.minimize
    constant, linear, quadratic = _split(data.objective)
    set_objective(constant, linear, quadratic)
    for row in data.constraints:
        constant, linear, quadratic = _split(row.terms)
        bound = row.bound - constant
        if quadratic:
            made.quadratic_constraint(linear, quadratic, row.relation, bound, row.name)
        else:
            made.linear_constraint(linear, row.relation, bound, row.name)
    return made


def _binary(data: PolynomialData) -> IntegerProgram:
    """Return a polynomial as a program without constraints, spins as bits."""
    terms: list[tuple[Monomial, float]] = []
    for value, key in data.terms:
        parts: list[tuple[Monomial, float]] = [((), value)]
        for k in key:
            by_bit = [((*term, k), c * (_PLUS_MINUS if data.spins else 1.0)) for term, c in parts]
            parts = [*parts, *by_bit] if data.spins else by_bit
        # Of bits x · x = x.
        terms += [(tuple(sorted(set(term))), c) for term, c in parts]
    return IntegerProgram.binary(list(data.names), merged(terms), (), sense=data.sense)


def _split(
    terms: Mapping[Monomial, float],
) -> tuple[float, dict[int, float], dict[tuple[int, int], float]]:
    """Return the constant, the linear and the quadratic terms by index.

    Raises:
        ProblemError: products of three and more.
    """
    if degree(terms) > 2:
        raise ProblemError(
            f"a QuadraticProgram holds products of two variables, and there is one of "
            f"{degree(terms)}: write JSON"
        )
    linear = {key[0]: value for key, value in terms.items() if len(key) == 1}
    quadratic = {(key[0], key[1]): value for key, value in terms.items() if len(key) == 2}
    return float(terms.get((), 0.0)), linear, quadratic
