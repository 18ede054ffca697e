"""Integer programs as they are given: the family ``program``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Self

from hybridq.problems.base import Sense
from hybridq.problems.program_problem import ProgramProblem
from hybridq.problems.programs import Constraint, IntegerProgram

if TYPE_CHECKING:
    from hybridq.operators.feasible import FeasibleSpace


def suitable_mixers(space: FeasibleSpace | None) -> tuple[str, ...]:
    """Return mixers that reach all feasible states, the default first, then x."""
    if space is None:
        return ("x", "grover")
    if space.is_product and space.grid:
        return ("transposition", "adjacent-transposition", "grover", "x")
    if space.is_product and space.groups and not space.free and not space.chains:
        return ("xy-complete", "xy-ring", "grover", "x")
    return ("bit-flip", "grover", "x") if space.is_monotone else ("grover", "x")


@dataclass(frozen=True, eq=False, repr=False)
class Program(ProgramProblem):
    """An integer program: a polynomial objective under constraints.

    Args:
        integer_program: variables, objective and constraints.
        penalty: weight of the penalties: a rule (exact, range, vlm, moc, momc, adaptive), a
            number, or a number for each constraint by name.
        encoding: bits of an integer or a choice: binary, one-hot, domain-wall or unary.
        inequalities: treatment of inequalities without a polynomial penalty: feasible, slack,
            indicator, hinge or unbalanced.
        name: the name of this instance.

    Raises:
        ProblemError: no assignment is feasible.
    """

    kind: ClassVar[str] = "program"
    summary: ClassVar[str] = "Find the best values of integer variables under constraints."
    sense: ClassVar[Sense] = "minimize"
    value_name: ClassVar[str] = "objective"
    reads: ClassVar[tuple[str, ...]] = ("program",)
    item: ClassVar[str] = "variable"
    qubits: ClassVar[str] = "one qubit a binary variable, about log2 of the range an integer"
    examples: ClassVar[tuple[str, ...]] = ("model.lp", "model.lp --inequalities slack --mixer x")

    integer_program: IntegerProgram
    name: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sense", self.integer_program.sense)
        if not self.name:
            object.__setattr__(self, "name", self.integer_program.name or self.size())
        super().__post_init__()
        object.__setattr__(self, "mixers", suitable_mixers(self.encoded.space))

    def build(self) -> IntegerProgram:
        """Return the program itself."""
        return self.integer_program

    @classmethod
    def example(cls) -> Self:
        """Return a program of four variables with an equality and a capacity."""
        rows = (
            Constraint("choose two", {(0,): 1.0, (1,): 1.0, (2,): 1.0, (3,): 1.0}, "==", 2.0),
            Constraint("capacity", {(0,): 3.0, (1,): 2.0, (2,): 4.0, (3,): 1.0}, "<=", 5.0),
        )
        return cls(
            IntegerProgram.binary(
                ["a", "b", "c", "d"],
                {(0,): 4.0, (1,): 3.0, (2,): 5.0, (3,): 1.0, (0, 1): 2.0},
                rows,
                sense="maximize",
            ),
            name="example",
        )
