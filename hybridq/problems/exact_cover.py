"""Exact cover: sets that hold every element exactly once, at the least cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import ProblemError
from hybridq.core.text import listed
from hybridq.problems.base import Sense
from hybridq.problems.set_program import Reduction, SetProgram


@dataclass(frozen=True, eq=False, repr=False)
class ExactCover(SetProgram):
    r"""The cheapest sets that hold every element exactly once (set partitioning).

    .. math:: \min \sum_s c_s x_s, \qquad \sum_{s \ni e} x_s = 1 \text{ for each element } e

    Args:
        sets: `SetData`, or the elements of each set by its label.
        reduce: choose a set that alone holds an element, and leave out those that meet it, one
            after another.
        penalty: weight of the penalties: a rule (exact, range, vlm, moc, momc, adaptive), a
            number, or a number for each constraint by name.
        encoding: bits of the choice of a set for an element: one-hot, domain-wall or binary; only
            where elements share none of their sets.
        inequalities: of no effect: every constraint is an equality.
        name: the name of this instance; its size by default.

    Raises:
        ProblemError: the sets cannot be read, a cost is negative, or no exact cover exists.

    Source: Lucas 2014, arXiv:1302.5843, section 4.1.
    """

    kind: ClassVar[str] = "exact-cover"
    summary: ClassVar[str] = "Choose sets that hold every element once, at the least cost."
    qubits: ClassVar[str] = "one qubit a set"
    examples: ClassVar[tuple[str, ...]] = ("sets.json", "sets.json --mixer x --p 4")
    sense: ClassVar[Sense] = "minimize"
    value_name: ClassVar[str] = "cost"
    mixers: ClassVar[tuple[str, ...]] = ("grover", "x")
    fault: ClassVar[str] = "element not held once"
    idle_options: ClassVar[tuple[str, ...]] = ("inequalities",)

    @classmethod
    def example(cls) -> Self:
        """Return six sets of seven elements with one exact cover (Knuth 2000)."""
        sets = {
            "A": [1, 4, 7],
            "B": [1, 4],
            "C": [4, 5, 7],
            "D": [3, 5, 6],
            "E": [2, 3, 6, 7],
            "F": [2, 7],
        }
        return cls(sets, name="example", reduce=False)

    def rule(self, place: int, sets: tuple[int, ...]) -> str | None:
        """Return the name of Σ x_s = 1 over the undecided sets that hold an element."""
        if self.is_covered(place):
            return None
        return f"element {self.data.universe[place]} is covered once"

    def build(self) -> Any:
        """Return min Σ c_s x_s under the constraint of each element.

        Raises:
            ProblemError: an element is in none of the sets.
        """
        alone = [e for e, sets in zip(self.data.universe, self.holders, strict=True) if not sets]
        if alone:
            raise ProblemError(
                f"no exact cover exists (proven): element {alone[0]!r} is in none of the sets"
            )
        return super().build()

    def reduced(self) -> Reduction:
        """Return the sets that are decided one after another.

        Raises:
            ProblemError: nothing is left for an element.
        """
        values: dict[int, int] = {}
        self._drop_empty(values)
        while self._step(values):
            pass
        chosen = [self.data.sets[s][0] for s, bit in values.items() if bit]
        dropped = [self.data.sets[s][0] for s, bit in values.items() if not bit]
        notes = []
        if chosen:
            notes.append(f"chosen, since each alone is left for an element: {listed(chosen, 3)}")
        if dropped:
            notes.append(
                f"left out, since they are empty or meet chosen ones: {listed(dropped, 3)}"
            )
        return Reduction(values, tuple(notes))

    def _drop_empty(self, values: dict[int, int]) -> None:
        """Leave out sets without elements: they cost and cover nothing."""
        for s, (_, elements) in enumerate(self.data.sets):
            if not elements:
                values[s] = 0

    def _step(self, values: dict[int, int]) -> bool:
        """Decide what the decided sets force; return whether anything was."""
        before = len(values)
        for element, sets in enumerate(self.holders):
            held = [s for s in sets if values.get(s) == 1]
            free = [s for s in sets if s not in values]
            if len(held) > 1 or not (held or free):
                raise ProblemError(
                    f"no exact cover exists (proven): element {self.data.universe[element]!r} "
                    f"cannot be covered once"
                )
            if held:
                values.update(dict.fromkeys(free, 0))
            elif len(free) == 1:
                values[free[0]] = 1
        return len(values) > before

    def faulty(self, counts: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return whether each element is not in exactly one of the chosen sets."""
        found: NDArray[np.bool_] = counts != 1
        return found
