r"""Distribution of a QAOA state over ranks, and the cost of one rank's part.

A state of N bits y lies on R = 2^k ranks, in one of two layouts. Each layout has a chain of bits
of its own, by which the rank is known; a layer's mixers act on all other bits within the rank,
one exchange changes the layout, and the chain's mixers are then within the rank too.

Of a spin-flip symmetric state of n qubits half the amplitudes are simulated, N = n − 1. Its rank
bits are **parities** of neighbours in a chain :math:`a_0 \dots a_k`,
:math:`r_j = y_{a_j} \oplus y_{a_{j+1}}`: the flip of all bits keeps them, so that the mixer of the
qubit that is left out, which reverses all bits, is within the rank. The last bit of the chain,
the *anchor*, is kept within the rank; the others follow from it. Without the symmetry the rank
bits are the chain's k bits themselves, N = n.

Either way a layer sends :math:`(1 - 1/R)\, 2^N / R` amplitudes a rank, once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hybridq.core.checks import checked_count
from hybridq.core.errors import EngineError, ParameterError, Setting
from hybridq.operators.ising import Ising
from hybridq.operators.terms import Group, Terms


def checked_ranks(ranks: int) -> int:
    """Return a number of ranks.

    Raises:
        ParameterError: it is not a power of two.
    """
    count = checked_count("ranks", ranks)
    if count & (count - 1):
        lower = 1 << (count.bit_length() - 1)
        raise ParameterError(
            argument="ranks",
            value=count,
            expected="a power of two",
            remedy=f"use {lower} or {2 * lower}",
        )
    return count


@dataclass(frozen=True)
class Sharding:
    """Distribution of 2**bits amplitudes over 2**rank_bits ranks.

    Within a rank the index holds the *columns* as its lowest bits, then the anchor where the state
    is symmetric, and the *rows* as its highest: the chain of the other layout, by its order.

    Args:
        bits: N, the bits of the simulated index.
        rank_bits: k.
        symmetric: whether it is half of a spin-flip symmetric state.

    Raises:
        EngineError: too many ranks for so few bits.
    """

    bits: int
    rank_bits: int
    symmetric: bool

    def __post_init__(self) -> None:
        if self.rank_bits and self.column_bits < 0:
            most = 1 << (self.bits // 2 - self.symmetric)
            raise EngineError(
                f"{self.ranks} ranks are too many for {self.bits + self.symmetric} qubits",
                argument="ranks",
                value=self.ranks,
                remedy=("use ", Setting("ranks", most), " at most"),
            )

    @property
    def ranks(self) -> int:
        """Number of ranks, R."""
        return 1 << self.rank_bits

    @property
    def chain_bits(self) -> int:
        """Length of a chain; 0 on one rank."""
        return self.rank_bits + self.symmetric if self.rank_bits else 0

    @property
    def column_bits(self) -> int:
        """Bits of the index that no chain holds."""
        return self.bits - 2 * self.chain_bits

    @property
    def local_bits(self) -> int:
        """Bits of the index within a rank."""
        return self.bits - self.rank_bits

    @property
    def rows(self) -> int:
        """Number of rows."""
        return 1 << self.chain_bits

    @property
    def halves(self) -> int:
        """Values of the anchor, 2; 1 where there is none."""
        return 2 if self.symmetric and self.rank_bits else 1

    def row(self, rank: int, anchor: int) -> int:
        """Return the bits of the chain on a rank, bit j that of the chain's bit j."""
        if not self.symmetric:
            return rank
        row = bit = anchor
        for j in range(self.rank_bits - 1, -1, -1):
            bit ^= rank >> j & 1
            row = row << 1 | bit
        return row

    def starts(self) -> NDArray[np.int64]:
        """Return the local index of each half and row at column 0, shape (halves, rows)."""
        row, half = np.arange(self.rows), np.arange(self.halves)
        wide = self.column_bits + self.halves - 1
        return np.asarray((row << wide) + (half[:, np.newaxis] << self.column_bits))

    def outgoing(self, peer: int) -> list[tuple[int, int]]:
        """Return (half, row) of all that goes to a peer, in the layout before."""
        return [
            (half, self.row(peer, anchor))
            for half in range(self.halves)
            for anchor in range(self.halves)
        ]

    def incoming(self, peer: int) -> list[tuple[int, int]]:
        """Return (half, row) of all that comes from a peer, in the layout after."""
        return [
            (anchor, self.row(peer, half))
            for half in range(self.halves)
            for anchor in range(self.halves)
        ]

    def quarters(self, rank: int) -> NDArray[np.int64]:
        """Return the powers of i between frames, shape (halves, rows).

        Amplitudes are kept times i^{ones of the local index}: those after an exchange, over those
        before.
        """
        if not self.rank_bits:
            return np.zeros((1, 1), dtype=np.int64)
        row = np.arange(self.rows)
        now = np.bitwise_count(row).astype(np.int64)
        if not self.symmetric:
            return np.asarray((now - rank.bit_count())[np.newaxis] & 3)
        before = row >> self.rank_bits  # the anchor of the layout before
        found = [anchor + now - before - self.row(rank, anchor).bit_count() for anchor in range(2)]
        return np.asarray(found) & 3

    def places(self, layout: int) -> Iterator[tuple[int, int]]:
        """Yield (bit of y, local bit) of the bits within a rank, in a layout, 0 or 1.

        The bits of y are numbered: columns, chain of layout 0, chain of layout 1.
        """
        chain, columns = self.chain_bits, self.column_bits
        yield from ((bit, bit) for bit in range(columns))
        if not self.rank_bits:
            return
        first, other = columns + layout * chain, columns + (1 - layout) * chain
        if self.symmetric:
            yield first + chain - 1, columns
        for j in range(chain):
            yield other + j, columns + (1 if self.symmetric else 0) + j

    def local_cost(self, ising: Ising, layout: int, rank: int) -> Ising:
        """Return the cost of the amplitudes on a rank, over its local bits.

        The chain's spins that are not within the rank are ± the anchor's, or ± 1.
        """
        place = np.full(self.bits, -1)
        for bit, local in self.places(layout):
            place[bit] = local
        sign = np.ones(self.bits)
        if self.rank_bits:
            first = self.columns_of_chain(layout)
            row = self.row(rank, 0)
            kept = self.chain_bits - 1 if self.symmetric else self.chain_bits
            for j in range(kept):
                sign[first + j] = 1 - 2 * (row >> j & 1)
                place[first + j] = self.column_bits if self.symmetric else -1
        return _substituted(ising, place, sign, self.local_bits)

    def columns_of_chain(self, layout: int) -> int:
        """Return the first bit of y of a layout's chain."""
        return self.column_bits + layout * self.chain_bits

    def global_index(self, local: NDArray[np.int64], layout: int, rank: int) -> NDArray[np.int64]:
        """Return the index over all N bits of amplitudes on a rank, by their local index."""
        index = np.zeros_like(local)
        for bit, place in self.places(layout):
            index |= (local >> place & 1) << bit
        if self.rank_bits:
            first = self.columns_of_chain(layout)
            if self.symmetric:
                anchor = local >> self.column_bits & 1
                kept = (1 << self.rank_bits) - 1  # the anchor itself is there already
                index |= (self.row(rank, 0) & kept) << first
                index ^= (anchor * kept) << first
            else:
                index |= np.int64(rank) << first
        return index


def _substituted(
    ising: Ising, place: NDArray[np.int64], sign: NDArray[np.float64], n_qubits: int
) -> Ising:
    """Return an energy of other spins, with s_i = sign_i t_place(i).

    Where place is −1, s_i = sign_i.
    """
    everyone = np.arange(ising.n_qubits)[:, np.newaxis]
    kept: list[Group] = []
    others: dict[tuple[int, ...], float] = {(): float(ising.constant)}
    for spins, values in (
        (everyone, ising.linear),
        (ising.pairs, ising.couplings),
        *ising.higher_groups,
    ):
        weights = values * sign[spins].prod(axis=1)
        found = np.sort(place[spins], axis=1)
        simple = (found[:, 0] >= 0) & (np.diff(found, axis=1) > 0).all(axis=1)
        kept.append((found[simple], weights[simple]))
        for row, weight in zip(found[~simple].tolist(), weights[~simple], strict=True):
            # Equal spins cancel in pairs, and -1 stands for none.
            odd = tuple(spin for spin in sorted(set(row)) if spin >= 0 and row.count(spin) % 2)
            others[odd] = others.get(odd, 0.0) + float(weight)
    return Ising.from_terms(Terms([*kept, *Terms.of(others).groups]), n_qubits)
