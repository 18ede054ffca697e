"""Ranks of a run: those of an MPI launcher, else threads of this process."""

from __future__ import annotations

from typing import Any

from hybridq.core import launch
from hybridq.core.errors import ParameterError, Setting
from hybridq.engines.distributed.comm import Comm
from hybridq.engines.distributed.mpi import Mpi
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
        EngineError: the ranks of MPI run the tasks of an executor.
    """
    if comm is not None:
        return Together(comm if isinstance(comm, Comm) else Mpi(comm))
    group: Ranks
    if (lead := launch.leader()) is not None:
        group = _leader or _new_leader(lead)
    elif launch.is_launched():
        group = Together(Mpi())
    else:
        return Leader.of_threads(1 if ranks is None else ranks)
    if ranks not in (None, group.size):
        raise ParameterError(
            argument="ranks",
            value=ranks,
            expected=f"{group.size}, as many as were launched",
            remedy=("leave out ", Setting("ranks")),
        )
    return group


def _new_leader(lead: Any) -> Leader:
    """Return the leader of the other ranks of a launch, who follow from now on."""
    global _leader
    lead.assign(_follow, release=_dismiss)
    _leader = Leader(Mpi(lead.comm), f"{lead.comm.size} ranks of MPI")
    return _leader


def _dismiss() -> None:
    """End the states over the ranks, so that these return from `_follow`."""
    global _leader
    if _leader is not None:
        _leader.stop()
        _leader = None


def _follow() -> None:
    """Follow rank 0 on another rank."""
    follow(Mpi())
