"""An experiment in a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from hybridq.experiments.records import State
from hybridq.experiments.store.experiment import Experiment


@dataclass(frozen=True)
class Summary:
    """An experiment in a list.

    Attributes:
        counts: how many trials stand where.
        version: of hybridq, which made it.
        created: in seconds since 1970.
    """

    name: str
    description: str
    metric: str
    direction: str
    version: str
    created: float
    counts: dict[State, int]

    @classmethod
    def of(cls, experiment: Experiment) -> Self:
        """The summary of this experiment, as it stands now."""
        return cls(
            name=experiment.name,
            description=str(experiment.config.get("description") or ""),
            metric=experiment.metric,
            direction=experiment.direction,
            version=experiment.facts.version,
            created=experiment.facts.created,
            counts=experiment.counts(),
        )
