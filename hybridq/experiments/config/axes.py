"""Axes of a sweep: names and their values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hybridq.experiments.config.choice import Choice
from hybridq.experiments.config.choices import SECTIONS
from hybridq.experiments.config.errors import Mistake, nearest, shown
from hybridq.experiments.config.yaml_source import KeyPath
from hybridq.experiments.records import canonical

ZIP = "zip"
_LARGEST = 1e15  # integers up to this are exact
_LONGEST = 1_000_000_000  # values of a range
SCALES = ("linear", "log")
CANNOT_BE_SWEPT = {
    "repeat": "repeats: 3 runs every combination with three seeds",
    "repeats": "it is equal for all trials: repeats: 3 runs every combination with three seeds",
    "seed": "repeats: 3 runs every combination with three seeds that follow from seed",
    "engine.threads": "results do not depend on it, so all its trials would be equal",
    "problem.instance": "problem.instances: 5 runs every combination on five instances",
    "problem.instances": "problem.instances: 5 runs every combination on five instances",
}


@dataclass(frozen=True)
class Range(Sequence[float]):
    """A range of numbers, computed on demand."""

    start: float
    stop: float
    length: int
    step: float | None = None
    log: bool = False

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: Any) -> Any:
        if not 0 <= index < self.length:
            raise IndexError(index)
        if self.step is not None:  # decimal, so that 0.1 + 2 · 0.1 is 0.3
            return _number(
                Decimal(repr(self.start)) + index * Decimal(repr(self.step)), self._whole
            )
        if index in (0, self.length - 1):
            return self.start if index == 0 else self.stop
        part = index / (self.length - 1)
        if self.log:
            value = self.start * (self.stop / self.start) ** part
        else:
            value = self.start + part * (self.stop - self.start)
        nearby = round(value, 12) if not self.log else float(f"{value:.12g}")
        return int(nearby) if self._whole and nearby == int(nearby) else nearby

    @property
    def _whole(self) -> bool:
        ends = (self.start, self.stop if self.step is None else self.step)
        return all(isinstance(end, int) for end in ends)


def _number(value: Decimal, whole: bool) -> int | float:
    return int(value) if whole else float(value)


@dataclass(frozen=True)
class Axis:
    """Names that are swept together, and their values.

    Attributes:
        names: dotted names, several where they are zipped.
        columns: the values of each name, equally many.
        paths: the location of each name's values in the config.
    """

    names: tuple[str, ...]
    columns: tuple[Sequence[Any], ...]
    paths: tuple[KeyPath, ...]

    def __len__(self) -> int:
        return len(self.columns[0])

    def path(self, name: str, row: int) -> KeyPath:
        """Return the location of a name's value in a row."""
        column = self.names.index(name)
        path = self.paths[column]
        return path if isinstance(self.columns[column], Range) else (*path, row)


def read_axes(sweep: Any) -> tuple[list[Axis], list[Mistake]]:
    """Return the axes of the key ``sweep`` and the mistakes in it."""
    if sweep is None:
        return [], []
    if not isinstance(sweep, dict):
        expected = "a mapping of dotted names to lists or ranges"
        return [], [Mistake.of_value(("sweep",), "sweep", sweep, expected)]
    axes: list[Axis] = []
    mistakes: list[Mistake] = []
    for name, values in sweep.items():
        if name == ZIP:
            several = isinstance(values, list)
            for index, group in enumerate(values if several else [values]):
                path: KeyPath = ("sweep", ZIP, index) if several else ("sweep", ZIP)
                axes += _zipped(group, path, mistakes)
        else:
            column = _column(name, values, ("sweep", name), mistakes)
            if column is not None:
                axes.append(Axis((name,), (column,), (("sweep", name),)))
    for axis in axes:
        mistakes += _repeated(axis)
    seen: dict[str, Axis] = {}
    for axis in axes:
        for name in axis.names:
            if name in seen:
                at = axis.paths[axis.names.index(name)]
                mistakes.append(Mistake(at, f"{name} is swept twice: omit one", True))
            seen[name] = axis
    return axes, mistakes


def swept_names(sweep: Any) -> set[str]:
    """Return every dotted name in the key ``sweep``, of invalid axes too."""
    if not isinstance(sweep, dict):
        return set()
    together = sweep.get(ZIP)
    groups = together if isinstance(together, list) else [together]
    zipped = {str(name) for group in groups if isinstance(group, dict) for name in group}
    return {str(name) for name in sweep if name != ZIP} | zipped


def _zipped(group: Any, path: KeyPath, mistakes: list[Mistake]) -> list[Axis]:
    """Return the axis of names that change together."""
    if not isinstance(group, dict) or not group:
        expected = "a mapping of dotted names to lists"
        mistakes.append(Mistake.of_value(path, "zip", group, expected))
        return []
    before = len(mistakes)
    columns = [_column(name, values, (*path, name), mistakes) for name, values in group.items()]
    if len(mistakes) > before:
        return []
    found = [column for column in columns if column is not None]
    lengths = {name: len(column) for name, column in zip(group, found, strict=True)}
    if len(set(lengths.values())) > 1:
        counts = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        mistakes.append(Mistake(path, f"zip: the lists must have equal lengths: {counts} values"))
        return []
    return [Axis(tuple(group), tuple(found), tuple((*path, name) for name in group))]


