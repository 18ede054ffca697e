"""Description of the engine that ran a circuit, as results record it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EngineInfo:
    """An engine, the reason for choosing it, and how it worked.

    Attributes:
        name: the engine's name.
        reason: the reason for choosing it, in words.
        precision: ``"double"`` or ``"single"``.
        threads: number of threads; None where it is not known.
    """

    name: str
    reason: str
    precision: str
    threads: int | None = None

    def __str__(self) -> str:
        return f"{self.name}, {self.precision} precision: {self.reason}"
