"""Description of the engine that ran a circuit, as results record it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class EngineInfo:
    """An engine, the reason for choosing it, and how it worked.

    Attributes:
        name: the engine's name.
        reason: the reason for choosing it, in words.
        precision: ``"double"`` or ``"single"``.
        threads: number of threads; None where it is not known.
        kernels: ``"compiled"``, or ``"numpy"`` for the slow twin that needs no compiling.
        noise: the noise model as plain values (`NoiseModel.describe`); None without one.
    """

    name: str
    reason: str
    precision: str
    threads: int | None = None
    kernels: str = "compiled"
    noise: dict[str, Any] | None = None

    @property
    def title(self) -> str:
        """The name, and the kernels where they are NumPy's."""
        return f"{self.name} in NumPy" if self.kernels == "numpy" else self.name

    def __str__(self) -> str:
        return f"{self.title}, {self.precision} precision: {self.reason}"
