"""Models of dimod as programs and polynomials, and back.

dimod minimizes, so that a maximized objective is negated on the way to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hybridq.core.errors import ParameterError, ProblemError
from hybridq.core.extras import load_extra
from hybridq.problems.instance_data import PolynomialData
from hybridq.problems.programs.interop._builder import Builder
from hybridq.problems.programs.polynomial import Monomial, degree
from hybridq.problems.programs.program import IntegerProgram


def from_dimod(model: Any) -> IntegerProgram | PolynomialData:
    """Return a model of dimod; labels of variables become texts.

    Args:
        model: a binary quadratic model or a binary polynomial, which become a polynomial of bits
            or spins; or a quadratic model or a constrained one, which become a program.

    Raises:
        ProblemError: real or spin variables in a program, soft constraints, or two labels that
            are one text.
        ParameterError: another object.
        MissingExtraError: dimod is not installed.
    """
    dimod = load_extra("dimod", "dimod", "from_dimod")
    if isinstance(model, dimod.BinaryQuadraticModel):
        labels = list(model.variables)
        return _polynomial(labels, _terms(model), spins=model.vartype is dimod.SPIN)
    if isinstance(model, dimod.BinaryPolynomial):
        labels = sorted(model.variables, key=str)
        items = [(float(value), tuple(term)) for term, value in model.items()]
        return _polynomial(labels, items, spins=model.vartype is dimod.SPIN)
    if isinstance(model, dimod.QuadraticModel):
        return _of_dimod(model, model, {})
    if isinstance(model, dimod.ConstrainedQuadraticModel):
        if any(each.lhs.is_soft() for each in model.constraints.values()):
            raise ProblemError("the model has soft constraints: add them to the objective")
        return _of_dimod(model, model.objective, model.constraints)
    raise ParameterError(
        argument="model", value=model, expected="a model of dimod, such as a BinaryQuadraticModel"
    )


def _of_dimod(model: Any, objective: Any, constraints: Mapping[Any, Any]) -> IntegerProgram:
    """Return the program of a quadratic or constrained quadratic model."""
    builder = Builder("the dimod model")
    for label in model.variables:
        kind = model.vartype(label).name
        low, high = float(model.lower_bound(label)), float(model.upper_bound(label))
        builder.variable(label, str(label), kind, low, high)
    builder.objective(_terms(objective))
    for name, each in constraints.items():
        builder.constrain(str(name), _terms(each.lhs), each.sense.value, float(each.rhs))
    return builder.finish("minimize")


def _terms(model: Any) -> list[tuple[float, tuple[Any, ...]]]:
    """Return coefficients and labels of a quadratic expression of dimod."""
    found = [(float(model.offset), ())] if model.offset else []
    linear = [(float(value), (label,)) for label, value in model.linear.items()]
    pairs = [(float(value), tuple(pair)) for pair, value in model.quadratic.items()]
    return [*found, *(term for term in (*linear, *pairs) if term[0])]


def _polynomial(
    labels: list[Any], terms: Iterable[tuple[float, tuple[Any, ...]]], *, spins: bool
) -> PolynomialData:
    """Return the data of a polynomial, with labels as names."""
    names = [str(label) for label in labels]
    if len(set(names)) < len(names):
        raise ProblemError("two labels of variables are written alike: rename one")
    index = {label: k for k, label in enumerate(labels)}
    found = tuple((value, tuple(sorted(index[label] for label in term))) for value, term in terms)
    return PolynomialData(tuple(names), found, spins=spins)


def to_dimod(data: IntegerProgram | PolynomialData) -> Any:
    """Return a polynomial as a binary quadratic model, a program as a constrained one.

    A maximized objective is negated.

    Raises:
        ProblemError: products of three and more.
        ParameterError: another object.
        MissingExtraError: dimod is not installed.
    """
    dimod = load_extra("dimod", "dimod", "to_dimod")
    if isinstance(data, PolynomialData):
        return _to_bqm(dimod, data)
    if not isinstance(data, IntegerProgram):
        raise ParameterError(
            argument="data", value=data, expected="an IntegerProgram or PolynomialData"
        )
    model = dimod.ConstrainedQuadraticModel()
    for each in data.variables:
        if each.is_binary:
            model.add_variable("BINARY", each.name)
        else:
            model.add_variable("INTEGER", each.name, lower_bound=each.lower, upper_bound=each.upper)
    names = [each.name for each in data.variables]
    objective = {key: data.sign * value for key, value in data.objective.items()}
    model.set_objective(_quadratic(dimod, data, names, objective))
    for row in data.constraints:
        model.add_constraint(
            _quadratic(dimod, data, names, row.terms), row.relation, rhs=row.bound, label=row.name
        )
    return model


def _to_bqm(dimod: Any, data: PolynomialData) -> Any:
    """Return a polynomial as a binary quadratic model."""
    sign = -1.0 if data.sense == "maximize" else 1.0
    model = dimod.BinaryQuadraticModel(dimod.SPIN if data.spins else dimod.BINARY)
    for name in data.names:
        model.add_variable(name)
    for value, key in data.terms:
        # Of bits x · x = x, of spins s · s = 1.
        odd = sorted(k for k in set(key) if not data.spins or key.count(k) % 2)
        _check_degree(len(odd))
        names = [data.names[k] for k in odd]
        if not names:
            model.offset += sign * value
        elif len(names) == 1:
            model.add_linear(names[0], sign * value)
        else:
            model.add_quadratic(names[0], names[1], sign * value)
    return model


def _quadratic(
    dimod: Any, program: IntegerProgram, names: list[str], terms: Mapping[Monomial, float]
) -> Any:
    """Return a polynomial of a program as a quadratic model."""
    _check_degree(degree(terms))
    model = dimod.QuadraticModel()
    for key, value in terms.items():
        for index in key:
            each = program.variables[index]
            if each.is_binary:
                model.add_variable("BINARY", each.name)
            else:
                model.add_variable(
                    "INTEGER", each.name, lower_bound=each.lower, upper_bound=each.upper
                )
        if not key:
            model.offset += value
        elif len(key) == 1 or (key[0] == key[1] and program.variables[key[0]].is_binary):
            model.add_linear(names[key[0]], value)
        else:
            model.add_quadratic(names[key[0]], names[key[1]], value)
    return model


def _check_degree(found: int) -> None:
    """Raise for products of three and more.

    Raises:
        ProblemError: there are some.
    """
    if found > 2:
        raise ProblemError(
            f"dimod's models hold products of two variables, and there is one of {found}: write "
            "JSON"
        )
