"""Explicit vector code: the rotations of 2^g registers, emitted as LLVM vector operations.

The compiler does not keep a radix-16 butterfly in registers by itself; these few lines do. The
vector width is the host's (AVX-512, AVX2, NEON), never a literal; where there are no vectors
with fused multiply-add, `VECTOR_BYTES` is 0 and the callers use their plain loops.

Every emitted operation is one level of the rotation by t = tan β on a pair of amplitudes,
(a, b) → (a + t b, b − t a), the cosine being left to the caller.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


def _host_vector_bytes() -> int:
    """Width of this host's widest vectors with fused multiply-add, or 0."""
    if os.environ.get("HYBRIDQ_SIMD", "").lower() in {"0", "off", "no"}:
        return 0
    if platform.machine().lower() in {"arm64", "aarch64"}:
        return 16
    features = llvm.get_host_cpu_features()
    if not features.get("fma"):
        return 0
    if features.get("avx512f"):
        return 64
    return 32 if features.get("avx2") else 0


VECTOR_BYTES = _host_vector_bytes()
"""Bytes in a vector register, or 0 where only the plain loops run."""

MAX_RADIX_BITS = 4 if VECTOR_BYTES == 64 or platform.machine() in {"arm64", "aarch64"} else 3
"""Levels done in one go: 2^g data registers must fit (32 on AVX-512 and NEON, 16 on AVX2)."""


class _Emitter:
    """Emits loads, stores and rotations of vectors that lie in a one-dimensional array."""

    def __init__(self, context: Any, builder: Any, array_type: Any, array: Any) -> None:
        self.builder = builder
        self.scalar = context.get_value_type(array_type.dtype)
        self.itemsize = array_type.dtype.bitwidth // 8
        self.lanes = VECTOR_BYTES // self.itemsize
        self.vector = ir.VectorType(self.scalar, self.lanes)
        self.data = context.make_array(array_type)(context, builder, array).data
        suffix = f"v{self.lanes}f{self.itemsize * 8}"
        self._fma = cgutils.get_or_insert_function(
            builder.module,
            ir.FunctionType(self.vector, [self.vector] * 3),
            f"llvm.fmuladd.{suffix}",
        )

    def pointers(self, index: Any, stride: Any, count: int) -> list[Any]:
        pointers = []
        for row in range(count):
            offset = self.builder.add(index, self.builder.mul(stride, stride.type(row)))
            pointer = self.builder.gep(self.data, [offset], inbounds=True)
            pointers.append(self.builder.bitcast(pointer, self.vector.as_pointer()))
        return pointers

    def load(self, pointers: list[Any]) -> list[Any]:
        return [self.builder.load(pointer, align=self.itemsize) for pointer in pointers]

    def store(self, values: list[Any], pointers: list[Any]) -> None:
        for value, pointer in zip(values, pointers, strict=True):
            self.builder.store(value, pointer, align=self.itemsize)

    def fma(self, a: Any, b: Any, c: Any) -> Any:
        return self.builder.call(self._fma, [a, b, c])

    def splat(self, scalar: Any) -> Any:
        undef = ir.Constant(self.vector, ir.Undefined)
        first = self.builder.insert_element(undef, scalar, ir.IntType(32)(0))
        zeros = ir.Constant(ir.VectorType(ir.IntType(32), self.lanes), [0] * self.lanes)
        return self.builder.shuffle_vector(first, undef, zeros)

    def swap_lanes(self, value: Any, bit: int) -> Any:
        """The vector with lane i taken from lane i ^ 2^bit."""
        order = [lane ^ (1 << bit) for lane in range(self.lanes)]
        mask = ir.Constant(ir.VectorType(ir.IntType(32), self.lanes), order)
        return self.builder.shuffle_vector(value, ir.Constant(self.vector, ir.Undefined), mask)

    def signs(self, bit: int) -> Any:
        """+1 in the lanes where `bit` is clear, −1 where it is set."""
        values = [-1.0 if lane >> bit & 1 else 1.0 for lane in range(self.lanes)]
        return ir.Constant(self.vector, values)

    @property
    def lane_bits(self) -> int:
        return self.lanes.bit_length() - 1

    def rotate(self, rows: list[Any], tangent: Any, *, with_lanes: bool) -> list[Any]:
        """All levels of the rotation over the row bits, and over the lane bits if asked."""
        plus = self.splat(tangent)
        minus = self.builder.fneg(plus)
        rows = list(rows)
        if with_lanes:
            for bit in range(self.lane_bits):
                signed = self.builder.fmul(plus, self.signs(bit))
                rows = [self.fma(signed, self.swap_lanes(row, bit), row) for row in rows]
        for bit in range(len(rows).bit_length() - 1):
            for low in range(len(rows)):
                if not low >> bit & 1:
                    high = low | 1 << bit
                    a, b = rows[low], rows[high]
                    rows[low], rows[high] = self.fma(plus, b, a), self.fma(minus, a, b)
        return rows

    def generator(self, bra: list[Any], ket: list[Any], total: Any, *, with_lanes: bool) -> Any:
        """`total` plus the lanes of Σ_q ⟨bra|G_q|ket⟩, (a, b) → (b, −a) being G_q."""
        if with_lanes:
            for bit in range(self.lane_bits):
                signs = self.signs(bit)
                part = None
                for left, right in zip(bra, ket, strict=True):
                    swapped = self.swap_lanes(right, bit)
                    part = (
                        self.builder.fmul(left, swapped)
                        if part is None
                        else self.fma(left, swapped, part)
                    )
                total = self.fma(part, signs, total)
        for bit in range(len(bra).bit_length() - 1):
            plus = minus = None
            for low in range(len(bra)):
                if not low >> bit & 1:
                    high = low | 1 << bit
                    if plus is None:
                        plus = self.builder.fmul(bra[low], ket[high])
                        minus = self.builder.fmul(bra[high], ket[low])
                    else:
                        plus = self.fma(bra[low], ket[high], plus)
                        minus = self.fma(bra[high], ket[low], minus)
            total = self.builder.fadd(total, self.builder.fsub(plus, minus))
        return total


