r"""The mixer of the qubit that a spin-flip symmetric state does without.

When ψ(z) = ψ(~z) only the half with the last bit clear is kept, m = n − 1 bits. The last qubit's
X then couples z with its complement ~z within those m bits: in the frame
:math:`\varphi(z) = i^{|z|}\psi(z)`,

.. math:: \varphi \mapsto \varphi + t\,G\varphi, \qquad
          (G\varphi)(z) = i^{1-m}\,(-1)^{|z|}\,\varphi(\bar z),

real for odd m, imaginary for even m.
"""

from __future__ import annotations

from hybridq._jit import jit
from hybridq.simulator.kernels.phases import CHUNK_BITS


@jit(internal=True)
def parity(z):
    """+1 for an even number of set bits, −1 for an odd one."""
    odd = 0
    while z:
        odd ^= 1
        z &= z - 1
    return 1 - 2 * odd


@jit(internal=True)
def mirror_sign(m):
    """The sign in i^{1−m}: of the real number for odd m, of the factor of i for even m."""
    return 1 - (((m - 1) // 2) % 2) * 2 if m % 2 else 1 - ((m // 2) % 2) * 2


@jit(internal=True)
def couple(re, im, low, high, count, signs, tangent, odd):
    """Apply 1 + tG to the pairs (low + v, high + count − 1 − v), v < count.

    Args:
        signs: (−1)^{|v|} for v < count, in the dtype of the state.
        tangent: t times `mirror_sign` times the parity of the index bits above v.
        odd: whether m is odd.
    """
    last = high + count - 1
    if odd:
        for v in range(count):
            s = tangent * signs[v]
            a, b = re[low + v], re[last - v]
            re[low + v] = a + s * b
            re[last - v] = b - s * a
            a, b = im[low + v], im[last - v]
            im[low + v] = a + s * b
            im[last - v] = b - s * a
    else:
        for v in range(count):
            s = tangent * signs[v]
            a, b = re[low + v], im[low + v]
            c, d = re[last - v], im[last - v]
            re[low + v] = a - s * d
            im[low + v] = b + s * c
            re[last - v] = c - s * b
            im[last - v] = d + s * a


@jit(internal=True)
def couple_overlap(bra_re, bra_im, re, im, low, high, count, signs, sign, odd):
    """Re ⟨bra|G|ket⟩ over the same pairs; `sign` is `couple`'s tangent with t = 1."""
    last = high + count - 1
    total = 0.0
    if odd:
        for v in range(count):
            part = bra_re[low + v] * re[last - v] - bra_re[last - v] * re[low + v]
            part += bra_im[low + v] * im[last - v] - bra_im[last - v] * im[low + v]
            total += part * signs[v]
    else:
        for v in range(count):
            part = bra_im[low + v] * re[last - v] - bra_re[low + v] * im[last - v]
            part += bra_im[last - v] * re[low + v] - bra_re[last - v] * im[low + v]
            total += part * signs[v]
    return sign * total


@jit(internal=True)
def couple_block(re, im, bits, signs, tangent):
    """`couple` over one block of 2**bits amplitudes that holds all pairs."""
    sign = tangent * mirror_sign(bits)
    chunk_bits = min(CHUNK_BITS, bits - 1)
    chunk = 1 << chunk_bits
    for part in range(1 << (bits - 1 - chunk_bits)):
        low = part << chunk_bits
        high = (1 << bits) - low - chunk
        couple(re, im, low, high, chunk, signs, sign * parity(part), bits % 2 == 1)


@jit(internal=True)
def couple_block_overlap(bra_re, bra_im, re, im, bits, signs):
    """`couple_overlap` over one block of 2**bits amplitudes that holds all pairs."""
    sign = mirror_sign(bits)
    chunk_bits = min(CHUNK_BITS, bits - 1)
    chunk = 1 << chunk_bits
    total = 0.0
    for part in range(1 << (bits - 1 - chunk_bits)):
        low = part << chunk_bits
        high = (1 << bits) - low - chunk
        total += couple_overlap(
            bra_re, bra_im, re, im, low, high, chunk, signs, sign * parity(part), bits % 2 == 1
        )
    return total
