"""An optimizer: random steps that are kept where they improve."""

from dataclasses import dataclass
from typing import ClassVar

from hybridq.optimizers.base import Optimizer, Outcome


@dataclass(frozen=True)
class ToyCoin(Optimizer):
    """Random steps of a fixed length, kept where they improve.

    Args:
        steps: the number of steps.
        length: the spread of each step.
    """

    name: ClassVar[str] = "toy-coin"
    summary: ClassVar[str] = "random steps that are kept where they improve"
    cost: ClassVar[str] = "1"
    takes_bounds: ClassVar[bool] = False

    steps: int = 30
    length: float = 0.3

    def run(self, driver, x0, bounds, rng):
        """See `Optimizer.run`."""
        x, value = x0, driver.value(x0)
        for _ in range(self.steps):
            step = x + rng.normal(0.0, self.length, x.shape)
            found = driver.value(step)
            if found < value:
                x, value = step, found
        return Outcome(True, "all steps are done")
