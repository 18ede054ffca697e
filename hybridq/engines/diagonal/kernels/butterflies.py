r"""The X mixer as real rotations, level by level, on one real array.

In the frame :math:`\varphi(z) = i^{|z|}\,\psi(z)` the mixer :math:`e^{i\beta\sum_q X_q}` rotates
each pair of amplitudes that differ in one bit by the same real angle, the real and the imaginary
parts alike; so everything here works on one real array at a time. With :math:`t=\tan\beta`
factored out,

.. math:: (a, b) \mapsto (a + t b,\; b - t a),

and the caller applies the product of the cosines. Levels are done up to 2^4 rows at a time, in
registers (`butterflies_simd`); the plain loops of this module run on hosts without vectors, and
the tests compare the two.
"""

from __future__ import annotations

from hybridq.core.emit import MAX_RADIX_BITS, VECTOR_BYTES
from hybridq.core.jit import jit
from hybridq.engines.diagonal.kernels.butterflies_simd import (
    make_adjoint_rotation,
    make_rotation,
)
from hybridq.engines.diagonal.kernels.chunks import vector_length

NEAR_BITS = 14  # log2 of the bytes of a block that is rotated first: 4 levels, lanes and 4 more
ADJOINT_NEAR_BITS = 15  # the same of bra and ket together
ALIAS_BYTES = 2048  # rows farther apart than this fall into too few cache sets for 16 at a time

_lanes_0 = make_rotation(0, with_lanes=True)
_lanes_1 = make_rotation(1, with_lanes=True)
_lanes_2 = make_rotation(2, with_lanes=True)
_lanes_3 = make_rotation(3, with_lanes=True)
_lanes_4 = make_rotation(4, with_lanes=True)
_rows_1 = make_rotation(1, with_lanes=False)
_rows_2 = make_rotation(2, with_lanes=False)
_rows_3 = make_rotation(3, with_lanes=False)
_rows_4 = make_rotation(4, with_lanes=False)
_adjoint_lanes_0 = make_adjoint_rotation(0, with_lanes=True)
_adjoint_lanes_1 = make_adjoint_rotation(1, with_lanes=True)
_adjoint_lanes_2 = make_adjoint_rotation(2, with_lanes=True)
_adjoint_rows_1 = make_adjoint_rotation(1, with_lanes=False)
_adjoint_rows_2 = make_adjoint_rotation(2, with_lanes=False)
_adjoint_rows_3 = make_adjoint_rotation(3, with_lanes=False)


@jit(internal=True)
def lane_bits(x):
    """Return log2 of the elements of `x` in a vector; −1 without vectors."""
    bits = -1
    lanes = VECTOR_BYTES // x.itemsize
    while lanes:
        lanes >>= 1
        bits += 1
    return bits


@jit(internal=True)
def _radix(left, stride, x, most):
    """Return how many of the levels left to do at once, `stride` elements apart."""
    if x.itemsize * stride > ALIAS_BYTES and stride & (stride - 1) == 0:
        most = min(most, 3)
    if most < left < 2 * most - 1:
        return (left + 1) // 2  # 5 levels are better done as 3 + 2 than as 4 + 1
    return min(left, most)


@jit(internal=True)
def rotate_levels(x, start, first, stop, tangent):
    """Rotate a run of 2**stop elements over its index bits first … stop − 1.

    Args:
        x: real array, float32 or float64, shape (≥ start + 2**stop,).
        start: index of the first element, int64.
        first, stop: the levels to rotate, int64; ``2**first`` is at least a vector's lanes, except
            on hosts without vectors.
        tangent: t = tan β, no unit, of the dtype of `x`.
    """
    if lane_bits(x) < 0:
        rotate_levels_plain(x, start, first, stop, tangent)
    else:
        rotate_lines(x, start, first, stop - first, 1 << first, tangent)


