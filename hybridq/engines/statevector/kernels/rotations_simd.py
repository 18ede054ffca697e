"""Vector code of layers of one-qubit gates.

Every one-qubit gate is a diagonal matrix, a real rotation (a, b) → (C a − S b, S a + C b), and a
diagonal matrix. The rotations of several qubits are done while their amplitudes are in registers,
on the real and on the imaginary parts alike; the diagonal matrices of all qubits together are one
product of a table of CHUNK low and a table of high factors. Arguments as in `gates_simd`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from hybridq.core.emit import CHUNK, INT64, Complex
from hybridq.engines.statevector.kernels.block_simd import BlockEmitter


class _Turns:
    """Rotations over the bits of a group of rows, in tangent form.

    (a, b) → (C a − S b, S a + C b) is C (a − t b, b + t a), t = S / C. Where |S| > |C| it is that
    of (−b, a) with S in the place of C, t = −C / S: rows are loaded in another order, and some with
    the other sign. Either way a number takes one multiplication and addition for each bit, and one
    multiplication for all of them.

    Args:
        emit: emitter of the intrinsic.
        shifts: row bits, ascending.
        angles: scalars, all C, then all S.
    """

    def __init__(self, emit: BlockEmitter, shifts: list[Any], angles: list[Any]) -> None:
        builder = emit.builder
        self.emit, self.tangents, self.flips = emit, [], []
        one, minus = emit.scalar(1.0), emit.scalar(-1.0)
        scale, signs, self.mask = one, [], shifts[0].type(0)
        half = len(shifts)
        for shift, c, s in zip(shifts, angles[:half], angles[half:], strict=True):
            flip = builder.fcmp_ordered(">", builder.fmul(s, s), builder.fmul(c, c))
            base = builder.select(flip, s, c)
            other = builder.select(flip, builder.fneg(c), s)
            self.tangents.append(emit.splat(builder.fdiv(other, base)))
            self.flips.append(emit.splat(builder.select(flip, minus, one)))
            scale = builder.fmul(scale, base)
            signs.append(builder.select(flip, minus, one))
            moved = builder.shl(shift.type(1), shift)
            self.mask = builder.or_(self.mask, builder.select(flip, moved, shift.type(0)))
        scales = [scale]
        for sign in signs:
            scales = [builder.fmul(sign, each) for each in scales] + scales
        self.scales = [emit.splat(each) for each in scales]

    def load(self, argument: int, rows: list[Any]) -> list[Any]:
        """Return the rows of array `argument` in the order of the rotations."""
        moved = [self.emit.builder.xor(row, self.mask) for row in rows]
        return [self.emit.load(self.emit.numbered_pointer(argument, row)) for row in moved]

    def rotate(self, values: list[Any]) -> list[Any]:
        """Return the rotated rows."""
        emit = self.emit
        pairs = zip(values, self.scales, strict=True)
        rows = [emit.multiply(value, scale) for value, scale in pairs]
        for bit, tangent in enumerate(self.tangents):
            minus = emit.negate(tangent)
            for low in range(len(rows)):
                if not low >> bit & 1:
                    a, b = rows[low], rows[low | 1 << bit]
                    rows[low], rows[low | 1 << bit] = emit.fma(minus, b, a), emit.fma(tangent, a, b)
        return rows


def make_row_rotation(qubits: int) -> Callable[..., None]:
    """Return the intrinsic that rotates rows over `qubits` bits.

    ``rotation(x, count, shifts, angles)`` on a real array: `count` groups of 2^qubits rows;
    `shifts` is a tuple of ascending row bits, `angles` a tuple of all C, then all S.
    """

    @intrinsic
    def rotation(typingctx, x, count, shifts, angles):
        def codegen(context, builder, signature, args):
            emit = BlockEmitter(context, builder, signature, args)
            shifts, angles = (cgutils.unpack_tuple(builder, each) for each in args[2:])
            turns = _Turns(emit, shifts, angles)
            with emit.row_groups(args[1], shifts) as rows:
                rotated = turns.rotate(turns.load(0, rows))
                for row, value in zip(rows, rotated, strict=True):
                    emit.store(value, emit.numbered_pointer(0, row))
            return emit.nothing()

        bits = types.UniTuple(types.intp, qubits)
        return types.void(x, types.intp, bits, types.UniTuple(x.dtype, 2 * qubits)), codegen

    return rotation


def make_adjoint_row_rotation(qubits: int) -> Callable[..., None]:
    """Return the intrinsic that rotates rows of ket and bra over `qubits` bits.

    ``rotation(ket, bra, count, shifts, angles, sums)`` on real arrays first adds
    Σ (ket_a bra_b − ket_b bra_a) of each qubit to a vector of `sums`.
    """

    @intrinsic
    def rotation(typingctx, ket, bra, count, shifts, angles, sums):
        def codegen(context, builder, signature, args):
            emit = BlockEmitter(context, builder, signature, args)
            shifts, angles = (cgutils.unpack_tuple(builder, each) for each in args[3:5])
            turns = _Turns(emit, shifts, angles)
            totals = emit.accumulators(qubits)
            with emit.row_groups(args[2], shifts) as rows:
                kets, bras = turns.load(0, rows), turns.load(1, rows)
                for bit, total in enumerate(totals):
                    for low in range(len(rows)):
                        if not low >> bit & 1:
                            high = low | 1 << bit
                            emit.accumulate(total, kets[low], bras[high])
                            emit.accumulate(total, kets[high], bras[low], negative=True)
                for number, values in enumerate((kets, bras)):
                    for row, value in zip(rows, turns.rotate(values), strict=True):
                        emit.store(value, emit.numbered_pointer(number, row))
            for total, flip in zip(totals, turns.flips, strict=True):  # rows came in pairs (b, a)
                builder.store(emit.multiply(builder.load(total), flip), total)
            emit.add_accumulators(5, totals)
            return emit.nothing()

        bits = types.UniTuple(types.intp, qubits)
        angle_types = types.UniTuple(ket.dtype, 2 * qubits)
        return types.void(ket, bra, types.intp, bits, angle_types, sums), codegen

    return rotation


def _rotate_lane_bits(emit: BlockEmitter, value: Any, coefs: list[Any]) -> Any:
    """Rotate one row over all lane bits; `coefs` as for `rotate_lanes`."""
    for bit in range(emit.lane_bits):
        swapped = emit.swap_lanes(value, bit)
        first = emit.multiply(coefs[2 * bit], value)
        value = emit.fma(coefs[2 * bit + 1], swapped, first)
    return value


@intrinsic
def rotate_lanes(typingctx, x, count, coefs):
    """Rotate all lane bits of a real array.

    `coefs` is a vector of C and one of ±S for each bit.
    """

    def codegen(context, builder, signature, args):
        emit = BlockEmitter(context, builder, signature, args)
        coefs = emit.load_first(2, 2 * emit.lane_bits)
        with emit.loop(args[1]) as row:
            value = emit.load(emit.numbered_pointer(0, row))
            emit.store(_rotate_lane_bits(emit, value, coefs), emit.numbered_pointer(0, row))
        return emit.nothing()

    return types.void(x, types.intp, coefs), codegen


@intrinsic
def adjoint_rotate_lanes(typingctx, ket, bra, count, coefs, sums):
    """Rotate all lane bits of ket and bra; first add bra · ket′ to `sums`.

    ket′ is the ket with the lanes of the bit swapped.
    """

    def codegen(context, builder, signature, args):
        emit = BlockEmitter(context, builder, signature, args)
        coefs = emit.load_first(3, 2 * emit.lane_bits)
        totals = emit.accumulators(emit.lane_bits)
        with emit.loop(args[2]) as row:
            values = [emit.load(emit.numbered_pointer(number, row)) for number in range(2)]
            for bit, total in enumerate(totals):
                emit.accumulate(total, values[1], emit.swap_lanes(values[0], bit))
            for number, value in enumerate(values):
                rotated = _rotate_lane_bits(emit, value, coefs)
                emit.store(rotated, emit.numbered_pointer(number, row))
        emit.add_accumulators(4, totals)
        return emit.nothing()

    return types.void(ket, bra, types.intp, coefs, sums), codegen


@intrinsic
def add_row_overlaps(typingctx, re, im, bra_re, bra_im, count, shift, sums):
    """Add Σ Im(ket_a conj(bra_b) + ket_b conj(bra_a)) over one row bit to `sums`."""

    def codegen(context, builder, signature, args):
        emit = BlockEmitter(context, builder, signature, args)
        totals = emit.accumulators(1)
        with emit.row_pairs(args[4], args[5], args[4].type(0)) as (low, high):
            a, b = emit.load_complex(0, 1, low), emit.load_complex(0, 1, high)
            c, d = emit.load_complex(2, 3, low), emit.load_complex(2, 3, high)
            emit.accumulate_imaginary(totals[0], a, d)
            emit.accumulate_imaginary(totals[0], b, c)
        emit.add_accumulators(6, totals)
        return emit.nothing()

    index = types.intp
    return types.void(re, im, bra_re, bra_im, index, index, sums), codegen


@intrinsic
def add_lane_overlaps(typingctx, re, im, bra_re, bra_im, count, sums):
    """Add Im(ket′ conj(bra)) to `sums`, by lane, for every lane bit.

    ket′ is the ket with the lanes of the bit swapped.
    """

    def codegen(context, builder, signature, args):
        emit = BlockEmitter(context, builder, signature, args)
        totals = emit.accumulators(emit.lane_bits)
        with emit.loop(args[4]) as row:
            ket, bra = emit.load_complex(0, 1, row), emit.load_complex(2, 3, row)
            for bit, total in enumerate(totals):
                swapped = emit.swap_lanes(ket[0], bit), emit.swap_lanes(ket[1], bit)
                emit.accumulate_imaginary(total, swapped, bra)
        emit.add_accumulators(5, totals)
        return emit.nothing()

    return types.void(re, im, bra_re, bra_im, types.intp, sums), codegen


class _Factors:
    """Factors of one chunk: vectors of the low table, times a number of the high one."""

    def __init__(self, emit: BlockEmitter, low: int, high: int) -> None:
        self._emit, self._low, self._high = emit, low, high
        self.per_chunk = CHUNK // emit.lanes

    def of(self, chunk: Any) -> list[Complex]:
        """Return the factors of a chunk, one complex vector for each row."""
        emit = self._emit
        high = [
            emit.splat(emit.load_element(emit.data(self._high + part), chunk)) for part in range(2)
        ]
        factors = []
        for row in range(self.per_chunk):
            low = [
                emit.load(emit.numbered_pointer(self._low, INT64(part * self.per_chunk + row)))
                for part in range(2)
            ]
            factors.append(emit.complex_product((low[0], low[1]), (high[0], high[1])))
        return factors


@intrinsic
def apply_diagonal(typingctx, re, im, chunks, low, high_re, high_im):
    """Multiply chunk k by high[k] · low[0 … CHUNK − 1].

    `low` is CHUNK real, then CHUNK imaginary parts; `high_re` and `high_im` have `chunks` entries.
    """

    def codegen(context, builder, signature, args):
        emit = BlockEmitter(context, builder, signature, args)
        factors = _Factors(emit, 3, 4)
        with emit.loop(args[2]) as chunk:
            first = builder.mul(chunk, chunk.type(factors.per_chunk))
            for number, factor in enumerate(factors.of(chunk)):
                row = builder.add(first, first.type(number))
                value = emit.complex_product(emit.load_complex(0, 1, row), factor)
                emit.store_complex(value, 0, 1, row)
        return emit.nothing()

    return types.void(re, im, types.intp, low, high_re, high_im), codegen


@intrinsic
def adjoint_diagonal(
    typingctx, re, im, bra_re, bra_im, chunks, low, high_re, high_im, low_sums, chunk_sums
):
    """Do `apply_diagonal` on ket and bra; first sum Im(conj(bra) ket).

    The sums by place in the chunk are added to `low_sums`, shape (CHUNK,); those of each chunk
    are written to `chunk_sums`, float64, shape (≥ chunks,).
    """

    def codegen(context, builder, signature, args):
        emit = BlockEmitter(context, builder, signature, args)
        factors = _Factors(emit, 5, 6)
        totals = emit.accumulators(factors.per_chunk)
        with emit.loop(args[4]) as chunk:
            first = builder.mul(chunk, chunk.type(factors.per_chunk))
            whole = None
            for number, factor in enumerate(factors.of(chunk)):
                row = builder.add(first, first.type(number))
                ket, bra = emit.load_complex(0, 1, row), emit.load_complex(2, 3, row)
                cross = emit.imaginary_product(bra, ket)
                builder.store(emit.add(builder.load(totals[number]), cross), totals[number])
                whole = cross if whole is None else emit.add(whole, cross)
                emit.store_complex(emit.complex_product(ket, factor), 0, 1, row)
                emit.store_complex(emit.complex_product(bra, factor), 2, 3, row)
            pointer = builder.gep(emit.data(9), [chunk], inbounds=True)
            builder.store(emit.total(whole), pointer)
        emit.add_accumulators(8, totals)
        return emit.nothing()

    index = types.intp
    return types.void(
        re, im, bra_re, bra_im, index, low, high_re, high_im, low_sums, chunk_sums
    ), codegen
