"""The inner loops that the compiler does not vectorize well by itself, emitted as vector code.

Each function here has a twin of the same name in plain loops (`plain`; those of the rotations are
in `butterflies`), which takes over where there are no vectors; `chunks` chooses, and the tests
hold the two against each other. Nothing else in the project knows about vectors.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import types
from numba.extending import intrinsic

from hybridq.engines.kernels.emit import CHUNK, Emitter


def _rotate(emit: Emitter, rows: list[Any], tangent: Any, with_lanes: bool) -> list[Any]:
    """(a, b) → (a + t b, b − t a) over the row bits, and over the lane bits if asked."""
    plus = emit.splat(tangent)
    minus = emit.negate(plus)
    rows = list(rows)
    if with_lanes:
        for bit in range(emit.lane_bits):
            signed = emit.multiply(plus, emit.signs(bit))
            rows = [emit.fma(signed, emit.swap_lanes(row, bit), row) for row in rows]
    for bit in range(len(rows).bit_length() - 1):
        for low in range(len(rows)):
            if not low >> bit & 1:
                a, b = rows[low], rows[low | 1 << bit]
                rows[low], rows[low | 1 << bit] = emit.fma(plus, b, a), emit.fma(minus, a, b)
    return rows


def _generator(emit: Emitter, bra: list[Any], ket: list[Any], total: Any, with_lanes: bool) -> Any:
    """`total` plus the lanes of Σ_q ⟨bra|G_q|ket⟩, (a, b) → (b, −a) being G_q."""
    if with_lanes:
        for bit in range(emit.lane_bits):
            part = emit.multiply(bra[0], emit.swap_lanes(ket[0], bit))
            for left, right in zip(bra[1:], ket[1:], strict=True):
                part = emit.fma(left, emit.swap_lanes(right, bit), part)
            total = emit.fma(part, emit.signs(bit), total)
    for bit in range(len(bra).bit_length() - 1):
        plus = minus = emit.splat(emit.scalar(0.0))
        for low in range(len(bra)):
            if not low >> bit & 1:
                high = low | 1 << bit
                plus = emit.fma(bra[low], ket[high], plus)
                minus = emit.fma(bra[high], ket[low], minus)
        total = emit.add(total, emit.subtract(plus, minus))
    return total


def make_rotation(radix_bits: int, *, with_lanes: bool) -> Callable[..., None]:
    """An intrinsic `(x, index, stride, tangent) -> None` for 2^radix_bits vectors.

    It rotates, in place, the vectors at ``x[index + r * stride]``, r = 0 … 2^radix_bits − 1, over
    the bits of r; with `with_lanes`, over the bits of the lane as well.
    """

    @intrinsic
    def rotation(typingctx, x, index, stride, tangent):
        def codegen(context, builder, signature, args):
            emit = Emitter(context, builder, signature.args[0].dtype)
            data = emit.data(signature.args[0], args[0])
            pointers = emit.rows(data, args[1], args[2], 1 << radix_bits)
            rows = _rotate(emit, [emit.load(p) for p in pointers], args[3], with_lanes)
            for row, pointer in zip(rows, pointers, strict=True):
                emit.store(row, pointer)
            return context.get_dummy_value()

        return types.void(x, types.intp, types.intp, x.dtype), codegen

    return rotation


def make_adjoint_rotation(radix_bits: int, *, with_lanes: bool) -> Callable[..., None]:
    """An intrinsic `(bra, ket, index, stride, tangent, total) -> None` for two arrays.

    It adds the lanes of Σ_q ⟨bra|G_q|ket⟩ over the same bits to ``total[:lanes]`` and rotates
    both arrays by `tangent`, in place, while they are in registers.
    """

    @intrinsic
    def rotation(typingctx, bra, ket, index, stride, tangent, total):
        def codegen(context, builder, signature, args):
            emit = Emitter(context, builder, signature.args[0].dtype)
            bras = emit.data(signature.args[0], args[0])
            kets = emit.data(signature.args[1], args[1])
            bra_at = emit.rows(bras, args[2], args[3], 1 << radix_bits)
            ket_at = emit.rows(kets, args[2], args[3], 1 << radix_bits)
            sums = emit.data(signature.args[5], args[5])
            (sum_at,) = emit.rows(sums, args[2].type(0), args[3], 1)
            bra_rows, ket_rows = [emit.load(p) for p in bra_at], [emit.load(p) for p in ket_at]
            total = _generator(emit, bra_rows, ket_rows, emit.load(sum_at), with_lanes)
            emit.store(total, sum_at)
            for rows, pointers in ((bra_rows, bra_at), (ket_rows, ket_at)):
                turned = _rotate(emit, rows, args[4], with_lanes)
                for row, pointer in zip(turned, pointers, strict=True):
                    emit.store(row, pointer)
            return context.get_dummy_value()

        return types.void(bra, ket, types.intp, types.intp, bra.dtype, total), codegen

    return rotation


class _Chunk:
    """The vectors of one chunk, of several arrays at once."""

    def __init__(self, context: Any, builder: Any, signature: Any, args: Any) -> None:
        self.emit = Emitter(context, builder, signature.args[0].dtype)
        self._types, self._args = signature.args, args

    def scalar(self, argument: int) -> Any:
        """Argument number `argument` in all lanes."""
        return self.emit.splat(self._args[argument])

    def pointers(self, argument: int, at: int) -> list[Any]:
        """To the vectors of array `argument` from the index that is argument `at`."""
        index = self._args[at]
        data = self.emit.data(self._types[argument], self._args[argument])
        stride = index.type(self.emit.lanes)
        return self.emit.rows(data, index, stride, CHUNK // self.emit.lanes)

    def from_start(self, argument: int, index: Any) -> list[Any]:
        """To the vectors of the first chunk of array `argument`."""
        data = self.emit.data(self._types[argument], self._args[argument])
        return self.emit.rows(data, index(0), index(self.emit.lanes), CHUNK // self.emit.lanes)

    def zero(self) -> Any:
        """A vector of zeros."""
        return self.emit.splat(self.emit.scalar(0.0))


def _costs(chunk: _Chunk, first: int) -> list[Any]:
    """Vectors of the costs A + B + shared, the arguments being a, a_at, b, b_at, shared."""
    emit, shared = chunk.emit, chunk.scalar(first + 4)
    low, high = chunk.pointers(first, first + 1), chunk.pointers(first + 2, first + 3)
    return [
        emit.add(emit.add(emit.load(a), shared), emit.load(b))
        for a, b in zip(low, high, strict=True)
    ]


def _phases(chunk: _Chunk, first: int) -> list[tuple[Any, Any]]:
    """Vectors of the phases A·B·s; arguments a_re, a_im, a_at, b_re, b_im, b_at, s_re, s_im."""
    emit, shared = chunk.emit, (chunk.scalar(first + 6), chunk.scalar(first + 7))
    columns = [
        chunk.pointers(first, first + 2),
        chunk.pointers(first + 1, first + 2),
        chunk.pointers(first + 3, first + 5),
        chunk.pointers(first + 4, first + 5),
    ]
    phases = []
    for pointers in zip(*columns, strict=True):
        a_re, a_im, b_re, b_im = (emit.load(pointer) for pointer in pointers)
        phases.append(
            emit.complex_product((a_re, a_im), emit.complex_product((b_re, b_im), shared))
        )
    return phases


def _turn(emit: Emitter, re: Any, im: Any, phase: tuple[Any, Any]) -> tuple[Any, Any]:
    """Multiply the vector at the pointers (re, im) by a phase; returns the product."""
    product = emit.complex_product((emit.load(re), emit.load(im)), phase)
    emit.store(product[0], re)
    emit.store(product[1], im)
    return product


@intrinsic
def scale_vector(typingctx, re, im, to, at, factor_re, factor_im):
    """Set the vector from `to` to the vector from `at` times a complex factor."""

    def codegen(context, builder, signature, args):
        chunk = _Chunk(context, builder, signature, args)
        emit = chunk.emit
        value = emit.load(chunk.pointers(0, 3)[0]), emit.load(chunk.pointers(1, 3)[0])
        product = emit.complex_product(value, (chunk.scalar(4), chunk.scalar(5)))
        emit.store(product[0], chunk.pointers(0, 2)[0])
        emit.store(product[1], chunk.pointers(1, 2)[0])
        return context.get_dummy_value()

    return types.void(re, im, types.intp, types.intp, re.dtype, re.dtype), codegen


@intrinsic
def multiply_vector(typingctx, re, im, at, table_re, table_im, table_at):
    """Multiply the vector of (re, im) from `at` by that of the table from `table_at`."""

    def codegen(context, builder, signature, args):
        chunk = _Chunk(context, builder, signature, args)
        emit = chunk.emit
        factor = emit.load(chunk.pointers(3, 5)[0]), emit.load(chunk.pointers(4, 5)[0])
        _turn(emit, chunk.pointers(0, 2)[0], chunk.pointers(1, 2)[0], factor)
        return context.get_dummy_value()

    return types.void(re, im, types.intp, table_re, table_im, types.intp), codegen


@intrinsic
def phase_chunk(typingctx, re, im, at, a_re, a_im, a_at, b_re, b_im, b_at, s_re, s_im):
    """Multiply the chunk of (re, im) from `at` by A[a_at + v] · B[b_at + v] · s."""

    def codegen(context, builder, signature, args):
        chunk = _Chunk(context, builder, signature, args)
        for re_at, im_at, phase in zip(
            chunk.pointers(0, 2), chunk.pointers(1, 2), _phases(chunk, 3), strict=True
        ):
            _turn(chunk.emit, re_at, im_at, phase)
        return context.get_dummy_value()

    index, number = types.intp, re.dtype
    return types.void(re, im, index, a_re, a_im, index, b_re, b_im, index, number, number), codegen


@intrinsic
def energy_chunk(typingctx, re, im, at, a, a_at, b, b_at, shared):
    """Σ_v |φ(at + v)|² (A[a_at + v] + B[b_at + v] + shared) over a chunk, as a double."""

    def codegen(context, builder, signature, args):
        chunk = _Chunk(context, builder, signature, args)
        emit, total = chunk.emit, chunk.zero()
        for re_at, im_at, cost in zip(
            chunk.pointers(0, 2), chunk.pointers(1, 2), _costs(chunk, 3), strict=True
        ):
            real, imaginary = emit.load(re_at), emit.load(im_at)
            square = emit.fma(real, real, emit.multiply(imaginary, imaginary))
            total = emit.fma(square, cost, total)
        return emit.total(total)

    index = types.intp
    return types.float64(re, im, index, a, index, b, index, re.dtype), codegen


@intrinsic
def weigh_chunk(typingctx, bra_re, bra_im, re, im, at, a, a_at, b, b_at, shared):
    """Set the bra's chunk to cost times ket; returns the energy, as `energy_chunk` does."""

    def codegen(context, builder, signature, args):
        chunk = _Chunk(context, builder, signature, args)
        emit, total = chunk.emit, chunk.zero()
        columns = [chunk.pointers(array, 4) for array in range(4)]
        for pointers, cost in zip(zip(*columns, strict=True), _costs(chunk, 5), strict=True):
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
    """Multiply bra and ket by the same phase; returns Im Σ conj(bra) · cost · ket, as a double."""

    def codegen(context, builder, signature, args):
        chunk = _Chunk(context, builder, signature, args)
        emit, total = chunk.emit, chunk.zero()
        columns = [chunk.pointers(array, 4) for array in range(4)]
        for pointers, phase, cost in zip(
            zip(*columns, strict=True), _phases(chunk, 5), _costs(chunk, 13), strict=True
        ):
            bra = _turn(emit, pointers[0], pointers[1], phase)
            ket = _turn(emit, pointers[2], pointers[3], phase)
            cross = emit.negate(emit.multiply(bra[1], ket[0]))
            total = emit.fma(emit.fma(bra[0], ket[1], cross), cost, total)
        return emit.total(total)

    index, number = types.intp, re.dtype
    return types.float64(
        bra_re, bra_im, re, im, index, a_re, a_im, index, b_re, b_im, index, number, number,
        a, index, b, index, number,
    ), codegen  # fmt: skip


