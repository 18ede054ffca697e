"""Vector code of the functions on one chunk of amplitudes.

`chunks_plain` has the same functions in plain loops, `chunks` chooses between the two and
documents the arguments. Real and imaginary parts are arrays of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import types
from numba.extending import intrinsic

from hybridq.core.emit import CHUNK, Complex, Emitter


class ChunkEmitter(Emitter):
    """Emitter with pointers to the vectors of one chunk."""

    def chunk(self, argument: int, at: int) -> list[Any]:
        """Return pointers to the vectors of a chunk of array `argument`.

        Argument number `at` is the index of the chunk's first element.
        """
        return self._vectors(argument, self.argument(at))

    def first_chunk(self, argument: int, index_type: Any) -> list[Any]:
        """Return pointers to the vectors of the first chunk of array `argument`."""
        return self._vectors(argument, index_type(0))

    def _vectors(self, argument: int, index: Any) -> list[Any]:
        stride = index.type(self.lanes)
        return self.strided_pointers(self.data(argument), index, stride, CHUNK // self.lanes)

    def costs(self, first: int) -> list[Any]:
        """Return vectors of the costs A + B + shared.

        Args:
            first: number of the first of the arguments a, a_at, b, b_at, shared.
        """
        shared = self.argument_vector(first + 4)
        low, high = self.chunk(first, first + 1), self.chunk(first + 2, first + 3)
        return [
            self.add(self.add(self.load(a), shared), self.load(b))
            for a, b in zip(low, high, strict=True)
        ]

    def phases(self, first: int) -> list[Complex]:
        """Return vectors of the phases A · B · s.

        Args:
            first: number of the first of the arguments a_re, a_im, a_at, b_re, b_im, b_at, s_re,
                s_im.
        """
        shared = self.argument_vector(first + 6), self.argument_vector(first + 7)
        columns = [
            self.chunk(first, first + 2),
            self.chunk(first + 1, first + 2),
            self.chunk(first + 3, first + 5),
            self.chunk(first + 4, first + 5),
        ]
        phases = []
        for pointers in zip(*columns, strict=True):
            a_re, a_im, b_re, b_im = (self.load(pointer) for pointer in pointers)
            phases.append(
                self.complex_product((a_re, a_im), self.complex_product((b_re, b_im), shared))
            )
        return phases

    def multiply_in_place(self, re: Any, im: Any, factor: Complex) -> Complex:
        """Multiply the vector at the pointers (re, im) by a factor; return the product."""
        product = self.complex_product((self.load(re), self.load(im)), factor)
        self.store(product[0], re)
        self.store(product[1], im)
        return product


@intrinsic
def scale_vector(typingctx, re, im, to, at, factor_re, factor_im):
    """Set the vector from `to` to the vector from `at` times a complex factor."""

    def codegen(context, builder, signature, args):
        emit = ChunkEmitter(context, builder, signature, args)
        value = emit.load(emit.chunk(0, 3)[0]), emit.load(emit.chunk(1, 3)[0])
        factor = emit.argument_vector(4), emit.argument_vector(5)
        product = emit.complex_product(value, factor)
        emit.store(product[0], emit.chunk(0, 2)[0])
        emit.store(product[1], emit.chunk(1, 2)[0])
        return emit.nothing()

    return types.void(re, im, types.intp, types.intp, re.dtype, re.dtype), codegen


@intrinsic
def multiply_vector(typingctx, re, im, at, table_re, table_im, table_at):
    """Multiply the vector of (re, im) from `at` by that of the table from `table_at`."""

    def codegen(context, builder, signature, args):
        emit = ChunkEmitter(context, builder, signature, args)
        factor = emit.load(emit.chunk(3, 5)[0]), emit.load(emit.chunk(4, 5)[0])
        emit.multiply_in_place(emit.chunk(0, 2)[0], emit.chunk(1, 2)[0], factor)
        return emit.nothing()

    return types.void(re, im, types.intp, table_re, table_im, types.intp), codegen


@intrinsic
def phase_chunk(typingctx, re, im, at, a_re, a_im, a_at, b_re, b_im, b_at, s_re, s_im):
    """Multiply the chunk of (re, im) from `at` by A[a_at + v] · B[b_at + v] · s."""

    def codegen(context, builder, signature, args):
        emit = ChunkEmitter(context, builder, signature, args)
        for re_at, im_at, phase in zip(
            emit.chunk(0, 2), emit.chunk(1, 2), emit.phases(3), strict=True
        ):
            emit.multiply_in_place(re_at, im_at, phase)
        return emit.nothing()

    index, number = types.intp, re.dtype
    return types.void(re, im, index, a_re, a_im, index, b_re, b_im, index, number, number), codegen


@intrinsic
def energy_chunk(typingctx, re, im, at, a, a_at, b, b_at, shared):
    """Return Σ_v |φ_v|² (A_v + B_v + shared) over a chunk, as a double."""

    def codegen(context, builder, signature, args):
        emit = ChunkEmitter(context, builder, signature, args)
        total = emit.zero()
        for re_at, im_at, cost in zip(
            emit.chunk(0, 2), emit.chunk(1, 2), emit.costs(3), strict=True
        ):
            real, imaginary = emit.load(re_at), emit.load(im_at)
            square = emit.fma(real, real, emit.multiply(imaginary, imaginary))
            total = emit.fma(square, cost, total)
        return emit.total(total)

    index = types.intp
    return types.float64(re, im, index, a, index, b, index, re.dtype), codegen


@intrinsic
def apply_cost_chunk(typingctx, bra_re, bra_im, re, im, at, a, a_at, b, b_at, shared):
    """Set the bra's chunk to cost times ket; return the energy."""

    def codegen(context, builder, signature, args):
        emit = ChunkEmitter(context, builder, signature, args)
        total = emit.zero()
        columns = [emit.chunk(array, 4) for array in range(4)]
        for pointers, cost in zip(zip(*columns, strict=True), emit.costs(5), strict=True):
            real, imaginary = emit.load(pointers[2]), emit.load(pointers[3])
            left, right = emit.multiply(real, cost), emit.multiply(imaginary, cost)
            emit.store(left, pointers[0])
            emit.store(right, pointers[1])
            total = emit.fma(real, left, emit.fma(imaginary, right, total))
        return emit.total(total)

    index = types.intp
    return types.float64(bra_re, bra_im, re, im, index, a, index, b, index, re.dtype), codegen


