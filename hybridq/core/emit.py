"""Vector instructions for kernels: loads, stores, arithmetic and loops in LLVM.

Every ``…_simd`` module is written with the `Emitter` of this module.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba import types
from numba.core import cgutils

Complex = tuple[Any, Any]
"""(re, im), two vectors."""

INT32, INT64, DOUBLE = ir.IntType(32), ir.IntType(64), ir.DoubleType()


def _host_vector_bytes() -> int:
    """Return the width of this host's widest vectors with fused multiply-add, or 0.

    The environment variable HYBRIDQ_SIMD requests narrower ones: ``off``, or 16, 32 or 64 bytes.
    """
    requested = os.environ.get("HYBRIDQ_SIMD", "").lower()
    if requested in {"0", "off", "no"}:
        return 0
    if requested in {"16", "32", "64"}:
        return int(requested)
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

HAS_AVX512 = bool(llvm.get_host_cpu_features().get("avx512f"))
"""Whether this host permutes the lanes of two vectors of 64 bytes at once."""

CHUNK_BITS = 6
CHUNK = 1 << CHUNK_BITS
"""Amplitudes that kernels process as one unit; a multiple of the lanes of any vector."""

MAX_RADIX_BITS = 3 if VECTOR_BYTES == 32 else 4
"""Levels done in one go: 2^g data registers must fit (16 on AVX2, 32 on AVX-512 and NEON)."""


class Emitter:
    """Emits operations on the vectors of one intrinsic's arguments.

    The arguments are those that Numba hands to ``codegen``. The first argument of the intrinsic is
    an array; its element type is the type of all vectors.

    Args:
        context, builder: Numba's target context and LLVM's instruction builder.
        signature: the Numba signature of the intrinsic.
        args: LLVM values of its arguments, in order.
        lanes: numbers in a vector; by default as many as fit the host's registers (1 on
            hosts without vectors: that code is compiled and, with a plain twin, never called).

    Attributes:
        scalar: LLVM type of one number.
        itemsize: bytes of one number, the alignment of every load and store.
        vector: LLVM type of a vector.
        lanes, lane_bits: numbers in a vector, and their log2 rounded down.
    """

    def __init__(
        self, context: Any, builder: Any, signature: Any, args: Any, lanes: int = 0
    ) -> None:
        self.context, self.builder = context, builder
        self._types, self._args = signature.args, args
        dtype = signature.args[0].dtype
        self.scalar = context.get_value_type(dtype)
        self.itemsize = dtype.bitwidth // 8
        self.lanes = lanes or max(VECTOR_BYTES // self.itemsize, 1)
        self.lane_bits = self.lanes.bit_length() - 1
        self.vector = ir.VectorType(self.scalar, self.lanes)
        self._undefined = ir.Constant(self.vector, ir.Undefined)

    # Arguments and memory.

    def argument(self, number: int) -> Any:
        """Return argument `number` as it was passed."""
        return self._args[number]

    def argument_vector(self, number: int) -> Any:
        """Return a vector with the scalar argument `number` in all lanes."""
        return self.splat(self._args[number])

    def factor(self, number: int) -> Any:
        """Return argument `number` as a vector: a scalar, or an array's first."""
        if isinstance(self._types[number], types.Array):
            return self.load_first(number, 1)[0]
        return self.argument_vector(number)

    def data(self, number: int) -> Any:
        """Return the pointer to the first element of array argument `number`."""
        array = self.context.make_array(self._types[number])
        return array(self.context, self.builder, self._args[number]).data

    def pointer(self, data: Any, index: Any) -> Any:
        """Return the pointer to the vector whose first element is ``data[index]``."""
        element = self.builder.gep(data, [index], inbounds=True)
        return self.builder.bitcast(element, self.vector.as_pointer())

    def strided_pointers(self, data: Any, index: Any, stride: Any, count: int) -> list[Any]:
        """Return pointers to the `count` vectors at index, index + stride, ….

        Args:
            data: pointer to an array's first element.
            index, stride: LLVM integers, in elements.
            count: how many pointers.
        """
        pointers = []
        for row in range(count):
            offset = self.builder.add(index, self.builder.mul(stride, stride.type(row)))
            pointers.append(self.pointer(data, offset))
        return pointers

    def numbered_pointer(self, argument: int, vector: Any) -> Any:
        """Return the pointer to vector number `vector` of array `argument`."""
        data = self.data(argument)
        return self.pointer(data, self.builder.mul(vector, vector.type(self.lanes)))

    def load(self, pointer: Any) -> Any:
        """Return the vector at a pointer."""
        return self.builder.load(pointer, align=self.itemsize)

    def store(self, value: Any, pointer: Any) -> None:
        """Store a vector at a pointer."""
        self.builder.store(value, pointer, align=self.itemsize)

    def load_element(self, data: Any, index: Any) -> Any:
        """Return the scalar ``data[index]``."""
        return self.builder.load(self.builder.gep(data, [index], inbounds=True))

    def load_first(self, argument: int, count: int) -> list[Any]:
        """Return the first `count` vectors of array `argument`."""
        return [self.load(self.numbered_pointer(argument, INT64(i))) for i in range(count)]

    # Constants, and moving lanes.

    def constant(self, values: Sequence[float]) -> Any:
        """Return a vector of constants, one for each lane."""
        return ir.Constant(self.vector, list(values))

    def zero(self) -> Any:
        """Return a vector of zeros."""
        return self.splat(self.scalar(0.0))

    def signs(self, bit: int) -> Any:
        """Return +1 in the lanes where `bit` is clear, −1 where it is set."""
        return self.constant([-1.0 if lane >> bit & 1 else 1.0 for lane in range(self.lanes)])

    def splat(self, scalar: Any) -> Any:
        """Return a vector with a scalar in all lanes."""
        first = self.builder.insert_element(self._undefined, scalar, INT32(0))
        return self.shuffle(first, [0] * self.lanes)

    def splat_integer(self, number: Any) -> Any:
        """Return a vector with an integer in all lanes."""
        kind = ir.VectorType(number.type, self.lanes)
        undefined = ir.Constant(kind, ir.Undefined)
        first = self.builder.insert_element(undefined, number, INT32(0))
        order = ir.Constant(ir.VectorType(INT32, self.lanes), [0] * self.lanes)
        return self.builder.shuffle_vector(first, undefined, order)

    def shuffle(self, value: Any, order: Sequence[int]) -> Any:
        """Return the vector whose lane i is lane ``order[i]`` of `value`."""
        mask = ir.Constant(ir.VectorType(INT32, self.lanes), list(order))
        return self.builder.shuffle_vector(value, self._undefined, mask)

    def swap_lanes(self, value: Any, bit: int) -> Any:
        """Return the vector with lane i taken from lane i ^ 2^bit."""
        return self.shuffle(value, [lane ^ (1 << bit) for lane in range(self.lanes)])

    def reverse(self, value: Any) -> Any:
        """Return the vector with its lanes in reverse order."""
        return self.shuffle(value, list(reversed(range(self.lanes))))

    def pick_lanes(self, a: Any, b: Any, chosen: Any) -> Any:
        """Return the vector whose lane i is lane ``chosen[i]`` of `a` followed by `b`.

        Args:
            a, b: vectors.
            chosen: a vector of as many integers as lanes, from 0 to 2 lanes − 1, as wide as the
                elements of `a`.
        """
        name = {8: "pd", 4: "ps"}[self.itemsize] + ".512"
        if HAS_AVX512 and self.lanes * self.itemsize == 64:
            kind = ir.FunctionType(self.vector, [self.vector, chosen.type, self.vector])
            name = f"llvm.x86.avx512.vpermi2var.{name}"
            function = cgutils.get_or_insert_function(self.builder.module, kind, name)
            return self.builder.call(function, [a, chosen, b])
        both = self.builder.shuffle_vector(
            a, b, ir.Constant(ir.VectorType(INT32, 2 * self.lanes), list(range(2 * self.lanes)))
        )
        result = self._undefined
        for lane in range(self.lanes):
            place = self.builder.extract_element(chosen, INT32(lane))
            picked = self.builder.extract_element(both, place)
            result = self.builder.insert_element(result, picked, INT32(lane))
        return result

    def lane(self, value: Any, number: int) -> Any:
        """Return one lane of a vector, a scalar."""
        return self.builder.extract_element(value, INT32(number))

    # Arithmetic. Without `flags` an instruction gets the flags of `core.jit.FASTMATH`.

    def fma(self, a: Any, b: Any, c: Any) -> Any:
        """Return a b + c."""
        name = f"llvm.fmuladd.v{self.lanes}f{self.itemsize * 8}"
        kind = ir.FunctionType(self.vector, [self.vector] * 3)
        function = cgutils.get_or_insert_function(self.builder.module, kind, name)
        return self.builder.call(function, [a, b, c])

    def add(self, a: Any, b: Any, flags: Sequence[str] = ()) -> Any:
        """Return a + b."""
        return self.builder.fadd(a, b, flags=flags)

    def subtract(self, a: Any, b: Any, flags: Sequence[str] = ()) -> Any:
        """Return a − b."""
        return self.builder.fsub(a, b, flags=flags)

    def multiply(self, a: Any, b: Any, flags: Sequence[str] = ()) -> Any:
        """Return a b."""
        return self.builder.fmul(a, b, flags=flags)

    def negate(self, a: Any) -> Any:
        """Return −a."""
        return self.builder.fneg(a)

    def complex_product(self, a: Complex, b: Complex) -> Complex:
        """Return the product of two complex vectors."""
        re = self.fma(a[0], b[0], self.negate(self.multiply(a[1], b[1])))
        return re, self.fma(a[0], b[1], self.multiply(a[1], b[0]))

    def imaginary_product(self, bra: Complex, ket: Complex) -> Any:
        """Return Im(conj(bra) ket), lane by lane."""
        return self.fma(bra[0], ket[1], self.negate(self.multiply(bra[1], ket[0])))

    # Sums.

    def as_double(self, scalar: Any) -> Any:
        """Return a scalar of the vectors' type as a double."""
        return self.builder.fpext(scalar, DOUBLE) if self.itemsize < 8 else scalar

    def total(self, value: Any) -> Any:
        """Return the sum of all lanes, pairs of neighbours first, as a double."""
        lanes = [self.lane(value, number) for number in range(self.lanes)]
        while len(lanes) > 1:
            lanes = [self.builder.fadd(a, b) for a, b in zip(lanes[::2], lanes[1::2], strict=True)]
        return self.as_double(lanes[0])

    def accumulators(self, count: int) -> list[Any]:
        """Return pointers to `count` local vectors, set to zero."""
        places = []
        for _ in range(count):
            place = cgutils.alloca_once(self.builder, self.vector)
            self.builder.store(self.constant([0.0] * self.lanes), place)
            places.append(place)
        return places

    def accumulate(self, place: Any, a: Any, b: Any, *, negative: bool = False) -> None:
        """Add ± a b to an accumulator."""
        left = self.negate(a) if negative else a
        self.builder.store(self.fma(left, b, self.builder.load(place)), place)

    def add_accumulators(self, argument: int, places: Sequence[Any]) -> None:
        """Add the accumulators to the first vectors of array `argument`."""
        for number, place in enumerate(places):
            pointer = self.numbered_pointer(argument, INT64(number))
            self.store(self.add(self.load(pointer), self.builder.load(place)), pointer)

    # Control flow.

    @contextmanager
    def loop(self, count: Any) -> Iterator[Any]:
        """Emit a loop over 0 … count − 1; the block emits its body, given the index."""
        with cgutils.for_range(self.builder, count) as loop:
            yield loop.index

    def insert_clear_bit(self, number: Any, shift: Any) -> Any:
        """Return `number` with a clear bit inserted at position `shift`."""
        one = shift.type(1)
        below = self.builder.sub(self.builder.shl(one, shift), one)
        low = self.builder.and_(number, below)
        return self.builder.add(self.builder.shl(self.builder.sub(number, low), one), low)

    def nothing(self) -> Any:
        """Return the value of an intrinsic without result."""
        return self.context.get_dummy_value()
