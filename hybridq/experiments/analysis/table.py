"""The trials that are done, as columns: conditions and metrics by name, rows chosen and grouped."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import ParameterError, UnknownNameError
from hybridq.experiments.records import Plain, State, StoredTrial, canonical, flat

Key: TypeAlias = tuple[Any, ...]
"""The values of some columns in one row."""

EXPERIMENT = "experiment"
"""The column that tells experiments apart where a table holds several."""

REPETITION = ("repeat", "seed")
"""Conditions that differ between repeats of one and the same thing."""

PROBLEM = "problem."
"""How the conditions begin that say what was solved."""

_WHICH_INSTANCE = (f"{PROBLEM}instance", f"{PROBLEM}path")


@dataclass(frozen=True)
class Table:
    """Trials that are done, in columns.

    Attributes:
        trials: one a row.
        conditions: what was chosen, by dotted name; None where a trial has no such condition.
        metrics: what came out, by name; None where a trial lacks it.
        instances: what the problem was, by content: equal for equal problems.
    """

    trials: Sequence[StoredTrial]
    conditions: Mapping[str, Sequence[Any]]
    metrics: Mapping[str, Sequence[Any]]
    instances: Sequence[str]

    def __len__(self) -> int:
        return len(self.trials)

    def __repr__(self) -> str:
        varying = ", ".join(self.varying) or "nothing"
        return f"<Table: {len(self)} trials, {len(self.metrics)} metrics; varying: {varying}>"

    def column(self, name: str) -> Sequence[Any]:
        """The values of a condition or metric.

        Raises:
            UnknownNameError: there is none of this name; the message offers the nearest.
        """
        found = self.conditions.get(name, self.metrics.get(name))
        if found is None:
            raise UnknownNameError("column", name, [*self.conditions, *self.metrics])
        return found

    def numbers(self, name: str) -> NDArray[np.float64]:
        """A column as numbers, shape (rows,); NaN where a trial has none.

        Raises:
            UnknownNameError: there is no such column.
            ParameterError: it holds text.
        """
        values = self.column(name)
        for value in values:
            if value is not None and not isinstance(value, (int, float)):
                raise ParameterError(
                    f"{name} is no number ({value!r} in trial "
                    f"{self.trials[list(values).index(value)].number}): choose another metric"
                )
        return np.array([math.nan if value is None else float(value) for value in values])

    def keys(self, names: Sequence[str]) -> list[Key]:
        """The values of these columns, a tuple for each row."""
        if not names:
            return [()] * len(self)
        return list(zip(*(self.column(name) for name in names), strict=True))

    def take(self, rows: Iterable[int]) -> Table:
        """These rows alone."""
        chosen = list(rows)
        return Table(
            [self.trials[row] for row in chosen],
            {name: [column[row] for row in chosen] for name, column in self.conditions.items()},
            {name: [column[row] for row in chosen] for name, column in self.metrics.items()},
            [self.instances[row] for row in chosen],
        )

    def where(self, wanted: Mapping[str, Sequence[Any]]) -> Table:
        """The rows whose columns have one of the wanted values each.

        Raises:
            UnknownNameError: there is no such column.
            ParameterError: nothing is left; the message names the values that exist.
        """
        kept = list(range(len(self)))
        for name, values in wanted.items():
            column = self.column(name)
            left = [row for row in kept if _among(column[row], values)]
            if not left:
                present = ", ".join(show(v) for v in _in_order({column[row] for row in kept})[:12])
                asked = " or ".join(dict.fromkeys(show(value) for value in values))
                raise ParameterError(
                    f"no finished trial has {name} = {asked}: among the others it is "
                    f"{present or 'nothing'}"
                )
            kept = left
        return self.take(kept)

    def groups(self, names: Sequence[str]) -> dict[Key, list[int]]:
        """Rows by the values of these columns; the groups in the order of their values."""
        found: dict[Key, list[int]] = {}
        for row, key in enumerate(self.keys(names)):
            found.setdefault(key, []).append(row)
        return {key: found[key] for key in _in_order(found)}

    @cached_property
    def varying(self) -> tuple[str, ...]:
        """The conditions that are not the same everywhere."""
        return tuple(name for name, column in self.conditions.items() if len(set(column)) > 1)

    def alike(self, by: Sequence[str]) -> list[str]:
        """The varying conditions, the problem's aside, in which the groups can be held alike.

        Those of which all groups by `by` have a value in common.
        """
        groups = self.groups(by).values()
        others = [
            n for n in self.varying if n not in (*by, EXPERIMENT) and not n.startswith(PROBLEM)
        ]
        return [
            name
            for name in others
            if set.intersection(*({self.column(name)[row] for row in rows} for rows in groups))
        ]

    def further(self, by: Sequence[str]) -> list[str]:
        """The varying conditions beside those of `by`, the problem's and the repetition's aside."""
        aside = (*by, EXPERIMENT, *REPETITION)
        return [n for n in self.varying if n not in aside and not n.startswith(PROBLEM)]

    def choices(self) -> list[str]:
        """The columns to compare by unless told: what was varied on purpose, as few as tell it.

        The experiment where there are several; else the varying conditions beside instances and
        repeats, without those that others imply; else what the problems differ in beyond their
        number.
        """
        names = [
            name for name in self.varying if name not in REPETITION and not name.startswith(PROBLEM)
        ]
        if EXPERIMENT in names:
            return [EXPERIMENT]
        if not names:
            names = [
                name
                for name in self.varying
                if name.startswith(PROBLEM) and name not in _WHICH_INSTANCE
            ]
        # The kind of a section says more than the options that come with it.
        names.sort(key=lambda name: not name.endswith(".kind"))
        chosen: list[str] = []
        for name in names:
            if len(set(self.keys([*chosen, name]))) > len(set(self.keys(chosen))):
                chosen.append(name)
        return [name for name in self.varying if name in chosen]


def table(experiments: Mapping[str, Iterable[StoredTrial]]) -> Table:
    """The trials that are done, of one experiment or several, each once, by number.

    Where an identity is done more than once in an experiment, the first counts. With more than
    one experiment a column `experiment` tells them apart.

    Args:
        experiments: the trials of each, by name.
    """
    rows: list[tuple[str, StoredTrial]] = []
    for name, trials in experiments.items():
        seen: set[str] = set()
        for trial in sorted(trials, key=lambda trial: trial.number):
            done = trial.state == State.DONE and trial.outcome is not None
            if done and trial.identity not in seen:
                seen.add(trial.identity)
                rows.append((name, trial))
    conditions = [_conditions(trial) for _, trial in rows]
    metrics = [trial.outcome.metrics if trial.outcome else {} for _, trial in rows]
    columns = {EXPERIMENT: [name for name, _ in rows]} if len(experiments) > 1 else {}
    return Table(
        [trial for _, trial in rows],
        {**columns, **_columns(conditions)},
        _columns([{name: frozen(value) for name, value in row.items()} for row in metrics]),
        [_instance(trial) for _, trial in rows],
    )


def matching(
    trials: Iterable[StoredTrial], wanted: Mapping[str, Sequence[Any]]
) -> list[StoredTrial]:
    """The trials, done or not, whose conditions have one of the wanted values each."""
    return [
        trial
        for trial in trials
        if all(_among(_conditions(trial).get(name), values) for name, values in wanted.items())
    ]


def label(names: Sequence[str], key: Key) -> str:
    """What a group is called: ``cobyla, p = 3``.

    A kind and an experiment speak for themselves; other values stand beside the last part of
    their name, and options that the group does not have are left out if it has any other.
    """
    bare_group = all(value is None for value in key)
    parts = []
    for name, value in zip(names, key, strict=True):
        section, _, last = name.rpartition(".")
        if value is None and section and not bare_group:
            continue
        bare = last == "kind" or name == EXPERIMENT
        parts.append(show(value) if bare else f"{last.replace('_', ' ')} = {show(value)}")
    return ", ".join(parts) or "all trials"


def owners(kinds: Sequence[Any], values: Sequence[Any]) -> list[str]:
    """The kinds whose option this is; none where all kinds have it.

    Args:
        kinds: of the section, one a row.
        values: of the option, one a row; None where it is missing.
    """
    having = {kind for kind, value in zip(kinds, values, strict=True) if value is not None}
    if not having or having == set(kinds):
        return []
    return [show(kind) for kind in dict.fromkeys(kinds) if kind in having]


def show(value: Any) -> str:
    """A condition's value in a word, as YAML would have it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, tuple):
        return f"[{', '.join(show(part) for part in value)}]"
    return str(value)


