"""Integer programs: named variables, a polynomial objective, named constraints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core.checks import is_finite, is_whole
from hybridq.core.errors import ParameterError, ProblemError
from hybridq.operators.terms import Terms
from hybridq.problems.programs.constraint import Constraint as Constraint
from hybridq.problems.programs.constraint import Relation as Relation
from hybridq.problems.programs.polynomial import Polynomial, evaluated, merged, reach
from hybridq.problems.programs.rows import Rows


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


@dataclass(frozen=True, eq=False, repr=False)
class IntegerProgram:
    """Integer variables, a polynomial objective and constraints; immutable.

    Args:
        variables: the variables; monomials name them by index.
        objective: coefficients by ascending variable indices; a repeated index is a power, ``()``
            the constant.
        constraints: conditions that an answer has to meet; kept as `Rows`, which hold linear ones
            in arrays.
        sense: ``"minimize"`` or ``"maximize"``.
        name: the name of the instance.

    Raises:
        ProblemError: no variables, a name given twice, an index out of range, or a number that is
            not finite.
    """

    variables: tuple[Variable, ...]
    objective: Polynomial
    constraints: Sequence[Constraint] = ()
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
        object.__setattr__(self, "constraints", Rows.of(self.constraints))
        for what, names in (
            ("variables", [each.name for each in self.variables]),
            ("constraints", self.rows.names),
        ):
            twice = _repeated(names)
            if twice is not None:
                raise ProblemError(f"two {what} have the name {twice!r}: rename one")
        object.__setattr__(self, "objective", _checked(self.objective))
        of_objective = (
            self.objective.highest
            if isinstance(self.objective, Terms)
            else max((key[-1] for key in self.objective if key), default=-1)
        )
        highest = max(of_objective, self.rows.highest)
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
        return cls(tuple(map(Variable, names)), objective, constraints, sense, name=name)

    def __repr__(self) -> str:
        return (
            f"IntegerProgram({len(self.variables)} variables, {len(self.objective)} terms, "
            f"{len(self.constraints)} constraints, {self.sense})"
        )

    @property
    def rows(self) -> Rows:
        """The constraints."""
        assert isinstance(self.constraints, Rows)
        return self.constraints

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
        return self.rows.excesses(np.asarray(rows))

    def objective_range(self) -> tuple[float, float]:
        """Return a lower and an upper bound of the objective over the variables' bounds."""
        return reach(self.objective, self.lower, self.upper)

    def impossible(self) -> Constraint | None:
        """Return a constraint that no values within the bounds meet; None if not proven."""
        place = self.rows.impossible(self.lower, self.upper)
        return None if place is None else self.rows[place]

    @cached_property
    def redundant(self) -> NDArray[np.bool_]:
        """For each constraint, whether all values within the bounds meet it, shape (m,)."""
        return self.rows.redundant(self.lower, self.upper)


def _checked(objective: Polynomial) -> Polynomial:
    """Return an objective of ascending, different products.

    Raises:
        ProblemError: a coefficient is not finite.
    """
    if isinstance(objective, Terms):
        wrong = objective.coefficients[~np.isfinite(objective.coefficients)].tolist()
    else:
        wrong = [each for each in objective.values() if not is_finite(each)]
    if wrong:
        raise ProblemError(f"the objective has the coefficient {wrong[0]}: give a finite number")
    return objective if isinstance(objective, Terms) else merged(objective.items())


def _repeated(names: Sequence[str]) -> str | None:
    """Return a name that occurs twice, None without one."""
    if len(set(names)) == len(names):
        return None
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