@intrinsic
def adjoint_phase_chunk(
    typingctx, bra_re, bra_im, re, im, at, a_re, a_im, a_at, b_re, b_im, b_at, s_re, s_im,
    a, c_at, b, d_at, shared,
):  # fmt: skip
    """Multiply bra and ket by one phase; return Im Σ conj(bra) · cost · ket."""

    def codegen(context, builder, signature, args):
        emit = ChunkEmitter(context, builder, signature, args)
        total = emit.zero()
        columns = [emit.chunk(array, 4) for array in range(4)]
        for pointers, phase, cost in zip(
            zip(*columns, strict=True), emit.phases(5), emit.costs(13), strict=True
        ):
            bra = emit.multiply_in_place(pointers[0], pointers[1], phase)
            ket = emit.multiply_in_place(pointers[2], pointers[3], phase)
            total = emit.fma(emit.imaginary_product(bra, ket), cost, total)
        return emit.total(total)

    index, number = types.intp, re.dtype
    return types.float64(
        bra_re, bra_im, re, im, index, a_re, a_im, index, b_re, b_im, index, number, number,
        a, index, b, index, number,
    ), codegen  # fmt: skip


def _rotated(emit: Emitter, odd: bool, s: Any, low: Complex, high: Complex) -> tuple[Any, Any]:
    """Return (1 + tG) of `spin_flip` on (re, im) at z and, in reverse order, at ~z."""
    minus = emit.negate(s)
    if odd:
        return (
            (emit.fma(s, high[0], low[0]), emit.fma(s, high[1], low[1])),
            (emit.fma(minus, low[0], high[0]), emit.fma(minus, low[1], high[1])),
        )
    return (
        (emit.fma(minus, high[1], low[0]), emit.fma(s, high[0], low[1])),
        (emit.fma(minus, low[1], high[0]), emit.fma(s, low[0], high[1])),
    )


def _overlap(emit: Emitter, odd: bool, bra: Any, ket: Any) -> Any:
    """Return the lanes of Re ⟨bra|G|ket⟩ at z and ~z, without their sign.

    Bra and ket are (low, high) pairs of complex vectors.
    """
    (a, b), (c, d) = bra
    (e, f), (g, h) = ket
    terms = ((a, g), (b, h), (c, e), (d, f)) if odd else ((b, g), (d, e), (a, h), (c, f))
    plus = emit.fma(*terms[0], emit.multiply(*terms[1]))
    minus = emit.fma(*terms[2], emit.multiply(*terms[3]))
    return emit.subtract(plus, minus)


