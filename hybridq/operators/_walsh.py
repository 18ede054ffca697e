"""Values of sums of Z products on all basis states or on chosen bit rows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from hybridq.core import memory
from hybridq.core.errors import DimensionError, ParameterError

# Up to this many qubits a dense Hadamard transform is faster than splitting further.
_DENSE_QUBITS = 10
# Entries of one butterfly pass, so that its temporary fits in the cache.
_CHUNK = 1 << 15
# Entries of the largest temporary of `values_on_rows`.
_ROW_CHUNK = 1 << 21

Number = TypeVar("Number", np.float64, np.complex128)


@cache
def _hadamard(n_qubits: int) -> NDArray[np.float64]:
    """Return the unnormalized Hadamard matrix, shape (2**n, 2**n)."""
    matrix = np.ones((1, 1))
    for _ in range(n_qubits):
        matrix = np.block([[matrix, matrix], [matrix, -matrix]])
    return matrix


def require_all_states(n_qubits: int) -> None:
    """Raise unless the values on all basis states fit in memory.

    Raises:
        CapacityError: they do not.
    """
    memory.require(
        8 << n_qubits,
        f"the diagonal on {n_qubits} qubits",
        "use fewer qubits, or diagonal_at for chosen bit strings",
    )


def values_on_all_states(
    z_masks: NDArray[np.uint64], coefficients: NDArray[Number], n_qubits: int
) -> NDArray[Number]:
    r"""Return ``sum_k c_k (-1)^{popcount(z_k & b)}`` for every b = 0 ... 2**n - 1.

    Splits off the highest qubit: the terms without it give A, those with it B, and the two halves
    are A + B and A - B. For terms of order k this costs about 2**k * 2**n additions however many
    terms there are, and never more than the n * 2**n of a Walsh-Hadamard transform.

    Args:
        z_masks: shape (terms,), uint64.
        coefficients: shape (terms,).
        n_qubits: at most 63.

    Returns:
        shape (2**n_qubits,), dtype of `coefficients`.
    """
    out = np.empty(1 << n_qubits, dtype=coefficients.dtype)
    _fill(z_masks, coefficients, n_qubits, out)
    return out


def _fill(
    z_masks: NDArray[np.uint64], coefficients: NDArray[Number], n: int, out: NDArray[Number]
) -> None:
    if not z_masks.any():
        out[:] = coefficients.sum()
        return
    if n <= _DENSE_QUBITS:
        transformed = np.zeros(1 << n, dtype=out.dtype)
        np.add.at(transformed, z_masks.astype(np.int64), coefficients)
        square = transformed.reshape(1 << (n - n // 2), 1 << (n // 2))
        out[:] = (_hadamard(n - n // 2) @ square @ _hadamard(n // 2)).ravel()
        return
    top = np.uint64(1 << (n - 1))
    has_top = (z_masks & top).astype(bool)
    low, high = out[: 1 << (n - 1)], out[1 << (n - 1) :]
    _fill(z_masks[~has_top], coefficients[~has_top], n - 1, low)
    if not has_top.any():
        high[:] = low
        return
    _fill(z_masks[has_top] ^ top, coefficients[has_top], n - 1, high)
    for start in range(0, len(low), _CHUNK):
        a, b = low[start : start + _CHUNK], high[start : start + _CHUNK]
        difference = a - b
        a += b
        b[:] = difference


def values_on_rows(
    bits: NDArray[np.uint8],
    groups: Sequence[tuple[NDArray[np.int64], NDArray[np.float64]]],
) -> NDArray[np.float64]:
    """Return ``sum_t c_t prod_{q in t} s_q`` with s = 1 - 2 bit, for each row.

    Args:
        bits: shape (k, n), values 0 and 1.
        groups: pairs (qubits, coefficients) of shapes (m, weight) and (m,), one a weight.

    Returns:
        shape (k,), float64.
    """
    values = np.zeros(len(bits))
    widest = max([bits.shape[1], *(len(qubits) for qubits, _ in groups)], default=1)
    step = max(1, _ROW_CHUNK // max(widest, 1))
    for start in range(0, len(bits), step):
        part = bits[start : start + step].T
        spins = np.ascontiguousarray(1.0 - 2.0 * part)
        for qubits, coefficients in groups:
            if qubits.shape[1] == 0:
                values[start : start + step] += coefficients.sum()
                continue
            products = spins[qubits[:, 0]]
            for column in range(1, qubits.shape[1]):
                products *= spins[qubits[:, column]]
            values[start : start + step] += coefficients @ products
    return values


def check_bits(bits: object, n_qubits: int) -> NDArray[np.uint8]:
    """Return `bits` as a uint8 array of shape (k, n_qubits).

    Raises:
        DimensionError: the last axis does not have n_qubits entries.
        ParameterError: an entry is neither 0 nor 1.
    """
    array = np.asarray(bits)
    if array.ndim not in (1, 2) or array.shape[-1] != n_qubits:
        raise DimensionError(
            f"bits must have shape ({n_qubits},) or (k, {n_qubits}), got {array.shape}",
            argument="bits",
        )
    if array.dtype.kind not in "biuf" or not ((array == 0) | (array == 1)).all():
        raise ParameterError("bits must be 0 or 1: give bits, not spins", argument="bits")
    return np.atleast_2d(array).astype(np.uint8)
