"""Vector code of gates on a block: one loop over the block for each.

All intrinsics take arrays of one dtype, float32 or float64: `re`, `im` of the ket, `bra_re`,
`bra_im` of the bra, shape (2**bits,), changed in place; `coefs` and `sums` are arrays of whole
vectors, see `block_simd`. `count`, `shift` and `controls` count rows and bits of rows, int64.
"""

from __future__ import annotations

from collections.abc import Callable

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from hybridq.core.emit import INT32, INT64
from hybridq.engines.statevector.kernels.block_simd import BlockEmitter


def make_row_gate(*, real: bool) -> Callable[..., None]:
    """Return the intrinsic of a 2×2 matrix between pairs of rows.

    ``gate(re, im, count, shift, controls, coefs)``: `count` pairs that differ in row bit `shift`;
    `coefs` is u00, u01, u10, u11, a vector of real and one of imaginary parts each.

    Args:
        real: the matrix has no imaginary parts.
    """

    @intrinsic
    def gate(typingctx, re, im, count, shift, controls, coefs):
        def codegen(context, builder, signature, args):
            emit = BlockEmitter(context, builder, signature, args)
            u00, u01, u10, u11 = emit.load_coefs(5, 4)
            with emit.row_pairs(args[2], args[3], args[4]) as (low, high):
                a, b = emit.load_complex(0, 1, low), emit.load_complex(0, 1, high)
                emit.store_complex(emit.combine(u00, a, u01, b, real), 0, 1, low)
                emit.store_complex(emit.combine(u10, a, u11, b, real), 0, 1, high)
            return emit.nothing()

        return types.void(re, im, types.intp, types.intp, types.intp, coefs), codegen

    return gate


@intrinsic
def swap_rows(typingctx, re, im, count, control, target):
    """Exchange `count` pairs of rows with bit `control` set, bit `target` differing."""

    def codegen(context, builder, signature, args):
        emit = BlockEmitter(context, builder, signature, args)
        one = args[2].type(1)
        is_less = builder.icmp_signed("<", args[3], args[4])
        first = builder.select(is_less, args[3], args[4])
        second = builder.select(is_less, args[4], args[3])
        control_mask, gap = builder.shl(one, args[3]), builder.shl(one, args[4])
        with emit.loop(args[2]) as row:
            for bit in (first, second):
                row = emit.insert_clear_bit(row, bit)
            row = builder.or_(row, control_mask)
            other = builder.or_(row, gap)
            a, b = emit.load_complex(0, 1, row), emit.load_complex(0, 1, other)
            emit.store_complex(b, 0, 1, row)
            emit.store_complex(a, 0, 1, other)
        return emit.nothing()

    index = types.intp
    return types.void(re, im, index, index, index), codegen


def make_lane_gate(bit: int) -> Callable[..., None]:
    """Return the intrinsic of a 2×2 matrix on a lane bit.

    ``gate(re, im, count, controls, coefs)``: D x + O x′ on each of `count` rows x, x′ being x with
    the lane bit flipped; `coefs` is D and O, a vector of real and one of imaginary parts each.

    Args:
        bit: the lane bit; where vectors have fewer lanes the intrinsic does nothing.
    """

    @intrinsic
    def gate(typingctx, re, im, count, controls, coefs):
        def codegen(context, builder, signature, args):
            emit = BlockEmitter(context, builder, signature, args)
            if 1 << bit < emit.lanes:
                diagonal, other = emit.load_coefs(4, 2)
                with emit.rows(args[2], args[3]) as row:
                    a = emit.load_complex(0, 1, row)
                    b = emit.swap_lanes(a[0], bit), emit.swap_lanes(a[1], bit)
                    emit.store_complex(emit.combine(diagonal, a, other, b, False), 0, 1, row)
            return emit.nothing()

        return types.void(re, im, types.intp, types.intp, coefs), codegen

    return gate


