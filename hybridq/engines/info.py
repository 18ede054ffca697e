"""The engine that ran a circuit, as results record it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EngineInfo:
    """Which engine ran the circuits, and why that one."""

    name: str
    reason: str
    precision: str

    def __str__(self) -> str:
        return f"{self.name}, {self.precision} precision: {self.reason}"
