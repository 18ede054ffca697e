"""Parts of a result: groups of plain named fields."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.core.equality import ComparedByValue
from hybridq.core.plain import plain
from hybridq.operators.feasible import unpacked
from hybridq.presentation.energy_parts import Iteration

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit
    from hybridq.problems.base import BinaryProblem, Problem

UNIFORM_SAMPLES = 20_000
_UNIFORM_BITS = 50_000_000  # of all samples together; wide problems are drawn less often


@dataclass(frozen=True)
class ProblemInfo:
    """The question that a result answers, in plain values.

    Attributes:
        kind: the family's name in `PROBLEMS`.
        name: the name of the instance.
        n_qubits: number of qubits.
        sense: ``"maximize"`` or ``"minimize"``.
        value_name: the name of the value, such as ``"cut"``.
        facts: properties of the instance, from `Problem.describe`.
        noun: the word for an instance, such as ``"graph"``.
        item: the word for one entry of an answer, such as ``"node"``.
        size: the size in the user's terms, such as ``"5 nodes, 6 edges"``.
        value_scale: the magnitude against which rounding of a value is judged.
        most: a value that no assignment exceeds; None where none is known.
        most_name: the words before `most`, as in "4 of at most 6".
        mean: the value of a uniformly random assignment on average; None where it has no closed
            form.
        penalty: the penalties of the cost: ``rule``, ``weight`` (one number, or one for each
            constraint by name), ``threshold`` and ``proof``; empty where the circuit has none.
        feasible_states: number of feasible assignments that the circuit keeps to; None where it
            does not keep to them.
    """

    kind: str
    name: str
    n_qubits: int
    sense: str
    value_name: str = "value"
    facts: dict[str, Any] = field(default_factory=dict)
    noun: str = "problem"
    item: str = "qubit"
    size: str = ""
    value_scale: float = 0.0
    most: float | None = None
    most_name: str = "at most"
    mean: float | None = None
    penalty: dict[str, Any] = field(default_factory=dict)
    feasible_states: int | None = None

    @classmethod
    def of(cls, problem: Problem, **further: Any) -> ProblemInfo:
        """Return the description of a problem; `further` depends on the circuit."""
        return cls(
            **further,
            kind=problem.kind,
            name=problem.name,
            n_qubits=problem.n_qubits,
            sense=problem.sense,
            value_name=problem.value_name,
            facts=problem.describe(),
            noun=problem.noun,
            item=problem.item,
            size=problem.size(),
            value_scale=problem.value_scale,
            most=problem.most,
            most_name=problem.most_name,
            mean=problem.mean_value,
        )

    @property
    def maximizes(self) -> bool:
        """True if larger values are better."""
        return self.sense == "maximize"


@dataclass(frozen=True)
class OptimizerInfo:
    """Outcome of the classical outer loop.

    Attributes:
        method: the optimizer's name.
        evaluations: number of evaluations of the objective.
        status: one word: ``converged``, ``max_evaluations``, ``time_limit``, ``target``,
            ``interrupted`` or ``failed``.
        message: one sentence that says why the search ended.
        options: options of the optimizer that were not at their defaults.
        reason: the fact that ended the search, a value of `hybridq.optimizers.Reason`; finer than
            `status`, and empty where it was not recorded.
    """

    method: str
    evaluations: int
    status: str
    message: str
    options: dict[str, Any] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True)
class Best:
    """The best feasible sample, or the least infeasible one without any.

    Without samples it is the answer of a strategy, or of a classical method.

    Attributes:
        value: its natural value.
        bits: its bits, qubit 0 first.
        assignment: its bit by the user's label.
        feasible: True if it violates no constraint.
        answer: the answer in the user's own terms, rows of labels by title.
        violations: the constraints it violates, one line each.
        method: the steps that found it where nothing was sampled; empty for a sample.
        seconds: the time of these steps, without the search of the angles; None for a sample.
        classical: whether the circuit had no part in it: it is the classical answer itself.
    """

    value: float
    bits: str
    assignment: dict[Any, int]
    feasible: bool = True
    answer: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    violations: tuple[str, ...] = ()
    method: str = ""
    seconds: float | None = field(default=None, compare=False)
    classical: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return the fields; with ``labels`` where the keys of JSON cannot hold them."""
        labels = list(self.assignment)
        known = all(isinstance(plain(label), str) for label in labels)
        return plain(self) | ({} if known else {"labels": plain(labels)})