def make_rotation(radix_bits: int, *, with_lanes: bool) -> Callable[..., None]:
    """An intrinsic `(x, index, stride, tangent) -> None` for 2^radix_bits vectors.

    It rotates, in place, the vectors at ``x[index + r * stride]``, r = 0 … 2^radix_bits − 1, over
    the bits of r; with `with_lanes`, over the bits of the lane as well.
    """

    @intrinsic(prefer_literal=False)
    def rotation(typingctx, x, index, stride, tangent):
        def codegen(context, builder, signature, args):
            emit = _Emitter(context, builder, signature.args[0], args[0])
            pointers = emit.pointers(args[1], args[2], 1 << radix_bits)
            rows = emit.rotate(emit.load(pointers), args[3], with_lanes=with_lanes)
            emit.store(rows, pointers)
            return context.get_dummy_value()

        return types.void(x, types.intp, types.intp, x.dtype), codegen

    return rotation


def make_adjoint_rotation(radix_bits: int, *, with_lanes: bool) -> Callable[..., None]:
    """An intrinsic `(bra, ket, index, stride, tangent, total) -> None` for two arrays.

    It adds the lanes of Σ_q ⟨bra|G_q|ket⟩ over the same bits to ``total[:lanes]`` and rotates
    both arrays by `tangent`, in place, while they are in registers.
    """

    @intrinsic(prefer_literal=False)
    def rotation(typingctx, bra, ket, index, stride, tangent, total):
        def codegen(context, builder, signature, args):
            left = _Emitter(context, builder, signature.args[0], args[0])
            right = _Emitter(context, builder, signature.args[1], args[1])
            sums = _Emitter(context, builder, signature.args[5], args[5])
            left_at = left.pointers(args[2], args[3], 1 << radix_bits)
            right_at = right.pointers(args[2], args[3], 1 << radix_bits)
            sum_at = sums.pointers(args[2].type(0), args[3], 1)
            bra_rows, ket_rows = left.load(left_at), right.load(right_at)
            (before,) = sums.load(sum_at)
            after = left.generator(bra_rows, ket_rows, before, with_lanes=with_lanes)
            sums.store([after], sum_at)
            left.store(left.rotate(bra_rows, args[4], with_lanes=with_lanes), left_at)
            right.store(right.rotate(ket_rows, args[4], with_lanes=with_lanes), right_at)
            return context.get_dummy_value()

        return types.void(bra, ket, types.intp, types.intp, bra.dtype, total), codegen

    return rotation