@jit(internal=True)
def rotate_lines(x, start, run, levels, stride, tangent):
    """Rotate 2**levels lines of 2**run elements over the bits of their number.

    Args:
        x: real array, float32 or float64.
        start: index of the first line's first element, int64.
        run, levels: int64; ``2**run`` is at least a vector's lanes.
        stride: elements from one line to the next, int64.
        tangent: t = tan β of the dtype of `x`, or an array whose first vector has one for each
            lane.
    """
    lanes = vector_length(x)
    done = 0
    while done < levels:
        apart = stride << done
        radix = _radix(levels - done, apart, x, MAX_RADIX_BITS)
        for high in range(0, 1 << levels, 1 << (done + radix)):
            for low in range(1 << done):
                first = start + (high + low) * stride
                for at in range(first, first + (1 << run), lanes):
                    if radix == 4:
                        _rows_4(x, at, apart, tangent)
                    elif radix == 3:
                        _rows_3(x, at, apart, tangent)
                    elif radix == 2:
                        _rows_2(x, at, apart, tangent)
                    else:
                        _rows_1(x, at, apart, tangent)
        done += radix


@jit(internal=True)
def _rotate_near(x, start, bits, tangent):
    """Rotate a block over all its bits; it fits the first-level cache.

    The block is at least one vector.
    """
    lanes_log = lane_bits(x)
    lanes = 1 << lanes_log
    left = bits - lanes_log
    # The number of sweeps matters more than their depth: 4 and 4 levels rather than 3, 3 and 2.
    radix = 4 if MAX_RADIX_BITS == 4 and left in (4, 7, 8) else min(left, 3)
    for at in range(start, start + (1 << bits), lanes << radix):
        if radix == 4:
            _lanes_4(x, at, lanes, tangent)
        elif radix == 3:
            _lanes_3(x, at, lanes, tangent)
        elif radix == 2:
            _lanes_2(x, at, lanes, tangent)
        elif radix == 1:
            _lanes_1(x, at, lanes, tangent)
        else:
            _lanes_0(x, at, lanes, tangent)
    rotate_levels(x, start, lanes_log + radix, bits, tangent)


@jit(internal=True)
def rotate_block(x, start, bits, tangent):
    """Rotate ``x[start : start + 2**bits]`` in place over all its index bits.

    Args:
        x, start, tangent: as for `rotate_levels`.
        bits: log2 of the number of elements, int64.
    """
    if lane_bits(x) < 0 or bits < lane_bits(x):
        rotate_levels_plain(x, start, 0, bits, tangent)
        return
    near = bits
    while (x.itemsize << near) > (1 << NEAR_BITS):
        near -= 1
    for at in range(start, start + (1 << bits), 1 << near):
        _rotate_near(x, at, near, tangent)
    rotate_levels(x, start, near, bits, tangent)


@jit(internal=True)
def rotate_levels_plain(x, start, first, stop, tangent):
    """Do what `rotate_levels` does by plain loops.

    This is the fallback without vectors, and the tests' reference.
    """
    for level in range(first, stop):
        stride = 1 << level
        for high in range(start, start + (1 << stop), 2 * stride):
            for at in range(high, high + stride):
                a, b = x[at], x[at + stride]
                x[at] = a + tangent * b
                x[at + stride] = b - tangent * a


@jit(internal=True)
def _drain(total):
    """Return the sum of the lane accumulators and set them back to zero."""
    result = 0.0
    for lane in range(total.shape[0]):
        result += total[lane]
        total[lane] = 0.0
    return result


@jit(internal=True)
def adjoint_levels(bra, ket, start, first, stop, tangent, weight, total):
    r"""Undo levels first … stop − 1 on both arrays; return Σ_q ⟨bra|G_q|ket⟩.

    Args:
        bra, ket: real arrays, float32 or float64, shape (≥ start + 2**stop,), changed in place.
        start: index of the first element in both, int64.
        first, stop: the levels to undo, int64.
        tangent: of the angle to rotate by (the negative of the forward one), dtype of `ket`.
        weight: weight of an inner product taken now, float64; each level done scales both arrays
            by 1/cos β, so the weight falls by cos²β a level.
        total: accumulator of at least a vector's lanes, dtype of `ket`, all zero, left all zero.

    Returns:
        Σ_q weight_q ⟨bra|G_q|ket⟩, float64.
    """
    lanes_log = lane_bits(ket)
    if lanes_log < 0 or first < lanes_log:
        return adjoint_levels_plain(bra, ket, start, first, stop, tangent, weight)
    return adjoint_lines(bra, ket, start, first, stop - first, 1 << first, tangent, weight, total)


