"""Recursive QAOA: fix the strongest correlation, and ask again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
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
from hybridq.operators.ising import Ising
from hybridq.strategies.base import ControlEnergy, StrategyResult, Task
from hybridq.strategies.correlated import (
    Bits,
    Unsampled,
    best_by_components,
    energy_of,
    same_work,
    trained,
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

    def run(self, task: Task) -> StrategyResult:
        """See `Strategy.run`."""
        found = trained(task)
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
        )
        task.announce("annealing what the contractions ended in")
        runs = [
            self._polished(
                ising, each, seed, deadline.part(1.0 / (len(found_states) - number + _CONTROLS))
            )
            for number, (each, seed) in enumerate(zip(found_states, seeds, strict=False))
        ]
        bits = crossed(ising, np.array([run.bits for run in runs]))
        bits = best_by_components(ising, bits)
        best = min(runs, key=lambda run: energy_of(ising, run.bits))
        work = sum(run.work for run in runs)
        seconds = deadline.seconds - greedy.waited
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
            best_by_components(ising, polished.bits),
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
        waited: the time from the end of those before it to its own.
    """

    scale: float
    contracted: Contracted
    seconds: float
    waited: float


def _contracted(
    ising: Ising,
    scales: tuple[float, ...],
    gamma: float,
    seeds: list[np.random.Generator],
    deadline: Deadline,
) -> list[_Timed]:
    """Run the contractions in threads; Ctrl-C ends them all early."""
    import numba

    workers = min(numba.get_num_threads(), len(scales))
    waves, stop = -(-len(scales) // workers), Event()

    def run(number: int, scale: float, seed: np.random.Generator) -> tuple[Contracted, float]:
        own = deadline.part(1.0 / (waves - number // workers))
        done = contraction(
            ising, gamma_scale=scale, gamma=gamma, rng=seed, time_limit=own, stop=stop
        )
        return done, own.seconds

    watch, found, before = Deadline(), [], 0.0
    with ThreadPoolExecutor(workers) as pool:
        asked = zip(range(len(scales)), scales, seeds, strict=True)
        jobs = [pool.submit(run, *each) for each in asked]
        for scale, job in zip(scales, jobs, strict=True):
            try:
                done, seconds = job.result()
            except KeyboardInterrupt:
                stop.set()
                done, seconds = job.result()
            now = watch.seconds
            found.append(_Timed(scale, done, seconds, now - before))
            before = now
    return found


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
