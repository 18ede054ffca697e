"""The contract of a strategy: a frozen configuration that runs a task."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.ansatz.learned_angles import LearnedAngles
from hybridq.ansatz.qaoa import QAOA
from hybridq.core.clock import Deadline
from hybridq.core.configured import Configured
from hybridq.core.errors import DimensionError
from hybridq.optimizers import Solution
from hybridq.strategies.automatic import Start, guarded_start, named_start
from hybridq.strategies.coordinates import pad_layers

if TYPE_CHECKING:
    from hybridq.strategies.shared_search import Embedding, SharedSearch

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Step:
    """One finished search of a strategy.

    Attributes:
        label: name of the search, for example ``"p = 3"``.
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


def single_step(label: str, solution: Solution | None) -> tuple[Step, ...]:
    """Return the one step of a search, or none where it did not begin."""
    return () if solution is None else (Step(label, solution.value, solution.evaluations),)


@dataclass(frozen=True, eq=False)
class Task:
    """Input of a strategy: circuit, objective, budget and start.

    Args:
        ansatz: the circuit asked for, with all its layers.
        build: makes the objective of an ansatz: a function of its parameters.
        search: runs searches that share one budget.
        initial: a name of `INITIAL_POINTS`, angles, or learned angles.
        restarts: number of random starts in addition to the first; None for as many as suit
            the strategy.
        rng: for random starts.
        deadline: of the whole strategy; `search` has a limit of its own.
        announce: called with a few words when the work moves on.
    """

    ansatz: QAOA
    build: Callable[[Any], Any]
    search: SharedSearch
    initial: str | ArrayLike | LearnedAngles = "auto"
    restarts: int | None = None
    rng: np.random.Generator = field(default_factory=np.random.default_rng)
    deadline: Deadline = field(default_factory=Deadline)
    announce: Callable[[str], None] = lambda _: None

    @property
    def p(self) -> int:
        """Layers that were asked for."""
        return self.ansatz.p

    def at_depth(self, depth: int) -> QAOA:
        """Return the ansatz with `depth` layers and all else the same."""
        return self.ansatz if depth == self.p else replace(self.ansatz, p=depth)

    def start(self, ansatz: QAOA, objective: Any, embed: Embedding | None = None) -> Start:
        """Return the start of the search of `ansatz`.

        Args:
            ansatz: of p layers or fewer.
            objective: of this ansatz; candidates are compared with it.
            embed: maps angles to the parameters of the circuit asked for; by default the same
                angles with further layers of angle 0.
        """
        chosen = embed if embed is not None else lambda x: pad_layers(x, self.p)
        if isinstance(self.initial, str):
            return named_start(ansatz, self.initial, objective, self.search, chosen, self.rng)
        if isinstance(self.initial, LearnedAngles):
            learned = self.initial
            if learned.model is not None:
                return guarded_start(ansatz, learned, objective, self.search, chosen)
            reason = f"the median of {learned.instances} instances, mean degree {learned.degree:g}"
            return Start(learned.angles(ansatz.ising, ansatz.p), learned.name, reason)
        return Start(ansatz.initial_point(self.initial), "given angles")

    def first_depth(self) -> int:
        """Return the depth at which a ladder begins: 1, or that of given angles.

        Raises:
            DimensionError: more angles than p layers have, or an odd number.
        """
        if isinstance(self.initial, str | LearnedAngles):
            return 1
        size = int(np.size(self.initial))
        if size % 2 or not 2 <= size <= 2 * self.p:
            raise DimensionError(
                f"a ladder to p={self.p} begins with 2 to {2 * self.p} angles "
                f"(gamma_1 ... gamma_k, beta_1 ... beta_k), got {size}",
                argument="initial",
            )
        return size // 2

    def with_random(self, first: Vector, ansatz: QAOA, default: int = 0) -> Vector:
        """Return `first` and the random starts, one in each row."""
        count = default if self.restarts is None else self.restarts
        others = [ansatz.initial_point("random", self.rng) for _ in range(count)]
        return np.array([first, *others])


@dataclass(frozen=True)
class ControlEnergy:
    """A classical counterpart of a strategy, without its circuit.

    Attributes:
        method: description of the method.
        energy: the energy that it reached, minimized.
        seconds: the time that it took, without compilation.
        bits: its assignment, uint8, shape (n_qubits,).
        complete: False where the time limit ended it early.
    """

    method: str
    energy: float
    seconds: float
    bits: NDArray[np.uint8]
    complete: bool = True


@dataclass(frozen=True, eq=False)
class FoundBits:
    """An assignment that a strategy found from expectation values, without samples.

    Attributes:
        bits: uint8, shape (n_qubits,).
        method: the steps that led to it, and which of them found it.
        seconds: the time that they took after the search of the angles, without compilation.
        controls: the classical counterparts.
        complete: False where an interruption or the time limit ended it early.
        is_classical: whether the circuit had no part in it.
    """

    bits: NDArray[np.uint8]
    method: str
    seconds: float
    controls: tuple[ControlEnergy, ...] = ()
    complete: bool = True
    is_classical: bool = False


@dataclass(frozen=True, eq=False)
class StrategyResult:
    """Result of a strategy.

    Attributes:
        solution: the best point, and the record of all searches together.
        ansatz: the circuit that `solution.x` belongs to.
        objective: the objective of that circuit.
        start: the start of the search.
        steps: the searches in order.
        found: the answer, of a strategy that needs no samples; None where the state is sampled.
    """

    solution: Solution
    ansatz: Any
    objective: Any
    start: Start
    steps: tuple[Step, ...] = ()
    found: FoundBits | None = None


@dataclass(frozen=True, kw_only=True)
class Strategy(Configured, ABC):
    """A configured strategy for the angles of QAOA; its fields are its options.

    To add one: write such a class in a file of its own, with a default for every option, and name
    it in `registry.py` (or in the entry points ``hybridq.strategies`` of another package).

    Class attributes:
        name: the name in `STRATEGIES`.
        summary: one line that says when to choose it.
        source: the publication, where there is one.
        searches_once: makes one search, which other processes can share.
        has_own_circuits: searches circuits of its own, with initial points of their own.
        most_layers: the most layers that it takes; None for any number.
        needs_samples: the best sample of the final state is the answer; else the strategy finds
            one itself (`StrategyResult.found`).
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    source: ClassVar[str] = ""
    searches_once: ClassVar[bool] = False
    has_own_circuits: ClassVar[bool] = False
    most_layers: ClassVar[int | None] = None
    needs_samples: ClassVar[bool] = True

    def check_ansatz(self, ansatz: QAOA) -> None:  # most search any
        """Raise if the strategy cannot search the angles of `ansatz`.

        Raises:
            ParameterError: it has circuits of its own, for other mixers.
        """

    @abstractmethod
    def run(self, task: Task) -> StrategyResult:
        """Search for the best parameters within the budget of the task.

        All evaluations go through ``task.search``, which counts them and ends each search in
        time. The result may belong to another circuit than the one asked for.
        """

    def __call__(self, task: Task) -> StrategyResult:
        """Return the result of `run`."""
        return self.run(task)

    @classmethod
    def option_names(cls) -> tuple[str, ...]:
        """Return the names of all options."""
        return tuple(option.name for option in fields(cls))

    def options(self) -> dict[str, Any]:
        """Return all options by name."""
        return {name: getattr(self, name) for name in self.option_names()}

    def changed_options(self) -> dict[str, Any]:
        """Return the options that differ from their defaults."""
        defaults = {option.name: option.default for option in fields(self)}
        return {name: value for name, value in self.options().items() if value != defaults[name]}
