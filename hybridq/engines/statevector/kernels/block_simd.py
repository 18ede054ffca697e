"""Vectors of a block of a state vector, for this package's ``…_simd`` modules.

A block is two arrays, real and imaginary parts, indexed from 0; bit b of the index is one of the
block's qubits. A vector holds 2^k neighbours, so that the lowest k bits are lane bits and the
others row bits: vector number r, a row, holds amplitudes 2^k r … 2^k (r + 1) − 1. On a machine
without vectors the same code is emitted with one lane.

Coefficients are vectors too (`coefs`, one after the other), so that a control on a lane bit is an
identity in some lanes. Controls on row bits are tested row by row (`controls`, a mask of row bits).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from llvmlite import ir

from hybridq.core.emit import Complex, Emitter


class BlockEmitter(Emitter):
    """Emitter with loops over the rows of a block, and complex arithmetic on them."""

    def load_complex(self, re: int, im: int, row: Any) -> Complex:
        """Return one row of the array arguments `re` and `im`."""
        return self.load(self.numbered_pointer(re, row)), self.load(self.numbered_pointer(im, row))

    def store_complex(self, value: Complex, re: int, im: int, row: Any) -> None:
        """Store one row of the array arguments `re` and `im`."""
        self.store(value[0], self.numbered_pointer(re, row))
        self.store(value[1], self.numbered_pointer(im, row))

    def load_flipped(self, re: int, im: int, row: Any, lane_flip: Any) -> Complex:
        """Return one row, lane i taken from lane i ^ lane_flip.

        `lane_flip` is known at run time only.
        """
        value = list(self.load_complex(re, im, row))
        for bit in range(self.lane_bits):
            is_set = self.builder.trunc(
                self.builder.lshr(lane_flip, lane_flip.type(bit)), ir.IntType(1)
            )
            value = [
                self.builder.select(is_set, self.swap_lanes(part, bit), part) for part in value
            ]
        return value[0], value[1]

    def load_coefs(self, argument: int, count: int) -> list[Complex]:
        """Return the first `count` complex vectors of array `argument`, (re, im) in turn."""
        values = self.load_first(argument, 2 * count)
        return list(zip(values[::2], values[1::2], strict=True))

    @contextmanager
    def _where_set(self, row: Any, controls: Any) -> Iterator[None]:
        """Emit the block's code for the rows that have all bits of `controls` set."""
        is_set = self.builder.icmp_signed("==", self.builder.and_(row, controls), controls)
        with self.builder.if_then(is_set):
            yield

    @contextmanager
    def rows(self, count: Any, controls: Any) -> Iterator[Any]:
        """Emit a loop over the rows 0 … count − 1 that have all bits of `controls` set."""
        with self.loop(count) as row, self._where_set(row, controls):
            yield row

    @contextmanager
    def row_pairs(self, count: Any, shift: Any, controls: Any) -> Iterator[tuple[Any, Any]]:
        """Emit a loop over `count` pairs of rows, bit `shift` clear and set.

        Pairs whose first row lacks a bit of `controls` are left out.
        """
        gap = self.builder.shl(shift.type(1), shift)
        with self.loop(count) as number:
            first = self.insert_clear_bit(number, shift)
            with self._where_set(first, controls):
                yield first, self.builder.add(first, gap)

    @contextmanager
    def row_groups(self, count: Any, shifts: list[Any]) -> Iterator[list[Any]]:
        """Emit a loop over `count` groups of 2^len(shifts) rows.

        The rows of a group differ in the bits `shifts`, ascending; bit i of a row's number in the
        group is bit ``shifts[i]`` of the row.
        """
        with self.loop(count) as row:
            for shift in shifts:
                row = self.insert_clear_bit(row, shift)
            rows = [row]
            for shift in shifts:
                gap = self.builder.shl(shift.type(1), shift)
                rows += [self.builder.add(row, gap) for row in rows]
            yield rows

    def row_sign(self, row: Any, mask: Any) -> Any:
        """Return −1 in all lanes where the parity of row & mask is odd, else +1."""
        ones = self.builder.ctpop(self.builder.and_(row, mask))
        odd = self.builder.trunc(ones, ir.IntType(1))
        return self.splat(self.builder.select(odd, self.scalar(-1.0), self.scalar(1.0)))

    def combine(self, u: Complex, a: Complex, v: Complex, b: Complex, real: bool) -> Complex:
        """Return u a + v b; with `real`, u and v have no imaginary parts."""
        re = self.fma(v[0], b[0], self.multiply(u[0], a[0]))
        im = self.fma(v[0], b[1], self.multiply(u[0], a[1]))
        if real:
            return re, im
        re = self.fma(self.negate(u[1]), a[1], re)
        re = self.fma(self.negate(v[1]), b[1], re)
        im = self.fma(u[1], a[0], im)
        return re, self.fma(v[1], b[0], im)

    def rotate_phase(self, value: Complex, cosine: Any, sine: Any) -> Complex:
        """Return the value times cosine − i sine."""
        re = self.fma(sine, value[1], self.multiply(cosine, value[0]))
        return re, self.fma(self.negate(sine), value[0], self.multiply(cosine, value[1]))

    def accumulate_real(self, place: Any, ket: Complex, bra: Complex) -> None:
        """Add Re(ket · conj(bra)) to an accumulator."""
        self.accumulate(place, ket[0], bra[0])
        self.accumulate(place, ket[1], bra[1])

    def accumulate_imaginary(self, place: Any, ket: Complex, bra: Complex) -> None:
        """Add Im(ket · conj(bra)) to an accumulator."""
        self.accumulate(place, ket[1], bra[0])
        self.accumulate(place, ket[0], bra[1], negative=True)

    def accumulate_product(self, places: tuple[Any, Any], ket: Complex, bra: Complex) -> None:
        """Add ket · conj(bra) to the accumulators of its real and imaginary parts."""
        self.accumulate_real(places[0], ket, bra)
        self.accumulate_imaginary(places[1], ket, bra)
