"""Integer programs: named variables, a polynomial objective, named constraints."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core.checks import is_finite, is_whole
from hybridq.core.errors import ParameterError, ProblemError
from hybridq.problems.programs.polynomial import Polynomial, degree, evaluated, merged, reach

Relation = Literal["<=", ">=", "=="]

_ROUNDING = 1e-9  # of a constraint of whole numbers
_RELATIVE = 1e-12  # of any other, relative to the sum of its numbers


@dataclass(frozen=True)
class Variable:
    """An integer variable.

    Args:
        name: its name, unique in a program.
        lower: its least value.
        upper: its largest value; 0 and 1 are a binary variable.

    Raises:
        ProblemError: the bounds are not integers, or cross.
    """

    name: str
    lower: int = 0
    upper: int = 1

    def __post_init__(self) -> None:
        for bound in (self.lower, self.upper):
            if not is_whole(bound):
                raise ProblemError(
                    f"the bounds of variable {self.name!r} must be integers, got {bound!r}",
                    remedy="give both bounds; the variable is encoded in bits",
                )
        object.__setattr__(self, "lower", int(self.lower))
        object.__setattr__(self, "upper", int(self.upper))
        if self.lower > self.upper:
            raise ProblemError(
                f"variable {self.name!r} has no value: its lower bound {self.lower} is above its "
                f"upper bound {self.upper}"
            )

    @property
    def is_binary(self) -> bool:
        """True for the bounds 0 and 1."""
        return self.lower == 0 and self.upper == 1


@dataclass(frozen=True)
class Constraint:
    """A named condition on a polynomial of the variables.

    Args:
        name: its name, as violations show it.
        terms: coefficients by ascending variable indices; ``{(0,): 1.0, (2,): 1.0}`` is x_0 + x_2.
        relation: ``"<="``, ``">="`` or ``"=="``.
        bound: the right-hand side.

    Raises:
        ProblemError: another relation, or a number that is not finite.
    """

    name: str
    terms: Polynomial
    relation: Relation
    bound: float

    def __post_init__(self) -> None:
        if self.relation not in ("<=", ">=", "=="):
            raise ProblemError(
                f"constraint {self.name!r} has the relation {self.relation!r}: give <=, >= or =="
            )
        try:
            total = self.bound + math.fsum(map(abs, self.terms.values()))
        except (TypeError, OverflowError):
            total = math.inf
        if not is_finite(total):
            raise ProblemError(f"constraint {self.name!r} has a number that is not finite")
        constant = float(self.terms.get((), 0.0))
        rest = merged((key, value) for key, value in self.terms.items() if key)
        object.__setattr__(self, "terms", rest)
        object.__setattr__(self, "bound", float(self.bound) - constant)

    @cached_property
    def is_linear(self) -> bool:
        """True if no product of variables occurs."""
        return degree(self.terms) <= 1

    @cached_property
    def tolerance(self) -> float:
        """Amount below which a violation counts as rounding."""
        numbers = [self.bound, *self.terms.values()]
        total = sum(map(abs, numbers))
        whole = total < 2**53 and all(float(number).is_integer() for number in numbers)
        return _ROUNDING if whole else _ROUNDING + _RELATIVE * total

    def excess(self, rows: ArrayLike) -> NDArray[np.float64]:
        """Return the amount of violation at each row of values, shape (k, n) → (k,), ≥ 0."""
        return self.excess_of(evaluated(self.terms, rows))

    def excess_of(self, left: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the amount of violation for left-hand sides, shape (k,), ≥ 0."""
        over = left - self.bound
        found = {"<=": over, ">=": -over, "==": np.abs(over)}[self.relation]
        return np.where(found > self.tolerance, found, 0.0)


