"""Contract of a panel, one picture of a result."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from hybridq.presentation.result import Result


class Panel(ABC):
    """One picture of a result.

    Attributes:
        name: the name in `PANELS`.
        title: a title for lists of panels; a drawing may have a more specific one.
        width: relative width in a row of panels.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    width: ClassVar[float] = 3.6

    @abstractmethod
    def applies(self, result: Result) -> bool:
        """Return True if the result has the data for this picture."""

    @abstractmethod
    def draw(self, result: Result, ax: Axes) -> None:
        """Draw the picture; called where `applies` is true."""
