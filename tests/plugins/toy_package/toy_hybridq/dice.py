"""A backend of another package: the exact distribution, drawn with dice of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hybridq.backends import Backend, Bits, Capabilities, Compilation, Connection, Execution, Price
from hybridq.backends.compiled import as_written
from hybridq.backends.embedded import LocalConnection
from hybridq.circuits.circuit import Circuit


@dataclass(frozen=True, kw_only=True)
class ToyDice(Backend):
    """Exact samples.

    Args:
        seed: of the dice.
    """

    name: ClassVar[str] = "toy-dice"
    summary: ClassVar[str] = "Exact samples with dice of its own."

    seed: int = 0

    def connect(self) -> Connection:
        """Return a connection, which keeps results in memory."""
        return DiceConnection(self)


class DiceConnection(LocalConnection):
    """Draws from the probabilities of a small circuit."""

    def __init__(self, backend: ToyDice) -> None:
        super().__init__()
        self._rng = np.random.default_rng(backend.seed)

    @property
    def capabilities(self) -> Capabilities:
        """Ten qubits, free of charge."""
        return Capabilities(10, price=Price(), durable=False)

    def compile(self, circuit: Circuit) -> Compilation:
        """Return the circuit as it is written."""
        return as_written(circuit)

    def run(self, executions: Sequence[Execution]) -> list[Bits]:
        """Return the bits of each execution."""
        found = []
        for each in executions:
            chances = each.circuit.probabilities(x=list(each.values))
            drawn = self._rng.choice(len(chances), each.shots, p=chances / chances.sum())
            found.append((drawn[:, None] >> np.arange(each.n_qubits) & 1).astype(np.uint8))
        return found
