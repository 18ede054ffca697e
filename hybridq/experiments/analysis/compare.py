"""Comparison of groups of trials: means, intervals, paired tests."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import ParameterError
from hybridq.experiments.analysis import caveats
from hybridq.experiments.analysis.cases import Cases
from hybridq.experiments.analysis.comparison import ComparedGroup, Comparison, Contrast
from hybridq.experiments.analysis.metric_conventions import floor_of, maximized, unit_of
from hybridq.experiments.analysis.statistics import (
    differences,
    holm,
    mean_interval,
    signed_rank,
    wins,
)
from hybridq.experiments.analysis.table import Key, Table, label, show

# Beyond this number of groups only the shown comparisons are tested, which is fast.
_ALL_PAIRS_UP_TO = 40


def compare(
    trials: Table,
    by: Sequence[str],
    metric: str,
    *,
    maximize: bool | None = None,
    against: str | None = None,
    tested: bool = True,
) -> Comparison:
    """Compare the groups of `trials` by `by` on their common cases.

    Repeats on one instance are not independent and are averaged (see `Cases`). The average over a
    case includes only the conditions that both groups have.

    Args:
        trials: finished trials.
        by: columns whose values make the groups.
        metric: a numeric column.
        maximize: True if larger is better; None for the default of the metric, see `maximized`.
        against: label of the group to compare with, the best one by default. With the default the
            p-values are adjusted for all pairs of groups, as the best is only known afterwards;
            with more than 40 groups only the pairs with the best are tested, and the others are
            assumed to have no smaller p-value. Groups of different problems are only tested if it
            is given.
        tested: False to omit the tests, which does not change means and intervals and is faster.

    Raises:
        UnknownNameError: a column does not exist.
        ParameterError: no trial has the metric, or no group has the label `against`.
    """
    if maximize is None:
        maximize = maximized(metric, trials)
    numbers = trials.numbers(metric)
    known = np.isfinite(numbers)
    if not known.any():
        raise ParameterError(
            f"no finished trial has the metric {metric}",
            argument="metric",
            value=metric,
            remedy=f"choose from {', '.join(numeric(trials)) or 'none'}",
        )
    notes = []
    if not known.all():
        missing = int((~known).sum())
        notes.append(f"{missing} trial{'s' * (missing > 1)} without {metric} omitted.")
        trials, numbers = trials.take(np.flatnonzero(known).tolist()), numbers[known]
    rows = trials.groups(by)
    labels = [label(by, key) for key in rows]
    members = list(rows.values())
    cases = Cases.of(trials, by, members, numbers)
    if len(members) > 1:
        notes += caveats.confounders(trials, by)
    notes += caveats.missing_conditions(trials, by, rows)
    means = [fmean(cases.means(place)) for place in range(len(members))]
    scan = _is_scan(trials, by, members)
    reference = None
    if against is not None:
        reference = _find_group(by, list(rows), labels, against)
    elif not scan:
        reference = int(np.argmax(means) if maximize else np.argmin(means))
    contrasts: list[Contrast | None] = [None] * len(members)
    shared, winners = 0, None
    pairs: list[int] = []
    tests = 0
    if tested:
        floor = floor_of(metric)
        if reference is None:
            notes.append(caveats.untested_scan(by))
        else:
            contrasts, pairs, tests = _contrasts(cases, reference, floor, chosen=against is None)
        shared, winners = _winners(cases, floor, maximize=maximize)
        notes += caveats.test_limits(labels, reference, contrasts, cases.unit, pairs, tests)
    groups = []
    for place, group in enumerate(members):
        values = numbers[group]
        groups.append(
            ComparedGroup(
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
        by=tuple(by),
        metric=metric,
        maximize=maximize,
        groups=tuple(groups),
        reference=reference,
        unit=cases.unit,
        cases=shared,
        notes=tuple(notes),
        measured_in=unit_of(metric, trials),
        scan=scan,
        tests=tests,
        untested=tests - len(pairs),
    )


def numeric(trials: Table) -> list[str]:
    """Return the names of the numeric metrics."""
    return [
        name
        for name, column in trials.metrics.items()
        if any(value is not None for value in column)
        and all(value is None or isinstance(value, (int, float)) for value in column)
    ]


def _find_group(by: Sequence[str], keys: Sequence[Key], labels: Sequence[str], wanted: str) -> int:
    """Return the index of the group with this label, or this value of the last column."""

    def plain(text: str) -> str:
        return "".join(text.split()).lower()

    for place, (key, name) in enumerate(zip(keys, labels, strict=True)):
        names = [name, show(key[-1])] if by else [name]
        if plain(wanted) in map(plain, names):
            return place
    raise ParameterError(
        argument="against", value=wanted, expected=f"the label of a group: {'; '.join(labels)}"
    )


def _is_scan(trials: Table, by: Sequence[str], groups: Sequence[Sequence[int]]) -> bool:
    """True if the groups differ in the problem, and two have no common instance."""
    if not any(trials.is_of_problem(name) for name in by):
        return False
    instances = [{trials.instances[row] for row in rows} for rows in groups]
    return any(one.isdisjoint(other) for one, other in combinations(instances, 2))


def _contrasts(
    cases: Cases, reference: int, floor: float, *, chosen: bool
) -> tuple[list[Contrast | None], list[int], int]:
    """Return each group's contrast with the reference, with adjusted p-values.

    The result has the contrasts, the number of pairs of each test, and the number of tests that
    the p-values are adjusted for.
    """
    places = range(len(cases.cells))
    pairs = [(place, reference) for place in places if place != reference]
    every = len(places) <= _ALL_PAIRS_UP_TO
    if chosen and every:
        pairs += [pair for pair in combinations(places, 2) if reference not in pair]
    found = {}
    for first, second in pairs:
        both = cases.common([first, second])
        if len(both):
            found[first, second] = differences(both[:, 0], both[:, 1], floor)
    tests = {pair: signed_rank(gaps) for pair, gaps in found.items()}
    count = len(tests) if every or not chosen or not tests else math.comb(len(places), 2)
    adjusted = dict(zip(tests, holm([test.p for test in tests.values()], count), strict=True))
    contrasts: list[Contrast | None] = [None] * len(places)
    for place in places:
        gaps = found.get((place, reference))
        if gaps is not None:
            pair = (place, reference)
            contrasts[place] = Contrast(
                gaps.size, float(gaps.mean()), mean_interval(gaps), tests[pair].effect,
                adjusted[pair],
            )  # fmt: skip
    return contrasts, [gaps.size for gaps in found.values()], count


def _winners(
    cases: Cases, floor: float, *, maximize: bool
) -> tuple[int, NDArray[np.float64] | None]:
    """Return the number of common cases, and the share of them that each group wins."""
    values = cases.common(range(len(cases.cells)))
    if len(cases.cells) < 2 or not len(values):
        return len(values), None
    return len(values), wins(values, maximize=maximize, floor=floor)
