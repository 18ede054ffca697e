"""Caveats of a comparison, in sentences."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from hybridq.experiments.analysis.comparison import Contrast
from hybridq.experiments.analysis.table import EXPERIMENT, PROBLEM, REPETITION, Key, Table, label

_MOST_NAMED = 4
_SIGNIFICANT = 0.05


def confounders(trials: Table, by: Sequence[str]) -> list[str]:
    """Return a note on further conditions in which the groups differ."""
    sections = {name.partition(".")[0] for name in by} | {"problem"}
    known = (*trials.alike(by), *by, *REPETITION, EXPERIMENT)
    others = [
        name
        for name in trials.varying
        if name not in known and (name in trials.options or name.partition(".")[0] not in sections)
    ]
    return [f"The groups also differ in {', '.join(others)}."] if others else []


def missing_conditions(
    trials: Table, by: Sequence[str], groups: Mapping[Key, Sequence[int]]
) -> list[str]:
    """Return notes on groups that lack conditions of others."""
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
                f"{_some(lacking)} lacks values of {name}: its mean is over other conditions, the "
                "difference over those in common."
                if len(lacking) == 1
                else f"{_some(lacking)} lack values of {name}: means are over other conditions, "
                "differences over those in common."
            )
    return notes


def untested_scan(by: Sequence[str]) -> str:
    """Return the note that groups of different problems are not tested."""
    others = [name for name in by if not name.startswith(PROBLEM)]
    remedy = (
        f" Compare by {', '.join(others)} alone to test them within each problem." if others else ""
    )
    return f"The groups are of different problems and are not tested against each other.{remedy}"


def test_limits(
    labels: Sequence[str],
    reference: int | None,
    contrasts: Sequence[Contrast | None],
    unit: str,
    pairs: Sequence[int],
    tests: int,
) -> list[str]:
    """Return notes on the limits of the tests.

    Args:
        labels: labels of the groups.
        reference: index of the group that the others are tested against, None without tests.
        contrasts: contrast of each group.
        unit: unit of a case.
        pairs: number of cases of each test.
        tests: number of tests that the p-values are adjusted for.
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
        notes.append("The groups have no problem in common and are not tested against each other.")
    elif alone:
        notes.append(
            f"Not tested, without a common {unit} with {labels[reference]}: {_some(alone)}."
        )
    if pairs and smallest_p(tests, max(pairs)) >= _SIGNIFICANT:
        most = max(pairs)
        notes.append(
            f"No difference over fewer than {fewest_pairs(tests)} {unit}s can be significant: "
            f"p is at least {smallest_p(tests, most):.2g} with {most} {unit}{'s' * (most != 1)} "
            f"and {tests} test{'s' * (tests != 1)}."
        )
    return notes


def smallest_p(tests: int, pairs: int) -> float:
    r"""Return the least p of a signed-rank test of n pairs after Holm's adjustment.

    All n differences have one sign in two of their 2^n signs; the smallest of m values is
    multiplied by m: :math:`\min(1, m \cdot 2/2^n)`.

    Args:
        tests: m.
        pairs: n, at least 1.
    """
    return min(1.0, tests * 2.0 ** (1 - pairs))


def fewest_pairs(tests: int) -> int:
    """Return the fewest pairs with which a difference can have p < 0.05."""
    return math.floor(math.log2(2.0 * tests / _SIGNIFICANT)) + 1


def _some(labels: Sequence[str]) -> str:
    more = len(labels) - _MOST_NAMED
    return "; ".join(labels[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
