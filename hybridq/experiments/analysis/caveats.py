"""What a comparison cannot say, in sentences."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from hybridq.experiments.analysis.comparison import Contrast
from hybridq.experiments.analysis.table import EXPERIMENT, PROBLEM, REPETITION, Key, Table, label

_MOST_NAMED = 4
_SIGNIFICANT = 0.05


def mixed(trials: Table, by: Sequence[str]) -> list[str]:
    """What the groups differ in beside what they are compared by and what belongs to it."""
    sections = {name.partition(".")[0] for name in by} | {"problem"}
    known = (*trials.alike(by), *by, *REPETITION, EXPERIMENT)
    others = [
        name
        for name in trials.varying
        if name not in known and name.partition(".")[0] not in sections
    ]
    return [f"The groups also differ in {', '.join(others)}."] if others else []


def gaps(trials: Table, by: Sequence[str], groups: Mapping[Key, Sequence[int]]) -> list[str]:
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


def scanned(by: Sequence[str]) -> str:
    """That groups of different problems are not tested, and what would be, for a scan by `by`."""
    others = [name for name in by if not name.startswith(PROBLEM)]
    remedy = f" Compare by {', '.join(others)} alone to test them within each." if others else ""
    return f"The groups are of different problems: none is tested against another.{remedy}"


def limits(
    labels: Sequence[str],
    reference: int | None,
    contrasts: Sequence[Contrast | None],
    unit: str,
    pairs: Sequence[int],
    tests: int,
) -> list[str]:
    """What the tests cannot say.

    Args:
        labels: of the groups.
        reference: index of the group that the others are tested against; None where none is.
        contrasts: of each group.
        unit: what a case is.
        pairs: how many cases each of the tests has.
        tests: how many tests the p-values are adjusted for.
    """
    if reference is None:
        return []
    notes = []
    alone = [
        name
        for place, (name, one) in enumerate(zip(labels, contrasts, strict=True))
        if one is None and place != reference
    ]
    if alone and all(one is None for one in contrasts):
        notes.append("The groups have no problem in common: none is tested against another.")
    elif alone:
        notes.append(
            f"Not tested, with no {unit} in common with {labels[reference]}: {_some(alone)}."
        )
    if pairs and smallest_p(tests, max(pairs)) >= _SIGNIFICANT:
        most = max(pairs)
        notes.append(
            f"Fewer than {fewest_pairs(tests)} {unit}s cannot make a difference significant: "
            f"p is at least {smallest_p(tests, most):.2g} with {most} {unit}{'s' * (most != 1)} "
            f"and {tests} test{'s' * (tests != 1)}."
        )
    return notes


def smallest_p(tests: int, pairs: int) -> float:
    r"""The least that a two-sided signed-rank test of n pairs can give, after Holm's adjustment.

    All n differences have one sign in two of their 2^n signs; the smallest of m values is
    multiplied by m: :math:`\min(1, m \cdot 2/2^n)`.

    Args:
        tests: m.
        pairs: n, at least 1.
    """
    return min(1.0, tests * 2.0 ** (1 - pairs))


def fewest_pairs(tests: int) -> int:
    """The fewest pairs with which so many tests can find a difference at p < 0.05."""
    return math.floor(math.log2(2.0 * tests / _SIGNIFICANT)) + 1


def _some(labels: Sequence[str]) -> str:
    more = len(labels) - _MOST_NAMED
    return "; ".join(labels[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
