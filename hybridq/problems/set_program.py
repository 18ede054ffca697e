"""Base of problems on a family of sets: reading, reduction, table of the sets."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from hybridq.core.checks import is_finite
from hybridq.core.errors import ProblemError, Text, shown
from hybridq.core.numbers import number, plural
from hybridq.operators.terms import Terms
from hybridq.problems.base import AnswerRow, Bits
from hybridq.problems.instance_data import SetData
from hybridq.problems.program_problem import ProgramProblem
from hybridq.problems.programs import IntegerProgram, Rows, Variable
from hybridq.problems.programs.constraint import Relation

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_DRAWN = 60  # sets and elements of a table


@dataclass(frozen=True)
class Reduction:
    """Sets that are decided before any search.

    Attributes:
        values: 1 or 0 of each decided set, by its place.
        notes: the reasons, in words.
    """

    values: dict[int, int]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, repr=False)
class SetProgram(ProgramProblem):
    """A choice of sets from a family; qubit s is set s, less those that are decided.

    A subclass gives the constraint of each element, the reduction, and the words.

    Args:
        sets: `SetData`, or the elements of each set by its label.
        reduce: decide sets that the data leave no choice about, which saves their qubits.
        name: the name of this instance; its size by default.

    Raises:
        ProblemError: no sets or elements, a label given twice, an element outside of the universe,
            or a cost that is negative or not finite.
    """

    reads: ClassVar[tuple[str, ...]] = ("sets",)
    noun: ClassVar[str] = "family of sets"
    item: ClassVar[str] = "set"
    #: Relation of the number of chosen sets that hold an element to 1.
    relation: ClassVar[Relation] = "=="
    #: Title of the chosen sets in answers.
    chosen_title: ClassVar[str] = "Chosen"

    sets: Any
    reduce: bool = field(default=True, kw_only=True)
    name: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        check_flag("reduce", self.reduce)
        data = set_data(self.sets)
        _check(data)
        object.__setattr__(self, "sets", data)
        if not data.costs:  # the value is the number of chosen sets
            object.__setattr__(self, "value_name", "size")
        object.__setattr__(self, "name", str(self.name or self.size()))
        super().__post_init__()

    @classmethod
    def from_data(cls, data: Any, *, name: str, **options: Any) -> Self:
        """Return the problem of sets that a format has read."""
        cls.check_options(options)
        return cls(data, name=name, **options)

    @property
    def data(self) -> SetData:
        """Universe, sets and costs."""
        assert isinstance(self.sets, SetData)
        return self.sets

    @cached_property
    def costs(self) -> NDArray[np.float64]:
        """The cost of each set, shape (sets,); ones by default."""
        return np.array(self.data.costs or [1.0] * len(self.data.sets), dtype=np.float64)

    @cached_property
    def holders(self) -> tuple[tuple[int, ...], ...]:
        """The places of the sets that hold each element of the universe."""
        place = {element: index for index, element in enumerate(self.data.universe)}
        found: list[dict[int, None]] = [{} for _ in place]
        for index, (_, elements) in enumerate(self.data.sets):
            for element in elements:
                found[place[element]][index] = None
        return tuple(map(tuple, found))

    @cached_property
    def reduction(self) -> Reduction:
        """Sets that are decided before any search.

        Raises:
            ProblemError: it finds that no choice is feasible.
        """
        return self.reduced() if self.reduce else Reduction({})

    @abstractmethod
    def reduced(self) -> Reduction:
        """Return the sets that the data leave no choice about."""

    @abstractmethod
    def rule(self, place: int, sets: tuple[int, ...]) -> str | None:
        """Return the name of an element's constraint, None if it always holds.

        The constraint is Σ x_s over `sets`, the undecided ones that hold the element, in
        `relation` to 1.
        """

    def free_holders(self, place: int) -> tuple[int, ...]:
        """Return the undecided sets that hold an element."""
        return tuple(s for s in self.holders[place] if s not in self.reduction.values)

    def is_covered(self, place: int) -> bool:
        """Return whether a set that is decided for holds an element."""
        return any(self.reduction.values.get(s) == 1 for s in self.holders[place])

    def build(self) -> IntegerProgram:
        """Return Σ c_s x_s under the constraint of each element."""
        values = self.reduction.values
        variables = [
            Variable(str(label), values.get(s, 0), values.get(s, 1))
            for s, (label, _) in enumerate(self.data.sets)
        ]
        names: list[str] = []
        members: list[tuple[int, ...]] = []
        for place in range(len(self.data.universe)):
            sets = self.free_holders(place)
            name = self.rule(place, sets)
            if name is not None:
                names.append(name)
                members.append(sets)
        rows = Rows.ragged(names, members, self.relation, 1.0)
        objective = Terms.linear(self.costs)
        return IntegerProgram(tuple(variables), objective, rows, self.sense, name=self.name)

    def labels(self) -> Sequence[Any]:
        """Return the label of each undecided set; slack bits last."""
        labels = {str(label): label for label, _ in self.data.sets}
        return tuple(labels.get(name, name) for name in super().labels())

    def chosen(self, bits: Bits) -> NDArray[np.int64]:
        """Return the places of the chosen sets, decided ones included, shape (k,)."""
        return np.flatnonzero(self.variables(self.checked_row(bits)[np.newaxis])[0])

    def counts(self, bits: Bits) -> NDArray[np.int64]:
        """Return the number of chosen sets that hold each element, shape (elements,)."""
        chosen = set(self.chosen(bits).tolist())
        return np.array([len(chosen.intersection(each)) for each in self.holders], dtype=np.int64)

    def size(self) -> str:
        """Return sets and elements, such as ``"6 sets of 7 elements"``."""
        return (
            f"{plural(len(self.data.sets), 'set')} of {plural(len(self.data.universe), 'element')}"
        )

    def describe(self) -> dict[str, Any]:
        """Return sizes of the family, then those of the program."""
        return {
            "sets": len(self.data.sets),
            "elements": len(self.data.universe),
            "largest_set": max(len(set(elements)) for _, elements in self.data.sets),
            "cost_min": float(self.costs.min()),
            "cost_max": float(self.costs.max()),
            "decided_sets": len(self.reduction.values),
            **super().describe(),
        }

    @property
    def notes(self) -> tuple[Text, ...]:
        """Remarks on decided sets and the qubits that they save, and on the program."""
        found: list[Text] = list(self.reduction.notes)
        saved, total = len(self.reduction.values), len(self.data.sets)
        if saved == total:
            found.append("solved by preprocessing: every set is decided")
        elif saved:
            found.append(f"{plural(total - saved, 'qubit')} instead of {total}")
        return (*found, *super().notes)

    def answer(self, bits: Bits) -> tuple[AnswerRow, ...]:
        """Return the labels of the chosen sets, and their cost where costs differ from 1."""
        places = self.chosen(bits).tolist()
        rows = [AnswerRow(self.chosen_title, tuple(self.data.sets[s][0] for s in places))]
        if self.data.costs:
            costs = ", ".join(number(float(self.costs[s])) for s in places)
            rows.append(AnswerRow(f"{self.value_name.capitalize()}s", (costs or "none",)))
        return tuple(rows)

    @abstractmethod
    def faulty(self, counts: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return whether each element is at fault, from the number of sets that hold it."""

    #: Word for an element at fault, in pictures.
    fault: ClassVar[str] = "element at fault"

    def draw(self, ax: Axes, bits: Bits) -> None:
        """Draw the sets as rows and the elements as columns, chosen sets filled."""
        if max(len(self.data.sets), len(self.data.universe)) > _MOST_DRAWN:
            super().draw(ax, bits)
            return
        from hybridq.plots.incidence import plot_incidence

        cells = np.zeros((len(self.data.sets), len(self.data.universe)), dtype=np.int64)
        for element, sets in enumerate(self.holders):
            cells[list(sets), element] = 1
        cells[self.chosen(bits)] *= 2
        plot_incidence(
            ax,
            [label for label, _ in self.data.sets],
            self.data.universe,
            cells,
            title=f"Sets and elements: {self.value_name} {number(self.value(bits))}",
            legend=("element of a chosen set", "element of another set"),
            marked_columns=np.flatnonzero(self.faulty(self.counts(bits))).tolist(),
            mark=self.fault,
        )


