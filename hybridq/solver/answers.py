"""Answers in bits: samples of the final state, decoded, checked and compared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from hybridq.core.clock import Deadline
from hybridq.core.errors import CapacityError, ProblemError
from hybridq.presentation import Assignment, Best, Control, Ratio, Reference, Samples, Trace
from hybridq.solver.settings import SolveSettings, Vector, unless_interrupted

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit
    from hybridq.classical.baseline import Baseline, ProgramBaseline
    from hybridq.core.mapper import Mapper
    from hybridq.objectives import Objective
    from hybridq.optimizers import Solution
    from hybridq.problems.base import BinaryProblem, Bits
    from hybridq.strategies.base import ControlEnergy, FoundBits

_TOP = 10  # assignments that a result names
_ROUNDING = 1e-9  # relative to the sum of all magnitudes that a value adds up


@dataclass(frozen=True)
class Measured:
    """Measurements of the final state, decoded.

    Attributes:
        values: the distinct natural values of feasible samples, ascending; of all samples where
            none is feasible.
        counts: how often each was measured.
        samples: number of shots, the feasible share, and the best assignments.
        best: the best of them.
        bits: the distinct assignments, shape (k, n_qubits), in the order of basis indices.
        bit_counts: how often each was measured.
    """

    values: NDArray[np.float64]
    counts: NDArray[np.int64]
    samples: Samples
    best: Best
    bits: NDArray[np.uint8]
    bit_counts: NDArray[np.int64]

    def judged(self, reference: Reference | None) -> Samples:
        """Return the samples with the share of them at a proven optimum."""
        if reference is None or not reference.exact:
            return self.samples
        hits = np.isclose(self.values, reference.value, rtol=1e-9, atol=1e-12)
        reached = self.counts[hits].sum() if self.best.feasible else 0
        return replace(self.samples, optimal_share=float(reached / self.samples.shots))


def sample(
    problem: BinaryProblem,
    objective: Objective,
    x: Vector,
    settings: SolveSettings,
    *,
    penalized: bool = True,
) -> Measured:
    """Measure the state at `x` and decode the best sample.

    Args:
        problem: the instance.
        objective: bound to the circuit.
        x: its parameters.
        settings: shots and randomness.
        penalized: False for a circuit on the feasible space, whose cost has no penalties.

    Raises:
        ProblemError: the family contradicts itself; see `check_family`.
    """
    settings.announce("sampling")
    bits, counts = objective.sample_bits(x, settings.shots, settings.streams[2])
    return measured(problem, bits, counts, penalized=penalized)


def measured(
    problem: BinaryProblem,
    bits: NDArray[np.uint8],
    counts: NDArray[np.int64],
    *,
    penalized: bool = True,
) -> Measured:
    """Decode the best of measured assignments.

    Args:
        problem: the instance.
        bits: the distinct assignments, shape (k, n_qubits), in the order of basis indices.
        counts: how often each was measured, shape (k,).
        penalized: see `sample`.

    Raises:
        ProblemError: the family contradicts itself; see `check_family`.
    """
    values = problem.values(bits)
    broken = problem.violation_counts(bits)
    feasible = broken == 0
    # The best feasible sample, or the one of fewest violations and best value among them.
    order = np.lexsort((problem.sign * values, broken))
    row = int(order[0])
    check_family(problem, bits[row], float(values[row]), int(broken[row]), penalized=penalized)
    shown = feasible if feasible.any() else np.ones(len(bits), dtype=bool)
    distinct, where = np.unique(values[shown], return_inverse=True)
    return Measured(
        values=distinct,
        counts=np.bincount(where, weights=counts[shown]).astype(np.int64),
        samples=Samples(
            int(counts.sum()),
            float(counts[feasible].sum() / counts.sum()),
            top=tuple(
                Assignment(
                    "".join(map(str, bits[i].tolist())),
                    float(values[i]),
                    int(counts[i]),
                    bool(feasible[i]),
                )
                for i in order[:_TOP].tolist()
            ),
            feasible_mean=(
                float(np.average(values[feasible], weights=counts[feasible]))
                if feasible.any()
                else None
            ),
        ),
        best=decoded(problem, bits[row], float(values[row])),
        bits=bits,
        bit_counts=counts,
    )


def unsampled(problem: BinaryProblem, found: FoundBits, *, penalized: bool = True) -> Best:
    """Return the answer of a strategy, valued on the problem itself.

    Raises:
        ProblemError: the family contradicts itself; see `check_family`.
    """
    bits = found.bits
    value = float(problem.value(bits))
    broken = len(problem.violations(bits))
    check_family(problem, bits, value, broken, penalized=penalized)
    method = _labelled(found)
    return replace(
        decoded(problem, bits, value),
        method=method,
        seconds=found.seconds,
        classical=found.is_classical,
    )


def _labelled(found: FoundBits | ControlEnergy | Baseline) -> str:
    """Return the method, with a remark where it ended early."""
    return found.method if found.complete else f"{found.method}, ended early"


def controls(problem: BinaryProblem, found: FoundBits) -> tuple[Control, ...]:
    """Return the classical counterparts of a strategy with natural values."""
    return tuple(
        Control(_labelled(each), problem.sign * each.energy, each.seconds)
        for each in found.controls
    )


def decoded(problem: BinaryProblem, bits: Bits, value: float) -> Best:
    """Return an assignment in the user's own terms."""
    violations = problem.violations(bits)
    return Best(
        value=value,
        bits="".join(map(str, bits)),
        assignment=problem.decode(bits),
        feasible=not violations,
        answer={row.title: row.entries for row in problem.answer(bits)},
        violations=violations,
    )


