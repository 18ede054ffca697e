"""One rank's part of a QAOA state: layers, exchanges, gradients, samples."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.core.arrays import aligned
from hybridq.engines.distributed.comm import Comm, Message, require_on_all, summed
from hybridq.engines.distributed.local import Local, Places, store
from hybridq.engines.distributed.rows import Rows
from hybridq.engines.distributed.sharding import Sharding

if TYPE_CHECKING:
    from hybridq.engines.distributed.shared import SharedLayers

PIECE_BYTES = 1 << 26
"""Two pieces are in memory at most: one is received while the other is worked on."""

CACHED_BYTES = 1 << 22
LEAST_COLUMNS = 1 << 12
"""A piece stays in a core's cache, unless its messages were then shorter than so many columns."""

State = NDArray[np.floating[Any]]
Vector = NDArray[np.float64]


class Shard:
    """The amplitudes of one rank. Every rank calls the same methods in the same order.

    Args:
        comm: the ranks.
        sharding: the distribution.
        locals: layers within the rank, in each of the two layouts; one on a single rank.
        dtype: float64 or float32.
        shared: layers in memory that all ranks share, None where they share none.

    Attributes:
        sent: bytes of amplitudes that this rank has sent.
    """

    def __init__(
        self,
        comm: Comm,
        sharding: Sharding,
        locals: Sequence[Local],
        dtype: np.dtype[Any],
        shared: SharedLayers | None = None,
    ) -> None:
        self._comm, self._sharding, self._locals = comm, sharding, locals
        self._dtype, self._shared = dtype, shared
        self.sent = 0
        self._states: list[State] = []
        self._pieces = np.empty(0, dtype)  # two to receive in, of the last exchange
        self._starts, self._quarters = sharding.starts(), sharding.quarters(comm.rank)
        first = locals[0]
        self._block_bits, self._pad = first.block_bits, first.pad
        self._peers = [comm.rank ^ step for step in range(1, comm.size)]
        self._routes = {
            peer: (sharding.outgoing(peer), sharding.incoming(peer)) for peer in range(comm.size)
        }

    def _state(self, number: int) -> State:
        """Return state array `number`, 0 the ket and 1 the bra, made on first use."""
        while len(self._states) <= number:
            blocks = 1 << (self._sharding.local_bits - self._block_bits)
            entries = blocks * ((1 << self._block_bits) + self._pad)
            self._states.append(aligned((2, entries), self._dtype))
        return self._states[number]

    # -- forward --------------------------------------------------------------------------------

    def energy(self, angles: Vector) -> float:
        """Return the expectation value, on every rank."""
        layout = self.evolve(angles)
        return float(summed(self._comm, np.array(self._locals[layout].measured(self._state(0)))))

    def evolve(self, angles: Vector) -> int:
        """Leave the final state in the ket; return its layout."""
        ket, p, layout = self._state(0), len(angles) // 2, 0
        start = 1.0 / math.sqrt(self._sharding.ranks)
        for gamma, beta in zip(angles[:p], angles[p:], strict=True):
            if self._shared is not None:
                # No rank begins before all are there, and one that has ended is noticed.
                self._comm.allgather(None)
                taken = self._shared.layer(layout, ket, gamma, beta, start)
                self.sent += 2 * self._dtype.itemsize * taken
                layout = 1 - layout
            else:
                self._locals[layout].layer(ket, gamma, beta, start)
                layout = self._join(ket, layout, beta)
            start = 0.0
        return layout

    def _join(self, ket: State, layout: int, beta: float) -> int:
        """Change the layout and finish a layer; return the new layout."""
        if self._sharding.ranks == 1:
            return layout
        rows, local = self._rows(beta), self._locals[1 - layout]

        def finish(piece: NDArray[Any], at: Places) -> None:
            local.join(piece[0], ket, at, rows)

        self._exchange([ket], finish)
        return 1 - layout

    def _rows(self, beta: float) -> Rows:
        """Return the step that follows an exchange."""
        return Rows(math.cos(beta), math.sin(beta), self._quarters, self._sharding.symmetric)

    # -- exchange -------------------------------------------------------------------------------

    def _width(self, states: int) -> int:
        """Return the number of columns of a piece, a power of two."""
        sharding = self._sharding
        column = 2 * self._dtype.itemsize * states * sharding.rows * sharding.halves
        width = max(min(CACHED_BYTES // column, 1 << sharding.column_bits), LEAST_COLUMNS)
        fitting = max(min(width, PIECE_BYTES // column), 1).bit_length() - 1
        return 1 << min(fitting, sharding.column_bits, self._block_bits)

    def _exchange(
        self,
        states: Sequence[State],
        finish: Callable[[NDArray[Any], Places], None],
        prepare: Callable[[Places, int], None] | None = None,
    ) -> None:
        """Change the layout of states, columns by columns.

        Args:
            states: shape (2, entries) each.
            finish: takes a piece that was received, shape (states, 2, halves, rows, columns),
                and the places of its halves and rows; it has to store it.
            prepare: work on columns before they are sent.
        """
        sharding, width = self._sharding, self._width(len(states))
        shape = 2, len(states), 2, sharding.halves, sharding.rows, width
        if self._pieces.shape != shape:
            self._pieces = np.empty(shape, self._dtype)
        buffers = self._pieces
        waiting: tuple[Callable[[], None], NDArray[Any], Places] | None = None
        for number, column in enumerate(range(0, 1 << sharding.column_bits, width)):
            index = self._starts + column
            at = index + (index >> self._block_bits) * self._pad
            if prepare is not None:
                prepare(at, width)
            piece = buffers[number % 2]
            wait = self._begin(states, piece, at, width)
            if waiting is not None:
                waiting[0]()
                finish(waiting[1], waiting[2])
            waiting = wait, piece, at
        if waiting is not None:
            waiting[0]()
            finish(waiting[1], waiting[2])

    def _begin(
        self, states: Sequence[State], piece: NDArray[Any], at: Places, width: int
    ) -> Callable[[], None]:
        """Begin to exchange columns; return a function that waits for the end."""
        parts = [(number, part) for number in range(len(states)) for part in range(2)]
        messages = []
        for peer in self._peers:
            going, coming = self._routes[peer]
            sends = [
                states[number][part, at[place] : at[place] + width]
                for number, part in parts
                for place in going
            ]
            receives = [piece[number, part, *place] for number, part in parts for place in coming]
            self.sent += sum(array.nbytes for array in sends)
            messages.append(Message(peer, sends, receives))
        wait = self._comm.exchange(messages)
        for source, target in zip(*self._routes[self._comm.rank], strict=True):
            for number, part in parts:
                piece[number, part, *target] = states[number][part, at[source] : at[source] + width]
        return wait

    # -- gradient -------------------------------------------------------------------------------

    def gradient(self, angles: Vector) -> tuple[float, Vector]:
        """Return the expectation value and its derivatives by the angles, on every rank.

        By the adjoint method, with two states in memory and three exchanges a layer.

        Raises:
            CapacityError: the second state does not fit in the memory of all ranks; on every rank.
        """
        p = len(angles) // 2
        if len(self._states) < 2:
            require_on_all(self._comm, self._state(0).nbytes, "the second state of a gradient")
        layout = self.evolve(angles)
        ket, bra = self._state(0), self._state(1)
        found = np.zeros(2 * p + 1)
        found[-1] = self._locals[layout].apply_cost(ket, bra)
        for layer in range(p - 1, -1, -1):
            beta = angles[p + layer]
            if self._sharding.ranks > 1:
                found[p + layer] = 2.0 * self._split(ket, bra, layout, beta)
                layout = 1 - layout
            slopes = self._locals[layout].undo(ket, bra, angles[layer], beta)
            found[layer] = slopes[0]
            found[p + layer] += slopes[1]
        total = summed(self._comm, found)
        return float(total[-1]), total[:-1]

    def _split(self, ket: State, bra: State, layout: int, beta: float) -> float:
        """Undo `_join` on both states; return Re⟨bra|G|ket⟩ of the derivative G by β."""
        rows, local = self._rows(beta), self._locals[layout]
        slopes = []

        def prepare(at: Places, width: int) -> None:
            slopes.append(local.split(ket, bra, at, width, rows))

        def finish(piece: NDArray[Any], at: Places) -> None:
            for number, state in enumerate((ket, bra)):
                store(piece[number], state, at)

        self._exchange([ket, bra], finish, prepare)
        return float(sum(slopes))

    # -- samples and distributions --------------------------------------------------------------

    def histogram(self, angles: Vector, lowest: float, bins: int) -> Vector:
        """Return the probability of the costs lowest, lowest + 1, …, on every rank."""
        layout = self.evolve(angles)
        return summed(self._comm, self._locals[layout].counted(self._state(0), lowest, bins))

    def sample(self, angles: Vector, shots: int, seed: int) -> NDArray[np.int64]:
        """Return `shots` measured indices of N bits, on every rank, in the order of ranks.

        Args:
            angles: γ_1 … γ_p, β_1 … β_p.
            shots: number of measurements of all ranks together.
            seed: the same on every rank; with as many ranks it gives the same indices.
        """
        layout = self.evolve(angles)
        ket, local, rank = self._state(0), self._locals[layout], self._comm.rank
        weights = np.array(self._comm.allgather(local.weight(ket)))
        shared, *own = np.random.SeedSequence(seed).spawn(1 + self._comm.size)
        counts = np.random.default_rng(shared).multinomial(shots, weights / weights.sum())
        drawn = local.draw(ket, int(counts[rank]), np.random.default_rng(own[rank]))
        index = self._sharding.global_index(drawn, layout, rank)
        return np.concatenate(self._comm.allgather(index))
