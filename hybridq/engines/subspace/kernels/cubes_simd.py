"""Sums over flipped bits of runs of amplitudes, in vectors.

Lane bit 0 of a vector is 0 for real and 1 for imaginary parts; the others are the lowest bits of
the state.
"""

from __future__ import annotations

from functools import reduce

from numba import types
from numba.extending import intrinsic

from hybridq.core.emit import INT64, VECTOR_BYTES, Emitter

WIDTH_BYTES = max(VECTOR_BYTES, 32)
"""Bytes of a vector; the compiler splits those that are wider than the registers."""


def _emitter(context, builder, signature, args):
    """Return an emitter of vectors of two amplitudes or more."""
    return Emitter(
        context, builder, signature, args, WIDTH_BYTES * 8 // signature.args[0].dtype.bitwidth
    )


def _squares(e, vectors):
    """Return for each of four vectors the sum of those that differ in one of two bits."""
    outer, inner = e.add(vectors[0], vectors[3]), e.add(vectors[1], vectors[2])
    return [inner, outer, outer, inner]


@intrinsic
def first_flips(typingctx, sums, x, start, count):
    """Write the sums over flips within four vectors, for four vectors after the other.

    Args:
        sums, x: arrays of numbers.
        start: first number of x, int64.
        count: how many times four vectors, int64.
    """

    def codegen(context, builder, signature, args):
        e = _emitter(context, builder, signature, args)
        to, state = e.data(0), e.data(1)
        with e.loop(args[3]) as number:
            at = builder.mul(number, INT64(4 * e.lanes))
            here = e.strided_pointers(state, builder.add(args[2], at), INT64(e.lanes), 4)
            vectors = [e.load(pointer) for pointer in here]
            across = _squares(e, vectors)
            targets = e.strided_pointers(to, at, INT64(e.lanes), 4)
            for vector, other, target in zip(vectors, across, targets, strict=True):
                within = [e.swap_lanes(vector, bit) for bit in range(1, e.lane_bits)]
                e.store(reduce(e.add, within, other), target)
        return e.nothing()

    return types.void(sums, x, start, count), codegen


@intrinsic
def square_flips(typingctx, sums, x, start, bit, count):
    """Add the sums over flips of two neighbouring bits.

    Args:
        sums, x: arrays of numbers.
        start: first number of x, int64.
        bit: the lower bit of the two, of the index of a number, int64.
        count: the number of numbers, int64.
    """

    def codegen(context, builder, signature, args):
        e = _emitter(context, builder, signature, args)
        to, state = e.data(0), e.data(1)
        stride = builder.shl(INT64(1), args[3])
        with e.loop(builder.udiv(args[4], INT64(4 * e.lanes))) as number:
            index = builder.mul(number, INT64(e.lanes))
            for _ in range(2):
                index = e.insert_clear_bit(index, args[3])
            here = e.strided_pointers(state, builder.add(args[2], index), stride, 4)
            targets = e.strided_pointers(to, index, stride, 4)
            for vector, target in zip(_squares(e, [e.load(p) for p in here]), targets, strict=True):
                e.store(e.add(e.load(target), vector), target)
        return e.nothing()

    return types.void(sums, x, start, bit, count), codegen


@intrinsic
def add_vectors(typingctx, sums, to, x, start, count, factor):
    """Add a factor times numbers of x to those of the sums.

    Args:
        sums, x: arrays of numbers.
        to, start: the first of either, int64.
        count: how many, a multiple of those in a vector, int64.
        factor: of the type of the numbers.
    """

    def codegen(context, builder, signature, args):
        e = _emitter(context, builder, signature, args)
        target, state, times = e.data(0), e.data(2), e.argument_vector(5)
        with e.loop(builder.udiv(args[4], INT64(e.lanes))) as number:
            at = builder.mul(number, INT64(e.lanes))
            place = e.pointer(target, builder.add(args[1], at))
            vector = e.load(e.pointer(state, builder.add(args[3], at)))
            e.store(e.fma(times, vector, e.load(place)), place)
        return e.nothing()

    return types.void(sums, to, x, start, count, factor), codegen


def _turned_product(e, factors, first, vector, total):
    """Return total + c vector, where c is in two of the factors from `first` on."""
    re, im = factors[first], e.multiply(factors[first + 1], e.signs_of_parts)
    return e.fma(im, e.swap_lanes(vector, 0), e.fma(re, vector, total))


def _recurrence(adding):
    """Return the intrinsic of a step that adds two orders to the total, or none."""

    @intrinsic
    def step(typingctx, before, now, out, sums, start, count, factors):
        """Replace `before` by f sums − g before; add c of it and c' of now to `out`.

        Args:
            before, now, out: states.
            sums: numbers of a tile.
            start, count: the first number of the tile and how many they are, int64.
            factors: f, g, re c, im c, re c', im c', in the type of the states.
        """

        def codegen(context, builder, signature, args):
            e = _emitter(context, builder, signature, args)
            e.signs_of_parts = e.negate(e.signs(0))
            old, current, total, image, numbers = (e.data(k) for k in (0, 1, 2, 3, 6))
            each = [e.splat(e.load_element(numbers, INT64(k))) for k in range(6)]
            with e.loop(builder.udiv(args[5], INT64(e.lanes))) as number:
                offset = builder.mul(number, INT64(e.lanes))
                at = builder.add(args[4], offset)
                here = e.pointer(old, at)
                scaled = e.negate(e.multiply(each[1], e.load(here)))
                new = e.fma(each[0], e.load(e.pointer(image, offset)), scaled)
                e.store(new, here)
                if adding:
                    place = e.pointer(total, at)
                    found = _turned_product(e, each, 2, new, e.load(place))
                    now_ = e.load(e.pointer(current, at))
                    e.store(_turned_product(e, each, 4, now_, found), place)
            return e.nothing()

        arrays = before, now, out, sums, types.int64, types.int64, factors
        return types.void(*arrays), codegen

    return step


recur = _recurrence(adding=False)
recur_and_add = _recurrence(adding=True)
