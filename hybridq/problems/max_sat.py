"""Maximum satisfiability: truth values that satisfy clauses of the largest weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import Text
from hybridq.core.numbers import plural
from hybridq.core.text import listed
from hybridq.operators.terms import Terms, constant_group
from hybridq.problems.base import AnswerRow, Bits, Sense
from hybridq.problems.clauses import (
    Literals,
    check_clauses,
    clause_text,
    clauses_of_lists,
    distinct_literals,
    parity_polynomial,
    propagated,
    satisfied,
    violated_weight,
)
from hybridq.problems.instance_data import ClauseData, PolynomialData
from hybridq.problems.program_problem import ProgramProblem
from hybridq.problems.programs import Constraint, IntegerProgram, Rows, Variable
from hybridq.problems.programs.polynomial import Polynomial, merged, scaled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from hybridq.operators.ising import Ising

_MOST_LISTED = 8  # clauses in an answer
_MOST_DRAWN = 40  # clauses and variables of a table


@dataclass(frozen=True, eq=False, repr=False)
class MaxSAT(ProgramProblem):
    r"""Truth values that satisfy clauses of the largest total weight.

    .. math:: H = -\sum_c w_c + \sum_c w_c \prod_{v \in c^+} (1 - x_v) \prod_{v \in c^-} x_v

    One product for each clause, without further qubits. Hard clauses are constraints. Clauses of
    parity (XORSAT) hold where an odd number of literals does: one product of Z each.

    Args:
        clauses: `ClauseData`, or a list of clauses of weight 1, each a list of literals: v for
            variable v, −v for its negation.
        penalty: weight of the penalties of hard clauses: a rule (exact, range, vlm, moc, momc,
            adaptive), a number, or a number for each clause by name.
        encoding: of no effect: every variable is a bit.
        inequalities: treatment of hard clauses with more than twelve literals that are not
            negated: feasible, slack, indicator, hinge or unbalanced.
        name: the name of this instance; its size by default.

    Raises:
        ProblemError: no variables or clauses, a literal or weight that cannot be, or hard clauses
            that contradict each other.
        CapacityError: a soft clause of more than sixteen literals, or a hard one of parity of more
            than ten.

    Source: Hadfield et al. 2019, Algorithms 12(2) 34, section 4.
    """

    kind: ClassVar[str] = "max-sat"
    summary: ClassVar[str] = "Satisfy clauses of Boolean variables of the largest weight."
    qubits: ClassVar[str] = "one qubit a variable that hard clauses leave open"
    examples: ClassVar[tuple[str, ...]] = ("formula.cnf", "weighted.wcnf --p 4 --plot clauses.png")
    sense: ClassVar[Sense] = "maximize"
    value_name: ClassVar[str] = "satisfied weight"
    reads: ClassVar[tuple[str, ...]] = ("clauses",)
    mixers: ClassVar[tuple[str, ...]] = ("x", "grover", "bit-flip")
    noun: ClassVar[str] = "formula"
    item: ClassVar[str] = "variable"
    idle_options: ClassVar[tuple[str, ...]] = ("encoding",)

    clauses: ClauseData | Sequence[Sequence[int]]
    name: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        data = (
            self.clauses if isinstance(self.clauses, ClauseData) else clauses_of_lists(self.clauses)
        )
        check_clauses(data)
        object.__setattr__(self, "clauses", data)
        if all(weight == 1.0 for weight, _ in data.soft):
            object.__setattr__(self, "value_name", "clause count")
        object.__setattr__(self, "name", str(self.name or self.size()))
        super().__post_init__()

    @classmethod
    def example(cls) -> Self:
        """Return three variables with four soft clauses and a hard one."""
        soft = ((2.0, (1, 2)), (1.0, (-1,)), (1.0, (-2, 3)), (3.0, (-1, -3)))
        return cls(ClauseData(3, soft, ((1, -2, 3),)), name="example")

    @property
    def data(self) -> ClauseData:
        """The clauses."""
        assert isinstance(self.clauses, ClauseData)
        return self.clauses

    @cached_property
    def soft(self) -> tuple[tuple[float, Literals], ...]:
        """Weight and literals of each soft clause, no literal twice.

        Literals are None where the clause always holds.
        """
        return tuple((w, distinct_literals(c, self.data.parity)) for w, c in self.data.soft)

    @cached_property
    def hard(self) -> tuple[Literals, ...]:
        """Literals of each hard clause, likewise."""
        return tuple(distinct_literals(clause, self.data.parity) for clause in self.data.hard)

    @cached_property
    def fixed(self) -> dict[int, int]:
        """Value of each variable that the hard clauses decide one after another.

        Raises:
            ProblemError: they contradict each other.
        """
        return propagated(self.hard, self.data.parity, self.data.hard_lines)

    def build(self) -> IntegerProgram:
        """Return max Σ w [clause holds] under the hard clauses."""
        variables = [
            Variable(str(v), self.fixed.get(v, 0), self.fixed.get(v, 1))
            for v in range(1, self.data.n_variables + 1)
        ]
        return IntegerProgram(tuple(variables), self._satisfied_weight(), self._rows(), "maximize")

    def _satisfied_weight(self) -> Polynomial:
        """Return Σ w [clause holds]."""
        always = sum(weight for weight, literals in self.soft if literals is None)
        soft = [(weight, literals) for weight, literals in self.soft if literals is not None]
        if not self.data.parity:
            weights, clauses = [weight for weight, _ in soft], [each for _, each in soft]
            constant = Terms([constant_group(always + float(sum(weights)))])
            return Terms.added(constant, violated_weight(clauses, weights).scaled(-1.0))
        terms: list[tuple[tuple[int, ...], float]] = [((), always)]
        for weight, literals in soft:
            terms += scaled(parity_polynomial(literals), weight).items()
        return merged(terms)

    def _rows(self) -> Sequence[Constraint]:
        """Return the hard clauses that propagation leaves open, as constraints."""
        names: list[str] = []
        clauses: list[tuple[int, ...]] = []
        for number, (literals, given) in enumerate(
            zip(self.hard, self.data.hard, strict=True), start=1
        ):
            if literals is not None and not all(abs(v) in self.fixed for v in literals):
                names.append(f"clause {number} ({clause_text(given, self.data.parity)})")
                clauses.append(literals)
        if self.data.parity:
            return [
                Constraint(name, parity_polynomial(literals), "==", 1.0)
                for name, literals in zip(names, clauses, strict=True)
            ]
        variables = [[abs(v) - 1 for v in literals] for literals in clauses]
        signs = [1.0 if v > 0 else -1.0 for literals in clauses for v in literals]
        bounds = [1.0 - sum(v < 0 for v in literals) for literals in clauses]
        return Rows.ragged(names, variables, ">=", bounds, signs)

    def unpenalized(self) -> Ising:
        """Return minus the weight of satisfied clauses as an energy of spins.

        Clauses of parity become one product of spins each.
        """
        if not self.data.parity or self.fixed:
            return super().unpenalized()
        from hybridq.problems.polynomial import Polynomial as Energy

        names = tuple(str(v) for v in range(1, self.data.n_variables + 1))
        terms = tuple(term for weight, c in self.soft for term in _parity_terms(weight, c))
        return Energy(PolynomialData(names, terms, spins=True)).cost()

    def values(self, bits: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Return the weight of the satisfied clauses of every row, shape (k,)."""
        rows = self.variables(bits)
        total = np.zeros(len(rows))
        for weight, literals in self.soft:
            total += weight * satisfied(literals, rows, self.data.parity)
        return total

    def labels(self) -> Sequence[Any]:
        """Return the number of each variable, from 1; slack bits last."""
        names = (*self.encoded.qubit_names, *super().labels()[self.encoded.n_bits :])
        return tuple(int(name) if name.isdigit() else name for name in names)

    def size(self) -> str:
        """Return variables and clauses, such as ``"6 variables, 5 clauses"``."""
        count = (
            f"{plural(self.data.n_variables, 'variable')}, {plural(len(self.data.soft), 'clause')}"
        )
        return f"{count}, {len(self.data.hard)} hard" if self.data.hard else count

    def describe(self) -> dict[str, Any]:
        """Return sizes of the formula, then those of the program."""
        widths = [len(clause) for _, clause in self.data.soft]
        widths += map(len, self.data.hard)
        return {
            "clauses": len(self.data.soft),
            "hard_clauses": len(self.data.hard),
            "total_weight": float(sum(weight for weight, _ in self.data.soft)),
            "longest_clause": max(widths),
            "parity": self.data.parity,
            **super().describe(),
        }

    @property
    def most(self) -> float | None:
        """The weight of all clauses."""
        return float(sum(weight for weight, _ in self.data.soft)) if self.data.soft else None

    @property
    def notes(self) -> tuple[Text, ...]:
        """Remarks on variables that are decided or idle, and on the program."""
        found: list[Text] = []
        if self.fixed:
            decided = [f"{v} {'true' if bit else 'false'}" for v, bit in self.fixed.items()]
            found.append(
                f"the hard clauses decide {listed(decided, 3)}: "
                f"{plural(len(decided), 'qubit')} saved"
            )
        always = sum(literals is None for _, literals in self.soft)
        if always:
            found.append(f"{plural(always, 'clause')} with a variable and its negation: satisfied")
        used = {abs(v) for _, c in self.soft for v in c or ()}
        used |= {abs(v) for c in self.hard for v in c or ()}
        idle = self.data.n_variables - len(used)
        if idle:
            found.append(f"without effect: {plural(idle, 'variable')} in none of the clauses")
        return (*found, *super().notes)

    def answer(self, bits: Bits) -> tuple[AnswerRow, ...]:
        """Return true and false variables, and the clauses that are not satisfied."""
        row = self.variables(self.checked_row(bits)[np.newaxis])[0]
        numbers = np.arange(1, self.data.n_variables + 1)
        open_ones = [
            clause_text(given, self.data.parity)
            for (_, given), (_, literals) in zip(self.data.soft, self.soft, strict=True)
            if not satisfied(literals, row[np.newaxis], self.data.parity)[0]
        ]
        more = (
            f"; and {len(open_ones) - _MOST_LISTED} more" if len(open_ones) > _MOST_LISTED else ""
        )
        text = f"{'; '.join(open_ones[:_MOST_LISTED])}{more}"
        return (
            AnswerRow("True", tuple(numbers[row == 1].tolist())),
            AnswerRow("False", tuple(numbers[row == 0].tolist())),
            AnswerRow("Clauses not satisfied", (text,) if text else ()),
        )

    def draw(self, ax: Axes, bits: Bits) -> None:
        """Draw the clauses as rows, with a filled tile for each literal that holds."""
        given = [*self.data.hard, *(clause for _, clause in self.data.soft)]
        found = [*self.hard, *(literals for _, literals in self.soft)]
        if max(len(given), self.data.n_variables) > _MOST_DRAWN:
            super().draw(ax, bits)
            return
        from hybridq.plots.incidence import plot_incidence

        row = self.variables(self.checked_row(bits)[np.newaxis])
        cells = np.zeros((len(given), self.data.n_variables), dtype=np.int64)
        for place, clause in enumerate(given):
            for v in clause:
                holds = (row[0, abs(v) - 1] == 1) == (v > 0)
                cells[place, abs(v) - 1] = max(cells[place, abs(v) - 1], 2 if holds else 1)
        open_ones = [
            place
            for place, literals in enumerate(found)
            if not satisfied(literals, row, self.data.parity)[0]
        ]
        plot_incidence(
            ax,
            [clause_text(clause, self.data.parity) for clause in given],
            range(1, self.data.n_variables + 1),
            cells,
            title="Clauses and variables",
            legend=("literal that holds", "literal that does not"),
            marked_rows=open_ones,
            mark="clause not satisfied",
        )


def _parity_terms(weight: float, literals: Literals) -> list[tuple[float, tuple[int, ...]]]:
    """Return minus the weight of a clause of parity, as terms of spins.

    It holds where the product of the spins of its literals is −1.
    """
    if literals is None:
        return [(-weight, ())]
    sign = -1.0 if sum(v < 0 for v in literals) % 2 else 1.0
    return [
        (-weight / 2.0, ()),
        (sign * weight / 2.0, tuple(abs(v) - 1 for v in literals)),
    ]
