"""Expectation values of a trained circuit, for strategies that answer from them."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hybridq.ansatz.qaoa import QAOA
from hybridq.classical.annealing import annealing
from hybridq.classical.choose import joined
from hybridq.classical.local_search import local_search
from hybridq.core.clock import Deadline
from hybridq.core.errors import EngineError, ParameterError, Setting
from hybridq.core.numbers import seconds as written
from hybridq.engines.protocols import SupportsCorrelations, SupportsEstimate, lacking
from hybridq.operators.ising import Ising
from hybridq.operators.p1 import close_pairs
from hybridq.strategies.base import ControlEnergy, FoundBits, Strategy, StrategyResult, Task
from hybridq.strategies.direct import Direct

Bits = NDArray[np.uint8]
Vector = NDArray[np.float64]


_SHORT = 0.1  # seconds of an expectation value that is computed under any limit


def trained(task: Task) -> StrategyResult:
    """Return the outcome of the plain search of all angles.

    Raises:
        ParameterError: a single expectation value takes longer than the time limit.
    """
    deadline = task.deadline
    if not deadline.is_set:
        return Direct(try_ramp=False).run(task)

    def build(ansatz: QAOA) -> Any:
        objective = task.build(ansatz)
        engine = objective.simulator
        takes = engine.seconds_of_a_value if isinstance(engine, SupportsEstimate) else 0.0
        limit = deadline.left
        if takes > max(limit, _SHORT):
            raise ParameterError(
                (
                    f"one expectation value of {ansatz.p} layers takes about {written(takes)} "
                    "here, which is more than ",
                    Setting("time_limit"),
                    f" leaves for the answer ({written(limit)})",
                ),
                argument="time_limit",
                remedy=("raise it or use fewer layers, ", Setting("p", max(ansatz.p - 1, 1))),
            )
        return objective

    return Direct(try_ramp=False).run(replace(task, build=build))


@dataclass(frozen=True, kw_only=True)
class Unsampled(Strategy):
    """A strategy that answers from expectation values, without samples.

    It implements `answered`. Where the search of the angles leaves too little of a time limit, the
    answer is that of single flips.

    Class attributes:
        least_share: the least time of an answer, as a share of that of the search of the angles.
    """

    needs_samples: ClassVar[bool] = False
    least_share: ClassVar[float] = 0.5

    def run(self, task: Task) -> StrategyResult:
        """See `Strategy.run`."""
        watch = Deadline()
        found = trained(task)
        if task.deadline.left > self.least_share * watch.seconds:
            return self.answered(task, found)
        watch, ising = Deadline(), found.ansatz.ising
        bits = local_search(ising, restarts=1, sweeps=0, rng=task.rng).bits
        return with_answer(
            found,
            bits=bits,
            method=f"single flips, as the time limit leaves none for {self.name}",
            seconds=watch.seconds,
            complete=False,
            is_classical=True,
        )

    @abstractmethod
    def answered(self, task: Task, found: StrategyResult) -> StrategyResult:
        """Return the answer of a trained circuit."""

    def check_ansatz(self, ansatz: QAOA) -> None:
        """Raise for a cost with terms of more than two spins.

        Raises:
            ParameterError: it has such terms.
        """
        ising = ansatz.ising
        if not ising.is_quadratic:
            raise ParameterError(
                f"{self.name} reads correlations of pairs, and the cost has terms of {ising.order}",
                argument="strategy",
                value=self.name,
                remedy=("use ", Setting("strategy", "direct")),
            )


def correlation_energy(found: StrategyResult) -> Ising:
    """Return −⟨Z_iZ_j⟩ as couplings and −⟨Z_i⟩ as fields, of a trained circuit.

    Its low states agree with the correlations. With p = 1 all pairs at a distance of one or two
    count, else the coupled ones.

    Raises:
        EngineError: the engine gives no correlations.
    """
    ising = found.ansatz.ising
    z, pairs, zz = correlations(found, close_pairs(ising) if found.ansatz.p == 1 else ising.pairs)
    return Ising(ising.n_qubits, 0.0, -z, pairs, -zz)


def correlations(
    found: StrategyResult, pairs: NDArray[np.int64]
) -> tuple[Vector, NDArray[np.int64], Vector]:
    """Return ⟨Z_i⟩, the pairs, and ⟨Z_iZ_j⟩ at the best angles.

    Raises:
        EngineError: the engine gives no correlations.
    """
    engine: Any = found.objective.simulator
    if not isinstance(engine, SupportsCorrelations):
        error: EngineError = lacking(engine.name, SupportsCorrelations)
        raise error
    z, zz = engine.correlations(found.solution.x, pairs)
    return z, pairs, zz


def annealed(
    ising: Ising,
    rng: np.random.Generator,
    deadline: Deadline,
    *,
    guide: Ising | None = None,
    work: float | None = None,
) -> tuple[Bits, bool]:
    """Return a low state by annealing, and whether no limit made that shorter.

    Components of `ising` that can be solved exactly are.

    Args:
        ising: the problem.
        rng: source of randomness.
        deadline: of the annealing.
        guide: another energy of the same spins, on which annealing runs before the descent on
            `ising`.
        work: that of `annealing`.
    """
    energy = ising if guide is None else guide
    first = annealing(energy, work=work, rng=rng, time_limit=deadline)
    bits = first.bits if guide is None else descended(ising, first.bits)
    return best_by_components(ising, bits, deadline), first.complete


def same_work(
    ising: Ising,
    rng: np.random.Generator,
    work: float,
    seconds: float,
    deadline: Deadline,
    *,
    after: bool = True,
) -> tuple[ControlEnergy, ...]:
    """Return plain annealing with the work of a strategy, as its control.

    There is none where no time is left, or where Ctrl-C ended the strategy.

    Args:
        ising: the problem.
        rng: source of randomness.
        work: that of the strategy, counted in the units of `annealing.Work`, so that the control
            depends on no clock.
        seconds: the time of the strategy, which the control does not exceed under a limit.
        deadline: of the strategy and its controls.
        after: whether the strategy is complete.
    """
    if not comes_after(deadline, after):
        return ()
    watch = Deadline()
    own = deadline.part(1.0, at_most=seconds)
    bits, complete = annealed(ising, rng, own, work=max(work, 1.0))
    name = "simulated annealing with about the same work"
    return (ControlEnergy(name, energy_of(ising, bits), watch.seconds, bits, complete),)


def comes_after(deadline: Deadline, complete: bool) -> bool:
    """Return whether a control is made: time is left, and no Ctrl-C came."""
    return not deadline.passed if deadline.is_set else complete


def descended(ising: Ising, bits: Bits) -> Bits:
    """Return the state that single flips lead to."""
    return local_search(ising, restarts=1, sweeps=0, start=bits, rng=0).bits


def best_by_components(ising: Ising, bits: Bits, deadline: Deadline) -> Bits:
    """Return the same state with exactly solvable components at their minimum."""
    return joined(ising, lambda spins, part, _: part_of(part, bits[spins]), deadline=deadline).bits


def part_of(ising: Ising, bits: Bits) -> Any:
    """Return an assignment as a classical answer of a component."""
    from hybridq.classical.baseline import Baseline

    return Baseline.from_bits(ising, bits, method="given", exact=False)


def energy_of(ising: Ising, bits: Bits) -> float:
    """Return the energy of one assignment."""
    return float(np.asarray(ising.energies(bits)).reshape(()))


def with_answer(found: StrategyResult, **answer: Any) -> StrategyResult:
    """Return a search with the answer that followed from it."""
    return replace(found, found=FoundBits(**answer))
