"""What every strategy gets and gives: a task, one shared budget, and what was found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.ansatz.learned_angles import LearnedAngles
from hybridq.ansatz.qaoa import QAOA
from hybridq.core.errors import DimensionError
from hybridq.optimizers import Solution
from hybridq.strategies.affine import padded
from hybridq.strategies.automatic import Start, named_start

if TYPE_CHECKING:
    from hybridq.strategies.shared_search import SharedSearch, Show

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Step:
    """One finished search of a strategy.

    Attributes:
        label: what was searched, for example ``"p = 3"``.
        value: the lowest value of this search, minimized.
        evaluations: of the objective, in this search.
        depth: the number of layers, for a step of a ladder; None otherwise.
        starts: the number of starts, for a round of several; None otherwise.
    """

    label: str
    value: float
    evaluations: int
    depth: int | None = None
    starts: int | None = None

    @property
    def kind(self) -> dict[str, int]:
        """`depth` or `starts` by name, where it is given."""
        given = {"depth": self.depth, "starts": self.starts}
        return {name: count for name, count in given.items() if count is not None}


def steps(label: str, solution: Solution | None) -> tuple[Step, ...]:
    """The one step of a search, or none where it did not begin."""
    return () if solution is None else (Step(label, solution.value, solution.evaluations),)


@dataclass(frozen=True, eq=False)
class Task:
    """What a strategy works on.

    Args:
        ansatz: the circuit asked for, with all its layers.
        build: makes the objective of an ansatz: a function of its parameters.
        search: runs searches that share one budget.
        initial: a name of `INITIAL_POINTS`, angles, or learned angles.
        restarts: how many random starts there are beside the first; None for as many as suit
            the strategy.
        rng: for random starts.
    """

    ansatz: QAOA
    build: Callable[[Any], Any]
    search: SharedSearch
    initial: str | ArrayLike | LearnedAngles = "auto"
    restarts: int | None = None
    rng: np.random.Generator = field(default_factory=np.random.default_rng)

    @property
    def p(self) -> int:
        """Layers that were asked for."""
        return self.ansatz.p

    def at_depth(self, depth: int) -> QAOA:
        """Return the ansatz with `depth` layers and all else the same."""
        return self.ansatz if depth == self.p else replace(self.ansatz, p=depth)

    def start(self, ansatz: QAOA, objective: Any, show: Show | None = None) -> Start:
        """Where the search of `ansatz` begins.

        Args:
            ansatz: of p layers or fewer.
            objective: of this ansatz; candidates are compared with it.
            show: the parameters of the circuit asked for at given angles; by default the same
                with further layers of angle 0.
        """
        if isinstance(self.initial, str):
            shown = show if show is not None else lambda x: padded(x, self.p)
            return named_start(ansatz, self.initial, objective, self.search, shown, self.rng)
        if isinstance(self.initial, LearnedAngles):
            learned = self.initial
            reason = f"the median of {learned.instances} instances, mean degree {learned.degree:g}"
            return Start(learned.angles(ansatz.ising, ansatz.p), learned.name, reason)
        return Start(ansatz.initial_point(self.initial), "given angles")

    def first_depth(self) -> int:
        """The depth at which a ladder begins: 1, or that of given angles.

        Raises:
            DimensionError: more angles than p layers have, or an odd number.
        """
        if isinstance(self.initial, str | LearnedAngles):
            return 1
        size = int(np.size(self.initial))
        if size % 2 or not 2 <= size <= 2 * self.p:
            raise DimensionError(
                f"a ladder to p={self.p} begins with 2 to {2 * self.p} angles "
                f"(gamma_1 ... gamma_k, beta_1 ... beta_k), got {size}"
            )
        return size // 2

    def with_random(self, first: Vector, ansatz: QAOA, default: int = 0) -> Vector:
        """`first` and the random starts, one row each."""
        count = default if self.restarts is None else self.restarts
        others = [ansatz.initial_point("random", self.rng) for _ in range(count)]
        return np.array([first, *others])


@dataclass(frozen=True, eq=False)
class Found:
    """What a strategy found.

    Attributes:
        solution: the best point and how all searches together went.
        ansatz: the circuit that `solution.x` belongs to.
        objective: the objective of that circuit.
        start: where the search began.
        steps: the searches in order.
    """

    solution: Solution
    ansatz: Any
    objective: Any
    start: Start
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Strategy:
    """A way to search for angles.

    Attributes:
        name: the plain name.
        summary: one line that says when to choose it.
        run: does it.
        searches_once: whether it makes one search, which other processes can share.
    """

    name: str
    summary: str
    run: Callable[[Task], Found]
    searches_once: bool = False

    def __call__(self, task: Task) -> Found:
        """What the strategy finds."""
        return self.run(task)
