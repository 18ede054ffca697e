"""Whether more of a metric is better."""

from __future__ import annotations

from hybridq.experiments.analysis.table import Table
from hybridq.experiments.goal import DIRECTIONS


def maximized(metric: str, trials: Table) -> bool:
    """Whether a larger value of this metric is better; of what is no goal a smaller one.

    What has the problem's own sign is larger where it is better over bits, smaller for energies.
    """
    direction = DIRECTIONS.get(metric)
    if direction is None and metric in DIRECTIONS:
        return "energy" not in trials.metrics
    return direction == "maximize"
