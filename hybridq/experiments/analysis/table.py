"""Finished trials as columns of conditions and metrics."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import ParameterError, UnknownNameError
from hybridq.core.extras import load_extra
from hybridq.experiments.records import Plain, State, StoredTrial, canonical, flat

if TYPE_CHECKING:
    import pandas

Key: TypeAlias = tuple[Any, ...]
"""The values of some columns in one row."""

EXPERIMENT = "experiment"
"""The column with the experiment, in a table of several."""

REPETITION = ("repeat", "seed")
"""Conditions that differ between repeats."""

PROBLEM = "problem."
"""Prefix of the conditions of the problem."""


def names_instance(name: str) -> bool:
    """Return whether a condition is the number or the file of an instance."""
    return name.startswith(PROBLEM) and name.rpartition(".")[2] in ("instance", "path")


@dataclass(frozen=True)
class Table:
    """Finished trials in columns.

    Attributes:
        trials: one trial per row.
        conditions: conditions by dotted name; None for a trial without the condition.
        metrics: metrics by name; None for a trial without the metric.
        instances: digests of the problems' contents, equal for equal problems, whatever the
            options of their family.
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

    def _repr_html_(self) -> str:
        """Return the first trials, varying conditions and metrics, which a notebook shows."""
        from hybridq.presentation.html import first_rows

        numbers = [trial.number for trial in self.trials]
        columns = [numbers, *map(self.column, [*self.varying, *self.metrics])]
        titles = ["trial", *self.varying, *self.metrics]
        return first_rows(titles, list(zip(*columns, strict=True)))

    def column(self, name: str) -> Sequence[Any]:
        """Return the values of a condition or metric.

        Raises:
            UnknownNameError: the column does not exist; the message offers the nearest name.
        """
        found = self.conditions.get(name, self.metrics.get(name))
        if found is None:
            raise UnknownNameError("column", name, [*self.conditions, *self.metrics])
        return found

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Return a column as numbers, shape (rows,), NaN for missing values.

        Raises:
            UnknownNameError: the column does not exist.
            ParameterError: it contains text.
        """
        values = self.column(name)
        for value in values:
            if value is not None and not isinstance(value, (int, float)):
                number = self.trials[list(values).index(value)].number
                raise ParameterError(
                    f"{name} is not numeric ({value!r} in trial {number})",
                    remedy="choose another metric",
                )
        return np.array([math.nan if value is None else float(value) for value in values])

    def keys(self, names: Sequence[str]) -> list[Key]:
        """Return the values of these columns, a tuple for each row."""
        if not names:
            return [()] * len(self)
        return list(zip(*(self.column(name) for name in names), strict=True))

    def take(self, rows: Iterable[int]) -> Table:
        """Return these rows alone."""
        chosen = list(rows)
        return Table(
            [self.trials[row] for row in chosen],
            {name: [column[row] for row in chosen] for name, column in self.conditions.items()},
            {name: [column[row] for row in chosen] for name, column in self.metrics.items()},
            [self.instances[row] for row in chosen],
        )

    def where(self, wanted: Mapping[str, Sequence[Any]]) -> Table:
        """Return the rows whose columns have one of the wanted values each.

        Raises:
            UnknownNameError: a column does not exist.
            ParameterError: no row is left; the message names the existing values.
        """
        kept = list(range(len(self)))
        for name, values in wanted.items():
            column = self.column(name)
            left = [row for row in kept if _among(column[row], values)]
            if not left:
                present = ", ".join(show(v) for v in _in_order({column[row] for row in kept})[:12])
                wanted_text = " or ".join(dict.fromkeys(show(value) for value in values))
                raise ParameterError(
                    f"no finished trial has {name} = {wanted_text}; present values are "
                    f"{present or 'none'}"
                )
            kept = left
        return self.take(kept)

    def groups(self, names: Sequence[str]) -> dict[Key, list[int]]:
        """Return rows by the values of these columns, in the order of the values."""
        found: dict[Key, list[int]] = {}
        for row, key in enumerate(self.keys(names)):
            found.setdefault(key, []).append(row)
        return {key: found[key] for key in _in_order(found)}

    def to_pandas(self) -> pandas.DataFrame:
        """Return the trials as a data frame, one row each.

        The columns are ``trial`` (the number), the conditions by dotted name, the metrics, and
        ``instance`` (a digest, equal for equal instances).

        Raises:
            MissingExtraError: pandas is not installed.
        """
        pandas = load_extra("pandas", "pandas", "a data frame")
        return pandas.DataFrame(
            {
                "trial": [trial.number for trial in self.trials],
                **{name: list(column) for name, column in self.conditions.items()},
                **{name: list(column) for name, column in self.metrics.items()},
                "instance": list(self.instances),
            }
        )

    @cached_property
    def varying(self) -> tuple[str, ...]:
        """Conditions with several values."""
        return tuple(name for name, column in self.conditions.items() if len(set(column)) > 1)

    @cached_property
    def options(self) -> frozenset[str]:
        """Conditions that are options of a problem family, such as a penalty."""
        kinds = {str(kind) for kind in self.conditions.get(f"{PROBLEM}kind", ())}
        return frozenset(f"{PROBLEM}{name}" for kind in kinds for name in _family_options(kind))

    def is_of_problem(self, name: str) -> bool:
        """Return whether a condition decides the data of the problem."""
        return name.startswith(PROBLEM) and name not in self.options

    def alike(self, by: Sequence[str]) -> list[str]:
        """Return the varying conditions, except the problem's, that the groups share.

        These are the conditions of which all groups by `by` have a common value.
        """
        groups = self.groups(by).values()
        others = [
            n for n in self.varying if n not in (*by, EXPERIMENT) and not self.is_of_problem(n)
        ]
        return [
            name
            for name in others
            if set.intersection(*({self.column(name)[row] for row in rows} for rows in groups))
        ]

    def further(self, by: Sequence[str]) -> list[str]:
        """Return the varying conditions except `by`, the problem's and the repetition's."""
        aside = (*by, EXPERIMENT, *REPETITION)
        return [n for n in self.varying if n not in aside and not self.is_of_problem(n)]

    def choices(self) -> list[str]:
        """Return the default columns to compare by: the varied conditions.

        This is the experiment if there are several; else the varying conditions except instances
        and repeats, without those that others imply; else the varying conditions of the problems.
        """
        names = [n for n in self.varying if n not in REPETITION and not self.is_of_problem(n)]
        if EXPERIMENT in names:
            return [EXPERIMENT]
        if not names:
            names = [
                name
                for name in self.varying
                if name.startswith(PROBLEM) and not names_instance(name)
            ]
        # The kind of a section is more informative than its options.
        names.sort(key=lambda name: not name.endswith(".kind"))
        chosen: list[str] = []
        for name in names:
            if len(set(self.keys([*chosen, name]))) > len(set(self.keys(chosen))):
                chosen.append(name)
        return [name for name in self.varying if name in chosen]


def table(experiments: Mapping[str, Iterable[StoredTrial]]) -> Table:
    """Return the finished trials of one or several experiments, each once, by number.

    If an identity is done more than once in an experiment, the first one counts. With more than one
    experiment the table has a column ``experiment``.

    Args:
        experiments: the trials of each experiment, by name.
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
        _instances([trial for _, trial in rows]),
    )