def check_family(
    problem: BinaryProblem, bits: Bits, value: float, violations: int, *, penalized: bool = True
) -> None:
    """Raise unless value, cost and violations of a family agree on an assignment.

    .. math:: \\langle z|H|z\\rangle = \\text{sign} \\cdot \\text{value}(z) + \\text{penalty}(z)

    Args:
        problem: the instance.
        bits: an assignment z.
        value: of the assignment, as `BinaryProblem.values` gives it.
        violations: how many constraints it violates, as `violation_counts` gives it.
        penalized: False where the cost in use is the one without penalties, which counts for
            feasible assignments alone.

    Raises:
        ProblemError: they disagree; the message names the family.
    """
    family = type(problem).__name__
    if not penalized and violations:
        return
    cost = problem.cost() if penalized else problem.unpenalized()
    energy = float(np.asarray(cost.energies(bits)).reshape(-1)[0])
    penalty = problem.penalty_energy(bits) if penalized else 0.0
    expected = problem.sign * value + penalty
    scale = max(problem.value_scale, abs(energy), abs(penalty))
    shown = "".join(map(str, bits))
    if not abs(energy - expected) <= _ROUNDING * scale:
        raise ProblemError(
            f"the family {problem.kind!r} ({family}) contradicts itself: at the bits {shown} its "
            f"cost is {energy:.10g}, but its value {value:.10g} and its penalty {penalty:.10g} "
            f"make {expected:.10g}: check `value` and `cost` (arithmetic on uint8 bits wraps "
            "around); hybridq.testing.check_problem finds the smallest example"
        )
    single = float(problem.value(bits))
    if abs(single - value) > _ROUNDING * scale or len(problem.violations(bits)) != violations:
        raise ProblemError(
            f"the family {problem.kind!r} ({family}) contradicts itself: at the bits {shown} "
            "`value` or `violations` of one row differ from `values` or `violation_counts` of "
            "many: check them with hybridq.testing.check_problem"
        )


def check_corners(problem: BinaryProblem, *, penalized: bool = True) -> None:
    """Check the family on the assignments of all zeros, all ones and alternating bits.

    Args:
        problem: the instance.
        penalized: see `check_family`.

    Raises:
        ProblemError: the family contradicts itself; see `check_family`.
    """
    n = problem.n_qubits
    rows = np.array([[0] * n, [1] * n, [q % 2 for q in range(n)]], dtype=np.uint8)
    values, counts = problem.values(rows), problem.violation_counts(rows)
    for row, value, count in zip(rows, values, counts, strict=True):
        check_family(problem, row, float(value), int(count), penalized=penalized)


def classical_reference(
    problem: BinaryProblem,
    settings: SolveSettings,
    deadline: Deadline,
    answer: FoundBits | None = None,
) -> Reference | None:
    """Return a classical answer to the same question, None where it was interrupted.

    Args:
        problem: the instance.
        settings: randomness.
        deadline: of heuristics and bounds; they take a fixed amount of work where none is set.
        answer: that of a strategy, which is the reference itself where it is classical; else the
            best of its controls is, where it has any.
    """
    settings.announce("classical reference")
    given: FoundBits | ControlEnergy | None = None
    if answer is not None and answer.is_classical:
        given = answer
    elif answer is not None and answer.controls:
        given = min(answer.controls, key=lambda control: control.energy)
    return unless_interrupted(
        lambda: _reference(problem, settings.streams[3], deadline, given, settings.mapper)
    )