def _coupled(emit: Emitter, odd: bool, s: Any, low: Any, high: Any) -> tuple[Any, Any]:
    """(1 + tG) of `mirror` on (re, im) at z and, in reverse order, at its complement."""
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


def _mirror_overlap(emit: Emitter, odd: bool, bra: Any, ket: Any) -> Any:
    """Lanes of Re ⟨bra|G|ket⟩ at z and its complement, but for the sign; from (low, high)."""
    (a, b), (c, d) = bra
    (e, f), (g, h) = ket
    terms = ((a, g), (b, h), (c, e), (d, f)) if odd else ((b, g), (d, e), (a, h), (c, f))
    plus = emit.fma(*terms[0], emit.multiply(*terms[1]))
    minus = emit.fma(*terms[2], emit.multiply(*terms[3]))
    return emit.subtract(plus, minus)


class _Mirror:
    """A chunk and the one that mirrors it, of one state: vectors at z with those at ~z."""

    def __init__(self, chunk: _Chunk, re: int, im: int, low: int, high: int) -> None:
        self.emit = chunk.emit
        self._low = chunk.pointers(re, low), chunk.pointers(im, low)
        self._high = chunk.pointers(re, high)[::-1], chunk.pointers(im, high)[::-1]

    def load(self, number: int) -> tuple[Any, Any]:
        """(re, im) of vector `number` of the chunk, and of its mirror image."""
        low = tuple(self.emit.load(pointers[number]) for pointers in self._low)
        high = tuple(self.emit.reverse(self.emit.load(pointers[number])) for pointers in self._high)
        return low, high

    def store(self, number: int, low: Any, high: Any) -> None:
        """Put both back."""
        for part in range(2):
            self.emit.store(low[part], self._low[part][number])
            self.emit.store(self.emit.reverse(high[part]), self._high[part][number])


