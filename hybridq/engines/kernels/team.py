"""Threads that share one kernel call, and the barrier at which they wait for each other.

Every thread runs the same compiled function, which does its own share of each pass and meets the
others between passes. Compared with a parallel loop a pass this costs a fraction of the
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

SPINS = 2000  # before giving way: a few microseconds


@intrinsic
def _atomic_add(typingctx, counter, amount):
    """Add to ``counter[0]`` and return what it was before, visible to all threads in order."""

    def codegen(context, builder, signature, args):
        array = context.make_array(signature.args[0])(context, builder, args[0])
        return builder.atomic_rmw("add", array.data, args[1], "seq_cst")

    return types.int64(counter, types.int64), codegen


@intrinsic
def _atomic_load(typingctx, counter):
    """``counter[0]`` as the other threads left it."""

    def codegen(context, builder, signature, args):
        array = context.make_array(signature.args[0])(context, builder, args[0])
        return builder.load_atomic(array.data, "seq_cst", 8)

    return types.int64(counter), codegen


if sys.platform == "win32":

    @jit(internal=True)
    def _give_way():
        """Nothing: there is no sched_yield here."""

else:
    _sched_yield = types.ExternalFunction("sched_yield", types.intc())

    @jit(internal=True)
    def _give_way():
        """Let another thread have this core: the one that is waited for may have no other."""
        _sched_yield()


@jit(internal=True)
def meet(counter, threads):
    """Wait until all threads have come here; `counter` counts arrivals and only ever grows."""
    if threads == 1:
        return
    arrived = _atomic_add(counter, 1) + 1
    expected = (arrived + threads - 1) // threads * threads
    spins = 0
    while _atomic_load(counter) < expected:
        spins += 1
        if spins > SPINS:
            _give_way()


@jit(inline=True)
def share(thread, threads, count):
    """The first item of this thread's share of `count`, and the one after its last."""
    return thread * count // threads, (thread + 1) * count // threads


class Team:
    """The calling thread and `threads` − 1 workers, which run one compiled function together.

    Args:
        threads: how many threads take part, at least 1.
    """

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self.counter = np.zeros(1, dtype=np.int64)
        self._inboxes: list[queue.SimpleQueue[Any]] = []
        self._process = 0

    def run(self, function: Callable[..., Any], *args: Any) -> Any:
        """``function(*args, counter, thread, threads)`` on every thread; the caller's result.

        `function` ends with a `meet`, so that no worker still computes when this returns.
        """
        if self.threads > 1:
            if self._process != os.getpid():
                self._hire()
            for thread, inbox in enumerate(self._inboxes, start=1):
                inbox.put((function, args, self.counter, thread, self.threads))
        return function(*args, self.counter, 0, self.threads)

    def _hire(self) -> None:
        """Start the workers; once a process, since threads do not outlive a fork."""
        self.counter[:] = 0
        self._process = os.getpid()
        self._inboxes = [queue.SimpleQueue() for _ in range(self.threads - 1)]
        for inbox in self._inboxes:
            threading.Thread(target=_work, args=(inbox,), daemon=True).start()

    def __del__(self) -> None:
        for inbox in self._inboxes:
            inbox.put(None)


def _work(inbox: queue.SimpleQueue[Any]) -> None:
    while (task := inbox.get()) is not None:
        function, args, counter, thread, threads = task
        del task
        function(*args, counter, thread, threads)
        del function, args  # a waiting worker must not keep a state vector alive


def most_threads() -> int:
    """The cores that this process may use (`NUMBA_NUM_THREADS` is respected)."""
    return int(numba.config.NUMBA_NUM_THREADS)
