"""Quadratic assignment: facilities at places, with flows over distances."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from hybridq.core.errors import CapacityError, ProblemError, Text
from hybridq.core.numbers import number, plural
from hybridq.problems.base import AnswerRow, Bits, Sense
from hybridq.problems.instance_data import AssignmentData, real_array
from hybridq.problems.program_problem import ProgramProblem
from hybridq.problems.programs import Constraint, IntegerProgram

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_TERMS = 20_000_000


@dataclass(frozen=True, eq=False, repr=False, init=False)
class QuadraticAssignment(ProgramProblem):
    r"""Facilities at places so that flows times distances are least.

    .. math:: \min \sum_{ij} \sum_{kl} f_{ij}\, d_{kl}\, x_{ik}\, x_{jl}, \qquad
              \sum_k x_{ik} = 1, \quad \sum_i x_{ik} = 1

    x_{ik} = 1 where facility i is at place k. As in QAPLIB both (i, j) and (j, i) count, so that a
    pair of facilities counts twice where the matrices are symmetric.

    Args:
        flows: shape (n, n), entry (i, j) the flow from facility i to facility j.
        distances: shape (n, n), entry (k, l) the distance from place k to place l.
        penalty: weight of the penalties: a rule (exact, range, vlm, moc, momc, adaptive), a
            number, or a number for each constraint by name.
        encoding: bits of a place: one-hot, domain-wall or binary.
        inequalities: of no effect: the constraints are equalities.
        name: the name of this instance; the number of facilities by default.

    Raises:
        ProblemError: matrices that are not square or not of one size, fewer than two facilities,
            or a number that is not finite.
        CapacityError: an objective of more terms than memory should hold.

    Source: Koopmans, Beckmann 1957, Econometrica 25, 53; Lucas 2014, arXiv:1302.5843.
    """

    kind: ClassVar[str] = "quadratic-assignment"
    summary: ClassVar[str] = "Place facilities so that flows times distances are least."
    examples: ClassVar[tuple[str, ...]] = ("flows.json", "nug12.dat --plot places.png")
    sense: ClassVar[Sense] = "minimize"
    value_name: ClassVar[str] = "cost"
    reads: ClassVar[tuple[str, ...]] = ("assignment",)
    qubits: ClassVar[str] = "one qubit a facility and place"
    item: ClassVar[str] = "assignment"
    mixers: ClassVar[tuple[str, ...]] = ("transposition", "adjacent-transposition", "grover", "x")
    data_fields: ClassVar[tuple[str, ...]] = ("data",)
    idle_options: ClassVar[tuple[str, ...]] = ("inequalities",)

    data: AssignmentData
    name: str = field(default="", kw_only=True)

    def __init__(
        self,
        flows: ArrayLike,
        distances: ArrayLike,
        *,
        penalty: Any = "exact",
        encoding: str | None = None,
        inequalities: str = "feasible",
        name: str = "",
    ) -> None:
        data = AssignmentData(real_array("flows", flows, 2), real_array("distances", distances, 2))
        n = len(data.flows)
        if n < 2:
            raise ProblemError("an assignment needs at least two facilities, got 1")
        terms = np.count_nonzero(data.flows) * np.count_nonzero(data.distances)
        if terms > _MOST_TERMS:
            raise CapacityError(
                f"the objective of {n} facilities has up to {terms:,} terms: the limit is "
                f"{_MOST_TERMS:,}",
                remedy="use a smaller problem, or sparse flows",
            )
        object.__setattr__(self, "data", data)
        object.__setattr__(self, "name", name or _facilities(n))
        self._complete(penalty=penalty, encoding=encoding, inequalities=inequalities)

    @classmethod
    def from_data(cls, data: AssignmentData, *, name: str, **options: Any) -> Self:
        """Return the problem of matrices that a format has read."""
        cls.check_options(options)
        return cls(data.flows, data.distances, name=name, **options)

    @classmethod
    def example(cls) -> Self:
        """Return three facilities with the least cost 218."""
        flows = [[0, 5, 2], [5, 0, 3], [2, 3, 0]]
        distances = [[0, 8, 15], [8, 0, 13], [15, 13, 0]]
        return cls(flows, distances, name="example")

    @property
    def n_facilities(self) -> int:
        """Number of facilities, and of places."""
        return len(self.data.flows)

    @property
    def is_symmetric(self) -> bool:
        """True if both matrices are symmetric."""
        return all(np.array_equal(each, each.T) for each in (self.data.flows, self.data.distances))

    def build(self) -> IntegerProgram:
        """Return min Σ f d x x, with one place for each facility and vice versa."""
        n = self.n_facilities
        names = [f"facility {i} at place {k}" for i in range(n) for k in range(n)]
        rows = [
            Constraint(f"facility {i} has one place", _ones(range(i * n, (i + 1) * n)), "==", 1.0)
            for i in range(n)
        ]
        rows += [
            Constraint(f"place {k} has one facility", _ones(range(k, n * n, n)), "==", 1.0)
            for k in range(n)
        ]
        return IntegerProgram.binary(names, self._objective(), rows, name=self.name)

    def _objective(self) -> dict[tuple[int, ...], float]:
        """Return the products of different facilities, and single variables.

        Products with one facility at two places are left out: both cannot be.
        """
        flows, distances, n = self.data.flows, self.data.distances, self.n_facilities
        own = np.outer(np.diag(flows), np.diag(distances))
        terms: dict[tuple[int, ...], float] = {
            (i * n + k,): float(own[i, k]) for i, k in np.argwhere(own).tolist()
        }
        for i, j in np.argwhere(np.triu((flows != 0) | (flows.T != 0), k=1)).tolist():
            costs = flows[i, j] * distances + flows[j, i] * distances.T
            np.fill_diagonal(costs, 0.0)
            places = np.argwhere(costs)
            for (k, m), cost in zip(places.tolist(), costs[costs != 0.0].tolist(), strict=True):
                terms[(i * n + k, j * n + m)] = cost
        return terms

    def size(self) -> str:
        """Return the number of facilities, such as ``"3 facilities"``."""
        return _facilities(self.n_facilities)

    def describe(self) -> dict[str, Any]:
        """Return facts about the matrices, then about the program."""
        return {
            "facilities": self.n_facilities,
            "symmetric": self.is_symmetric,
            "pairs_with_flow": int(np.count_nonzero(self.data.flows)),
            "flow_max": float(self.data.flows.max()),
            "distance_max": float(self.data.distances.max()),
            **super().describe(),
        }

    @property
    def notes(self) -> tuple[Text, ...]:
        """Remarks on how pairs count, and on the program."""
        found = ["a pair of facilities counts twice, once in each direction, as in QAPLIB"]
        return (*(found if self.is_symmetric else ()), *self.program_notes)

    def _grid(self, bits: Bits) -> Any:
        row = self.variables(self.checked_row(bits)[np.newaxis])[0]
        return row.reshape(self.n_facilities, self.n_facilities)

    def answer(self, bits: Bits) -> tuple[AnswerRow, ...]:
        """Return the place of each facility, and the cost."""
        places = tuple(
            f"{i} at {' and '.join(map(str, np.flatnonzero(row).tolist())) or 'no place'}"
            for i, row in enumerate(self._grid(bits))
        )
        return (
            AnswerRow("Facilities", places),
            AnswerRow("Cost", (number(self.value(bits)),)),
        )

    def draw(self, ax: Axes, bits: Bits) -> None:
        """Draw the table of facilities and places."""
        from hybridq.plots.permutation import plot_permutation

        names = [str(i) for i in range(self.n_facilities)]
        title = "Not an assignment" if self.violations(bits) else "The best assignment found"
        words = ("facility", "place")
        plot_permutation(self._grid(bits), ax, title=title, rows=names, columns=names, axes=words)


def _facilities(n: int) -> str:
    return plural(n, "facility")


def _ones(members: range) -> dict[tuple[int, ...], float]:
    """Return the sum of some variables."""
    return {(q,): 1.0 for q in members}
