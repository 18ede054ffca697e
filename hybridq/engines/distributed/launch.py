"""Ranks of a run: those of an MPI launcher, else threads of this process."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

from hybridq.core.errors import ParameterError, Setting
from hybridq.engines.distributed.comm import Comm
from hybridq.engines.distributed.mpi import Mpi, is_launched, launched_rank
from hybridq.engines.distributed.ranks import Leader, Ranks, Together, follow

_leader: Leader | None = None


def ranks_of(comm: Any, ranks: int | None) -> Ranks:
    """Return the ranks of an engine.

    Args:
        comm: a communicator of ranks that all run the same program; None for those of MPI where
            a launcher started this process, else of threads.
        ranks: number of threads of this process; 1 by default.

    Raises:
        ParameterError: MPI cannot be loaded, or has another number of ranks.
    """
    if comm is not None:
        return Together(comm if isinstance(comm, Comm) else Mpi(comm))
    if not is_launched():
        return Leader.of_threads(1 if ranks is None else ranks)
    group = _leader or Together(Mpi())
    if ranks not in (None, group.size):
        raise ParameterError(
            argument="ranks",
            value=ranks,
            expected=f"{group.size}, as many as were launched",
            remedy=("leave out ", Setting("ranks")),
        )
    return group


def run_as_ranks(work: Callable[[], int]) -> int:
    """Run a command on rank 0 of a launch, whom the other ranks follow.

    Args:
        work: the command; returns its exit code.

    Returns:
        the exit code; that of other ranks is 0, and 2 where MPI cannot be loaded.

    Raises:
        ParameterError: MPI cannot be loaded, on rank 0.
    """
    global _leader
    try:
        comm = Mpi()
    except ParameterError:
        if launched_rank():
            return 2  # rank 0 reports it
        raise
    if comm.rank:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # rank 0 decides
        follow(comm)
        return 0
    _leader = Leader(comm, f"{comm.size} ranks of MPI")
    try:
        return work()
    finally:
        _leader.stop()
        _leader = None
