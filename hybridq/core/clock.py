"""Wall clock that excludes the compilation and loading of kernels.

Compiled code is kept, so that only the first solve on a machine pays for compiling it, and the
first in a process for loading it. By this clock, that search takes as long as all later ones.
"""

from __future__ import annotations

import os
from threading import RLock, get_ident
from time import perf_counter

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
