"""Calls on all ranks of a state: one rank leads, or all run the same program."""

from __future__ import annotations

import hashlib
import os
import pickle
import threading
import weakref
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from hybridq._version import __version__
from hybridq.core.errors import EngineError, HybridqError
from hybridq.engines.base import PRECISIONS, checked_threads
from hybridq.engines.diagonal.cost import CostPlan
from hybridq.engines.diagonal.plain import PLAIN_BYTES
from hybridq.engines.distributed.comm import Comm, Loopback, RankLost, require_on_all
from hybridq.engines.distributed.local import Local, PlainLocal
from hybridq.engines.distributed.shard import PIECE_BYTES, Shard
from hybridq.engines.distributed.sharding import Sharding, checked_ranks
from hybridq.engines.simulators import NUMPY

if TYPE_CHECKING:
    from hybridq.engines.distributed.shared import SharedLayers

MOST_PLAIN_BITS = 12
"""Ranks of up to this many bits run in NumPy."""


@dataclass(frozen=True)
class Job:
    """A state to be spread over ranks.

    Attributes:
        plan: the cost over all simulated bits.
        precision: ``"double"`` or ``"single"``.
        threads: threads of each rank; None for its share of the machine.
        kernels: ``"compiled"`` or ``"numpy"``.
    """

    plan: CostPlan
    precision: str
    threads: int | None
    kernels: str

    @property
    def states_bytes(self) -> int:
        """Bytes of one state, of all ranks together."""
        return 2 * np.dtype(PRECISIONS[self.precision]).itemsize << self.plan.bits

    def build(self, comm: Comm) -> Shard:
        """Return this rank's part; every rank calls it.

        Raises:
            CapacityError: the state does not fit in the memory of all ranks; on every rank.
            EngineError: too many ranks for so few qubits.
        """
        plan, dtype = self.plan, np.dtype(PRECISIONS[self.precision])
        sharding = Sharding(plan.bits, checked_ranks(comm.size).bit_length() - 1, plan.symmetric)
        bits = sharding.local_bits
        plain = self.kernels == NUMPY or bits <= MOST_PLAIN_BITS
        cost = PLAIN_BYTES if plain else 2 * (plan.stored_bytes >> plan.bits)
        piece = min(PIECE_BYTES, self.states_bytes // comm.size)
        needed = (self.states_bytes // comm.size) + (cost << bits) + 2 * piece
        hosts = require_on_all(comm, needed, f"the state over {comm.size} ranks")
        plans = [
            replace(plan, ising=sharding.local_cost(plan.ising, layout, comm.rank), bits=bits)
            for layout in range(1 if comm.size == 1 else 2)
        ]
        within: list[Local]
        shared: SharedLayers | None = None
        if plain:
            within = [PlainLocal(each, dtype) for each in plans]
        else:
            from hybridq.engines.distributed.compiled import CompiledLocal
            from hybridq.engines.distributed.shared import SharedLayers, shared_swap
            from hybridq.engines.kernels.team import Team

            team = Team(self.threads or _share_of_cores(hosts))
            own = [CompiledLocal(each, dtype, team) for each in plans]
            within = list(own)
            if comm.size > 1 and hosts == comm.size:
                swap = shared_swap(comm, sharding, own[0])
                shared = None if swap is None else SharedLayers(own, swap)
        return Shard(comm, sharding, within, dtype, shared)


def _share_of_cores(ranks: int) -> int:
    """Return the threads of one of so many ranks on this machine.

    A launcher that has bound this process to cores of its own has shared them already.
    """
    mine = checked_threads(None)
    return max(1, mine // ranks) if mine == os.cpu_count() else mine


class Ranks(Protocol):
    """The ranks of a running engine, as its process sees them.

    Attributes:
        size: number of ranks.
        shown: the ranks in words.
    """

    size: int
    shown: str

    def build(self, job: Job) -> tuple[int, Shard]:
        """Spread a state over the ranks; return its number and this rank's part."""

    def run(self, number: int, shard: Shard, method: str, *args: Any) -> Any:
        """Call a method of `Shard` on every rank; return the result of this one."""

    def drop(self, number: int) -> None:
        """Free a state."""


class Leader:
    """Rank 0, whom all other ranks follow; see `follow`.

    Args:
        comm: the communicator of rank 0.
        shown: the ranks in words.
    """

    def __init__(self, comm: Comm, shown: str) -> None:
        self._comm, self.size, self.shown = comm, comm.size, shown
        self._lock = threading.RLock()
        self._last = 0
        self._dropped: list[int] = []
        self._lost_step = self._stopped = False

    @classmethod
    def of_threads(cls, ranks: int) -> Leader:
        """Return the leader of threads of this process; they end with it."""
        own, *others = Loopback.ring(checked_ranks(ranks))
        for comm in others:
            threading.Thread(target=follow, args=(comm,), daemon=True).start()
        leader = cls(own, f"{ranks} threads of this process" if others else "one rank")
        weakref.finalize(leader, own.broadcast, None)
        return leader

    def build(self, job: Job) -> tuple[int, Shard]:
        """Spread a state over the ranks; return its number and this rank's part."""
        with self._lock:
            self._last += 1
            self._tell(_Build(self._last, job))
            check_equal(self._comm, __version__, "version of hybridq")
            return self._last, job.build(self._comm)

    def run(self, number: int, shard: Shard, method: str, *args: Any) -> Any:
        """Call a method of `Shard` on every rank; return the result of this one."""
        with self._lock:
            self._tell(_Run(number, method, args))
            try:
                return getattr(shard, method)(*args)
            except HybridqError:
                raise  # on every rank
            except BaseException:
                self._lost_step = True
                raise

    def drop(self, number: int) -> None:
        """Free a state, with the next call: this may come in the middle of another one."""
        self._dropped.append(number)

    def _tell(self, task: _Build | _Run) -> None:
        """Send a task to all ranks, and what to free before it."""
        if self._lost_step:
            raise EngineError("a call on all ranks was interrupted, and they cannot continue")
        if self._stopped:
            raise EngineError(
                "the ranks have gone on to other work", remedy="bind the engine again"
            )
        dropped, self._dropped = self._dropped, []
        self._comm.broadcast((dropped, task))

    def stop(self) -> None:
        """End the other ranks."""
        with self._lock:
            self._stopped = True
            if self._lost_step:
                self._comm.end()
            else:
                self._comm.broadcast(None)


@dataclass(frozen=True)
class _Build:
    number: int
    job: Job


@dataclass(frozen=True)
class _Run:
    number: int
    method: str
    args: tuple[Any, ...]


def follow(comm: Comm) -> None:
    """Do what rank 0 asks, until it ends.

    Raises:
        RankLost: another rank has ended early.
    """
    shards: dict[int, Shard] = {}
    try:
        while (task := comm.broadcast(None)) is not None:
            dropped, step = task
            for number in dropped:
                shards.pop(number, None)
            if isinstance(step, _Run):
                getattr(shards[step.number], step.method)(*step.args)
                continue
            try:
                check_equal(comm, __version__, "version of hybridq")
                shards[step.number] = step.job.build(comm)
            except HybridqError:
                continue  # rank 0 has the same, and reports it
    except RankLost:
        return
    except BaseException:
        comm.end()
        raise


def check_equal(comm: Comm, value: Any, what: str) -> None:
    """Raise on every rank unless all of them have the same value; every rank calls it.

    Raises:
        EngineError: they differ; names the first rank that does.
    """
    found = comm.allgather(value)
    other = next((rank for rank, each in enumerate(found) if each != found[0]), None)
    if other is not None:
        raise EngineError(
            f"all ranks must have the same {what}, got {found[0]} on rank 0 and {found[other]} "
            f"on rank {other}",
            argument="comm",
            remedy="start the same program with the same arguments and seed on all of them",
        )


class Together:
    """Ranks that all run the same program; each call is checked to be the same.

    Args:
        comm: the communicator of this rank.
    """

    def __init__(self, comm: Comm) -> None:
        self._comm, self.size = comm, comm.size
        self.shown = f"{comm.size} ranks"

    def build(self, job: Job) -> tuple[int, Shard]:
        """Spread a state over the ranks; return 0 and this rank's part."""
        check_equal(self._comm, __version__, "version of hybridq")
        check_equal(self._comm, _digest(job), "problem and options")
        return 0, job.build(self._comm)

    def run(self, number: int, shard: Shard, method: str, *args: Any) -> Any:
        """Call a method of `Shard` on every rank; return the result of this one."""
        check_equal(self._comm, (method, _digest(args)), "call and parameters")
        return getattr(shard, method)(*args)

    def drop(self, number: int) -> None:
        """Free nothing: the shard goes with its engine."""


def _digest(value: Any) -> str:
    """Return a digest of plain values and arrays."""
    return hashlib.sha256(pickle.dumps(value)).hexdigest()[:16]