@dataclass(frozen=True)
class Assignment:
    """An assignment that was measured.

    Attributes:
        bits: its bits, qubit 0 first.
        value: its natural value.
        count: the number of times that it was measured.
        feasible: True if it violates no constraint.
    """

    bits: str
    value: float
    count: int
    feasible: bool = True


@dataclass(frozen=True)
class Samples:
    """Measurements of the final state.

    Attributes:
        shots: number of measurements.
        feasible_share: the share of them that violates no constraint.
        optimal_share: the share of them at the proven optimum; None without a proof.
        top: the best ten assignments, feasible ones first.
        feasible_mean: mean value of the feasible ones; None without any.
    """

    shots: int
    feasible_share: float
    optimal_share: float | None = None
    top: tuple[Assignment, ...] = ()
    feasible_mean: float | None = None


@dataclass(frozen=True)
class Reference:
    """A classical answer to the same question.

    Attributes:
        value: its natural value.
        method: the name of the method that found it.
        exact: True if it is proven optimal.
        bound: the proven bound on every value, in the problem's own sense; None without one.
        seconds: the time of a heuristic that an answer without samples is compared with; None
            where it was not taken.
        bound_failure: the probability that the bound fails, at most; 0 for a proof that draws no
            random numbers.
        complete: False where the time limit or an interruption ended the heuristic early.
    """

    value: float
    method: str
    exact: bool
    bound: float | None = None
    seconds: float | None = field(default=None, compare=False)
    bound_failure: float = 0.0
    complete: bool = True


@dataclass(frozen=True)
class Control:
    """A classical counterpart of the strategy, without its circuit.

    Attributes:
        method: description of the method.
        value: its natural value.
        seconds: the time that it took.
    """

    method: str
    value: float
    seconds: float = field(compare=False)


@dataclass(frozen=True)
class Ratio:
    """The expectation and the best sample, each divided by the reference value.

    None where the reference is zero or of the other sign, so that a quotient would say nothing.
    """

    expectation: float | None
    best: float | None


@dataclass(frozen=True, eq=False)
class Trace(ComparedByValue):
    """Arrays behind the pictures; they stay out of the JSON.

    Attributes:
        values: the objective at every evaluation in order, shape (evaluations,): in the problem's
            natural sign where it is an energy, else as it was minimized.
        sample_values: distinct natural values that were sampled, ascending.
        sample_counts: number of times that each of them was sampled.
        uniform_seed: seed of the uniformly random assignments that samples are compared with.
        landscape: for p = 1, the triple (gammas, betas, expectation[gamma, beta]).
        problem: the problem itself, which draws its answer; left out of ``==``.
        iterations: steps of an ansatz that grows (ADAPT-VQE), in order.
        seconds: time of the search alone, without compilation, interruptions and pauses.
        bits: the distinct assignments that were measured, shape (k, n_qubits), qubit 0 first.
        bit_counts: number of times that each of them was measured, shape (k,).
        circuit: the circuit that was optimized, with its parameters; left out of ``==``.
    """

    values: NDArray[np.float64]
    sample_values: NDArray[np.float64] | None = None
    sample_counts: NDArray[np.int64] | None = None
    uniform_seed: int | None = None
    landscape: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]] | None = None
    problem: BinaryProblem | None = field(default=None, compare=False)
    iterations: tuple[Iteration, ...] = ()
    seconds: float = 0.0
    bits: NDArray[np.uint8] | None = None
    bit_counts: NDArray[np.int64] | None = None
    circuit: Circuit | None = field(default=None, compare=False)

    @property
    def uniform_values(self) -> NDArray[np.float64] | None:
        """Values of uniformly random feasible assignments, drawn on access."""
        if self.uniform_seed is None or self.problem is None:
            return None
        from hybridq.classical.feasible import FEASIBLE_LIMIT

        rng = np.random.default_rng(self.uniform_seed)
        space = self.problem.space
        if space is not None:
            if space.count(FEASIBLE_LIMIT) > FEASIBLE_LIMIT:
                return None
            drawn = space.words[rng.integers(0, space.dim, UNIFORM_SAMPLES)]
            return self.problem.values(unpacked(drawn, self.problem.n_qubits))
        n = self.problem.n_qubits
        shape = (int(np.clip(_UNIFORM_BITS // n, 200, UNIFORM_SAMPLES)), n)
        bits = rng.integers(0, 2, shape, dtype=np.uint8)
        feasible = self.problem.violation_counts(bits) == 0
        return self.problem.values(bits[feasible]) if feasible.any() else None