@jit(internal=True)
def adjoint_lines(bra, ket, start, run, levels, stride, tangent, weight, total):
    """Undo the rotation of lines on both arrays; return Σ_q ⟨bra|G_q|ket⟩.

    Args:
        bra, ket, tangent, weight, total: as for `adjoint_levels`.
        start, run, levels, stride: as for `rotate_lines`.
    """
    lanes = vector_length(ket)
    shrink = 1.0 / (1.0 + float(tangent) * float(tangent))
    result, done = 0.0, 0
    while done < levels:
        apart = stride << done
        radix = _radix(levels - done, apart, ket, MAX_RADIX_BITS - 1)
        for high in range(0, 1 << levels, 1 << (done + radix)):
            for low in range(1 << done):
                first = start + (high + low) * stride
                for at in range(first, first + (1 << run), lanes):
                    if radix == 3:
                        _adjoint_rows_3(bra, ket, at, apart, tangent, total)
                    elif radix == 2:
                        _adjoint_rows_2(bra, ket, at, apart, tangent, total)
                    else:
                        _adjoint_rows_1(bra, ket, at, apart, tangent, total)
        result += weight * _drain(total)
        weight *= shrink**radix
        done += radix
    return result


@jit(internal=True)
def _adjoint_near(bra, ket, start, bits, tangent, weight, total):
    """Undo all levels of a block that fits the first-level cache.

    See `adjoint_levels`.
    """
    lanes_log = lane_bits(ket)
    lanes = 1 << lanes_log
    radix = min(bits - lanes_log, MAX_RADIX_BITS - 2)
    for at in range(start, start + (1 << bits), lanes << radix):
        if radix == 2:
            _adjoint_lanes_2(bra, ket, at, lanes, tangent, total)
        elif radix == 1:
            _adjoint_lanes_1(bra, ket, at, lanes, tangent, total)
        else:
            _adjoint_lanes_0(bra, ket, at, lanes, tangent, total)
    result = weight * _drain(total)
    done = lanes_log + radix
    weight *= (1.0 / (1.0 + float(tangent) * float(tangent))) ** done
    return result + adjoint_levels(bra, ket, start, done, bits, tangent, weight, total)


@jit(internal=True)
def adjoint_block(bra, ket, start, bits, tangent, weight, total):
    """Do what `adjoint_levels` does over all index bits of 2**bits elements."""
    if lane_bits(ket) < 0 or bits < lane_bits(ket):
        return adjoint_levels_plain(bra, ket, start, 0, bits, tangent, weight)
    near = bits
    while (2 * ket.itemsize << near) > (1 << ADJOINT_NEAR_BITS):
        near -= 1
    result = 0.0
    for at in range(start, start + (1 << bits), 1 << near):
        result += _adjoint_near(bra, ket, at, near, tangent, weight, total)
    weight *= (1.0 / (1.0 + float(tangent) * float(tangent))) ** near
    return result + adjoint_levels(bra, ket, start, near, bits, tangent, weight, total)


@jit(internal=True)
def adjoint_levels_plain(bra, ket, start, first, stop, tangent, weight):
    """Do what `adjoint_levels` does by plain loops.

    This is the fallback without vectors, and the tests' reference.
    """
    result = 0.0
    for level in range(first, stop):
        stride = 1 << level
        part = 0.0
        for high in range(start, start + (1 << stop), 2 * stride):
            for at in range(high, high + stride):
                part += float(bra[at]) * ket[at + stride] - float(bra[at + stride]) * ket[at]
        result += weight * part  # nothing is rotated yet, so every level weighs the same
    rotate_levels_plain(bra, start, first, stop, tangent)
    rotate_levels_plain(ket, start, first, stop, tangent)
    return result
