"""What an experiment is, as it stands among the attributes of its study."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Self

from hybridq.core.errors import ParameterError
from hybridq.experiments.records import Plain

FACTS = "experiment"
"""The study's attribute that says what the experiment is; with it the experiment is complete."""


@dataclass(frozen=True)
class Facts:
    """What an experiment is.

    Attributes:
        config: as it was last run.
        metric: what tables and the dashboard look at.
        direction: ``minimize`` or ``maximize``: what makes the metric good.
        version: of hybridq, which made it.
        created: in seconds since 1970.
        swept: Optuna's distribution of each condition that differs between trials, as JSON.
    """

    config: Plain
    metric: str
    direction: str
    version: str
    created: float
    swept: dict[str, str]

    @classmethod
    def read(cls, attribute: dict[str, Any]) -> Self:
        """The facts in a study's attribute; what a later version has added is left out.

        Raises:
            ParameterError: it lacks some, having been made by a version with other ones.
        """
        names = [field.name for field in fields(cls)]
        if missing := [name for name in names if name not in attribute]:
            raise ParameterError(
                f"an experiment made by hybridq {attribute.get('version', 'of unknown version')} "
                f"has no {', '.join(missing)}: open it with that version"
            )
        return cls(**{name: attribute[name] for name in names})