def _make_couple(odd: bool) -> Callable[..., None]:
    """An intrinsic `(re, im, low, high, signs, tangent) -> None`: `mirror.couple` on a chunk."""

    @intrinsic
    def couple(typingctx, re, im, low, high, signs, tangent):
        def codegen(context, builder, signature, args):
            chunk = _Chunk(context, builder, signature, args)
            emit, tangent = chunk.emit, chunk.scalar(5)
            state = _Mirror(chunk, 0, 1, 2, 3)
            for number, sign in enumerate(chunk.from_start(4, args[2].type)):
                s = emit.multiply(tangent, emit.load(sign))
                state.store(number, *_coupled(emit, odd, s, *state.load(number)))
            return context.get_dummy_value()

        return types.void(re, im, types.intp, types.intp, signs, re.dtype), codegen

    return couple


def _make_adjoint_couple(odd: bool) -> Callable[..., float]:
    """An intrinsic that couples bra and ket and returns Re ⟨bra|G|ket⟩ as it was before.

    Its arguments are (bra_re, bra_im, re, im, low, high, signs, tangent); the sum is without the
    sign that all pairs of the chunk share.
    """

    @intrinsic
    def couple(typingctx, bra_re, bra_im, re, im, low, high, signs, tangent):
        def codegen(context, builder, signature, args):
            chunk = _Chunk(context, builder, signature, args)
            emit, tangent, total = chunk.emit, chunk.scalar(7), chunk.zero()
            bra, ket = _Mirror(chunk, 0, 1, 4, 5), _Mirror(chunk, 2, 3, 4, 5)
            for number, sign in enumerate(chunk.from_start(6, args[4].type)):
                signs = emit.load(sign)
                s = emit.multiply(tangent, signs)
                left, right = bra.load(number), ket.load(number)
                total = emit.fma(_mirror_overlap(emit, odd, left, right), signs, total)
                bra.store(number, *_coupled(emit, odd, s, *left))
                ket.store(number, *_coupled(emit, odd, s, *right))
            return emit.total(total)

        index = types.intp
        return types.float64(bra_re, bra_im, re, im, index, index, signs, re.dtype), codegen

    return couple


@intrinsic
def copy_chunk(typingctx, to, to_at, x, at):
    """Copy a chunk of `x` from `at` into `to` from `to_at`."""

    def codegen(context, builder, signature, args):
        chunk = _Chunk(context, builder, signature, args)
        values = [chunk.emit.load(pointer) for pointer in chunk.pointers(2, 3)]
        for value, pointer in zip(values, chunk.pointers(0, 1), strict=True):
            chunk.emit.store(value, pointer)
        return context.get_dummy_value()

    return types.void(to, types.intp, x, types.intp), codegen


couple_odd, couple_even = _make_couple(True), _make_couple(False)
adjoint_couple_odd, adjoint_couple_even = _make_adjoint_couple(True), _make_adjoint_couple(False)