def _column(name: str, values: Any, path: KeyPath, mistakes: list[Mistake]) -> Sequence[Any] | None:
    """Return the values of one swept name."""
    before = len(mistakes)
    if name in CANNOT_BE_SWEPT:
        mistakes.append(Mistake(path, f"{name} cannot be swept: {CANNOT_BE_SWEPT[name]}", True))
    else:
        hint = unknown(name)
        if hint is not None:
            mistakes.append(Mistake(path, f"sweep: unknown name {name!r}{hint}", True))
    found: Sequence[Any] | None = None
    if isinstance(values, list):
        found = _listed(name, values, path, mistakes)
    elif isinstance(values, dict) and "from" in values:
        found = _range(name, values, path, mistakes)
    else:
        expected = "a list, {from, to, step} or {from, to, points}"
        mistakes.append(Mistake.of_value(path, name, values, expected))
    return found if len(mistakes) == before else None


def _listed(name: str, values: list[Any], path: KeyPath, mistakes: list[Mistake]) -> list[Any]:
    """Return the values of a list, kinds in the registered spelling."""
    if not values:
        mistakes.append(Mistake(path, f"{name}: the list is empty: omit the name"))
    section = SECTIONS.get(name)
    normal = [value if section is None else section.normal(value) for value in values]
    if name.endswith(".kind"):
        normal = [kind_of(name, value) for value in values]
    return normal


def _repeated(axis: Axis) -> list[Mistake]:
    """Return the mistakes of repeated rows; a range has none."""
    if any(isinstance(column, Range) for column in axis.columns):
        return []
    seen: set[str] = set()
    mistakes: list[Mistake] = []
    for row, values in enumerate(zip(*axis.columns, strict=True)):
        key = canonical(values)
        if key in seen:
            value = ", ".join(map(shown, values))
            text = f"{' and '.join(axis.names)}: {value} is in the list twice: omit one"
            mistakes.append(Mistake(axis.path(axis.names[0], row), text))
        seen.add(key)
    return mistakes


def kind_of(name: str, value: Any) -> Any:
    """Return a kind in its registered spelling, any other value unchanged."""
    section = SECTIONS.get(name.partition(".")[0])
    if isinstance(section, Choice) and isinstance(value, str):
        return section.canonical(value)
    return value


def _range(
    name: str, given: dict[str, Any], path: KeyPath, mistakes: list[Mistake]
) -> Range | None:
    """Return a range, with both ends where a step reaches the last one."""

    def refuse(text: str, *key: str) -> None:
        mistakes.append(Mistake((*path, *key), f"{name}: {text}"))

    before = len(mistakes)
    for key in given:
        if key not in ("from", "to", "step", "points", "scale"):
            hint = nearest(key, ("from", "to", "step", "points", "scale"))
            mistakes.append(Mistake((*path, key), f"{name}: unknown key {key!r}{hint}", True))
    if len(mistakes) > before:
        return None
    for key in ("from", "to", "step"):
        value = given.get(key)
        if (key in given or key == "to") and not _is_number(value):
            refuse(f"{key} must be a number, got {shown(value)}", *([key] if key in given else []))
    points, scale = given.get("points"), given.get("scale", "linear")
    integers = all(
        _is_number(given.get(key)) and isinstance(given[key], int) for key in ("from", "to")
    )
    consecutive = integers and not {"step", "points", "scale"} & given.keys()
    if not consecutive and ("step" in given) == ("points" in given):
        refuse("a range must have either step or points")
    if points is not None and (
        isinstance(points, bool) or not isinstance(points, int) or points < 2
    ):
        refuse(f"points must be an integer >= 2, got {shown(points)}", "points")
    if scale not in SCALES:
        refuse(f"scale must be one of {', '.join(SCALES)}, got {shown(scale)}", "scale")
    if len(mistakes) > before:
        return None
    start, stop, step = given["from"], given["to"], given.get("step", 1 if consecutive else None)
    largest = max(abs(start), abs(stop))
    if largest > _LARGEST or (step is not None and 0 < abs(step) < largest / _LONGEST):
        refuse(f"a range must end at {_LARGEST:.0e} or below and have at most {_LONGEST:,} values")
        return None
    if points is not None and points > _LONGEST:
        refuse(f"points must be at most {_LONGEST:,}, got {shown(points)}", "points")
        return None
    if scale == "log" and (step is not None or min(start, stop) <= 0):
        refuse("scale: log requires points, and ends above 0", "scale")
        return None
    if step is None:
        if start == stop:
            refuse(f"from and to are both {shown(start)}: use a list of one value")
            return None
        return Range(start, stop, int(points or 0), log=scale == "log")
    if step == 0 or (stop - start) / step < 0:
        refuse(f"step: {shown(step)} does not lead from {shown(start)} to {shown(stop)}", "step")
        return None
    length = int((Decimal(repr(stop)) - Decimal(repr(start))) // Decimal(repr(step))) + 1
    return Range(start, stop, length, step=step)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < math.inf


def unknown(name: str) -> str | None:
    """Return the hint for an unknown dotted name, None for a known one."""
    head, _, key = name.partition(".")
    if head not in SECTIONS:
        meant = [each for each in all_names() if each.rpartition(".")[2] == name]
        if meant:
            return f": did you mean {' or '.join(map(repr, meant))}?"
        return nearest(name, [*all_names(), *SECTIONS])
    section = SECTIONS[head]
    if not key or key in section.key_names():
        return None
    if not section.key_names():
        return f": {head} is a single value without keys"
    return nearest(name, [f"{head}.{each}" for each in section.key_names()])


def all_names() -> list[str]:
    """Return every dotted name."""
    return [f"{head}.{key}" for head, section in SECTIONS.items() for key in section.key_names()]
