"""Which of several trials of one identity counts."""

from __future__ import annotations

from collections.abc import Iterable

from hybridq.experiments.records import State
from hybridq.experiments.store.trial_record import Row


def effective(rows: Iterable[Row]) -> list[Row]:
    """One row for each identity, by number.

    Where two runners add the same trial at once, the first one that has not failed counts, for
    whoever looks. Where all have failed, it is the last one.

    Args:
        rows: all trials of an experiment, by number.
    """
    best: dict[str, Row] = {}
    for row in rows:
        other = best.get(row.identity)
        if other is None or other.state is State.FAILED:
            best[row.identity] = row
    return sorted(best.values(), key=lambda row: row.number)


def tally(rows: Iterable[Row]) -> dict[State, int]:
    """How many identities stand where."""
    found = dict.fromkeys(State, 0)
    for row in effective(rows):
        found[row.state] += 1
    return found