_QUICK_QUBITS = 18  # above, a published optimum takes the place of a search

_PROVEN: WeakKeyDictionary[BinaryProblem, Reference] = WeakKeyDictionary()
"""Proven best values of problems that are still in use; no chance is part of finding them."""


def _reference(
    problem: BinaryProblem,
    rng: np.random.Generator,
    deadline: Deadline,
    given: FoundBits | ControlEnergy | None,
    mapper: Mapper | None,
) -> Reference | None:
    found = _PROVEN.get(problem)
    if found is None:
        found = _published(problem) or _searched(problem, rng, deadline, given, mapper)
        if found is not None and found.exact:
            _PROVEN[problem] = found
    return found


def _published(problem: BinaryProblem) -> Reference | None:
    """Return the published optimum of a problem for which a search is long."""
    published = problem.published
    if published is None or problem.n_qubits <= _QUICK_QUBITS:
        return None
    value, source = published
    return Reference(value, f"published: {source}", True, value)


def _searched(
    problem: BinaryProblem,
    rng: np.random.Generator,
    deadline: Deadline,
    given: FoundBits | ControlEnergy | None,
    mapper: Mapper | None,
) -> Reference | None:
    """Return the answer of a classical method, None where it found none."""
    from hybridq.classical import Baseline, reference

    if problem.program is not None:
        from hybridq.classical.choose_program import PROGRAM_SECONDS, program_reference

        limit = min(PROGRAM_SECONDS, deadline.left)
        return _as_reference(program_reference(problem, rng=rng, time_limit=limit))
    watch = Deadline()
    cost = problem.cost()
    known = None
    if given is not None:
        known = Baseline.from_bits(
            cost, given.bits, method=given.method, exact=False, complete=given.complete
        )
    classic = reference(cost, rng=rng, time_limit=deadline, given=known, executor=mapper)
    seconds = watch.seconds
    if not classic.exact and problem.space is not None:
        from hybridq.classical import feasible_minimum

        try:
            return _as_reference(feasible_minimum(problem))
        except CapacityError:
            pass  # too many to enumerate
    if problem.violations(classic.bits):
        return None  # the lowest energy found is not an answer
    value = float(problem.value(classic.bits))
    bound = None if classic.bound is None else problem.sign * classic.bound
    if classic.exact:
        return Reference(value, classic.method, True, value)
    return Reference(
        value, _labelled(classic), False, bound, seconds, classic.failure, classic.complete
    )


def _as_reference(answer: ProgramBaseline | None) -> Reference | None:
    if answer is None:
        return None
    return Reference(answer.value, answer.method, answer.exact, answer.bound)


def ratio(
    problem: BinaryProblem, expectation: float, best: Best | None, reference: Reference | None
) -> Ratio | None:
    """Return expectation and best sample over the reference."""
    if reference is None:
        return None
    total = problem.value_scale
    counts = best is not None and best.feasible
    return Ratio(
        expectation=_quotient(expectation, reference.value, total),
        best=_quotient(best.value, reference.value, total) if best and counts else None,
    )


def _quotient(value: float, reference: float, total: float) -> float | None:
    """Return value / reference, None where the reference is rounding noise of `total`."""
    return value / reference if reference > 1e-12 * total else None


def trace(
    problem: BinaryProblem,
    solution: Solution,
    measured: Measured | None,
    landscape: tuple[Vector, Vector, Vector] | None,
    rng: np.random.Generator,
    sign: float,
    circuit: Circuit,
) -> Trace:
    """Return the arrays behind the pictures.

    `sign` converts minimized values to shown ones.
    """
    child = rng.bit_generator.seed_seq.spawn(1)[0]  # type: ignore[attr-defined]
    return Trace(
        values=sign * solution.values,
        sample_values=None if measured is None else measured.values,
        sample_counts=None if measured is None else measured.counts,
        uniform_seed=None if measured is None else int(child.generate_state(2, np.uint64)[0]),
        landscape=landscape,
        problem=problem,
        seconds=solution.seconds,
        bits=None if measured is None else measured.bits,
        bit_counts=None if measured is None else measured.bit_counts,
        circuit=circuit,
    )
