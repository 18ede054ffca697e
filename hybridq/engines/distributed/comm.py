"""Ranks that hold one state together: the protocol, and threads of one process."""

from __future__ import annotations

import queue
import socket
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from hybridq.core import memory
from hybridq.core.errors import CapacityError, EngineError, Setting

Array = NDArray[Any]


class Message(NamedTuple):
    """Arrays to exchange with one peer.

    Attributes:
        peer: the other rank.
        sends: contiguous arrays, as many and of the same shapes as those received.
        receives: contiguous arrays, overwritten.
    """

    peer: int
    sends: Sequence[Array]
    receives: Sequence[Array]


@runtime_checkable
class Comm(Protocol):
    """Communication among ranks 0 … size − 1.

    Every rank makes the same calls in the same order.

    Attributes:
        rank: the own number.
        size: number of ranks.
    """

    rank: int
    size: int

    def exchange(self, messages: Sequence[Message]) -> Callable[[], None]:
        """Begin to exchange arrays with peers.

        Returns:
            a function that waits until all arrays are received, and those sent may be overwritten.
        """

    def allgather(self, value: Any) -> list[Any]:
        """Return the small values of all ranks, by rank."""

    def broadcast(self, value: Any) -> Any:
        """Return the value of rank 0, on every rank."""

    def share(self, shape: tuple[int, ...], dtype: Any) -> Array | None:
        """Return an array of zeros that all ranks read and write, None where they cannot.

        Every rank gets the same array, or every rank None.
        """

    def end(self) -> None:
        """End all ranks that wait, after an error that the others do not have."""


def summed(comm: Comm, values: Array) -> Array:
    """Return the sum of arrays over all ranks, added in the order of ranks."""
    return np.asarray(sum(comm.allgather(np.asarray(values))))


def require_on_all(comm: Comm, needed: int, what: str) -> int:
    """Raise on every rank unless `needed` bytes are free for each of them.

    Every rank calls it. Ranks on one machine share its memory.

    Returns:
        number of ranks on this machine.

    Raises:
        CapacityError: they are not free; names the machine.
    """
    name = socket.gethostname()
    found = comm.allgather((name, needed, memory.available_bytes()))
    for host in sorted({host for host, _, _ in found}):
        here = [(asked, left) for each, asked, left in found if each == host]
        total = sum(asked for asked, _ in here)
        left = min((left for _, left in here if left is not None), default=None)
        if left is not None and total > left:
            raise CapacityError(
                f"{what} needs {total / 2**30:.4g} GiB on {host}, where {len(here)} of them run, "
                f"and {left / 2**30:.3g} GiB are free",
                remedy=("use more machines, ", Setting("precision", "single"), " or fewer qubits"),
            )
    return sum(host == name for host, _, _ in found)


class RankLost(EngineError):
    """A rank that ended while others wait for it."""


class _Wires:
    """Queues between threads, two from each rank to each other one."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._boxes = [
            [[queue.SimpleQueue[Any]() for _ in range(size)] for _ in range(size)] for _ in range(2)
        ]

    def put(self, source: int, target: int, value: Any, receipt: bool = False) -> None:
        """Send a value."""
        self._boxes[receipt][source][target].put(value)

    def get(self, source: int, target: int, receipt: bool = False) -> Any:
        """Receive a value.

        Raises:
            RankLost: a rank has ended.
        """
        value = self._boxes[receipt][source][target].get()
        if isinstance(value, _End):
            self.put(source, target, value, receipt)
            raise RankLost(f"rank {value.rank} has ended")
        return value

    def end(self, rank: int) -> None:
        """Wake all ranks that wait, for good."""
        for kind in self._boxes:
            for row in kind:
                for box in row:
                    box.put(_End(rank))


class _End(NamedTuple):
    """The last value of each queue, after a rank has ended."""

    rank: int


class Loopback:
    """One of `size` ranks that are threads of this process; see `Comm`."""

    def __init__(self, wires: _Wires, rank: int) -> None:
        self._wires, self.rank, self.size = wires, rank, wires.size

    @classmethod
    def ring(cls, size: int) -> list[Loopback]:
        """Return the communicators of all ranks."""
        wires = _Wires(size)
        return [cls(wires, rank) for rank in range(size)]

    def exchange(self, messages: Sequence[Message]) -> Callable[[], None]:
        """Begin to exchange arrays with peers; return a function that waits for the end."""
        for message in messages:
            self._wires.put(self.rank, message.peer, message.sends)

        def wait() -> None:
            for peer, _, receives in messages:
                sent = self._wires.get(peer, self.rank)
                for target, source in zip(receives, sent, strict=True):
                    np.copyto(target, source)
                del sent
                self._wires.put(self.rank, peer, None, receipt=True)
            for message in messages:
                self._wires.get(message.peer, self.rank, receipt=True)

        return wait

    def allgather(self, value: Any) -> list[Any]:
        """Return the values of all ranks, by rank."""
        for peer in range(self.size):
            if peer != self.rank:
                self._wires.put(self.rank, peer, value)
        return [
            value if peer == self.rank else self._wires.get(peer, self.rank)
            for peer in range(self.size)
        ]

    def broadcast(self, value: Any) -> Any:
        """Return the value of rank 0."""
        if self.rank:
            return self._wires.get(0, self.rank)
        for peer in range(1, self.size):
            self._wires.put(0, peer, value)
        return value

    def share(self, shape: tuple[int, ...], dtype: Any) -> Array | None:
        """Return an array of zeros that all ranks read and write."""
        shared: Array = self.broadcast(None if self.rank else np.zeros(shape, dtype))
        return shared

    def end(self) -> None:
        """Raise `RankLost` in every rank that waits, now or later."""
        self._wires.end(self.rank)
