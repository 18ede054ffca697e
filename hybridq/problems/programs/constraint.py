"""Named conditions on polynomials of the variables of an integer program."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core.checks import is_finite
from hybridq.core.errors import ProblemError
from hybridq.problems.programs.polynomial import Polynomial, degree, evaluated, merged

Relation = Literal["<=", ">=", "=="]

ROUNDING = 1e-9  # of a constraint of whole numbers
RELATIVE = 1e-12  # of any other, relative to the sum of its numbers


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
        return ROUNDING if whole else ROUNDING + RELATIVE * total

    def excess(self, rows: ArrayLike) -> NDArray[np.float64]:
        """Return the amount of violation at each row of values, shape (k, n) → (k,), ≥ 0."""
        return self.excess_of(evaluated(self.terms, rows))

    def excess_of(self, left: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the amount of violation for left-hand sides, shape (k,), ≥ 0."""
        over = left - self.bound
        found = {"<=": over, ">=": -over, "==": np.abs(over)}[self.relation]
        return np.where(found > self.tolerance, found, 0.0)
