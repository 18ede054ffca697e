"""Answers in bits: the final state is sampled, decoded and held against a classical answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from hybridq.operators.ising import Ising
from hybridq.presentation import Best, Ratio, Reference, Trace
from hybridq.solver.common import Vector, Wishes, unless_interrupted

if TYPE_CHECKING:
    from hybridq.objectives import Objective
    from hybridq.optimizers import Solution
    from hybridq.problems.base import BinaryProblem

UNIFORM_SAMPLES = 20_000


@dataclass(frozen=True)
class Sampled:
    """What measuring the final state gave: distinct values, their counts, the best of them."""

    values: NDArray[np.float64]
    counts: NDArray[np.int64]
    best: Best


def sample(problem: BinaryProblem, objective: Objective, x: Vector, wishes: Wishes) -> Sampled:
    """Measure the state at `x` and decode the best sample."""
    wishes.say("sampling")
    bits, counts = objective.sample_bits(x, wishes.shots, wishes.streams[2])
    values = problem.values(bits)
    row = int(np.argmin(problem.sign * values))
    best = Best(
        value=float(values[row]),
        bits="".join(map(str, bits[row])),
        assignment=problem.decode(bits[row]),
    )
    return Sampled(values, counts, best)


def classical_reference(problem: BinaryProblem, wishes: Wishes) -> Reference | None:
    """A classical answer to the same question, or None where it was interrupted."""
    wishes.say("classical reference")
    return unless_interrupted(lambda: _reference(problem, wishes.streams[3]))


_PROVEN: WeakKeyDictionary[BinaryProblem, Reference] = WeakKeyDictionary()
"""Best values of problems that are still around; chance played no part in finding them."""


def _reference(problem: BinaryProblem, rng: np.random.Generator) -> Reference:
    from hybridq.classical import reference

    known = _PROVEN.get(problem)
    if known is not None:
        return known
    classic = reference(Ising.from_pauli_sum(problem.hamiltonian), rng=rng)
    found = Reference(
        value=float(problem.value(classic.bits)), method=classic.method, exact=classic.exact
    )
    if found.exact:
        _PROVEN[problem] = found
    return found


def ratio(
    problem: BinaryProblem, expectation: float, best: Best, reference: Reference | None
) -> Ratio | None:
    """Expectation and best sample over the reference."""
    if reference is None:
        return None
    total = problem.hamiltonian.one_norm
    return Ratio(
        expectation=_quotient(expectation, reference.value, total),
        best=_quotient(best.value, reference.value, total),
    )


def _quotient(value: float, reference: float, total: float) -> float | None:
    """value / reference, None where the reference is nothing but rounding of `total`."""
    return value / reference if reference > 1e-12 * total else None


def trace(
    problem: BinaryProblem,
    solution: Solution,
    sampled: Sampled,
    landscape: tuple[Vector, Vector, Vector] | None,
    rng: np.random.Generator,
    sign: float,
) -> Trace:
    """The arrays behind the pictures; `sign` makes what is shown of what was minimized."""
    distinct, where = np.unique(sampled.values, return_inverse=True)
    child = rng.bit_generator.seed_seq.spawn(1)[0]  # type: ignore[attr-defined]

    def draw_uniform() -> NDArray[np.float64]:  # longer than a small solve: only for the picture
        draws = np.random.default_rng(child)
        shape = (UNIFORM_SAMPLES, problem.n_qubits)
        return problem.values(draws.integers(0, 2, shape, dtype=np.uint8))

    return Trace(
        values=sign * solution.values,
        sample_values=distinct,
        sample_counts=np.bincount(where, weights=sampled.counts).astype(np.int64),
        draw_uniform=draw_uniform,
        landscape=landscape,
        graph=getattr(problem, "graph", None),
        seconds=solution.seconds,
    )