class _ComplementPair:
    """A chunk of one state and the chunk of the complements ~z, in reverse order."""

    def __init__(self, emit: ChunkEmitter, re: int, im: int, low: int, high: int) -> None:
        self._emit = emit
        self._low = emit.chunk(re, low), emit.chunk(im, low)
        self._high = emit.chunk(re, high)[::-1], emit.chunk(im, high)[::-1]

    def load(self, number: int) -> tuple[Any, Any]:
        """Return (re, im) of vector `number` of the chunk, and of its complements."""
        emit = self._emit
        low = tuple(emit.load(pointers[number]) for pointers in self._low)
        high = tuple(emit.reverse(emit.load(pointers[number])) for pointers in self._high)
        return low, high

    def store(self, number: int, low: Any, high: Any) -> None:
        """Store (re, im) of vector `number` and of its complements."""
        for part in range(2):
            self._emit.store(low[part], self._low[part][number])
            self._emit.store(self._emit.reverse(high[part]), self._high[part][number])


def _make_rotate_complements(odd: bool) -> Callable[..., None]:
    """Return the intrinsic `rotate_complements_odd` or `rotate_complements_even`.

    ``rotate(re, im, low, high, signs, tangent)``, see `spin_flip.rotate_complement_chunks`.
    """

    @intrinsic
    def rotate(typingctx, re, im, low, high, signs, tangent):
        def codegen(context, builder, signature, args):
            emit = ChunkEmitter(context, builder, signature, args)
            tangent = emit.argument_vector(5)
            state = _ComplementPair(emit, 0, 1, 2, 3)
            for number, sign in enumerate(emit.first_chunk(4, args[2].type)):
                s = emit.multiply(tangent, emit.load(sign))
                state.store(number, *_rotated(emit, odd, s, *state.load(number)))
            return emit.nothing()

        return types.void(re, im, types.intp, types.intp, signs, re.dtype), codegen

    return rotate


def _make_adjoint_complements(odd: bool) -> Callable[..., float]:
    """Return the intrinsic `adjoint_complements_odd` or `adjoint_complements_even`.

    ``rotate(bra_re, bra_im, re, im, low, high, signs, tangent)`` rotates bra and ket and returns
    Re ⟨bra|G|ket⟩ as it was before, without the sign that all pairs of the chunk share.
    """

    @intrinsic
    def rotate(typingctx, bra_re, bra_im, re, im, low, high, signs, tangent):
        def codegen(context, builder, signature, args):
            emit = ChunkEmitter(context, builder, signature, args)
            tangent, total = emit.argument_vector(7), emit.zero()
            bra, ket = _ComplementPair(emit, 0, 1, 4, 5), _ComplementPair(emit, 2, 3, 4, 5)
            for number, sign in enumerate(emit.first_chunk(6, args[4].type)):
                signs = emit.load(sign)
                s = emit.multiply(tangent, signs)
                left, right = bra.load(number), ket.load(number)
                total = emit.fma(_overlap(emit, odd, left, right), signs, total)
                bra.store(number, *_rotated(emit, odd, s, *left))
                ket.store(number, *_rotated(emit, odd, s, *right))
            return emit.total(total)

        index = types.intp
        return types.float64(bra_re, bra_im, re, im, index, index, signs, re.dtype), codegen

    return rotate


rotate_complements_odd = _make_rotate_complements(True)
rotate_complements_even = _make_rotate_complements(False)
adjoint_complements_odd = _make_adjoint_complements(True)
adjoint_complements_even = _make_adjoint_complements(False)


@intrinsic
def copy_chunk(typingctx, to, to_at, x, at):
    """Copy a chunk of `x` from `at` into `to` from `to_at`."""

    def codegen(context, builder, signature, args):
        emit = ChunkEmitter(context, builder, signature, args)
        values = [emit.load(pointer) for pointer in emit.chunk(2, 3)]
        for value, pointer in zip(values, emit.chunk(0, 1), strict=True):
            emit.store(value, pointer)
        return emit.nothing()

    return types.void(to, types.intp, x, types.intp), codegen
