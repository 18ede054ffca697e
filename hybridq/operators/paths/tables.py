r"""Weights of path states, and the layout of messages.

A path gives a spin to each of p layers, once for the ket and once for the bra. The pair of layer l
is a digit :math:`d_l = b_l + 2 b'_l` with the bits of ket and bra (bit 1 is spin −1), and digits
of layers 1 … r make the index :math:`\sum_l d_l 4^{l-1}`. Exchanging ket and bra takes a weight
to its complex conjugate.

A message is 1 where ket and bra agree in all layers. Otherwise r is the last layer where they
differ, later layers do not matter, and layers below r make an index. So a message is kept as
blocks r = 1 … p of :math:`4^{r-1}` numbers, for ket + and bra − in layer r, all in one row; the
other half are their conjugates. That a message is 1 on the diagonal holds exactly, which keeps
rounding errors small at high degrees.

Source: Basso, Farhi, Marwaha, Villalonga, Zhou 2022, arXiv:2110.14206, of which this is the form
for any weights and fields, and for a finite graph.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Complex = NDArray[np.complex128]


def row_size(p: int) -> int:
    """Return the number of entries of a message of p layers, (4^p − 1)/3."""
    return (4**p - 1) // 3


@cache
def swaps(levels: int) -> NDArray[np.int64]:
    """Return each index of `levels` digits with ket and bra exchanged; read-only."""
    index = np.arange(4**levels)
    found = np.zeros_like(index)
    for level in range(levels):
        digit = index >> 2 * level & 3
        found |= (digit >> 1 | (digit & 1) << 1) << 2 * level
    found.setflags(write=False)
    return found


def _mixer(beta: float) -> tuple[Complex, Complex]:
    """Return ⟨a|e^{iβX}|b⟩⟨a'|e^{iβX}|b'⟩* by digits of a and b, and its derivative."""
    one = np.array([[np.cos(beta), 1j * np.sin(beta)], [1j * np.sin(beta), np.cos(beta)]])
    slope = np.array([[-np.sin(beta), 1j * np.cos(beta)], [1j * np.cos(beta), -np.sin(beta)]])
    # The bra is the high bit of a digit, the first factor.
    return (
        np.kron(one.conj(), one),
        np.kron(slope.conj(), one) + np.kron(one.conj(), slope),
    )


class PathWeights:
    r"""Weights of the paths of one spin.

    .. math:: C_r(b) = \tfrac12 \prod_{l<r} \langle b_{l+1}|e^{i\beta_l X}|b_l\rangle
              \langle b'_{l+1}|e^{i\beta_l X}|b'_l\rangle^*

    A spin whose layers after r cancel has ket and bra equal in layer r. At the measured spins the
    last mixer takes Z to :math:`\cos 2\beta_p Z + \sin 2\beta_p Y`.

    Args:
        betas: angles of the mixers, shape (p,).

    Attributes:
        chain: C_1 … C_p in one array; C_r has 4^r entries from :math:`(4^r - 4)/3` on.
        same: weights of a measured spin for equal ket and bra in layer p, shape (4^{p−1},): that
            of spin + times 1 + i and that of spin − times 1 − i, added.
        differing: weights for ket + and bra −, shape (4^{p−1},).
    """

    def __init__(self, betas: Vector) -> None:
        self._betas = betas
        p = len(betas)
        parts = [np.full(4, 0.5, dtype=np.complex128)]
        for beta in betas[:-1].tolist():
            below = parts[-1].reshape(4, -1)
            parts.append((_mixer(beta)[0][:, :, None] * below).ravel())
        self._parts = parts
        self.chain = np.concatenate(parts)
        last = parts[-1].reshape(4, 4 ** (p - 1))
        cos, sin = np.cos(2.0 * betas[-1]), np.sin(2.0 * betas[-1])
        self.same = cos * ((1 + 1j) * last[0] - (1 - 1j) * last[3])
        self.differing = -1j * sin * last[2]

    def slopes(self, chain: Complex, same: Complex, differing: Complex) -> Vector:
        """Return derivatives by the mixers' angles.

        Args:
            chain, same, differing: derivatives by the attributes of these names; that by a
                complex number is the one by its real part plus i times that by its imaginary part.

        Returns:
            shape (p,).
        """
        p, found = len(self._betas), np.zeros(len(self._betas))
        last = self._parts[-1].reshape(4, 4 ** (p - 1))
        cos, sin = np.cos(2.0 * self._betas[-1]), np.sin(2.0 * self._betas[-1])
        turned = (1 + 1j) * last[0] - (1 - 1j) * last[3]
        found[-1] = -2.0 * sin * np.vdot(same, turned).real
        found[-1] += np.vdot(differing, -2j * cos * last[2]).real
        ends = np.cumsum([part.size for part in self._parts])
        above = np.zeros_like(last)
        above[0] = cos * (1 - 1j) * same
        above[3] = -cos * (1 + 1j) * same
        above[2] = 1j * sin * differing
        for r in range(p, 1, -1):
            above = above.reshape(-1) + chain[ends[r - 2] : ends[r - 1]]
            mixer, slope = _mixer(float(self._betas[r - 2]))
            below = self._parts[r - 2].reshape(4, -1)
            table = above.reshape(4, 4, -1)
            found[r - 2] = np.einsum("xyk,xy,yk->", table.conj(), slope, below).real
            above = np.einsum("xy,xyk->yk", mixer.conj(), table)
        return found
