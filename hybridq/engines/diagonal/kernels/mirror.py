r"""The mixer of the qubit that a spin-flip symmetric state does without.

When ψ(z) = ψ(~z) only the half with the last bit clear is kept, m = n − 1 bits. The last qubit's
X then couples z with its complement ~z within those m bits: in the frame
:math:`\varphi(z) = i^{|z|}\psi(z)`,

.. math:: \varphi \mapsto \varphi + t\,G\varphi, \qquad
          (G\varphi)(z) = i^{1-m}\,(-1)^{|z|}\,\varphi(\bar z),

real for odd m, imaginary for even m.
"""

from __future__ import annotations

from hybridq.core.jit import jit
from hybridq.engines.diagonal.kernels.chunks import (
    CHUNK,
    CHUNK_BITS,
    adjoint_couple_even,
    adjoint_couple_odd,
    couple_even,
    couple_odd,
)


@jit(internal=True)
def set_bits(z):
    """How many bits of z are set."""
    count = 0
    while z:
        count += 1
        z &= z - 1
    return count


@jit(internal=True)
def parity(z):
    """+1 for an even number of set bits, −1 for an odd one."""
    return 1 - 2 * (set_bits(z) & 1)


@jit(internal=True)
def mirror_sign(m):
    """The sign in i^{1−m}: of the real number for odd m, of the factor of i for even m."""
    return 1 - 2 * ((m - 1) // 2 % 2) if m % 2 else 1 - 2 * (m // 2 % 2)


@jit(internal=True)
def couple(re, im, low, high, signs, tangent, odd):
    """Apply 1 + tG to the pairs (low + v, high + CHUNK − 1 − v).

    Args:
        signs: (−1)^{|v|} for v < CHUNK.
        tangent: t times `mirror_sign` times the parity of the index bits above v.
        odd: whether m is odd.
    """
    if odd:
        couple_odd(re, im, low, high, signs, tangent)
    else:
        couple_even(re, im, low, high, signs, tangent)


@jit(internal=True)
def adjoint_couple(bra_re, bra_im, re, im, low, high, signs, tangent, odd):
    """`couple` on bra and ket; returns Re ⟨bra|G|ket⟩ before it, but for the pairs' common sign."""
    if odd:
        return adjoint_couple_odd(bra_re, bra_im, re, im, low, high, signs, tangent)
    return adjoint_couple_even(bra_re, bra_im, re, im, low, high, signs, tangent)


@jit(internal=True)
def _small_couple(re, im, bits, tangent):
    """`couple_block` where the block is less than two chunks."""
    last = (1 << bits) - 1
    for z in range(1 << (bits - 1)):
        s = re.dtype.type(tangent * parity(z))
        a, b, c, d = re[z], im[z], re[last - z], im[last - z]
        if bits % 2:
            re[z], im[z] = a + s * c, b + s * d
            re[last - z], im[last - z] = c - s * a, d - s * b
        else:
            re[z], im[z] = a - s * d, b + s * c
            re[last - z], im[last - z] = c - s * b, d + s * a


@jit(internal=True)
def couple_block(re, im, bits, signs, tangent):
    """`couple` over one block of 2**bits amplitudes that holds all pairs."""
    tangent = tangent * mirror_sign(bits)
    if bits <= CHUNK_BITS:
        _small_couple(re, im, bits, tangent)
        return
    for part in range(1 << (bits - 1 - CHUNK_BITS)):
        low = part << CHUNK_BITS
        t = re.dtype.type(tangent * parity(part))
        couple(re, im, low, (1 << bits) - low - CHUNK, signs, t, bits % 2 == 1)


@jit(internal=True)
def adjoint_couple_block(bra_re, bra_im, re, im, bits, signs, tangent):
    """`couple_block` on bra and ket; returns Re ⟨bra|G|ket⟩ as it was before."""
    sign = mirror_sign(bits)
    total = 0.0
    if bits <= CHUNK_BITS:
        last = (1 << bits) - 1
        for z in range(1 << bits):
            s = sign * parity(z)
            if bits % 2:
                total += s * (bra_re[z] * re[last - z] + bra_im[z] * im[last - z])
            else:
                total += s * (bra_im[z] * re[last - z] - bra_re[z] * im[last - z])
        _small_couple(bra_re, bra_im, bits, tangent * sign)
        _small_couple(re, im, bits, tangent * sign)
        return total
    for part in range(1 << (bits - 1 - CHUNK_BITS)):
        low = part << CHUNK_BITS
        s = sign * parity(part)
        total += s * adjoint_couple(
            bra_re, bra_im, re, im, low, (1 << bits) - low - CHUNK, signs,
            re.dtype.type(tangent * s), bits % 2 == 1,
        )  # fmt: skip
    return total
