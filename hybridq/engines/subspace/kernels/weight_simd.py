"""Rotations of rows of eight amplitudes, in vectors."""

from __future__ import annotations

from numba import types
from numba.extending import intrinsic

from hybridq.core.emit import INT64, Emitter

LANES = 8
"""Amplitudes in a row."""


def _rotations(backward):
    """Return the intrinsic that applies rotations, or undoes them in reverse."""

    @intrinsic
    def rotate(typingctx, buffer, first, second, cos, sin, start, stop):
        """Rotate rows of a buffer: a' = c a + s b, b' = c b − s a.

        Args:
            buffer: rows of `LANES` amplitudes.
            first, second: the rows a and b of each rotation.
            cos, sin: c and s of each, in the type of the buffer.
            start, stop: the rotations, int64.
        """

        def codegen(context, builder, signature, args):
            e = Emitter(context, builder, signature, args, 2 * LANES)
            rows, ones, others, cosines, sines = (e.data(k) for k in range(5))

            def row(numbers, at):
                number = e.load_element(numbers, at)
                if number.type.width < 64:
                    number = builder.sext(number, INT64)
                return e.pointer(rows, builder.mul(number, INT64(e.lanes)))

            with e.loop(builder.sub(args[6], args[5])) as number:
                at = builder.add(args[5], number)
                if backward:
                    at = builder.sub(builder.sub(args[6], INT64(1)), number)
                here, there = row(ones, at), row(others, at)
                c, s = e.splat(e.load_element(cosines, at)), e.splat(e.load_element(sines, at))
                plus, minus = (e.negate(s), s) if backward else (s, e.negate(s))
                a, b = e.load(here), e.load(there)
                e.store(e.fma(c, a, e.multiply(plus, b)), here)
                e.store(e.fma(c, b, e.multiply(minus, a)), there)
            return e.nothing()

        arrays = buffer, first, second, cos, sin
        return types.void(*arrays, types.int64, types.int64), codegen

    return rotate


rotate_rows = _rotations(backward=False)
rotate_back_rows = _rotations(backward=True)
