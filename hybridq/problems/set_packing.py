"""Set packing: disjoint sets of the largest total weight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from hybridq.core.text import listed
from hybridq.problems.base import Sense
from hybridq.problems.programs.constraint import Relation
from hybridq.problems.set_program import Reduction, SetProgram


@dataclass(frozen=True, eq=False, repr=False)
class SetPacking(SetProgram):
    r"""The disjoint sets of the largest total weight.

    .. math:: \max \sum_s c_s x_s, \qquad \sum_{s \ni e} x_s \le 1 \text{ for each element } e

    The costs of the data are weights here.

    Args:
        sets: `SetData`, or the elements of each set by its label.
        reduce: choose a set that meets none of the others.
        penalty: weight of the penalties: a rule (exact, range, vlm, moc, momc, adaptive), a
            number, or a number for each constraint by name.
        encoding: of no effect: every variable is a bit.
        inequalities: of no effect: every constraint has a polynomial penalty.
        name: the name of this instance; its size by default.

    Raises:
        ProblemError: the sets cannot be read, or a weight is negative.

    Source: Lucas 2014, arXiv:1302.5843, section 4.2.
    """

    kind: ClassVar[str] = "set-packing"
    summary: ClassVar[str] = "Choose disjoint sets of the largest total weight."
    qubits: ClassVar[str] = "one qubit a set"
    examples: ClassVar[tuple[str, ...]] = ("sets.json", "sets.json --p 4 --plot packing.png")
    sense: ClassVar[Sense] = "maximize"
    value_name: ClassVar[str] = "weight"
    mixers: ClassVar[tuple[str, ...]] = ("bit-flip", "grover", "x")
    relation: ClassVar[Relation] = "<="
    fault: ClassVar[str] = "element used twice"
    idle_options: ClassVar[tuple[str, ...]] = ("encoding", "inequalities")

    @classmethod
    def example(cls) -> Self:
        """Return five sets, of which one is decided."""
        sets = {"A": [1, 2], "B": [2, 3], "C": [3, 4], "D": [4, 1], "E": [5]}
        return cls(sets, name="example")

    def rule(self, place: int, sets: tuple[int, ...]) -> str | None:
        """Return the name of Σ x_s <= 1 over the sets that hold an element."""
        if len(sets) < 2:
            return None
        return f"element {self.data.universe[place]} is used at most once"

    def reduced(self) -> Reduction:
        """Return the sets that meet none of the others: they are chosen."""
        shared = {s for sets in self.holders if len(sets) > 1 for s in sets}
        alone = [s for s in range(len(self.data.sets)) if s not in shared]
        labels = [self.data.sets[s][0] for s in alone]
        notes = (f"chosen, since they meet none of the others: {listed(labels, 3)}",)
        return Reduction(dict.fromkeys(alone, 1), notes if alone else ())

    def faulty(self, counts: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return whether each element is in more than one of the chosen sets."""
        found: NDArray[np.bool_] = counts > 1
        return found
