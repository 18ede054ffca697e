"""Integer programs with linear rows: products of bits are variables."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from hybridq.problems.programs.encoded import EncodedProgram, encode
from hybridq.problems.programs.polynomial import Monomial, Polynomial
from hybridq.problems.programs.program import Constraint, IntegerProgram


@dataclass(frozen=True, eq=False)
class LinearizedProgram:
    """An integer program to be minimized, as columns and linear constraints.

    The first columns are the variables: those of the program where everything is linear, else its
    bits. A product y of bits follows each, with y <= x for each factor and y >= sum x - (k - 1).

    Attributes:
        program: the program.
        encoded: the program in bits where columns are bits, else None.
        lower: least value of each variable, shape (n,).
        upper: largest value of each variable, shape (n,).
        products: the factors of each product.
        objective: coefficients by column, without products; its sign is turned to minimize.
        constant: of the objective.
        rows: the constraints, over columns.
    """

    program: IntegerProgram
    encoded: EncodedProgram | None
    lower: NDArray[np.int64]
    upper: NDArray[np.int64]
    products: tuple[Monomial, ...]
    objective: dict[int, float]
    constant: float
    rows: tuple[tuple[dict[int, float], str, float], ...]

    @property
    def n_variables(self) -> int:
        """Number of columns that are not products."""
        return len(self.lower)

    @property
    def n_columns(self) -> int:
        """Number of columns."""
        return len(self.lower) + len(self.products)

    @property
    def is_integral(self) -> bool:
        """True if every objective value is an integer."""
        return all(float(value).is_integer() for value in self.program.objective.values())

    def variables(self, columns: NDArray[np.float64]) -> NDArray[np.int64] | None:
        """Return the program's variables of a solution, None where it is not feasible."""
        point = np.rint(columns[: self.n_variables]).astype(np.int64)
        if self.encoded is not None:
            point = self.encoded.variables(point[np.newaxis].astype(np.uint8))[0]
        inside = (point >= self.program.lower).all() and (point <= self.program.upper).all()
        return point if inside and not self.program.excesses(point[np.newaxis]).any() else None

    def bound(self, value: float) -> float:
        """Return a bound in the program's sense, rounded if values are integers."""
        if self.is_integral:
            value = math.ceil(value - 1e-6)
        return self.program.sign * value


def linearized(program: IntegerProgram) -> LinearizedProgram:
    """Return a program with linear rows, in its own variables or in bits."""
    linear = all(
        len(key) <= 1
        for terms in (program.objective, *(each.terms for each in program.constraints))
        for key in terms
    )
    encoded = None if linear else encode(program)
    if encoded is None:
        constraints = program.constraints
        lower, upper = program.lower, program.upper
        objective: Polynomial = {k: program.sign * v for k, v in program.objective.items()}
    else:
        used = [Constraint(name, terms, "==", 0.0) for name, terms in encoded.validity]
        constraints = (*encoded.constraints, *used)
        lower = np.zeros(encoded.n_bits, dtype=np.int64)
        upper = np.ones(encoded.n_bits, dtype=np.int64)
        objective = encoded.objective
    column: dict[Monomial, int] = {(index,): index for index in range(len(lower))}
    products: list[Monomial] = []
    for terms in (objective, *(each.terms for each in constraints)):
        for key in terms:
            if len(key) > 1 and key not in column:
                column[key] = len(column)
                products.append(key)
    return LinearizedProgram(
        program,
        encoded,
        lower,
        upper,
        tuple(products),
        {column[key]: value for key, value in objective.items() if key},
        float(objective.get((), 0.0)),
        tuple(
            ({column[key]: value for key, value in each.terms.items()}, each.relation, each.bound)
            for each in constraints
        ),
    )


def count_products(program: IntegerProgram) -> int:
    """Return an estimate of the number of products, without building them."""
    return sum(
        len(key) > 1
        for terms in (program.objective, *(each.terms for each in program.constraints))
        for key in terms
    )


def whole_scale(numbers: list[float], most: int = 10**12) -> int | None:
    """Return a factor that makes decimal numbers integers, None where it is too large.

    Each number is read as its shortest decimal, so that 0.1 is a tenth.

    Args:
        numbers: finite.
        most: largest sum of the scaled magnitudes.
    """
    scale = 1
    for value in numbers:
        scale = math.lcm(scale, Fraction(repr(float(value))).denominator)
        if scale > most:
            return None
    return scale if scale * sum(map(abs, numbers)) <= most else None
