"""Vector code of Pauli sums: amplitude products, Walsh–Hadamard transform.

Arguments as in `gates_simd`. The bits that a term flips are split: `row_flip` has the row bits,
`lane_flip` the lane bits, int64.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import types
from numba.extending import intrinsic

from hybridq.core.emit import CHUNK, INT64, Complex
from hybridq.engines.statevector.kernels.block_simd import BlockEmitter


def _correlation(emit: BlockEmitter, a: Complex, b: Complex, imaginary: Any) -> Any:
    """Return Im(conj(b) a) where `imaginary` is true at run time, else Re(conj(b) a)."""
    real = emit.fma(a[0], b[0], emit.multiply(a[1], b[1]))
    cross = emit.imaginary_product(b, a)
    return emit.builder.select(imaginary, cross, real)


def _add_product(
    emit: BlockEmitter, factor: Any, ket: Complex, bra: Complex, imaginary: Any
) -> Complex:
    """Return bra + factor · ket, or bra + i · factor · ket where `imaginary` is true."""
    re_part = emit.builder.select(imaginary, emit.negate(ket[1]), ket[0])
    im_part = emit.builder.select(imaginary, ket[0], ket[1])
    return emit.fma(factor, re_part, bra[0]), emit.fma(factor, im_part, bra[1])


@intrinsic
def correlate(typingctx, re, im, first, count, row_flip, lane_flip, imaginary, out):
    """Write Re or Im of conj(ket(z ^ x)) ket(z) to `out`.

    For `count` rows from `first`; `out` starts with the first of them.
    """

    def codegen(context, builder, signature, args):
        emit = BlockEmitter(context, builder, signature, args)
        with emit.loop(args[3]) as number:
            row = builder.add(args[2], number)
            a = emit.load_complex(0, 1, row)
            b = emit.load_flipped(0, 1, builder.xor(row, args[4]), args[5])
            emit.store(_correlation(emit, a, b, args[6]), emit.numbered_pointer(7, number))
        return emit.nothing()

    index = types.intp
    return types.void(re, im, index, index, index, index, types.boolean, out), codegen


@intrinsic
def add_flipped(typingctx, re, im, bra_re, bra_im, first, count, row_flip, lane_flip, imaginary, d):
    """Add d(z) ket(z ^ x), or i times that, to bra(z).

    For `count` rows from `first`; `d` starts with the first of them.
    """

    def codegen(context, builder, signature, args):
        emit = BlockEmitter(context, builder, signature, args)
        with emit.loop(args[5]) as number:
            row = builder.add(args[4], number)
            ket = emit.load_flipped(0, 1, builder.xor(row, args[6]), args[7])
            factor = emit.load(emit.numbered_pointer(9, number))
            bra = emit.load_complex(2, 3, row)
            emit.store_complex(_add_product(emit, factor, ket, bra, args[8]), 2, 3, row)
        return emit.nothing()

    index = types.intp
    return types.void(re, im, bra_re, bra_im, index, index, index, index, types.boolean, d), codegen


def make_row_correlation(*, imaginary: bool, signed: bool) -> Callable[..., None]:
    """Return an intrinsic that sums products of amplitudes that differ in row bits.

    ``correlation(re, im, count, shift, row_flip, mask, sums)`` adds Σ ± Re or Im of
    conj(ket(z ^ x)) ket(z) to `sums`, x of row bits only. `shift` is the highest bit of x: of each
    pair z, z ^ x only z with that bit clear is summed.

    Args:
        imaginary: the imaginary part.
        signed: the sign is −1 where the parity of row & mask is odd.
    """

    @intrinsic
    def correlation(typingctx, re, im, count, shift, row_flip, mask, sums):
        def codegen(context, builder, signature, args):
            emit = BlockEmitter(context, builder, signature, args)
            totals = emit.accumulators(2)
            with emit.row_pairs(args[2], args[3], args[2].type(0)) as (row, _):
                a = emit.load_complex(0, 1, row)
                b = emit.load_complex(0, 1, builder.xor(row, args[4]))
                if signed:
                    sign = emit.row_sign(row, args[5])
                    a = emit.multiply(sign, a[0]), emit.multiply(sign, a[1])
                left, right = (a[1], a[0]) if imaginary else a
                emit.accumulate(totals[0], left, b[0])
                emit.accumulate(totals[1], right, b[1], negative=imaginary)
            emit.builder.store(emit.add(*map(builder.load, totals)), totals[0])
            emit.add_accumulators(6, totals[:1])
            return emit.nothing()

        index = types.intp
        return types.void(re, im, index, index, index, index, sums), codegen

    return correlation


def make_add_flipped_rows(*, imaginary: bool, signed: bool) -> Callable[..., None]:
    """Return an intrinsic that adds ± w ket(z ^ x), or i times that, to bra(z).

    ``add(re, im, bra_re, bra_im, count, row_flip, mask, coefs)``; x flips row bits only, `coefs` is
    a vector of w.

    Args:
        imaginary: i times that.
        signed: the sign is −1 where the parity of row & mask is odd.
    """

    @intrinsic
    def add(typingctx, re, im, bra_re, bra_im, count, row_flip, mask, coefs):
        def codegen(context, builder, signature, args):
            emit = BlockEmitter(context, builder, signature, args)
            (factor,) = emit.load_first(7, 1)
            with emit.rows(args[4], args[4].type(0)) as row:
                own = emit.multiply(factor, emit.row_sign(row, args[6])) if signed else factor
                ket = emit.load_complex(0, 1, builder.xor(row, args[5]))
                bra = emit.load_complex(2, 3, row)
                if imaginary:
                    ket = emit.negate(ket[1]), ket[0]
                found = emit.fma(own, ket[0], bra[0]), emit.fma(own, ket[1], bra[1])
                emit.store_complex(found, 2, 3, row)
            return emit.nothing()

        index = types.intp
        return types.void(re, im, bra_re, bra_im, index, index, index, coefs), codegen

    return add


@intrinsic
def walsh(typingctx, x):
    """Walsh–Hadamard transform the first CHUNK numbers of x, in place, in registers."""

    def codegen(context, builder, signature, args):
        emit = BlockEmitter(context, builder, signature, args)
        count = CHUNK // emit.lanes
        rows = emit.load_first(0, count)
        for bit in range(emit.lane_bits):
            rows = [emit.fma(row, emit.signs(bit), emit.swap_lanes(row, bit)) for row in rows]
        for bit in range(count.bit_length() - 1):
            for low in range(count):
                if not low >> bit & 1:
                    a, b = rows[low], rows[low | 1 << bit]
                    rows[low], rows[low | 1 << bit] = emit.add(a, b), emit.subtract(a, b)
        for number, row in enumerate(rows):
            emit.store(row, emit.numbered_pointer(0, INT64(number)))
        return emit.nothing()

    return types.void(x), codegen
