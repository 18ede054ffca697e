"""Annealing next to a trained circuit, which has no part in the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hybridq.classical.choose import proven
from hybridq.core.clock import Deadline
from hybridq.strategies.base import StrategyResult, Task
from hybridq.strategies.correlated import Unsampled, annealed, with_answer

_PROOF = 0.25  # of a time limit: an exact solution in place of annealing


@dataclass(frozen=True, kw_only=True)
class Anneal(Unsampled):
    """Train the circuit for its expectation value, and answer by annealing alone.

    A problem whose minimum can be found exactly in seconds is not annealed. The circuit has no
    part in the answer. It is the default where no other strategy is known to do
    better.

    Source: Kirkpatrick, Gelatt, Vecchi, Science 220, 671 (1983).
    """

    name: ClassVar[str] = "anneal"
    summary: ClassVar[str] = "the expectation of the circuit, and an answer by annealing alone"
    source: ClassVar[str] = "Kirkpatrick, Gelatt, Vecchi, Science 220, 671 (1983)"
    least_share: ClassVar[float] = 0.0

    def answered(self, task: Task, found: StrategyResult) -> StrategyResult:
        """See `Unsampled`."""
        ising, deadline, watch = found.ansatz.ising, task.deadline, Deadline()
        task.announce("annealing")
        known = proven(ising, deadline.part(_PROOF) if deadline.is_set else None)
        if known is None:
            method = "simulated annealing"
            bits, complete = annealed(ising, task.rng, deadline)
        else:
            bits, method, complete = known.bits, known.method, True
        return with_answer(
            found,
            bits=bits,
            method=f"{method}, without the circuit",
            seconds=watch.seconds,
            complete=complete,
            is_classical=True,
        )
