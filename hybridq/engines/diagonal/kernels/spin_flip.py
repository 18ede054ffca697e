r"""The mixer of the qubit that a spin-flip symmetric state leaves out.

When ψ(z) = ψ(~z) only the half with the last bit clear is kept, m = n − 1 bits. The last qubit's
X then pairs z with its complement ~z within those m bits: in the frame
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
    adjoint_complements_even,
    adjoint_complements_odd,
    rotate_complements_even,
    rotate_complements_odd,
)


@jit(internal=True)
def count_set_bits(z):
    """Return how many bits of z are set."""
    count = 0
    while z:
        count += 1
        z &= z - 1
    return count


@jit(internal=True)
def parity_sign(z):
    """Return +1 for an even number of set bits, −1 for an odd one."""
    return 1 - 2 * (count_set_bits(z) & 1)


@jit(internal=True)
def complement_sign(m):
    """Return the sign in i^{1−m}: of the number, or of the factor of i (even m)."""
    return 1 - 2 * ((m - 1) // 2 % 2) if m % 2 else 1 - 2 * (m // 2 % 2)


@jit(internal=True)
def rotate_complement_chunks(re, im, low, high, signs, tangent, odd):
    """Apply 1 + tG to the pairs (low + v, high + CHUNK − 1 − v).

    Args:
        re, im: the state, real and imaginary parts, changed in place.
        low, high: index of the first amplitude of the two chunks, int64.
        signs: (−1)^{|v|} for v < CHUNK, dtype of the state.
        tangent: t times `complement_sign` times the parity sign of the index bits above v, dtype
            of the state.
        odd: True for odd m.
    """
    if odd:
        rotate_complements_odd(re, im, low, high, signs, tangent)
    else:
        rotate_complements_even(re, im, low, high, signs, tangent)


@jit(internal=True)
def adjoint_complement_chunks(bra_re, bra_im, re, im, low, high, signs, tangent, odd):
    """Rotate bra and ket; return Re ⟨bra|G|ket⟩ of before.

    The sign that all pairs of the chunk share is left out.

    Args:
        bra_re, bra_im: the bra, real and imaginary parts, changed in place.
        re, im, low, high, signs, tangent, odd: as for `rotate_complement_chunks`.
    """
    if odd:
        return adjoint_complements_odd(bra_re, bra_im, re, im, low, high, signs, tangent)
    return adjoint_complements_even(bra_re, bra_im, re, im, low, high, signs, tangent)


@jit(internal=True)
def _rotate_small(re, im, bits, tangent):
    """Do what `rotate_complements` does where the block is less than two chunks."""
    last = (1 << bits) - 1
    for z in range(1 << (bits - 1)):
        s = re.dtype.type(tangent * parity_sign(z))
        a, b, c, d = re[z], im[z], re[last - z], im[last - z]
        if bits % 2:
            re[z], im[z] = a + s * c, b + s * d
            re[last - z], im[last - z] = c - s * a, d - s * b
        else:
            re[z], im[z] = a - s * d, b + s * c
            re[last - z], im[last - z] = c - s * b, d + s * a


@jit(internal=True)
def rotate_complements(re, im, bits, signs, tangent):
    """Apply 1 + tG to one block of 2**bits amplitudes that holds all pairs.

    Args:
        re, im: the block, real and imaginary parts, shape (2**bits,), changed in place.
        bits: m, int64.
        signs: (−1)^{|v|} for v < CHUNK, dtype of the state.
        tangent: t = tan β, float64.
    """
    tangent = tangent * complement_sign(bits)
    if bits <= CHUNK_BITS:
        _rotate_small(re, im, bits, tangent)
        return
    for part in range(1 << (bits - 1 - CHUNK_BITS)):
        low = part << CHUNK_BITS
        t = re.dtype.type(tangent * parity_sign(part))
        rotate_complement_chunks(re, im, low, (1 << bits) - low - CHUNK, signs, t, bits % 2 == 1)


@jit(internal=True)
def adjoint_complements(bra_re, bra_im, re, im, bits, signs, tangent):
    """Apply 1 + tG to bra and ket; return Re ⟨bra|G|ket⟩ of before.

    Args:
        bra_re, bra_im: the bra, shape (2**bits,), changed in place.
        re, im, bits, signs, tangent: as for `rotate_complements`.
    """
    sign = complement_sign(bits)
    total = 0.0
    if bits <= CHUNK_BITS:
        last = (1 << bits) - 1
        for z in range(1 << bits):
            s = sign * parity_sign(z)
            if bits % 2:
                total += s * (bra_re[z] * re[last - z] + bra_im[z] * im[last - z])
            else:
                total += s * (bra_im[z] * re[last - z] - bra_re[z] * im[last - z])
        _rotate_small(bra_re, bra_im, bits, tangent * sign)
        _rotate_small(re, im, bits, tangent * sign)
        return total
    for part in range(1 << (bits - 1 - CHUNK_BITS)):
        low = part << CHUNK_BITS
        s = sign * parity_sign(part)
        total += s * adjoint_complement_chunks(
            bra_re, bra_im, re, im, low, (1 << bits) - low - CHUNK, signs,
            re.dtype.type(tangent * s), bits % 2 == 1,
        )  # fmt: skip
    return total