def _conditions(trial: StoredTrial) -> Plain:
    merged = {**flat(trial.conditions), **trial.swept}
    return {name: frozen(value) for name, value in merged.items()}


def _instance(trial: StoredTrial) -> str:
    """The digest of the instance that the trial was run on, else its conditions."""
    known = trial.outcome.provenance.get("instance") if trial.outcome else None
    return str(known or canonical(trial.conditions.get("problem")))


def _columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    names: dict[str, None] = {}
    for row in rows:
        names.update(dict.fromkeys(row))
    return {name: [row.get(name) for row in rows] for name in names}


def frozen(value: Any) -> Any:
    """Lists as tuples, so that every value can tell groups apart."""
    if isinstance(value, (list, tuple)):
        return tuple(frozen(part) for part in value)
    if isinstance(value, Mapping):
        return tuple((name, frozen(part)) for name, part in sorted(value.items()))
    return value


def _among(value: Any, wanted: Sequence[Any]) -> bool:
    # In Python True == 1; here a switch and a number are different things.
    return any(
        value == other and isinstance(value, bool) == isinstance(other, bool) for other in wanted
    )


def _in_order(keys: Iterable[Any]) -> list[Any]:
    return sorted(keys, key=_rank)


def _rank(value: Any) -> tuple[Any, ...]:
    """Sorts numbers before text and nothing before both, within tuples too."""
    if isinstance(value, tuple):
        return (3, *(_rank(part) for part in value))
    if value is None:
        return (0,)
    if isinstance(value, (bool, int, float)):
        return (1, float(value))
    return (2, str(value))
