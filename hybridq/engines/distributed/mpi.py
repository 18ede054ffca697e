"""Ranks of MPI, through mpi4py (the extra ``mpi``)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hybridq.core.launch import load_mpi
from hybridq.engines.distributed.comm import Array, Message


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
        self._windows: list[Any] = []
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

    def share(self, shape: tuple[int, ...], dtype: Any) -> Array | None:
        """Return zeros that all ranks read and write, None on several machines."""
        here = self._comm.Split_type(self._mpi.COMM_TYPE_SHARED)
        if min(self._comm.allgather(here.size)) < self.size:
            return None
        kind = np.dtype(dtype)
        bytes_ = math.prod(shape) * kind.itemsize
        window = self._mpi.Win.Allocate_shared(0 if self.rank else bytes_, 1, comm=here)
        memory, _ = window.Shared_query(0)
        shared: Array = np.frombuffer(memory, kind, math.prod(shape)).reshape(shape)
        if self.rank == 0:
            shared.fill(0)
        self._windows.append(window)  # with the communicator, as long as the process
        self._comm.Barrier()
        return shared

    def end(self) -> None:
        """End all ranks at once."""
        self._comm.Abort(2)
