"""Electronic Hamiltonians in a sector of fixed electron numbers.

They are computed from the integrals, without Pauli terms.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.core import memory
from hybridq.core.errors import DimensionError
from hybridq.operators._sector_plain import MOST_ENTRIES, electronic, same_spin
from hybridq.operators.sector import Sector, rank
from hybridq.operators.sector_matrix import TOLERANCE

if TYPE_CHECKING:
    import scipy.sparse

    from hybridq.operators.electronic import ElectronicHamiltonian


@dataclass(frozen=True, eq=False)
class Moves:
    r"""All one-electron moves of k electrons.

    A move has :math:`\langle J|E_{pq}|J'\rangle = \pm 1`.

    Args:
        partner: J' by string J and move, the k moves onto itself first, int32,
            shape (strings, k (m − k) + k).
        pair: p m + q, same shape, int32.
        sign: same shape, float64.
        n_pairs: m².
    """

    partner: NDArray[np.int32]
    pair: NDArray[np.int32]
    sign: NDArray[np.float64]
    n_pairs: int

    @property
    def n_partners(self) -> int:
        """Number of partners of each string other than itself."""
        own = self.partner == np.arange(len(self.partner))[:, None]
        return self.partner.shape[1] - int(own[0].sum())

    def by_partner(self) -> tuple[Any, Any, Any, Any, Any]:
        """Group moves by partner: (starts, partners, pair starts, pairs, signs).

        The partners of string J are entries starts[J] … starts[J + 1] − 1, ascending and itself
        among them; partner e has the moves pair starts[e] … pair starts[e + 1] − 1.
        """
        n = len(self.partner)
        own = np.arange(n)[:, None]
        # A string without electrons has only itself as its partner, without a move.
        keys = np.unique(np.concatenate([(own * n + self.partner).ravel(), np.arange(n) * (n + 1)]))
        entry = np.searchsorted(keys, (own * n + self.partner).ravel())
        order = np.argsort(entry, kind="stable")
        pair_starts = np.searchsorted(entry[order], np.arange(len(keys) + 1))
        starts = np.searchsorted(keys // n, np.arange(n + 1))
        return (
            starts,
            (keys % n).astype(np.int32),
            pair_starts,
            self.pair.ravel()[order],
            self.sign.ravel()[order],
        )


def one_electron_moves(strings: NDArray[np.uint64], n_orbitals: int) -> Moves:
    """Return the moves among `strings`, all of one electron number, ascending."""
    n, m = len(strings), n_orbitals
    k = int(np.bitwise_count(strings[0]))
    width = k * (m - k) + k
    memory.require(24 * n * width, f"the moves among {n:,} strings", "use fewer orbitals")
    partner = np.empty((n, width), dtype=np.int32)
    pair = np.empty((n, width), dtype=np.int32)
    sign = np.empty((n, width))
    filled = np.zeros(n, dtype=np.int64)
    orders = [(p, p) for p in range(m)] + [(p, q) for p in range(m) for q in range(m) if p != q]
    for p, q in orders:
        full, empty = np.uint64(1 << p), np.uint64(1 << q)
        inside = strings & full != 0
        if p != q:
            inside &= strings & empty == 0
        rows = np.flatnonzero(inside)
        here = strings[rows]
        low, high = min(p, q), max(p, q)
        between = np.uint64(((1 << high) - 1) & ~((1 << (low + 1)) - 1)) if p != q else np.uint64(0)
        at = filled[rows]
        partner[rows, at] = rank(strings, here if p == q else here ^ full ^ empty)
        pair[rows, at] = p * m + q
        sign[rows, at] = 1.0 - 2.0 * (np.bitwise_count(here & between) & 1)
        filled[rows] += 1
    return Moves(partner, pair, sign, m * m)


def same_spin_matrix(
    moves: Moves,
    constant: float,
    one_body: NDArray[np.float64],
    two_body: NDArray[np.float64],
    *,
    plain: bool = False,
) -> scipy.sparse.csr_array:
    r"""Return the Hamiltonian of the electrons of one spin only, CSR on their strings.

    :math:`c + \sum h_{pq} E_{pq} + \tfrac12\sum (pq|rs)(E_{pq}E_{rs} - \delta_{qr}E_{ps})`. Its
    pattern holds every one- and two-electron move, also where the value is zero, unless it is
    assembled without compiled code (`plain`).
    """
    import scipy.sparse

    n, m = len(moves.partner), len(one_body)
    one = (one_body - 0.5 * np.einsum("prrq->pq", two_body)).ravel()
    two = np.ascontiguousarray(two_body.reshape(m * m, m * m))
    if plain:
        return same_spin(moves, one, two, constant)
    from hybridq.operators._sector_kernel import same_spin_row

    row, seen = np.zeros(n), np.zeros(n, dtype=np.bool_)
    starts = np.zeros(n + 1, dtype=np.int64)
    columns, values = [], []
    for string in range(n):
        same_spin_row(string, moves.partner, moves.pair, moves.sign, one, two, row, seen)
        seen[string] = True
        row[string] += constant
        found = np.flatnonzero(seen)
        columns.append(found)
        values.append(row[found])
        starts[string + 1] = starts[string] + len(found)
        row[found] = 0.0
        seen[found] = False
    return scipy.sparse.csr_array(
        (np.concatenate(values), np.concatenate(columns).astype(np.int32), starts), shape=(n, n)
    )


@dataclass(frozen=True, eq=False)
class ElectronicParts:
    """A Hamiltonian in a sector: same-spin matrices, moves and αβ integrals."""

    sector: Sector
    n_orbitals: int
    low_moves: Moves
    high_moves: Moves
    low_matrix: scipy.sparse.csr_array
    high_matrix: scipy.sparse.csr_array
    two: NDArray[np.float64]
    """(pq|rs) with pq of α and rs of β, shape (m², m²)."""

    @property
    def is_small(self) -> bool:
        """True where the matrix is assembled without compiled code."""
        return _are_few(self.low_moves, self.high_moves)

    @property
    def most_entries(self) -> int:
        """Entries of the whole matrix if no integral vanished."""
        n_high, n_low = self.sector.shape
        singles = [self.low_moves.n_partners, self.high_moves.n_partners]
        same_spin = self.low_matrix.nnz * n_high + self.high_matrix.nnz * n_low
        return same_spin + n_low * n_high * singles[0] * singles[1]


def _are_few(low: Moves, high: Moves) -> bool:
    """Return whether the pairs of moves of both spins are few."""
    return math.prod(len(x.partner) * (x.n_partners + 1) for x in (low, high)) <= MOST_ENTRIES


def electronic_parts(hamiltonian: ElectronicHamiltonian, sector: Sector) -> ElectronicParts:
    """Return the parts of a Hamiltonian in a sector.

    The constant is in the α matrix.

    Raises:
        DimensionError: the sector is not one of α and β electrons in these orbitals.
    """
    m = hamiltonian.n_orbitals
    if sector.n_qubits != 2 * m or sector.split != m:
        raise DimensionError(
            f"{m} orbitals need a sector of {2 * m} qubits, {m} of them lower; got {sector}",
            argument="sector",
        )
    constant = hamiltonian.constant
    moves = [one_electron_moves(s, m) for s in (sector.low_strings, sector.high_strings)]
    plain = _are_few(*moves)
    one, (low_two, _, high_two) = hamiltonian.one_body, hamiltonian.two_body
    low = same_spin_matrix(moves[0], constant, one[0], low_two, plain=plain)
    high = same_spin_matrix(moves[1], 0.0, one[1], high_two, plain=plain)
    two = np.ascontiguousarray(hamiltonian.two_body[1].reshape(m * m, m * m))
    return ElectronicParts(sector, m, moves[0], moves[1], low, high, two)


def electronic_matrix(hamiltonian: ElectronicHamiltonian, sector: Sector) -> scipy.sparse.csr_array:
    """Return the Hamiltonian in a sector, CSR of float64, shape (dim, dim).

    Columns ascend.

    Entries that vanish by symmetry are not stored.

    Raises:
        DimensionError: the sector is not one of α and β electrons in these orbitals.
        CapacityError: the matrix does not fit in memory.
    """
    return matrix_of_parts(electronic_parts(hamiltonian, sector))


def matrix_of_parts(parts: ElectronicParts) -> scipy.sparse.csr_array:
    """Return `electronic_matrix` of the parts."""
    import scipy.sparse

    sector = parts.sector
    tolerance = TOLERANCE * max(float(np.abs(parts.low_matrix.data).max(initial=0.0)), 1.0)
    if parts.is_small:
        return electronic(parts, tolerance)
    from hybridq.operators._sector_kernel import electronic_rows

    n_high, n_low = sector.shape
    # Space for one upper string's rows if no integral vanishes, and for one extra entry.
    most = 1 + parts.most_entries // n_high
    memory.require(12 * most, f"rows of {sector.dim:,} determinants", "use a smaller active space")
    columns, values = np.empty(most, dtype=np.int32), np.empty(most)
    counts = np.empty(sector.dim, dtype=np.int64)
    fixed = (
        parts.low_moves.by_partner(),
        parts.high_moves.by_partner(),
        _csr_arrays(parts.low_matrix),
        _csr_arrays(parts.high_matrix),
        parts.two,
        np.empty((parts.high_moves.n_partners + 1, len(parts.two))),
        tolerance,
    )
    rows: list[tuple[Any, Any]] = []
    total = 0
    for j in range(n_high):
        mine = counts[j * n_low : (j + 1) * n_low]
        written = electronic_rows(j, *fixed, columns, values, mine)
        rows.append((columns[:written].copy(), values[:written].copy()))
        total += written
        # The rows so far, and a copy of them when they are joined.
        memory.require(
            12 * total, f"a matrix of {sector.dim:,} determinants", "use a smaller active space"
        )
    starts = np.zeros(sector.dim + 1, dtype=np.int64 if total >= 2**31 else np.int32)
    np.cumsum(counts, out=starts[1:])
    joined = [np.concatenate(arrays) for arrays in zip(*rows, strict=True)]
    return scipy.sparse.csr_array((joined[1], joined[0], starts), shape=(sector.dim, sector.dim))


def _csr_arrays(matrix: scipy.sparse.csr_array) -> tuple[Any, Any, Any]:
    return matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32), matrix.data