@dataclass(frozen=True, eq=False, repr=False)
class IntegerProgram:
    """Integer variables, a polynomial objective and constraints; immutable.

    Args:
        variables: the variables; monomials name them by index.
        objective: coefficients by ascending variable indices; a repeated index is a power, ``()``
            the constant.
        constraints: conditions that an answer has to meet.
        sense: ``"minimize"`` or ``"maximize"``.
        name: the name of the instance.

    Raises:
        ProblemError: no variables, a name given twice, an index out of range, or a number that is
            not finite.
    """

    variables: tuple[Variable, ...]
    objective: Polynomial
    constraints: tuple[Constraint, ...] = ()
    sense: Literal["minimize", "maximize"] = "minimize"
    name: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        if not self.variables:
            raise ProblemError("the program has no variables: give at least one")
        if self.sense not in ("minimize", "maximize"):
            raise ParameterError(
                argument="sense", value=self.sense, expected="'minimize' or 'maximize'"
            )
        object.__setattr__(self, "variables", tuple(self.variables))
        object.__setattr__(self, "constraints", tuple(self.constraints))
        for what, names in (
            ("variables", [each.name for each in self.variables]),
            ("constraints", [each.name for each in self.constraints]),
        ):
            twice = _repeated(names)
            if twice is not None:
                raise ProblemError(f"two {what} have the name {twice!r}: rename one")
        for coefficient in self.objective.values():
            if not is_finite(coefficient):
                raise ProblemError(
                    f"the objective has the coefficient {coefficient}: give a finite number"
                )
        object.__setattr__(self, "objective", merged(self.objective.items()))
        highest = max(
            (
                max(key)
                for terms in (self.objective, *(each.terms for each in self.constraints))
                for key in terms
                if key
            ),
            default=-1,
        )
        if highest >= len(self.variables):
            raise ProblemError(
                f"a term names variable {highest}, and the program has the variables 0 to "
                f"{len(self.variables) - 1}"
            )

    @classmethod
    def binary(
        cls,
        names: Sequence[str],
        objective: Polynomial,
        constraints: Sequence[Constraint] = (),
        *,
        sense: Literal["minimize", "maximize"] = "minimize",
        name: str = "",
    ) -> IntegerProgram:
        """Return a program whose variables are all binary."""
        return cls(tuple(map(Variable, names)), objective, tuple(constraints), sense, name=name)

    def __repr__(self) -> str:
        return (
            f"IntegerProgram({len(self.variables)} variables, {len(self.objective)} terms, "
            f"{len(self.constraints)} constraints, {self.sense})"
        )

    @property
    def sign(self) -> float:
        """−1 where the objective is maximized, else +1."""
        return -1.0 if self.sense == "maximize" else 1.0

    @cached_property
    def lower(self) -> NDArray[np.int64]:
        """Lower bounds of the variables, shape (n,)."""
        return np.array([each.lower for each in self.variables], dtype=np.int64)

    @cached_property
    def upper(self) -> NDArray[np.int64]:
        """Upper bounds of the variables, shape (n,)."""
        return np.array([each.upper for each in self.variables], dtype=np.int64)

    @property
    def is_binary(self) -> bool:
        """True if every variable is binary."""
        return all(each.is_binary for each in self.variables)

    def values(self, rows: ArrayLike) -> NDArray[np.float64]:
        """Return the objective at each row of variable values, shape (k, n) → (k,)."""
        return evaluated(self.objective, rows)

    def excesses(self, rows: ArrayLike) -> NDArray[np.float64]:
        """Return the violation of each constraint at each row, shape (k, constraints)."""
        values = np.asarray(rows)
        columns = [each.excess(values) for each in self.constraints]
        return np.stack(columns, axis=1) if columns else np.zeros((len(values), 0))

    @cached_property
    def _reaches(self) -> list[tuple[float, float]]:
        """Bounds of the left-hand side of each constraint."""
        low, high = self.lower.tolist(), self.upper.tolist()
        return [reach(each.terms, low, high) for each in self.constraints]

    def objective_range(self) -> tuple[float, float]:
        """Return a lower and an upper bound of the objective over the variables' bounds."""
        return reach(self.objective, self.lower.tolist(), self.upper.tolist())

    def impossible(self) -> Constraint | None:
        """Return a constraint that no values within the bounds meet; None if not proven."""
        for each, (low, high) in zip(self.constraints, self._reaches, strict=True):
            too_low = each.relation != "<=" and high < each.bound - each.tolerance
            too_high = each.relation != ">=" and low > each.bound + each.tolerance
            if too_low or too_high or not _hits(each, self):
                return each
        return None

    @cached_property
    def redundant(self) -> tuple[bool, ...]:
        """For each constraint, whether all values within the bounds meet it."""
        found = []
        for each, (low, high) in zip(self.constraints, self._reaches, strict=True):
            below, above = high <= each.bound + each.tolerance, low >= each.bound - each.tolerance
            relation = each.relation
            found.append(below if relation == "<=" else above and (below or relation == ">="))
        return tuple(found)


def _hits(constraint: Constraint, program: IntegerProgram) -> bool:
    """Return whether an equality of integers can hold by divisibility."""
    numbers = [*constraint.terms.values()]
    if constraint.relation != "==" or not numbers or not constraint.is_linear:
        return True
    if not all(float(number).is_integer() for number in numbers):
        return True
    if max(abs(number) for number in numbers) > 2**53:
        return True
    step = math.gcd(*(int(number) for number in numbers))
    return abs(constraint.bound / step - round(constraint.bound / step)) <= constraint.tolerance


def _repeated(names: Sequence[str]) -> str | None:
    """Return a name that occurs twice, None without one."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def variable_values(values: Mapping[str, int], program: IntegerProgram) -> NDArray[np.int64]:
    """Return a row of variable values from values by name, shape (n,).

    Raises:
        ProblemError: a variable is missing.
    """
    missing = [each.name for each in program.variables if each.name not in values]
    if missing:
        raise ProblemError(f"variable {missing[0]!r} has no value: give one for each variable")
    return np.array([values[each.name] for each in program.variables], dtype=np.int64)
