"""Knapsack problems: 0/1, with several capacities, and quadratic."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core.errors import ProblemError, Text
from hybridq.core.numbers import number, plural
from hybridq.core.text import listed
from hybridq.problems.base import AnswerRow, Bits, Sense
from hybridq.problems.instance_data import KnapsackData, real_array
from hybridq.problems.program_problem import ProgramProblem
from hybridq.problems.programs import Constraint, IntegerProgram, Variable
from hybridq.problems.set_program import check_flag

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_DRAWN = 12  # capacities in a picture


@dataclass(frozen=True, eq=False, repr=False, init=False)
class Knapsack(ProgramProblem):
    r"""The most valuable items whose weights fit in a knapsack.

    .. math:: \max \sum_i v_i x_i + \sum_{i<j} p_{ij} x_i x_j, \qquad
              \sum_i w_{ri} x_i \le c_r \text{ for each row } r

    Args:
        values: value of each item, shape (n,).
        weights: weight of each item, shape (n,), or one row for each capacity, shape (rows, n).
        capacity: the capacity, or one for each row.
        profits: values of pairs of items, shape (n, n); the entries (i, j) and (j, i) add up.
        reduce: leave out items that are heavier than a capacity, which saves their qubits.
        penalty: weight of the penalties: a rule (exact, range, vlm, moc, momc, adaptive), a
            number, or a number for each constraint by name.
        inequalities: treatment of the capacities: feasible (left to a mixer that keeps to the
            feasible assignments), slack, indicator, hinge or unbalanced.
        name: the name of this instance; the number of items by default.

    Raises:
        ProblemError: shapes do not fit, a number is not finite, or a weight or capacity is
            negative.

    Source: Lucas 2014, arXiv:1302.5843, section 5.2.
    """

    kind: ClassVar[str] = "knapsack"
    summary: ClassVar[str] = "Pack items of the largest total value within a capacity."
    qubits: ClassVar[str] = "one qubit an item"
    examples: ClassVar[tuple[str, ...]] = (
        "items.json",
        "items.json --inequalities slack --mixer x --p 4",
    )
    sense: ClassVar[Sense] = "maximize"
    value_name: ClassVar[str] = "value"
    reads: ClassVar[tuple[str, ...]] = ("knapsack",)
    item: ClassVar[str] = "item"
    data_fields: ClassVar[tuple[str, ...]] = ("data",)

    data: KnapsackData
    reduce: bool = field(default=True, kw_only=True)
    name: str = field(default="", kw_only=True)

    def __init__(
        self,
        values: ArrayLike,
        weights: ArrayLike,
        capacity: ArrayLike,
        profits: ArrayLike | None = None,
        *,
        reduce: bool = True,
        penalty: Any = "exact",
        encoding: str | None = None,
        inequalities: str = "feasible",
        name: str = "",
    ) -> None:
        value = real_array("values", values, 1)
        weight = np.atleast_2d(real_array("weights", weights, None))
        room = np.atleast_1d(real_array("capacity", capacity, None))
        pairs = None if profits is None else real_array("profits", profits, 2)
        for what, numbers in (("weights", weight), ("capacity", room)):
            if (numbers < 0).any():
                raise ProblemError(f"{what} must not be negative, got {float(numbers.min()):g}")
        if not len(value):
            raise ProblemError("the knapsack has nothing to pack: give at least one item")
        if pairs is not None and pairs.shape != (len(value), len(value)):
            raise ProblemError(
                f"profits must have shape ({len(value)}, {len(value)}), got {pairs.shape}"
            )
        check_flag("reduce", reduce)
        object.__setattr__(self, "data", KnapsackData(value, weight, room, pairs))
        object.__setattr__(self, "name", name or plural(len(value), "item"))
        object.__setattr__(self, "reduce", reduce)
        self._complete(penalty=penalty, encoding=encoding, inequalities=inequalities)

    @classmethod
    def from_data(cls, data: KnapsackData, *, name: str, **options: Any) -> Self:
        """Return the problem of items that a format has read."""
        cls.check_options(options)
        return cls(data.values, data.weights, data.capacity, data.profits, name=name, **options)

    @classmethod
    def example(cls) -> Self:
        """Return four items and one capacity."""
        return cls([4.0, 3.0, 5.0, 1.0], [3.0, 2.0, 4.0, 1.0], 6.0, name="example")

    def build(self) -> IntegerProgram:
        """Return max Σ v x + Σ p x x under one row for each capacity."""
        n = len(self.data.values)
        objective: dict[tuple[int, ...], float] = {
            (i,): value for i, value in enumerate(self.data.values.tolist())
        }
        if self.data.profits is not None:
            for i, j in np.argwhere(self.data.profits).tolist():
                key = (i, j) if i <= j else (j, i)
                objective[key] = objective.get(key, 0.0) + float(self.data.profits[i, j])
        several = len(self.data.capacity) > 1
        rows = [
            Constraint(
                f"capacity {row + 1}" if several else "capacity",
                {(i,): weight for i, weight in enumerate(weights) if weight},
                "<=",
                room,
            )
            for row, (weights, room) in enumerate(
                zip(self.data.weights.tolist(), self.data.capacity.tolist(), strict=True)
            )
        ]
        heavy = set(self.heavy.tolist())
        variables = tuple(Variable(f"item {i}", 0, int(i not in heavy)) for i in range(n))
        return IntegerProgram(variables, objective, tuple(rows), "maximize", name=self.name)

    @cached_property
    def heavy(self) -> NDArray[np.int64]:
        """The items that are heavier than a capacity and left out, shape (k,)."""
        room = self.data.capacity[:, np.newaxis]
        found = (self.data.weights > room * (1.0 + 1e-9)).any(axis=0)
        return np.flatnonzero(found) if self.reduce else np.zeros(0, dtype=np.int64)

    @property
    def notes(self) -> tuple[Text, ...]:
        """Remarks on items that are left out, and on the program."""
        found: list[Text] = []
        if len(self.heavy):
            n = len(self.data.values)
            noun = "item" if len(self.heavy) == 1 else "items"
            found.append(
                f"left out, since heavier than a capacity: {noun} {listed(self.heavy, 3)}: "
                f"{n - len(self.heavy)} qubits instead of {n}"
            )
            if len(self.heavy) == n:
                found.append("solved by preprocessing: the knapsack stays empty")
        return (*found, *super().notes)

    def size(self) -> str:
        """Return items and capacities, such as ``"5 items, capacity 26"``."""
        rooms = ", ".join(number(float(room)) for room in self.data.capacity[:3])
        more = ", …" if len(self.data.capacity) > 3 else ""
        return f"{plural(len(self.data.values), 'item')}, capacity {rooms}{more}"

    def answer(self, bits: Bits) -> tuple[AnswerRow, ...]:
        """Return the packed items from 0, and their weight for each capacity."""
        row = self.variables(self.checked_row(bits)[np.newaxis])[0]
        loads = self.data.weights @ row
        return (
            AnswerRow("Packed items", tuple(np.flatnonzero(row).tolist())),
            AnswerRow(
                "Weight",
                tuple(
                    f"{number(float(load))} of {number(float(room))}"
                    for load, room in zip(loads, self.data.capacity, strict=True)
                ),
            ),
        )

    def describe(self) -> dict[str, Any]:
        """Return counts and sums of the items, then sizes of the program."""
        return {
            "items": len(self.data.values),
            "capacities": len(self.data.capacity),
            "total_value": float(self.data.values.sum()),
            "pairs_with_profit": int(
                0 if self.data.profits is None else np.count_nonzero(self.data.profits)
            ),
            **super().describe(),
        }

    def draw(self, ax: Axes, bits: Bits) -> None:
        """Draw the packed weights as a stack up to each capacity."""
        from hybridq.plots.bins import plot_bins

        row = self.variables(self.checked_row(bits)[np.newaxis])[0]
        shown = range(min(len(self.data.capacity), _MOST_DRAWN))
        stacks = {
            f"capacity {r + 1}" if len(self.data.capacity) > 1 else "knapsack": [
                (f"item {i}", float(self.data.weights[r, i])) for i in np.flatnonzero(row).tolist()
            ]
            for r in shown
        }
        title = f"The packed items: value {number(self.value(bits))}"
        limits = self.data.capacity[: len(shown)].tolist()
        plot_bins(ax, stacks, limits, title=title, ylabel="weight", limit="capacity")
