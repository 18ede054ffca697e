"""A panel: the number of evaluations."""

from dataclasses import dataclass
from typing import ClassVar

from hybridq.presentation.panels import Panel


@dataclass(frozen=True)
class ToySteps(Panel):
    """The evaluations of the search as one bar."""

    name: ClassVar[str] = "toy-steps"
    title: ClassVar[str] = "Toy steps"

    def applies(self, result):
        """Return True for every search."""
        return result.optimizer.evaluations > 0

    def draw(self, result, ax):
        """Draw the bar."""
        ax.bar(["evaluations"], [result.optimizer.evaluations])
        ax.set_title(self.title)


STEPS = ToySteps()
