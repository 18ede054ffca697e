"""A grouping: every term by itself."""

from dataclasses import dataclass
from typing import ClassVar

from hybridq.measurement.qubit_wise import QubitWise


@dataclass(frozen=True)
class ToySingles(QubitWise):
    """A circuit for each term."""

    name: ClassVar[str] = "toy-singles"
    summary: ClassVar[str] = "Every term by itself."

    def sets(self, x, z):
        """Return the rows of each group: one."""
        return [[term] for term in range(len(x))]
