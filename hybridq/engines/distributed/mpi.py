"""Ranks of MPI, through mpi4py (the extra ``mpi``)."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

from hybridq.core.executors import load_mpi
from hybridq.engines.distributed.comm import Message

_RANKS = ("OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK")
"""Variables in which launchers of MPI give a process its rank."""


def launched_rank() -> int | None:
    """Return the rank that a launcher of MPI gave this process, without loading MPI."""
    found = next((os.environ[name] for name in _RANKS if name in os.environ), "")
    return int(found) if found.isdecimal() else None


def is_launched() -> bool:
    """Return whether a launcher of MPI started this process, without loading MPI."""
    return launched_rank() is not None


class Mpi:
    """Ranks of an MPI communicator; see `hybridq.engines.distributed.comm.Comm`.

    Args:
        comm: an ``mpi4py.MPI.Comm``; all processes of the launch by default.

    Raises:
        ParameterError: mpi4py is not installed, or finds no MPI library.
    """

    def __init__(self, comm: Any = None) -> None:
        MPI = self._mpi = load_mpi("engine")
        self._comm = MPI.COMM_WORLD if comm is None else comm
        self.rank, self.size = int(self._comm.rank), int(self._comm.size)

    def exchange(self, messages: Sequence[Message]) -> Callable[[], None]:
        """Begin to exchange arrays with peers; return a function that waits for the end."""
        requests = []
        for peer, sends, receives in messages:
            # Messages between two ranks arrive in the order in which they were sent.
            requests += [self._comm.Irecv(array, peer) for array in receives]
            requests += [self._comm.Isend(array, peer) for array in sends]
        return lambda: self._mpi.Request.Waitall(requests)

    def allgather(self, value: Any) -> list[Any]:
        """Return the values of all ranks, by rank."""
        return list(self._comm.allgather(value))

    def broadcast(self, value: Any) -> Any:
        """Return the value of rank 0."""
        return self._comm.bcast(value)

    def end(self) -> None:
        """End all ranks at once."""
        self._comm.Abort(2)
