"""Mixers of the bits that an exchange brings together: twin of `kernels.rows`."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Rows(NamedTuple):
    r"""The change of layout of one layer, on the chain of the layout before.

    Within a rank the layout before had rotated its own anchor like a qubit; that is undone, then
    the frame changes, and the chain's bits, now the rows, are rotated.

    Attributes:
        cosine, sine: of the mixer's angle β.
        quarters: powers of i by half and row, int64, shape (halves, rows).
        symmetric: whether there are anchors.
    """

    cosine: float
    sine: float
    quarters: NDArray[np.int64]
    symmetric: bool


def rotate(a: Array, b: Array, cosine: float, sine: float) -> None:
    """Rotate (a, b) to (c a + s b, c b − s a), in place."""
    turned = cosine * a + sine * b
    np.multiply(b, cosine, out=b)
    b -= sine * a
    a[...] = turned


def turn(piece: Array, quarters: NDArray[np.int64]) -> None:
    """Multiply by powers of i, given for the leading axes of real and imaginary parts."""
    for power in (1, 2, 3):
        chosen = quarters == power
        re, im = piece[0][chosen], piece[1][chosen]
        if power == 2:
            piece[0][chosen], piece[1][chosen] = -re, -im
        else:
            sign = 1 if power == 1 else -1
            piece[0][chosen], piece[1][chosen] = -sign * im, sign * re


def join(piece: Array, rows: Rows) -> None:
    """Finish a layer on columns that were received.

    Args:
        piece: real and imaginary parts, shape (2, halves, rows, columns), overwritten.
        rows: the step.
    """
    c, s = rows.cosine, rows.sine
    if rows.symmetric:
        rotate(*_anchors(piece), c, -s)
    turn(piece, rows.quarters)
    for zero, one in _bits(piece):
        rotate(zero, one, c, s)


def split(ket: Array, bra: Array, rows: Rows) -> float:
    """Undo `join` on both states; return Re⟨bra|G|ket⟩ of the derivative G by β.

    Args:
        ket: as the piece of `join`, overwritten.
        bra: likewise.
        rows: the step that is undone.
    """
    c, s = rows.cosine, rows.sine
    slope = 0.0
    for (zero, one), (bra_zero, bra_one) in zip(_bits(ket), _bits(bra), strict=True):
        slope += _overlap(bra_zero, one) - _overlap(bra_one, zero)
    for piece in (ket, bra):
        for zero, one in _bits(piece):
            rotate(zero, one, c, -s)
        turn(piece, -rows.quarters & 3)
    if rows.symmetric:
        (zero, one), (bra_zero, bra_one) = _anchors(ket), _anchors(bra)
        slope -= _overlap(bra_zero, one) - _overlap(bra_one, zero)
        rotate(zero, one, c, s)
        rotate(bra_zero, bra_one, c, s)
    return slope


def _overlap(left: Array, right: Array) -> float:
    """Return the sum of products, in double precision."""
    return float(np.multiply(left, right, dtype=np.float64).sum())


def _bits(piece: Array) -> list[tuple[Array, Array]]:
    """Return views of the rows without and with each of their bits."""
    parts, halves, rows, columns = piece.shape
    views = []
    for bit in range(rows.bit_length() - 1):
        view = piece.reshape(parts, halves, -1, 2, 1 << bit, columns)
        views.append((view[:, :, :, 0], view[:, :, :, 1]))
    return views


def _anchors(piece: Array) -> tuple[Array, Array]:
    """Return views of the rows by the anchor before, 0 and 1, in pairs of complements."""
    half = piece.shape[2] // 2
    return piece[:, :, :half], piece[:, :, : half - 1 : -1]
