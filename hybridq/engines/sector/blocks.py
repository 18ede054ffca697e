"""Exact exponentials of sums of excitations that do not commute.

In a sector the generator G of such a sum is block diagonal with many small blocks, most of them
equal: each distinct block is diagonalized once, and e^{θG} is applied block by block.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.instructions import Transition
from hybridq.core import memory
from hybridq.operators.sector import Sector, rank

Terms = tuple[tuple[float, Transition], ...]

_FLAT = 1e-13


@dataclass(frozen=True, eq=False)
class Block:
    r"""One distinct block B of the sums of T − T†, or K of those of T + T†.

    .. math:: e^{\theta B} = \sum_k \cos(\omega_k\theta)\, P_k + \sin(\omega_k\theta)\, Q_k,
              \qquad e^{-i\theta K} = \sum_k (\cos(\omega_k\theta) - i \sin(\omega_k\theta))\, P_k

    Args:
        members: basis states of each copy of the block, int32, shape (copies, size).
        signs: s with s_a s_b B_ab the same for each copy, float64, same shape.
        generator: B or K, shape (size, size).
        frequencies: ω, shape (k,).
        cosines, sines: P and Q (P again for K), shape (k, size, size).
        imaginary: True if the generator is −iK.
    """

    members: NDArray[np.int32]
    signs: NDArray[np.float64]
    generator: NDArray[np.float64]
    frequencies: NDArray[np.float64]
    cosines: NDArray[np.float64]
    sines: NDArray[np.float64]
    imaginary: bool


@dataclass(frozen=True, eq=False)
class Pairs:
    """Blocks of two states that couple with ±`strength`, which are rotations.

    Args:
        source, target: int32, shape (pairs,); `sign` float64.
    """

    strength: float
    source: NDArray[np.int32]
    target: NDArray[np.int32]
    sign: NDArray[np.float64]


def commute(terms: Terms) -> bool:
    """Return whether all transitions have distinct modes and commuting signs."""
    for k, (_, a) in enumerate(terms):
        for _, b in terms[:k]:
            if a.mode_mask & b.mode_mask:
                return False
            crossings = (a.flip_mask & b.sign_mask).bit_count()
            if (crossings + (b.flip_mask & a.sign_mask).bit_count()) % 2:
                return False
    return True


def blocks_of(sector: Sector, terms: Terms, imaginary: bool) -> tuple[Pairs | Block, ...]:
    """Return the generator Σ c (T ∓ T†) in the sector as pairs and larger blocks.

    Raises:
        CapacityError: its entries do not fit in memory.
    """
    # Circuits that grow need the same sums repeatedly.
    build = _kept_blocks if sector.dim <= _KEPT_STATES else _new_blocks
    return build(sector, terms, imaginary)


_KEPT_STATES = 1 << 14


def _new_blocks(sector: Sector, terms: Terms, imaginary: bool) -> tuple[Pairs | Block, ...]:
    import scipy.sparse
    from scipy.sparse.csgraph import connected_components

    memory.require(
        64 * sector.dim * len(terms),
        f"the blocks of a sum of {len(terms)} excitations on {sector.dim:,} states",
        "use a smaller sector, or excitations of one term each",
    )
    basis = sector.basis().astype(np.uint64)
    rows, columns, values = [], [], []
    for coefficient, term in terms:
        modes, full = np.uint64(term.mode_mask), np.uint64(term.source_bits)
        source = np.flatnonzero(basis & modes == full)
        here = basis[source]
        odd = np.bitwise_count(here & np.uint64(term.sign_mask)) & 1
        rows.append(rank(basis, here ^ np.uint64(term.flip_mask)))
        columns.append(source)
        values.append(coefficient * term.sign * (1.0 - 2.0 * odd))
    shape = (sector.dim, sector.dim)
    half = scipy.sparse.csr_array(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=shape
    )
    generator = (half + half.T if imaginary else half - half.T).tocoo()
    kept = np.abs(generator.data) > _FLAT
    row, column = (c[kept].astype(np.int64) for c in generator.coords)
    value = generator.data[kept]
    graph = scipy.sparse.csr_array((np.ones(len(row)), (row, column)), shape=shape)
    _, label = connected_components(graph, directed=False)
    order = np.argsort(label, kind="stable")  # states by component, ascending in each
    size = np.bincount(label)
    place = np.empty(sector.dim, dtype=np.int64)
    place[order] = np.arange(sector.dim) - np.repeat(np.cumsum(size) - size, size)
    parts: list[Pairs | Block] = []
    for k in np.unique(size[size > 1]).tolist():
        which = np.flatnonzero(size == k)
        number = np.full(len(size), -1)
        number[which] = np.arange(len(which))
        members = order[size[label[order]] == k].reshape(-1, k).astype(np.int32)
        entry = number[label[row]] >= 0
        matrices = np.zeros((len(which), k, k))
        matrices[number[label[row[entry]]], place[row[entry]], place[column[entry]]] = value[entry]
        parts += _pairs(members, matrices) if k == 2 else _blocks(members, matrices, imaginary)
    return tuple(parts)


_kept_blocks = lru_cache(maxsize=256)(_new_blocks)


def _pairs(members: NDArray[np.int32], matrices: NDArray[np.float64]) -> list[Pairs | Block]:
    coupling = matrices[:, 1, 0]
    strengths, which = np.unique(np.abs(coupling), return_inverse=True)
    return [
        Pairs(
            float(strength),
            members[which == k, 0].copy(),
            members[which == k, 1].copy(),
            np.sign(coupling[which == k]),
        )
        for k, strength in enumerate(strengths)
    ]


def _blocks(
    members: NDArray[np.int32], matrices: NDArray[np.float64], imaginary: bool
) -> list[Pairs | Block]:
    signs = _gauge(matrices)
    plain = signs[:, :, None] * matrices * signs[:, None, :]
    # Adding 0.0 makes −0.0 and 0.0 one value.
    distinct, which = np.unique(plain + 0.0, axis=0, return_inverse=True)
    blocks: list[Pairs | Block] = []
    for k, matrix in enumerate(distinct):
        mine = which.reshape(-1) == k
        spectrum = _spectrum(matrix, imaginary)
        blocks.append(Block(members[mine], signs[mine], matrix, *spectrum, imaginary))
    return blocks


def _gauge(matrices: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return signs s that make many blocks s_a B_ab s_b equal, shape (blocks, size).

    Jordan–Wigner signs differ from copy to copy; here every state takes the sign that makes its
    coupling to an earlier one positive, along a tree of couplings from the first state.
    """
    copies, size, _ = matrices.shape
    signs = np.zeros((copies, size))
    signs[:, 0] = 1.0
    rows = np.arange(copies)
    for _ in range(size - 1):
        for state in range(1, size):
            weight = np.abs(signs * matrices[:, state])
            known = weight.argmax(axis=1)
            # Above the diagonal an antisymmetric block has the opposite sign: look below it.
            coupling = np.sign(matrices[rows, np.maximum(state, known), np.minimum(state, known)])
            fresh = (signs[:, state] == 0) & (weight[rows, known] > 0)
            signs[:, state] = np.where(fresh, coupling * signs[rows, known], signs[:, state])
        if (signs != 0).all():
            break
    return signs


def _spectrum(
    matrix: NDArray[np.float64], imaginary: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return frequencies, P and Q of `Block`."""
    if imaginary:
        frequencies, vectors = np.linalg.eigh(matrix)
        projectors = np.einsum("ak,bk->kab", vectors, vectors)
        return frequencies, projectors, projectors
    # iB is hermitian; its eigenvalues come in pairs ±ω with conjugate eigenvectors.
    frequencies, vectors = np.linalg.eigh(1j * matrix)
    projectors = np.einsum("ak,bk->kab", vectors, vectors.conj())
    size = float(np.abs(frequencies).max())
    still = np.abs(frequencies) <= _FLAT * size
    up = (frequencies > 0) & ~still
    rest = projectors[still].real.sum(axis=0)[None]
    return (
        np.append(frequencies[up], 0.0),
        np.concatenate([2 * projectors[up].real, rest]),
        np.concatenate([2 * projectors[up].imag, np.zeros_like(rest)]),
    )
