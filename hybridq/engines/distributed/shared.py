"""Layers of ranks of one machine, with the exchange in memory that they share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hybridq.engines.diagonal.workspace import panel_entries
from hybridq.engines.distributed.comm import Comm, require_on_all
from hybridq.engines.distributed.compiled import CompiledLocal
from hybridq.engines.distributed.kernels.swap import STRIP, Swap
from hybridq.engines.distributed.local import State, layer_steps
from hybridq.engines.distributed.sharding import Sharding


class SharedLayers:
    """Layers with the exchange at their end, in two passes over memory together.

    Args:
        within: layers within the rank, in each of the two layouts.
        swap: the change of layout; see `shared_swap`.
    """

    def __init__(self, within: Sequence[CompiledLocal], swap: Swap) -> None:
        self._within, self._swap = within, swap

    def layer(self, layout: int, ket: State, gamma: float, beta: float, start: float) -> int:
        """Run one layer and change the layout.

        Every rank calls it at once, after the others have returned from it.

        Args:
            layout: that of the state before, 0 or 1.
            ket: the state.
            gamma, beta: of the layer.
            start: begin with |+…+⟩ times this, unless it is 0.

        Returns:
            the amplitudes that came from other ranks.
        """
        local = self._within[layout]
        *first, last = layer_steps(gamma, beta, self._swap.symmetric)
        for angles in first:
            local.evolved(ket, angles, start)
            start = 0.0
        local.evolved(ket, last, start, finish=False)
        return local.swapped(ket, self._swap, float(last[1]), float(beta))


def shared_swap(comm: Comm, sharding: Sharding, local: CompiledLocal) -> Swap | None:
    """Return the change of layout in shared memory, None where that is not possible.

    All ranks have to be on one machine, with as many threads, and the rows in the high bits of the
    grid. Every rank calls it.

    Raises:
        CapacityError: panels do not fit in the memory of the machine; on every rank.
    """
    grid, threads, dtype = local.grid, local.threads, local.dtype
    extra = grid.high - sharding.chain_bits - (sharding.halves - 1)
    if extra < 0 or any(each != threads for each in comm.allgather(threads)):
        return None
    entries = panel_entries(grid)
    own = threads * 4 * entries * np.dtype(dtype).itemsize
    require_on_all(comm, own, f"the panels that {comm.size} ranks share")
    boxes = comm.share((comm.size, threads, 2, 2, entries), dtype)
    arrived = comm.share((threads, 64), np.int64)  # each in lines of the cache of its own
    if boxes is None or arrived is None:
        return None
    wide = min(STRIP, 1 << (grid.low + grid.wide))
    ranks, lines = np.empty((2, sharding.halves, sharding.rows), dtype=np.int64)
    for peer in range(comm.size):
        for (half, row), place in zip(
            sharding.outgoing(comm.rank), sharding.incoming(peer), strict=True
        ):
            ranks[place], lines[place] = peer, (row * sharding.halves + half) << extra
    return Swap(
        boxes, arrived, np.empty((threads, 2, sharding.rows, wide), dtype), ranks, lines,
        sharding.quarters(comm.rank), extra, sharding.symmetric, comm.rank,
    )  # fmt: skip
