"""Base of families that are integer programs: encoding, penalties, feasible space."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import ProblemError, Setting, Text
from hybridq.core.numbers import number, plural
from hybridq.core.text import listed
from hybridq.operators.terms import Terms
from hybridq.problems.base import AnswerRow, BinaryProblem, Bits
from hybridq.problems.programs.encoded import EncodedProgram, encode
from hybridq.problems.programs.penalties import Penalties, PenaltyTerm
from hybridq.problems.programs.penalty_rules import (
    PenaltyContext,
    PenaltyLike,
    Weights,
    weights_of,
)
from hybridq.problems.programs.penalty_terms import (
    INEQUALITIES,
    Slack,
    left_to_mixer,
    penalty_terms,
)
from hybridq.problems.programs.polynomial import evaluated
from hybridq.problems.programs.program import IntegerProgram
from hybridq.problems.programs.registers import check_encoding

if TYPE_CHECKING:
    from hybridq.operators.feasible import FeasibleSpace
    from hybridq.operators.ising import Ising


@dataclass(frozen=True, eq=False, repr=False)
class ProgramProblem(BinaryProblem):
    r"""A problem that is an integer program over its bits.

    .. math:: H = \text{sign} \cdot f(x) + \sum_c \lambda_c\, g_c(x), \qquad g_c \ge 0

    with g_c = 0 where constraint c holds. A subclass is a frozen dataclass with its data first; it
    implements `build`, and `answer`, `describe` and `draw` for its own terms.

    Args:
        penalty: weight λ of the penalties: a rule (exact, range, vlm, moc, momc, adaptive), a
            number, or a number for each constraint by name.
        encoding: bits of a choice or an integer: one-hot, domain-wall, binary or unary.
        inequalities: treatment of inequalities without a polynomial penalty: feasible (left to a
            mixer that keeps to the feasible assignments), slack, indicator, hinge or unbalanced.
    """

    mixers: ClassVar[tuple[str, ...]] = ("bit-flip", "grover", "x")

    penalty: PenaltyLike = field(default="exact", kw_only=True)
    encoding: str | None = field(default=None, kw_only=True)
    inequalities: str = field(default="feasible", kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "encoding", check_encoding(self.encoding))
        object.__setattr__(self, "inequalities", INEQUALITIES.canonical(self.inequalities))
        impossible = self.program.impossible()
        if impossible is not None:
            raise ProblemError(
                f"no assignment is feasible: constraint {impossible.name!r} cannot hold",
                remedy="correct the data",
            )

    def _complete(self, **options: Any) -> None:
        """Set the last fields, where a family has its own `__init__`, and check all."""
        for name, value in options.items():
            object.__setattr__(self, name, value)
        self.__post_init__()

    @abstractmethod
    def build(self) -> IntegerProgram:
        """Return the integer program, in the user's own sense."""

    @cached_property
    def program(self) -> IntegerProgram:
        """The integer program behind the problem."""
        return self.build()

    @cached_property
    def encoded(self) -> EncodedProgram:
        """The program in bits, slack bits excluded."""
        return encode(self.program, self.encoding)

    @cached_property
    def _penalties(self) -> tuple[Penalties, tuple[str, ...]]:
        """The penalty terms, and the names of slack bits."""
        slack = Slack(self.encoded.n_bits)
        first = [PenaltyTerm(name, terms, 1.0) for name, terms in self.encoded.validity]
        found = penalty_terms(self.encoded.forms, self.inequalities, slack, first)
        return found, tuple(slack.names)

    @property
    def _slack_names(self) -> tuple[str, ...]:
        """Names of slack bits, () unless they are asked for."""
        return self._penalties[1] if self.inequalities == "slack" else ()

    @cached_property
    def confined(self) -> bool:
        """True if some constraint has no penalty: a mixer has to keep to `space`."""
        return bool(left_to_mixer(self.encoded.forms, self.inequalities).any())

    @property
    def value_scale(self) -> float:
        """Sum of the magnitudes of the objective's terms, to judge rounding."""
        return float(np.abs(self.encoded.objective.coefficients).sum())

    @property
    def penalty_remedy(self) -> tuple[str | Setting, ...]:
        """The treatment of inequalities that gives each one a penalty."""
        return (Setting("inequalities", "slack"), " for a penalty")

    @cached_property
    def penalty_weights(self) -> Weights:
        """The weights of the penalties, with their proof."""
        terms, _ = self._penalties
        penalty: PenaltyLike = self.penalty
        return weights_of(PenaltyContext(self.encoded.objective, terms, self.n_qubits), penalty)

    def penalty_facts(self) -> dict[str, Any]:
        """Return rule, weight, threshold and proof of the penalties; empty without any."""
        terms, found = self._penalties[0], self.penalty_weights
        if not terms:
            return {}
        alone = len(set(found.weights)) == 1
        by_name = dict(zip(terms.names, found.weights, strict=True))
        return {
            "rule": found.rule,
            "weight": found.weights[0] if alone else by_name,
            "threshold": found.threshold,
            "proof": found.proof,
        }

    @property
    def n_qubits(self) -> int:
        """Number of bits, slack included."""
        return self.encoded.n_bits + len(self._slack_names)

    @cached_property
    def space(self) -> FeasibleSpace | None:
        """The feasible assignments; None without constraints, or with slack bits."""
        return None if self._slack_names else self.encoded.space

    def contradiction(self) -> tuple[str, ...]:
        """Return names of a least set of constraints that no assignment meets together.

        Each constraint in turn is left out where the others still have no feasible assignment.
        """
        needed = self.program.constraints
        for each in self.program.constraints:
            rest = tuple(other for other in needed if other is not each)
            space = encode(replace(self.program, constraints=rest), self.encoding).space
            if space is not None and not space.count(0):
                needed = rest
        return tuple(each.name for each in needed)

    def unpenalized(self) -> Ising:
        """Return the objective as an energy of spins, to be minimized."""
        from hybridq.operators.ising import Ising

        return Ising.from_qubo(self.encoded.objective, n_qubits=self.n_qubits)

    def cost(self) -> Ising:
        """Return objective and weighted penalties as an energy of spins."""
        from hybridq.operators.ising import Ising

        terms = self._penalties[0]
        if not terms:
            return self.unpenalized()
        penalties = terms.weighted(self.penalty_weights.weights)
        total = Terms.added(self.encoded.objective, penalties)
        return Ising.from_qubo(total, n_qubits=self.n_qubits)

    def variables(self, bits: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Return the values of the program's variables of each row, shape (k, variables)."""
        return self.encoded.variables(self.checked_rows(bits)[:, : self.encoded.n_bits])

    def assignment(self, bits: Bits) -> dict[str, int]:
        """Return the value of every variable of the program by name."""
        row = self.variables(self.checked_row(bits)[np.newaxis])[0].tolist()
        names = [each.name for each in self.program.variables]
        return dict(zip(names, row, strict=True))

    def value(self, bits: Bits) -> float:
        """Return the objective in the user's own sense."""
        return float(self.values(self.checked_row(bits)[np.newaxis])[0])

    def values(self, bits: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Return the objective of every row, shape (k,)."""
        return self.program.values(self.variables(bits))

    def _excesses(self, bits: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Return the violation of every constraint and register, shape (k, all of them)."""
        rows = self.checked_rows(bits)
        of_constraints = self.program.excesses(self.variables(rows))
        kept = rows[:, : self.encoded.n_bits]
        of_registers = [evaluated(terms, kept) for _, terms in self.encoded.validity]
        columns = [each[:, np.newaxis] for each in of_registers]
        return np.concatenate([of_constraints, *columns], axis=1)

    def violations(self, bits: Bits) -> tuple[str, ...]:
        """Return the violated constraints with the amounts by which they are."""
        amounts = self._excesses(self.checked_row(bits)[np.newaxis])[0]
        names = list(self.program.rows.names)
        names += [f"{name} holds no value" for name, _ in self.encoded.validity]
        return tuple(
            f"{name} (by {number(float(amount))})"
            for name, amount in zip(names, amounts, strict=True)
            if amount > 0.0
        )

    def violation_counts(self, bits: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Return the number of violated constraints of every row, shape (k,)."""
        return (self._excesses(bits) > 0.0).sum(axis=1).astype(np.int64)

    def penalty_energy(self, bits: Bits) -> float:
        """Return the weighted penalties of an assignment."""
        terms, _ = self._penalties
        if not terms:
            return 0.0
        weights = np.array(self.penalty_weights.weights)
        return float(weights @ terms.energies(self.checked_row(bits)))

    def labels(self) -> Sequence[Any]:
        """Return the name of each qubit: a variable, or a bit of one, slack last."""
        return (*self.encoded.qubit_names, *self._slack_names)

    def answer(self, bits: Bits) -> tuple[AnswerRow, ...]:
        """Return the binary variables that are 1, and the values of the others."""
        binary = [each.name for each in self.program.variables if each.is_binary]
        values = self.assignment(bits)
        rows = [AnswerRow("Variables at 1", tuple(name for name in binary if values[name]))]
        others = tuple(f"{k} = {v}" for k, v in values.items() if k not in set(binary))
        return (*rows, AnswerRow("Integers", others)) if others else tuple(rows)

    @property
    def mean_value(self) -> float | None:
        """Mean of the objective over all assignments; None where there are constraints."""
        if self.program.constraints or self.encoded.codes:
            return None
        return self.sign * self._ising.constant

    def describe(self) -> dict[str, Any]:
        """Return sizes of the program, and the treatment of its constraints."""
        found: dict[str, Any] = {
            "variables": len(self.program.variables),
            "constraints": len(self.program.constraints),
            "inequalities": self.inequalities,
        }
        if self.encoding is not None:
            found["encoding"] = self.encoding
        if self._slack_names:
            found["slack_qubits"] = len(self._slack_names)
        return found

    def size(self) -> str:
        """Return variables and constraints, such as ``"5 variables, 1 constraint"``."""
        program = self.program
        variables = plural(len(program.variables), "variable")
        return f"{variables}, {plural(len(program.constraints), 'constraint')}"

    @property
    def notes(self) -> tuple[Text, ...]:
        """Remarks on the program and its encoding."""
        return self.program_notes

    @property
    def program_notes(self) -> tuple[Text, ...]:
        """Remarks on dropped constraints and heuristic penalties."""
        found: list[Text] = []
        if self.encoded.dropped:
            found.append(f"every assignment meets {listed(self.encoded.dropped, 3)}: left out")
        if self.inequalities == "unbalanced" and self._penalties[0].heuristic.any():
            found.append(
                "unbalanced penalties are a heuristic: the lowest energy need not be an optimum, "
                "nor feasible"
            )
        return tuple(found)
