"""Panel of the answer, as the problem family draws it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from hybridq.presentation.panels.base import Panel

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from hybridq.presentation.result import Result


@dataclass(frozen=True)
class Answer(Panel):
    """The best sample, drawn by the family."""

    name: ClassVar[str] = "answer"
    title: ClassVar[str] = "Answer"

    def applies(self, result: Result) -> bool:
        """Return True if there is a sample and the problem that draws it."""
        return result.best is not None and result.trace.problem is not None

    def draw(self, result: Result, ax: Axes) -> None:
        """Draw the best sample; a title that the family leaves out is added."""
        assert result.best is not None
        assert result.trace.problem is not None
        bits = np.array([int(bit) for bit in result.best.bits], dtype=np.uint8)
        result.trace.problem.draw(ax, bits)
        if not any(ax.get_title(loc=loc) for loc in ("left", "center", "right")):
            from hybridq.plots import style

            style.set_title(ax, result.trace.problem.picture_title(bits))


ANSWER = Answer()
