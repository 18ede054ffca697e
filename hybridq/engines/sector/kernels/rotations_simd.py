"""Vector code of rotations between pairs of amplitudes of a sector.

An amplitude is a few consecutive numbers: one where the state is real, (re, im) where it is
complex, and twice as many where the array holds ψ and λ of an adjoint gradient in turn, (ψ, λ) or
(re ψ, im ψ, re λ, im λ). LLVM has vectors of so few numbers on every machine.

The rotation of a pair (a, b) is e^{θG}: (c a − s b, s a + c b), or, imaginary,
(c a − i s b, c b − i s a); c = cos θ, s = sin θ.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from hybridq.core.emit import DOUBLE, VECTOR_BYTES, Emitter

_CONTRACT = ("contract",)
"""Flags of the sums and products that fix their order but allow fused multiply-add."""


class _PairRotation:
    """Emits the rotation of two vectors of amplitudes, and with λ the sum of ⟨λ|G|ψ⟩.

    Args:
        emit: vocabulary of vectors that hold a whole number of amplitudes.
        components: numbers in an amplitude of ψ, 1 or 2.
        adjoint: True where λ follows ψ in each amplitude.
        imaginary: which of the two rotations.
    """

    def __init__(self, emit: Emitter, components: int, adjoint: bool, imaginary: bool) -> None:
        self._emit, self._adjoint, self._imaginary = emit, adjoint, imaginary
        numbers = 2 * components if adjoint else components
        lanes = range(emit.lanes)
        # −i (re, im) = (im, −re)
        self._swapped = [k ^ 1 for k in lanes]
        self._swapped_signs = [-1.0 if k & 1 else 1.0 for k in lanes]
        # ⟨λ|G|ψ⟩ is λ_j ψ_i − λ_i ψ_j where real, Im(λ_j* ψ_i + λ_i* ψ_j) where imaginary.
        self._crossed = [k ^ (numbers - 1 if imaginary else components) for k in lanes]
        pattern = [1.0] * components + [-1.0] * components
        if imaginary:
            pattern = [-1.0, 1.0, 1.0, -1.0]
        self._overlap_signs = [pattern[k % numbers] for k in lanes] if adjoint else []
        if adjoint:
            (self._total,) = emit.accumulators(1)

    def apply(self, data: Any, i: Any, j: Any, c: Any, s: Any, sign: Any = None) -> None:
        """Rotate the vectors at ``data[i]`` and ``data[j]``.

        Args:
            data: pointer to the first number of the state.
            i, j: LLVM integers, in numbers.
            c, s: cos θ and sin θ in all lanes.
            sign: the sign of G in all lanes; None where it is in `s`.
        """
        emit = self._emit
        at_i, at_j = emit.pointer(data, i), emit.pointer(data, j)
        a, b = emit.load(at_i), emit.load(at_j)
        if sign is not None:
            s = emit.multiply(s, sign)
        if self._adjoint:
            product = emit.shuffle(b, self._crossed)
            if sign is not None:
                product = emit.multiply(product, sign)
            product = emit.multiply(a, product, _CONTRACT)
            total = emit.add(emit.builder.load(self._total), product, _CONTRACT)
            emit.builder.store(total, self._total)
        from_a, from_b = a, b
        if self._imaginary:
            s = emit.multiply(s, emit.constant(self._swapped_signs))
            from_a, from_b = emit.shuffle(a, self._swapped), emit.shuffle(b, self._swapped)
        change = emit.multiply(s, from_b, _CONTRACT)
        new_a = emit.multiply(c, a, _CONTRACT)
        combine = emit.add if self._imaginary else emit.subtract
        emit.store(combine(new_a, change, _CONTRACT), at_i)
        new_b = emit.multiply(c, b, _CONTRACT)
        change = emit.multiply(s, from_a, _CONTRACT)
        emit.store(emit.add(new_b, change, _CONTRACT), at_j)

    def overlap(self) -> Any:
        """Return the sum of ⟨λ|G|ψ⟩ as a double; 0 without λ."""
        result = ir.Constant(DOUBLE, 0.0)
        if not self._adjoint:
            return result
        value = self._emit.builder.load(self._total)
        for k, sign in enumerate(self._overlap_signs):
            lane = self._emit.as_double(self._emit.lane(value, k))
            combine = self._emit.add if sign > 0 else self._emit.subtract
            result = combine(result, lane)
        return result


def _make_listed_rotation(*, adjoint: bool, imaginary: bool) -> Callable[..., Any]:
    """Return an intrinsic that rotates pairs (i + source[k], j + target[k]).

    ``rotate(w, i, j, source, target, sign, first, last, c, s, components) -> float64``:

    * w: the state, float32 or float64, shape (amplitudes · numbers,), changed in place;
    * i, j: int64, in amplitudes;
    * source, target: integer offsets of pair k, in amplitudes, shape (entries,);
    * sign: the sign of the generator of pair k, shape (entries,);
    * first, last: the pairs are k = first … last − 1, int64;
    * c, s: cos θ and sin θ, dtype of `w`;
    * components: a tuple with an entry for each number of an amplitude of ψ, 1 or 2.

    The result is Σ_k ⟨λ|G_k|ψ⟩ with `adjoint`, where `w` holds ψ and λ in turn, else 0.
    """

    @intrinsic
    def rotate(typingctx, w, i, j, source, target, sign, first, last, c, s, components):
        def codegen(context, builder, signature, args):
            count = components.count
            if imaginary and count == 1:
                return ir.Constant(DOUBLE, 0.0)  # compiled for real states, never run
            lanes = 2 * count if adjoint else count
            emit = Emitter(context, builder, signature, args, lanes)
            rotation = _PairRotation(emit, count, adjoint, imaginary)
            data, sources, targets, signs = (emit.data(k) for k in (0, 3, 4, 5))
            cosine, sine = emit.argument_vector(8), emit.argument_vector(9)
            index = args[1].type
            with emit.loop(builder.sub(args[7], args[6])) as number:
                k = builder.add(number, args[6])
                i_k = builder.add(args[1], builder.sext(emit.load_element(sources, k), index))
                j_k = builder.add(args[2], builder.sext(emit.load_element(targets, k), index))
                sign_k = emit.load_element(signs, k)
                if sign_k.type != emit.scalar:
                    sign_k = builder.fptrunc(sign_k, emit.scalar)
                i_k, j_k = builder.mul(i_k, index(lanes)), builder.mul(j_k, index(lanes))
                rotation.apply(data, i_k, j_k, cosine, sine, emit.splat(sign_k))
            return rotation.overlap()

        kinds = (w, types.intp, types.intp, source, target, sign, types.intp, types.intp)
        return types.float64(*kinds, w.dtype, w.dtype, components), codegen

    return rotate


def _make_row_rotation(*, adjoint: bool, imaginary: bool) -> Callable[..., Any]:
    """Return an intrinsic that rotates the pairs (i + k, j + k), k = 0 … count − 1.

    ``rotate(w, i, j, count, c, s, components) -> float64``: `count` is int64, the rest as for
    `_make_listed_rotation`.
    """

    @intrinsic
    def rotate(typingctx, w, i, j, count, c, s, components):
        def codegen(context, builder, signature, args):
            if imaginary and components.count == 1:
                return ir.Constant(DOUBLE, 0.0)  # compiled for real states, never run
            numbers = 2 * components.count if adjoint else components.count
            index = args[1].type
            end = builder.mul(args[3], index(numbers))
            start_i, start_j = (builder.mul(args[k], index(numbers)) for k in (1, 2))
            done, result = index(0), ir.Constant(DOUBLE, 0.0)
            # Whole vectors first, then the amplitudes that remain.
            for lanes in (max(VECTOR_BYTES // (w.dtype.bitwidth // 8), numbers), numbers):
                emit = Emitter(context, builder, signature, args, lanes)
                rotation = _PairRotation(emit, components.count, adjoint, imaginary)
                data = emit.data(0)
                cosine, sine = emit.argument_vector(4), emit.argument_vector(5)
                steps = builder.udiv(builder.sub(end, done), index(lanes))
                with emit.loop(steps) as step:
                    k = builder.add(done, builder.mul(step, index(lanes)))
                    i_k, j_k = builder.add(start_i, k), builder.add(start_j, k)
                    rotation.apply(data, i_k, j_k, cosine, sine)
                done = builder.add(done, builder.mul(steps, index(lanes)))
                result = builder.fadd(result, rotation.overlap())
            return result

        return types.float64(
            w, types.intp, types.intp, types.intp, w.dtype, w.dtype, components
        ), codegen

    return rotate


rotate_listed = _make_listed_rotation(adjoint=False, imaginary=False)
rotate_listed_imaginary = _make_listed_rotation(adjoint=False, imaginary=True)
rotate_rows = _make_row_rotation(adjoint=False, imaginary=False)
rotate_rows_imaginary = _make_row_rotation(adjoint=False, imaginary=True)
adjoint_listed = _make_listed_rotation(adjoint=True, imaginary=False)
adjoint_listed_imaginary = _make_listed_rotation(adjoint=True, imaginary=True)
adjoint_rows = _make_row_rotation(adjoint=True, imaginary=False)
adjoint_rows_imaginary = _make_row_rotation(adjoint=True, imaginary=True)
