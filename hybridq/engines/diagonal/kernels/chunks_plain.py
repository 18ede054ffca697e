"""Functions on one chunk of amplitudes in plain loops.

`chunks_simd` has the same functions as vector code. Their arguments, of float32 or float64 like
the state unless said:

* re, im; bra_re, bra_im: real and imaginary parts of the ket and of the bra, in two arrays each,
  shape (≥ at + CHUNK,).
* a_re, a_im, b_re, b_im: tables of phases A and B, no unit; s_re, s_im: the phase s that all of
  the chunk shares.
* a, b, shared: tables of costs and the cost that all of the chunk shares, in the units of the
  observable.
* at, a_at, b_at, c_at, d_at, to, to_at, low, high: int64, index of the first element of the chunk
  in the array or table that it belongs to.
"""

from __future__ import annotations

from hybridq.core.emit import CHUNK
from hybridq.core.jit import jit


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
    """Return A[a_at] · B[b_at] · s as (re, im)."""
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
    """Return Σ_v |φ_v|² (A_v + B_v + shared) over a chunk, as a double."""
    total = 0.0
    for v in range(CHUNK):
        x, y = float(re[at + v]), float(im[at + v])
        total += (x * x + y * y) * (a[a_at + v] + b[b_at + v] + shared)
    return total


@jit()
def apply_cost_chunk(bra_re, bra_im, re, im, at, a, a_at, b, b_at, shared):
    """Set the bra's chunk to cost times ket; return the energy."""
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
    """Multiply bra and ket by one phase; return Im Σ conj(bra) · cost · ket.

    Args:
        bra_re, bra_im: real and imaginary parts of the bra, changed in place, shape (entries,).
        re, im: real and imaginary parts of the ket, changed in place, shape (entries,).
        at: index of the chunk's first amplitude in both states, int64.
        a_re, a_im: table of phases A, real and imaginary parts, no unit.
        a_at: index of the chunk's first entry in A, int64.
        b_re, b_im: table of phases B.
        b_at: index of the chunk's first entry in B, int64.
        s_re, s_im: the phase s that the chunk shares; the factor is A[a_at + v] B[b_at + v] s.
        a: table of costs, in the units of the observable.
        c_at: index of the chunk's first entry in `a`, int64.
        b: second table of costs.
        d_at: index of the chunk's first entry in `b`, int64.
        shared: the cost that the chunk shares; the cost is a[c_at + v] + b[d_at + v] + shared.
    """
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
def rotate_complements_odd(re, im, low, high, signs, tangent):
    """Rotate a chunk and its complements as `spin_flip` does for odd m."""
    last = high + CHUNK - 1
    for v in range(CHUNK):
        s = tangent * signs[v]
        for x in (re, im):
            a, b = x[low + v], x[last - v]
            x[low + v] = a + s * b
            x[last - v] = b - s * a


@jit()
def rotate_complements_even(re, im, low, high, signs, tangent):
    """Rotate a chunk and its complements as `spin_flip` does for even m."""
    last = high + CHUNK - 1
    for v in range(CHUNK):
        s = tangent * signs[v]
        a, b, c, d = re[low + v], im[low + v], re[last - v], im[last - v]
        re[low + v] = a - s * d
        im[low + v] = b + s * c
        re[last - v] = c - s * b
        im[last - v] = d + s * a


@jit()
def adjoint_complements_odd(bra_re, bra_im, re, im, low, high, signs, tangent):
    """Rotate bra and ket; return Re ⟨bra|G|ket⟩ of before.

    The sign that all pairs of the chunk share is left out.
    """
    last = high + CHUNK - 1
    total = 0.0
    for v in range(CHUNK):
        part = bra_re[low + v] * re[last - v] - bra_re[last - v] * re[low + v]
        part += bra_im[low + v] * im[last - v] - bra_im[last - v] * im[low + v]
        total += part * signs[v]
    rotate_complements_odd(bra_re, bra_im, low, high, signs, tangent)
    rotate_complements_odd(re, im, low, high, signs, tangent)
    return total


@jit()
def adjoint_complements_even(bra_re, bra_im, re, im, low, high, signs, tangent):
    """Rotate bra and ket; return Re ⟨bra|G|ket⟩ of before.

    The sign that all pairs of the chunk share is left out.
    """
    last = high + CHUNK - 1
    total = 0.0
    for v in range(CHUNK):
        part = bra_im[low + v] * re[last - v] - bra_re[low + v] * im[last - v]
        part += bra_im[last - v] * re[low + v] - bra_re[last - v] * im[low + v]
        total += part * signs[v]
    rotate_complements_even(bra_re, bra_im, low, high, signs, tangent)
    rotate_complements_even(re, im, low, high, signs, tangent)
    return total
