"""Bit masks of Pauli terms: qubit q is bit q % 64 of word q // 64.

A word has 64 qubits. A mask array has shape (terms, words) and dtype uint64.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.core import memory
from hybridq.core.checks import is_whole
from hybridq.core.errors import DimensionError, ParameterError

Masks = NDArray[np.uint64]
Integers = NDArray[np.int64]

# Up to this many columns are sorted by lexsort, wider masks as byte strings (one memcmp per
# comparison instead of one pass per column).
_LEXSORT_COLUMNS = 2


# Wider than any register; a mistyped number must not allocate terabytes of masks.
_MOST_QUBITS = 1 << 32


def checked_width(n_qubits: object, argument: str = "n_qubits") -> int:
    """Return `n_qubits` as an int; `argument` is its name in errors.

    Raises:
        ParameterError: it is not an integer from 1 to 2**32.
    """
    if not is_whole(n_qubits):
        raise ParameterError(argument=argument, value=n_qubits, expected="an integer >= 1")
    if not 1 <= n_qubits <= _MOST_QUBITS:
        expected = "an integer from 1 to 2**32"
        raise ParameterError(argument=argument, value=n_qubits, expected=expected)
    return int(n_qubits)


def n_words(n_qubits: int) -> int:
    """Return the number of 64-bit words that hold `n_qubits` bits, at least one."""
    return max(1, -(-n_qubits // 64))


def popcount(words: Masks) -> Integers:
    """Return the number of set bits of each row: shape (..., words) -> (...), int64."""
    if words.shape[-1] == 1:
        return np.bitwise_count(words[..., 0]).astype(np.int64)
    return np.bitwise_count(words).sum(axis=-1, dtype=np.int64)


def bits_outside(words: Masks, n_qubits: int) -> bool:
    """Return whether any row has a bit at or above `n_qubits`."""
    used = n_qubits - 64 * (words.shape[1] - 1)
    if used == 64 or not len(words):
        return False
    return bool((words[:, -1] >> np.uint64(used)).any())


def checked_masks(name: str, masks: object, terms: int, n_qubits: int) -> Masks:
    """Return masks of shape (terms, words) as read-only uint64, a copy.

    Args:
        name: the argument's name, for the error.
        masks: the masks that were given.
        terms: their number.
        n_qubits: number of qubits.

    Raises:
        ParameterError: they are not unsigned integers.
        DimensionError: their shape does not fit, or a bit is at or above `n_qubits`.
    """
    given: NDArray[Any] = np.array(masks)
    if given.size == 0:
        given = given.astype(np.uint64)
    if given.dtype.kind not in "iu" or (given.dtype.kind == "i" and (given < 0).any()):
        raise ParameterError(f"{name} must be uint64 words, got dtype {given.dtype}", argument=name)
    words = given.astype(np.uint64, copy=False)
    shape = (terms, n_words(n_qubits))
    if words.shape != shape:
        raise DimensionError(
            f"{name} must have shape {shape} for {terms} coefficients on {n_qubits} qubits, "
            f"got {words.shape}",
            argument=name,
        )
    if bits_outside(words, n_qubits):
        raise DimensionError(
            f"{name} must have no bit at or above qubit {n_qubits}, with n_qubits={n_qubits}",
            argument=name,
            remedy="clear it or raise n_qubits",
        )
    words.setflags(write=False)
    return words


def pack(rows: Integers, qubits: Integers, shape: tuple[int, int]) -> Masks:
    """Return masks of `shape` with bit `qubits[k]` set in row `rows[k]`, for all k."""
    # This array, its copies while terms are merged, and the same for the other mask.
    memory.require(
        48 * shape[0] * shape[1],
        f"a sum of {shape[0]} terms on {64 * shape[1]} qubits",
        "use fewer terms or qubits",
    )
    words = np.zeros(shape, dtype=np.uint64)
    bits = np.left_shift(np.uint64(1), (qubits % 64).astype(np.uint64))
    np.bitwise_or.at(words, (rows, qubits // 64), bits)
    return words


def unpack(words: Masks) -> tuple[Integers, Integers]:
    """Return the set bits as (rows, qubits), by row and qubit; inverse of `pack`."""
    rows, columns = np.nonzero(words)
    values = words[rows, columns]
    little = values.astype("<u8").view(np.uint8).reshape(-1, 8)
    entries, bits = np.nonzero(np.unpackbits(little, axis=1, bitorder="little"))
    return rows[entries].astype(np.int64), (64 * columns[entries] + bits).astype(np.int64)


def split_by_weight(words: Masks) -> list[tuple[Integers, Integers]]:
    """Group rows by their number of set bits, ascending.

    Returns:
        pairs (rows, qubits) with shapes (k,) and (k, weight), qubits ascending in each row.
    """
    weights = popcount(words)
    _, qubits = unpack(words)
    starts = np.concatenate(([0], np.cumsum(weights)))
    groups = []
    for weight in np.unique(weights).tolist():
        rows = np.flatnonzero(weights == weight).astype(np.int64)
        groups.append((rows, qubits[starts[rows][:, None] + np.arange(weight)]))
    return groups


def sort_order(x_masks: Masks, z_masks: Masks) -> Integers:
    """Return the stable order of terms by x mask, then by z mask, as integers."""
    columns = np.concatenate((z_masks, x_masks), axis=1)
    # A constant column does not affect the order; a diagonal sum has many of them.
    columns = columns[:, (columns != columns[:1]).any(axis=0)]
    if columns.shape[1] == 0:
        return np.arange(len(columns), dtype=np.int64)
    if columns.shape[1] <= _LEXSORT_COLUMNS:
        return np.lexsort(tuple(columns.T)).astype(np.int64)
    big_endian = np.ascontiguousarray(columns[:, ::-1], dtype=">u8")
    keys: NDArray[Any] = big_endian.view(f"V{8 * columns.shape[1]}")[:, 0]
    return np.argsort(keys, kind="stable").astype(np.int64)


def merge(
    x_masks: Masks, z_masks: Masks, coefficients: NDArray[np.complex128], tolerance: float
) -> tuple[Masks, Masks, NDArray[np.complex128]]:
    """Merge equal terms, in canonical order; drop those of modulus <= `tolerance`."""
    if not len(coefficients):
        return x_masks, z_masks, coefficients
    order = sort_order(x_masks, z_masks)
    x, z = x_masks[order], z_masks[order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = (x[1:] != x[:-1]).any(axis=1) | (z[1:] != z[:-1]).any(axis=1)
    starts = np.flatnonzero(new)
    # Adding zero turns -0.0 into 0.0, so that equal sums are equal byte for byte.
    totals: NDArray[np.complex128] = np.add.reduceat(coefficients[order], starts) + 0.0j
    kept = np.abs(totals) > tolerance
    starts = starts[kept]
    return x[starts], z[starts], totals[kept]


def anticommuting(x_a: Masks, z_a: Masks, x_b: Masks, z_b: Masks) -> NDArray[np.bool_]:
    """Return whether terms anticommute, row by row (shapes broadcast)."""
    # Parity of a sum of popcounts = parity of the popcount of the XOR.
    return popcount((x_a & z_b) ^ (z_a & x_b)) % 2 == 1


_POWERS_OF_I = np.array([1, 1j, -1, -1j])


def product_phase(x_a: Masks, z_a: Masks, x_b: Masks, z_b: Masks) -> NDArray[np.complex128]:
    r"""Return the phase of P_a P_b = phase * P_ab, row by row (shapes broadcast).

    With P(x, z) = i^{|x & z|} X^x Z^z, moving Z^{z_a} past X^{x_b} gives (-1)^{|z_a & x_b|}, so
    the phase is i^{y_a + y_b - y_ab + 2 |z_a & x_b|} with y = |x & z|.
    """
    power = popcount(x_a & z_a) + popcount(x_b & z_b) + 2 * popcount(z_a & x_b)
    power = power - popcount((x_a ^ x_b) & (z_a ^ z_b))
    return _POWERS_OF_I[power & 3]


# Words of the largest block of pairs that `product` expands at once.
_PAIR_WORDS = 1 << 22

Terms = tuple[Masks, Masks, NDArray[np.complex128]]


def product(left: Terms, right: Terms, *, only_anticommuting: bool = False) -> Terms:
    """Return the merged terms of a product, or of its anticommuting pairs only."""
    (x_a, z_a, c_a), (x_b, z_b, c_b) = left, right
    words = x_a.shape[1]
    step = max(1, _PAIR_WORDS // max(1, len(c_b) * words))
    parts: list[Terms] = [(x_a[:0], z_a[:0], c_a[:0])]
    for start in range(0, len(c_a), step):
        rows = slice(start, start + step)
        xa, za = x_a[rows, None], z_a[rows, None]
        coefficients = c_a[rows, None] * c_b * product_phase(xa, za, x_b, z_b)
        x, z = xa ^ x_b, za ^ z_b
        if only_anticommuting:
            kept = anticommuting(xa, za, x_b, z_b)
            x, z, coefficients = x[kept], z[kept], coefficients[kept]
        parts.append(merge(x.reshape(-1, words), z.reshape(-1, words), coefficients.ravel(), 0.0))
    if len(parts) == 2:
        return parts[1]
    x, z, c = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return merge(x, z, c, 0.0)
