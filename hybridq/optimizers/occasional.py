"""Callbacks that hear of some evaluations only."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any

from hybridq.optimizers.solution import Record


class Occasional:
    """A callback that is called only where it is due.

    The record of an evaluation takes about as long to make as a small circuit to simulate.

    Args:
        report: called with a `Record`.
        is_due: asked after each evaluation.
    """

    def __init__(self, report: Callable[[Record], Any], is_due: Callable[[], bool]) -> None:
        self._report, self.is_due = report, is_due

    def __call__(self, record: Record) -> Any:
        """Report an evaluation."""
        return self._report(record)


def every(seconds: float, report: Callable[[Record], Any]) -> Occasional:
    """Return a callback that passes on an evaluation every few seconds."""
    last = monotonic()

    def is_due() -> bool:
        return monotonic() - last >= seconds

    def timed(record: Record) -> Any:
        nonlocal last
        last = monotonic()
        return report(record)

    return Occasional(timed, is_due)


def as_often_as(
    callback: Callable[[Record], Any], report: Callable[[Record], Any]
) -> Callable[[Record], Any]:
    """Return `report`, which converts records for `callback`, called as often as that."""
    return Occasional(report, callback.is_due) if isinstance(callback, Occasional) else report
