"""Travelling salesman: the shortest closed tour through all cities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from hybridq.core.errors import ParameterError, ProblemError, Text
from hybridq.core.numbers import number, plural
from hybridq.problems._tours import check_distances, distances_of, require_tour
from hybridq.problems.base import AnswerRow, Bits, Sense
from hybridq.problems.instance_data import DistanceData, real_array
from hybridq.problems.program_problem import ProgramProblem
from hybridq.problems.programs import Constraint, IntegerProgram

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, repr=False, init=False)
class TravelingSalesman(ProgramProblem):
    r"""The shortest closed tour that visits every city once.

    .. math:: \min \sum_t \sum_{a \ne b} d_{ab}\, x_{a,t}\, x_{b,t+1}, \qquad
              \sum_t x_{a,t} = 1, \quad \sum_a x_{a,t} = 1

    x_{a,t} = 1 where city a has position t of the tour. The first city has position 1 unless
    `fix_start` is False, so that (n − 1)² bits suffice. Without any constraint the sum counts
    infeasible assignments as well, and leaves out ways that do not exist.

    Args:
        distances: shape (n, n), entry (a, b) the way from a to b, symmetric or not, inf for
            a missing way; the diagonal does not count. Or a networkx graph whose edge weights
            are the distances.
        cities: a label for each city; numbers from 0, or the nodes of the graph, by default.
        coordinates: of the cities in the picture, shape (n, 2); a circle by default.
        fix_start: True fixes the first city at position 1, which loses no tour.
        penalty: weight of the penalties: a rule (exact, range, vlm, moc, momc, adaptive), a
            number, or a number for each constraint by name.
        encoding: bits of a position: one-hot, domain-wall or binary.
        inequalities: of no effect: every constraint has a polynomial penalty.
        name: the name of this instance; the number of cities by default.

    Raises:
        ProblemError: fewer than three cities, a distance that is negative or not a number, labels
            that repeat, or no closed tour.

    Source: Lucas 2014, arXiv:1302.5843, section 7.2.
    """

    kind: ClassVar[str] = "tsp"
    summary: ClassVar[str] = "Visit every city once on the shortest closed tour."
    examples: ClassVar[tuple[str, ...]] = ("cities.tsp", "distances.json --p 5 --plot tour.png")
    sense: ClassVar[Sense] = "minimize"
    value_name: ClassVar[str] = "length"
    reads: ClassVar[tuple[str, ...]] = ("distances", "graph")
    qubits: ClassVar[str] = "one qubit a city and position; one city is fixed"
    item: ClassVar[str] = "visit"
    mixers: ClassVar[tuple[str, ...]] = ("transposition", "adjacent-transposition", "grover", "x")
    data_fields: ClassVar[tuple[str, ...]] = ("data",)
    idle_options: ClassVar[tuple[str, ...]] = ("inequalities",)

    data: DistanceData
    fix_start: bool = field(default=True, kw_only=True)
    name: str = field(default="", kw_only=True)

    def __init__(
        self,
        distances: ArrayLike | nx.Graph[Any],
        cities: Sequence[Any] | None = None,
        coordinates: ArrayLike | None = None,
        fix_start: bool = True,
        *,
        penalty: Any = "exact",
        encoding: str | None = None,
        inequalities: str = "feasible",
        name: str = "",
    ) -> None:
        labels, ways = distances_of(distances)
        labels = labels if cities is None else list(cities)
        if len(labels) != len(ways):
            raise ProblemError(
                f"{len(ways)} rows of distances need as many cities, got {len(labels)}"
            )
        check_distances(ways, labels)
        require_tour(ways, labels)
        if not isinstance(fix_start, bool | np.bool_):
            raise ParameterError(argument="fix_start", value=fix_start, expected="True or False")
        places = None
        if coordinates is not None:
            places = real_array("coordinates", coordinates, 2)
            if places.shape != (len(ways), 2):
                raise ProblemError(
                    f"coordinates must have shape ({len(ways)}, 2), got {places.shape}"
                )
        object.__setattr__(self, "data", DistanceData(ways, tuple(labels), places))
        object.__setattr__(self, "fix_start", bool(fix_start))
        object.__setattr__(self, "name", name or plural_cities(len(ways)))
        if self.missing:  # exchanges need not reach every tour
            object.__setattr__(self, "mixers", ("grover", "transposition", "x"))
        self._complete(penalty=penalty, encoding=encoding, inequalities=inequalities)

    @classmethod
    def from_data(cls, data: Any, *, name: str, **options: Any) -> Self:
        """Return the problem of distances, or of a graph, that a format has read."""
        cls.check_options(options)
        if isinstance(data, DistanceData):
            return cls(data.distances, data.cities, data.coordinates, name=name, **options)
        return cls(data, name=data.graph.get("name") or name, **options)

    @classmethod
    def example(cls) -> Self:
        """Return four cities with a shortest tour of length 80."""
        rows = [[0, 10, 15, 20], [10, 0, 35, 25], [15, 35, 0, 30], [20, 25, 30, 0]]
        return cls(rows, ["Athens", "Bern", "Cairo", "Delhi"], name="example")

    @property
    def n_cities(self) -> int:
        """Number of cities."""
        return len(self.data.distances)

    @cached_property
    def missing(self) -> list[tuple[int, int]]:
        """Pairs of different cities without a way from the first to the second."""
        absent = np.isinf(self.data.distances)
        np.fill_diagonal(absent, False)
        return [(a, b) for a, b in np.argwhere(absent).tolist()]

    @property
    def is_symmetric(self) -> bool:
        """True if every way is as long as the way back."""
        return bool(np.array_equal(self.data.distances, self.data.distances.T))

    @property
    def _movable(self) -> range:
        """Cities with a position to choose."""
        return range(int(self.fix_start), self.n_cities)

    @cached_property
    def _visits(self) -> list[tuple[Any, int]]:
        """City and position, from 1, of each variable."""
        return [
            (self.data.cities[city], place + 1) for city in self._movable for place in self._movable
        ]

    def _at(self, city: int, place: int) -> int | None:
        """Return the variable of a city at a place from 0, None where it is fixed."""
        first = int(self.fix_start)
        if place < first:
            return None
        return (city - first) * (self.n_cities - first) + place - first

    def _steps(self, start: int, end: int) -> Iterator[tuple[tuple[int, ...], int]]:
        """Yield the variables of a way, and the position of its end, for each step."""
        n = self.n_cities
        for place in range(n):
            after = (place + 1) % n
            if self.fix_start and ((start == 0) != (place == 0) or (end == 0) != (after == 0)):
                continue
            pair = (self._at(start, place), self._at(end, after))
            yield tuple(sorted(each for each in pair if each is not None)), after + 1

    def build(self) -> IntegerProgram:
        """Return the length of the tour, with each city and each position once."""
        cities = self.data.cities
        movable = self._movable
        rows = [
            _one(f"city {cities[city]} is visited once", [self._at(city, t) for t in movable])
            for city in movable
        ]
        rows += [
            _one(f"position {t + 1} has one city", [self._at(city, t) for city in movable])
            for t in movable
        ]
        rows += [
            Constraint(
                f"no way leads from {cities[a]} to {cities[b]} (at position {after})",
                {(q,): 1.0 for q in key},
                "<=",
                len(key) - 1.0,
            )
            for a, b in self.missing
            for key, after in self._steps(a, b)
        ]
        names = [f"{city} at {place}" for city, place in self._visits]
        return IntegerProgram.binary(names, self._length(), rows, name=self.name)

    def _length(self) -> dict[tuple[int, ...], float]:
        """Return the length of the tour as a polynomial of the visits."""
        n, first = self.n_cities, int(self.fix_start)
        ways = np.where(np.isfinite(self.data.distances), self.data.distances, 0.0)
        np.fill_diagonal(ways, 0.0)
        places = np.arange((n - first) ** 2).reshape(n - first, n - first)
        found: dict[tuple[int, ...], float] = {}
        start, end = np.nonzero(ways[first:, first:])
        lengths = ways[first:, first:][start, end].tolist()
        for place in range(n - first - (first == 1)):
            one, other = places[start, place], places[end, (place + 1) % (n - first)]
            low, high = np.minimum(one, other).tolist(), np.maximum(one, other).tolist()
            found.update(zip(zip(low, high, strict=True), lengths, strict=True))
        if first:
            ends = zip([*places[:, 0], *places[:, -1]], [*ways[0, 1:], *ways[1:, 0]], strict=True)
            found.update(((int(q),), float(d)) for q, d in ends)
        return found

    def size(self) -> str:
        """Return the number of cities, such as ``"5 cities"``."""
        return plural_cities(self.n_cities)

    def describe(self) -> dict[str, Any]:
        """Return facts about the cities, then about the program."""
        ways = self.data.distances[~np.eye(self.n_cities, dtype=bool)]
        finite = ways[np.isfinite(ways)]
        return {
            "cities": self.n_cities,
            "symmetric": self.is_symmetric,
            "missing_ways": len(self.missing),
            "distance_min": float(finite.min()),
            "distance_max": float(finite.max()),
            "start": str(self.data.cities[0]) if self.fix_start else None,
            **super().describe(),
        }

    @property
    def notes(self) -> tuple[Text, ...]:
        """Remarks on the fixed start, and on the program."""
        found: list[Text] = []
        n = self.n_cities
        if self.fix_start:
            found.append(
                f"city {self.data.cities[0]} is fixed as the start: {(n - 1) ** 2} qubits instead "
                f"of {n * n}"
            )
        if self.missing:
            found.append(f"{plural(len(self.missing), 'way')} between two cities must not be taken")
        elif n == 3 and self.is_symmetric:
            found.append("all tours of three cities have the same length: nothing is to optimize")
        return (*found, *self.program_notes)

    def positions(self, bits: Bits) -> list[list[int]]:
        """Return the cities at each position; a feasible assignment has one each."""
        row = self.variables(self.checked_row(bits)[np.newaxis])[0]
        first = int(self.fix_start)
        size = self.n_cities - first
        grid = row.reshape(size, size)
        found = [(np.flatnonzero(grid[:, t]) + first).tolist() for t in range(size)]
        return [[0], *found] if first else found

    def answer(self, bits: Bits) -> tuple[AnswerRow, ...]:
        """Return the cities in the order of the tour, and its length."""
        positions, cities = self.positions(bits), self.data.cities
        if all(len(each) == 1 for each in positions):
            order = [each[0] for each in positions]
            start = order.index(0) if 0 in order else 0
            tour = tuple(cities[city] for city in order[start:] + order[:start])
        else:
            tour = tuple(
                " and ".join(str(cities[city]) for city in each) or "no city" for each in positions
            )
        return (AnswerRow("Tour", tour), AnswerRow("Length", (number(self.value(bits)),)))

    def draw(self, ax: Axes, bits: Bits) -> None:
        """Draw the tour on the map of the cities, or on a circle."""
        from hybridq.plots.tour import plot_tour

        plot_tour(
            [str(city) for city in self.data.cities],
            self.positions(bits),
            ax,
            title="The shortest tour found" if not self.violations(bits) else "Not a tour",
            coordinates=self.data.coordinates,
            lengths=self.data.distances,
        )


def plural_cities(n: int) -> str:
    """Return ``"1 city"`` or ``"n cities"``."""
    return plural(n, "city")


def _one(name: str, members: Sequence[int | None]) -> Constraint:
    """Return the constraint that exactly one of some variables is 1."""
    return Constraint(name, {(q,): 1.0 for q in members if q is not None}, "==", 1.0)
