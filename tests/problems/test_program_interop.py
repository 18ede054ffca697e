"""Models of dimod, Qiskit and OMMX: the values and answers are those of the packages."""

from __future__ import annotations

import itertools
import sys
from enum import Enum
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.core.errors import MissingExtraError, ParameterError, ProblemError
from hybridq.problems import from_model
from hybridq.problems.instance_data import PolynomialData
from hybridq.problems.programs import Constraint, IntegerProgram, Variable
from hybridq.problems.programs.interop import (
    from_dimod,
    from_ommx,
    from_qiskit,
    to_dimod,
    to_qiskit,
)
from tests.problems.random_programs import polynomials, programs

SPINS_OR_BITS = st.booleans()


def grid(found: IntegerProgram) -> np.ndarray:
    ranges = [range(each.lower, each.upper + 1) for each in found.variables]
    return np.array(list(itertools.product(*ranges)), dtype=float)


# ----- dimod -----


@settings(deadline=None, max_examples=60)
@given(programs(degree=2))
def test_a_constrained_model_of_dimod_has_the_values_of_the_program(made: IntegerProgram) -> None:
    pytest.importorskip("dimod")
    model = to_dimod(made)
    again = from_dimod(model)
    names = [each.name for each in made.variables]
    rows = grid(made)[:60]
    assert [each.name for each in again.variables] == names
    assert again.values(rows) == pytest.approx(made.sign * made.values(rows))
    assert again.excesses(rows) == pytest.approx(made.excesses(rows))
    for row in rows:
        sample = dict(zip(names, row, strict=True))
        assert model.check_feasible(sample) == (not made.excesses([row]).any())


@settings(deadline=None, max_examples=60)
@given(polynomials(degree=2, spins=SPINS_OR_BITS))
def test_a_binary_model_of_dimod_has_the_energies_of_the_polynomial(made: PolynomialData) -> None:
    pytest.importorskip("dimod")
    model = to_dimod(made)
    sign = -1 if made.sense == "maximize" else 1
    choices = (1, -1) if made.spins else (0, 1)
    for row in itertools.product(choices, repeat=len(made.names)):
        value = sum(v * np.prod([row[k] for k in key]) for v, key in made.terms)
        sample = dict(zip(made.names, row, strict=True))
        assert model.energy(sample) == pytest.approx(sign * float(value))
    again = from_dimod(model)
    assert (again.names, again.spins) == (made.names, made.spins)
    assert to_dimod(again) == model


def test_a_polynomial_of_dimod_keeps_its_order() -> None:
    dimod = pytest.importorskip("dimod")
    found = from_dimod(dimod.BinaryPolynomial({"abc": 1, "a": 2, (): 3}, "SPIN"))
    assert found.names == ("a", "b", "c")
    assert found.spins
    assert set(found.terms) == {(1.0, (0, 1, 2)), (2.0, (0,)), (3.0, ())}


def test_models_of_dimod_that_are_no_programs_are_refused() -> None:
    dimod = pytest.importorskip("dimod")
    for variable, words in (
        (dimod.Real("r"), "'r' of the dimod model is real"),
        (dimod.Spin("s"), "'s' of the dimod model is spin"),
    ):
        model = dimod.ConstrainedQuadraticModel()
        model.set_objective(variable)
        with pytest.raises(ProblemError, match=words):
            from_dimod(model)
    soft = dimod.ConstrainedQuadraticModel()
    soft.add_constraint(dimod.Binary("x") <= 0, weight=2)
    with pytest.raises(ProblemError, match="soft constraints"):
        from_dimod(soft)
    alike = dimod.BinaryQuadraticModel({1: 1, "1": 2}, {}, "BINARY")
    with pytest.raises(ProblemError, match="two labels"):
        from_dimod(alike)
    with pytest.raises(ParameterError, match="model must be a model of dimod"):
        from_dimod(3)
    with pytest.raises(ParameterError, match="data must be an IntegerProgram"):
        to_dimod(3)
    with pytest.raises(ProblemError, match="there is one of 3"):
        to_dimod(PolynomialData(("a", "b", "c"), ((1.0, (0, 1, 2)),)))


def test_without_dimod_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dimod", None)
    with pytest.raises(MissingExtraError, match=r"pip install dimod \(or '.\[dimod\]'"):
        from_dimod(3)


# ----- Qiskit: objects with the attributes of qiskit-optimization 0.7 -----


class Dict(SimpleNamespace):
    """A linear or quadratic expression of Qiskit."""

    def to_dict(self) -> dict[Any, float]:
        return self.values


