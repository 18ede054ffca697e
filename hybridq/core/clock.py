"""A clock for work: it stands still while kernels are compiled or loaded from disk.

Compiled code is kept, so that only the first solve on a machine pays for compiling it, and the
first in a process for loading it. By this clock a search takes as long then as ever after.
"""

from __future__ import annotations

import os
from threading import RLock, get_ident
from time import perf_counter

_lock = RLock()  # a signal's handler may look at the clock, too
_compiling: dict[int, int] = {}  # threads that compile, or wait for another that does: how deep
_since = 0.0
_stood = 0.0


def work_seconds() -> float:
    """Seconds of work since some moment in the past; only differences mean something."""
    if not _compiling:
        return perf_counter() - _stood
    _go(get_ident(), forget=True)  # who looks at the clock was interrupted while compiling
    with _lock:
        return (_since if _compiling else perf_counter()) - _stood


def compiling_seconds() -> float:
    """Seconds that this process has spent on compiling kernels and on loading them."""
    return _stood + (perf_counter() - _since if _compiling else 0.0)


def stand() -> None:
    """Stop the clock, until this thread has called `go` as often as this."""
    global _since
    thread = get_ident()
    with _lock:
        if not _compiling:
            _since = perf_counter()
        _compiling[thread] = _compiling.get(thread, 0) + 1


def go() -> None:
    """End what `stand` began."""
    _go(get_ident())


def _go(thread: int, *, forget: bool = False) -> None:
    global _stood
    with _lock:
        depth = _compiling.pop(thread, 0)
        if depth > 1 and not forget:
            _compiling[thread] = depth - 1
        elif depth and not _compiling:
            _stood += perf_counter() - _since


def _begin_anew() -> None:
    """In a forked process none of the threads that compiled is there any more."""
    global _lock
    _lock = RLock()
    _compiling.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
