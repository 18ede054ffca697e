"""Bin packing: items in the fewest bins of equal capacity."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core.checks import is_finite, is_whole
from hybridq.core.errors import ProblemError, Text, shown
from hybridq.core.numbers import number, plural
from hybridq.problems.base import AnswerRow, Bits, Sense
from hybridq.problems.instance_data import BinData, real_array
from hybridq.problems.program_problem import ProgramProblem
from hybridq.problems.programs import Constraint, IntegerProgram, Variable
from hybridq.problems.set_program import check_flag

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False, repr=False, init=False)
class BinPacking(ProgramProblem):
    r"""The fewest bins of equal capacity that hold all items.

    .. math:: \min \sum_b y_b, \qquad \sum_b x_{ib} = 1, \qquad
              \sum_i s_i x_{ib} \le c\, y_b, \qquad y_b \ge y_{b+1}

    Bins that every packing needs (the sum of the sizes over the capacity) are in use from the
    start. Bins are numbered by their first item, so that item i is in one of the bins 0 to i and
    item 0 in bin 0.

    Args:
        sizes: size of each item, shape (n,), positive.
        capacity: of a bin.
        max_bins: the number of bins at hand; by default those of first fit decreasing, a heuristic.
        reduce: number the bins by their first item, which saves qubits.
        penalty: weight of the penalties: a rule (exact, range, vlm, moc, momc, adaptive), a
            number, or a number for each constraint by name.
        encoding: bits of the choice of a bin: one-hot, domain-wall or binary.
        inequalities: treatment of the capacities: feasible (left to a mixer that keeps to the
            feasible assignments), slack, indicator, hinge or unbalanced.
        name: the name of this instance; the number of items by default.

    Raises:
        ProblemError: no items, a size that is not positive, an item larger than a bin, or fewer
            bins than the sizes need.

    Source: Lodi, Martello, Vigo 2002, Discrete Appl. Math. 123, 379.
    """

    kind: ClassVar[str] = "bin-packing"
    summary: ClassVar[str] = "Pack items in the fewest bins of equal capacity."
    qubits: ClassVar[str] = "one qubit a possible bin of an item, and a bin that may stay empty"
    examples: ClassVar[tuple[str, ...]] = ("items.json", "items.json --max-bins 3 --plot bins.png")
    sense: ClassVar[Sense] = "minimize"
    value_name: ClassVar[str] = "bins"
    reads: ClassVar[tuple[str, ...]] = ("bins",)
    mixers: ClassVar[tuple[str, ...]] = ("grover", "x")
    item: ClassVar[str] = "item"
    data_fields: ClassVar[tuple[str, ...]] = ("data",)

    data: BinData
    max_bins: int | None = field(default=None, kw_only=True)
    reduce: bool = field(default=True, kw_only=True)
    name: str = field(default="", kw_only=True)

    def __init__(
        self,
        sizes: ArrayLike,
        capacity: float,
        max_bins: int | None = None,
        *,
        reduce: bool = True,
        penalty: Any = "exact",
        encoding: str | None = None,
        inequalities: str = "feasible",
        name: str = "",
    ) -> None:
        data = _checked(sizes, capacity)
        if max_bins is not None and (not is_whole(max_bins) or max_bins < 1):
            raise ProblemError(argument="max_bins", value=max_bins, expected="an integer >= 1")
        check_flag("reduce", reduce)
        for option, given in (
            ("data", data),
            ("max_bins", None if max_bins is None else int(max_bins)),
            ("reduce", reduce),
            ("penalty", penalty),
            ("encoding", encoding),
            ("inequalities", inequalities),
            ("name", name or plural(len(data.sizes), "item")),
        ):
            object.__setattr__(self, option, given)
        if self.n_bins < self.least_bins:
            raise ProblemError(
                f"no packing exists (proven): the sizes add up to "
                f"{number(float(data.sizes.sum()))}, which takes {self.least_bins} bins of "
                f"capacity {number(data.capacity)}, and there are {self.n_bins}",
                argument="max_bins",
            )
        self.__post_init__()

    @classmethod
    def from_data(cls, data: BinData, *, name: str, **options: Any) -> Self:
        """Return the problem of items and bins that a format has read."""
        cls.check_options(options)
        return cls(data.sizes, data.capacity, name=name, **options)

    @classmethod
    def example(cls) -> Self:
        """Return four items in up to three bins."""
        return cls([4.0, 3.0, 3.0, 2.0], 6.0, 3, name="example")

    @cached_property
    def first_fit(self) -> tuple[int, ...]:
        """The bin of each item by the heuristic first fit decreasing."""
        sizes = self.data.sizes
        found = [0] * len(sizes)
        loads: list[float] = []
        for item in np.argsort(-sizes, kind="stable").tolist():
            size = float(sizes[item])
            fits = [b for b, load in enumerate(loads) if _at_most(load + size, self.data.capacity)]
            if not fits:
                loads.append(0.0)
            place = fits[0] if fits else len(loads) - 1
            loads[place] += size
            found[item] = place
        return tuple(found)

    @cached_property
    def least_bins(self) -> int:
        """A number of bins below which nothing fits, from the sum and the large items."""
        sizes, room = self.data.sizes, self.data.capacity
        by_sum = math.ceil(float(sizes.sum()) / room * (1.0 - _TOLERANCE))
        large = int((sizes > room / 2.0 * (1.0 + _TOLERANCE)).sum())  # no two share a bin
        return max(1, by_sum, large)

    @property
    def n_bins(self) -> int:
        """The number of bins at hand."""
        return self.max_bins if self.max_bins is not None else max(self.first_fit) + 1

    def _bins_of(self, item: int) -> range:
        """The bins that an item may be in."""
        return range(min(item + 1, self.n_bins) if self.reduce else self.n_bins)

    @cached_property
    def _places(self) -> dict[tuple[int, int], int]:
        """The variable of each item in each of its bins."""
        pairs = [(i, b) for i in range(len(self.data.sizes)) for b in self._bins_of(i)]
        return {pair: place for place, pair in enumerate(pairs)}

    def build(self) -> IntegerProgram:
        """Return min Σ y_b under the choices of the items and the capacities."""
        sizes, n = self.data.sizes.tolist(), len(self._places)
        variables = [
            Variable(f"item {i} in bin {b}", int(len(self._bins_of(i)) == 1), 1)
            for i, b in self._places
        ]
        fixed = self.least_bins if self.reduce else 0
        variables += [Variable(f"bin {b} in use", int(b < fixed), 1) for b in range(self.n_bins)]
        rows = []
        for i in range(len(sizes)):
            choices = [self._places[i, b] for b in self._bins_of(i)]
            if len(choices) > 1:
                terms: dict[tuple[int, ...], float] = {(place,): 1.0 for place in choices}
                rows.append(Constraint(f"item {i} is in one bin", terms, "==", 1.0))
        for b in range(self.n_bins):
            items = [i for i in range(len(sizes)) if (i, b) in self._places]
            terms = {(self._places[i, b],): sizes[i] for i in items}
            terms[n + b,] = -self.data.capacity
            name = f"bin {b} holds at most {number(self.data.capacity)}"
            rows.append(Constraint(name, terms, "<=", 0.0))
        for b in range(fixed, self.n_bins - 1) if self.reduce else ():
            terms = {(n + b,): -1.0, (n + b + 1,): 1.0}
            rows.append(Constraint(f"bin {b} is in use before bin {b + 1}", terms, "<=", 0.0))
        objective: dict[tuple[int, ...], float] = {(n + b,): 1.0 for b in range(self.n_bins)}
        return IntegerProgram(tuple(variables), objective, tuple(rows), name=self.name)

    def packed(self, bits: Bits) -> list[list[int]]:
        """Return the items of each bin."""
        row = self.variables(self.checked_row(bits)[np.newaxis])[0]
        found: list[list[int]] = [[] for _ in range(self.n_bins)]
        for (item, place), variable in self._places.items():
            if row[variable]:
                found[place].append(item)
        return found

    def size(self) -> str:
        """Return items and capacity, such as ``"6 items, capacity 10"``."""
        return f"{plural(len(self.data.sizes), 'item')}, capacity {number(self.data.capacity)}"

    def describe(self) -> dict[str, Any]:
        """Return items, sizes and bins, then sizes of the program."""
        return {
            "items": len(self.data.sizes),
            "total_size": float(self.data.sizes.sum()),
            "capacity": self.data.capacity,
            "bins": self.n_bins,
            "least_bins": self.least_bins,
            **super().describe(),
        }

    @property
    def notes(self) -> tuple[Text, ...]:
        """Remarks on bounds of the number of bins, and on saved qubits."""
        found: list[Text] = []
        heuristic, least = max(self.first_fit) + 1, self.least_bins
        if heuristic == least:
            found.append(
                f"first fit decreasing packs {plural(least, 'bin')}, which is the least possible "
                "number (proven): the optimum is known by preprocessing"
            )
        else:
            found.append(
                f"every packing takes {least} bins or more (proven), first fit decreasing takes "
                f"{heuristic}"
            )
        if self.max_bins is not None and self.max_bins < heuristic:
            found.append(f"{plural(self.max_bins, 'bin')}: a packing may not exist")
        whole = (len(self.data.sizes) + 1) * self.n_bins
        if self.reduce and self.encoding in (None, "one-hot"):
            found.append(
                f"bins are numbered by their first item, and {plural(least, 'bin')} in use from "
                f"the start: {self.encoded.n_bits} qubits instead of {whole}"
            )
        return (*found, *super().notes)

    def answer(self, bits: Bits) -> tuple[AnswerRow, ...]:
        """Return the items of each bin with their sum."""
        rows = []
        for place, items in enumerate(self.packed(bits)):
            load = number(float(self.data.sizes[items].sum()))
            title = f"Bin {place}, {load} of {number(self.data.capacity)}"
            rows.append(AnswerRow(title, tuple(items)))
        return tuple(rows)

    def draw(self, ax: Axes, bits: Bits) -> None:
        """Draw each bin as a stack of its items up to the capacity."""
        from hybridq.plots.bins import plot_bins

        stacks = {
            f"bin {place}": [(str(item), float(self.data.sizes[item])) for item in items]
            for place, items in enumerate(self.packed(bits))
        }
        used = sum(map(bool, stacks.values()))
        limits = [self.data.capacity] * self.n_bins
        title = f"The packing: {plural(used, 'bin')} with items"
        plot_bins(ax, stacks, limits, title=title, ylabel="size", limit="capacity")


def _at_most(load: float, room: float) -> bool:
    """Return whether a load fits, up to rounding."""
    return load <= room * (1.0 + _TOLERANCE)


def _checked(sizes: ArrayLike, capacity: Any) -> BinData:
    """Return items and bins of positive sizes.

    Raises:
        ProblemError: they are not, or an item is larger than a bin.
    """
    found: NDArray[np.float64] = real_array("sizes", sizes, 1)
    if not is_finite(capacity) or capacity <= 0.0:
        raise ProblemError(argument="capacity", value=capacity, expected="a finite number above 0")
    if not len(found):
        raise ProblemError("there is nothing to pack: give at least one size")
    for item, size in enumerate(found.tolist()):
        if size <= 0.0:
            raise ProblemError(f"item {item} has size {shown(size)}: give a number above 0")
        if not _at_most(size, float(capacity)):
            raise ProblemError(
                f"no packing exists (proven): item {item} has size {size:g}, and a bin holds "
                f"{float(capacity):g}"
            )
    return BinData(found, float(capacity))
