"""Threads that run one kernel call together, and the barrier between its passes.

Every thread runs the same compiled function, which does its own slice of each pass and waits at a
barrier between passes. Compared with one parallel loop for each pass, this costs a fraction of the
compilation and of the latency, and it works in any Python thread of any process.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numba import types
from numba.extending import intrinsic

from hybridq.core.jit import jit

SPINS = 2000  # before yielding the core: a few microseconds


@intrinsic
def _atomic_add(typingctx, counter, amount):
    """Add to ``counter[0]`` and return its old value, sequentially consistent."""

    def codegen(context, builder, signature, args):
        array = context.make_array(signature.args[0])(context, builder, args[0])
        return builder.atomic_rmw("add", array.data, args[1], "seq_cst")

    return types.int64(counter, types.int64), codegen


@intrinsic
def _atomic_load(typingctx, counter):
    """Return ``counter[0]`` as the other threads left it, sequentially consistent."""

    def codegen(context, builder, signature, args):
        array = context.make_array(signature.args[0])(context, builder, args[0])
        return builder.load_atomic(array.data, "seq_cst", 8)

    return types.int64(counter), codegen


if sys.platform == "win32":

    @jit(internal=True)
    def _yield_core():
        """Do nothing: this platform has no sched_yield."""

else:
    _sched_yield = types.ExternalFunction("sched_yield", types.intc())

    @jit(internal=True)
    def _yield_core():
        """Yield the core to another thread.

        The last thread to arrive may have no core of its own.
        """
        _sched_yield()


@jit(internal=True)
def barrier(counter, threads):
    """Wait until all threads have arrived.

    Args:
        counter: int64, shape (1,); counts arrivals and only ever grows.
        threads: how many threads there are, int64.
    """
    if threads == 1:
        return
    arrived = _atomic_add(counter, 1) + 1
    expected = (arrived + threads - 1) // threads * threads
    spins = 0
    while _atomic_load(counter) < expected:
        spins += 1
        if spins > SPINS:
            _yield_core()


@jit(inline=True)
def slice_of(thread, threads, count):
    """Return the first of this thread's items of `count`, and the one after its last."""
    return thread * count // threads, (thread + 1) * count // threads


class Team:
    """Calling thread and `threads` − 1 workers that run one function together.

    Args:
        threads: how many threads take part, at least 1.
    """

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self.counter = np.zeros(1, dtype=np.int64)
        self._inboxes: list[queue.SimpleQueue[Any]] = []
        self._process = 0

    def run(self, function: Callable[..., Any], *args: Any) -> Any:
        """Call ``function(*args, counter, thread, threads)`` on every thread.

        `function` ends with a `barrier`, so that no worker still computes when this returns.

        Returns:
            The result of the calling thread.
        """
        if self.threads > 1:
            if self._process != os.getpid():
                self._start_workers()
            for thread, inbox in enumerate(self._inboxes, start=1):
                inbox.put((function, args, self.counter, thread, self.threads))
        return function(*args, self.counter, 0, self.threads)

    def _start_workers(self) -> None:
        """Start the workers; once in each process, since threads do not survive a fork."""
        self.counter[:] = 0
        self._process = os.getpid()
        self._inboxes = [queue.SimpleQueue() for _ in range(self.threads - 1)]
        for inbox in self._inboxes:
            threading.Thread(target=_work, args=(inbox,), daemon=True).start()

    def __del__(self) -> None:
        for inbox in self._inboxes:
            inbox.put(None)


def _work(inbox: queue.SimpleQueue[Any]) -> None:
    """Run tasks of the inbox until it yields None."""
    while (task := inbox.get()) is not None:
        function, args, counter, thread, threads = task
        del task
        function(*args, counter, thread, threads)
        del function, args  # a waiting worker must not keep a state vector alive


def most_threads() -> int:
    """Return how many cores this process may use (`NUMBA_NUM_THREADS` is respected)."""
    count = int(numba.config.NUMBA_NUM_THREADS)
    if count >= 1:
        return count
    # Braket's simulator sets -1 on import, for all packages in the process.
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed is not None else os.cpu_count() or 1
