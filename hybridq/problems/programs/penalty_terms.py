"""Penalty polynomials of constraints over bits."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import CapacityError, ParameterError, Setting
from hybridq.core.registry import Registry
from hybridq.problems.programs.polynomial import (
    Polynomial,
    from_all_bits,
    multiplied,
    on_all_bits,
    squared,
)
from hybridq.problems.programs.program import Constraint
from hybridq.problems.programs.registers import bounded_coefficients
from hybridq.problems.programs.structure import Row, Structure, row_of, structure_of

_MOST_TABLE = 14  # bits of a constraint whose penalty is a table of all assignments
_SMALL = 3  # bits up to which a table costs nothing
_LARGEST_PRODUCT = 12  # factors 1 − x of a covering constraint or a clause
_LARGEST_DENOMINATOR = 10**6


@dataclass(frozen=True)
class PenaltyTerm:
    """Penalty polynomial of one constraint.

    Attributes:
        name: the constraint.
        terms: the polynomial of bits, slack bits included.
        least: a positive number that no violation stays below, None if none is known.
        heuristic: True where a feasible assignment may cost more than 0.
    """

    name: str
    terms: Polynomial
    least: float | None
    heuristic: bool = False


class Slack:
    """Further bits for the slack of inequalities.

    Args:
        first: the number of the first one.
    """

    def __init__(self, first: int) -> None:
        self.first = first
        self.names: list[str] = []

    def register(self, name: str, most: int) -> Polynomial:
        """Return a new integer 0 … `most` as a polynomial of new bits."""
        start = self.first + len(self.names)
        coefficients = bounded_coefficients(most)
        self.names += [f"slack of {name}:{bit}" for bit in range(len(coefficients))]
        return {(start + bit,): float(c) for bit, c in enumerate(coefficients)}


Treatment = Callable[[Constraint, Row, Slack], PenaltyTerm | None]


def penalty_term(constraint: Constraint, inequalities: str, slack: Slack) -> PenaltyTerm | None:
    """Return the penalty of a constraint, None where it is left to the mixer.

    Equalities, choices, packing, covering, clauses and precedence have a polynomial penalty without
    further bits, and so has every constraint of at most three bits. Other inequalities are treated
    as `inequalities` says.

    Args:
        constraint: over bits.
        inequalities: a name of `INEQUALITIES`.
        slack: takes further bits.

    Raises:
        CapacityError: a table over too many bits.
        ParameterError: a slack needs whole numbers, and the constraint has others.
    """
    structure = structure_of(constraint)
    if structure is Structure.POLYNOMIAL:
        if constraint.relation == "==":
            return PenaltyTerm(
                constraint.name,
                squared({**constraint.terms, (): -constraint.bound}),
                _step(constraint),
            )
        return _table(constraint, _support(constraint), lambda amounts: amounts, None)
    row = row_of(constraint)
    name = constraint.name
    if row.equal:
        terms: dict[tuple[int, ...], float] = {
            (q,): c for q, c in zip(row.qubits, row.coefficients, strict=True)
        }
        return PenaltyTerm(name, squared({**terms, (): -row.bound}), _step(constraint))
    if structure in (Structure.AT_MOST_ONE, Structure.PACKING_EDGE):
        pairs: Polynomial = {
            (a, b): 1.0 for i, a in enumerate(row.qubits) for b in row.qubits[i + 1 :]
        }
        return PenaltyTerm(name, pairs, 1.0)
    if structure is Structure.PRECEDENCE:
        larger = row.qubits[row.coefficients.index(1.0)]
        smaller = row.qubits[row.coefficients.index(-1.0)]
        pair = (min(larger, smaller), max(larger, smaller))
        return PenaltyTerm(name, {(larger,): 1.0, pair: -1.0}, 1.0)
    is_clause = structure in (Structure.COVERING, Structure.CLAUSE)
    if is_clause and row.coefficients.count(-1.0) <= _LARGEST_PRODUCT:
        return PenaltyTerm(name, _only_violation(row), 1.0)
    if len(row.qubits) <= _SMALL:
        return INEQUALITIES["hinge"](constraint, row, slack)
    return INEQUALITIES[inequalities](constraint, row, slack)


def _only_violation(row: Row) -> Polynomial:
    """Return the product that is 1 on the only violation of a row.

    It has a factor x for each coefficient 1, and 1 − x for each coefficient −1.
    """
    ones = tuple(q for q, c in zip(row.qubits, row.coefficients, strict=True) if c > 0.0)
    product: Polynomial = {ones: 1.0}
    for qubit, coefficient in zip(row.qubits, row.coefficients, strict=True):
        if coefficient < 0.0:
            product = multiplied(product, {(): 1.0, (qubit,): -1.0}, bits=True)
    return product


def _support(constraint: Constraint) -> tuple[int, ...]:
    return tuple(sorted({bit for key in constraint.terms for bit in key}))


def _table(
    constraint: Constraint,
    support: tuple[int, ...],
    energy: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    least: float | None,
) -> PenaltyTerm:
    """Return a function of the violation as a polynomial."""
    if len(support) > _MOST_TABLE:
        raise CapacityError(
            f"constraint {constraint.name!r} has {len(support)} bits, and a penalty without slack "
            f"has up to 2^{len(support)} terms: the limit is {_MOST_TABLE} bits",
            argument="inequalities",
            remedy=("use ", Setting("inequalities", "slack"), " or ",
                    Setting("inequalities", "feasible")),
        )  # fmt: skip
    place = {bit: index for index, bit in enumerate(support)}
    local = {
        tuple(sorted({place[bit] for bit in key})): value for key, value in constraint.terms.items()
    }
    amounts = constraint.excess_of(on_all_bits(local, len(support)))
    positive = amounts[amounts > 0.0]
    terms = from_all_bits(energy(amounts))
    if least is None:
        least = float(energy(positive).min()) if len(positive) else 1.0
    return PenaltyTerm(
        constraint.name,
        {tuple(support[index] for index in key): value for key, value in terms.items()},
        least,
    )


def _step(constraint: Constraint) -> float | None:
    """Return the square of the least violation of an equality of whole numbers."""
    numbers = [constraint.bound, *constraint.terms.values()]
    scale = _common_scale(numbers)
    return None if scale is None else 1.0 / scale**2


def _common_scale(numbers: list[float]) -> int | None:
    """Return the least factor that makes all numbers whole, None without a small one."""
    scale = 1
    for number in numbers:
        fraction = Fraction(number).limit_denominator(_LARGEST_DENOMINATOR)
        if abs(float(fraction) - number) > 1e-12 * max(1.0, abs(number)):
            return None
        scale = math.lcm(scale, fraction.denominator)
        if scale > _LARGEST_DENOMINATOR:
            return None
    return scale


def _feasible(constraint: Constraint, row: Row, slack: Slack) -> None:
    """Return None: a mixer that keeps to the feasible assignments needs no penalty."""
    return


def _indicator(constraint: Constraint, row: Row, slack: Slack) -> PenaltyTerm:
    """Return 1 for a violation of any size."""
    return _table(constraint, row.qubits, lambda amounts: (amounts > 0.0).astype(float), 1.0)


def _hinge(constraint: Constraint, row: Row, slack: Slack) -> PenaltyTerm:
    """Return the amount of the violation."""
    return _table(constraint, row.qubits, lambda amounts: amounts, None)


def _with_slack(constraint: Constraint, row: Row, slack: Slack) -> PenaltyTerm:
    """Return (a·x + s − b)² with an integer s of just the range that occurs."""
    scale = _common_scale([row.bound, *row.coefficients])
    if scale is None:
        raise ParameterError(
            f"a slack needs whole numbers, and constraint {constraint.name!r} has others",
            argument="inequalities",
            value="slack",
            remedy=("use ", Setting("inequalities", "indicator"), " or ",
                    Setting("inequalities", "feasible")),
        )  # fmt: skip
    whole = [round(value * scale) for value in row.coefficients]
    step = math.gcd(*whole)
    whole = [value // step for value in whole]
    bound = math.floor(row.bound * scale / step + 1e-9)
    lowest = sum(value for value in whole if value < 0)
    terms: dict[tuple[int, ...], float] = {
        (q,): float(c) for q, c in zip(row.qubits, whole, strict=True)
    }
    free = slack.register(constraint.name, bound - lowest)
    return PenaltyTerm(constraint.name, squared({**terms, **free, (): -float(bound)}), 1.0)


def _unbalanced(constraint: Constraint, row: Row, slack: Slack) -> PenaltyTerm:
    """Return −λ₁ h + λ₂ h² of the room h = b − a·x that is left, λ = (0.96, 0.0371).

    A heuristic: the lowest energy need not be an optimum, nor feasible. Source: Montañez-Barrera et
    al. 2022, arXiv:2211.13914.
    """
    room: dict[tuple[int, ...], float] = {
        (q,): -c for q, c in zip(row.qubits, row.coefficients, strict=True)
    }
    room[()] = row.bound
    terms = {key: 0.0371 * value for key, value in squared(room).items()}
    for key, value in room.items():
        terms[key] = terms.get(key, 0.0) - 0.96 * value
    return PenaltyTerm(constraint.name, terms, None, heuristic=True)


#: Treatments of inequalities that have no polynomial penalty of their own.
INEQUALITIES: Registry[Treatment] = Registry(
    "treatment of inequalities",
    {
        "feasible": _feasible,
        "slack": _with_slack,
        "indicator": _indicator,
        "hinge": _hinge,
        "unbalanced": _unbalanced,
    },
    argument="inequalities",
)
