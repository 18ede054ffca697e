"""In what two configs differ, as far as it makes other trials."""

from __future__ import annotations

from typing import Any

from hybridq.experiments.records import Plain, canonical, flat

_SHOWN = 5
_LONGEST = 60
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


def differences(there: Plain, now: Plain) -> str:
    """The differences by dotted name, empty if there is none that matters.

    What has no effect on the trials is left out: descriptions, retries, time limits, storage.

    Args:
        there: the config that is stored.
        now: the other one.
    """
    old, new = _relevant(there), _relevant(now)
    names = [name for name in {**old, **new} if old.get(name, ...) != new.get(name, ...)]
    told = [
        f"{name} is {_said(old, name)} there and {_said(new, name)} here" for name in names[:_SHOWN]
    ]
    if len(names) > _SHOWN:
        told.append(f"and {len(names) - _SHOWN} more")
    return ", ".join(told)


def _relevant(config: Plain) -> Plain:
    return {name: value for name, value in flat(config).items() if name not in _WITHOUT_EFFECT}


def _said(config: Plain, name: str) -> str:
    if name not in config:
        return "absent"
    value: Any = config[name]
    text = value if isinstance(value, str) else canonical(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
