"""Rotations between pairs of amplitudes, several numbers at a time.

An amplitude of a sector is a few numbers side by side: one where the state is real, (re, im) where
it is complex, and twice as many where ψ and λ of an adjoint gradient lie side by side, (ψ, λ) or
(re ψ, im ψ, re λ, im λ). The compiler has vectors of so few numbers on every machine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from hybridq.engines.kernels.emit import VECTOR_BYTES

_INT32 = ir.IntType(32)
_DOUBLE = ir.DoubleType()
_FAST = ("contract",)


class _Turn:
    """Emits (a, b) → (c a − s b, s a + c b), or (c a − i s b, c b − i s a), on vectors.

    Args:
        scalar: the LLVM type of a number.
        width: numbers in a vector, a whole number of amplitudes.
        per: numbers an amplitude of ψ takes, 1 or 2.
        adjoint: whether λ follows ψ; then ⟨λ|G|ψ⟩ is gathered too.
        imaginary: which of the two rotations.
    """

    def __init__(
        self, builder: Any, scalar: Any, width: int, per: int, adjoint: bool, imaginary: bool
    ) -> None:
        self._builder, self._imaginary = builder, imaginary
        self._vector = ir.VectorType(scalar, width)
        self._align = 8 if isinstance(scalar, ir.DoubleType) else 4
        self._undefined = ir.Constant(self._vector, ir.Undefined)
        self.width = width
        lanes = 2 * per if adjoint else per
        # −i (re, im) = (im, −re)
        self._swapped = [k ^ 1 for k in range(width)]
        self._turned = [-1.0 if k & 1 else 1.0 for k in range(width)]
        # ⟨λ|G|ψ⟩ is λ_j ψ_i − λ_i ψ_j where real, Im(λ_j* ψ_i + λ_i* ψ_j) where imaginary.
        self._crossed = [k ^ (lanes - 1 if imaginary else per) for k in range(width)]
        pattern = [-1.0, 1.0, 1.0, -1.0] if imaginary else [1.0] * per + [-1.0] * per
        self._signs = [pattern[k % lanes] for k in range(width)] if adjoint else []
        if adjoint:
            self._total = cgutils.alloca_once(builder, self._vector)
            builder.store(ir.Constant(self._vector, [0.0] * width), self._total)

    def splat(self, scalar: Any) -> Any:
        """All numbers of a vector set to a scalar."""
        first = self._builder.insert_element(self._undefined, scalar, _INT32(0))
        return self._shuffle(first, [0] * self.width)

    def _shuffle(self, value: Any, order: list[int]) -> Any:
        mask = ir.Constant(ir.VectorType(_INT32, self.width), order)
        return self._builder.shuffle_vector(value, self._undefined, mask)

    def apply(self, data: Any, i: Any, j: Any, c: Any, s: Any, sign: Any = None) -> None:
        """Turn the vectors at offsets i and j; c, s and the generator's sign are splat."""
        builder = self._builder
        at = [
            builder.bitcast(builder.gep(data, [k], inbounds=True), self._vector.as_pointer())
            for k in (i, j)
        ]
        a, b = (builder.load(p, align=self._align) for p in at)
        if sign is not None:
            s = builder.fmul(s, sign)
        if self._signs:
            product = self._shuffle(b, self._crossed)
            if sign is not None:
                product = builder.fmul(product, sign)
            product = builder.fmul(a, product, flags=_FAST)
            builder.store(
                builder.fadd(builder.load(self._total), product, flags=_FAST), self._total
            )
        from_a, from_b = a, b
        if self._imaginary:
            s = builder.fmul(s, ir.Constant(self._vector, self._turned))
            from_a, from_b = self._shuffle(a, self._swapped), self._shuffle(b, self._swapped)
        plus = builder.fmul(s, from_b, flags=_FAST)
        new_a = builder.fmul(c, a, flags=_FAST)
        combine = builder.fadd if self._imaginary else builder.fsub
        builder.store(combine(new_a, plus, flags=_FAST), at[0], align=self._align)
        new_b = builder.fmul(c, b, flags=_FAST)
        plus = builder.fmul(s, from_a, flags=_FAST)
        builder.store(builder.fadd(new_b, plus, flags=_FAST), at[1], align=self._align)

    def total(self) -> Any:
        """The gathered ⟨λ|G|ψ⟩ as a double; 0 where nothing is gathered."""
        result = ir.Constant(_DOUBLE, 0.0)
        if not self._signs:
            return result
        value = self._builder.load(self._total)
        for k, sign in enumerate(self._signs):
            lane = self._builder.extract_element(value, _INT32(k))
            if not isinstance(lane.type, ir.DoubleType):
                lane = self._builder.fpext(lane, _DOUBLE)
            add = self._builder.fadd if sign > 0 else self._builder.fsub
            result = add(result, lane)
        return result


