"""Gates on a block of a state vector, emitted as vector code: one loop over the block for each.

A block is two arrays, real and imaginary parts, indexed from 0; bit b of the index is one of the
block's qubits. A vector holds 2^k neighbours, so that the lowest k bits are lane bits and the
others row bits. On a machine without vectors the same code is emitted with one lane.

Coefficients come as vectors too (`coefs`, one after the other), so that a control on a lane bit is
an identity in some lanes. Controls on row bits are tested row by row (`wanted`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from hybridq.engines.kernels.emit import Emitter

Complex = tuple[Any, Any]


class SimdBlock:
    """Arrays, vectors and loops of one emitted function."""

    def __init__(self, context: Any, builder: Any, signature: Any, args: Any) -> None:
        self.emit = Emitter(context, builder, signature.args[0].dtype)
        self.builder = builder
        self.types, self._args = signature.args, args

    def __getitem__(self, number: int) -> Any:
        return self._args[number]

    def at(self, argument: int, vector: Any) -> Any:
        """Pointer to vector number `vector` of array `argument`."""
        data = self.emit.data(self.types[argument], self._args[argument])
        index = self.builder.mul(vector, vector.type(self.emit.lanes))
        pointer = self.builder.gep(data, [index], inbounds=True)
        return self.builder.bitcast(pointer, self.emit.vector.as_pointer())

    def constants(self, argument: int, count: int) -> list[Any]:
        """The first `count` vectors of array `argument`."""
        index = ir.IntType(64)
        return [self.emit.load(self.at(argument, index(i))) for i in range(count)]

    def sums(self, count: int) -> list[Any]:
        """Accumulators, zero."""
        places = []
        for _ in range(count):
            place = cgutils.alloca_once(self.builder, self.emit.vector)
            self.builder.store(ir.Constant(self.emit.vector, [0.0] * self.emit.lanes), place)
            places.append(place)
        return places

    def accumulate(self, place: Any, a: Any, b: Any, *, negative: bool = False) -> None:
        """Add ± a b to an accumulator."""
        left = self.emit.negate(a) if negative else a
        self.builder.store(self.emit.fma(left, b, self.builder.load(place)), place)

    def add_sums(self, argument: int, places: list[Any]) -> None:
        """Add the accumulators to the first vectors of array `argument`."""
        index = ir.IntType(64)
        for number, place in enumerate(places):
            pointer = self.at(argument, index(number))
            self.emit.store(
                self.emit.add(self.emit.load(pointer), self.builder.load(place)), pointer
            )

    @contextmanager
    def rows(self, count: Any, wanted: Any) -> Iterator[Any]:
        """Over the vectors 0 … count − 1 whose number has all the bits `wanted`."""
        with cgutils.for_range(self.builder, count) as loop:
            has = self.builder.icmp_signed("==", self.builder.and_(loop.index, wanted), wanted)
            with self.builder.if_then(has):
                yield loop.index

    @contextmanager
    def pairs(self, count: Any, shift: Any, wanted: Any) -> Iterator[tuple[Any, Any]]:
        """Over the vectors with bit `shift` clear and set; `count` pairs less those not wanted."""
        one = shift.type(1)
        gap = self.builder.shl(one, shift)
        below = self.builder.sub(gap, one)
        with cgutils.for_range(self.builder, count) as loop:
            low = self.builder.and_(loop.index, below)
            first = self.builder.add(self.builder.shl(self.builder.sub(loop.index, low), one), low)
            has = self.builder.icmp_signed("==", self.builder.and_(first, wanted), wanted)
            with self.builder.if_then(has):
                yield first, self.builder.add(first, gap)

    def load(self, re: int, im: int, vector: Any) -> Complex:
        """(re, im) of one vector."""
        return self.emit.load(self.at(re, vector)), self.emit.load(self.at(im, vector))

    def store(self, value: Complex, re: int, im: int, vector: Any) -> None:
        """Put (re, im) back."""
        self.emit.store(value[0], self.at(re, vector))
        self.emit.store(value[1], self.at(im, vector))

    def combine(self, u: Complex, a: Complex, v: Complex, b: Complex, real: bool) -> Complex:
        """u a + v b, with `real` for real u and v."""
        emit = self.emit
        re = emit.fma(v[0], b[0], emit.multiply(u[0], a[0]))
        im = emit.fma(v[0], b[1], emit.multiply(u[0], a[1]))
        if real:
            return re, im
        re = emit.fma(emit.negate(u[1]), a[1], re)
        re = emit.fma(emit.negate(v[1]), b[1], re)
        im = emit.fma(u[1], a[0], im)
        return re, emit.fma(v[1], b[0], im)

    def product(self, places: tuple[Any, Any], ket: Complex, bra: Complex) -> None:
        """Accumulate ket · conj(bra)."""
        self.accumulate(places[0], ket[0], bra[0])
        self.accumulate(places[0], ket[1], bra[1])
        self.accumulate(places[1], ket[1], bra[0])
        self.accumulate(places[1], ket[0], bra[1], negative=True)


def _quads(values: list[Any]) -> list[Complex]:
    return list(zip(values[::2], values[1::2], strict=True))


def make_row_gate(*, real: bool) -> Callable[..., None]:
    """An intrinsic `(re, im, count, shift, wanted, coefs)`: a 2×2 matrix between pairs of rows."""

    @intrinsic
    def gate(typingctx, re, im, count, shift, wanted, coefs):
        def codegen(context, builder, signature, args):
            block = SimdBlock(context, builder, signature, args)
            u00, u01, u10, u11 = _quads(block.constants(5, 8))
            with block.pairs(block[2], block[3], block[4]) as (low, high):
                a, b = block.load(0, 1, low), block.load(0, 1, high)
                block.store(block.combine(u00, a, u01, b, real), 0, 1, low)
                block.store(block.combine(u10, a, u11, b, real), 0, 1, high)
            return context.get_dummy_value()

        return types.void(re, im, types.intp, types.intp, types.intp, coefs), codegen

    return gate


@intrinsic
def swap_rows(typingctx, re, im, count, control, target):
    """Exchange the rows with bit `control` set that differ in bit `target`; `count` such pairs."""

    def codegen(context, builder, signature, args):
        block = SimdBlock(context, builder, signature, args)
        one = args[2].type(1)
        first = builder.select(builder.icmp_signed("<", args[3], args[4]), args[3], args[4])
        second = builder.select(builder.icmp_signed("<", args[3], args[4]), args[4], args[3])
        masks = [builder.sub(builder.shl(one, bit), one) for bit in (first, second)]
        has, gap = builder.shl(one, args[3]), builder.shl(one, args[4])
        with cgutils.for_range(builder, args[2]) as loop:
            row = loop.index
            for mask in masks:  # make room for a clear bit
                low = builder.and_(row, mask)
                row = builder.add(builder.shl(builder.sub(row, low), one), low)
            row = builder.or_(row, has)
            other = builder.or_(row, gap)
            a, b = block.load(0, 1, row), block.load(0, 1, other)
            block.store(b, 0, 1, row)
            block.store(a, 0, 1, other)
        return context.get_dummy_value()

    index = types.intp
    return types.void(re, im, index, index, index), codegen


def make_lane_gate(bit: int) -> Callable[..., None]:
    """An intrinsic `(re, im, count, wanted, coefs)`: D x + O x′, x′ with lane bit `bit` flipped."""

    @intrinsic
    def gate(typingctx, re, im, count, wanted, coefs):
        def codegen(context, builder, signature, args):
            block = SimdBlock(context, builder, signature, args)
            if 1 << bit < block.emit.lanes:
                diagonal, other = _quads(block.constants(4, 4))
                with block.rows(block[2], block[3]) as row:
                    a = block.load(0, 1, row)
                    b = tuple(block.emit.swap_lanes(part, bit) for part in a)
                    block.store(block.combine(diagonal, a, other, b, False), 0, 1, row)
            return context.get_dummy_value()

        return types.void(re, im, types.intp, types.intp, coefs), codegen

    return gate


def make_adjoint_row_gate(*, real: bool) -> Callable[..., None]:
    """An intrinsic `(re, im, bra_re, bra_im, count, shift, wanted, coefs, sums)` on two states.

    It adds M_ij = Σ ket_i conj(bra_j) to `sums` (their real parts only with `real`, which is all
    that a rotation about Y needs), then applies the matrix to ket and bra.
    """

    @intrinsic
    def gate(typingctx, re, im, bra_re, bra_im, count, shift, wanted, coefs, sums):
        def codegen(context, builder, signature, args):
            block = SimdBlock(context, builder, signature, args)
            u00, u01, u10, u11 = _quads(block.constants(7, 8))
            places = block.sums(8)
            with block.pairs(block[4], block[5], block[6]) as (low, high):
                a, b = block.load(0, 1, low), block.load(0, 1, high)
                c, d = block.load(2, 3, low), block.load(2, 3, high)
                for number, (ket, bra) in enumerate(((a, c), (a, d), (b, c), (b, d))):
                    if real:
                        block.accumulate(places[2 * number], ket[0], bra[0])
                        block.accumulate(places[2 * number], ket[1], bra[1])
                    else:
                        block.product((places[2 * number], places[2 * number + 1]), ket, bra)
                block.store(block.combine(u00, a, u01, b, real), 0, 1, low)
                block.store(block.combine(u10, a, u11, b, real), 0, 1, high)
                block.store(block.combine(u00, c, u01, d, real), 2, 3, low)
                block.store(block.combine(u10, c, u11, d, real), 2, 3, high)
            block.add_sums(8, places)
            return context.get_dummy_value()

        index = types.intp
        return types.void(re, im, bra_re, bra_im, index, index, index, coefs, sums), codegen

    return gate


def make_adjoint_lane_gate(bit: int) -> Callable[..., None]:
    """The same for a lane bit: it sums ket conj(bra) and ket conj(bra′) by lane."""

    @intrinsic
    def gate(typingctx, re, im, bra_re, bra_im, count, wanted, coefs, sums):
        def codegen(context, builder, signature, args):
            block = SimdBlock(context, builder, signature, args)
            if 1 << bit < block.emit.lanes:
                diagonal, other = _quads(block.constants(6, 4))
                places = block.sums(4)
                with block.rows(block[4], block[5]) as row:
                    a, c = block.load(0, 1, row), block.load(2, 3, row)
                    b = tuple(block.emit.swap_lanes(part, bit) for part in a)
                    d = tuple(block.emit.swap_lanes(part, bit) for part in c)
                    block.product((places[0], places[1]), a, c)
                    block.product((places[2], places[3]), a, d)
                    block.store(block.combine(diagonal, a, other, b, False), 0, 1, row)
                    block.store(block.combine(diagonal, c, other, d, False), 2, 3, row)
                block.add_sums(7, places)
            return context.get_dummy_value()

        index = types.intp
        return types.void(re, im, bra_re, bra_im, index, index, coefs, sums), codegen

    return gate


def _row_sign(block: SimdBlock, row: Any, mask: Any) -> Any:
    """All lanes −1 where the parity of row & mask is odd, else +1."""
    builder, emit = block.builder, block.emit
    ones = builder.ctpop(builder.and_(row, mask))
    odd = builder.trunc(ones, ir.IntType(1))
    return emit.splat(builder.select(odd, emit.scalar(-1.0), emit.scalar(1.0)))


def _turned(emit: Emitter, value: Complex, cosine: Any, sine: Any) -> Complex:
    """(re, im) times cosine − i sine."""
    re = emit.fma(sine, value[1], emit.multiply(cosine, value[0]))
    return re, emit.fma(emit.negate(sine), value[0], emit.multiply(cosine, value[1]))


@intrinsic
def parity_phase(typingctx, re, im, count, mask, coefs):
    """Times cos − i σ(z) sin, σ the sign of a product of Z; `coefs`: cos, lane signs · sin."""

    def codegen(context, builder, signature, args):
        block = SimdBlock(context, builder, signature, args)
        cosine, sine = block.constants(4, 2)
        with block.rows(block[2], block[2].type(0)) as row:
            signed = block.emit.multiply(sine, _row_sign(block, row, block[3]))
            value = block.load(0, 1, row)
            block.store(_turned(block.emit, value, cosine, signed), 0, 1, row)
        return context.get_dummy_value()

    return types.void(re, im, types.intp, types.intp, coefs), codegen


@intrinsic
def adjoint_parity_phase(typingctx, re, im, bra_re, bra_im, count, mask, coefs, sums):
    """The same on ket and bra; adds σ_row(z) Im(conj(bra) ket) to `sums`, by lane."""

    def codegen(context, builder, signature, args):
        block = SimdBlock(context, builder, signature, args)
        emit = block.emit
        cosine, sine = block.constants(6, 2)
        places = block.sums(1)
        with block.rows(block[4], block[4].type(0)) as row:
            sign = _row_sign(block, row, block[5])
            signed = emit.multiply(sine, sign)
            ket, bra = block.load(0, 1, row), block.load(2, 3, row)
            cross = emit.fma(bra[0], ket[1], emit.negate(emit.multiply(bra[1], ket[0])))
            block.accumulate(places[0], cross, sign)
            block.store(_turned(emit, ket, cosine, signed), 0, 1, row)
            block.store(_turned(emit, bra, cosine, signed), 2, 3, row)
        block.add_sums(7, places)
        return context.get_dummy_value()

    index = types.intp
    return types.void(re, im, bra_re, bra_im, index, index, coefs, sums), codegen


def _crossed(block: SimdBlock, re: int, im: int, row: Any, lanes: Any) -> Complex:
    """(re, im) of vector `row`, lane i taken from lane i ^ lanes."""
    builder, emit = block.builder, block.emit
    value = list(block.load(re, im, row))
    for bit in range(emit.lane_bits):
        has = builder.trunc(builder.lshr(lanes, lanes.type(bit)), ir.IntType(1))
        value = [builder.select(has, emit.swap_lanes(part, bit), part) for part in value]
    return value[0], value[1]


@intrinsic
def correlate(typingctx, re, im, first, count, row_flip, lane_flip, imaginary, out):
    """Re or Im of conj(ket(z ^ x)) ket(z), vectors from `first`, into the vectors of `out`."""

    def codegen(context, builder, signature, args):
        block = SimdBlock(context, builder, signature, args)
        emit = block.emit
        with cgutils.for_range(builder, block[3]) as loop:
            row = builder.add(block[2], loop.index)
            a = block.load(0, 1, row)
            b = _crossed(block, 0, 1, builder.xor(row, block[4]), block[5])
            real = emit.fma(a[0], b[0], emit.multiply(a[1], b[1]))
            cross = emit.fma(a[1], b[0], emit.negate(emit.multiply(a[0], b[1])))
            emit.store(builder.select(block[6], cross, real), block.at(7, loop.index))
        return context.get_dummy_value()

    index = types.intp
    return types.void(re, im, index, index, index, index, types.boolean, out), codegen


@intrinsic
def add_flipped(typingctx, re, im, bra_re, bra_im, first, count, row_flip, lane_flip, imaginary, d):
    """bra(z) += d(z) ket(z ^ x), or i d(z) ket(z ^ x), for the vectors from `first`."""

    def codegen(context, builder, signature, args):
        block = SimdBlock(context, builder, signature, args)
        emit = block.emit
        with cgutils.for_range(builder, block[5]) as loop:
            row = builder.add(block[4], loop.index)
            a = _crossed(block, 0, 1, builder.xor(row, block[6]), block[7])
            factor = emit.load(block.at(9, loop.index))
            re_part = builder.select(block[8], emit.negate(a[1]), a[0])
            im_part = builder.select(block[8], a[0], a[1])
            bra = block.load(2, 3, row)
            value = emit.fma(factor, re_part, bra[0]), emit.fma(factor, im_part, bra[1])
            block.store(value, 2, 3, row)
        return context.get_dummy_value()

    index = types.intp
    return types.void(re, im, bra_re, bra_im, index, index, index, index, types.boolean, d), codegen


@intrinsic
def row_correlation(typingctx, re, im, count, shift, row_flip, mask, imaginary, sums):
    """Add Σ ± Re or Im of conj(ket(z ^ x)) ket(z) to a vector of `sums`; x flips row bits only.

    `shift` is the highest bit of x: of the pairs z, z ^ x, only z with that bit clear is looked at.
    """

    def codegen(context, builder, signature, args):
        block = SimdBlock(context, builder, signature, args)
        emit = block.emit
        totals = block.sums(1)
        with block.pairs(args[2], args[3], args[2].type(0)) as (row, _):
            a, b = block.load(0, 1, row), block.load(0, 1, builder.xor(row, args[4]))
            real = emit.fma(a[0], b[0], emit.multiply(a[1], b[1]))
            cross = emit.fma(a[1], b[0], emit.negate(emit.multiply(a[0], b[1])))
            part = builder.select(args[6], cross, real)
            block.accumulate(totals[0], part, _row_sign(block, row, args[5]))
        block.add_sums(7, totals)
        return context.get_dummy_value()

    index = types.intp
    return types.void(re, im, index, index, index, index, types.boolean, sums), codegen


@intrinsic
def add_flipped_rows(typingctx, re, im, bra_re, bra_im, count, row_flip, mask, imaginary, coefs):
    """bra(z) += ± w ket(z ^ x), or i times that; x flips row bits only, `coefs` holds w."""

    def codegen(context, builder, signature, args):
        block = SimdBlock(context, builder, signature, args)
        emit = block.emit
        (weight,) = block.constants(8, 1)
        with block.rows(args[4], args[4].type(0)) as row:
            factor = emit.multiply(weight, _row_sign(block, row, args[6]))
            a = block.load(0, 1, builder.xor(row, args[5]))
            re_part = builder.select(args[7], emit.negate(a[1]), a[0])
            im_part = builder.select(args[7], a[0], a[1])
            bra = block.load(2, 3, row)
            value = emit.fma(factor, re_part, bra[0]), emit.fma(factor, im_part, bra[1])
            block.store(value, 2, 3, row)
        return context.get_dummy_value()

    index = types.intp
    return types.void(re, im, bra_re, bra_im, index, index, index, types.boolean, coefs), codegen


@intrinsic
def walsh(typingctx, x):
    """Walsh–Hadamard transform of the first 64 numbers of x, in place, in registers."""

    def codegen(context, builder, signature, args):
        block = SimdBlock(context, builder, signature, args)
        emit, index = block.emit, ir.IntType(64)
        count = 64 // emit.lanes
        rows = block.constants(0, count)
        for bit in range(emit.lane_bits):
            rows = [emit.fma(row, emit.signs(bit), emit.swap_lanes(row, bit)) for row in rows]
        for bit in range(count.bit_length() - 1):
            for low in range(count):
                if not low >> bit & 1:
                    a, b = rows[low], rows[low | 1 << bit]
                    rows[low], rows[low | 1 << bit] = emit.add(a, b), emit.subtract(a, b)
        for number, row in enumerate(rows):
            emit.store(row, block.at(0, index(number)))
        return context.get_dummy_value()

    return types.void(x), codegen
