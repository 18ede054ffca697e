"""Annealing next to a trained circuit, which has no part in the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hybridq.ansatz.qaoa import QAOA
from hybridq.strategies.base import Strategy, StrategyResult, Task
from hybridq.strategies.correlated import (
    Stopwatch,
    annealed,
    require_quadratic,
    trained,
    with_answer,
)


@dataclass(frozen=True, kw_only=True)
class Anneal(Strategy):
    """Train the circuit for its expectation value, and answer by annealing alone.

    The circuit has no part in the answer: on most graphs beyond simulation no strategy that reads
    its correlations does better than annealing.

    Source: Kirkpatrick, Gelatt, Vecchi, Science 220, 671 (1983).
    """

    name: ClassVar[str] = "anneal"
    summary: ClassVar[str] = "the expectation of the circuit, and an answer by annealing alone"
    source: ClassVar[str] = "Kirkpatrick, Gelatt, Vecchi, Science 220, 671 (1983)"
    needs_samples: ClassVar[bool] = False

    def check_ansatz(self, ansatz: QAOA) -> None:
        """Raise for terms of more than two spins.

        Raises:
            ParameterError: the cost has such terms.
        """
        require_quadratic(ansatz, self.name)

    def run(self, task: Task) -> StrategyResult:
        """See `Strategy.run`."""
        watch = Stopwatch(task.time_limit)
        found = trained(task)
        ising = found.ansatz.ising
        bits, complete = annealed(ising, ising, task.rng, watch.left)
        return with_answer(
            found,
            bits=bits,
            method="simulated annealing, without the circuit",
            seconds=watch.seconds,
            complete=complete,
            is_classical=True,
        )
