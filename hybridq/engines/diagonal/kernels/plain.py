"""The twins of `simd` in plain loops, for hosts without vectors and for the tests."""

from __future__ import annotations

from hybridq.core.jit import jit
from hybridq.engines.kernels.emit import CHUNK


@jit()
def scale_vector(re, im, to, at, factor_re, factor_im):
    """Set the element at `to` to the element at `at` times a complex factor."""
    a, b = re[at], im[at]
    re[to] = a * factor_re - b * factor_im
    im[to] = a * factor_im + b * factor_re


@jit()
def multiply_vector(re, im, at, table_re, table_im, table_at):
    """Multiply the element of (re, im) at `at` by that of the table at `table_at`."""
    a, b = re[at], im[at]
    c, d = table_re[table_at], table_im[table_at]
    re[at] = a * c - b * d
    im[at] = a * d + b * c


@jit()
def _phase(a_re, a_im, a_at, b_re, b_im, b_at, s_re, s_im):
    """A · B · s at one index."""
    b, c = b_re[b_at], b_im[b_at]
    b, c = b * s_re - c * s_im, b * s_im + c * s_re
    a, d = a_re[a_at], a_im[a_at]
    return a * b - d * c, a * c + d * b


@jit()
def phase_chunk(re, im, at, a_re, a_im, a_at, b_re, b_im, b_at, s_re, s_im):
    """Multiply the chunk of (re, im) from `at` by A[a_at + v] · B[b_at + v] · s."""
    for v in range(CHUNK):
        c, d = _phase(a_re, a_im, a_at + v, b_re, b_im, b_at + v, s_re, s_im)
        a, b = re[at + v], im[at + v]
        re[at + v] = a * c - b * d
        im[at + v] = a * d + b * c


@jit()
def energy_chunk(re, im, at, a, a_at, b, b_at, shared):
    """Σ_v |φ(at + v)|² (A[a_at + v] + B[b_at + v] + shared) over a chunk, as a double."""
    total = 0.0
    for v in range(CHUNK):
        x, y = float(re[at + v]), float(im[at + v])
        total += (x * x + y * y) * (a[a_at + v] + b[b_at + v] + shared)
    return total


@jit()
def weigh_chunk(bra_re, bra_im, re, im, at, a, a_at, b, b_at, shared):
    """Set the bra's chunk to cost times ket; returns the energy, as `energy_chunk` does."""
    total = 0.0
    for v in range(CHUNK):
        cost = a[a_at + v] + b[b_at + v] + shared
        x, y = re[at + v], im[at + v]
        bra_re[at + v] = x * cost
        bra_im[at + v] = y * cost
        total += float(x) * x * cost + float(y) * y * cost
    return total


@jit()
def adjoint_phase_chunk(
    bra_re, bra_im, re, im, at, a_re, a_im, a_at, b_re, b_im, b_at, s_re, s_im,
    a, c_at, b, d_at, shared,
):  # fmt: skip
    """Multiply bra and ket by the same phase; returns Im Σ conj(bra) · cost · ket, as a double."""
    total = 0.0
    for v in range(CHUNK):
        c, d = _phase(a_re, a_im, a_at + v, b_re, b_im, b_at + v, s_re, s_im)
        x, y = re[at + v], im[at + v]
        x, y = x * c - y * d, x * d + y * c
        p, q = bra_re[at + v], bra_im[at + v]
        p, q = p * c - q * d, p * d + q * c
        re[at + v], im[at + v] = x, y
        bra_re[at + v], bra_im[at + v] = p, q
        total += (float(p) * y - float(q) * x) * (a[c_at + v] + b[d_at + v] + shared)
    return total


@jit()
def copy_chunk(to, to_at, x, at):
    """Copy a chunk of `x` from `at` into `to` from `to_at`."""
    for v in range(CHUNK):
        to[to_at + v] = x[at + v]


@jit()
def couple_odd(re, im, low, high, signs, tangent):
    """`mirror.couple` on a chunk, for an odd number of bits."""
    last = high + CHUNK - 1
    for v in range(CHUNK):
        s = tangent * signs[v]
        for x in (re, im):
            a, b = x[low + v], x[last - v]
            x[low + v] = a + s * b
            x[last - v] = b - s * a


@jit()
def couple_even(re, im, low, high, signs, tangent):
    """`mirror.couple` on a chunk, for an even number of bits."""
    last = high + CHUNK - 1
    for v in range(CHUNK):
        s = tangent * signs[v]
        a, b, c, d = re[low + v], im[low + v], re[last - v], im[last - v]
        re[low + v] = a - s * d
        im[low + v] = b + s * c
        re[last - v] = c - s * b
        im[last - v] = d + s * a


@jit()
def adjoint_couple_odd(bra_re, bra_im, re, im, low, high, signs, tangent):
    """`couple_odd` on bra and ket; returns the overlap Re ⟨bra|G|ket⟩ as it was before."""
    last = high + CHUNK - 1
    total = 0.0
    for v in range(CHUNK):
        part = bra_re[low + v] * re[last - v] - bra_re[last - v] * re[low + v]
        part += bra_im[low + v] * im[last - v] - bra_im[last - v] * im[low + v]
        total += part * signs[v]
    couple_odd(bra_re, bra_im, low, high, signs, tangent)
    couple_odd(re, im, low, high, signs, tangent)
    return total


@jit()
def adjoint_couple_even(bra_re, bra_im, re, im, low, high, signs, tangent):
    """`couple_even` on bra and ket; returns the overlap Re ⟨bra|G|ket⟩ as it was before."""
    last = high + CHUNK - 1
    total = 0.0
    for v in range(CHUNK):
        part = bra_im[low + v] * re[last - v] - bra_re[low + v] * im[last - v]
        part += bra_im[last - v] * re[low + v] - bra_re[last - v] * im[low + v]
        total += part * signs[v]
    couple_even(bra_re, bra_im, low, high, signs, tangent)
    couple_even(re, im, low, high, signs, tangent)
    return total
