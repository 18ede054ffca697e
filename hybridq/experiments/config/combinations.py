"""Sections of the config in every combination of a sweep."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any, TypeAlias

from hybridq.core.errors import HybridqError, MissingExtraError
from hybridq.core.limits import MOST_OF_A_STATE
from hybridq.engines.choose import ENGINES
from hybridq.engines.simulators import NUMPY
from hybridq.experiments.config.axes import Axis, read_axes, swept_names
from hybridq.experiments.config.choices import AUTO, SECTIONS
from hybridq.experiments.config.compatibility import incompatibilities
from hybridq.experiments.config.errors import Mistake, refuse, shown
from hybridq.experiments.config.fitting import misfits
from hybridq.experiments.config.section_files import read_section
from hybridq.experiments.config.yaml_source import Document, Place
from hybridq.experiments.content import checked_digest
from hybridq.experiments.problems import ProblemSection
from hybridq.experiments.records import Plain
from hybridq.experiments.section import Section
from hybridq.experiments.starts import content_of_start, has_content
from hybridq.strategies.registry import DEFAULT_STRATEGY, STRATEGIES

AxisIndices: TypeAlias = tuple[int, ...]
"""A combination: the index into each axis."""


_MOST_FITTED = 1000  # combinations of problem, ansatz and strategy


@dataclass(frozen=True)
class PlannedInstance:
    """Conditions and facts of one instance of a problem."""

    conditions: Plain
    facts: Plain


@dataclass(frozen=True)
class Part:
    """A section of the config in one combination.

    Attributes:
        raw: values in the config, with those of the sweep.
        section: the section, None if it has mistakes.
        mistakes: its mistakes.
        conditions: plain values with defaults; those of `raw` if it has mistakes.
        facts: the conditions that decide the outcome; for the problem see its instances.
    """

    raw: Any
    section: Section | None
    mistakes: tuple[Mistake, ...]
    conditions: Any
    facts: Any


def _set(raw: Plain, key: str, value: Any) -> None:
    """Set a dotted key; mappings on the way are copied."""
    head, _, rest = key.partition(".")
    if rest:
        inner = raw.get(head)
        raw[head] = dict(inner) if isinstance(inner, dict) else {} if inner is None else inner
        if isinstance(raw[head], dict):
            _set(raw[head], rest, value)
    else:
        raw[head] = value


class Combinations:
    """Sections of a config in every combination of its axes, each read once.

    Args:
        document: the config, its sections in normal form.
        base: folder of relative paths.
        seed: seed of the experiment.
    """

    def __init__(self, document: Document, base: Path, seed: int) -> None:
        self._document, self._base, self._seed = document, base, seed
        self.axes, self.wrong = read_axes(document.value.get("sweep"))
        self._parts: dict[str, dict[AxisIndices, Part]] = {name: {} for name in SECTIONS}
        self._instances: dict[AxisIndices, tuple[PlannedInstance, ...]] = {}
        self._refused: dict[AxisIndices, Mistake] = {}
        self._together: dict[tuple[int, ...], list[Mistake]] = {}
        self._fitted: dict[tuple[int, ...], list[Mistake]] = {}

    def __len__(self) -> int:
        return math.prod(len(axis) for axis in self.axes)

    def rows(self) -> Iterator[AxisIndices]:
        """Return all combinations, the last axis fastest."""
        return product(*(range(len(axis)) for axis in self.axes))

    @cached_property
    def touching(self) -> dict[str, list[int]]:
        """Indices of the axes that change a section, by its key."""
        return {
            name: [
                index
                for index, axis in enumerate(self.axes)
                if any(swept.partition(".")[0] == name for swept in axis.names)
            ]
            for name in SECTIONS
        }

    def part(self, name: str, rows: AxisIndices) -> Part:
        """Return a section in a combination."""
        key = self._key(name, rows)
        parts = self._parts[name]
        if key not in parts:
            parts[key] = self._read(name, rows)
        return parts[key]

    def forms_of(self, name: str) -> Iterator[AxisIndices]:
        """Return combinations with each distinct form of a section once."""
        touching = set(self.touching[name])
        return product(
            *(range(len(axis) if i in touching else 1) for i, axis in enumerate(self.axes))
        )

    def parts_of(self, name: str) -> Iterator[Part]:
        """Return a section in each of its forms."""
        return (self.part(name, rows) for rows in self.forms_of(name))

    def instances(self, rows: AxisIndices) -> tuple[PlannedInstance, ...]:
        """Return the instances of the problem; one as written if it has mistakes.

        Files are searched and read here for the first time. Errors become mistakes.
        """
        key = self._instance_key(rows)
        if key not in self._instances:
            part = self.part("problem", rows)
            found: tuple[PlannedInstance, ...] = (PlannedInstance(part.conditions, part.facts),)
            if isinstance(part.section, ProblemSection):
                try:
                    sections = part.section.expand(self._base)
                    found = tuple(
                        PlannedInstance(each.resolved(), each.facts(self._base, self._seed))
                        for each in sections
                    )
                    for each in sections:
                        each.check(self._base, self._most_qubits(rows))
                except HybridqError as error:
                    path = ("problem", "path") if "path" in part.raw else ("problem",)
                    installed = not isinstance(error, MissingExtraError)
                    self._refused[key] = Mistake(path, str(error), of_values=installed)
            self._instances[key] = found
        return self._instances[key]

    def _instance_key(self, rows: AxisIndices) -> AxisIndices:
        """Return the key of a problem with an engine, which limits its qubits."""
        return (*self._key("problem", rows), self._most_qubits(rows) or 0)

    def _most_qubits(self, rows: AxisIndices) -> int | None:
        """Return the width of circuits that the engine takes, None without a limit.

        The automatic choice takes engines without a limit for special circuits only, for
        strategies that need no samples, and for the default strategy of QAOA, which then is one of
        these.
        """
        engine, strategy, ansatz = (
            getattr(self.part(name, rows).section, "kind", AUTO)
            for name in ("engine", "strategy", "ansatz")
        )
        if engine in ENGINES:
            return ENGINES[engine].most_qubits
        if strategy in STRATEGIES and not STRATEGIES[strategy].needs_samples:
            return None
        by_default = strategy in (AUTO, DEFAULT_STRATEGY) and ansatz in (AUTO, "qaoa")
        return None if by_default else MOST_OF_A_STATE

    def count_instances(self, rows: AxisIndices) -> int:
        """Return the number of `instances`; drawn ones are not built for it."""
        asked = getattr(self.part("problem", rows).section, "instances", 1)
        return asked if asked > 1 else len(self.instances(rows))

    def _key(self, name: str, rows: AxisIndices) -> AxisIndices:
        return tuple(rows[index] for index in self.touching[name])

    def _read(self, name: str, rows: AxisIndices) -> Part:
        raw = self._raw(name, rows)
        section, mistakes = read_section(name, raw, self._base)
        if section is None:
            return Part(raw, None, tuple(mistakes), raw, raw)
        if isinstance(section, ProblemSection):
            return Part(raw, section, (), section.resolved(), raw)
        try:
            return Part(raw, section, (), *self._resolved(name, section))
        except HybridqError as error:
            return Part(raw, None, (Mistake((name, "initial"), str(error)),), raw, raw)

    def _resolved(self, name: str, section: Section) -> tuple[Any, Any]:
        """Return conditions and facts of a section other than the problem."""
        conditions = section.model_dump(mode="json", exclude_none=True)
        if name == "shots":
            return conditions["shots"], conditions["shots"]
        if "kind" in conditions:
            conditions = {"kind": conditions.pop("kind"), **conditions}
        if name == "engine":
            conditions.pop("threads", None)
            if conditions.get("kernels") != NUMPY:  # trials wait for the compiler
                conditions.pop("kernels", None)
        facts = conditions
        if name == "strategy" and has_content(conditions["initial"]):
            data, source, initial = content_of_start(conditions["initial"], self._base)
            digest = checked_digest(data, conditions.get("sha256"), source)
            conditions = {**conditions, "initial": initial, "sha256": digest}
            facts = {key: value for key, value in conditions.items() if key != "initial"}
        return conditions, facts

    def _raw(self, name: str, rows: AxisIndices) -> Any:
        """Return the config's values of a section in a combination."""
        raw = self._document.value.get(name)
        dotted: list[tuple[str, Any]] = []
        for index in self.touching[name]:
            axis = self.axes[index]
            for swept, column in zip(axis.names, axis.columns, strict=True):
                head, _, key = swept.partition(".")
                if head != name:
                    continue
                if key:
                    dotted.append((key, column[rows[index]]))
                else:
                    raw = column[rows[index]]
        if dotted and (raw is None or isinstance(raw, dict)):
            raw = dict(raw or {})
            for key, value in dotted:
                _set(raw, key, value)
        return raw

    def mistakes(self, rows: AxisIndices) -> list[Mistake]:
        """Return the mistakes in a combination, located at their values."""
        parts = {name: self.part(name, rows) for name in SECTIONS}
        found = [mistake for part in parts.values() for mistake in part.mistakes]
        self.instances(rows)
        refused = self._refused.get(self._instance_key(rows))
        found += [] if refused is None else [refused]
        if found:
            return [self._placed(mistake, rows) for mistake in found]
        key = tuple(id(part) for part in parts.values())
        if key not in self._together:
            sections = {name: part.section for name, part in parts.items() if part.section}
            self._together[key] = list(incompatibilities(sections)) or self._misfits(sections)
        return [self._placed(mistake, rows) for mistake in self._together[key]]

    def _misfits(self, sections: dict[str, Section]) -> list[Mistake]:
        """Return the mistake of an ansatz that cannot be built for the problem.

        An ansatz is built once for each problem, and of many combinations only the first are.
        """
        names = ("problem", "ansatz", "strategy")
        key = tuple(id(sections[name]) for name in names)
        if key not in self._fitted:
            most = len(self._fitted) >= _MOST_FITTED
            self._fitted[key] = [] if most else list(misfits(sections, self._base, self._seed))
        return self._fitted[key]

    def mistakes_of_sound_axes(self) -> list[Mistake]:
        """Return the mistakes in sections whose axes have no mistakes."""
        right = {name for axis in self.axes for name in axis.names}
        missing = swept_names(self._document.value.get("sweep")) - right
        unsure = {name.partition(".")[0] for name in missing}
        return [
            self._placed(mistake, rows)
            for name in SECTIONS
            if name not in unsure and self.touching[name]
            for rows in self.forms_of(name)
            for mistake in self.part(name, rows).mistakes
        ]

    def _placed(self, mistake: Mistake, rows: AxisIndices) -> Mistake:
        """Locate a mistake at the entry of the sweep that holds its value."""
        path = mistake.path
        swept_whole = any(path[0] in axis.names for axis in self.axes)
        is_mapping = isinstance(self._raw(str(path[0]), rows), dict)
        if len(path) == 1 and not swept_whole and not (is_mapping and mistake.of_values):
            return mistake  # independent of the values of the sweep
        names = [
            (swept, axis, row)
            for axis, row in zip(self.axes, rows, strict=True)
            for swept in axis.names
            if swept.partition(".")[0] == path[0]
        ]
        for swept, axis, row in sorted(names, key=lambda each: -len(each[0])):
            at = tuple(swept.split("."))
            if path[: len(at)] == at:
                whole = len(at) == 1 and mistake.at_key
                return replace(
                    mistake,
                    path=(*axis.path(swept, row), *path[len(at) :]),
                    at_key=whole,
                    text=mistake.text + (self._hint(mistake, names) if not whole else ""),
                )
        if not names or not mistake.of_values:
            return mistake
        values = {s: axis.columns[axis.names.index(s)][row] for s, axis, row in names}
        said = ", ".join(f"{swept} {shown(value)}" for swept, value in values.items())
        swept, axis, row = names[-1]
        hint = self._hint(mistake, names)
        if len(path) > 1:  # the value is in the section, and the sweep makes it wrong
            return replace(mistake, text=f"{mistake.text} (with {said} of the sweep){hint}")
        return Mistake(axis.path(swept, row), f"{mistake.text} (with {said})")

    @staticmethod
    def _hint(mistake: Mistake, names: Sequence[tuple[str, Axis, int]]) -> str:
        """Return a hint on sweeping kinds with different options."""
        section = mistake.path[0]
        if not mistake.at_key or f"{section}.kind" not in [name for name, _, _ in names]:
            return ""
        return f"; sweep whole sections: {section}: [{{kind: ..., option: ...}}, {{kind: ...}}]"

    def refuse(self, mistakes: Iterable[Mistake]) -> None:
        """Raise a `ConfigError` with all mistakes, if any."""

        def place(mistake: Mistake) -> Place:
            return self._document.place(mistake.path, key=mistake.at_key)

        refuse(mistakes, place)