def matching(
    trials: Iterable[StoredTrial], wanted: Mapping[str, Sequence[Any]]
) -> list[StoredTrial]:
    """Return the trials, finished or not, with one of the wanted values each."""
    return [
        trial
        for trial in trials
        if all(_among(_conditions(trial).get(name), values) for name, values in wanted.items())
    ]


def label(names: Sequence[str], key: Key) -> str:
    """Return the label of a group: ``cobyla, p = 3``.

    Kinds and experiments are shown alone, other values with the last part of their name. Options
    that the group does not have are omitted if it has any other.
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
    """Return the kinds that have this option, an empty list if all have it.

    Args:
        kinds: kinds of the section, one per row.
        values: values of the option, one per row; None if missing.
    """
    having = {kind for kind, value in zip(kinds, values, strict=True) if value is not None}
    if not having or having == set(kinds):
        return []
    return [show(kind) for kind in dict.fromkeys(kinds) if kind in having]


def show(value: Any) -> str:
    """Return a condition's value as short text, as in YAML."""
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


@cache
def _family_options(kind: str) -> tuple[str, ...]:
    """Return the options of a problem family, none for other kinds of problems."""
    from hybridq.problems import PROBLEMS

    return tuple(each.name for each in PROBLEMS[kind].options()) if kind in PROBLEMS else ()


def _instances(trials: Sequence[StoredTrial]) -> list[str]:
    """Return a digest of the data of each trial, whatever the options of the family."""
    leaders: dict[str, str] = {}
    digests = [_digest(trial) for trial in trials]

    def leader(name: str) -> str:
        while leaders.setdefault(name, name) != name:
            name = leaders[name]
        return name

    data: dict[str, str] = {}
    for trial, digest in zip(trials, digests, strict=True):
        source = _data_source(trial)
        if source is not None:
            leaders[leader(digest)] = leader(data.setdefault(source, digest))
    return [leader(digest) for digest in digests]


def _data_source(trial: StoredTrial) -> str | None:
    """Return the conditions that decide the data, None for problems without options."""
    problem = trial.conditions.get("problem")
    kind = problem.get("kind") if isinstance(problem, Mapping) else None
    options = _family_options(str(kind))
    if not options:
        return None
    assert isinstance(problem, Mapping)
    left = {name: value for name, value in problem.items() if name not in options}
    is_drawn = any(isinstance(value, Mapping) and "instance" in value for value in left.values())
    return canonical([left, trial.conditions.get("seed") if is_drawn else None])


def _digest(trial: StoredTrial) -> str:
    """Return the digest of the trial's problem, else its conditions."""
    known = trial.outcome.provenance.get("instance") if trial.outcome else None
    return str(known or canonical(trial.conditions.get("problem")))


def _columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    names: dict[str, None] = {}
    for row in rows:
        names.update(dict.fromkeys(row))
    return {name: [row.get(name) for row in rows] for name in names}


def frozen(value: Any) -> Any:
    """Convert lists to tuples, so that every value is hashable."""
    if isinstance(value, (list, tuple)):
        return tuple(frozen(part) for part in value)
    if isinstance(value, Mapping):
        return tuple((name, frozen(part)) for name, part in sorted(value.items()))
    return value


def _among(value: Any, wanted: Sequence[Any]) -> bool:
    # In Python True == 1, but a boolean and a number are different values here.
    return any(
        value == other and isinstance(value, bool) == isinstance(other, bool) for other in wanted
    )


def _in_order(keys: Iterable[Any]) -> list[Any]:
    return sorted(keys, key=_rank)


def _rank(value: Any) -> tuple[Any, ...]:
    """Return a sort key: nothing before numbers before text, within tuples too."""
    if isinstance(value, tuple):
        return (3, *(_rank(part) for part in value))
    if value is None:
        return (0,)
    if isinstance(value, (bool, int, float)):
        return (1, float(value))
    return (2, str(value))
