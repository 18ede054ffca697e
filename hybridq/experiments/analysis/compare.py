"""Groups of trials beside each other: which is better, by how much, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from hybridq.errors import ParameterError
from hybridq.experiments.analysis.cases import Cases
from hybridq.experiments.analysis.statistics import (
    Interval,
    differences,
    holm,
    mean_interval,
    signed_rank,
    wins,
)
from hybridq.experiments.analysis.table import REPETITION, Key, Table, label

_FEWEST_PAIRS = 6  # of n pairs the signed-rank test's p is at least 2 / 2^n
_MOST_NAMED = 4
# Beyond so many groups only the comparisons that are shown are tested and corrected for.
_ALL_PAIRS_UP_TO = 40


@dataclass(frozen=True)
class Contrast:
    """One group beside the reference group, on the same cases.

    Attributes:
        pairs: cases that both groups have.
        difference: mean of group − reference.
        interval: 95 % bootstrap interval of that mean, None for a single pair.
        effect: matched-pairs rank-biserial correlation, above 0 where the group's values are
            larger.
        p: of the Wilcoxon signed-rank test, adjusted by Holm's method for all tests made.
    """

    pairs: int
    difference: float
    interval: Interval | None
    effect: float
    p: float


@dataclass(frozen=True)
class Group:
    """Trials that agree in what is compared.

    Attributes:
        key: the values of the columns compared by.
        label: what it is called.
        rows: of the table.
        mean: every case counts the same, however many repeats it has.
        interval: 95 % bootstrap interval of the mean over the cases, None for a single one.
        median, std: over the trials; the standard deviation with n − 1, NaN for one trial.
        wins: share of the common cases on which it is best, ties shared; None without such cases.
        contrast: beside the reference group; None for the reference itself and where no case is
            common.
    """

    key: Key
    label: str
    rows: list[int]
    mean: float
    interval: Interval | None
    median: float
    std: float
    wins: float | None
    contrast: Contrast | None


@dataclass(frozen=True)
class Comparison:
    """Groups of the trials of one or more experiments by one metric.

    Attributes:
        by: the columns whose values make the groups.
        metric: what is compared.
        maximize: whether larger is better.
        groups: in the order of their keys.
        reference: index of the group that the others stand beside.
        unit: what a case is: ``"instance"``, ``"repeat"`` or ``"combination"``.
        cases: how many all groups have in common.
        notes: what to keep in mind, in sentences.
    """

    by: tuple[str, ...]
    metric: str
    maximize: bool
    groups: tuple[Group, ...]
    reference: int
    unit: str
    cases: int
    notes: tuple[str, ...]

    @property
    def best(self) -> int:
        """Index of the group with the best mean."""
        means = [group.mean for group in self.groups]
        return int(np.argmax(means) if self.maximize else np.argmin(means))


def compare(
    trials: Table,
    by: Sequence[str],
    metric: str,
    *,
    maximize: bool,
    against: str | None = None,
    tested: bool = True,
) -> Comparison:
    """The groups of `trials` by `by`, with tests on the cases that they have in common.

    Repeats on one instance are not independent, so that they are averaged (see `Cases`). Like is
    compared with like: the average over a case takes the conditions that both groups have.

    Args:
        trials: what is done.
        by: columns whose values make the groups.
        metric: a numeric column.
        maximize: whether larger is better.
        against: label of the group to compare with; the best one if left out. Then the p-values
            are adjusted for all pairs of groups, as the best is only known afterwards.
        tested: whether the groups are tested against each other; means and intervals are the same
            without, and there at once.

    Raises:
        UnknownNameError: a column that there is not.
        ParameterError: no numbers, or no group called `against`.
    """
    numbers = trials.numbers(metric)
    known = np.isfinite(numbers)
    if not known.any():
        raise ParameterError(
            f"no finished trial has the metric {metric}: "
            f"choose from {', '.join(numeric(trials)) or 'none'}"
        )
    notes = []
    if not known.all():
        missing = int((~known).sum())
        notes.append(f"{missing} trial{'s' * (missing > 1)} without {metric} left out.")
        trials, numbers = trials.take(np.flatnonzero(known).tolist()), numbers[known]
    rows = trials.groups(by)
    labels = [label(by, key) for key in rows]
    members = list(rows.values())
    cases = Cases.of(trials, by, members, numbers)
    notes += cases.notes
    notes += _gaps(trials, by, rows)
    means = [fmean(cases.means(place)) for place in range(len(members))]
    reference = (
        _called(labels, against)
        if against is not None
        else int(np.argmax(means) if maximize else np.argmin(means))
    )
    contrasts: list[Contrast | None] = [None] * len(members)
    shared, winners = 0, None
    if tested:
        contrasts = _contrasts(cases, reference, all_pairs=against is None)
        shared, winners = _winners(cases, maximize=maximize)
        notes += _limits(labels, reference, contrasts, cases.unit)
    groups = []
    for place, group in enumerate(members):
        values = numbers[group]
        groups.append(
            Group(
                key=list(rows)[place],
                label=labels[place],
                rows=group,
                mean=means[place],
                interval=mean_interval(cases.means(place)),
                median=float(np.median(values)),
                std=float(values.std(ddof=1)) if values.size > 1 else math.nan,
                wins=None if winners is None else float(winners[place]),
                contrast=contrasts[place],
            )
        )
    return Comparison(
        tuple(by), metric, maximize, tuple(groups), reference, cases.unit, shared, tuple(notes)
    )


def numeric(trials: Table) -> list[str]:
    """The metrics that are numbers."""
    return [
        name
        for name, column in trials.metrics.items()
        if any(value is not None for value in column)
        and all(value is None or isinstance(value, (int, float)) for value in column)
    ]


def _gaps(trials: Table, by: Sequence[str], groups: Mapping[Key, list[int]]) -> list[str]:
    """Which groups lack conditions that others have, so that their means are of other trials."""
    notes = []
    for name in trials.alike(by):
        if name in REPETITION:
            continue
        column = trials.column(name)
        found = {key: {column[row] for row in rows} for key, rows in groups.items()}
        everything = set.union(*found.values())
        lacking = [label(by, key) for key, values in found.items() if values != everything]
        if lacking:
            notes.append(
                f"Not all values of {name} are in {_some(lacking)}: its mean is over other "
                "conditions, the difference over those in common."
                if len(lacking) == 1
                else f"Not all values of {name} are in {_some(lacking)}: means are over different "
                "conditions, differences over those in common."
            )
    return notes


def _limits(
    labels: Sequence[str], reference: int, contrasts: Sequence[Contrast | None], unit: str
) -> list[str]:
    """What the tests cannot say, in sentences."""
    notes = []
    alone = [
        name
        for place, (name, one) in enumerate(zip(labels, contrasts, strict=True))
        if one is None and place != reference
    ]
    pairs = [one.pairs for one in contrasts if one is not None]
    if alone and not pairs:
        notes.append("The groups have no problem in common: none is tested against another.")
    elif alone:
        notes.append(
            f"Not tested, with no {unit} in common with {labels[reference]}: {_some(alone)}."
        )
    if pairs and max(pairs) < _FEWEST_PAIRS:
        notes.append(f"Fewer than {_FEWEST_PAIRS} {unit}s cannot make a difference significant.")
    return notes


def _some(labels: Sequence[str]) -> str:
    more = len(labels) - _MOST_NAMED
    return "; ".join(labels[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _called(labels: Sequence[str], wanted: str) -> int:
    def plain(text: str) -> str:
        return "".join(text.split()).lower()

    for place, name in enumerate(labels):
        if plain(name) == plain(wanted) or plain(name).rpartition("=")[2] == plain(wanted):
            return place
    raise ParameterError(f"there is no group {wanted!r}: choose from {'; '.join(labels)}")


def _contrasts(cases: Cases, reference: int, *, all_pairs: bool) -> list[Contrast | None]:
    """Each group beside the reference; the tests corrected for all that choose it."""
    places = range(len(cases.cells))
    pairs = [(place, reference) for place in places if place != reference]
    if all_pairs and len(places) <= _ALL_PAIRS_UP_TO:
        pairs += [pair for pair in combinations(places, 2) if reference not in pair]
    found = {}
    for first, second in pairs:
        both = cases.common([first, second])
        if len(both):
            found[first, second] = differences(both[:, 0], both[:, 1])
    tests = {pair: signed_rank(gaps) for pair, gaps in found.items()}
    adjusted = dict(zip(tests, holm([test.p for test in tests.values()]), strict=True))
    contrasts: list[Contrast | None] = [None] * len(places)
    for place in places:
        gaps = found.get((place, reference))
        if gaps is not None:
            pair = (place, reference)
            contrasts[place] = Contrast(
                gaps.size, float(gaps.mean()), mean_interval(gaps), tests[pair].effect,
                adjusted[pair],
            )  # fmt: skip
    return contrasts


def _winners(cases: Cases, *, maximize: bool) -> tuple[int, NDArray[np.float64] | None]:
    """How many cases all groups have, and the share of them that each wins."""
    values = cases.common(range(len(cases.cells)))
    if len(cases.cells) < 2 or not len(values):
        return len(values), None
    return len(values), wins(values, maximize=maximize)