def make_adjoint_row_gate(*, real: bool) -> Callable[..., None]:
    """Return the intrinsic of a 2×2 matrix between pairs of rows of ket and bra.

    ``gate(re, im, bra_re, bra_im, count, shift, controls, coefs, sums)`` adds M_ij =
    Σ ket_i conj(bra_j) to `sums`, lane by lane: M00, M01, M10, M11, a vector of real and one of
    imaginary parts each. Then it applies the matrix to both states.

    Args:
        real: the matrix is real, and of M only the real parts are added (all that a rotation
            about Y needs).
    """

    @intrinsic
    def gate(typingctx, re, im, bra_re, bra_im, count, shift, controls, coefs, sums):
        def codegen(context, builder, signature, args):
            emit = BlockEmitter(context, builder, signature, args)
            u00, u01, u10, u11 = emit.load_coefs(7, 4)
            places = emit.accumulators(8)
            with emit.row_pairs(args[4], args[5], args[6]) as (low, high):
                a, b = emit.load_complex(0, 1, low), emit.load_complex(0, 1, high)
                c, d = emit.load_complex(2, 3, low), emit.load_complex(2, 3, high)
                for number, (ket, bra) in enumerate(((a, c), (a, d), (b, c), (b, d))):
                    if real:
                        emit.accumulate_real(places[2 * number], ket, bra)
                    else:
                        pair = places[2 * number], places[2 * number + 1]
                        emit.accumulate_product(pair, ket, bra)
                emit.store_complex(emit.combine(u00, a, u01, b, real), 0, 1, low)
                emit.store_complex(emit.combine(u10, a, u11, b, real), 0, 1, high)
                emit.store_complex(emit.combine(u00, c, u01, d, real), 2, 3, low)
                emit.store_complex(emit.combine(u10, c, u11, d, real), 2, 3, high)
            emit.add_accumulators(8, places)
            return emit.nothing()

        index = types.intp
        return types.void(re, im, bra_re, bra_im, index, index, index, coefs, sums), codegen

    return gate


def make_adjoint_lane_gate(bit: int) -> Callable[..., None]:
    """Return the intrinsic of a 2×2 matrix on a lane bit of ket and bra.

    ``gate(re, im, bra_re, bra_im, count, controls, coefs, sums)`` adds ket conj(bra) and
    ket conj(bra′) to `sums`, lane by lane, a vector of real and one of imaginary parts each; then
    it does what the intrinsic of `make_lane_gate` does to both states.

    Args:
        bit: the lane bit; where vectors have fewer lanes the intrinsic does nothing.
    """

    @intrinsic
    def gate(typingctx, re, im, bra_re, bra_im, count, controls, coefs, sums):
        def codegen(context, builder, signature, args):
            emit = BlockEmitter(context, builder, signature, args)
            if 1 << bit < emit.lanes:
                diagonal, other = emit.load_coefs(6, 2)
                places = emit.accumulators(4)
                with emit.rows(args[4], args[5]) as row:
                    a, c = emit.load_complex(0, 1, row), emit.load_complex(2, 3, row)
                    b = emit.swap_lanes(a[0], bit), emit.swap_lanes(a[1], bit)
                    d = emit.swap_lanes(c[0], bit), emit.swap_lanes(c[1], bit)
                    emit.accumulate_product((places[0], places[1]), a, c)
                    emit.accumulate_product((places[2], places[3]), a, d)
                    emit.store_complex(emit.combine(diagonal, a, other, b, False), 0, 1, row)
                    emit.store_complex(emit.combine(diagonal, c, other, d, False), 2, 3, row)
                emit.add_accumulators(7, places)
            return emit.nothing()

        index = types.intp
        return types.void(re, im, bra_re, bra_im, index, index, coefs, sums), codegen

    return gate


