"""Recursive QAOA: fix the strongest correlation, and ask again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from threading import Event
from typing import ClassVar

import numpy as np

from hybridq.ansatz.qaoa import QAOA
from hybridq.classical.annealing import Work
from hybridq.classical.contraction import Contracted, contraction
from hybridq.classical.lanes import LANES
from hybridq.classical.local_search import Stopped, crossed, local_search
from hybridq.core.checks import checked_count
from hybridq.core.clock import Deadline
from hybridq.core.errors import ParameterError, Setting
from hybridq.core.executors import ExecutorLike, open_mapper, own_threads
from hybridq.core.mapper import result_of
from hybridq.operators.ising import Ising
from hybridq.strategies.base import ControlEnergy, StrategyResult, Task
from hybridq.strategies.correlated import (
    Bits,
    Unsampled,
    best_by_components,
    energy_of,
    same_work,
    with_answer,
)

_CONTRACTING = 0.5  # of the time that is left; the polish and the controls have the rest
_CONTROLS = 3  # times as long as the polish of one try
_GROUPS = 2  # of restarts of a polish


@dataclass(frozen=True, kw_only=True)
class Recursive(Unsampled):
    """Contract spins by the correlations of one layer (RQAOA), then polish.

    Each angle of `gamma_scales` is tried, as a share of the best one, and its state is annealed
    from a low temperature; the best takes over the parts in which another is lower. Two controls
    need no circuit: the same contraction in the limit γ → 0, polished alike, and annealing with
    about the same work.

    Args:
        gamma_scales: shares of the best angle γ that are tried.
        polish: annealing sweeps from each state that the contractions end in; 0 for single flips.

    Source: Bravyi, Kliesch, Koenig, Tang 2020, arXiv:1910.08980.
    """

    name: ClassVar[str] = "recursive"
    summary: ClassVar[str] = "fix the strongest correlation, again and again; p = 1"
    source: ClassVar[str] = "Bravyi, Kliesch, Koenig, Tang 2020, arXiv:1910.08980"
    most_layers: ClassVar[int | None] = 1

    gamma_scales: tuple[float, ...] = (0.2, 1.0)
    polish: int = 2_000

    def __post_init__(self) -> None:
        scales = self.gamma_scales
        scales = (scales,) if isinstance(scales, int | float) else tuple(scales)
        if not scales or not all(
            isinstance(s, int | float) and np.isfinite(s) and s > 0 for s in scales
        ):
            raise ParameterError(
                argument="gamma_scales", value=self.gamma_scales, expected="numbers > 0"
            )
        object.__setattr__(self, "gamma_scales", tuple(float(scale) for scale in scales))
        checked_count("polish", self.polish, at_least=0, at_most=10_000_000)

    def check_ansatz(self, ansatz: QAOA) -> None:
        """Raise for more than one layer, or terms of more than two spins.

        Raises:
            ParameterError: either of them.
        """
        if ansatz.p != self.most_layers:
            raise ParameterError(
                argument="p",
                value=ansatz.p,
                expected="1",
                remedy=(
                    "recursive contracts by one layer; for more use ",
                    Setting("strategy", "precondition"),
                ),
            )
        super().check_ansatz(ansatz)

    def answered(self, task: Task, found: StrategyResult) -> StrategyResult:
        """See `Unsampled`."""
        ising = found.ansatz.ising
        *seeds, last = task.rng.spawn(len(self.gamma_scales) + 2)
        deadline = task.deadline.part(1.0)
        task.announce("contracting")
        *found_states, greedy = _contracted(
            ising,
            (*self.gamma_scales, 0.0),
            float(found.solution.x[0]),
            seeds,
            deadline.part(_CONTRACTING),
            task.search.executor,
        )
        task.announce("annealing what the contractions ended in")
        runs = [
            self._polished(
                ising, each, seed, deadline.part(1.0 / (len(found_states) - number + _CONTROLS))
            )
            for number, (each, seed) in enumerate(zip(found_states, seeds, strict=False))
        ]
        bits = crossed(ising, np.array([run.bits for run in runs]))
        bits = best_by_components(ising, bits, deadline)
        best = min(runs, key=lambda run: energy_of(ising, run.bits))
        work = sum(run.work for run in runs)
        waited = greedy.ended - max(each.ended for each in found_states)
        seconds = deadline.seconds - max(waited, 0.0)
        controls: tuple[ControlEnergy, ...] = ()
        task.announce("controls")
        if best.contracted.complete and (deadline.is_set or all(run.complete for run in runs)):
            controls = (
                self._greedy(ising, greedy, seeds[-1], deadline.part(1.0 / _CONTROLS)),
                *same_work(ising, last, work, seconds, deadline),
            )
        return with_answer(
            found,
            bits=bits,
            method=_described(ising, best, energy_of(ising, bits), len(runs)),
            seconds=seconds,
            controls=controls,
            complete=all(run.complete for run in runs),
        )

    def _greedy(
        self, ising: Ising, timed: _Timed, rng: np.random.Generator, deadline: Deadline
    ) -> ControlEnergy:
        """Return the contraction without the circuit, polished alike, as a control."""
        watch = Deadline()
        run = self._polished(ising, timed, rng, deadline)
        name = "greedy contraction (gamma -> 0), polished alike"
        seconds = timed.seconds + watch.seconds
        return ControlEnergy(name, energy_of(ising, run.bits), seconds, run.bits, run.complete)

    def _polished(
        self, ising: Ising, timed: _Timed, rng: np.random.Generator, deadline: Deadline
    ) -> _Try:
        """Return a contraction with its polished state."""
        contracted = timed.contracted
        try:
            polished = local_search(
                ising,
                restarts=_GROUPS * LANES,
                sweeps=self.polish,
                start=contracted.baseline.bits,
                rng=rng,
                time_limit=deadline,
            )
        except Stopped as interruption:
            polished = interruption.best
        return _Try(
            timed.scale,
            contracted,
            best_by_components(ising, polished.bits, deadline),
            contracted.complete and polished.complete,
            contracted.work + _GROUPS * self.polish * Work.of(ising).sweep,
        )


@dataclass(frozen=True, eq=False)
class _Timed:
    """A contraction at a share of the best angle.

    Attributes:
        scale: the share.
        contracted: its state.
        seconds: the time that it took.
        ended: the time at which it ended, since all of them began.
    """

    scale: float
    contracted: Contracted
    seconds: float
    ended: float


_Asked = tuple[float, np.random.Generator, int]
"""A share of the best angle, randomness, and the waves of contractions that share the time left."""


def _contracted(
    ising: Ising,
    scales: tuple[float, ...],
    gamma: float,
    seeds: list[np.random.Generator],
    deadline: Deadline,
    executor: ExecutorLike,
) -> list[_Timed]:
    """Run the contractions as tasks; Ctrl-C ends them all early."""
    watch, stop = Deadline(), Event()
    found: dict[int, _Timed] = {}
    with open_mapper(executor or own_threads()) as mapper:
        waves = mapper.waves_left(len(scales))
        tasks = list(enumerate(zip(scales, seeds, waves, strict=True)))
        run = partial(_contract, ising=ising, gamma=gamma, deadline=deadline)
        begun = mapper.stream(
            partial(run, stop=stop if mapper.shares_memory else None), tasks, len(tasks), stop
        )
        for number, result in begun:
            found[number] = _Timed(scales[number], *result_of(result), watch.seconds)
    for number, task in tasks:  # those that had not begun before Ctrl-C end at once
        if number not in found:
            found[number] = _Timed(scales[number], *run(task, stop=stop), watch.seconds)
    return [found[number] for number in range(len(scales))]


def _contract(
    asked: _Asked, *, ising: Ising, gamma: float, deadline: Deadline, stop: Event | None
) -> tuple[Contracted, float]:
    """Return the contraction of one share, and its seconds."""
    scale, seed, waves = asked
    own = deadline.part(1.0 / waves)
    done = contraction(ising, gamma_scale=scale, gamma=gamma, rng=seed, time_limit=own, stop=stop)
    return done, own.seconds


@dataclass(frozen=True, eq=False)
class _Try:
    """A contraction at a share of the best angle, its polished state and its work."""

    scale: float
    contracted: Contracted
    bits: Bits
    complete: bool
    work: float


def _described(ising: Ising, best: _Try, energy: float, tries: int) -> str:
    """Return the steps to the answer, with those that improved it."""
    method = f"recursive QAOA at {best.scale:g} of the best angle"
    if not best.contracted.complete:
        n = ising.n_qubits
        method += f" ({best.contracted.contractions:,} of {n:,} spins contracted)"
    own = energy_of(ising, best.bits)
    gained = best.contracted.baseline.energy - own > 0.0
    method += ", then annealed" if gained else ", annealing found nothing better"
    return method + (f", with parts of {tries} tries" if own - energy > 0.0 else "")
