"""Facts of an experiment in its study, and differences of two configs."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Self

from hybridq.core.errors import ParameterError
from hybridq.experiments.records import Plain, canonical, flat

FACTS = "experiment"
"""Name of the study's attribute with the facts; an experiment is complete once it is written."""

_MOST_DIFFERENCES = 5
_LONGEST_VALUE = 60
_WITHOUT_EFFECT = {
    "description",
    "engine.threads",
    "include",
    "journal",
    "metric",
    "output",
    "output.arrays",
    "output.folder",
    "retries",
    "storage",
    "time_limit",
}


@dataclass(frozen=True)
class Facts:
    """Config, metric and origin of an experiment.

    Attributes:
        config: the config of the latest run.
        metric: the metric that tables and the dashboard show.
        direction: ``minimize`` or ``maximize``: the direction in which the metric improves.
        version: version of hybridq that created the experiment.
        created: time of creation in seconds since 1970.
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
        """Return the facts in a study's attribute; fields of later versions are ignored.

        Raises:
            ParameterError: fields are missing, because another version wrote the attribute.
        """
        names = [field.name for field in fields(cls)]
        if missing := [name for name in names if name not in attribute]:
            raise ParameterError(
                f"an experiment made by hybridq {attribute.get('version', 'of unknown version')} "
                f"lacks {', '.join(missing)}",
                remedy="open it with that version",
            )
        return cls(**{name: attribute[name] for name in names})


def differences(stored: Plain, given: Plain) -> str:
    """Return the differences of two configs by dotted name, empty if none matters.

    Keys without effect on the trials are ignored: description, retries, time limit, storage.

    Args:
        stored: the config in the storage.
        given: the config of this run.
    """
    old, new = _relevant(stored), _relevant(given)
    names = [name for name in {**old, **new} if old.get(name, ...) != new.get(name, ...)]
    parts = [
        f"{name} is {_value_text(old, name)} there and {_value_text(new, name)} here"
        for name in names[:_MOST_DIFFERENCES]
    ]
    if len(names) > _MOST_DIFFERENCES:
        parts.append(f"and {len(names) - _MOST_DIFFERENCES} more")
    return ", ".join(parts)


def _relevant(config: Plain) -> Plain:
    return {name: value for name, value in flat(config).items() if name not in _WITHOUT_EFFECT}


def _value_text(config: Plain, name: str) -> str:
    if name not in config:
        return "absent"
    value: Any = config[name]
    text = value if isinstance(value, str) else canonical(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"
