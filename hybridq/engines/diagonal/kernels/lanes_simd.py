"""Vector code of `lanes`: a row of a state is one vector."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import types
from numba.extending import intrinsic

from hybridq.core.emit import Complex, Emitter


class RowEmitter(Emitter):
    """Emitter of complex vectors that are numbered by row."""

    def row(self, re: int, im: int, number: int) -> Complex:
        """Return the pointers to a row of two arrays, all by number of argument."""
        at = self.argument(number)
        return self.numbered_pointer(re, at), self.numbered_pointer(im, at)

    def load_row(self, pointers: Complex) -> Complex:
        """Return the vectors at two pointers."""
        return self.load(pointers[0]), self.load(pointers[1])

    def store_row(self, row: Complex, pointers: Complex) -> None:
        """Store two vectors at two pointers."""
        for part, pointer in zip(row, pointers, strict=True):
            self.store(part, pointer)


@intrinsic
def set_product(typingctx, re, im, to, a_re, a_im, a, b_re, b_im, b):
    """Set row `to` of (re, im) to row a of (a_re, a_im) times row b of (b_re, b_im)."""

    def codegen(context, builder, signature, args):
        emit = RowEmitter(context, builder, signature, args)
        left, right = emit.load_row(emit.row(3, 4, 5)), emit.load_row(emit.row(6, 7, 8))
        emit.store_row(emit.complex_product(left, right), emit.row(0, 1, 2))
        return emit.nothing()

    index = types.intp
    return types.void(re, im, index, a_re, a_im, index, b_re, b_im, index), codegen


def _make_mix(odd: bool) -> Callable[..., Any]:
    """Return the intrinsic `mix_odd` or `mix_even`.

    ``mix(re, im, low, high, tangents, sign)`` applies 1 + tG of `spin_flip` to the rows `low` and
    `high`, complements of each other; t is the first vector of `tangents` times `sign`.
    """

    @intrinsic
    def mix(typingctx, re, im, low, high, tangents, sign):
        def codegen(context, builder, signature, args):
            emit = RowEmitter(context, builder, signature, args)
            places = emit.row(0, 1, 2), emit.row(0, 1, 3)
            (a, b), (c, d) = (emit.load_row(place) for place in places)
            plus = emit.multiply(emit.factor(4), emit.argument_vector(5))
            minus = emit.negate(plus)
            if odd:
                low_row = emit.fma(plus, c, a), emit.fma(plus, d, b)
                high_row = emit.fma(minus, a, c), emit.fma(minus, b, d)
            else:
                low_row = emit.fma(minus, d, a), emit.fma(plus, c, b)
                high_row = emit.fma(minus, b, c), emit.fma(plus, a, d)
            emit.store_row(low_row, places[0])
            emit.store_row(high_row, places[1])
            return emit.nothing()

        index = types.intp
        return types.void(re, im, index, index, tangents, re.dtype), codegen

    return mix


mix_odd = _make_mix(True)
mix_even = _make_mix(False)


@intrinsic
def add_energies(typingctx, re, im, costs, totals):
    """Add Σ_z |φ(z)|² costs[z] of each lane to the first vector of `totals`."""

    def codegen(context, builder, signature, args):
        emit = RowEmitter(context, builder, signature, args)
        costs = emit.data(2)
        rows = context.make_array(signature.args[2])(context, builder, args[2]).nitems
        totals = emit.accumulators(1)
        with emit.loop(rows) as z:
            a, b = emit.load(emit.numbered_pointer(0, z)), emit.load(emit.numbered_pointer(1, z))
            square = emit.fma(a, a, emit.multiply(b, b))
            emit.accumulate(totals[0], square, emit.splat(emit.load_element(costs, z)))
        emit.add_accumulators(3, totals)
        return emit.nothing()

    return types.void(re, im, costs, totals), codegen