@intrinsic
def parity_phase(typingctx, re, im, count, mask, coefs):
    """Multiply by cos − i σ(z) sin, σ the sign of a product of Z.

    `mask` has the row bits of the product; `coefs` is a vector of cos, then one of sin times the
    sign of the lane.
    """

    def codegen(context, builder, signature, args):
        emit = BlockEmitter(context, builder, signature, args)
        cosine, sine = emit.load_first(4, 2)
        with emit.rows(args[2], args[2].type(0)) as row:
            signed = emit.multiply(sine, emit.row_sign(row, args[3]))
            value = emit.load_complex(0, 1, row)
            emit.store_complex(emit.rotate_phase(value, cosine, signed), 0, 1, row)
        return emit.nothing()

    return types.void(re, im, types.intp, types.intp, coefs), codegen


@intrinsic
def adjoint_parity_phase(typingctx, re, im, bra_re, bra_im, count, mask, coefs, sums):
    """Do `parity_phase` on ket and bra and sum their products.

    First σ_row(z) Im(conj(bra) ket) is added to a vector of `sums`, by lane.
    """

    def codegen(context, builder, signature, args):
        emit = BlockEmitter(context, builder, signature, args)
        cosine, sine = emit.load_first(6, 2)
        places = emit.accumulators(1)
        with emit.rows(args[4], args[4].type(0)) as row:
            sign = emit.row_sign(row, args[5])
            signed = emit.multiply(sine, sign)
            ket, bra = emit.load_complex(0, 1, row), emit.load_complex(2, 3, row)
            emit.accumulate(places[0], emit.imaginary_product(bra, ket), sign)
            emit.store_complex(emit.rotate_phase(ket, cosine, signed), 0, 1, row)
            emit.store_complex(emit.rotate_phase(bra, cosine, signed), 2, 3, row)
        emit.add_accumulators(7, places)
        return emit.nothing()

    index = types.intp
    return types.void(re, im, bra_re, bra_im, index, index, coefs, sums), codegen


@intrinsic
def permute_rows(typingctx, x, out, first, count, base, table, partner):
    """Write x(base ^ table(v)) to `count` rows from `first`, v from 0 on.

    The table is linear, table(a ^ b) = table(a) ^ table(b), and all lanes of a row come from the
    row of its first lane and the one that differs from it by `partner`, a mask of row bits.
    """

    def codegen(context, builder, signature, args):
        emit = BlockEmitter(context, builder, signature, args)
        _, _, first, count, base, _, partner = args
        table, mask = emit.data(5), base.type(emit.lanes - 1)
        number = ir.IntType(8 * emit.itemsize)
        lanes = ir.Constant(ir.VectorType(number, emit.lanes), [0] * emit.lanes)
        for lane in range(emit.lanes):
            source = emit.load_element(table, base.type(lane))
            away = builder.icmp_signed(
                "!=", builder.lshr(source, source.type(emit.lane_bits)), INT64(0)
            )
            place = builder.and_(source, mask)
            place = builder.add(place, builder.select(away, base.type(emit.lanes), INT64(0)))
            place = builder.trunc(place, number) if emit.itemsize < 8 else place
            lanes = builder.insert_element(lanes, place, INT32(lane))
        with emit.loop(count) as row:
            at = builder.mul(row, row.type(emit.lanes))
            source = builder.xor(base, emit.load_element(table, at))
            near = builder.lshr(source, source.type(emit.lane_bits))
            shift = builder.and_(source, mask)
            shift = builder.trunc(shift, number) if emit.itemsize < 8 else shift
            values = [
                emit.load(emit.numbered_pointer(0, which))
                for which in (near, builder.xor(near, partner))
            ]
            chosen = builder.xor(lanes, emit.splat_integer(shift))
            picked = emit.pick_lanes(*values, chosen)
            emit.store(picked, emit.numbered_pointer(1, builder.add(first, row)))
        return emit.nothing()

    index = types.intp
    return types.void(x, out, index, index, index, table, index), codegen
