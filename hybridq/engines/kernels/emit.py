"""The small vocabulary that `simd` writes vector code in: loads, stores and arithmetic on lanes."""

from __future__ import annotations

import os
import platform
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba.core import cgutils


def _host_vector_bytes() -> int:
    """Width of this host's widest vectors with fused multiply-add, or 0.

    The variable HYBRIDQ_SIMD asks for narrower ones: ``off``, or 16, 32 or 64 bytes.
    """
    asked = os.environ.get("HYBRIDQ_SIMD", "").lower()
    if asked in {"0", "off", "no"}:
        return 0
    if asked in {"16", "32", "64"}:
        return int(asked)
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

CHUNK_BITS = 6
CHUNK = 1 << CHUNK_BITS
"""Amplitudes that phases, sums and copies handle at a time; a whole number of any vectors."""

MAX_RADIX_BITS = 3 if VECTOR_BYTES == 32 else 4
"""Levels done in one go: 2^g data registers must fit (16 on AVX2, 32 on AVX-512 and NEON)."""


class Emitter:
    """Emits operations on vectors of `dtype` (a Numba float type), as wide as the host's."""

    def __init__(self, context: Any, builder: Any, dtype: Any) -> None:
        self._context, self._builder = context, builder
        self.scalar = context.get_value_type(dtype)
        self.itemsize = dtype.bitwidth // 8
        # One lane where there are no vectors: code that is compiled then, and never called.
        self.lanes = max(VECTOR_BYTES // self.itemsize, 1)
        self.lane_bits = self.lanes.bit_length() - 1
        self.vector = ir.VectorType(self.scalar, self.lanes)
        self._undefined = ir.Constant(self.vector, ir.Undefined)
        self._suffix = f"v{self.lanes}f{self.itemsize * 8}"

    def _intrinsic(self, name: str, result: Any, *arguments: Any) -> Any:
        kind = ir.FunctionType(result, arguments)
        return cgutils.get_or_insert_function(self._builder.module, kind, f"llvm.{name}")

    def data(self, array_type: Any, array: Any) -> Any:
        """The pointer to an array's first element."""
        return self._context.make_array(array_type)(self._context, self._builder, array).data

    def rows(self, data: Any, index: Any, stride: Any, count: int) -> list[Any]:
        """Pointers to the vectors at index, index + stride, …, `count` of them."""
        pointers = []
        for row in range(count):
            offset = self._builder.add(index, self._builder.mul(stride, stride.type(row)))
            pointer = self._builder.gep(data, [offset], inbounds=True)
            pointers.append(self._builder.bitcast(pointer, self.vector.as_pointer()))
        return pointers

    def load(self, pointer: Any) -> Any:
        """The vector at a pointer."""
        return self._builder.load(pointer, align=self.itemsize)

    def store(self, value: Any, pointer: Any) -> None:
        """Put a vector at a pointer."""
        self._builder.store(value, pointer, align=self.itemsize)

    def fma(self, a: Any, b: Any, c: Any) -> Any:
        """a b + c."""
        function = self._intrinsic(f"fmuladd.{self._suffix}", self.vector, *[self.vector] * 3)
        return self._builder.call(function, [a, b, c])

    def add(self, a: Any, b: Any) -> Any:
        """a + b."""
        return self._builder.fadd(a, b)

    def subtract(self, a: Any, b: Any) -> Any:
        """a − b."""
        return self._builder.fsub(a, b)

    def multiply(self, a: Any, b: Any) -> Any:
        """a b."""
        return self._builder.fmul(a, b)

    def negate(self, a: Any) -> Any:
        """−a."""
        return self._builder.fneg(a)

    def complex_product(self, a: tuple[Any, Any], b: tuple[Any, Any]) -> tuple[Any, Any]:
        """(re, im) of the product of two (re, im) pairs."""
        re = self.fma(a[0], b[0], self.negate(self.multiply(a[1], b[1])))
        return re, self.fma(a[0], b[1], self.multiply(a[1], b[0]))

    def splat(self, scalar: Any) -> Any:
        """All lanes set to a scalar."""
        first = self._builder.insert_element(self._undefined, scalar, ir.IntType(32)(0))
        return self._shuffle(first, [0] * self.lanes)

    def _shuffle(self, value: Any, order: list[int]) -> Any:
        mask = ir.Constant(ir.VectorType(ir.IntType(32), self.lanes), order)
        return self._builder.shuffle_vector(value, self._undefined, mask)

    def swap_lanes(self, value: Any, bit: int) -> Any:
        """The vector with lane i taken from lane i ^ 2^bit."""
        return self._shuffle(value, [lane ^ (1 << bit) for lane in range(self.lanes)])

    def reverse(self, value: Any) -> Any:
        """The vector with its lanes in reverse order."""
        return self._shuffle(value, list(reversed(range(self.lanes))))

    def signs(self, bit: int) -> Any:
        """+1 in the lanes where `bit` is clear, −1 where it is set."""
        values = [-1.0 if lane >> bit & 1 else 1.0 for lane in range(self.lanes)]
        return ir.Constant(self.vector, values)

    def total(self, value: Any) -> Any:
        """The sum of all lanes, as a double."""
        lanes = [
            self._builder.extract_element(value, ir.IntType(32)(lane)) for lane in range(self.lanes)
        ]
        while len(lanes) > 1:
            lanes = [self._builder.fadd(a, b) for a, b in zip(lanes[::2], lanes[1::2], strict=True)]
        (result,) = lanes
        if self.itemsize < 8:
            result = self._builder.fpext(result, ir.DoubleType())
        return result
