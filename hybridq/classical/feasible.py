"""Best of all feasible assignments: they are enumerated, which proves the optimum."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hybridq.classical.baseline import ProgramBaseline
from hybridq.core.blas import one_blas_thread
from hybridq.core.errors import CapacityError, ParameterError, ProblemError
from hybridq.core.numbers import plural
from hybridq.problems.program_problem import ProgramProblem
from hybridq.problems.programs.polynomial import Polynomial, evaluated

if TYPE_CHECKING:
    from hybridq.operators.feasible import FeasibleSpace
    from hybridq.problems.base import BinaryProblem

FEASIBLE_LIMIT = 1 << 22
"""Feasible states that are enumerated in seconds."""

_CHUNK = 1 << 15  # rows of bits at a time
_SPARSE = 20  # entries of a matrix for each product, above which products are added one by one

Energies = Callable[[NDArray[np.uint8]], NDArray[np.float64]]


def feasible_minimum(problem: BinaryProblem, *, most: int = FEASIBLE_LIMIT) -> ProgramBaseline:
    """Return the best feasible assignment, proven by enumeration.

    Slack bits play no part: the objective depends on the other bits alone.

    Args:
        problem: one with a feasible space.
        most: the largest number of feasible states.

    Raises:
        ParameterError: the problem has no constraints.
        CapacityError: there are more feasible states.
        ProblemError: there is not a single one.
    """
    space = space_of(problem)
    if space is None:
        raise ParameterError(
            argument="problem", value=problem.name, expected="a problem with constraints"
        )
    count = space.count(most)
    if count > most:
        raise CapacityError(
            f"{problem.name} has more than {most:,} feasible states",
            argument="most",
            remedy="raise it, or use hybridq.classical.program_reference",
        )
    if not count:
        raise ProblemError(
            f"no assignment of {problem.name} is feasible: all were tried (proven)",
            remedy="correct the data",
        )
    energies = _energies_of(problem)
    best, lowest = np.zeros(0, dtype=np.uint8), np.inf
    with one_blas_thread():
        for start in range(0, count, _CHUNK):
            rows = space.bits(start, min(start + _CHUNK, count))
            found = energies(rows)
            place = int(found.argmin())
            if found[place] < lowest:
                best, lowest = rows[place], float(found[place])
    value = _value(problem, best)
    method = f"minimum over {count:,} feasible {plural(count, 'state').partition(' ')[2]}"
    if problem.sense == "maximize":
        method = f"maximum{method[7:]}"
    return ProgramBaseline(value, best.astype(np.int64), method, exact=True, bound=value)


def space_of(problem: BinaryProblem) -> FeasibleSpace | None:
    """Return the feasible states without slack bits; None for all states."""
    return problem.encoded.space if isinstance(problem, ProgramProblem) else problem.space


def _value(problem: BinaryProblem, bits: NDArray[np.uint8]) -> float:
    """Return the value of bits without slack."""
    if isinstance(problem, ProgramProblem):
        point = problem.encoded.variables(bits[np.newaxis])
        return float(problem.program.values(point)[0])
    return float(problem.value(bits))


def _energies_of(problem: BinaryProblem) -> Energies:
    """Return the energy of feasible rows, from the objective alone where it is known."""
    if isinstance(problem, ProgramProblem):
        return _of_polynomial(problem.encoded.objective, problem.encoded.n_bits)
    ising = problem.cost()
    return lambda rows: np.asarray(ising.energies(rows), dtype=np.float64)


def _of_polynomial(polynomial: Polynomial, n_bits: int) -> Energies:
    """Return the values of a polynomial of bits at many rows."""
    linear = np.zeros(n_bits)
    pairs = {key: value for key, value in polynomial.items() if len(key) == 2}
    dense = len(pairs) * _SPARSE >= n_bits * n_bits
    matrix = np.zeros((n_bits, n_bits) if dense else (0, 0))
    rest = {}
    for key, value in polynomial.items():
        if len(key) == 1:
            linear[key[0]] = value
        elif len(key) == 2 and dense:
            matrix[key] = value
        else:
            rest[key] = value

    def energies(rows: NDArray[np.uint8]) -> NDArray[np.float64]:
        bits = rows.astype(np.float64)
        found = evaluated(rest, bits) + bits @ linear
        return found + np.einsum("ij,ij->i", bits @ matrix, bits) if dense else found

    return energies
