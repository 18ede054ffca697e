"""Warm starts: QAOA from a classical relaxation or from a cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.ansatz.learned_angles import LearnedAngles
from hybridq.ansatz.mixers import require_x_mixer
from hybridq.ansatz.qaoa import QAOA
from hybridq.ansatz.warm_start import WarmStartQAOA, probabilities_of_bits
from hybridq.classical import local_search
from hybridq.core.checks import checked_count, is_real
from hybridq.core.errors import ParameterError, Setting
from hybridq.core.limits import MOST_RESTARTS
from hybridq.strategies.automatic import Start
from hybridq.strategies.base import Strategy, StrategyResult, Task, single_step
from hybridq.strategies.relaxation import planar_relaxation

Vector = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class _ProductStart(Strategy):
    """Base of strategies that search a `WarmStartQAOA`.

    Args:
        epsilon: least distance of a qubit's probability of 1 from 0 and from 1; 1/2 is plain QAOA.
    """

    searches_once: ClassVar[bool] = True

    epsilon: float = 0.25  # of the paper, for a start from a cut

    def __post_init__(self) -> None:
        if not is_real(self.epsilon) or not 0.0 < self.epsilon <= 0.5:
            raise ParameterError(
                argument="epsilon", value=self.epsilon, expected="a number above 0 and at most 0.5"
            )

    def check_ansatz(self, ansatz: QAOA) -> None:
        """See `Strategy.check_ansatz`."""
        require_x_mixer(self.name, ansatz.mixer)

    def _search(self, task: Task, probabilities: Vector, source: str) -> StrategyResult:
        """Search the circuit that starts from a product state."""
        self.check_ansatz(task.ansatz)
        ansatz = WarmStartQAOA(task.ansatz.hamiltonian, task.p, probabilities)
        objective = task.build(ansatz)
        first, second, name = _first_points(ansatz, task.initial, task.rng)
        others = [ansatz.initial_point("random", task.rng) for _ in range(task.restarts or 0)]
        starts = np.array([first, *([] if second is None else [second]), *others])
        solution = task.search.run(objective, starts, np.asarray, bounds=ansatz.bounds)
        return StrategyResult(
            task.search.summary(),
            ansatz,
            objective,
            Start(first, name, f"the product state comes from {source}"),
            single_step(f"p = {task.p}", solution),
        )


@dataclass(frozen=True, kw_only=True)
class WarmStart(_ProductStart):
    """Search from the planar relaxation: c = (1 − s)/2, kept away from 0 and 1.

    Prefer it at few layers, where it begins far above what they could reach; with many layers
    the plain start comes as far. The result depends on the classical answer.

    Args:
        epsilon: least distance of a qubit's probability of 1 from 0 and from 1; 1/2 is plain QAOA.

    Source: Egger, Mareček, Woerner 2021, arXiv:2009.10955; for planar relaxations Tate, Farhadi,
    Herold, Mohler, Gupta 2023, arXiv:2010.14021.
    """

    name: ClassVar[str] = "warm-start"
    summary: ClassVar[str] = "from a classical relaxation; few layers"
    source: ClassVar[str] = "Egger, Mareček, Woerner 2021, arXiv:2009.10955"
    has_own_circuits: ClassVar[bool] = True

    def run(self, task: Task) -> StrategyResult:
        """See `Strategy.run`."""
        spins, _ = planar_relaxation(task.ansatz.ising, task.rng)
        probabilities = np.clip((1.0 - spins) / 2.0, self.epsilon, 1.0 - self.epsilon)
        return self._search(task, probabilities, "the planar relaxation")


@dataclass(frozen=True, kw_only=True)
class WarmStartCut(_ProductStart):
    """Search from a good assignment by simulated annealing.

    c = ε where a bit is 0, 1 − ε where it is 1.

    Args:
        epsilon: ε, a qubit's probability of the other value of its bit; 1/2 is plain QAOA.
        annealing_restarts: number of restarts of the annealing.
        sweeps: annealing sweeps per restart.

    Source: Egger, Mareček, Woerner 2021, arXiv:2009.10955, section 3.
    """

    name: ClassVar[str] = "warm-start-cut"
    summary: ClassVar[str] = "from a cut by annealing; few layers"
    source: ClassVar[str] = "Egger, Mareček, Woerner 2021, arXiv:2009.10955, section 3"
    has_own_circuits: ClassVar[bool] = True

    annealing_restarts: int = 4
    sweeps: int = 100

    def __post_init__(self) -> None:
        super().__post_init__()
        checked_count("annealing_restarts", self.annealing_restarts, at_most=MOST_RESTARTS)
        checked_count("sweeps", self.sweeps, at_least=0)

    def run(self, task: Task) -> StrategyResult:
        """See `Strategy.run`."""
        answer = local_search(
            task.ansatz.ising, restarts=self.annealing_restarts, sweeps=self.sweeps, rng=task.rng
        )
        probabilities = probabilities_of_bits(answer.bits, self.epsilon)
        return self._search(task, probabilities, f"a cut by {answer.method}")


def _first_points(
    ansatz: WarmStartQAOA, initial: str | ArrayLike | LearnedAngles, rng: np.random.Generator
) -> tuple[Vector, Vector | None, str]:
    """Return the first start, a second one or None, and the name of the first."""
    if isinstance(initial, LearnedAngles):
        if initial.model is not None:
            raise ParameterError(
                "a model has angles of the plain circuit, and this one starts from a product state",
                argument="initial",
                value=str(initial.model),
                remedy=("leave out ", Setting("initial"), " or ", Setting("strategy")),
            )
        return initial.angles(ansatz.standard.ising, ansatz.p), None, initial.name
    if not isinstance(initial, str):
        return ansatz.initial_point(initial), None, "given angles"
    if initial.strip().lower() == "auto":
        return ansatz.initial_point("gentle-ramp"), ansatz.initial_point("ramp"), "gentle-ramp"
    return ansatz.standard.initial_point(initial, rng), None, initial
