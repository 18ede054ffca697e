"""Annealing on correlations: the circuit smooths what annealing searches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hybridq.classical.annealing import Work
from hybridq.core.clock import Deadline
from hybridq.strategies.base import ControlEnergy, StrategyResult, Task
from hybridq.strategies.correlated import (
    Unsampled,
    annealed,
    comes_after,
    correlation_energy,
    same_work,
    with_answer,
)


@dataclass(frozen=True, kw_only=True)
class Precondition(Unsampled):
    """Anneal on −⟨Z_iZ_j⟩ of the trained circuit in place of the couplings.

    The state is then descended by single flips, and valued, on the problem itself. With p = 1 all
    pairs at a distance of one or two count, else the coupled ones. The control is annealing on
    the couplings with about the same work.

    Source: Dupont, Oberoi, Sundar 2025, arXiv:2502.18570.
    """

    name: ClassVar[str] = "precondition"
    summary: ClassVar[str] = "annealing on correlations in place of couplings"
    source: ClassVar[str] = "Dupont, Oberoi, Sundar 2025, arXiv:2502.18570"
    least_share: ClassVar[float] = 1.0  # all correlations, at once

    def answered(self, task: Task, found: StrategyResult) -> StrategyResult:
        """See `Unsampled`."""
        ising, guide = found.ansatz.ising, correlation_energy(found)
        first, second = task.rng.spawn(2)
        watch = Deadline()
        task.announce("annealing on correlations")
        half = task.deadline.part(0.5)  # the control has as much
        bits, complete = annealed(ising, first, half, guide=guide)
        seconds = watch.seconds
        controls: tuple[ControlEnergy, ...] = ()
        if comes_after(task.deadline, complete):
            task.announce("annealing, as a control")
            work = Work.of(guide).default
            controls = same_work(ising, second, work, seconds, task.deadline)
        return with_answer(
            found,
            bits=bits,
            method="annealing on the correlations of the circuit",
            seconds=seconds,
            controls=controls,
            complete=complete,
        )
