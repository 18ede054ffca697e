"""What a comparison gives: groups, the contrasts between them, and which of them are best."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hybridq.experiments.analysis.metric_conventions import equal, floor_of, with_unit
from hybridq.experiments.analysis.statistics import Interval
from hybridq.experiments.analysis.table import Key


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
        wins: share of the common cases on which it is best, ties (see `equal`) shared; None
            without such cases.
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
    """Groups of the trials of one or more experiments by one metric; `str` of it is a table.

    Attributes:
        by: the columns whose values make the groups.
        metric: what is compared.
        maximize: whether larger is better.
        groups: in the order of their keys.
        reference: index of the group that the others stand beside; None of a scan unless it was
            asked for.
        unit: what a case is: ``"instance"``, ``"repeat"`` or ``"combination"``.
        cases: how many all groups have in common.
        notes: what to keep in mind, in sentences.
        measured_in: unit of the metric, empty for none; see `unit_of`.
        scan: whether the groups are of different problems, none of which is a better choice.
        tests: how many tests the p-values are adjusted for.
        untested: how many of them were not made, and taken to find no smaller p-value.
    """

    by: tuple[str, ...]
    metric: str
    maximize: bool
    groups: tuple[Group, ...]
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
        """Indices of the groups whose mean is equal to the best one; none of a scan."""
        if self.scan:
            return ()
        top = self.groups[self.best].mean
        near = equal([group.mean for group in self.groups], top, floor_of(self.metric))
        return tuple(np.flatnonzero(near).tolist())

    @property
    def beside(self) -> str:
        """Label of the reference; empty where there is none."""
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