def check_flag(name: str, value: Any) -> None:
    """Raise unless an option is True or False."""
    if not isinstance(value, bool):
        raise ProblemError(argument=name, value=value, expected="True or False")


def set_data(sets: Any) -> SetData:
    """Return the data of sets by label.

    The universe is in the order of first appearance. `SetData` is returned
    as it is.

    Raises:
        ProblemError: no mapping from labels to elements.
    """
    if isinstance(sets, SetData):
        return sets
    if not isinstance(sets, Mapping):
        raise ProblemError(
            argument="sets",
            value=sets,
            expected="a SetData, or the elements of each set by its label",
            remedy='write {"A": [1, 4], "B": [2, 4]}',
        )
    for label, elements in sets.items():
        if isinstance(elements, str | bytes) or not hasattr(elements, "__iter__"):
            raise ProblemError(f"set {label!r} must be a list of elements, got {shown(elements)}")
    found = tuple((label, tuple(elements)) for label, elements in sets.items())
    universe = dict.fromkeys(element for _, elements in found for element in elements)
    return SetData(tuple(universe), found)


def _check(data: SetData) -> None:
    """Raise unless labels are distinct, elements known and costs finite numbers >= 0.

    Raises:
        ProblemError: they are not.
    """
    if not data.sets or not data.universe:
        what = "universe is empty" if data.sets else "family has 0 sets"
        raise ProblemError(f"the {what}: give at least one {'element' if data.sets else 'set'}")
    for what, labels in (
        ("elements", [str(each) for each in data.universe]),
        ("sets", [str(label) for label, _ in data.sets]),
    ):
        seen: set[str] = set()
        for label in labels:
            if label in seen:
                raise ProblemError(f"two {what} have the label {label!r}: rename one")
            seen.add(label)
    known = set(data.universe)
    for label, elements in data.sets:
        for element in elements:
            if element not in known:
                raise ProblemError(
                    f"set {label!r} has the element {shown(element)}, which the universe lacks: "
                    "add it there, or remove it"
                )
    if data.costs and len(data.costs) != len(data.sets):
        raise ProblemError(f"{len(data.sets)} sets need as many costs, got {len(data.costs)}")
    for (label, _), cost in zip(data.sets, data.costs, strict=False):
        if not is_finite(cost) or cost < 0.0:
            raise ProblemError(
                f"set {label!r} has the cost {shown(cost)}: give a finite number >= 0"
            )
