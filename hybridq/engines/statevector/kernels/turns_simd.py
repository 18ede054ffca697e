"""Layers of one-qubit gates, emitted as vector code.

Every one-qubit gate is a diagonal matrix, a real rotation (a, b) → (C a − S b, S a + C b), and a
diagonal matrix. The rotations of several qubits are done while their amplitudes are in registers,
on the real and on the imaginary parts alike; the diagonal matrices of all qubits together are one
product of a table of 64 low and a table of high factors.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from hybridq.engines.statevector.kernels.gates_simd import SimdBlock

CHUNK = 64


def _rows(block: SimdBlock, count: Any, shifts: list[Any]) -> tuple[Any, Any]:
    """A loop, and the row numbers whose bits `shifts` (ascending) take all values."""
    builder = block.builder
    one = count.type(1)
    loop = cgutils.for_range(builder, count)
    index = loop.__enter__().index
    for shift in shifts:
        below = builder.sub(builder.shl(one, shift), one)
        low = builder.and_(index, below)
        index = builder.add(builder.shl(builder.sub(index, low), one), low)
    rows = [index]
    for shift in shifts:
        gap = builder.shl(one, shift)
        rows += [builder.add(row, gap) for row in rows]
    return loop, rows


def _turned(emit: Any, rows: list[Any], cosines: list[Any], sines: list[Any]) -> list[Any]:
    rows = list(rows)
    for bit, (c, s) in enumerate(zip(cosines, sines, strict=True)):
        minus = emit.negate(s)
        for low in range(len(rows)):
            if not low >> bit & 1:
                a, b = rows[low], rows[low | 1 << bit]
                rows[low] = emit.fma(minus, b, emit.multiply(c, a))
                rows[low | 1 << bit] = emit.fma(s, a, emit.multiply(c, b))
    return rows


def make_turn(qubits: int) -> Callable[..., None]:
    """An intrinsic `(x, count, shift…, cos…, sin…)`: rotate rows over `qubits` ascending bits."""

    @intrinsic
    def turn(typingctx, x, count, shifts, angles):
        def codegen(context, builder, signature, args):
            block = SimdBlock(context, builder, signature, args)
            emit = block.emit
            places = cgutils.unpack_tuple(builder, args[2])
            numbers = cgutils.unpack_tuple(builder, args[3])
            cosines = [emit.splat(v) for v in numbers[:qubits]]
            sines = [emit.splat(v) for v in numbers[qubits:]]
            loop, rows = _rows(block, args[1], places)
            values = [emit.load(block.at(0, row)) for row in rows]
            for row, value in zip(rows, _turned(emit, values, cosines, sines), strict=True):
                emit.store(value, block.at(0, row))
            loop.__exit__(None, None, None)
            return context.get_dummy_value()

        places = types.UniTuple(types.intp, qubits)
        return types.void(x, types.intp, places, types.UniTuple(x.dtype, 2 * qubits)), codegen

    return turn


def make_adjoint_turn(qubits: int) -> Callable[..., None]:
    """The same on ket and bra; first adds Σ (ket_a bra_b − ket_b bra_a) of each qubit to `sums`."""

    @intrinsic
    def turn(typingctx, ket, bra, count, shifts, angles, sums):
        def codegen(context, builder, signature, args):
            block = SimdBlock(context, builder, signature, args)
            emit = block.emit
            places = cgutils.unpack_tuple(builder, args[3])
            numbers = cgutils.unpack_tuple(builder, args[4])
            cosines = [emit.splat(v) for v in numbers[:qubits]]
            sines = [emit.splat(v) for v in numbers[qubits:]]
            totals = block.sums(qubits)
            loop, rows = _rows(block, args[2], places)
            kets = [emit.load(block.at(0, row)) for row in rows]
            bras = [emit.load(block.at(1, row)) for row in rows]
            for bit, total in enumerate(totals):
                for low in range(len(rows)):
                    if not low >> bit & 1:
                        high = low | 1 << bit
                        block.accumulate(total, kets[low], bras[high])
                        block.accumulate(total, kets[high], bras[low], negative=True)
            for number, values in enumerate((kets, bras)):
                for row, value in zip(rows, _turned(emit, values, cosines, sines), strict=True):
                    emit.store(value, block.at(number, row))
            loop.__exit__(None, None, None)
            block.add_sums(5, totals)
            return context.get_dummy_value()

        places = types.UniTuple(types.intp, qubits)
        angles_type = types.UniTuple(ket.dtype, 2 * qubits)
        return types.void(ket, bra, types.intp, places, angles_type, sums), codegen

    return turn


def _lane_turned(block: SimdBlock, value: Any, coefs: list[Any]) -> Any:
    for bit in range(block.emit.lane_bits):
        swapped = block.emit.swap_lanes(value, bit)
        first = block.emit.multiply(coefs[2 * bit], value)
        value = block.emit.fma(coefs[2 * bit + 1], swapped, first)
    return value


@intrinsic
def turn_lanes(typingctx, x, count, coefs):
    """Rotate all lane bits; `coefs` holds for each bit a vector of C and one of ±S."""

    def codegen(context, builder, signature, args):
        block = SimdBlock(context, builder, signature, args)
        constants = block.constants(2, 2 * block.emit.lane_bits)
        with cgutils.for_range(builder, args[1]) as loop:
            value = block.emit.load(block.at(0, loop.index))
            block.emit.store(_lane_turned(block, value, constants), block.at(0, loop.index))
        return context.get_dummy_value()

    return types.void(x, types.intp, coefs), codegen


@intrinsic
def adjoint_turn_lanes(typingctx, ket, bra, count, coefs, sums):
    """The same on ket and bra; first adds bra · (ket with the bit's lanes swapped) for each bit."""

    def codegen(context, builder, signature, args):
        block = SimdBlock(context, builder, signature, args)
        emit = block.emit
        constants = block.constants(3, 2 * emit.lane_bits)
        totals = block.sums(emit.lane_bits)
        with cgutils.for_range(builder, args[2]) as loop:
            values = [emit.load(block.at(number, loop.index)) for number in range(2)]
            for bit, total in enumerate(totals):
                block.accumulate(total, values[1], emit.swap_lanes(values[0], bit))
            for number, value in enumerate(values):
                emit.store(_lane_turned(block, value, constants), block.at(number, loop.index))
        block.add_sums(4, totals)
        return context.get_dummy_value()

    return types.void(ket, bra, types.intp, coefs, sums), codegen


@intrinsic
def cross_rows(typingctx, re, im, bra_re, bra_im, count, shift, sums):
    """Add Σ Im(ket_a conj(bra_b) + ket_b conj(bra_a)) over one row bit to a vector of `sums`."""

    def codegen(context, builder, signature, args):
        block = SimdBlock(context, builder, signature, args)
        totals = block.sums(1)
        with block.pairs(args[4], args[5], args[4].type(0)) as (low, high):
            a, b = block.load(0, 1, low), block.load(0, 1, high)
            c, d = block.load(2, 3, low), block.load(2, 3, high)
            for ket, bra in ((a, d), (b, c)):
                block.accumulate(totals[0], ket[1], bra[0])
                block.accumulate(totals[0], ket[0], bra[1], negative=True)
        block.add_sums(6, totals)
        return context.get_dummy_value()

    index = types.intp
    return types.void(re, im, bra_re, bra_im, index, index, sums), codegen


@intrinsic
def cross_lanes(typingctx, re, im, bra_re, bra_im, count, sums):
    """Add Im(ket′ conj(bra)) by lane, ket′ having lanes swapped, for every lane bit."""

    def codegen(context, builder, signature, args):
        block = SimdBlock(context, builder, signature, args)
        totals = block.sums(block.emit.lane_bits)
        with cgutils.for_range(builder, args[4]) as loop:
            ket, bra = block.load(0, 1, loop.index), block.load(2, 3, loop.index)
            for bit, total in enumerate(totals):
                swapped = [block.emit.swap_lanes(part, bit) for part in ket]
                block.accumulate(total, swapped[1], bra[0])
                block.accumulate(total, swapped[0], bra[1], negative=True)
        block.add_sums(5, totals)
        return context.get_dummy_value()

    return types.void(re, im, bra_re, bra_im, types.intp, sums), codegen


class _Factors:
    """The factors of one chunk: vectors of the low table, times a number of the high one."""

    def __init__(self, block: SimdBlock, low: int, high: int) -> None:
        self._block, self._low, self._high = block, low, high
        self.per_chunk = CHUNK // block.emit.lanes

    def of(self, chunk: Any) -> list[tuple[Any, Any]]:
        """(re, im) of the factors of a chunk, one pair a vector."""
        block, emit, builder = self._block, self._block.emit, self._block.builder
        index = ir.IntType(64)
        high = []
        for part in range(2):
            data = emit.data(block.types[self._high + part], block[self._high + part])
            high.append(emit.splat(builder.load(builder.gep(data, [chunk], inbounds=True))))
        factors = []
        for row in range(self.per_chunk):
            low = [
                emit.load(block.at(self._low, index(part * self.per_chunk + row)))
                for part in range(2)
            ]
            factors.append(emit.complex_product((low[0], low[1]), (high[0], high[1])))
        return factors


@intrinsic
def turn_phases(typingctx, re, im, chunks, low, high_re, high_im):
    """Multiply chunk k of 64 amplitudes by high[k] · low[0 … 63]; `low` is 64 re, then 64 im."""

    def codegen(context, builder, signature, args):
        block = SimdBlock(context, builder, signature, args)
        factors = _Factors(block, 3, 4)
        with cgutils.for_range(builder, args[2]) as loop:
            first = builder.mul(loop.index, loop.index.type(factors.per_chunk))
            for number, factor in enumerate(factors.of(loop.index)):
                row = builder.add(first, first.type(number))
                value = block.emit.complex_product(block.load(0, 1, row), factor)
                block.store(value, 0, 1, row)
        return context.get_dummy_value()

    return types.void(re, im, types.intp, low, high_re, high_im), codegen


@intrinsic
def adjoint_turn_phases(
    typingctx, re, im, bra_re, bra_im, chunks, low, high_re, high_im, low_sums, chunk_sums
):
    """The same on ket and bra; adds Im(conj(bra) ket) by place in the chunk, and by chunk."""

    def codegen(context, builder, signature, args):
        block = SimdBlock(context, builder, signature, args)
        emit = block.emit
        factors = _Factors(block, 5, 6)
        totals = block.sums(factors.per_chunk)
        with cgutils.for_range(builder, args[4]) as loop:
            first = builder.mul(loop.index, loop.index.type(factors.per_chunk))
            whole = None
            for number, factor in enumerate(factors.of(loop.index)):
                row = builder.add(first, first.type(number))
                ket, bra = block.load(0, 1, row), block.load(2, 3, row)
                cross = emit.fma(bra[0], ket[1], emit.negate(emit.multiply(bra[1], ket[0])))
                builder.store(emit.add(builder.load(totals[number]), cross), totals[number])
                whole = cross if whole is None else emit.add(whole, cross)
                block.store(emit.complex_product(ket, factor), 0, 1, row)
                block.store(emit.complex_product(bra, factor), 2, 3, row)
            data = emit.data(block.types[9], block[9])
            builder.store(emit.total(whole), builder.gep(data, [loop.index], inbounds=True))
        block.add_sums(8, totals)
        return context.get_dummy_value()

    index = types.intp
    return types.void(
        re, im, bra_re, bra_im, index, low, high_re, high_im, low_sums, chunk_sums
    ), codegen
