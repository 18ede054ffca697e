"""An objective: the mean of the cubes of the energies."""

from typing import ClassVar

from hybridq.objectives.config import ObjectiveConfig, configured


@configured
class ToyCubes(ObjectiveConfig):
    """The mean Σ p E³ over the measured values."""

    kind: ClassVar[str] = "toy-cubes"
    label: ClassVar[str] = "mean cube"
    summary: ClassVar[str] = "The mean of the cubes of the energies."
    is_energy: ClassVar[bool] = False

    def at(self, values, probabilities):
        """Return Σ p E³ and the weight of each energy, E³."""
        return float(values**3 @ probabilities), lambda energies: energies**3