def _data(context: Any, builder: Any, kind: Any, array: Any) -> Any:
    return context.make_array(kind)(context, builder, array).data


def _load(builder: Any, data: Any, index: Any) -> Any:
    return builder.load(builder.gep(data, [index], inbounds=True))


def make_turn_listed(*, adjoint: bool, imaginary: bool) -> Callable[..., Any]:
    """An intrinsic that turns the pairs (i + source[k], j + target[k]), k = first … last − 1.

    ``(w, i, j, source, target, sign, first, last, c, s, per) -> float64``: the generator of pair k
    has the sign ``sign[k]``; `i`, `j` and the lists count amplitudes; `per` is a tuple with an
    entry for each number of an amplitude of ψ. Returns Σ_k ⟨λ|G_k|ψ⟩ with `adjoint`, else 0.
    """

    @intrinsic
    def turn(typingctx, w, i, j, source, target, sign, first, last, c, s, per):
        def codegen(context, builder, signature, args):
            if imaginary and per.count == 1:
                return ir.Constant(_DOUBLE, 0.0)  # compiled for real states, never run
            lanes = 2 * per.count if adjoint else per.count
            scalar = context.get_value_type(w.dtype)
            emit = _Turn(builder, scalar, lanes, per.count, adjoint, imaginary)
            arrays = [_data(context, builder, signature.args[k], args[k]) for k in (0, 3, 4, 5)]
            data, sources, targets, signs = arrays
            cosine, sine = emit.splat(args[8]), emit.splat(args[9])
            wide = args[1].type
            count = builder.sub(args[7], args[6])
            with cgutils.for_range(builder, count, intp=wide) as loop:
                k = builder.add(loop.index, args[6])
                i_k = builder.add(args[1], builder.sext(_load(builder, sources, k), wide))
                j_k = builder.add(args[2], builder.sext(_load(builder, targets, k), wide))
                sign_k = _load(builder, signs, k)
                if sign_k.type != scalar:
                    sign_k = builder.fptrunc(sign_k, scalar)
                emit.apply(
                    data, builder.mul(i_k, wide(lanes)), builder.mul(j_k, wide(lanes)),
                    cosine, sine, emit.splat(sign_k),
                )  # fmt: skip
            return emit.total()

        kinds = (w, types.intp, types.intp, source, target, sign, types.intp, types.intp)
        return types.float64(*kinds, w.dtype, w.dtype, per), codegen

    return turn


def make_turn_rows(*, adjoint: bool, imaginary: bool) -> Callable[..., Any]:
    """An intrinsic that turns the pairs (i + k, j + k), k = 0 … count − 1.

    ``(w, i, j, count, c, s, per) -> float64``, as for `make_turn_listed`.
    """

    @intrinsic
    def turn(typingctx, w, i, j, count, c, s, per):
        def codegen(context, builder, signature, args):
            if imaginary and per.count == 1:
                return ir.Constant(_DOUBLE, 0.0)
            lanes = 2 * per.count if adjoint else per.count
            scalar = context.get_value_type(w.dtype)
            data = _data(context, builder, signature.args[0], args[0])
            wide = args[1].type
            numbers = builder.mul(args[3], wide(lanes))
            start_i, start_j = (builder.mul(args[k], wide(lanes)) for k in (1, 2))
            done, result = wide(0), ir.Constant(_DOUBLE, 0.0)
            for width in (max(VECTOR_BYTES // (w.dtype.bitwidth // 8), lanes), lanes):
                emit = _Turn(builder, scalar, width, per.count, adjoint, imaginary)
                cosine, sine = emit.splat(args[4]), emit.splat(args[5])
                steps = builder.udiv(builder.sub(numbers, done), wide(width))
                with cgutils.for_range(builder, steps, intp=wide) as loop:
                    k = builder.add(done, builder.mul(loop.index, wide(width)))
                    emit.apply(data, builder.add(start_i, k), builder.add(start_j, k), cosine, sine)
                done = builder.add(done, builder.mul(steps, wide(width)))
                result = builder.fadd(result, emit.total())
            return result

        return types.float64(w, types.intp, types.intp, types.intp, w.dtype, w.dtype, per), codegen

    return turn


turn_listed = make_turn_listed(adjoint=False, imaginary=False)
turn_listed_imaginary = make_turn_listed(adjoint=False, imaginary=True)
turn_rows = make_turn_rows(adjoint=False, imaginary=False)
turn_rows_imaginary = make_turn_rows(adjoint=False, imaginary=True)
adjoint_listed = make_turn_listed(adjoint=True, imaginary=False)
adjoint_listed_imaginary = make_turn_listed(adjoint=True, imaginary=True)
adjoint_rows = make_turn_rows(adjoint=True, imaginary=False)
adjoint_rows_imaginary = make_turn_rows(adjoint=True, imaginary=True)
