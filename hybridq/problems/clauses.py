"""Clauses of Boolean variables: polynomials, truth, propagation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hybridq.core.checks import is_finite, is_whole
from hybridq.core.errors import CapacityError, ProblemError, shown
from hybridq.operators.terms import Terms, grouped
from hybridq.problems.instance_data import ClauseData
from hybridq.problems.programs.penalty_blocks import products
from hybridq.problems.programs.polynomial import multiplied

Literals: TypeAlias = "tuple[int, ...] | None"
"""Literals of a clause, each variable at most once; None where the clause always holds."""


_LARGEST_CLAUSE = 16  # literals of a clause, whose product has up to 2^16 terms
_LARGEST_HARD_PARITY = 10  # literals; the penalty is a square


def clauses_of_lists(clauses: Any) -> ClauseData:
    """Return the data of a list of clauses of weight 1.

    Raises:
        ProblemError: something else.
    """
    try:
        listed = tuple((1.0, tuple(clause)) for clause in clauses)
    except TypeError:
        listed = ()
    if not listed or isinstance(clauses, str | bytes):
        raise ProblemError(
            argument="clauses",
            value=clauses,
            expected="a list of clauses, or a ClauseData",
            remedy="write [[1, -2], [2, 3]]",
        )
    numbers = [v for _, clause in listed for v in clause]
    largest = max((abs(v) for v in numbers if is_whole(v)), default=1)
    return ClauseData(largest, listed)


def check_clauses(data: ClauseData) -> None:
    """Raise unless the clauses can be read.

    Raises:
        ProblemError: they cannot; the clause is named.
        CapacityError: a soft clause is too long.
    """
    if not data.soft and not data.hard:
        raise ProblemError("the formula has 0 clauses: give at least one")
    if not is_whole(data.n_variables) or data.n_variables < 1:
        raise ProblemError(
            f"the formula has {shown(data.n_variables)} variables: give at least one"
        )
    for number, (weight, clause) in enumerate(data.soft, start=1):
        if not is_finite(weight) or weight < 0.0:
            raise ProblemError(
                f"clause {number} has weight {shown(weight)}: give a finite number >= 0"
            )
        _check_literals(f"clause {number}", clause, data.n_variables)
        _check_length(f"clause {number}", clause, _LARGEST_CLAUSE)
    for number, clause in enumerate(data.hard, start=1):
        _check_literals(f"hard clause {number}", clause, data.n_variables)
        if not clause:
            raise ProblemError(f"hard clause {number} has no literals: it cannot hold (proven)")
        if data.parity:
            _check_length(f"hard clause {number}", clause, _LARGEST_HARD_PARITY)


def _check_length(where: str, clause: Sequence[int], most: int) -> None:
    """Raise for a clause whose product has too many terms."""
    if len(clause) > most:
        raise CapacityError(
            f"{where} has {len(clause)} literals, and its product up to 2^{len(clause)} terms: the "
            f"limit is {most}"
        )


def _check_literals(where: str, clause: Iterable[Any], n_variables: int) -> None:
    """Raise unless all literals name a variable."""
    for v in clause:
        if not is_whole(v) or not 1 <= abs(v) <= n_variables:
            raise ProblemError(
                f"{where} has the literal {shown(v)}: give ±1 to ±{n_variables}, the variables"
            )


def distinct_literals(clause: Sequence[int], parity: bool) -> Literals:
    """Return the literals of an equal clause that names each variable at most once.

    Args:
        clause: literals v and −v.
        parity: True for a clause that holds where an odd number of literals does. Of two equal
            literals none is left, and of opposite ones a clause of the other parity.
    """
    if not parity:
        literals = dict.fromkeys(int(v) for v in clause)
        return None if any(-v in literals for v in literals) else tuple(literals)
    odd: dict[int, int] = {}  # sign of each variable that occurs an odd number of times
    turned = sum(v < 0 for v in clause) % 2
    for v in clause:
        if abs(v) in odd:
            del odd[abs(v)]
        else:
            odd[abs(v)] = 1
    if not odd:
        return None if turned else ()
    first = next(iter(odd))
    odd[first] = -1 if turned else 1
    return tuple(sign * v for v, sign in odd.items())


def clause_text(clause: Sequence[int], parity: bool) -> str:
    """Return a clause as text, such as ``"1 ∨ ¬3"``; ``"1 ⊕ ¬3"`` for parity."""
    literals = [f"¬{-v}" if v < 0 else str(v) for v in clause]
    return (" ⊕ " if parity else " ∨ ").join(literals) or "empty"


def violated_weight(clauses: Sequence[tuple[int, ...]], weights: Sequence[float]) -> Terms:
    """Return Σ w [no literal holds] as a polynomial of bits.

    Variables differ in each clause.
    """
    numbers, groups = np.array(weights, dtype=np.float64), []
    for literals, of_length in grouped(clauses, numbers.tolist()):
        owners = np.arange(len(literals), dtype=np.int64)
        for chosen, bits, signs in products(owners, np.abs(literals) - 1, literals > 0):
            groups.append((bits, signs * of_length[chosen]))
    return Terms(groups)


def parity_polynomial(literals: Sequence[int]) -> dict[tuple[int, ...], float]:
    """Return the polynomial of bits that is 1 where an odd number of literals holds."""
    product: dict[tuple[int, ...], float] = {(): 1.0}
    for v in literals:  # the product of 1 − 2 y over literals y is −1 where the number is odd
        spin = {(): 1.0, (v - 1,): -2.0} if v > 0 else {(): -1.0, (-v - 1,): 2.0}
        product = multiplied(product, spin, bits=True)
    found = {key: -0.5 * value for key, value in product.items()}
    found[()] = found.get((), 0.0) + 0.5
    return found


def satisfied(literals: Literals, rows: NDArray[np.int64], parity: bool) -> NDArray[np.bool_]:
    """Return whether a clause holds at each row of values, shape (k,)."""
    if literals is None:
        return np.ones(len(rows), dtype=bool)
    columns = [abs(v) - 1 for v in literals]
    holds = (rows[:, columns] == 1) == (np.array(literals, dtype=np.int64) > 0)
    count = holds.sum(axis=1)
    found: NDArray[np.bool_] = count % 2 == 1 if parity else count > 0
    return found


def propagated(
    clauses: Sequence[Literals], parity: bool, lines: Sequence[int] = ()
) -> dict[int, int]:
    """Return the value of each variable that clauses decide one after another.

    A clause with one literal left that may hold decides its variable.

    Args:
        clauses: that have to hold.
        parity: True for clauses that hold where an odd number of literals does.
        lines: the line of each clause in its file, () without a file.

    Raises:
        ProblemError: they contradict each other; the clause that shows it is named.
    """
    values: dict[int, int] = {}
    waiting = [(place, clause) for place, clause in enumerate(clauses) if clause is not None]
    while True:
        decided, waiting = _decided(waiting, values, parity, lines)
        if not decided:
            return values


_Numbered: TypeAlias = "list[tuple[int, tuple[int, ...]]]"


def _decided(
    clauses: _Numbered, values: dict[int, int], parity: bool, lines: Sequence[int]
) -> tuple[bool, _Numbered]:
    """Enter the variables that clauses decide; return the clauses left open."""
    waiting, decided = [], False
    for place, clause in clauses:
        free = [v for v in clause if abs(v) not in values]
        held = sum((values[abs(v)] == 1) == (v > 0) for v in clause if abs(v) in values)
        if held and not parity:
            continue
        if not free:
            if parity and held % 2:
                continue
            line = f" of line {lines[place]}" if lines else ""
            raise ProblemError(
                f"hard clause {place + 1}{line} ({clause_text(clause, parity)}) contradicts "
                "others: no assignment is feasible (proven)"
            )
        if len(free) > 1:
            waiting.append((place, clause))
            continue
        holds = held % 2 == 0 if parity else True
        values[abs(free[0])] = int((free[0] > 0) == holds)
        decided = True
    return decided, waiting
