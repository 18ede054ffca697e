"""Penalty polynomials of constraints over bits."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import CapacityError, ParameterError, Setting
from hybridq.core.registry import Registry
from hybridq.problems.programs.constraint import Constraint
from hybridq.problems.programs.penalties import Penalties, PenaltyTerm
from hybridq.problems.programs.penalty_blocks import (
    check_square,
    only_violations,
    orders,
    pairs,
    squares,
)
from hybridq.problems.programs.polynomial import (
    Polynomial,
    from_all_bits,
    on_all_bits,
    squared,
)
from hybridq.problems.programs.registers import bounded_coefficients
from hybridq.problems.programs.structure import Forms, Row, Structure

_MOST_TABLE = 14  # bits of a constraint whose penalty is a table of all assignments
_SMALL = 3  # bits up to which a table costs nothing
_LARGEST_PRODUCT = 12  # factors 1 − x of a covering constraint or a clause
_LARGEST_DENOMINATOR = 10**6


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


def penalty_terms(
    forms: Forms, inequalities: str, slack: Slack, first: Sequence[PenaltyTerm] = ()
) -> Penalties:
    """Return the penalties of constraints, without those that are left to the mixer.

    Equalities, choices, packing, covering, clauses and precedence have a polynomial penalty without
    further bits, and so has every constraint of at most three bits. Other inequalities are treated
    as `inequalities` says.

    Args:
        forms: constraints over bits.
        inequalities: a name of `INEQUALITIES`.
        slack: takes further bits.
        first: further penalties, that come first.

    Raises:
        CapacityError: a table over too many bits, or a square of too many terms.
        ParameterError: a slack needs whole numbers, and a constraint has others.
    """
    left = left_to_mixer(forms, inequalities)
    equal, clauses = forms.equal & ~left, _have_products(forms)
    equal[list(forms.rows.products)] = False
    packing = forms.are(Structure.AT_MOST_ONE, Structure.PACKING_EDGE)
    precedence = forms.are(Structure.PRECEDENCE)
    blocks = [
        squares(forms, equal),
        pairs(forms, packing),
        orders(forms, precedence),
        only_violations(forms, clauses),
    ]
    least = np.ones(len(forms.rows))
    least[equal] = _steps(forms, equal)
    single: dict[int, PenaltyTerm] = {}
    kept = ~left
    for place in np.flatnonzero(~(left | equal | packing | precedence | clauses)).tolist():
        term = _other_term(forms, place, inequalities, slack)
        kept[place] = term is not None
        if term is not None:
            single[place] = term
    return Penalties.collected(forms.rows.names, least, kept, blocks, single, first)


def _other_term(forms: Forms, place: int, inequalities: str, slack: Slack) -> PenaltyTerm | None:
    """Return the penalty of a constraint of products, or of another inequality."""
    constraint = forms.rows[place]
    if place in forms.rows.products:
        if constraint.relation == "==":
            terms = {**constraint.terms, (): -constraint.bound}
            check_square(constraint.name, len(terms))
            return PenaltyTerm(constraint.name, squared(terms), _step(constraint))
        return _table(constraint, _support(constraint), lambda amounts: amounts, None)
    row = forms.row(place)
    if len(row.qubits) <= _SMALL:
        return INEQUALITIES["hinge"](constraint, row, slack)
    return INEQUALITIES[inequalities](constraint, row, slack)


def _have_products(forms: Forms) -> NDArray[np.bool_]:
    """Return which constraints are clauses that have one product as their penalty."""
    clauses = forms.are(Structure.COVERING, Structure.CLAUSE)
    return clauses & (forms.negative <= _LARGEST_PRODUCT)


def left_to_mixer(forms: Forms, inequalities: str) -> NDArray[np.bool_]:
    """Return which constraints have no penalty, so that a mixer has to keep to them.

    Args:
        forms: constraints over bits.
        inequalities: a name of `INEQUALITIES`.
    """
    if inequalities != "feasible":
        return np.zeros(len(forms.rows), dtype=bool)
    simple = (Structure.AT_MOST_ONE, Structure.PACKING_EDGE, Structure.PRECEDENCE)
    small = forms.are(*simple) | _have_products(forms) | (forms.rows.sizes <= _SMALL)
    for place, each in forms.rows.products.items():
        small[place] = len(_support(each)) <= _MOST_TABLE
    return ~(forms.equal | small)


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


def _steps(forms: Forms, chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the squares of the least violations of equalities.

    Not a number where none is known.
    """
    rows, units = forms.rows, forms.rows.sizes > 0
    units[rows.owners[np.abs(forms.coefficients) != 1.0]] = False
    scales = np.ones(len(rows))
    scales[rows.owners] = np.abs(rows.coefficients / forms.coefficients)
    gaps = np.abs(forms.bounds - np.rint(forms.bounds))  # a sum of units is a whole number
    found = np.where(units & (gaps * scales > rows.tolerances), gaps * gaps, 1.0)
    whole = rows.whole & (rows.bounds == np.rint(rows.bounds))
    for place in np.flatnonzero(chosen & ~units & ~whole).tolist():
        step = _step(rows[place])
        found[place] = np.nan if step is None else step
    return found[chosen]


def _step(constraint: Constraint) -> float | None:
    """Return the square of the least violation of an equality, None if none is known."""
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
