"""Trials of a config: combinations, exclusion, instances, repeats."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hybridq.core import memory
from hybridq.core.errors import ConfigError, HybridqError
from hybridq.experiments.config.axes import Axis
from hybridq.experiments.config.backend_section import NO_BACKEND
from hybridq.experiments.config.choices import SECTIONS
from hybridq.experiments.config.combinations import AxisIndices, Combinations, PlannedInstance
from hybridq.experiments.config.errors import Mistake, TooManyTrialsError
from hybridq.experiments.config.exclusion_rules import REPEAT, ExclusionRules
from hybridq.experiments.config.yaml_source import Document, KeyPath
from hybridq.experiments.problems import ProblemSection
from hybridq.experiments.records import Plain, Planned, canonical, flat
from hybridq.experiments.section import Section
from hybridq.experiments.starts import content_of_start, has_content

if TYPE_CHECKING:
    from hybridq.experiments.config.config import ExperimentConfig

MOST_TRIALS = 100_000
"""Default limit of a plan."""

_MOST_COMPARISONS = 20_000_000  # of trials with rules
_BYTES_PER_TRIAL = 4_000
# Conditions of sections that did not exist when trials were stored first: left out, so that these
# keep their identity.
_ABSENT: dict[str, Plain] = {
    "backend": {"kind": NO_BACKEND},
    "measurement": {},
    "mitigation": {"kind": "auto"},
}
_NOT_COMPARED = ("problem.sha256", "strategy.sha256")


def plan(config: ExperimentConfig, limit: int | None = MOST_TRIALS) -> list[Planned]:
    """Return the trials of a config in the order in which they run.

    Repeats are the outer loop, instances the middle one and combinations the inner one, so that
    trials that are compared with each other run one after the other. Equal trials of several
    combinations are planned once.

    Args:
        config: the config.
        limit: most trials, checked before any is planned; None for no limit.

    Raises:
        TooManyTrialsError: the plan exceeds `limit`.
        ConfigError: a value is wrong, or no trial is left.
        CapacityError: the list does not fit in memory.
    """
    planned = config.sweep().planned(limit)
    config.goal()
    return planned


class Sweep:
    """Combinations of a config.

    Args:
        document: the config, its sections in normal form.
        base: folder of relative paths.
        seed: seed of the experiment.
        repeats: repeats of every combination.
    """

    def __init__(self, document: Document, base: Path, seed: int = 0, repeats: int = 1) -> None:
        self._document, self._base = document, base
        self._seed, self._repeats = seed, repeats
        self._all = Combinations(document, base, seed)
        self._rules = ExclusionRules(document.value.get("exclude"))
        self._wrong = [*self._all.wrong, *self._rules.mistakes]

    @property
    def combinations(self) -> int:
        """Number of combinations before exclusion, instances and repeats."""
        return len(self._all)

    def trials(self) -> int:
        """Return the number of trials before exclusion, without planning them.

        Raises:
            ConfigError: the sweep has mistakes.
        """
        self._all.refuse(self._wrong)
        forms = 1
        for index in self._all.touching["problem"]:
            forms *= len(self.axes[index])
        instances = sum(map(self._all.count_instances, self._all.forms_of("problem")))
        return len(self._all) // forms * instances * self._repeats

    @property
    def axes(self) -> list[Axis]:
        """Names that are swept, with their values."""
        return self._all.axes

    def mistakes(self) -> list[Mistake]:
        """Return the mistakes in any combination that is not excluded.

        Raises:
            ConfigError: the sweep itself has mistakes.
        """
        self._all.refuse(self._wrong)
        found: list[Mistake] = []
        for rows in self._all.rows():
            if any(self._is_left(rows, each, 0) for each in self._all.instances(rows)):
                found += self._all.mistakes(rows)
        return found

    @property
    def is_wrong(self) -> bool:
        """True if the sweep or an exclusion rule has mistakes."""
        return bool(self._wrong)

    def mistakes_of_sound_axes(self) -> list[Mistake]:
        """Return the mistakes in sections whose axes have no mistakes.

        The list is empty if rules may exclude them.
        """
        return [] if self._document.value.get("exclude") else self._all.mistakes_of_sound_axes()

    def problems(self) -> list[Section]:
        """Return the distinct problem sections without mistakes."""
        self._all.refuse(self._wrong)
        return [part.section for part in self._all.parts_of("problem") if part.section is not None]

    def contents(self) -> dict[str, tuple[str, bytes]]:
        """Return name and content of the files of instances and starts by SHA-256.

        Raises:
            ConfigError: a file cannot be read.
        """
        self._all.refuse(self._wrong)
        found: dict[str, tuple[str, bytes]] = {}
        try:
            for part in self._all.parts_of("problem"):
                if isinstance(part.section, ProblemSection):
                    for section in part.section.expand(self._base):
                        found |= section.contents(self._base)
            for part in self._all.parts_of("strategy"):
                if part.section is not None and has_content(part.conditions["initial"]):
                    data, name, _ = content_of_start(part.conditions["initial"], self._base)
                    found[hashlib.sha256(data).hexdigest()] = (name, data)
        except HybridqError as error:
            raise ConfigError(str(error)) from None
        return found

    def planned(self, limit: int | None) -> list[Planned]:
        """Return all trials; see `plan`."""
        self._all.refuse(self._wrong)
        self._check_number(limit)
        kept: list[tuple[AxisIndices, int, int, PlannedInstance]] = []
        wrong: list[Mistake] = []
        for rows in self._all.rows():
            left = False
            for index, instance in enumerate(self._all.instances(rows)):
                for repeat in range(self._repeats):
                    if self._is_left(rows, instance, repeat):
                        left = True
                        kept.append((rows, index, repeat, instance))
            if left:
                wrong += self._all.mistakes(rows)
            if len(wrong) > 1000:
                break
        self._all.refuse(wrong)
        self._check_rules(len(kept))
        kept.sort(key=lambda trial: (trial[2], trial[1]))
        return self._trials(kept)

    # ----- number -----

    def _check_number(self, limit: int | None) -> None:
        """Raise if there are too many trials, or too many rules for them."""
        factors = [f"{' + '.join(axis.names)} {len(axis):,}" for axis in self.axes]
        factors += [f"repeats {self._repeats:,}"] * (self._repeats > 1)
        number = self.combinations * self._repeats
        self._check(number, limit, factors)
        whole = self.trials()
        if whole != number:
            self._check(whole, limit, [*factors, f"instances {whole / number:,.12g}"])
        self._check_work(whole)

    def _check_work(self, number: int) -> None:
        """Raise if matching the rules with all trials would take minutes."""
        if number * len(self._rules) > _MOST_COMPARISONS:
            raise ConfigError(
                f"{self._document.place(('exclude',), key=True)}: {len(self._rules):,} rules for "
                f"{number:,} trials are too many: use lists of values in fewer rules"
            )

    def _check(self, number: int, limit: int | None, factors: list[str]) -> None:
        if limit is not None and number > limit:
            product = " × ".join(factors)
            makers: tuple[KeyPath, ...] = (("sweep",), ("problem", "instances"), ("repeats",))
            maker = next((path for path in makers if path in self._document.keys), ())
            place = self._document.place(maker, key=True)
            raise TooManyTrialsError(
                f"{place}: {number:,} trials ({product}) exceed the limit of {limit:,}"
            )
        memory.require(
            number * _BYTES_PER_TRIAL, f"the list of {number:,} trials", "shorten the sweep"
        )

    # ----- exclusion -----

    def _is_left(self, rows: AxisIndices, instance: PlannedInstance, repeat: int) -> bool:
        """True if no rule excludes a trial."""

        def value(name: str) -> Any:
            head, _, key = name.partition(".")
            if head == REPEAT:
                return repeat
            part = instance if head == "problem" else self._all.part(head, rows)
            conditions = part.conditions
            return _at(conditions, [key]) if key else conditions

        return not self._rules.exclude(value)

    def _check_rules(self, left: int) -> None:
        self._all.refuse(
            mistake for rule, mistake in self._rules.unused() if not self._is_overridden(rule)
        )
        if not left:
            raise ConfigError(
                f"{self._document.place(('exclude',), key=True)}: the rules exclude every trial: "
                "omit some of them"
            )

    def _is_overridden(self, rule: Mapping[str, Any]) -> bool:
        """True if a rule names an overridden value."""
        return any(self._document.place(tuple(name.split("."))).override for name in rule)

    # ----- trials -----

    def _trials(
        self, kept: Iterable[tuple[AxisIndices, int, int, PlannedInstance]]
    ) -> list[Planned]:
        """Return the trials of combinations, instances and repeats, without duplicates."""
        conditions: list[Plain] = []
        facts: list[Plain] = []
        other: dict[AxisIndices, tuple[Plain, Plain]] = {}
        for rows, _, repeat, instance in kept:
            if rows not in other:
                parts = {name: self._all.part(name, rows) for name in SECTIONS if name != "problem"}
                for name, absent in _ABSENT.items():
                    if parts[name].conditions == absent:
                        del parts[name]
                other[rows] = (
                    {name: part.conditions for name, part in parts.items()},
                    {name: part.facts for name, part in parts.items()},
                )
            last = {"repeat": repeat, "seed": self._seed}
            conditions.append({"problem": instance.conditions, **other[rows][0], **last})
            facts.append({"problem": instance.facts, **other[rows][1], **last})
        distinct: dict[str, Planned] = {}
        for trial in map(Planned, conditions, facts, self._swept(conditions)):
            distinct.setdefault(trial.identity, trial)
        return list(distinct.values())

    def _swept(self, trials: Sequence[Plain]) -> list[Plain]:
        """Return each trial's conditions that differ between trials, by dotted name."""
        swept = [name for axis in self.axes for name in axis.names]
        always = {name for name in swept if "." in name or not SECTIONS[name].key_names()}
        columns = {
            name: [_at(conditions, name.split(".")) for conditions in trials]
            for name in self._names()
            if name not in _NOT_COMPARED
        }
        for name, column in list(columns.items()):
            distinct = {_key(value) for value in column if value is not None}
            if name not in always and len(distinct) < 2:
                del columns[name]
        return [
            {
                name: column[index]
                for name, column in columns.items()
                if name in always or column[index] is not None
            }
            for index in range(len(trials))
        ]

    def _names(self) -> list[str]:
        """Return the names that may differ, in the order of the config, repeat last.

        A section that is swept whole counts with all keys that it has anywhere.
        """
        found: dict[str, None] = {}
        for axis in self.axes:
            for name, column in zip(axis.names, axis.columns, strict=True):
                if "." in name or not SECTIONS[name].key_names():
                    found[name] = None
                    continue
                sections = [value for value in column if isinstance(value, dict)]
                found |= dict.fromkeys(f"{name}.{key}" for each in sections for key in each)
        for rows in self._all.forms_of("problem"):
            flats = [flat(each.conditions, "problem.") for each in self._all.instances(rows)]
            for other in flats[1:]:
                found |= dict.fromkeys(n for n in other if other[n] != flats[0].get(n))
        return [*found, "repeat"]


def _key(value: Any) -> Any:
    return value if isinstance(value, str | int | float) else canonical(value)


def _at(conditions: Any, path: Sequence[str]) -> Any:
    """Return a condition by its path, None if the trial has none."""
    for key in path:
        if not isinstance(conditions, dict):
            return None
        conditions = conditions.get(key)
    return conditions