def qiskit_variable(name: str, kind: str, low: float, high: float) -> SimpleNamespace:
    return SimpleNamespace(
        name=name, vartype=SimpleNamespace(name=kind), lowerbound=low, upperbound=high
    )


def qiskit_program(*variables: SimpleNamespace, sense: str = "MAXIMIZE") -> SimpleNamespace:
    """max 5 + 2 b − n + 3 b n − n² with b + 2 n <= 7 and b n >= 0."""
    objective = SimpleNamespace(
        constant=5.0,
        linear=Dict(values={0: 2.0, 1: -1.0}),
        quadratic=Dict(values={(0, 1): 3.0, (1, 1): -1.0}),
        sense=SimpleNamespace(name=sense),
    )
    row = SimpleNamespace(
        name="cap", linear=Dict(values={0: 1.0, 1: 2.0}), sense=SimpleNamespace(label="<="), rhs=7
    )
    product = SimpleNamespace(
        name="prod",
        linear=Dict(values={}),
        quadratic=Dict(values={(0, 1): 1.0}),
        sense=SimpleNamespace(label=">="),
        rhs=0,
    )
    return SimpleNamespace(
        variables=list(variables),
        objective=objective,
        linear_constraints=[row],
        quadratic_constraints=[product],
    )


def test_a_quadratic_program_of_qiskit_is_read() -> None:
    found = from_qiskit(
        qiskit_program(
            qiskit_variable("b", "BINARY", 0, 1), qiskit_variable("n", "INTEGER", 0, 1e20)
        )
    )
    assert found.variables == (Variable("b"), Variable("n", 0, 3))  # b + 2 n <= 7 gives n <= 3
    assert found.objective == {(): 5, (0,): 2, (1,): -1, (0, 1): 3, (1, 1): -1}
    assert found.sense == "maximize"
    assert found.constraints == (
        Constraint("cap", {(0,): 1, (1,): 2}, "<=", 7),
        Constraint("prod", {(0, 1): 1}, ">=", 0),
    )


def test_other_programs_of_qiskit_are_refused() -> None:
    b, c = qiskit_variable("b", "BINARY", 0, 1), qiskit_variable("c", "CONTINUOUS", 0, 1)
    with pytest.raises(ProblemError, match="'c' of the QuadraticProgram is continuous"):
        from_qiskit(qiskit_program(b, c))
    with pytest.raises(ProblemError, match="has two variables 'b'"):
        from_qiskit(qiskit_program(b, b))
    with pytest.raises(ProblemError, match="variable 'n' has no lower bound"):
        from_qiskit(qiskit_program(b, qiskit_variable("n", "INTEGER", -1e20, 5)))
    with pytest.raises(ParameterError, match="program must be a QuadraticProgram"):
        from_qiskit(3)


@settings(deadline=None, max_examples=20)
@given(programs(degree=2))
def test_a_quadratic_program_has_the_values_of_the_program(made: IntegerProgram) -> None:
    pytest.importorskip("qiskit_optimization")
    theirs = to_qiskit(made)
    again = from_qiskit(theirs)
    assert again.variables == made.variables
    assert again.sense == made.sense
    for row in grid(made)[:20]:
        assert theirs.objective.evaluate(row) == pytest.approx(float(made.values([row])[0]))
        assert theirs.is_feasible(row) == (not made.excesses([row]).any())


@settings(deadline=None, max_examples=40)
@given(polynomials(degree=2, spins=SPINS_OR_BITS))
def test_a_polynomial_of_spins_becomes_a_quadratic_program_of_bits(made: PolynomialData) -> None:
    pytest.importorskip("qiskit_optimization")
    theirs = to_qiskit(made)
    assert theirs.objective.sense.name.lower() == made.sense
    for bits in itertools.product((0, 1), repeat=len(made.names)):
        row = [1 - 2 * bit if made.spins else bit for bit in bits]
        value = sum(v * np.prod([row[k] for k in key]) for v, key in made.terms)
        assert theirs.objective.evaluate(list(bits)) == pytest.approx(float(value))


def test_solve_takes_models_of_other_packages_as_they_are() -> None:
    package = pytest.importorskip("qiskit_optimization")
    theirs = package.QuadraticProgram("bag")
    for name in "abc":
        theirs.binary_var(name)
    theirs.maximize(linear={"a": 4, "b": 3, "c": 5}, quadratic={("a", "b"): 2})
    theirs.linear_constraint({"a": 3, "b": 2, "c": 4}, "<=", 5, "room")
    result = hq.solve(theirs, p=1, rng=7)
    assert result.best.value == 9  # a and b weigh 5; c alone is worth 5
    assert result.best.assignment == {"a": 1, "b": 1, "c": 0}
    assert from_model(theirs, penalty=20.0, inequalities="slack").penalty == 20.0
    with pytest.raises(ParameterError, match="model must be a model of qiskit-optimization"):
        from_model(3)


