"""Vector code of the X mixer's real rotations, up to 2^4 vectors at a time.

`butterflies` chooses how many levels to do at once and has the plain loops.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import types
from numba.extending import intrinsic

from hybridq.core.emit import Emitter


def _rotate(emit: Emitter, rows: list[Any], tangent: Any, with_lanes: bool) -> list[Any]:
    """Rotate (a, b) → (a + t b, b − t a) over the row bits, `tangent` being a vector.

    With `with_lanes`, rotate over the lane bits first.
    """
    plus = tangent
    minus = emit.negate(plus)
    rows = list(rows)
    if with_lanes:
        for bit in range(emit.lane_bits):
            signed = emit.multiply(plus, emit.signs(bit))
            rows = [emit.fma(signed, emit.swap_lanes(row, bit), row) for row in rows]
    for bit in range(len(rows).bit_length() - 1):
        for low in range(len(rows)):
            if not low >> bit & 1:
                a, b = rows[low], rows[low | 1 << bit]
                rows[low], rows[low | 1 << bit] = emit.fma(plus, b, a), emit.fma(minus, a, b)
    return rows


def _pair_generator(emit: Emitter, bra: list[Any], ket: list[Any], bit: int) -> Any:
    """Return the lanes of ⟨bra|G_q + G_{q+1}|ket⟩ for the row bits from `bit` on.

    The sum of the two takes rows (k00, k01, k10, k11) to (s, d, d, −s) with s = k01 + k10 and
    d = k11 − k00: four additions and two products, where one after the other takes eight products.
    """
    total = emit.zero()
    one, other = 1 << bit, 2 << bit
    for low in range(len(bra)):
        if not low & (one | other):
            rows = low, low | one, low | other, low | one | other
            b00, b01, b10, b11 = (bra[row] for row in rows)
            k00, k01, k10, k11 = (ket[row] for row in rows)
            total = emit.fma(emit.add(k01, k10), emit.subtract(b00, b11), total)
            total = emit.fma(emit.subtract(k11, k00), emit.add(b01, b10), total)
    return total


def _generator(emit: Emitter, bra: list[Any], ket: list[Any], total: Any, with_lanes: bool) -> Any:
    """Add the lanes of Σ_q ⟨bra|G_q|ket⟩ to `total`, G_q being (a, b) → (b, −a)."""
    if with_lanes:
        for bit in range(emit.lane_bits):
            part = emit.multiply(bra[0], emit.swap_lanes(ket[0], bit))
            for left, right in zip(bra[1:], ket[1:], strict=True):
                part = emit.fma(left, emit.swap_lanes(right, bit), part)
            total = emit.fma(part, emit.signs(bit), total)
    bits = len(bra).bit_length() - 1
    for bit in range(0, bits - 1, 2):
        total = emit.add(total, _pair_generator(emit, bra, ket, bit))
    if bits % 2:
        plus = minus = emit.zero()
        half = len(bra) // 2
        for low, high in zip(range(half), range(half, 2 * half), strict=True):
            plus = emit.fma(bra[low], ket[high], plus)
            minus = emit.fma(bra[high], ket[low], minus)
        total = emit.add(total, emit.subtract(plus, minus))
    return total


def make_rotation(radix_bits: int, *, with_lanes: bool) -> Callable[..., None]:
    """Return an intrinsic that rotates 2^radix_bits vectors of an array in place.

    ``rotation(x, index, stride, tangent)`` works on the vectors at ``x[index + r * stride]``,
    r = 0 … 2^radix_bits − 1. The tangent is a number, or an array whose first vector has one for
    each lane.

    Args:
        radix_bits: how many bits r has; the rotation is over all of them.
        with_lanes: rotate over the bits of the lane as well.
    """

    @intrinsic
    def rotation(typingctx, x, index, stride, tangent):
        def codegen(context, builder, signature, args):
            emit = Emitter(context, builder, signature, args)
            pointers = emit.strided_pointers(emit.data(0), args[1], args[2], 1 << radix_bits)
            rows = _rotate(emit, [emit.load(p) for p in pointers], emit.factor(3), with_lanes)
            for row, pointer in zip(rows, pointers, strict=True):
                emit.store(row, pointer)
            return emit.nothing()

        kind = tangent if isinstance(tangent, types.Array) else x.dtype
        return types.void(x, types.intp, types.intp, kind), codegen

    return rotation


def make_adjoint_rotation(radix_bits: int, *, with_lanes: bool) -> Callable[..., None]:
    """Return an intrinsic that rotates bra and ket and sums the overlap.

    ``rotation(bra, ket, index, stride, tangent, total)`` adds the lanes of Σ_q ⟨bra|G_q|ket⟩ to
    ``total[:lanes]`` and then rotates both arrays by `tangent` in place.

    Args:
        radix_bits, with_lanes: as for `make_rotation`.
    """

    @intrinsic
    def rotation(typingctx, bra, ket, index, stride, tangent, total):
        def codegen(context, builder, signature, args):
            emit = Emitter(context, builder, signature, args)
            bra_data, ket_data = emit.data(0), emit.data(1)
            bra_at = emit.strided_pointers(bra_data, args[2], args[3], 1 << radix_bits)
            ket_at = emit.strided_pointers(ket_data, args[2], args[3], 1 << radix_bits)
            sum_at = emit.pointer(emit.data(5), args[2].type(0))
            bra_rows, ket_rows = [emit.load(p) for p in bra_at], [emit.load(p) for p in ket_at]
            total = _generator(emit, bra_rows, ket_rows, emit.load(sum_at), with_lanes)
            emit.store(total, sum_at)
            for rows, pointers in ((bra_rows, bra_at), (ket_rows, ket_at)):
                rotated = _rotate(emit, rows, emit.argument_vector(4), with_lanes)
                for row, pointer in zip(rotated, pointers, strict=True):
                    emit.store(row, pointer)
            return emit.nothing()

        return types.void(bra, ket, types.intp, types.intp, bra.dtype, total), codegen

    return rotation
