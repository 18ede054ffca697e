"""Contract of problem families, checked by brute force over all assignments."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.core.configured import remedy_for_class
from hybridq.core.errors import ParameterError
from hybridq.core.plain import plain
from hybridq.problems.base import AnswerRow, BinaryProblem
from hybridq.testing.contract import close, require

MOST_QUBITS = 12


def check_problem(problem: BinaryProblem, *, most_qubits: int = MOST_QUBITS) -> None:
    """Raise unless a problem over bits agrees with brute force over 2**n assignments.

    Checked are: the declared names; cost, value, penalty and violations agree for every
    assignment, ``energy = sign * value + penalty``; the lowest energy is the best feasible value
    (of a confined problem among feasible assignments); one row and many rows give the same; signed
    and unsigned bits give the same; `blocks` hold in every feasible assignment; `space` has the
    feasible assignments and no others; `answer`, `decode`, `describe` and `draw` take any
    assignment;
    instances pickle.

    Args:
        problem: a small instance.
        most_qubits: limit of the size of the instance.

    Raises:
        ParameterError: it is not a problem over bits.
        ContractError: a promise is broken; the message shows the assignment.
    """
    if not isinstance(problem, BinaryProblem):
        raise ParameterError(
            argument="problem",
            value=problem,
            expected="a problem over bits such as hybridq.MaxCut(graph)",
            remedy=remedy_for_class(problem, BinaryProblem, "a problem of your data"),
        )
    family = type(problem).__name__
    n = problem.n_qubits
    require(1 <= n <= most_qubits, f"{family}: check an instance of 1 to {most_qubits} qubits")
    _check_names(problem, family)
    bits = (np.arange(1 << n)[:, np.newaxis] >> np.arange(n) & 1).astype(np.uint8)
    energies = np.asarray(problem.cost().energies(bits), dtype=np.float64)
    require(problem.cost().n_qubits == n, f"{family}: cost() has {problem.cost().n_qubits} qubits")
    values = problem.values(bits)
    counts = problem.violation_counts(bits)
    require(values.shape == (1 << n,), f"{family}: values() has shape {values.shape}")
    require(counts.shape == (1 << n,), f"{family}: violation_counts() has shape {counts.shape}")
    scale = max(float(np.abs(energies).max()), problem.value_scale)
    for row, energy, value, count in zip(bits, energies, values, counts, strict=True):
        _check_assignment(problem, row, float(energy), float(value), int(count), scale)
    plain = np.asarray(problem.unpenalized().energies(bits), dtype=np.float64)
    allowed = counts == 0
    require(
        bool(np.allclose(plain[allowed], energies[allowed], rtol=0, atol=1e-9 * max(scale, 1.0))),
        f"{family}: unpenalized() and cost() differ at a feasible assignment",
    )
    _check_optimum(problem, family, energies, values, counts, scale)
    _check_presentation(problem, family, bits[[0, -1, int(np.argmin(energies))]])
    again = pickle.loads(pickle.dumps(problem))
    same = np.array_equal(np.asarray(again.cost().energies(bits)), energies)
    require(same, f"{family}: another cost after pickling")


def _check_names(problem: BinaryProblem, family: str) -> None:
    for promise in ("kind", "summary", "value_name", "name"):
        text = getattr(problem, promise)
        require(isinstance(text, str) and bool(text), f"{family}.{promise} must be a text")
    require(problem.sense in ("maximize", "minimize"), f"{family}.sense is {problem.sense!r}")
    require(isinstance(problem.size(), str), f"{family}.size() must be a text")
    require(bool(problem.mixers), f"{family}.mixers names no mixer")


def _check_assignment(
    problem: BinaryProblem,
    row: NDArray[np.uint8],
    energy: float,
    value: float,
    count: int,
    scale: float,
) -> None:
    family, shown = type(problem).__name__, "".join(map(str, row))
    single = float(problem.value(row))
    signed = float(problem.value(row.astype(np.int64)))
    require(close(single, value, scale), f"{family}: value({shown}) = {single}, values: {value}")
    require(
        close(signed, single, scale),
        f"{family}: value({shown}) = {single} for uint8 bits and {signed} for int64: unsigned "
        "bytes wrap around",
    )
    violations = problem.violations(row)
    require(
        len(violations) == count,
        f"{family}: {len(violations)} violations at {shown}, violation_counts: {count}",
    )
    penalty = float(problem.penalty_energy(row))
    expected = problem.sign * value + penalty
    require(
        close(energy, expected, scale),
        f"{family}: cost {energy} at {shown}, but sign * value + penalty = {expected}",
    )
    if count == 0:
        require(close(penalty, 0.0, scale), f"{family}: penalty {penalty} at feasible {shown}")
        for block in problem.blocks:
            ones = int(row[list(block)].sum())
            require(ones == 1, f"{family}: {ones} ones in the block {block} of feasible {shown}")


def _check_optimum(
    problem: BinaryProblem,
    family: str,
    energies: NDArray[np.float64],
    values: NDArray[np.float64],
    counts: NDArray[np.int64],
    scale: float,
) -> None:
    feasible = counts == 0
    require(bool(feasible.any()), f"{family}: no assignment is feasible")
    best = float((problem.sign * values[feasible]).min())
    _check_space(problem, family, feasible)
    lowest = float((energies[feasible] if problem.confined else energies).min())
    require(
        close(lowest, best, scale),
        f"{family}: the lowest energy is {lowest}, the best feasible one {best}: the penalty does "
        "not suffice",
    )
    diagonal = np.asarray(problem.hamiltonian.to_matrix().diagonal()).real
    require(
        bool(np.allclose(diagonal, energies, rtol=0, atol=1e-9 * max(scale, 1.0))),
        f"{family}: hamiltonian and cost() differ",
    )


def _check_space(problem: BinaryProblem, family: str, feasible: NDArray[np.bool_]) -> None:
    """Raise unless the space of a problem holds exactly its feasible assignments."""
    space = problem.space
    if space is None:
        require(not problem.confined, f"{family}: confined, and without a space")
        return
    places = 1 << np.arange(problem.n_qubits, dtype=np.int64)
    found = np.sort(space.bits().astype(np.int64) @ places)
    require(
        np.array_equal(found, np.flatnonzero(feasible)),
        f"{family}: space has {len(found)} assignments, {int(feasible.sum())} are feasible",
    )


def _check_presentation(
    problem: BinaryProblem, family: str, rows: Iterable[NDArray[np.uint8]]
) -> None:
    from hybridq.plots.style import new_figure

    labels = list(problem.labels())
    require(len(labels) == problem.n_qubits, f"{family}: {len(labels)} labels")
    require(len(set(labels)) == len(labels), f"{family}: labels() repeats a label")
    _check_json(family, "describe()", problem.describe())
    for row in rows:
        answer = problem.answer(row)
        require(
            bool(answer) and all(isinstance(each, AnswerRow) for each in answer),
            f"{family}: answer() must return rows of AnswerRow",
        )
        titles = [each.title for each in answer]
        require(len(set(titles)) == len(titles), f"{family}: answer() repeats a title")
        _check_json(family, "answer()", [list(each.entries) for each in answer])
        require(problem.decode(row).keys() == set(labels), f"{family}: decode() lacks labels")
        axes = new_figure(4.0, 4.0).add_subplot()
        problem.draw(axes, row)
        require(bool(axes.get_children()), f"{family}: draw() drew nothing")


def _check_json(family: str, what: str, value: Any) -> None:
    try:
        json.dumps(plain(value), default=str)
    except (TypeError, ValueError) as error:
        require(False, f"{family}: {what} does not go into JSON: {error}")