def test_every_family_becomes_a_model_with_the_same_optimum() -> None:
    pytest.importorskip("qiskit_optimization")
    dimod = pytest.importorskip("dimod")
    cut = hq.MaxCut([("a", "b", 2.0), ("b", "c", 1.0), ("c", "a", 1.0)], name="triangle")
    model = cut.to_dimod()
    assert isinstance(model, dimod.BinaryQuadraticModel)
    assert list(model.variables) == ["a", "b", "c"]
    assert dimod.ExactSolver().sample(model).first.energy == -3  # the cut of 3, minimized
    assert cut.to_qiskit().objective.evaluate([0, 1, 0]) == -3
    bag = hq.Knapsack(values=[8, 47, 10], weights=[3, 11, 14], capacity=14)
    theirs = bag.to_qiskit()
    assert theirs.objective.evaluate([1, 1, 0]) == 55
    assert not theirs.is_feasible([1, 1, 1])
    assert bag.to_dimod().check_feasible(dict.fromkeys(bag.to_dimod().variables, 0))


def test_without_qiskit_optimization_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "qiskit_optimization", None)
    with pytest.raises(MissingExtraError, match="qiskit-optimization"):
        hq.MaxCut([(0, 1)]).to_qiskit()
    with pytest.raises(ParameterError, match="data must be an IntegerProgram"):
        to_qiskit(3)
    cube = PolynomialData(("a", "b", "c"), ((1.0, (0, 1, 2)),))
    monkeypatch.setitem(sys.modules, "qiskit_optimization", SimpleNamespace(QuadraticProgram=Bare))
    with pytest.raises(ProblemError, match="there is one of 3"):
        to_qiskit(cube)


class Bare:
    """A program that takes variables only."""

    def __init__(self, name: str) -> None:
        del name

    def binary_var(self, name: str) -> None:
        del name

    def minimize(self) -> None:
        raise AssertionError("not reached")


# ----- OMMX: objects with the attributes of ommx 2.9 -----


class Kind(Enum):
    BINARY = 1
    INTEGER = 2


class OmmxConstraint(SimpleNamespace):
    EQUAL_TO_ZERO = 1
    LESS_THAN_OR_EQUAL_TO_ZERO = 2


class OmmxInstance(SimpleNamespace):
    MINIMIZE = 1
    MAXIMIZE = 2


def ommx_variable(identifier, kind, low, high, name=None, subscripts=()) -> SimpleNamespace:
    return SimpleNamespace(
        id=identifier,
        kind=kind,
        bound=SimpleNamespace(lower=low, upper=high),
        name=name,
        subscripts=list(subscripts),
    )


def test_an_instance_of_ommx_is_read() -> None:
    rows = [
        OmmxConstraint(
            id=4, name="cap", equality=2, function=SimpleNamespace(terms={(7,): 2.0, (): -3.0})
        ),
        OmmxConstraint(
            id=9, name=None, equality=1, function=SimpleNamespace(terms={(3, 7): 1.0, (7,): -1.0})
        ),
    ]
    instance = OmmxInstance(
        decision_variables=[
            ommx_variable(7, Kind.BINARY, 0.0, 1.0, "x", (1, 2)),
            ommx_variable(3, Kind.INTEGER, -1.0, 4.0),
        ],
        objective=SimpleNamespace(terms={(3, 7): 2.0, (3, 3): 1.0, (): -1.0}),
        constraints=rows,
        sense=2,
    )
    for given_rows in (rows, {row.id: row for row in rows}):  # a list until 2.9, a dict in 3
        instance.constraints = given_rows
        found = from_ommx(instance)
        assert found.variables == (Variable("x[1,2]"), Variable("x3", -1, 4))
        assert found.objective == {(0, 1): 2, (1, 1): 1, (): -1}
        assert found.sense == "maximize"
        assert found.constraints == (
            Constraint("cap", {(0,): 2}, "<=", 3),
            Constraint("c9", {(0, 1): 1, (0,): -1}, "==", 0),
        )
    with pytest.raises(ParameterError, match="instance must be an Instance of OMMX"):
        from_ommx(3)
