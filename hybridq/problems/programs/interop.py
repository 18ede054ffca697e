"""Models of dimod, Qiskit and OMMX as programs and polynomials.

The packages are imported on use. dimod minimizes, so that a maximized objective is negated on the
way to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hybridq.core.errors import FormatError, ParameterError, ProblemError
from hybridq.core.extras import load_extra
from hybridq.problems.formats._programs import Kind, ProgramBuilder
from hybridq.problems.instance_data import PolynomialData
from hybridq.problems.programs.polynomial import Monomial, degree, merged
from hybridq.problems.programs.program import IntegerProgram, Relation

_INFINITE = 1e20  # Qiskit's INFINITY; no integer in bits has such bounds
_RELATIONS: dict[str, Relation] = {"<=": "<=", ">=": ">=", "==": "==", "=": "=="}
_ENCODE = "encode it in integers first"


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
    builder = _Builder("the dimod model")
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


def from_qiskit(program: Any) -> IntegerProgram:
    """Return a `QuadraticProgram` of qiskit-optimization.

    Raises:
        ProblemError: continuous variables, or one without bounds.
        ParameterError: another object.
    """
    builder = _Builder("the QuadraticProgram")
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


def from_ommx(instance: Any) -> IntegerProgram:
    """Return an `Instance` of OMMX; subscripts are part of a variable's name.

    Raises:
        ProblemError: continuous variables, or one without bounds.
        ParameterError: another object.
    """
    builder = _Builder("the OMMX instance")
    try:
        variables = _listed(instance.decision_variables)
        rows = _listed(instance.constraints)
        objective, maximizes = instance.objective, type(instance).MAXIMIZE
    except AttributeError:
        raise ParameterError(
            argument="instance", value=instance, expected="an Instance of OMMX"
        ) from None
    names = [_ommx_name(each.id, each) for each in variables]
    unique = len(set(names)) == len(names)
    for name, each in zip(names, variables, strict=True):
        kind = str(each.kind).rpartition(".")[2].upper()
        low, high = float(each.bound.lower), float(each.bound.upper)
        builder.variable(each.id, name if unique else f"{name}#{each.id}", kind, low, high)
    builder.objective([(float(value), key) for key, value in objective.terms.items()])
    for each in rows:
        terms = [(float(value), key) for key, value in each.function.terms.items()]
        equal = each.equality == type(each).EQUAL_TO_ZERO
        builder.constrain(each.name or f"c{each.id}", terms, "==" if equal else "<=", 0.0)
    return builder.finish("maximize" if instance.sense == maximizes else "minimize")


def _listed(items: Any) -> list[Any]:
    """Return a list, or the values of a mapping by identifier."""
    return list(items.values()) if isinstance(items, Mapping) else list(items)


def _ommx_name(identifier: int, variable: Any) -> str:
    """Return name and subscripts of a variable, x and its identifier without a name."""
    if not variable.name:
        return f"x{identifier}"
    subscripts = ",".join(map(str, variable.subscripts))
    return f"{variable.name}[{subscripts}]" if subscripts else str(variable.name)


class _Builder:
    """Collector of a program from the objects of another package.

    Args:
        what: the object, for errors.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._program = ProgramBuilder(what, "give it both bounds", _ENCODE)
        self._index: dict[Any, int] = {}

    def variable(self, key: Any, name: str, kind: str, low: float, high: float) -> None:
        """Add a variable.

        Args:
            key: its label in the other package.
            name: its name here.
            kind: ``"BINARY"``, ``"INTEGER"`` or another.
            low: its lower bound, perhaps infinite.
            high: its upper bound, perhaps infinite.

        Raises:
            ProblemError: a name that was given before, or another kind.
        """
        kinds: dict[str, Kind] = {"BINARY": "binary", "INTEGER": "integer"}
        if self._program.knows(name):
            raise ProblemError(f"{self._what} has two variables {name!r}: rename one")
        if kind not in kinds:
            raise ProblemError(f"variable {name!r} of {self._what} is {kind.lower()}: {_ENCODE}")
        column = self._program.column(name)
        column.kind = kinds[kind]
        column.lower = low if low > -_INFINITE else -float("inf")
        column.upper = high if high < _INFINITE else float("inf")
        self._index[key] = self._program.index(name)

    def objective(self, terms: Iterable[tuple[float, tuple[Any, ...]]]) -> None:
        """Set the objective, terms by label."""
        self._program.objective = self._polynomial(terms)

    def constrain(
        self, name: str, terms: Iterable[tuple[float, tuple[Any, ...]]], sign: str, bound: float
    ) -> None:
        """Add a constraint, terms by label."""
        relation = _RELATIONS[sign]
        try:
            self._program.constrain(name, self._polynomial(terms), [(relation, bound)])
        except FormatError as error:
            raise ProblemError(error.message) from None

    def _polynomial(self, terms: Iterable[tuple[float, tuple[Any, ...]]]) -> dict[Monomial, float]:
        """Return terms by index."""
        return merged(([self._index[label] for label in key], value) for value, key in terms)

    def finish(self, sense: Any) -> IntegerProgram:
        """Return the program.

        Raises:
            ProblemError: a variable without bounds.
        """
        self._program.sense = sense
        try:
            return self._program.finish()
        except FormatError as error:
            raise ProblemError(error.message) from None
