"""Results of a comparison: groups, contrasts, and the best group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hybridq.experiments.analysis.metric_conventions import equal, floor_of, with_unit
from hybridq.experiments.analysis.statistics import Interval
from hybridq.experiments.analysis.table import Key


@dataclass(frozen=True)
class Contrast:
    """Difference of one group from the reference on the same cases.

    Attributes:
        pairs: number of common cases.
        difference: mean of group − reference.
        interval: 95 % bootstrap interval of that mean, None for a single pair.
        effect: matched-pairs rank-biserial correlation, above 0 where the group's values are
            larger.
        p: p-value of the Wilcoxon signed-rank test, adjusted by Holm's method for all tests.
    """

    pairs: int
    difference: float
    interval: Interval | None
    effect: float
    p: float


@dataclass(frozen=True)
class ComparedGroup:
    """Trials with equal values in the compared columns.

    Attributes:
        key: the values of the columns compared by.
        label: name of the group.
        rows: its rows of the table.
        mean: mean over the cases, whatever their numbers of repeats.
        interval: 95 % bootstrap interval of the mean over the cases, None for a single one.
        median, std: over the trials; the standard deviation with n − 1, NaN for one trial.
        wins: share of the common cases on which it is best, ties (see `equal`) shared; None
            without such cases.
        contrast: difference from the reference; None for the reference itself and without common
            cases.
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
    """Groups of trials compared by one metric; `str` of it is a table.

    Attributes:
        by: the columns whose values make the groups.
        metric: the compared metric.
        maximize: True if larger is better.
        groups: in the order of their keys.
        reference: index of the group that the others are compared with; None for a scan without
            a requested one.
        unit: unit of a case: ``"instance"``, ``"repeat"`` or ``"combination"``.
        cases: number of cases that all groups have.
        notes: caveats in sentences.
        measured_in: unit of the metric, empty for none; see `unit_of`.
        scan: True if the groups are of different problems, none of which is a better choice.
        tests: number of tests that the p-values are adjusted for.
        untested: number of them that were omitted, and assumed to have no smaller p-value.
    """

    by: tuple[str, ...]
    metric: str
    maximize: bool
    groups: tuple[ComparedGroup, ...]
    reference: int | None
    unit: str
    cases: int
    notes: tuple[str, ...]
    measured_in: str
    scan: bool
    tests: int
    untested: int

    @property
    def best(self) -> int:
        """Index of the group with the best mean, the first of several."""
        means = [group.mean for group in self.groups]
        return int(np.argmax(means) if self.maximize else np.argmin(means))

    @property
    def tied(self) -> tuple[int, ...]:
        """Indices of the groups whose mean equals the best one; none of a scan."""
        if self.scan:
            return ()
        top = self.groups[self.best].mean
        near = equal([group.mean for group in self.groups], top, floor_of(self.metric))
        return tuple(np.flatnonzero(near).tolist())

    @property
    def reference_label(self) -> str:
        """Label of the reference, empty without one."""
        return "" if self.reference is None else self.groups[self.reference].label

    @property
    def quantity(self) -> str:
        """The metric with its unit: ``energy (Ha)``."""
        return with_unit(self.metric, self.measured_in)

    def __repr__(self) -> str:
        by = ", ".join(self.by) or "nothing"
        return f"<Comparison of {self.metric} by {by}: {len(self.groups)} groups>"

    def __str__(self) -> str:
        from hybridq.experiments.analysis.comparison_rows import plain

        return plain(self)

    def _repr_html_(self) -> str:
        """Return the table with its sentences, which a notebook shows."""
        from hybridq.experiments.analysis.comparison_rows import page

        return page(self)
