"""Steps of a three-term recurrence with a matrix of hops, in vectors.

An amplitude, or those of two states side by side, is one vector: 2 or 4 numbers.
"""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from hybridq.core.emit import INT64, Emitter


def _sum_of_neighbours(e, state, neighbours, begin, end):
    """Return the sum of the vectors of `state` at some entries of a list.

    Args:
        e: an `Emitter`.
        state, neighbours: pointers to the first elements of the arrays.
        begin, end: LLVM integers.
    """
    b = e.builder
    even, odd = (cgutils.alloca_once(b, e.vector) for _ in range(2))
    zero = e.constant([0.0] * e.lanes)
    b.store(zero, even)
    b.store(zero, odd)

    def add(index, place):
        number = b.load(b.gep(neighbours, [index], inbounds=True))
        if number.type.width < 64:
            number = b.sext(number, INT64)
        vector = e.load(e.pointer(state, b.mul(number, INT64(e.lanes))))
        b.store(e.add(b.load(place), vector), place)

    count = b.sub(end, begin)
    with cgutils.for_range(b, b.lshr(count, INT64(1))) as loop:
        at = b.add(begin, b.shl(loop.index, INT64(1)))
        add(at, even)
        add(b.add(at, INT64(1)), odd)
    with b.if_then(b.trunc(count, ir.IntType(1))):
        add(b.sub(end, INT64(1)), even)
    return e.add(b.load(even), b.load(odd))


def _rows(lanes):
    """Return the intrinsic for amplitudes of that many numbers."""

    @intrinsic
    def step_rows(typingctx, before, now, out, first, neighbours, start, stop, factors):
        """Replace `before` by f A now − g before; add c times it to `out`.

        Args:
            before, now, out: arrays of numbers, of one or two states.
            first, neighbours: rows of A.
            start, stop: the rows, int64.
            factors: f, g, re c, im c, in the type of the states.
        """

        def codegen(context, builder, signature, args):
            e = Emitter(context, builder, signature, args, lanes)
            old, current, total = (e.data(number) for number in range(3))
            ends, neighbours, numbers = e.data(3), e.data(4), e.data(7)
            begin = args[5]
            f, g, re, im = (e.splat(e.load_element(numbers, INT64(k))) for k in range(4))
            turned = e.multiply(im, e.constant([-1.0, 1.0] * (lanes // 2)))
            with e.loop(builder.sub(args[6], begin)) as number:
                row = builder.add(begin, number)
                at = builder.mul(row, INT64(lanes))
                first_entry = e.load_element(ends, row)
                last_entry = e.load_element(ends, builder.add(row, INT64(1)))
                total_of = _sum_of_neighbours(e, current, neighbours, first_entry, last_entry)
                here, there = e.pointer(old, at), e.pointer(total, at)
                new = e.fma(f, total_of, e.negate(e.multiply(g, e.load(here))))
                e.store(new, here)
                part = e.fma(re, new, e.load(there))
                e.store(e.fma(turned, e.swap_lanes(new, 0), part), there)
            return e.nothing()

        arrays = before, now, out, first, neighbours, types.int64, types.int64, factors
        return types.void(*arrays), codegen

    return step_rows


step_one = _rows(2)
step_two = _rows(4)
