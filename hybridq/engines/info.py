"""The engine that ran a circuit, as results record it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EngineInfo:
    """The engine that ran the circuits, and the reason for the choice."""

    name: str
    reason: str
    precision: str

    def __str__(self) -> str:
        return f"{self.name}, {self.precision} precision: {self.reason}"
