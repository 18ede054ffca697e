"""Advice that was tried before it is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hybridq.core.errors import Setting


@dataclass(frozen=True)
class Advice:
    """Options with which a trial did better.

    Attributes:
        options: their values by name, as arguments of `hybridq.solve` or on the command line.
        reached: the number that the trial reached: the energy of one state, or the largest error
            of several.
    """

    options: dict[str, Any]
    reached: float

    @property
    def settings(self) -> tuple[str | Setting, ...]:
        """The options as parts of a sentence."""
        parts: list[str | Setting] = []
        for name, value in self.options.items():
            parts += [" and "] if parts else []
            parts.append(Setting(name, value))
        return tuple(parts)
