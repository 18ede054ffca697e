"""Annealing next to a trained circuit, which has no part in the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hybridq.strategies.base import StrategyResult, Task
from hybridq.strategies.correlated import Unsampled, annealed, trained, with_answer


@dataclass(frozen=True, kw_only=True)
class Anneal(Unsampled):
    """Train the circuit for its expectation value, and answer by annealing alone.

    The circuit has no part in the answer. It is the default where no other strategy is known to do
    better.

    Source: Kirkpatrick, Gelatt, Vecchi, Science 220, 671 (1983).
    """

    name: ClassVar[str] = "anneal"
    summary: ClassVar[str] = "the expectation of the circuit, and an answer by annealing alone"
    source: ClassVar[str] = "Kirkpatrick, Gelatt, Vecchi, Science 220, 671 (1983)"

    def run(self, task: Task) -> StrategyResult:
        """See `Strategy.run`."""
        found = trained(task)
        ising = found.ansatz.ising
        task.announce("annealing")
        bits, complete = annealed(ising, task.rng, task.deadline)
        return with_answer(
            found,
            bits=bits,
            method="simulated annealing, without the circuit",
            seconds=task.deadline.seconds,
            complete=complete,
            is_classical=True,
        )
