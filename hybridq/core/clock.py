"""Wall clock that excludes the compilation and loading of kernels.

Compiled code is kept, so that only the first solve on a machine pays for compiling it, and the
first in a process for loading it. By this clock, that search takes as long as all later ones.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from threading import RLock, get_ident
from time import perf_counter, time
from typing import Any, TypeAlias

_lock = RLock()  # reentrant, because a signal handler may read the clock
_compiling: dict[int, int] = {}  # nesting depth of each thread that compiles or waits for one
_paused_at = 0.0
_excluded = 0.0


def work_seconds() -> float:
    """Return seconds of work since an arbitrary origin; compare differences only."""
    if not _compiling:
        return perf_counter() - _excluded
    _resume(get_ident(), all_levels=True)  # a thread that reads the clock no longer compiles
    with _lock:
        return (_paused_at if _compiling else perf_counter()) - _excluded


class Deadline:
    """A moment of the work clock by which work has to end, or none at all.

    A function with a `time_limit` takes seconds, or the deadline of its caller, and hands parts of
    it on: all of them read one clock. Sent to another process, it is the same moment by the clock
    of the day, which machines of a cluster share.

    Args:
        seconds: from now on; None for no limit.
    """

    def __init__(self, seconds: float | None = None) -> None:
        self._began = work_seconds()
        self._ends = math.inf if seconds is None else self._began + max(seconds, 0.0)

    @classmethod
    def of(cls, limit: TimeLimit) -> Deadline:
        """Return a deadline as it is, else one that is so many seconds away."""
        return limit if isinstance(limit, Deadline) else cls(limit)

    def __reduce__(self) -> tuple[Any, ...]:
        return _until, (time() + self.left,)

    def limited(self, seconds: float | None) -> Deadline:
        """Return the deadline so many seconds after this one was set; None for no limit."""
        made = Deadline()
        made._began = self._began
        made._ends = math.inf if seconds is None else self._began + max(seconds, 0.0)
        return made

    @property
    def is_set(self) -> bool:
        """True if there is a limit."""
        return self._ends < math.inf

    @property
    def seconds(self) -> float:
        """Seconds since the deadline was set."""
        return work_seconds() - self._began

    @property
    def left(self) -> float:
        """Seconds that are left, at least 0; infinite without a limit."""
        return max(self._ends - work_seconds(), 0.0)

    @property
    def passed(self) -> bool:
        """True if no time is left."""
        return self.left == 0.0

    def part(self, share: float, at_most: float = math.inf) -> Deadline:
        """Return the deadline of a part of the work that begins now.

        Args:
            share: of the seconds that are left.
            at_most: seconds, where there is a limit.
        """
        return Deadline(min(share * self.left, at_most) if self.is_set else None)

    def without(self, seconds: float) -> Deadline:
        """Return the deadline of work that is followed by something of so many seconds."""
        return Deadline(max(self.left - seconds, 0.0) if self.is_set else None)

    def run(self, work: Callable[[int], object], count: int) -> int:
        """Do as many units of work as fit, at least one, and return their number.

        Args:
            work: does so many units.
            count: the number of all.
        """
        if not self.is_set:
            work(count)
            return count
        began, done = work_seconds(), 0
        while done < count and not (done and self.passed):
            rate = done / max(work_seconds() - began, 1e-9)
            step = min(count - done, max(int(_PACE * rate * self.left), 1), 4 * done + 1)
            work(step)
            done += step
        return done


def _until(moment: float) -> Deadline:
    """Return the deadline at a moment of the clock of the day; infinite for none."""
    return Deadline(moment - time() if math.isfinite(moment) else None)


TimeLimit: TypeAlias = "float | Deadline | None"
"""Seconds, or the deadline of a caller; None for no limit."""

_PACE = 0.8  # of the time that is left: speeds differ


def compiling_seconds() -> float:
    """Return the seconds that this process has spent compiling and loading kernels."""
    return _excluded + (perf_counter() - _paused_at if _compiling else 0.0)


def pause() -> None:
    """Stop the clock until this thread has called `resume` equally often."""
    global _paused_at
    thread = get_ident()
    with _lock:
        if not _compiling:
            _paused_at = perf_counter()
        _compiling[thread] = _compiling.get(thread, 0) + 1


def resume() -> None:
    """End one `pause` of this thread."""
    _resume(get_ident())


def _resume(thread: int, *, all_levels: bool = False) -> None:
    global _excluded
    with _lock:
        depth = _compiling.pop(thread, 0)
        if depth > 1 and not all_levels:
            _compiling[thread] = depth - 1
        elif depth and not _compiling:
            _excluded += perf_counter() - _paused_at


def _reset_after_fork() -> None:
    """Forget the compiling threads, none of which exists in a forked process."""
    global _lock
    _lock = RLock()
    _compiling.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_after_fork)
