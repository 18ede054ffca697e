"""Groups of trials beside each other: which is better, by how much, and how sure that is."""

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
from hybridq.experiments.analysis.comparison import Comparison, Contrast, Group
from hybridq.experiments.analysis.metric_conventions import floor_of, maximized, unit_of
from hybridq.experiments.analysis.statistics import (
    differences,
    holm,
    mean_interval,
    signed_rank,
    wins,
)
from hybridq.experiments.analysis.table import PROBLEM, Table, label

# Beyond so many groups only the comparisons that are shown are tested, which is fast.
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
    """The groups of `trials` by `by`, with tests on the cases that they have in common.

    Repeats on one instance are not independent, so that they are averaged (see `Cases`). Like is
    compared with like: the average over a case takes the conditions that both groups have.

    Args:
        trials: what is done.
        by: columns whose values make the groups.
        metric: a numeric column.
        maximize: whether larger is better; None for what is known of the metric, see `maximized`.
        against: label of the group to compare with; the best one if left out. Then the p-values
            are adjusted for all pairs of groups, as the best is only known afterwards. With more
            than 40 groups only the pairs with the best are tested; the others are taken to find
            no smaller p-value. Groups of different problems are only tested if it is given.
        tested: whether the groups are tested against each other; means and intervals are the same
            without, and there at once.

    Raises:
        UnknownNameError: a column that there is not.
        ParameterError: no numbers, or no group called `against`.
    """
    if maximize is None:
        maximize = maximized(metric, trials)
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
    if len(members) > 1:
        notes += caveats.mixed(trials, by)
    notes += caveats.gaps(trials, by, rows)
    means = [fmean(cases.means(place)) for place in range(len(members))]
    scan = _is_scan(trials, by, members)
    reference = None
    if against is not None:
        reference = _called(labels, against)
    elif not scan:
        reference = int(np.argmax(means) if maximize else np.argmin(means))
    contrasts: list[Contrast | None] = [None] * len(members)
    shared, winners = 0, None
    pairs: list[int] = []
    tests = 0
    if tested:
        floor = floor_of(metric)
        if reference is None:
            notes.append(caveats.scanned(by))
        else:
            contrasts, pairs, tests = _contrasts(cases, reference, floor, chosen=against is None)
        shared, winners = _winners(cases, floor, maximize=maximize)
        notes += caveats.limits(labels, reference, contrasts, cases.unit, pairs, tests)
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
    """The metrics that are numbers."""
    return [
        name
        for name, column in trials.metrics.items()
        if any(value is not None for value in column)
        and all(value is None or isinstance(value, (int, float)) for value in column)
    ]


def _called(labels: Sequence[str], wanted: str) -> int:
    def plain(text: str) -> str:
        return "".join(text.split()).lower()

    for place, name in enumerate(labels):
        if plain(name) == plain(wanted) or plain(name).rpartition("=")[2] == plain(wanted):
            return place
    raise ParameterError(f"there is no group {wanted!r}: choose from {'; '.join(labels)}")


def _is_scan(trials: Table, by: Sequence[str], groups: Sequence[Sequence[int]]) -> bool:
    """Whether the groups are made by what the problem is, and two have no instance in common."""
    if not any(name.startswith(PROBLEM) for name in by):
        return False
    instances = [{trials.instances[row] for row in rows} for rows in groups]
    return any(one.isdisjoint(other) for one, other in combinations(instances, 2))


def _contrasts(
    cases: Cases, reference: int, floor: float, *, chosen: bool
) -> tuple[list[Contrast | None], list[int], int]:
    """Each group beside the reference, the tests corrected for all that choose it.

    And how many pairs each of those tests has, and for how many tests they are corrected.
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
    """How many cases all groups have, and the share of them that each wins."""
    values = cases.common(range(len(cases.cells)))
    if len(cases.cells) < 2 or not len(values):
        return len(values), None
    return len(values), wins(values, maximize=maximize, floor=floor)
